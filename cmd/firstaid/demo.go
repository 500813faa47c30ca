package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"firstaid/diagnostics/incident/demo"
)

func newDemo(s streams, o *options) *cobra.Command {
	var list bool
	cmd := &cobra.Command{
		Use:   "demo [INCIDENT]",
		Short: "Show a built-in incident; no AWS account is needed",
		Long: `Show a built-in incident on the screen, with a throw-away copy of its project in which fixes can be tried.
Nothing is sent to AWS. Without a terminal the diagnosis is printed.`,
		Example: "  firstaid demo\n  firstaid demo access-denied\n  firstaid demo --list",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if list {
				return listDemos(s, o)
			}
			name := demo.List()[0].Name
			if len(args) > 0 {
				name = args[0]
			}
			return runDemo(cmd.Context(), s, o, name)
		},
	}
	cmd.Flags().BoolVar(&list, "list", false, "list the built-in incidents")
	cmd.ValidArgsFunction = func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		var names []string
		for _, i := range demo.List() {
			names = append(names, i.Name+"\t"+i.Title.En)
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	}
	return cmd
}

func listDemos(s streams, o *options) error {
	lang, err := o.language()
	if err != nil {
		return err
	}
	for _, i := range demo.List() {
		if _, err := fmt.Fprintf(s.out, "%-28s %s\n", i.Name, i.Title.In(lang)); err != nil {
			return err
		}
	}
	return nil
}

func runDemo(ctx context.Context, s streams, o *options, name string) error {
	if s.terminal() && isDemo(name) && !o.readOnly {
		return playDemo(ctx, s, o, name)
	}
	snapshot, err := demo.Open(name)
	if err != nil {
		return err
	}
	if s.terminal() {
		return showReplay(ctx, o, loadOnce(s.err), replay{snapshot: snapshot}, "demo", nil)
	}
	if _, err := printDiagnosis(s, snapshot, o); err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.err, "\nThis is a built-in example. Run `firstaid demo %s` in a terminal to see it on the screen.\n", name)
	return err
}

func isDemo(name string) bool {
	return slices.ContainsFunc(demo.List(), func(i demo.Info) bool { return i.Name == name })
}

// playDemo shows a demo with a copy of its project, which is gone afterwards.
func playDemo(ctx context.Context, s streams, o *options, name string) (err error) {
	catalog := loadOnce(s.err)
	c := &curtain{name: name, catalog: catalog, out: s.err}
	defer func() { err = errors.Join(err, c.Close()) }()
	return showReplay(ctx, o, catalog, c, "demo", c)
}
