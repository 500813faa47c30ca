package tui

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"firstaid/diagnostics"
	"firstaid/tui/widget"
)

// iam is the pane of IAM decisions: what is denied first, then what is
// unknown, then what is allowed. Below the rows stands in full what decided
// the chosen one.
type iam struct {
	*look
	report  *report
	list    widget.List[simRow]
	focused bool
	h       int // of the rows and the card together, without the header
}

func newIAM(l *look) *iam {
	p := &iam{look: l}
	p.list = widget.List[simRow]{ID: simRow.id, Text: func(r simRow) string { return widget.Join(r.parts()) }, Draw: p.draw}
	return p
}

func (p *iam) Update(tea.Msg) tea.Cmd { return nil }

func (p *iam) View(w, h int) string {
	if p.list.Len() == 0 || h < 2 {
		return p.empty(w, h, p.why())
	}
	columns := p.columns(w - 3)
	head := widget.Fit("   "+widget.Header(titles(columns), widget.Widths(titles(columns), w-3), p.Dim), w)
	rows, card := p.split(h - 1)
	view := head + "\n" + p.list.View(w, rows, p.focused, p.Palette)
	if card > 0 {
		view += "\n" + widget.Block(p.card(w, card), w, card)
	}
	return view
}

// split divides the height: a card of the chosen row below the rows where both
// have room. Few rows leave what they do not need to the card.
func (p *iam) split(h int) (rows, card int) {
	const most, least = 8, 6
	if h < least+4 {
		return h, 0
	}
	card = min(most, h/2)
	if spare := h - p.list.Len(); spare > card {
		card = min(spare, most)
	}
	return h - card, card
}

func (p *iam) why() string {
	switch {
	case p.report == nil:
		return "Not read yet."
	case p.list.Query() != "":
		return "No decision matches " + p.list.Query() + ". esc shows all of them."
	case !p.report.snapshot.Complete:
		return "Not read yet."
	case len(p.report.decider.Roles()) == 0:
		return "Nothing was denied in what was read, and no role's policies were read. Where a call is refused, its role, the policies " +
			"and IAM's own decision are shown here; `firstaid permissions` prints what reading them needs."
	default:
		return "Nothing was denied in what was read, so there was nothing to ask IAM about."
	}
}

func (p *iam) Keys() []Key {
	return append([]Key{
		{Keys: []string{"enter"}, Verb: "policies", Help: "show the role's policies, at the statement that decided", Foot: true, Why: p.nothing, Do: func() tea.Cmd { return send(revealed{}) }},
	}, moveKeys(&p.list)...)
}

func (p *iam) nothing() string {
	if p.list.Len() == 0 {
		return "there is no decision to look into"
	}
	return ""
}

// revealed opens the explanation of what is chosen at the place that matters.
type revealed struct{}

func (revealed) apply(a *App) tea.Cmd {
	a.setFocus(detailPane)
	a.detail.reveal()
	return nil
}

func (p *iam) show(r *report) {
	p.report = r
	p.arrange()
}

// arrange makes the rows of the report.
func (p *iam) arrange() {
	var rows, allowed []simRow
	for _, d := range p.report.decisions {
		if d.Allowed() {
			allowed = append(allowed, simRow{Decision: d})
		} else {
			rows = append(rows, simRow{Decision: d})
		}
	}
	for i, u := range p.report.snapshot.Unread {
		if u.Of.Kind == diagnostics.KindSimulation || u.Of.Kind == diagnostics.KindRole {
			rows = append(rows, simRow{unread: &p.report.snapshot.Unread[i]})
		}
	}
	p.list.Set(append(rows, allowed...))
	p.resize(0, p.h+1)
}

// follow puts the cursor on the decision that a finding is about.
func (p *iam) follow(f diagnostics.Finding) {
	for _, l := range f.Chain {
		if l.Of.Kind == diagnostics.KindSimulation && p.goTo(l.Of) {
			return
		}
	}
	if action := f.Captures["action"]; action != "" {
		for _, r := range p.list.Items() {
			if r.unread == nil && strings.EqualFold(r.EvalActionName, action) {
				p.list.Select(r.id())
				return
			}
		}
	}
}

// goTo finds a simulation by "action resource", as a chain names it, or a role.
func (p *iam) goTo(ref diagnostics.Ref) bool {
	for _, r := range p.list.Items() {
		if r.unread != nil {
			continue
		}
		if ref.Kind == diagnostics.KindSimulation && ref.ID == r.EvalActionName+" "+r.EvalResourceName ||
			ref.Kind == diagnostics.KindSimulation && ref.ID == r.id() ||
			ref.Kind == diagnostics.KindRole && ref.ID == lastPart(r.PolicySourceArn) {
			return p.list.Select(r.id())
		}
	}
	return false
}

func (p *iam) chosen() diagnostics.Ref {
	r, ok := p.list.Current()
	switch {
	case !ok:
		return diagnostics.Ref{}
	case r.unread != nil:
		return diagnostics.Ref{Kind: kindUnread}
	default:
		return diagnostics.Ref{Kind: diagnostics.KindSimulation, ID: r.id()}
	}
}

func (p *iam) copied() string {
	if r, ok := p.list.Current(); ok {
		return r.full()
	}
	return ""
}

func (p *iam) find(q string) tea.Cmd {
	p.list.Find(q)
	p.resize(0, p.h+1)
	return nil
}

func (p *iam) resize(_, h int) {
	p.h = h - 1
	rows, _ := p.split(p.h)
	p.list.Resize(0, rows)
}

func (p *iam) title() string  { return "IAM" }
func (p *iam) note() string   { return widget.Position(p.list.Cursor(), p.list.Len()) }
func (p *iam) focus(on bool)  { p.focused = on }
func (p *iam) move(n int)     { p.list.Move(n) }
func (p *iam) click(_, y int) { p.list.Click(y - 1) }
func (p *iam) found() string  { return p.list.Query() }
