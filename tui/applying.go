package tui

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"firstaid/diagnostics"
	"firstaid/playbooks"
	"firstaid/tui/widget"
)

func (a *App) noFixer() string {
	switch {
	case a.opts.Fixer == nil:
		return "nothing can be changed from here"
	case a.busy != "":
		return "wait: " + a.busy
	}
	return ""
}

// noApply says why the fix cannot be applied. What is applied must be on the
// screen.
func (a *App) noApply() string {
	if why := a.noFixer(); why != "" {
		return why
	}
	if why := a.fixes.none(); why != "" {
		return why
	}
	p, _ := a.fixes.plan()
	switch {
	case !p.Fix.Declined.IsZero():
		return "firstaid leaves this one to you: " + a.in(p.Fix.Declined)
	case p.Fix.Staged() && a.guide() != nil && p.Fix.Next() == len(p.Fix.Steps):
		return "every step of this plan is done"
	case !changes(p.Fix) && (!p.Fix.Staged() || a.guide() == nil):
		return "every step of this fix is for a person"
	case !a.layout().visible(fixPane):
		return "press f first: only what is on the screen is applied"
	}
	return ""
}

// changes reports whether there is a step that firstaid can take.
func changes(f playbooks.Fix) bool {
	for _, s := range f.Steps {
		if _, manual := s.(playbooks.Manual); !manual {
			return true
		}
	}
	return false
}

// confirm asks before something is changed. Enter alone never confirms: it is
// `y`, or a name that has to be typed.
type confirm struct {
	title string
	lines []string
	word  string // to be typed; "" for y
	input *widget.Input
	do    func() tea.Cmd
	// elsewhere, on `d`, notes that a command was run in another place; nil
	// where that is no answer.
	elsewhere func() tea.Cmd
}

func (c *confirm) key(a *App, k tea.KeyMsg) tea.Cmd {
	pressed := k.String()
	switch {
	case pressed == "esc" || pressed == "ctrl+c" || c.word == "" && pressed == "n":
		a.dialog = nil
		return nil
	case c.word == "" && pressed == "y":
		a.dialog = nil
		return c.do()
	case c.word == "" && pressed == "d" && c.elsewhere != nil:
		a.dialog = nil
		return c.elsewhere()
	case c.word != "" && pressed == "enter" && c.input.Value() == c.word:
		a.dialog = nil
		return c.do()
	case c.word != "":
		c.input.Key(k)
	}
	return nil
}

func (c *confirm) view(a *App, w, h int) string {
	wide := min(w, 84)
	var rows []string
	for _, l := range c.lines {
		for _, r := range widget.Wrap(widget.Clean(l), wide-4) {
			rows = append(rows, " "+r)
		}
	}
	rows = append(rows, "")
	foot := "y does it · esc does not"
	if c.elsewhere != nil {
		foot = "y runs it · d: I ran it elsewhere · esc does not"
	}
	if c.word != "" {
		rows = append(rows, " Type "+a.Strong.Paint(widget.Clean(c.word))+" and press enter:", " "+c.input.View(wide-4))
		foot = "esc does not"
	}
	high := min(len(rows)+2, h)
	box := widget.Box{Title: a.Warn.Paint(c.title), Foot: a.Dim.Paint(foot), Style: a.Warn}
	iw, ih := box.Inner(wide, high)
	return box.View(widget.Block(rows[max(len(rows)-ih, 0):], iw, ih), wide, high)
}

// noDeploy says why the project cannot be deployed from here.
func (a *App) noDeploy() string {
	if why := a.noFixer(); why != "" {
		return why
	}
	if a.report == nil {
		return "nothing is read yet"
	}
	if _, ok := playbooks.Redeploy(a.report.snapshot); !ok {
		return "there is no SAM project here"
	}
	return ""
}

// askDeploy asks whether the project is to be deployed again, as it is. What it
// is to prove is the chosen finding.
func (a *App) askDeploy() tea.Cmd {
	fix, _ := playbooks.Redeploy(a.report.snapshot)
	finding, _ := a.findings.current()
	plan := playbooks.Plan{Finding: finding, Fix: fix}
	a.dialog = &confirm{title: "Deploy again?", lines: a.consent(plan), do: func() tea.Cmd { return a.apply(plan) }}
	return nil
}

// askApply shows what will happen and where, and asks.
func (a *App) askApply() tea.Cmd {
	plan, _ := a.fixes.plan()
	if plan.Fix.Staged() && a.guide() != nil {
		return a.askStep(plan)
	}
	c := &confirm{title: "Apply this fix?", lines: a.consent(plan), word: plan.Confirmation(), do: func() tea.Cmd { return a.apply(plan) }}
	if c.word != "" {
		c.input = widget.NewInput("> ", c.word)
	}
	a.dialog = c
	return nil
}

// consent is what somebody should know before saying yes.
func (a *App) consent(p playbooks.Plan) []string {
	lines := []string{a.in(p.Fix.Title), strings.Join(facts(p.Fix), ", ") + "."}
	for _, s := range p.Fix.Steps {
		switch s := s.(type) {
		case playbooks.FileEdit:
			lines = append(lines, "· writes "+s.Path)
		case playbooks.Call:
			id := a.report.snapshot.Identity
			lines = append(lines, "· calls "+s.Service+" "+s.Operation+" on "+s.Of.ID+" in account "+id.Account+", "+id.Region)
		case playbooks.Run:
			lines = append(lines, "· runs "+playbooks.ShellQuote(s.Argv)+" in this terminal")
		case playbooks.Manual:
			lines = append(lines, "· leaves to you: "+a.in(s.Do))
		}
	}
	return lines
}

// apply carries the plan out. A plan with a command gets the terminal.
func (a *App) apply(p playbooks.Plan) tea.Cmd {
	fixer := a.opts.Fixer
	for _, s := range p.Fix.Steps {
		if _, ok := s.(playbooks.Run); ok {
			return a.foreground(p, "Apply", func(ctx context.Context) (Outcome, error) { return fixer.Apply(ctx, p) })
		}
	}
	return a.work("applying "+a.in(p.Fix.Title), func(ctx context.Context) tea.Msg {
		out, err := fixer.Apply(ctx, p)
		return finished{doing: "Apply", finding: p.Finding.ID(), outcome: out, err: err}
	})
}

// foreground is a plan that runs in the plain terminal.
type foreground struct {
	ctx     context.Context
	do      func(context.Context) (Outcome, error)
	outcome Outcome
	in      io.Reader
	out     io.Writer
}

func (f *foreground) SetStdin(r io.Reader)  { f.in = r }
func (f *foreground) SetStdout(w io.Writer) { f.out = w }
func (f *foreground) SetStderr(io.Writer)   {}

// Run applies the plan and leaves its output to be read before the screen
// comes back.
func (f *foreground) Run() error {
	var err error
	f.outcome, err = f.do(f.ctx)
	if f.in != nil && f.out != nil {
		fmt.Fprint(f.out, "\nPress enter to go back to firstaid. ")
		_, _ = bufio.NewReader(f.in).ReadString('\n')
	}
	return err
}

func (a *App) foreground(p playbooks.Plan, doing string, do func(context.Context) (Outcome, error)) tea.Cmd {
	f := &foreground{ctx: a.ctx, do: do}
	a.busy = "applying " + a.in(p.Fix.Title)
	return tea.Exec(f, func(err error) tea.Msg {
		return finished{doing: doing, finding: p.Finding.ID(), outcome: f.outcome, err: err}
	})
}

func (a *App) askUndo() tea.Cmd {
	a.dialog = &confirm{
		title: "Take back the latest fix?",
		lines: []string{"What was changed is put back as it was. If somebody changed it since, nothing is overwritten."},
		do:    func() tea.Cmd { return a.undo(0) },
	}
	return nil
}

func (a *App) undo(entry int) tea.Cmd {
	fixer := a.opts.Fixer
	return a.work("taking back", func(ctx context.Context) tea.Msg {
		out, err := fixer.Undo(ctx, entry)
		return finished{doing: "Undo", outcome: out, err: err}
	})
}

func (a *App) noVerify() string {
	switch {
	case a.opts.Fixer == nil:
		return "nothing can be verified here"
	case a.busy != "":
		return "wait: " + a.busy
	}
	if _, ok := a.findings.current(); !ok {
		return "no finding is chosen"
	}
	return ""
}

func (a *App) verify() tea.Cmd {
	f, _ := a.findings.current()
	fixer := a.opts.Fixer
	return a.work("verifying "+oneLine(f.ID()), func(ctx context.Context) tea.Msg {
		out, err := fixer.Verify(ctx, f)
		return finished{doing: "Verify", finding: f.ID(), outcome: out, err: err}
	})
}

// finished is what came of applying, taking back or verifying. It is shown in
// a dialog, because it opens by itself and must not be missed, and everything
// is read again.
type finished struct {
	doing   string
	finding string // its ID; "" when something was taken back
	outcome Outcome
	err     error
}

// remember keeps what is known of a finding beyond its snapshot: the events
// that prove it stay in the account after it was mended.
func (m finished) remember(a *App) {
	switch {
	case m.err != nil:
	case m.finding == "":
		clear(a.states)
	case m.outcome.State != "":
		a.states[m.finding] = m.outcome.State
	}
}

func (m finished) apply(a *App) tea.Cmd {
	a.busy = ""
	m.remember(a)
	l, text, mark := a.look, a.in(m.outcome.Text), a.Good.Paint("✔ ")
	taken := m.doing == "Step" && m.outcome.State == diagnostics.Open // more steps follow
	if m.outcome.State == diagnostics.Open && !taken {
		mark = a.Warn.Paint("▲ ")
	}
	if m.err != nil {
		text, mark = widget.Clean(m.err.Error()), a.Error.Paint("✖ ")
	}
	a.dialog = &notice{title: m.doing, opened: time.Now(), lines: func(w int) []string {
		p := &page{look: l, w: w}
		p.para("", mark, "  ", text)
		if m.err == nil && m.outcome.State != "" && !taken {
			p.field("state", string(m.outcome.State))
		}
		if (m.doing == "Apply" || m.doing == "Step") && m.outcome.Entry > 0 {
			p.field("journal", "entry "+itoa(m.outcome.Entry)+"; u takes it back")
		}
		return p.lines
	}}
	return batch(a.collect(), a.watchFor(m))
}
