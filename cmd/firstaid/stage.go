package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"firstaid/diagnostics"
	"firstaid/diagnostics/incident/demo"
	"firstaid/playbooks"
	"firstaid/playbooks/apply"
	play "firstaid/playbooks/replay"
	"firstaid/tui"
)

// A stage is a demo that can be played: a built-in incident with a throw-away
// copy of its project, in which fixes are applied and deployments replayed. It
// is a tui.Source and a tui.Fixer.
type stage struct {
	*fixer
	dir      string // of everything that is thrown away
	out      io.Writer
	recorded *diagnostics.Snapshot
	hidden   []diagnostics.Event

	mu  sync.Mutex
	now *diagnostics.Snapshot // as the latest replayed deployment left it
}

// openStage makes the copy. out is where replayed commands are written.
func openStage(name string, catalog loader, out io.Writer) (*stage, error) {
	recorded, err := demo.Open(name)
	if err != nil {
		return nil, err
	}
	hidden, err := demo.Hidden(name)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "firstaid-demo-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for the demo's project: %w", err)
	}
	g := &stage{dir: dir, out: out, recorded: recorded, hidden: hidden, now: recorded}
	account := &unsent{values: map[diagnostics.Ref]string{}}
	g.fixer = &fixer{
		root: filepath.Join(dir, "project"), journal: apply.OpenJournal(filepath.Join(dir, "journal")), catalog: catalog, quick: true,
		again: func(context.Context) (*diagnostics.Snapshot, error) { return g.snapshot() },
		live: func(context.Context) (apply.Live, diagnostics.Identity, error) {
			return account, recorded.Identity, nil
		},
		run: g.command,
		note: diagnostics.Text{
			En: "(Demo: the project is a throw-away copy, AWS calls are not sent and deployments are replayed.)",
			Ko: "(데모: 프로젝트는 임시 사본이고 AWS 호출은 전송되지 않으며 배포는 재현된 것입니다.)",
		},
	}
	if err := demo.Project(name, g.root); err != nil {
		return nil, errors.Join(err, g.Close())
	}
	return g, nil
}

// Close throws the copy away.
func (g *stage) Close() error { return os.RemoveAll(g.dir) }

// Collect hands out the incident as the latest deployment left it, with the
// project's files as they stand in the copy.
func (g *stage) Collect(_ context.Context, _ tui.Target, emit func(*diagnostics.Snapshot) bool) error {
	s, err := g.snapshot()
	if err != nil {
		return err
	}
	emit(s)
	return nil
}

func (g *stage) snapshot() (*diagnostics.Snapshot, error) {
	g.mu.Lock()
	now := g.now
	g.mu.Unlock()
	return withProject(now, g.root)
}

// command stands for the commands of a plan: nothing is run, and a deployment
// is replayed with the files of the copy.
func (g *stage) command(_ context.Context, r playbooks.Run) error {
	fmt.Fprintf(g.out, "\n$ %s\n", playbooks.ShellQuote(r.Argv))
	if !slices.Contains(r.Argv, "deploy") {
		fmt.Fprintln(g.out, "Demo: nothing is run.")
		return nil
	}
	fmt.Fprintln(g.out, "Demo: nothing is sent to AWS. This is how the deployment of these files goes:")
	s, err := g.snapshot()
	if err != nil {
		return err
	}
	list, err := g.journal.List()
	if err != nil {
		return err
	}
	begun, err := g.journal.Begun(g.root)
	if err != nil {
		return err
	}
	catalog, err := g.catalog()
	if err != nil {
		return err
	}
	out := play.Deployment{
		Recorded: g.recorded, Hidden: g.hidden, Files: s.Files, At: s.Taken.Add(10 * time.Minute),
		Called: func(finding string) bool {
			if deployedOnce(begun, finding) {
				return true
			}
			return slices.ContainsFunc(list, func(r apply.Record) bool { return r.Finding == finding && r.Status == apply.Applied && r.Calls() })
		},
	}.Run(catalog)
	g.mu.Lock()
	g.now = out.Snapshot
	g.mu.Unlock()
	return g.tell(out)
}

// deployedOnce reports whether a guided plan of a finding has a deployment
// behind it: what the second one needs was made by the first.
func deployedOnce(begun []playbooks.Plan, finding string) bool {
	return slices.ContainsFunc(begun, func(p playbooks.Plan) bool {
		return p.Finding.ID() == finding && slices.ContainsFunc(p.Fix.Steps[:p.Fix.Next()], func(s playbooks.Step) bool {
			r, ok := s.(playbooks.Run)
			return ok && slices.Contains(r.Argv, "deploy")
		})
	})
}

// tell prints what `sam deploy` would, and returns what it would end with.
func (g *stage) tell(out play.Outcome) error {
	if out.Refused != "" {
		fmt.Fprintf(g.out, "\n%s\n", strings.TrimSpace(out.Refused))
		return errors.New("exit status 1, replayed")
	}
	fmt.Fprintln(g.out)
	for _, e := range out.Snapshot.Events {
		if strings.HasSuffix(e.ResourceStatus, "_IN_PROGRESS") && !e.OfStack() {
			continue
		}
		fmt.Fprintf(g.out, "%s  %-27s %-42s %s\n", e.Timestamp.Format(time.TimeOnly), e.ResourceStatus, e.ResourceType, e.LogicalResourceId)
		if e.Failed() {
			fmt.Fprintf(g.out, "          %s\n", strings.Join(strings.Fields(e.Reason()), " "))
		}
	}
	if out.Failed {
		return errors.New("exit status 1, replayed")
	}
	return nil
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
