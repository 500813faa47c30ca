package tui

import (
	"sort"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"firstaid/diagnostics"
	"firstaid/tui/widget"
)

// simRow is one decision, or something that could not be decided.
type simRow struct {
	sim    diagnostics.Simulation
	unread *diagnostics.Unread
}

// iam is the pane of IAM simulations: what is denied first, then what is
// unknown, then what is allowed.
type iam struct {
	*look
	report  *report
	list    widget.List[simRow]
	focused bool
}

func newIAM(l *look) *iam {
	p := &iam{look: l}
	p.list = widget.List[simRow]{ID: p.id, Text: func(r simRow) string { return widget.Join(simParts(r)) }, Draw: p.draw}
	return p
}

func (p *iam) id(r simRow) string {
	if r.unread != nil {
		return "unread " + r.unread.Of.String() + r.unread.Action
	}
	return simID(r.sim)
}

func simID(s diagnostics.Simulation) string {
	return s.Origin + " " + s.PolicySourceArn + " " + s.EvalActionName + " " + s.EvalResourceName
}

// simParts are the cells: decision, action, resource, principal, decided by.
func simParts(r simRow) []string {
	if r.unread != nil {
		return []string{"unknown", widget.Clean(r.unread.Action), widget.Clean(r.unread.Of.ID), "", widget.Clean(r.unread.Reason)}
	}
	s := r.sim
	by := make([]string, 0, len(s.MatchedStatements))
	for _, m := range s.MatchedStatements {
		by = append(by, m.SourcePolicyId)
	}
	if s.AllowedByBoundary != nil && !*s.AllowedByBoundary {
		by = append(by, "permissions boundary")
	}
	if s.AllowedByOrganizations != nil && !*s.AllowedByOrganizations {
		by = append(by, "organization policy")
	}
	return []string{
		decision(s), widget.Clean(s.EvalActionName), widget.Clean(s.EvalResourceName),
		widget.Clean(lastPart(s.PolicySourceArn)), widget.Clean(strings.Join(by, ", ")),
	}
}

// decision says a decision in words that an engineer knows.
func decision(s diagnostics.Simulation) string {
	switch s.EvalDecision {
	case "allowed":
		return "allowed"
	case "explicitDeny":
		return "denied"
	case "implicitDeny":
		return "not allowed"
	default:
		return "unknown"
	}
}

func lastPart(arn string) string { return arn[strings.LastIndexByte(arn, '/')+1:] }

func decisionGlyph(p *widget.Palette, d string) (string, widget.Style) {
	switch d {
	case "allowed":
		return "✔", p.Good
	case "unknown":
		return "?", p.Warn
	default:
		return "✖", p.Error
	}
}

// order puts denials first and what is allowed last.
func order(r simRow) int {
	switch simParts(r)[0] {
	case "denied":
		return 0
	case "not allowed":
		return 1
	case "unknown":
		return 2
	default:
		return 3
	}
}

func (p *iam) draw(r simRow, hits []int, w int, q *widget.Palette) string {
	parts := simParts(r)
	glyph, style := decisionGlyph(q, parts[0])
	base := widget.Style("")
	if parts[0] == "allowed" {
		base = q.Dim
	}
	columns := simColumns(w)
	widths := widget.Widths(columns, w-2)
	for i := range widths {
		if len(hits) == 0 && widths[i] > 0 {
			parts[i] = widget.Middle(short(parts[i]), widths[i])
		}
	}
	cells := widget.Marked(parts, hits, []widget.Style{style, base, base, q.Dim, q.Dim}, q.Match)
	return style.Paint(glyph) + " " + widget.Row(cells, columns, widths)
}

func simColumns(w int) []widget.Column {
	columns := []widget.Column{
		{Title: "decision", Width: 11},
		{Title: "action", Width: min(max(w/4, 14), 34)},
		{Title: "on", Weight: 2},
	}
	if w >= 84 {
		columns = append(columns, widget.Column{Title: "as", Weight: 1})
	}
	if w >= 120 {
		columns = append(columns, widget.Column{Title: "decided by", Weight: 1})
	}
	return columns
}

func (p *iam) Update(tea.Msg) tea.Cmd { return nil }

func (p *iam) View(w, h int) string {
	if p.list.Len() == 0 || h < 2 {
		return p.empty(w, h, p.why())
	}
	columns := simColumns(w - 1)
	head := widget.Fit("   "+widget.Header(columns, widget.Widths(columns, w-3), p.Dim), w)
	return head + "\n" + p.list.View(w, h-1, p.focused, p.Palette)
}

func (p *iam) why() string {
	switch {
	case p.report == nil:
		return "Not read yet."
	case p.list.Query() != "":
		return "No decision matches " + p.list.Query() + "."
	default:
		return unreadSentence(p.report, diagnostics.KindSimulation, "Nothing was denied, so nothing was simulated.")
	}
}

func (p *iam) Keys() []Key {
	return append([]Key{{
		Keys: []string{"enter"}, Verb: "open", Help: "show what decided it, with the policy", Foot: true,
		Do: func() tea.Cmd { return send(focusOn{detailPane}) },
	}}, moveKeys(&p.list)...)
}

func (p *iam) show(r *report) {
	p.report = r
	var rows []simRow
	for _, s := range r.snapshot.Simulations {
		rows = append(rows, simRow{sim: s})
	}
	for i, u := range r.snapshot.Unread {
		if u.Of.Kind == diagnostics.KindSimulation || u.Of.Kind == diagnostics.KindRole {
			rows = append(rows, simRow{unread: &r.snapshot.Unread[i]})
		}
	}
	sort.SliceStable(rows, func(a, b int) bool { return order(rows[a]) < order(rows[b]) })
	p.list.Set(rows)
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
			if r.unread == nil && strings.EqualFold(r.sim.EvalActionName, action) {
				p.list.Select(p.id(r))
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
		if ref.Kind == diagnostics.KindSimulation && ref.ID == r.sim.EvalActionName+" "+r.sim.EvalResourceName ||
			ref.Kind == diagnostics.KindSimulation && ref.ID == simID(r.sim) ||
			ref.Kind == diagnostics.KindRole && ref.ID == lastPart(r.sim.PolicySourceArn) {
			return p.list.Select(p.id(r))
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
		return diagnostics.Ref{Kind: diagnostics.KindSimulation, ID: simID(r.sim)}
	}
}

func (p *iam) copied() string {
	if r, ok := p.list.Current(); ok {
		return strings.TrimSpace(widget.Join(simParts(r)))
	}
	return ""
}

func (p *iam) find(q string) tea.Cmd {
	p.list.Find(q)
	return nil
}

func (p *iam) title() string   { return "IAM" }
func (p *iam) note() string    { return widget.Position(p.list.Cursor(), p.list.Len()) }
func (p *iam) focus(on bool)   { p.focused = on }
func (p *iam) resize(w, h int) { p.list.Resize(w, h-1) }
func (p *iam) move(n int)      { p.list.Move(n) }
func (p *iam) click(_, y int)  { p.list.Click(y - 1) }
func (p *iam) found() string   { return p.list.Query() }
