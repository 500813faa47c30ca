package tui

import (
	"context"
	"slices"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"firstaid/diagnostics"
	"firstaid/playbooks"
	"firstaid/tui/widget"
)

// openCalls lists what was asked of AWS: a person pays for it, in money or in
// throttled deployments.
func (a *App) openCalls() tea.Cmd {
	l := a.look
	var list []diagnostics.Call
	if a.latest != nil {
		list = added(a.latest.Calls, a.made)
	}
	columns := []widget.Column{{Title: "service", Width: 16}, {Title: "operation", Weight: 1}, {Title: "calls", Width: 6, Right: true}, {Title: "throttled", Width: 9, Right: true}, {Title: "failed", Width: 6, Right: true}}
	a.dialog = &notice{title: "AWS calls", lines: func(w int) []string {
		if len(list) == 0 {
			return []string{"No call was made."}
		}
		widths := widget.Widths(columns, min(w, 76))
		rows := []string{widget.Header(columns, widths, l.Dim)}
		total := 0
		for _, c := range list {
			total += c.Count
			rows = append(rows, widget.Row([]string{widget.Clean(c.Service), widget.Clean(c.Operation), itoa(c.Count), count(l, c.Throttled), count(l, c.Failed)}, columns, widths))
		}
		return append(rows, "", l.Dim.Paint(plural(total, "call", "calls")+"; all of them read"))
	}}
	return nil
}

// added is one list of calls with another's counted in.
func added(list, more []diagnostics.Call) []diagnostics.Call {
	list = slices.Clone(list)
	for _, m := range more {
		i := slices.IndexFunc(list, func(c diagnostics.Call) bool { return c.Service == m.Service && c.Operation == m.Operation })
		if i < 0 {
			list = append(list, m)
			continue
		}
		list[i].Count += m.Count
	}
	return list
}

// counted notes a call that the screen made itself.
func (a *App) counted(service, operation string) {
	for i := range a.made {
		if c := &a.made[i]; c.Service == service && c.Operation == operation {
			c.Count++
			return
		}
	}
	a.made = append(a.made, diagnostics.Call{Service: service, Operation: operation, Count: 1})
}

func count(l *look, n int) string {
	if n == 0 {
		return l.Dim.Paint("-")
	}
	return l.Warn.Paint(itoa(n))
}

// journalRead is the journal, or why it cannot be read.
type journalRead struct {
	entries []playbooks.Entry
	err     error
}

func (a *App) openJournal(j Journal) tea.Cmd {
	return a.work("reading the journal", func(ctx context.Context) tea.Msg {
		entries, err := j.Entries(ctx)
		return journalRead{entries, err}
	})
}

func (m journalRead) apply(a *App) tea.Cmd {
	a.busy = ""
	if m.err != nil {
		a.toast = toast{text: oneLine(m.err.Error()), bad: true}
		return nil
	}
	l := a.look
	a.dialog = &notice{title: "Journal", opened: time.Now(), lines: func(w int) []string {
		if len(m.entries) == 0 {
			return []string{"Nothing was applied yet."}
		}
		p := &page{look: l, w: w}
		for _, e := range m.entries {
			p.item(journalMark(l, e)+" "+itoa(e.ID), e.Title.In(l.lang))
			p.para(l.Dim, "    ", "    ", l.clock.stamp(e.At)+" "+e.Finding+", "+e.Status+" ("+string(e.State)+")")
		}
		return p.lines
	}}
	return nil
}

// journalMark tells an entry that stands from one taken back or interrupted.
func journalMark(l *look, e playbooks.Entry) string {
	switch e.Status {
	case "applied":
		return l.Good.Paint("✔")
	case "undone":
		return l.Dim.Paint("↻")
	default:
		return l.Warn.Paint("…")
	}
}
