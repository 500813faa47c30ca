package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"firstaid/diagnostics"
	"firstaid/playbooks/apply"
)

func newJournal(s streams, o *options) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "journal",
		Short: "List the fixes that were applied",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			lang, err := o.language()
			if err != nil {
				return err
			}
			list, err := journal().List()
			if err != nil {
				fmt.Fprintln(s.err, "firstaid:", err)
			}
			if format == "json" {
				e := json.NewEncoder(s.out)
				e.SetIndent("", "  ")
				return e.Encode(entries(list))
			}
			return printJournal(s, list, lang)
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	return cmd
}

func entries(list []apply.Record) []apply.Record {
	if list == nil {
		return []apply.Record{}
	}
	return list
}

func printJournal(s streams, list []apply.Record, lang diagnostics.Lang) error {
	if len(list) == 0 {
		_, err := fmt.Fprintln(s.out, "Nothing was applied yet.")
		return err
	}
	t := tabwriter.NewWriter(s.out, 2, 4, 2, ' ', 0)
	for _, r := range list {
		fmt.Fprintf(t, "%d\t%s\t%s\t%s\t%s\t%s\n", r.ID, r.At.Local().Format(time.DateTime), r.Status, r.State, r.Finding, r.Title.In(lang))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, r := range list {
		if r.Status == apply.Applying || r.Status == apply.Undoing {
			fmt.Fprintf(s.out, "Entry %d was interrupted: `firstaid undo %d` takes it back, `firstaid undo %d --resume` finishes it.\n", r.ID, r.ID, r.ID)
		}
	}
	return nil
}

func newUndo(s streams, o *options) *cobra.Command {
	var resume bool
	cmd := &cobra.Command{
		Use:   "undo [N]",
		Short: "Take an applied fix back: entry N of the journal, or the last one",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.readOnly {
				return errors.New("--read-only: nothing is taken back")
			}
			r, err := entry(args)
			if err != nil {
				return err
			}
			t := &apply.Transaction{Root: r.Root, Journal: journal()}
			if r.Calls() {
				if t.Live, err = o.live(cmd.Context(), diagnostics.Identity{Account: r.Account, Region: r.Region}); err != nil {
					return err
				}
			}
			if resume {
				r, err = t.Resume(cmd.Context(), r.ID)
			} else {
				r, err = t.Undo(cmd.Context(), r.ID)
			}
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(s.out, "Entry %d is %s.\n", r.ID, r.Status)
			return err
		},
	}
	cmd.Flags().BoolVar(&resume, "resume", false, "finish an entry that was interrupted instead")
	return cmd
}

// entry is the journal entry that a command line names.
func entry(args []string) (apply.Record, error) {
	if len(args) == 0 {
		return journal().Last()
	}
	id, err := strconv.Atoi(args[0])
	if err != nil {
		return apply.Record{}, fmt.Errorf("%q is no number of an entry: `firstaid journal` lists them", args[0])
	}
	return journal().Get(id)
}
