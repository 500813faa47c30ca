package tui

import (
	"strings"

	"firstaid/diagnostics"
	"firstaid/diagnostics/policy"
	"firstaid/playbooks"
	"firstaid/tui/widget"
)

// simRow is one decision, or something that could not be decided.
type simRow struct {
	playbooks.Decision
	unread *diagnostics.Unread
}

// id names a row across readings.
func (r simRow) id() string {
	if r.unread != nil {
		return "unread " + r.unread.Of.String() + r.unread.Action
	}
	return r.Origin + " " + r.PolicySourceArn + " " + r.EvalActionName + " " + r.EvalResourceName
}

// principalOf is the role in a row's name; "" where there is none.
func principalOf(id string) string {
	f := strings.Fields(id)
	if len(f) > 1 && strings.HasPrefix(f[1], "arn:") {
		return f[1]
	}
	return ""
}

// The parts of a row, in the order in which a search sees them.
const (
	partDecision = iota
	partAction
	partOn
	partBy
	partLayer
	partChecked
	partAs
	partCount
)

// parts are the cells of a row, clean.
func (r simRow) parts() []string {
	parts := make([]string, partCount)
	if r.unread != nil {
		parts[partDecision] = "unknown"
		parts[partAction], parts[partOn] = widget.Clean(r.unread.Action), widget.Clean(lastPart(r.unread.Of.ID))
		parts[partBy] = widget.Clean(r.unread.Reason)
		return parts
	}
	parts[partDecision] = word(r.EvalDecision)
	parts[partAction], parts[partOn] = widget.Clean(r.EvalActionName), short(widget.Clean(r.EvalResourceName))
	parts[partBy], parts[partLayer] = widget.Clean(decidedBy(r.Decision)), layerNames(r.Layers)
	parts[partChecked] = "not by AWS"
	if r.Checked() {
		parts[partChecked] = "by AWS"
	}
	parts[partAs] = widget.Clean(lastPart(r.PolicySourceArn))
	return parts
}

// word says a decision in words that an engineer knows.
func word(decision string) string {
	switch policy.Decision(decision) {
	case policy.Allowed:
		return "allowed"
	case policy.ExplicitDeny:
		return "denied"
	case policy.ImplicitDeny:
		return "not allowed"
	default:
		return "unknown"
	}
}

// decidedBy names the statement that decided, in a cell's space.
func decidedBy(d playbooks.Decision) string {
	if len(d.By) == 0 {
		if len(d.Near) > 0 {
			return "none; near " + d.Near[0].Policy + " " + statementName(d.Near[0])
		}
		return "no statement"
	}
	names := make([]string, len(d.By))
	for i, x := range d.By {
		names[i] = strings.TrimSpace(x.Policy + " " + statementName(x))
	}
	return strings.Join(names, ", ")
}

// statementName is the Sid, or the number that a person counts to.
func statementName(x playbooks.Deciding) string {
	switch {
	case x.Sid != "":
		return x.Sid
	case x.Index >= 0:
		return "#" + itoa(x.Index+1)
	default:
		return ""
	}
}

// layerName is a kind of policy as people call it.
func layerName(l policy.Layer) string {
	switch l {
	case policy.LayerBoundary:
		return "boundary"
	case policy.LayerSCP:
		return "SCP"
	case policy.LayerRCP:
		return "RCP"
	case policy.LayerEndpoint:
		return "endpoint"
	case policy.LayerOwned:
		return "AWS's own"
	default:
		return string(l)
	}
}

func layerNames(list []policy.Layer) string {
	names := make([]string, len(list))
	for i, l := range list {
		names[i] = layerName(l)
	}
	return strings.Join(names, "+")
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

// A simColumn shows one part of a row.
type simColumn struct {
	widget.Column
	part int
}

// columns are what fits in rows of w cells: what was asked and the answer
// first, then who answered, then why.
func (p *iam) columns(w int) []simColumn {
	action := 0
	for _, r := range p.list.Items() {
		action = max(action, widget.Width(r.parts()[partAction]))
	}
	list := []simColumn{
		{widget.Column{Title: "decision", Width: 11}, partDecision},
		{widget.Column{Title: "action", Width: min(max(action, 14), max(w/3, 16))}, partAction},
		{widget.Column{Title: "on", Weight: 3}, partOn},
	}
	add := func(from int, c widget.Column, part int) {
		if w >= from {
			list = append(list, simColumn{c, part})
		}
	}
	add(96, widget.Column{Title: "decided by", Weight: 3}, partBy)
	add(112, widget.Column{Title: "layer", Width: 10}, partLayer)
	add(62, widget.Column{Title: "checked", Width: 10}, partChecked)
	add(150, widget.Column{Title: "as", Weight: 2}, partAs)
	return list
}

func titles(list []simColumn) []widget.Column {
	out := make([]widget.Column, len(list))
	for i, c := range list {
		out[i] = c.Column
	}
	return out
}

func (p *iam) draw(r simRow, hits []int, w int, q *widget.Palette) string {
	parts := r.parts()
	glyph, style := decisionGlyph(q, parts[partDecision])
	base := widget.Style("")
	if parts[partDecision] == "allowed" {
		base = q.Dim
	}
	by := q.Accent
	if len(r.By) == 0 {
		by = q.Dim
	}
	columns := p.columns(w - 2)
	widths := widget.Widths(titles(columns), w-2)
	if len(hits) == 0 {
		for i, c := range columns {
			if widths[i] > 0 {
				parts[c.part] = widget.Middle(parts[c.part], widths[i])
			}
		}
	}
	marked := widget.Marked(parts, hits, []widget.Style{style, base, base, by, q.Dim, q.Dim, q.Dim}, q.Match)
	cells := make([]string, len(columns))
	for i, c := range columns {
		cells[i] = marked[c.part]
	}
	return style.Paint(glyph) + " " + widget.Row(cells, titles(columns), widths)
}

// full is a row as text, with nothing shortened.
func (r simRow) full() string {
	parts := r.parts()
	if r.unread == nil {
		parts[partOn], parts[partAs] = widget.Clean(r.EvalResourceName), widget.Clean(r.PolicySourceArn)
	}
	return strings.TrimSpace(widget.Join(parts))
}

// card says of the chosen row in h lines what its cells have no room for.
func (p *iam) card(w, h int) []string {
	r, ok := p.list.Current()
	if !ok {
		return nil
	}
	g := &page{look: p.look, w: w - 2}
	if r.unread != nil {
		g.para("", p.Warn.Paint("?")+" ", "  ", unknown(*r.unread))
	} else {
		glyph, style := decisionGlyph(p.Palette, word(r.EvalDecision))
		g.para(p.Strong, style.Paint(glyph)+" ", "  ", word(r.EvalDecision)+": "+r.EvalActionName)
		g.line("  on " + widget.Clean(r.EvalResourceName))
		g.para(style, "  ", "  ", ruling(r.Decision))
		if near := nearest(r.Decision); near != "" {
			g.para("", "  ", "  ", near)
		}
		g.line("  " + p.Dim.Paint(widget.Clean("as "+lastPart(r.PolicySourceArn)+" · "+checked(r.Decision))))
	}
	rows := []string{p.Border.Paint(strings.Repeat("─", w))}
	for _, l := range g.lines {
		rows = append(rows, " "+l)
	}
	if len(rows) > h { // who checked is said at any height
		rows = append(rows[:h-1], rows[len(rows)-1])
	}
	return rows
}
