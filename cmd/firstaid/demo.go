package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/spf13/cobra"

	"firstaid/diagnostics"
	"firstaid/diagnostics/incident/demo"
	"firstaid/playbooks"
	"firstaid/playbooks/apply"
	"firstaid/tui"
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
	snapshot, err := demo.Open(name)
	if err != nil {
		return err
	}
	if !s.terminal() {
		if _, err := printDiagnosis(s, snapshot, o); err != nil {
			return err
		}
		_, err := fmt.Fprintf(s.err, "\nThis is a built-in example. Run `firstaid demo %s` in a terminal to see it on the screen.\n", name)
		return err
	}
	return playDemo(ctx, s, o, name, snapshot)
}

// playDemo shows a demo with a copy of its project, which is gone afterwards.
func playDemo(ctx context.Context, s streams, o *options, name string, snapshot *diagnostics.Snapshot) (err error) {
	dir, err := os.MkdirTemp("", "firstaid-demo-")
	if err != nil {
		return fmt.Errorf("make a folder for the demo's project: %w", err)
	}
	defer func() {
		if e := os.RemoveAll(dir); err == nil && e != nil {
			err = e
		}
	}()
	project := filepath.Join(dir, "project")
	if err := demo.Project(name, project); err != nil {
		return err
	}
	catalog := loadOnce(s.err)
	r := replay{snapshot: snapshot, dir: project}
	var fixer tui.Fixer
	if !o.readOnly {
		fixer = demoFixer(r, catalog, filepath.Join(dir, "journal"))
	}
	return showReplay(ctx, o, catalog, r, "demo", fixer)
}

// demoFixer changes the throw-away copy of the project; AWS calls are sent to
// nobody.
func demoFixer(r replay, catalog loader, dir string) *fixer {
	account := &unsent{values: map[diagnostics.Ref]string{}}
	return &fixer{
		root: r.dir, journal: apply.OpenJournal(dir), catalog: catalog, quick: true,
		again: func(context.Context) (*diagnostics.Snapshot, error) { return r.now() },
		live: func(context.Context) (apply.Live, diagnostics.Identity, error) {
			return account, r.snapshot.Identity, nil
		},
		note: diagnostics.Text{
			En: "(Demo: the project is a throw-away copy, and AWS calls are not sent.)",
			Ko: "(데모: 프로젝트는 임시 사본이며 AWS 호출은 전송되지 않습니다.)",
		},
	}
}

// unsent stands for an account in the demo: it remembers what would have been
// sent and sends nothing.
type unsent struct {
	mu     sync.Mutex
	values map[diagnostics.Ref]string
}

// Value is what the call expects to find, until something was "sent".
func (u *unsent) Value(_ context.Context, c playbooks.Call) (string, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if v, ok := u.values[key(c)]; ok {
		return v, nil
	}
	return c.Before, nil
}

// Send remembers the call's result.
func (u *unsent) Send(_ context.Context, c playbooks.Call) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.values[key(c)] = c.After
	return nil
}

func key(c playbooks.Call) diagnostics.Ref {
	return diagnostics.Ref{Kind: c.Of.Kind, ID: c.Of.ID + " " + c.Field}
}
