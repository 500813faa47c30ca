package tui

import (
	"context"
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"firstaid/diagnostics"
	"firstaid/diagnostics/policy"
	"firstaid/playbooks"
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
	w, h    int // of the rows and the card together, without the header
	widest  int // action, in cells

	ctx      context.Context
	ifs      []whatIf // latest first
	proposed func() *diagnostics.Proof
	trying   *diagnostics.Proof // what the columns before and after are about
	added    *policy.Document   // its document
	ask      playbooks.Asker    // nil where there is no account to ask
	asking   stream[answered]
	waiting  bool // for IAM
	problem  string
	answers  answers
}

func newIAM(ctx context.Context, l *look) *iam {
	p := &iam{look: l, ctx: ctx, asking: stream[answered]{pane: iamPane}, answers: answers{}}
	p.list = widget.List[simRow]{ID: simRow.id, Text: func(r simRow) string { return widget.Join(r.cells) }, Draw: p.draw}
	return p
}

// Update takes IAM's answers.
func (p *iam) Update(msg tea.Msg) tea.Cmd {
	if c, ok := msg.(chunk[answered]); ok {
		return p.receive(c)
	}
	return nil
}

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
	const most, least = 8, 4
	if h >= 10 {
		card = min(most, h/2)
	}
	if spare := h - p.list.Len(); spare > card && spare >= least {
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
		return "Nothing was denied in what was read, so there was nothing to ask IAM about. w tries a call that nobody made: what if?"
	}
}

func (p *iam) Keys() []Key {
	return append([]Key{
		{Keys: []string{"enter"}, Verb: "policies", Help: "show the role's policies, at the statement that decided", Foot: true, Why: p.nothing, Do: func() tea.Cmd { return send(revealed{}) }},
		{Keys: []string{"w"}, Verb: "what-if", Help: "try another action or resource: what would be decided?", Foot: true, Why: p.noSimulation, Do: func() tea.Cmd { return send(askWhatIf{}) }},
		{Keys: []string{"b"}, Verb: "before-after", Help: "what the proposed statement would change, on every row; again ends it", Foot: true, Why: p.noComparison, Do: p.compare},
		{Keys: []string{"x"}, Verb: "remove", Help: "take this what-if away", Why: p.noWhatIf, Do: p.remove},
		{Keys: []string{"X"}, Verb: "clear", Help: "take all what-ifs away", Why: p.noWhatIfs, Do: p.clear},
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
	clear(p.answers) // the policies may be others now
	p.arrange()
}

// arrange makes the rows: what-ifs, what is denied, what is unknown, the
// controls of a statement on trial, what is allowed.
func (p *iam) arrange() {
	if p.report == nil {
		return
	}
	var rows, allowed []simRow
	for _, x := range p.ifs {
		rows = append(rows, p.tried(x))
	}
	for _, d := range p.report.decisions {
		r := simRow{Decision: d}
		p.complete(&r)
		if d.Allowed() {
			allowed = append(allowed, r)
		} else {
			rows = append(rows, r)
		}
	}
	for i, u := range p.report.snapshot.Unread {
		if u.Of.Kind == diagnostics.KindSimulation || u.Of.Kind == diagnostics.KindRole {
			r := simRow{unread: &p.report.snapshot.Unread[i]}
			p.complete(&r)
			rows = append(rows, r)
		}
	}
	rows = append(append(rows, p.controls()...), allowed...)
	p.widest = 0
	for _, r := range rows {
		p.widest = max(p.widest, widget.Width(r.cells[partAction]))
	}
	p.list.Set(rows)
	p.resize(p.w, p.h+1)
}

// row finds a row by its name.
func (p *iam) row(id string) (simRow, bool) {
	for _, r := range p.list.Items() {
		if r.unread == nil && r.id() == id {
			return r, true
		}
	}
	return simRow{}, false
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
	p.resize(p.w, p.h+1)
	return nil
}

func (p *iam) resize(w, h int) {
	p.w, p.h = w, h-1
	rows, _ := p.split(p.h)
	p.list.Resize(w, rows)
}

func (p *iam) title() string {
	if p.trying != nil {
		return "IAM, with the proposed statement"
	}
	return "IAM"
}

// note also says who checked the chosen row where there is no other room.
func (p *iam) note() string {
	note := widget.Position(p.list.Cursor(), p.list.Len())
	r, ok := p.list.Current()
	if _, card := p.split(p.h); !ok || card > 0 || slices.ContainsFunc(p.columns(p.w-3), func(c simColumn) bool { return c.part == partChecked }) {
		return note
	}
	return strings.TrimSpace(r.cells[partChecked] + " " + note)
}

func (p *iam) focus(on bool)  { p.focused = on }
func (p *iam) move(n int)     { p.list.Move(n) }
func (p *iam) click(_, y int) { p.list.Click(y - 1) }
func (p *iam) found() string  { return p.list.Query() }
