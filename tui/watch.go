package tui

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"
)

// watch waits for the failure to come back after a fix that counts at once:
// everything is read again a few times, and a denial that came since starts
// the next round.
type watch struct {
	finding string    // its ID
	last    time.Time // when it was last seen before the fix
	left    int       // readings to come
}

// The account is read again this often, so many times: two minutes in which a
// change spreads and a warm function is called.
const (
	watchEvery = 20 * time.Second
	watchTimes = 6
)

// watchFor looks again at a finding that was mended, if the outcome asks for it.
func (a *App) watchFor(m finished) tea.Cmd {
	if !m.outcome.Watch || m.err != nil || a.report == nil {
		return nil
	}
	f, _ := a.report.finding(m.finding)
	a.watched = &watch{finding: m.finding, last: f.Last, left: watchTimes}
	return a.watchLater()
}

func (a *App) watchLater() tea.Cmd {
	if a.headless {
		return nil
	}
	w := a.watched
	return tea.Tick(watchEvery, func(time.Time) tea.Msg { return lookAgain{w} })
}

// lookAgain is the next reading of a watch.
type lookAgain struct{ of *watch }

func (m lookAgain) apply(a *App) tea.Cmd {
	switch {
	case a.watched != m.of:
		return nil // over, or about something else by now
	case a.busy != "" || a.reading:
		return a.watchLater()
	}
	a.watched.left--
	next := a.watchLater()
	if a.watched.left <= 0 {
		a.watched, next = nil, nil
	}
	return batch(a.collect(), next)
}

// cameBack ends the watch when the failure is there again: what was known of it
// no longer holds. It returns the finding to choose, for its next fix.
func (a *App) cameBack(r *report) (id string) {
	w := a.watched
	if w == nil {
		return ""
	}
	f, ok := r.finding(w.finding)
	if !ok || !f.Last.After(w.last) {
		return ""
	}
	a.watched = nil
	delete(a.states, f.ID())
	l := a.look
	a.dialog = &notice{title: "Next round", opened: time.Now(), lines: func(width int) []string {
		p := &page{look: l, w: width}
		p.para("", l.Warn.Paint("▲ "), "  ", f.Summary.In(p.lang))
		p.field("seen", f.Last.Format(time.RFC3339))
		p.para(p.Dim, "", "", "f shows what would mend it now")
		return p.lines
	}}
	return f.ID()
}
