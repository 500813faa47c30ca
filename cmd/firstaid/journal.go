package main

import (
	"context"
	"encoding/json"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"firstaid/diagnostics"
	"firstaid/playbooks/apply"
)

type journalOptions struct {
	*options
	from   source
	stack  string
	verify bool
	format string
}

func newJournal(s streams, o *options) *cobra.Command {
	j := &journalOptions{options: o}
	cmd := &cobra.Command{
		Use:   "journal",
		Short: "List the fixes that were applied, and what became of them",
		Long: `List the fixes that were applied: whether each stands, was taken back or was interrupted, and what became of it:
open, fixed-here (the cause is gone from the files or the account, nothing was deployed since) or proven (deployed
again, and the failure did not come back). --verify reads the stack again first.`,
		Example: "  firstaid journal\n  firstaid journal --verify --stack orders",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return j.run(cmd.Context(), s) },
	}
	f := cmd.Flags()
	j.from.flags(f)
	f.StringVar(&j.stack, "stack", "", "with --verify: the stack to read; else samconfig.toml's")
	f.BoolVar(&j.verify, "verify", false, "look again what became of the fixes of the project in this folder")
	f.StringVar(&j.format, "format", "text", "text or json")
	return cmd
}

func (j *journalOptions) run(ctx context.Context, s streams) error {
	lang, err := j.language()
	if err != nil {
		return err
	}
	if j.format != "text" && j.format != "json" {
		return fmt.Errorf("there is no format %q: use text or json", j.format)
	}
	if j.verify {
		if err := j.look(ctx, s); err != nil {
			return err
		}
	}
	list, err := journal().List()
	if err != nil {
		fmt.Fprintln(s.err, "firstaid:", err)
	}
	if j.format == "json" {
		e := json.NewEncoder(s.out)
		e.SetIndent("", "  ")
		return e.Encode(entries(list))
	}
	return printJournal(s, list, lang)
}

// look reads the stack again and notes what became of the fixes.
func (j *journalOptions) look(ctx context.Context, s streams) error {
	var args []string
	if j.stack != "" {
		args = []string{j.stack}
	}
	snapshot, err := j.from.read(ctx, j.options, args)
	if err != nil {
		return err
	}
	if j.from.incident != "" {
		if snapshot, err = withProject(snapshot, "."); err != nil {
			return err
		}
	}
	catalog, err := loadCatalog(s.err)
	if err != nil {
		return err
	}
	return verifyEntries(journal(), snapshot, catalog, ".")
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
		if r.Unfinished() {
			fmt.Fprintln(s.out, interrupted(r).In(lang))
		}
	}
	return nil
}
