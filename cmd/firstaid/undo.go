package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"firstaid/diagnostics"
	"firstaid/playbooks/apply"
)

func newUndo(s streams, o *options) *cobra.Command {
	var resume bool
	cmd := &cobra.Command{
		Use:   "undo [N]",
		Short: "Take an applied fix back: entry N of the journal, or the last one",
		Args:  cobra.MaximumNArgs(1),
		RunE:  func(cmd *cobra.Command, args []string) error { return runUndo(cmd.Context(), s, o, args, resume) },
	}
	cmd.Flags().BoolVar(&resume, "resume", false, "finish an entry that was interrupted instead")
	return cmd
}

func runUndo(ctx context.Context, s streams, o *options, args []string, resume bool) error {
	if o.readOnly {
		return errors.New("--read-only: nothing is taken back")
	}
	lang, err := o.language()
	if err != nil {
		return err
	}
	r, err := entry(args)
	if err != nil {
		return err
	}
	warn(s, lang, r.ID)
	t := &apply.Transaction{Root: r.Root, Journal: journal()}
	if r.Calls() {
		if t.Live, err = o.live(ctx, diagnostics.Identity{Account: r.Account, Region: r.Region}); err != nil {
			return err
		}
	}
	if resume {
		r, err = t.Resume(ctx, r.ID)
	} else {
		r, err = t.Undo(ctx, r.ID)
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "Entry %d is %s.\n", r.ID, r.Status)
	return err
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
