package tui

import (
	"context"

	tea "github.com/charmbracelet/bubbletea"

	"firstaid/playbooks"
	"firstaid/tui/widget"
)

// guide is the fixer when it takes the steps of guided plans one at a time.
func (a *App) guide() Guide {
	g, _ := a.opts.Fixer.(Guide)
	return g
}

// askStep asks about the next step of a guided plan only.
func (a *App) askStep(p playbooks.Plan) tea.Cmd {
	next, i, guide := p.NextStep(), p.Fix.Next(), a.guide()
	c := &confirm{
		title: "Take step " + itoa(i+1) + " of " + itoa(len(p.Fix.Steps)) + "?",
		lines: a.consent(next), word: next.Confirmation(),
		do: func() tea.Cmd { return a.advance(p, false) },
	}
	switch s := next.Fix.Steps[0].(type) {
	case playbooks.Manual:
		c.title = "Is step " + itoa(i+1) + " of " + itoa(len(p.Fix.Steps)) + " done?"
		c.lines = []string{a.in(p.Fix.Title), "· " + a.in(s.Do), "", "y notes that you did it, and goes on to the next step."}
	case playbooks.Run:
		c.elsewhere = func() tea.Cmd { return a.advance(p, true) }
		c.do = func() tea.Cmd { return a.inTerminal(p, guide) }
	}
	if c.word != "" {
		c.input = widget.NewInput("> ", c.word)
	}
	a.dialog = c
	return nil
}

// advance takes the next step of a guided plan.
func (a *App) advance(p playbooks.Plan, byHand bool) tea.Cmd {
	guide := a.guide()
	return a.work("taking a step of "+a.in(p.Fix.Title), func(ctx context.Context) tea.Msg {
		out, err := guide.Advance(ctx, p, byHand)
		return finished{doing: "Step", finding: p.Finding.ID(), outcome: out, err: err}
	})
}

// inTerminal takes a step that is a command, in the plain terminal.
func (a *App) inTerminal(p playbooks.Plan, g Guide) tea.Cmd {
	return a.foreground(p, "Step", func(ctx context.Context) (Outcome, error) { return g.Advance(ctx, p, false) })
}

// standing says how far a guided plan got, or why it starts over.
func (p *page) standing(f playbooks.Fix) {
	if f.Progress == nil {
		return
	}
	if over := f.Progress.Over; !over.IsZero() {
		p.para("", p.Warn.Paint("▲ "), "  ", "the plan starts over: "+over.In(p.lang))
	}
	if said := f.Standing(p.clock.brief); !said.IsZero() {
		p.para(p.Strong, p.Accent.Paint("→ "), "  ", said.In(p.lang))
	}
}

// stage heads a step of a guided plan; done reports whether that is all there
// is to say of it.
func (p *page) stage(f playbooks.Fix, i int) (done bool) {
	name := "step " + itoa(i+1) + " of " + itoa(len(f.Steps))
	switch next := f.Next(); {
	case i < next:
		p.para(p.Dim, p.Good.Paint("✔ "), "  ", name+", done at "+p.clock.brief(f.Progress.Taken[i].Done)+": "+playbooks.Brief(f.Steps[i]).In(p.lang))
		return true
	case i == next:
		p.para(p.Strong, p.Accent.Paint("→ "), "  ", name)
	default:
		p.para(p.Dim, "  ", "  ", name)
	}
	return false
}
