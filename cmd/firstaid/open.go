package main

import (
	"context"

	"github.com/spf13/cobra"

	"firstaid/diagnostics/incident"
	"firstaid/tui"
)

func newOpen(s streams, o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "open FILE",
		Short: "Show a saved incident; without a terminal print its diagnosis",
		Args:  cobra.ExactArgs(1),
		RunE:  func(cmd *cobra.Command, args []string) error { return runOpen(cmd.Context(), s, o, args[0]) },
	}
}

func runOpen(ctx context.Context, s streams, o *options, name string) error {
	snapshot, err := incident.Load(name)
	if err != nil {
		return err
	}
	if s.terminal() {
		return showReplay(ctx, o, loadOnce(s.err), replay{snapshot: snapshot}, "incident", nil)
	}
	found, err := printDiagnosis(s, snapshot, o)
	if err == nil && found {
		err = errFindings
	}
	return err
}

// showReplay opens the screen on a saved snapshot. fixer is nil when nothing
// can be changed.
func showReplay(ctx context.Context, o *options, catalog loader, r tui.Source, label string, fixer tui.Fixer) error {
	lang, err := o.language()
	if err != nil {
		return err
	}
	return tui.Run(ctx, tui.Options{
		Source: r, LoadCatalog: catalog, Lang: lang, ReadOnly: o.readOnly, Label: label,
		Exporter: exporter{catalog, lang}, Fixer: fixer,
	})
}
