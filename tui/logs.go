package tui

import (
	"context"
	"slices"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"firstaid/diagnostics"
	"firstaid/tui/widget"
)

// logs is the pane of log lines: of all involved groups by time, or of one
// group, or of what a search found.
type logs struct {
	*look
	root    context.Context // ends with the App; searches run under it
	index   *logIndex
	report  *report
	text    widget.Text
	group   int     // -1 for all
	within  []int32 // the lines of the group; nil for all
	query   string
	words   widget.Query
	matches []int32 // of the query, ascending; shown when query is not empty
	search  stream[[]int32]
	running bool
	focused bool
	anchor  int // the line to come back to when a search ends
	// searched is how many lines the search knows of; followed ones come after.
	searched int
	live     following
}

func newLogs(ctx context.Context, l *look) *logs {
	p := &logs{look: l, root: ctx, group: -1, search: stream[[]int32]{pane: logsPane}, live: following{stream: stream[TailUpdate]{pane: logsPane}}}
	p.text = widget.Text{Pointer: true, Gutter: p.gutter, Paint: p.paint}
	return p
}

// line translates a row of the view to a line of the index.
func (p *logs) line(row int) int {
	switch {
	case p.query != "" && row < len(p.matches):
		return int(p.matches[row])
	case p.query == "" && p.within != nil && row < len(p.within):
		return int(p.within[row])
	default:
		return row
	}
}

// row is the inverse of line: the row that shows line, or the next one.
func (p *logs) row(line int) int {
	at := p.within
	if p.query != "" {
		at = p.matches
	} else if at == nil {
		return line
	}
	i, _ := slices.BinarySearch(at, int32(line))
	return i
}

func (p *logs) gutter(row int) string {
	line := p.line(row)
	e, _ := p.index.event(line)
	mark := " "
	if f, ok := p.index.findings[int32(line)]; ok {
		s := p.report.findings[f].Severity
		mark = severityStyle(p.Palette, s).Paint(severityGlyph(s))
	}
	if p.index.lines[line].from > 0 {
		return mark + widget.Spaces(13)
	}
	return mark + p.Dim.Paint(p.clock.milli(e.Timestamp)) + " "
}

// paint marks what a search found, and otherwise the lines that speak of
// failure themselves.
func (p *logs) paint(row int, clean string) string {
	if len(p.words) > 0 {
		return widget.Highlight(clean, p.words.Hits(clean), "", p.Match)
	}
	if _, cited := p.index.findings[int32(p.line(row))]; cited {
		return p.Strong.Paint(clean)
	}
	switch level(clean) {
	case diagnostics.Error:
		return p.Error.Paint(clean)
	case diagnostics.Warning:
		return p.Warn.Paint(clean)
	case diagnostics.Note:
		return p.Dim.Paint(clean)
	}
	return clean
}

// Update takes what a search found and what was logged.
func (p *logs) Update(msg tea.Msg) tea.Cmd {
	switch c := msg.(type) {
	case chunk[TailUpdate]:
		return p.receive(c)
	case chunk[[]int32]:
		return p.take(c)
	}
	return nil
}

func (p *logs) take(c chunk[[]int32]) tea.Cmd {
	batches, next, ok := p.search.accept(c)
	if !ok {
		return nil
	}
	first := len(p.matches) == 0
	for _, b := range batches {
		p.matches = append(p.matches, b...)
	}
	if p.running = !c.done; c.done {
		p.catchUp()
	}
	p.setLines()
	if first && len(p.matches) > 0 {
		p.text.GoTo(p.row(p.anchor))
	}
	return next
}

// setLines shows the lines that group and query leave.
func (p *logs) setLines() {
	switch {
	case p.query != "":
		p.text.Set(widget.Subset{Of: p.index, At: p.matches})
	case p.within != nil:
		p.text.Set(widget.Subset{Of: p.index, At: p.within})
	default:
		p.text.Set(p.index)
	}
}

func (p *logs) View(w, h int) string {
	if p.index == nil {
		return p.empty(w, h, "Not read yet.")
	}
	if p.text.Lines == nil || p.text.Lines.Len() == 0 {
		return p.empty(w, h, p.why())
	}
	return p.text.View(w, h, p.cursorStyle())
}

func (p *logs) cursorStyle() widget.Style {
	if p.focused {
		return p.Select
	}
	return ""
}

func (p *logs) why() string {
	switch {
	case p.running:
		return "Searching…"
	case p.query != "":
		return "No line matches " + p.query + "."
	default:
		return unreadSentence(p.report, diagnostics.KindLogEvent,
			unreadSentence(p.report, diagnostics.KindLogGroup, "The functions involved logged nothing in this time."))
	}
}

// show takes a new report. The cursor stays on its log event.
func (p *logs) show(r *report) {
	var at diagnostics.Ref
	var when time.Time
	if p.index != nil && p.index.Len() > 0 && p.text.Lines.Len() > 0 {
		line := p.line(p.text.Cursor())
		e, _ := p.index.event(line)
		at, when = p.index.ref(line), e.Timestamp
	}
	p.report, p.index = r, r.logs
	if len(p.live.updates) > 0 {
		for _, u := range p.missed(p.index) {
			p.index = p.index.extended(u)
		}
	}
	if p.group >= len(p.index.groups) {
		p.group = -1
	}
	p.within = nil
	if p.group >= 0 {
		p.within = p.index.of(p.group)
	}
	p.matches = nil
	p.setLines()
	if line := p.index.locateAt(at, when); line >= 0 {
		p.text.GoTo(p.row(line))
	}
}

// again repeats the running search on new lines.
func (p *logs) again() tea.Cmd {
	if p.query == "" {
		return nil
	}
	q := p.query
	p.query = ""
	return p.find(q)
}

// find narrows the lines to those that hold every word. It reads a million
// lines, so it runs beside the screen and its results arrive in pieces.
func (p *logs) find(q string) tea.Cmd {
	if q == p.query || p.index == nil {
		return nil
	}
	if p.query == "" {
		p.anchor = p.line(p.text.Cursor())
	}
	at := p.anchor
	if p.query != "" && len(p.matches) > 0 {
		at = p.line(p.text.Cursor())
	}
	p.query, p.words, p.matches = q, widget.NewQuery(q), nil
	p.search.stop()
	p.running = q != ""
	p.setLines()
	if q == "" {
		p.text.GoTo(p.row(at))
		return nil
	}
	index, within, words := p.index, p.within, p.words
	p.searched = index.Len()
	return p.search.start(p.root, func(ctx context.Context, emit func([]int32) bool) error {
		index.search(words, within, func() bool { return ctx.Err() != nil }, emit)
		return nil
	})
}

func (p *logs) Keys() []Key {
	return append([]Key{
		{Keys: []string{"]"}, Verb: "group", Help: "next log group, then all of them by time", Foot: true, Why: p.noGroups, Do: p.turn(1)},
		{Keys: []string{"["}, Verb: "group-back", Help: "previous log group", Why: p.noGroups, Do: p.turn(-1)},
		{Keys: []string{"n"}, Verb: "next-quoted", Help: "next line that a finding quotes", Foot: true, Why: p.noneCited, Do: p.jump(true)},
		{Keys: []string{"N"}, Verb: "previous-quoted", Help: "previous line that a finding quotes", Why: p.noneCited, Do: p.jump(false)},
		{Keys: []string{"w"}, Verb: "wrap", Help: "break long lines, or cut them", Foot: true, Do: func() tea.Cmd {
			p.text.Wrap = !p.text.Wrap
			p.text.GoTo(p.text.Cursor())
			return nil
		}},
		{Keys: []string{"F"}, Verb: "follow", Help: "show new lines as they are written (CloudWatch Live Tail; the price is shown first); again ends it", Foot: true, Why: p.noFollow, Do: p.toggle},
		{Keys: []string{"right", "l"}, Verb: "right", Help: "scroll sideways", Do: p.shift(16)},
		{Keys: []string{"left", "h"}, Verb: "left", Help: "scroll back", Do: p.shift(-16)},
		{Keys: []string{"enter"}, Verb: "open", Help: "show the whole event", Do: func() tea.Cmd { return send(focusOn{detailPane}) }},
	}, moveKeys(&p.text)...)
}

func (p *logs) noGroups() string {
	if p.index == nil || len(p.index.groups) < 2 {
		return "there is no second log group"
	}
	return ""
}

func (p *logs) noneCited() string {
	if p.index == nil || len(p.index.cited) == 0 {
		return "no finding quotes a log line"
	}
	return ""
}

func (p *logs) shift(n int) func() tea.Cmd {
	return func() tea.Cmd {
		p.text.Shift(n)
		return nil
	}
}

// turn goes through the groups and "all".
func (p *logs) turn(step int) func() tea.Cmd {
	return func() tea.Cmd {
		line := p.line(p.text.Cursor())
		n := len(p.index.groups) + 1
		p.group = (p.group+1+step+n)%n - 1
		p.within = nil
		if p.group >= 0 {
			p.within = p.index.of(p.group)
		}
		p.setLines()
		p.text.GoTo(p.row(line))
		return p.again()
	}
}

func (p *logs) jump(forward bool) func() tea.Cmd {
	return func() tea.Cmd {
		if i := p.index.nextCited(p.line(p.text.Cursor()), forward); i >= 0 {
			p.text.GoTo(p.row(i))
		}
		return nil
	}
}

// follow brings the first log line that a finding quotes into sight.
func (p *logs) follow(f diagnostics.Finding) {
	if p.index == nil {
		return
	}
	for _, line := range p.index.cited {
		if p.index.findings[line] == f.Rank-1 {
			p.text.GoTo(p.row(int(line)))
			return
		}
	}
}

func (p *logs) goTo(r diagnostics.Ref) bool {
	if p.index == nil {
		return false
	}
	line := -1
	switch r.Kind {
	case diagnostics.KindLogEvent:
		line = p.index.locate(r)
	case diagnostics.KindLogGroup:
		g := slices.IndexFunc(p.index.groups, func(g diagnostics.LogGroup) bool { return g.LogGroupName == r.ID })
		line = slices.IndexFunc(p.index.lines, func(l logLine) bool { return l.group == int32(g) })
	}
	if line < 0 {
		return false
	}
	if p.within != nil && p.index.lines[line].group != int32(p.group) {
		p.group, p.within = -1, nil
		p.setLines()
	}
	p.text.GoTo(p.row(line))
	return true
}

func (p *logs) has() bool { return p.index != nil && p.text.Lines != nil && p.text.Lines.Len() > 0 }

func (p *logs) chosen() diagnostics.Ref {
	if !p.has() {
		return diagnostics.Ref{}
	}
	return diagnostics.Ref{Kind: kindLogLine, ID: itoa(p.line(p.text.Cursor()))}
}

func (p *logs) copied() string {
	if !p.has() {
		return ""
	}
	e, _ := p.index.event(p.line(p.text.Cursor()))
	return e.Message
}

func (p *logs) title() string {
	switch {
	case p.index == nil || len(p.index.groups) == 0:
		return "Logs"
	case p.group >= 0:
		return "Logs " + widget.Clean(p.index.groups[p.group].LogGroupName)
	case len(p.index.groups) == 1:
		return "Logs " + widget.Clean(p.index.groups[0].LogGroupName)
	default:
		return "Logs of " + itoa(len(p.index.groups)) + " groups"
	}
}

func (p *logs) note() string {
	if !p.has() {
		return ""
	}
	note := p.live.state(p.Palette) + widget.Position(p.text.Cursor(), p.text.Lines.Len())
	if p.running {
		note += "…"
	}
	for _, g := range p.index.groups {
		if g.Truncated {
			return note + " (more were logged)"
		}
	}
	return note
}

func (p *logs) focus(on bool)   { p.focused = on }
func (p *logs) resize(w, h int) { p.text.Resize(w, h) }
func (p *logs) move(n int)      { p.text.Move(n) }
func (p *logs) click(_, y int)  { p.text.Click(y) }
func (p *logs) found() string   { return p.query }
