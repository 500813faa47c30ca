// Package tui is the screen of firstaid. It draws what diagnostics saw and
// playbooks concluded, and hands every wish that reaches outside the terminal
// to small interfaces that the command provides; it never imports AWS.
//
// App is the only tea.Model. A pane keeps its own state and is changed in
// Update only, a message has one destination, and View asks nobody.
package tui

import (
	tea "github.com/charmbracelet/bubbletea"

	"firstaid/diagnostics"
	"firstaid/tui/widget"
)

// paneID addresses a pane. The order is that of the number keys.
type paneID int

const (
	findingsPane paneID = iota
	detailPane
	eventsPane
	logsPane
	iamPane
	stacksPane
	fixPane
	paneCount
	appPane // the App itself, for its own streams
)

// pane is one part of the screen.
type pane interface {
	// Update takes a message that is addressed to the pane and returns the
	// work that follows.
	Update(tea.Msg) tea.Cmd
	// View draws exactly w×h cells. It reads fields and writes none.
	View(w, h int) string
	// Keys lists what can be pressed while the pane has the focus.
	Keys() []Key
}

// content is what every pane of the screen also is; the App calls it where it
// has the pane in hand.
type content interface {
	pane
	title() string // in the frame
	note() string  // at the right of the frame, such as "3/12"
	show(*report)  // a new report replaces the old one
	focus(bool)    // it has the keyboard now, or lost it
	resize(w, h int)
	move(rows int)  // mouse wheel
	click(x, y int) // in the pane's own coordinates
	copied() string // what `y` puts on the clipboard; "" for nothing
	chosen() diagnostics.Ref
}

// finder is a pane that can be narrowed with `/`.
type finder interface {
	find(query string) tea.Cmd
	found() string // the query in force
}

// addressed is a message for one pane, focused or not, visible or not.
type addressed interface{ target() paneID }

// look is how things are drawn; panes share one.
type look struct {
	*widget.Palette
	lang  diagnostics.Lang
	clock clock
}

// in returns a text in the language of the screen, safe to draw.
func (l *look) in(t diagnostics.Text) string { return widget.Clean(t.In(l.lang)) }

// empty says in the middle of a pane why there is nothing in it.
func (l *look) empty(w, h int, sentence string) string {
	rows := make([]string, max(h/3, 0))
	for _, line := range widget.Wrap(widget.Clean(sentence), max(w-4, 1)) {
		rows = append(rows, "  "+l.Dim.Paint(line))
	}
	return widget.Block(rows, w, h)
}

// unreadSentence says that a kind could not be read and what it takes, or
// otherwise when it was read: absence of evidence is only evidence of absence
// where somebody looked.
func unreadSentence(r *report, kind diagnostics.Kind, otherwise string) string {
	for _, u := range r.snapshot.Unread {
		if u.Of.Kind == kind {
			return unknown(u)
		}
	}
	if !r.snapshot.Complete {
		return "Not read yet."
	}
	return otherwise
}

// unknown is how something unread is shown: "unknown: needs logs:… on …".
func unknown(u diagnostics.Unread) string {
	of := string(u.Of.Kind)
	if u.Of.ID != "" {
		of += " " + u.Of.ID
	}
	if u.Action != "" {
		return "unknown: needs " + u.Action + " on " + of + ". " + u.Reason
	}
	return "unknown: " + of + " was not read. " + u.Reason
}
