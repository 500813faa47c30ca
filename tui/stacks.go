package tui

import (
	tea "github.com/charmbracelet/bubbletea"

	"firstaid/diagnostics"
	"firstaid/tui/widget"
)

// openStack asks the App to diagnose another stack.
type openStack struct{ target Target }

// stacks is the pane of the region's stacks, failed ones first.
type stacks struct {
	*look
	report  *report
	list    widget.List[diagnostics.Stack]
	focused bool
}

func newStacks(l *look) *stacks {
	s := &stacks{look: l}
	s.list = widget.List[diagnostics.Stack]{
		ID:   func(x diagnostics.Stack) string { return x.StackId },
		Text: func(x diagnostics.Stack) string { return widget.Join(stackParts(x)) },
		Draw: s.draw,
	}
	return s
}

func stackParts(x diagnostics.Stack) []string {
	return []string{widget.Clean(x.StackName), widget.Clean(x.StackStatus)}
}

func (s *stacks) draw(x diagnostics.Stack, hits []int, w int, p *widget.Palette) string {
	base := p.Dim
	if x.Failed() {
		base = ""
	}
	name := base
	mark := " "
	if s.report != nil && x.StackId == s.report.snapshot.StackID {
		name, mark = p.Strong, p.Focus.Paint("●")
	}
	cells := widget.Marked(stackParts(x), hits, []widget.Style{name, base}, p.Match)
	cells = append(cells, p.Dim.Paint(age(s.report.snapshot.Taken, x.LastChanged())))
	columns := []widget.Column{{Weight: 1}, {Width: 24}, {Width: 4, Right: true}}
	if w < 56 {
		columns[1].Width = 15
	}
	return mark + statusGlyph(p, x.StackStatus) + " " + widget.Row(cells, columns, widget.Widths(columns, w-3))
}

func (s *stacks) Update(tea.Msg) tea.Cmd { return nil }

func (s *stacks) View(w, h int) string {
	switch {
	case s.list.Len() > 0:
		return s.list.View(w, h, s.focused, s.Palette)
	case s.report == nil:
		return s.empty(w, h, "Not read yet.")
	case s.list.Query() != "":
		return s.empty(w, h, "No stack matches "+s.list.Query()+".")
	default:
		return s.empty(w, h, unreadSentence(s.report, diagnostics.KindStack, "There is no stack in this region."))
	}
}

func (s *stacks) Keys() []Key {
	return append([]Key{{
		Keys: []string{"enter"}, Verb: "diagnose", Help: "diagnose the chosen stack", Foot: true,
		Why: func() string {
			if s.list.Len() == 0 {
				return "there is no stack to choose"
			}
			return ""
		},
		Do: s.open,
	}}, moveKeys(&s.list)...)
}

func (s *stacks) open() tea.Cmd {
	x, ok := s.list.Current()
	if !ok {
		return nil
	}
	return send(openStack{Target{Stack: x.StackId}})
}

// send makes a message of something that is known already.
func send(m tea.Msg) tea.Cmd { return func() tea.Msg { return m } }

func (s *stacks) show(r *report) {
	first := s.report == nil
	s.report = r
	s.list.Set(r.snapshot.Stacks)
	if first {
		s.list.Select(r.snapshot.StackID)
	}
}

func (s *stacks) chosen() diagnostics.Ref {
	if x, ok := s.list.Current(); ok {
		return diagnostics.Ref{Kind: diagnostics.KindStack, ID: x.StackId}
	}
	return diagnostics.Ref{}
}

func (s *stacks) copied() string {
	if x, ok := s.list.Current(); ok {
		return x.StackId
	}
	return ""
}

func (s *stacks) find(q string) tea.Cmd {
	s.list.Find(q)
	return nil
}

func (s *stacks) title() string   { return "Stacks" }
func (s *stacks) note() string    { return widget.Position(s.list.Cursor(), s.list.Len()) }
func (s *stacks) focus(on bool)   { s.focused = on }
func (s *stacks) resize(w, h int) { s.list.Resize(w, h) }
func (s *stacks) move(n int)      { s.list.Move(n) }
func (s *stacks) click(_, y int)  { s.list.Click(y) }
func (s *stacks) found() string   { return s.list.Query() }
