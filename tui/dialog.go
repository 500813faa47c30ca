package tui

import (
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"firstaid/tui/widget"
)

// dialog stands over the screen and gets the keys first. It closes itself by
// setting App.dialog.
type dialog interface {
	key(a *App, k tea.KeyMsg) tea.Cmd
	// view draws at most w×h cells; all lines are equally wide.
	view(a *App, w, h int) string
}

// graced is a dialog that opened by itself, at that time.
type graced interface{ since() time.Time }

// A dialog that opens by itself must not take a key that was meant for what
// stood there before: keys are swallowed until the keyboard has been quiet for
// a moment, but not for long.
const (
	quietFor   = 425 * time.Millisecond
	graceLimit = 1500 * time.Millisecond
)

func inFlight(opened, previous, now time.Time) bool {
	if opened.IsZero() || now.Sub(opened) >= graceLimit {
		return false
	}
	quiet := opened
	if previous.After(quiet) {
		quiet = previous
	}
	return now.Sub(quiet) < quietFor
}

// notice is a dialog with something to read. Enter and esc close it.
type notice struct {
	title  string
	lines  func(w int) []string
	text   widget.Text
	opened time.Time // set when it opened by itself
}

// opening is a notice that stands over the first frame.
func opening(l *look, paragraphs []string) *notice {
	return &notice{title: "Before you go on", opened: time.Now(), lines: func(w int) []string {
		p := &page{look: l, w: w}
		for _, text := range paragraphs {
			p.para("", l.Warn.Paint("▲ "), "  ", text)
		}
		return p.lines
	}}
}

func (n *notice) since() time.Time { return n.opened }

func (n *notice) key(a *App, k tea.KeyMsg) tea.Cmd {
	switch k.String() {
	case "esc", "enter", "q", "?", "ctrl+c":
		a.dialog = nil
		return nil
	}
	n.text.Lines = widget.Strings(n.lines(n.width(a.w - 4)))
	_, h := widget.Box{}.Inner(a.w-4, min(a.h-4, n.text.Lines.Len()+2))
	n.text.Resize(a.w, h)
	if key, ok := lookup(moveKeys(&n.text), k.String()); ok {
		return key.Do()
	}
	return nil
}

func (n *notice) width(w int) int { return min(w, 96) - 4 }

func (n *notice) view(a *App, w, h int) string {
	lines := n.lines(n.width(w))
	wide := 24
	for _, l := range lines {
		wide = max(wide, widget.Width(l))
	}
	wide = min(wide+4, w)
	high := min(len(lines)+2, h)
	t := n.text
	t.Styled, t.Lines = true, widget.Strings(pad(lines))
	note := ""
	if len(lines) > high-2 {
		note = widget.Position(min(t.Cursor()+high-2, len(lines))-1, len(lines))
	}
	box := widget.Box{Title: a.Focus.Paint(n.title), Note: note, Foot: a.Dim.Paint("esc closes"), Style: a.Focus}
	iw, ih := box.Inner(wide, high)
	return box.View(t.View(iw, ih, ""), wide, high)
}

func pad(lines []string) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = " " + l
	}
	return out
}

// oneLine is text for the status row.
func oneLine(s string) string {
	return widget.Clean(strings.Join(strings.Fields(s), " "))
}

// openHelp lists the keys of now.
func (a *App) openHelp() tea.Cmd {
	pane, global := a.panes[a.focused].Keys(), a.global()
	title := paneNames[a.focused]
	l := a.look
	a.dialog = &notice{title: "Keys", lines: func(w int) []string {
		rows := []string{l.Strong.Paint("In " + title)}
		rows = append(rows, helpRows(pane, w, l.Palette)...)
		rows = append(rows, "", l.Strong.Paint("Everywhere"))
		rows = append(rows, helpRows(global, w, l.Palette)...)
		return append(rows, widget.Fit(l.Focus.Paint("1-7"), 9)+"  the pane with that number", "",
			l.Dim.Paint("mouse: click focuses, wheel scrolls; hold shift to select text"))
	}}
	return nil
}

// search is a query that is being typed for a pane.
type search struct {
	input *widget.Input
	pane  finder
	id    paneID
}

func (a *App) startSearch() tea.Cmd {
	f := a.panes[a.focused].(finder)
	s := &search{input: widget.NewInput("/", "type to find; enter keeps it, esc ends it"), pane: f, id: a.focused}
	s.input.Set(f.found())
	a.search = s
	return nil
}

func (s *search) key(a *App, k tea.KeyMsg) tea.Cmd {
	switch k.String() {
	case "enter":
		a.search = nil
		return nil
	case "esc", "ctrl+c":
		a.search = nil
		return s.pane.find("")
	case "up", "down", "pgup", "pgdown":
		return a.press(k.String())
	}
	if s.input.Key(k) {
		return s.pane.find(strings.TrimSpace(s.input.Value()))
	}
	return nil
}

func (s *search) view(w int, p *widget.Palette) string {
	return widget.Fit(" "+s.input.View(w-2), w)
}
