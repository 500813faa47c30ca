package tui

import (
	"context"
	"errors"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"firstaid/diagnostics"
	"firstaid/playbooks"
)

// collect reads the target from the start. What is on the screen stays until
// the first new snapshot arrives.
func (a *App) collect() tea.Cmd {
	a.reading, a.failure = true, nil
	source, target := a.source, a.target
	read := a.stream.start(a.ctx, func(ctx context.Context, emit func(*diagnostics.Snapshot) bool) error {
		return source.Collect(ctx, target, emit)
	})
	return batch(read, a.spin())
}

// receive takes snapshots; of several that came together only the last counts.
func (a *App) receive(c chunk[*diagnostics.Snapshot]) tea.Cmd {
	items, next, ok := a.stream.accept(c)
	if !ok {
		return nil
	}
	var work tea.Cmd
	if len(items) > 0 {
		a.latest = items[len(items)-1]
		work = a.diagnose()
	}
	if c.done {
		a.reading = false
		if c.err != nil && !errors.Is(c.err, context.Canceled) {
			a.failure = c.err
		}
	}
	return batch(next, work)
}

// diagnose works on the newest snapshot beside the screen; while it runs,
// newer ones wait, and only the newest of them is looked at.
func (a *App) diagnose() tea.Cmd {
	if a.working || a.catalog == nil {
		a.stale = true
		return nil
	}
	a.working, a.stale = true, false
	s, catalog, judge, gen := a.latest, a.catalog, a.opts.judge, a.stream.gen
	ctx, fixer := a.ctx, a.opts.Fixer
	return func() tea.Msg {
		begun, err := begun(ctx, fixer)
		return diagnosed{gen, newReport(s, catalog, judge, begun), err}
	}
}

// begun asks for the guided plans that are under way.
func begun(ctx context.Context, f Fixer) ([]playbooks.Plan, error) {
	if g, ok := f.(Guide); ok {
		return g.Begun(ctx)
	}
	return nil, nil
}

func (a *App) loadCatalog() tea.Cmd {
	load := a.opts.LoadCatalog
	if a.catalog != nil || load == nil {
		return nil
	}
	return func() tea.Msg {
		c, err := load()
		return catalogLoaded{c, err}
	}
}

// catalogLoaded is the list of playbooks, or why there is none.
type catalogLoaded struct {
	catalog *playbooks.Catalog
	err     error
}

func (m catalogLoaded) apply(a *App) tea.Cmd {
	if m.err != nil {
		a.failure = m.err
		return nil
	}
	a.catalog = m.catalog
	if a.stale {
		return a.diagnose()
	}
	return nil
}

// diagnosed is a report that is ready to be shown.
type diagnosed struct {
	gen    uint64
	report *report
	err    error // of reading the guided plans
}

func (m diagnosed) apply(a *App) tea.Cmd {
	a.working = false
	var next tea.Cmd
	if a.stale {
		next = a.diagnose()
	}
	if m.gen != a.stream.gen {
		return next
	}
	if a.report = m.report; m.err != nil {
		a.toast = toast{text: oneLine(m.err.Error()), bad: true}
	}
	back := a.cameBack(m.report)
	for i, f := range m.report.findings {
		if s, ok := a.states[f.ID()]; ok && f.State == diagnostics.Open {
			m.report.findings[i].State = s
		}
	}
	for _, p := range a.panes {
		p.show(m.report)
	}
	if back != "" {
		a.findings.goTo(diagnostics.Ref{Kind: kindFinding, ID: back})
	}
	a.detail.rebuild() // it explains rows of panes that were shown the report after it
	return batch(next, a.logs.again(), a.iam.again())
}

// spin moves the spinner while something runs, and only then.
type spin struct{}

const spinEvery = 120 * time.Millisecond

// spin starts the spinner unless it runs already.
func (a *App) spin() tea.Cmd {
	if a.headless || a.ticking {
		return nil
	}
	a.ticking = true
	return tea.Tick(spinEvery, func(time.Time) tea.Msg { return spin{} })
}

func (spin) apply(a *App) tea.Cmd {
	a.ticking = false
	if !a.reading && a.busy == "" {
		return nil
	}
	a.frame++
	return a.spin()
}
