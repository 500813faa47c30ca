package tui

import (
	"strconv"

	tea "github.com/charmbracelet/bubbletea"

	"firstaid/diagnostics"
	"firstaid/tui/widget"
)

// detail is the pane that explains what is chosen in the pane that had the
// focus last: a finding with its chain, an event, a log event, a decision.
type detail struct {
	*look
	report  *report
	of      diagnostics.Ref
	text    widget.Text
	links   []pageLink
	link    int // chosen link; -1 for none
	focused bool
	w, h    int
	mark    int // the line that a reader is after; 0 for none
	seeking bool
	// row finds a row of the IAM pane, tried the document that it tries.
	row   func(id string) (simRow, bool)
	tried func() string
	lines func() *logIndex // of the logs pane, followed ones too
}

func newDetail(l *look) *detail {
	return &detail{look: l, text: widget.Text{Styled: true}, link: -1}
}

// choose shows something else, from its top.
func (d *detail) choose(of diagnostics.Ref) {
	if of == d.of {
		return
	}
	d.of, d.link = of, -1
	d.rebuild()
	d.text.Edge(false)
}

// reveal brings the line that a reader is after into sight, as soon as the pane
// has its size.
func (d *detail) reveal() { d.seeking = true }

func (d *detail) seek() {
	if d.seeking && d.mark > 0 {
		d.text.GoTo(d.mark)
	}
	d.seeking = false
}

func (d *detail) show(r *report) {
	d.report = r
	d.rebuild()
}

func (d *detail) resize(w, h int) {
	changed := w != d.w
	d.w, d.h = w, h
	d.text.Resize(w, h)
	if changed {
		d.rebuild()
	}
	if d.focused {
		d.seek()
	}
}

// rebuild lays the page out for the pane's width.
func (d *detail) rebuild() {
	p := d.page(d.w)
	d.links, d.mark = p.links, p.mark
	if d.link >= len(d.links) {
		d.link = -1
	}
	d.text.Set(widget.Strings(p.lines))
}

func (d *detail) page(w int) *page {
	p := &page{look: d.look, w: max(w, 20)}
	if d.report == nil {
		return p
	}
	switch d.of.Kind {
	case kindFinding:
		if f, ok := d.report.finding(d.of.ID); ok {
			p.finding(d.report, f)
		}
	case kindUnread:
		p.unread(d.report.snapshot.Unread)
	case diagnostics.KindEvent:
		if e, ok := d.report.event(d.of.ID); ok {
			p.event(d.report, e)
		}
	case diagnostics.KindLogEvent:
		if i := d.report.logs.locate(d.of); i >= 0 {
			p.logEvent(d.report, d.report.logs, i)
		}
	case kindLogLine:
		if i, err := strconv.Atoi(d.of.ID); err == nil && i < d.lines().Len() {
			p.logEvent(d.report, d.lines(), i)
		}
	case diagnostics.KindSimulation:
		if x, ok := d.row(d.of.ID); ok {
			p.decision(d.report, x, d.tried())
		}
	case diagnostics.KindStack:
		for _, s := range d.report.snapshot.Stacks {
			if s.StackId == d.of.ID {
				p.stack(s)
			}
		}
	}
	return p
}

func (d *detail) Update(tea.Msg) tea.Cmd { return nil }

func (d *detail) View(w, h int) string {
	if d.report == nil || d.of == (diagnostics.Ref{}) || d.text.Lines == nil || d.text.Lines.Len() == 0 {
		return d.empty(w, h, "Choose a finding, an event, a log line or a decision to read more about it.")
	}
	t := d.text
	if w != d.w {
		p := d.page(w)
		t.Lines = widget.Strings(p.lines)
	}
	if d.link >= 0 && d.focused {
		t.Lines = marked{t.Lines, d.links[d.link].line, d.Select}
	}
	return t.View(w, h, "")
}

// marked is a text with one line painted over.
type marked struct {
	widget.Lines
	at    int
	style widget.Style
}

// Line returns line i, painted when it is the marked one.
func (m marked) Line(i int) string {
	if i == m.at {
		return m.style.Over(m.Lines.Line(i))
	}
	return m.Lines.Line(i)
}

func (d *detail) Keys() []Key {
	return append([]Key{
		{Keys: []string{"n"}, Verb: "next-link", Help: "next link of the chain", Foot: true, Why: d.noLinks, Do: d.turn(1)},
		{Keys: []string{"N"}, Verb: "previous-link", Help: "previous link of the chain", Why: d.noLinks, Do: d.turn(-1)},
		{Keys: []string{"enter"}, Verb: "follow", Help: "go to where the chosen link leads: event, log line, decision", Foot: true, Why: d.noLink, Do: d.follow},
		{Keys: []string{"right", "l"}, Verb: "right", Help: "scroll sideways", Do: d.shift(8)},
		{Keys: []string{"left", "h"}, Verb: "left", Help: "scroll back", Do: d.shift(-8)},
	}, moveKeys(&d.text)...)
}

func (d *detail) noLinks() string {
	if len(d.links) == 0 {
		return "nothing here leads further"
	}
	return ""
}

func (d *detail) noLink() string {
	if d.link < 0 {
		return "choose a link with n first"
	}
	return ""
}

func (d *detail) turn(step int) func() tea.Cmd {
	return func() tea.Cmd {
		n := len(d.links)
		if d.link < 0 && step < 0 {
			d.link = 0
		}
		d.link = ((d.link+step)%n + n) % n
		d.text.GoTo(d.links[d.link].line)
		return nil
	}
}

func (d *detail) shift(n int) func() tea.Cmd {
	return func() tea.Cmd {
		d.text.Shift(n)
		return nil
	}
}

func (d *detail) follow() tea.Cmd { return send(goTo{d.links[d.link].of}) }

func (d *detail) title() string {
	if d.of.Kind == "" || d.of.Kind == kindFinding {
		return "Why"
	}
	return "Detail"
}

func (d *detail) note() string {
	if d.text.Lines == nil || d.text.Lines.Len() <= d.h {
		return ""
	}
	return widget.Position(min(d.text.Cursor()+d.h, d.text.Lines.Len())-1, d.text.Lines.Len())
}

func (d *detail) focus(on bool)           { d.focused = on }
func (d *detail) move(n int)              { d.text.Move(n) }
func (d *detail) chosen() diagnostics.Ref { return d.of }

// click chooses the link under the pointer.
func (d *detail) click(_, y int) {
	for i, l := range d.links {
		if l.line == d.text.Cursor()+y {
			d.link = i
		}
	}
}

// copied is the page without styles, for a ticket or a chat.
func (d *detail) copied() string {
	if d.text.Lines == nil {
		return ""
	}
	p := (&detail{look: &look{Palette: &widget.Palette{}, lang: d.lang, clock: d.clock}, report: d.report, of: d.of, row: d.row, tried: d.tried, lines: d.lines}).page(100)
	return joinLines(p.lines)
}
