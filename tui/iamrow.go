package tui

import (
	"slices"
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
	mark   string              // what the row is, beside a denial that happened
	after  *playbooks.Decision // with the statement on trial; nil for none
	cells  []string
}

// Marks of rows.
const (
	markWhatIf  = "what if"
	markControl = "control" // must stay denied
)

// id names a row across readings.
func (r simRow) id() string {
	switch {
	case r.unread != nil:
		return "unread " + r.unread.Of.String() + r.unread.Action
	case r.mark != "":
		return strings.ReplaceAll(r.mark, " ", "-") + " " + r.PolicySourceArn + " " + r.EvalActionName + " " + r.EvalResourceName
	}
	return r.Origin + " " + r.PolicySourceArn + " " + r.EvalActionName + " " + r.EvalResourceName
}

// asks is the call that a row is about.
func (r simRow) asks() whatIf { return whatIf{r.PolicySourceArn, r.EvalActionName, r.EvalResourceName} }

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
	partMark
	partAfter
	partBefore  // in one word
	partOutcome // after, in one word
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
	parts[partDecision], parts[partMark] = word(r.EvalDecision), r.mark
	parts[partAction], parts[partOn] = widget.Clean(r.EvalActionName), widget.Clean(r.on())
	parts[partBy], parts[partLayer] = widget.Clean(decidedBy(r.Decision)), layerNames(r.Layers)
	parts[partChecked] = "not by AWS"
	if r.Checked() && (r.after == nil || r.after.Checked()) {
		parts[partChecked] = "by AWS"
	}
	if r.after != nil {
		glyph, _, said := r.outcome(&widget.Palette{})
		parts[partAfter] = glyph + " " + said
		parts[partBefore], parts[partOutcome] = oneWord(r.EvalDecision), glyph+" "+oneWord(r.after.EvalDecision)
		parts[partBy], parts[partLayer] = widget.Clean(decidedBy(*r.after)), layerNames(r.after.Layers)
	}
	parts[partAs] = widget.Clean(lastPart(r.PolicySourceArn))
	return parts
}

// on is the resource in short, with its account where that is another one.
func (r simRow) on() string {
	name := short(r.EvalResourceName)
	if account := accountOf(r.EvalResourceName); account != "" && account != accountOf(r.PolicySourceArn) {
		return "account " + account + " " + name
	}
	return name
}

func accountOf(arn string) string {
	if f := strings.SplitN(arn, ":", 6); len(f) == 6 {
		return f[4]
	}
	return ""
}

// outcome is the state after: for a control it is good news that it is refused.
func (r simRow) outcome(q *widget.Palette) (glyph string, style widget.Style, said string) {
	said = word(r.after.EvalDecision)
	glyph, style = decisionGlyph(q, said)
	switch {
	case r.mark != markControl || said == "unknown":
	case r.after.Allowed():
		glyph, style = "✖", q.Error
	default:
		glyph, style, said = "✔", q.Good, "still denied"
	}
	return glyph, style, said
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

// oneWord says a decision where there is no room for the kind of denial.
func oneWord(decision string) string {
	if said := word(decision); said != "not allowed" {
		return said
	}
	return "denied"
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
	var list []simColumn
	if slices.ContainsFunc(p.list.Items(), func(r simRow) bool { return r.mark != "" }) {
		list = append(list, simColumn{widget.Column{Width: 7}, partMark})
		w -= 9
	}
	if p.added != nil && w < 66 { // one word each
		list = append(list, simColumn{widget.Column{Title: "before", Width: 7}, partBefore}, simColumn{widget.Column{Title: "after", Width: 9}, partOutcome})
		w -= 7
	} else if p.added != nil {
		list = append(list, simColumn{widget.Column{Title: "before", Width: 11}, partDecision}, simColumn{widget.Column{Title: "after", Width: 14}, partAfter})
		w -= 16
	} else {
		list = append(list, simColumn{widget.Column{Title: "decision", Width: 11}, partDecision})
	}
	list = append(list,
		simColumn{widget.Column{Title: "action", Width: min(max(p.widest, 14), max(w/3, 16))}, partAction},
		simColumn{widget.Column{Title: "on", Weight: 3}, partOn})
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
	parts := slices.Clone(r.cells)
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
	after := widget.Style("")
	if r.after != nil {
		_, after, _ = r.outcome(q)
	}
	if r.mark == markControl {
		glyph, style = "·", q.Dim
	}
	marked := widget.Marked(parts, hits, []widget.Style{style, base, base, by, q.Dim, q.Dim, q.Dim, q.Note, after, style, after}, q.Match)
	cells := make([]string, len(columns))
	for i, c := range columns {
		cells[i] = marked[c.part]
	}
	return style.Paint(glyph) + " " + widget.Row(cells, titles(columns), widths)
}

// full is a row as text, with nothing shortened.
func (r simRow) full() string {
	parts := slices.Clone(r.cells)
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
		p.decided(g, r, h < 6)
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

// decided writes the card of a decision; a brief one leaves out what the row
// says too.
func (p *iam) decided(g *page, r simRow, brief bool) {
	glyph, style := decisionGlyph(p.Palette, word(r.EvalDecision))
	head := word(r.EvalDecision) + ": " + r.EvalActionName
	switch r.mark {
	case markWhatIf:
		head = "what if " + r.EvalActionName + " were called? " + word(r.EvalDecision)
	case markControl:
		head = "control, must stay denied: " + r.EvalActionName
		glyph, style = "·", ""
	}
	g.para(p.Strong, style.Paint(glyph)+" ", "  ", head)
	if !brief {
		g.para("", "  on ", "     ", r.EvalResourceName)
	}
	g.para(style, "  ", "  ", ruling(r.Decision))
	if f, ok := p.wrongName(r); ok {
		g.para(p.Warn, "▲ ", "  ", p.in(f.Summary))
	}
	if r.after != nil {
		_, style, _ = r.outcome(p.Palette)
		g.para(style, "  ", "  ", "With the statement: "+lowerFirst(ruling(*r.after)))
	} else if near := nearest(r.Decision); near != "" {
		g.para("", "  ", "  ", near)
	}
	if wrong := misfit(r.EvalActionName, r.EvalResourceName); wrong != "" {
		g.para(p.Warn, "  ", "  ", wrong)
	}
	g.line("  " + p.Dim.Paint(widget.Clean(p.who(r)+" · as "+lastPart(r.PolicySourceArn))))
}

// wrongName is the finding that a row's resource is called otherwise.
func (p *iam) wrongName(r simRow) (diagnostics.Finding, bool) {
	for _, f := range p.report.findings {
		if f.Captures["said"] != "" && f.Captures["resource"] == r.EvalResourceName {
			return f, true
		}
	}
	return diagnostics.Finding{}, false
}

// who says who decided a row, and what became of asking IAM.
func (p *iam) who(r simRow) string {
	who, open := checked(r.Decision), !r.Checked()
	if r.after != nil {
		open = open || !r.after.Checked()
		if r.Checked() != r.after.Checked() {
			who = "before " + who + ", after " + checked(*r.after)
		}
	}
	switch {
	case p.waiting && open:
		who += "; asking IAM, esc stops"
	case p.problem != "" && open:
		who += "; IAM did not answer: " + p.problem
	}
	return who
}

func lowerFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}
