package tui

import (
	"context"
	"os"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"firstaid/diagnostics"
	"firstaid/playbooks"
	"firstaid/tui/widget"
)

// App is the screen, the only tea.Model. Its panes are plain structs that it
// owns and calls.
type App struct {
	*look
	ctx   context.Context
	quit  context.CancelFunc
	opts  Options
	ascii bool
	w, h  int

	findings *findings
	detail   *detail
	events   *events
	logs     *logs
	iam      *iam
	stacks   *stacks
	fixes    *fixes
	panes    [paneCount]content

	focused paneID
	front   []paneID // focused panes, latest first
	chooser paneID   // the pane whose choice is explained
	zoomed  bool
	dialog  dialog
	search  *search
	lastKey time.Time

	catalog *playbooks.Catalog // nil until it is loaded
	source  Source
	target  Target
	stream  stream[*diagnostics.Snapshot]
	latest  *diagnostics.Snapshot // newest snapshot that arrived
	report  *report               // newest snapshot that was diagnosed
	working bool                  // a diagnosis is running
	stale   bool                  // a newer snapshot waits for it
	reading bool
	failure error // how the last reading ended
	frame   int   // of the spinner
	ticking bool  // the spinner runs
	busy    string
	toast   toast
	shown   diagnostics.Finding          // the finding that panes were aligned with
	states  map[string]diagnostics.State // by finding ID, from fixes applied here
	watched *watch                       // what is being waited for after a fix; nil for nothing

	made     []diagnostics.Call // by the screen itself, beside those of the snapshot
	clip     func(string) error // copies; nil without a terminal
	headless bool               // nothing moves by itself

	// unexpected is told about messages that nobody takes; tests fail there.
	unexpected func(tea.Msg)
}

// toast is one line about what was just done; the next key clears it.
type toast struct {
	text string
	bad  bool
}

// New makes the screen. It reads nothing before Init.
func New(ctx context.Context, o Options) *App {
	if o.Getenv == nil {
		o.Getenv = os.Getenv
	}
	if o.Zone == nil {
		o.Zone = time.Local
	}
	if o.judge == nil {
		o.judge = playbooks.Diagnose
	}
	ctx, cancel := context.WithCancel(ctx)
	l := &look{Palette: theme(o.Getenv), lang: o.Lang, clock: clock{o.Zone}}
	a := &App{
		look: l, ctx: ctx, quit: cancel, opts: o, ascii: !unicodeTerminal(o.Getenv), source: o.Source, target: o.Target, catalog: o.Catalog,
		findings: newFindings(l), detail: newDetail(l), events: newEvents(l), logs: newLogs(ctx, l),
		iam: newIAM(ctx, l), stacks: newStacks(l), fixes: newFixes(l),
		states: map[string]diagnostics.State{},
		stream: stream[*diagnostics.Snapshot]{pane: appPane},
	}
	a.detail.row, a.detail.tried = a.iam.row, a.iam.document
	a.detail.lines = func() *logIndex { return a.logs.index }
	a.logs.live.tail = o.Tail
	a.iam.proposed, a.iam.ask = a.fixes.proof, o.Simulate
	a.fixes.ctx, a.fixes.ask = ctx, o.Simulate
	if len(o.Notice) > 0 {
		a.dialog = opening(l, o.Notice)
	}
	a.panes = [paneCount]content{
		findingsPane: a.findings, detailPane: a.detail, eventsPane: a.events, logsPane: a.logs,
		iamPane: a.iam, stacksPane: a.stacks, fixPane: a.fixes,
	}
	return a
}

// Init starts reading.
func (a *App) Init() tea.Cmd {
	cmd := batch(a.collect(), a.loadCatalog())
	a.settle()
	return cmd
}

// Update gives a message to its one destination and returns the work that
// follows.
func (a *App) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	cmd := a.route(msg)
	return a, batch(cmd, a.settle())
}

func (a *App) route(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		a.w, a.h = msg.Width, msg.Height
	case tea.KeyMsg:
		return a.typed(msg)
	case tea.MouseMsg:
		return a.mouse(msg)
	case chunk[*diagnostics.Snapshot]:
		return a.receive(msg)
	case addressed:
		return a.panes[msg.target()].Update(msg)
	case appMsg:
		return msg.apply(a)
	default:
		if a.unexpected != nil {
			a.unexpected(msg)
		}
	}
	return nil
}

// appMsg is a message for the App itself.
type appMsg interface{ apply(*App) tea.Cmd }

// batch joins commands and keeps nil nil.
func batch(cmds ...tea.Cmd) tea.Cmd {
	var some []tea.Cmd
	for _, c := range cmds {
		if c != nil {
			some = append(some, c)
		}
	}
	switch len(some) {
	case 0:
		return nil
	case 1:
		return some[0]
	default:
		return tea.Batch(some...)
	}
}

// settle brings what depends on several panes in line after a message: sizes,
// focus, and what is explained.
func (a *App) settle() tea.Cmd {
	for id, p := range a.panes {
		p.focus(paneID(id) == a.focused && a.dialog == nil)
	}
	for _, s := range a.layout().slots {
		p := a.panes[s.shown]
		p.resize(widget.Box{}.Inner(s.w, s.h))
	}
	a.findings.halted = ""
	if a.failure != nil {
		a.findings.halted = a.failure.Error() + ". " + a.wayOut()
	}
	kept := a.iam.keep()
	if of := a.panes[a.chooser].chosen(); of != (diagnostics.Ref{}) {
		a.detail.choose(of) // a row that stands for several things leaves the explanation as it is
	}
	return batch(kept, a.align())
}

// align brings events, logs, decisions and fixes in line with the chosen
// finding, so that its evidence stands side by side.
func (a *App) align() tea.Cmd {
	f, ok := a.findings.current()
	if !ok || a.report == nil {
		return nil
	}
	cmd := a.fixes.choose(a.report, f)
	if f.ID() == a.shown.ID() && len(f.Evidence) == len(a.shown.Evidence) && len(f.Chain) == len(a.shown.Chain) {
		return cmd
	}
	a.shown = f
	a.bringForward(evidencePane(f))
	for id, p := range a.panes {
		if x, ok := p.(interface{ follow(diagnostics.Finding) }); ok && paneID(id) != a.focused {
			x.follow(f)
		}
	}
	return cmd
}

// evidencePane is the pane that holds what a finding quotes first.
func evidencePane(f diagnostics.Finding) paneID {
	for _, e := range f.Evidence {
		switch e.Of.Kind {
		case diagnostics.KindEvent:
			return eventsPane
		case diagnostics.KindLogEvent, diagnostics.KindLogGroup:
			return logsPane
		case diagnostics.KindSimulation, diagnostics.KindRole:
			return iamPane
		}
	}
	return eventsPane
}

// bringForward shows a pane in the frame that it shares, next to the focused
// one, without giving it the focus.
func (a *App) bringForward(p paneID) {
	if p == a.focused {
		return
	}
	front := []paneID{a.focused, p}
	for _, q := range a.front {
		if q != p && q != a.focused {
			front = append(front, q)
		}
	}
	a.front = front
}

// focusOn gives a pane the keyboard.
type focusOn struct{ pane paneID }

func (m focusOn) apply(a *App) tea.Cmd {
	a.setFocus(m.pane)
	return nil
}

func (a *App) setFocus(p paneID) {
	a.focused = p
	front := []paneID{p}
	for _, q := range a.front {
		if q != p {
			front = append(front, q)
		}
	}
	a.front = front
	if p != detailPane && p != fixPane {
		a.chooser = p
	}
}

// goTo opens what a reference names in the pane that holds such things.
type goTo struct{ of diagnostics.Ref }

func (m goTo) apply(a *App) tea.Cmd {
	for id, p := range a.panes {
		if g, ok := p.(interface{ goTo(diagnostics.Ref) bool }); ok && g.goTo(m.of) {
			a.setFocus(paneID(id))
			return nil
		}
	}
	a.toast = toast{text: "nothing on the screen shows " + m.of.String() + " in more detail"}
	return nil
}

func (m openStack) apply(a *App) tea.Cmd {
	a.target = m.target
	a.setFocus(findingsPane)
	return a.collect()
}
