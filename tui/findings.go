package tui

import (
	tea "github.com/charmbracelet/bubbletea"

	"firstaid/diagnostics"
	"firstaid/tui/widget"
)

// findingRow is a finding, or the row that says what could not be read.
type findingRow struct {
	finding diagnostics.Finding
	unread  int
	depth   int // 1 for a consequence that is unfolded under its cause
}

// findings is the pane of what was recognised, the cause first.
type findings struct {
	*look
	report  *report
	list    widget.List[findingRow]
	open    map[string]bool // causes whose consequences are shown
	halted  string          // how the reading ended when it ended badly; a sentence
	held    bool            // the user has chosen; until then the cursor stays on top
	focused bool
}

func newFindings(l *look) *findings {
	f := &findings{look: l, open: map[string]bool{}}
	f.list = widget.List[findingRow]{ID: f.id, Text: f.text, Draw: f.draw}
	return f
}

func (f *findings) id(r findingRow) string {
	if r.unread > 0 {
		return "unread"
	}
	return r.finding.ID()
}

func (f *findings) text(r findingRow) string {
	if r.unread > 0 {
		return plural(r.unread, "thing", "things") + " could not be read: unknown, not fine"
	}
	return widget.Join(f.parts(r.finding))
}

func (f *findings) parts(x diagnostics.Finding) []string {
	return []string{short(f.in(x.Summary)), widget.Clean(x.Playbook), widget.Clean(x.Subject.ID), x.Confidence.String()}
}

// draw is one row: severity, summary, how many consequences hide under it,
// confidence.
func (f *findings) draw(r findingRow, hits []int, w int, p *widget.Palette) string {
	if r.unread > 0 {
		return p.Warn.Paint("? ") + widget.Highlight(f.text(r), hits, p.Warn, p.Match)
	}
	x := r.finding
	base := widget.Style("")
	if x.Rank == 1 {
		base = p.Strong
	}
	cells := widget.Marked(f.parts(x), hits, []widget.Style{base, p.Accent, p.Dim, p.Dim}, p.Match)
	head := severityStyle(p, x.Severity).Paint(severityGlyph(x.Severity)) + " "
	if r.depth > 0 {
		head = p.Dim.Paint(" └ ") + head
	}
	tail := confidenceMark(p, x)
	if x.State != diagnostics.Open && x.State != "" {
		tail = p.Good.Paint(string(x.State))
	}
	if x.Hides > 0 && !f.open[x.ID()] {
		tail = p.Dim.Paint("▸+"+itoa(x.Hides)) + " " + tail
	}
	room := w - widget.Width(head) - widget.Width(tail) - 1
	columns := []widget.Column{{Weight: 1}}
	if room > 90 {
		columns = append(columns, widget.Column{Width: 24})
	}
	return head + widget.Row(cells, columns, widget.Widths(columns, room)) + " " + tail
}

// confidenceMark is a word, and only then a colour.
func confidenceMark(p *widget.Palette, x diagnostics.Finding) string {
	switch x.Confidence {
	case diagnostics.Confirmed:
		return p.Good.Paint("confirmed")
	case diagnostics.Likely:
		return p.Note.Paint("likely")
	default:
		return p.Dim.Paint("possible")
	}
}

func (f *findings) Update(tea.Msg) tea.Cmd { return nil }

func (f *findings) View(w, h int) string {
	switch {
	case f.list.Len() > 0:
		return f.list.View(w, h, f.focused, f.Palette)
	case f.halted != "" && f.list.Query() == "":
		return f.empty(w, h, f.halted)
	case f.report == nil || !f.report.snapshot.Complete:
		return f.empty(w, h, "Nothing recognised yet; still reading.")
	case f.list.Query() != "":
		return f.empty(w, h, "No finding matches "+f.list.Query()+".")
	default:
		return f.empty(w, h, "No failure was found in what was read.")
	}
}

// show keeps consequences folded under their cause.
func (f *findings) show(r *report) {
	f.report = r
	f.refresh()
	if !f.held {
		f.list.Edge(false)
	}
}

func (f *findings) refresh() {
	var rows []findingRow
	known := map[string]bool{}
	for _, x := range f.report.findings {
		known[x.ID()] = true
	}
	for _, x := range f.report.findings {
		if x.CausedBy != "" && known[x.CausedBy] && x.CausedBy != x.ID() {
			continue
		}
		rows = append(rows, findingRow{finding: x})
		if f.open[x.ID()] || f.list.Query() != "" {
			for _, c := range f.report.consequences(x.ID()) {
				rows = append(rows, findingRow{finding: c, depth: 1})
			}
		}
	}
	if n := len(f.report.snapshot.Unread); n > 0 {
		rows = append(rows, findingRow{unread: n})
	}
	f.list.Set(rows)
}

func (f *findings) toggle() tea.Cmd {
	if r, ok := f.list.Current(); ok {
		id := r.finding.ID()
		if r.depth > 0 {
			id = r.finding.CausedBy
		}
		f.open[id] = !f.open[id]
		f.refresh()
		f.list.Select(id)
	}
	return nil
}

func (f *findings) Keys() []Key {
	return append([]Key{
		{
			Keys: []string{"enter"}, Verb: "why", Help: "go to the reason: chain, evidence, what to do", Foot: true,
			Do: func() tea.Cmd { return send(focusOn{detailPane}) },
		},
		{
			Keys: []string{" ", "right", "left"}, Verb: "unfold", Help: "show or hide the consequences of a finding", Foot: true,
			Why: func() string {
				if r, ok := f.list.Current(); ok && (r.finding.Hides > 0 || r.depth > 0) {
					return ""
				}
				return "nothing follows from this finding"
			},
			Do: f.toggle,
		},
	}, moveKeys(&f.list)...)
}

func (f *findings) find(q string) tea.Cmd {
	f.list.Find(q)
	if f.report != nil {
		f.refresh()
	}
	return nil
}

// current returns the finding under the cursor.
func (f *findings) current() (diagnostics.Finding, bool) {
	r, ok := f.list.Current()
	return r.finding, ok && r.unread == 0
}

func (f *findings) chosen() diagnostics.Ref {
	r, ok := f.list.Current()
	switch {
	case !ok:
		return diagnostics.Ref{}
	case r.unread > 0:
		return diagnostics.Ref{Kind: kindUnread}
	default:
		return diagnostics.Ref{Kind: kindFinding, ID: r.finding.ID()}
	}
}

func (f *findings) copied() string {
	if x, ok := f.current(); ok {
		return x.Playbook + ": " + x.Summary.In(f.lang)
	}
	return ""
}

func (f *findings) goTo(r diagnostics.Ref) bool {
	return r.Kind == kindFinding && f.list.Select(r.ID)
}

func (f *findings) title() string   { return "Findings" }
func (f *findings) note() string    { return widget.Position(f.list.Cursor(), f.list.Len()) }
func (f *findings) focus(on bool)   { f.focused = on }
func (f *findings) resize(w, h int) { f.list.Resize(w, h) }
func (f *findings) move(n int)      { f.list.Move(n) }
func (f *findings) click(_, y int)  { f.list.Click(y) }
func (f *findings) found() string   { return f.list.Query() }
