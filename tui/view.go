package tui

import (
	"strings"

	"firstaid/diagnostics"
	"firstaid/tui/widget"
)

// tooSmall is the sentence below the minimum size.
const tooSmall = "firstaid needs at least 60 columns and 16 rows."

// layout is where everything stands now.
func (a *App) layout() layout {
	l := arrange(a.w, a.h, arrangement{a.focused, a.chooser, a.front, a.findings.list.Len()})
	if a.zoomed {
		l.slots = []slot{{rect{0, 3, a.w, a.h - 5}, []paneID{a.focused}, a.focused}}
		if l.tabs.h > 0 {
			l.slots[0].y, l.slots[0].h = l.tabs.y+1, l.slots[0].h-1
		}
	}
	return l
}

// View draws the whole screen.
func (a *App) View() string {
	if a.w <= 0 || a.h <= 0 {
		return ""
	}
	if a.w < minWidth || a.h < minHeight {
		return a.plain(widget.Block(widget.Wrap(tooSmall, a.w), a.w, a.h))
	}
	l := a.layout()
	rows := []string{a.header(), a.banner(l.banner.w, l.banner.h)}
	if l.tabs.h > 0 {
		rows = append(rows, widget.Tabs(tabLabels(), int(a.focused), a.w, a.Palette))
	}
	rows = append(rows, a.body(l), a.status(), a.foot())
	screen := strings.Join(rows, "\n")
	if a.dialog != nil {
		front := a.dialog.view(a, a.w-4, a.h-4)
		lines := strings.Split(front, "\n")
		x, y := widget.Center(widget.Width(lines[0]), len(lines), a.w, a.h)
		screen = widget.Overlay(screen, front, x, y)
	}
	return a.plain(screen)
}

// plain replaces the screen's own characters on a terminal without UTF-8.
func (a *App) plain(screen string) string {
	if a.ascii {
		return asciiGlyphs.Replace(screen)
	}
	return screen
}

// body draws the slots, which tile their part of the screen.
func (a *App) body(l layout) string {
	views := make([][]string, len(l.slots))
	last := 0
	first := l.slots[0].y
	for i, s := range l.slots {
		views[i] = strings.Split(a.slot(s), "\n")
		last = max(last, s.y+s.h)
	}
	var b strings.Builder
	for y := first; y < last; y++ {
		if y > first {
			b.WriteByte('\n')
		}
		for i, s := range l.slots { // slots of one row stand in order of x
			if y >= s.y && y < s.y+s.h {
				b.WriteString(views[i][y-s.y])
			}
		}
	}
	return b.String()
}

// slot draws one frame with the pane that it shows.
func (a *App) slot(s slot) string {
	p := a.panes[s.shown]
	box := widget.Box{Title: a.slotTitle(s), Note: a.Dim.Paint(p.note()), Style: a.Border}
	if s.shown == a.focused {
		box.Style, box.Heavy = a.Focus, true
	}
	if f, ok := p.(finder); ok && f.found() != "" {
		box.Foot = a.Match.Paint("/" + widget.Clean(f.found()))
	}
	w, h := box.Inner(s.w, s.h)
	return box.View(p.View(w, h), s.w, s.h)
}

// slotTitle names the panes that share a frame, the shown one in brackets.
func (a *App) slotTitle(s slot) string {
	parts := make([]string, len(s.panes))
	for i, id := range s.panes {
		name := itoa(int(id)+1) + " " + paneNames[id]
		switch {
		case id == s.shown && len(s.panes) > 1:
			name = "[" + a.label(id) + "]"
		case id == s.shown:
			name = a.label(id)
		}
		if id == a.focused {
			parts[i] = a.Focus.Paint(name)
		} else {
			parts[i] = name
		}
	}
	return strings.Join(parts, "  ")
}

// label is a pane's number and what it says about itself.
func (a *App) label(id paneID) string { return itoa(int(id)+1) + " " + a.panes[id].title() }

// titleAt returns the pane whose name stands at column x of a shared frame.
func (a *App) titleAt(s slot, x int) paneID {
	at := 3
	for _, id := range s.panes {
		n := widget.Width(itoa(int(id)+1) + " " + paneNames[id])
		if id == s.shown {
			n = widget.Width(a.label(id)) + 2
		}
		if x < at+n {
			return id
		}
		at += n + 2
	}
	return s.shown
}

var paneNames = [paneCount]string{"Findings", "Why", "Events", "Logs", "IAM", "Stacks", "Fix"}

func tabLabels() []string {
	labels := make([]string, paneCount)
	for i, name := range paneNames {
		labels[i] = itoa(i+1) + " " + name
	}
	return labels
}

// header is where we are: stack and its status, then region and account.
func (a *App) header() string {
	left := " " + a.Strong.Paint("firstaid")
	for _, label := range []string{a.opts.Label, a.example(), a.guard()} {
		if label != "" {
			left += " " + a.Note.Paint("["+widget.Clean(label)+"]")
		}
	}
	right := ""
	if a.report != nil {
		if s, ok := a.report.stack(); ok {
			left += "  " + a.Strong.Paint(widget.Clean(s.StackName)) + " " + statusGlyph(a.Palette, s.StackStatus) + " " + widget.Clean(s.StackStatus)
		}
	} else if a.target.Stack != "" {
		left += "  " + a.Strong.Paint(widget.Clean(a.target.Stack))
	}
	if a.latest != nil {
		right = a.where(a.latest.Identity) + " "
	}
	if widget.Width(left)+2+widget.Width(right) > a.w {
		right = ""
	}
	return widget.Fit(left, a.w-widget.Width(right)) + a.Dim.Paint(right)
}

func (a *App) example() string {
	if a.latest != nil && a.latest.Example != "" && a.opts.Label == "" {
		return "example"
	}
	return ""
}

func (a *App) guard() string {
	if a.opts.ReadOnly {
		return "read-only"
	}
	return ""
}

func (a *App) where(id diagnostics.Identity) string {
	var parts []string
	for _, s := range []string{id.Region, id.Account, id.Profile, id.Endpoint} {
		if s != "" {
			parts = append(parts, widget.Clean(s))
		}
	}
	return strings.Join(parts, " · ")
}

// banner is what a tired person reads first: the cause, in words, and how
// sure that is.
func (a *App) banner(w, h int) string {
	style, lead, text, more := a.verdict()
	prefix := " " + style.Paint(lead) + "  "
	n := widget.Width(prefix)
	lines := widget.Wrap(text, max(w-n-1, 10))
	rows := []string{prefix + a.Strong.Paint(lines[0])}
	switch {
	case len(lines) == 1:
		rows = append(rows, widget.Spaces(n)+more)
	case len(lines) == 2:
		rows = append(rows, widget.Spaces(n)+a.Strong.Paint(lines[1]))
	default:
		rows = append(rows, widget.Spaces(n)+a.Strong.Paint(widget.Fit(lines[1]+" "+lines[2], w-n-1)))
	}
	return widget.Block(rows, w, h)
}

// verdict says in one line what is known now.
func (a *App) verdict() (style widget.Style, lead, text, more string) {
	if a.report != nil && len(a.report.findings) > 0 {
		f := a.report.findings[0]
		return severityStyle(a.Palette, f.Severity), severityGlyph(f.Severity) + " " + severityWord(f), short(a.in(f.Summary)), a.standing(f)
	}
	switch {
	case a.failure != nil:
		return a.Error, "✖ STOPPED", widget.Clean(a.failure.Error()), a.Dim.Paint(a.wayOut())
	case a.reading || a.working:
		what := "looking for the stack"
		if a.latest != nil && a.latest.Reading != "" {
			what = widget.Clean(a.latest.Reading)
		}
		return a.Note, "…", "Reading: " + what, ""
	case a.report != nil && len(a.report.snapshot.Unread) > 0:
		return a.Warn, "? UNKNOWN", "No failure in what was read, but " + plural(len(a.report.snapshot.Unread), "thing", "things") + " could not be read", a.Dim.Paint("unknown is not fine: the Findings pane lists what is missing")
	default:
		return a.Good, "✔", "No failure was found in what was read", ""
	}
}

// severityWord says "cause" only of what an event of the operation proves: a
// function that fails at run time did not fail the deployment.
func severityWord(f diagnostics.Finding) string {
	switch f.Severity {
	case diagnostics.Error:
		for _, e := range f.Evidence {
			if e.Of.Kind == diagnostics.KindEvent {
				return "CAUSE"
			}
		}
		return "FAILURE"
	case diagnostics.Warning:
		return "WARNING"
	default:
		return "NOTE"
	}
}

// standing is how sure the first finding is, where it points, and what to
// press.
func (a *App) standing(f diagnostics.Finding) string {
	parts := []string{confidenceMark(a.Palette, f)}
	if f.State != diagnostics.Open && f.State != "" {
		parts = append(parts, a.Good.Paint(string(f.State)))
	}
	if f.Source != nil {
		parts = append(parts, a.Accent.Paint(widget.Clean(f.Source.File)+":"+itoa(f.Source.Line)))
	}
	if f.Hides > 0 {
		parts = append(parts, plural(f.Hides, "other follows", "others follow")+" from it")
	}
	if n := len(a.report.findings) - 1 - f.Hides; n > 0 {
		parts = append(parts, plural(n, "more finding", "more findings"))
	}
	if a.fixes.none() == "" && a.fixes.finding.ID() == f.ID() {
		parts = append([]string{parts[0], a.Focus.Paint("f") + " shows the fix"}, parts[1:]...)
	}
	if a.failure != nil {
		parts = append(parts, a.Error.Paint("reading stopped: ")+widget.Clean(a.failure.Error()))
	}
	return strings.Join(parts, a.Dim.Paint(" · "))
}

// wayOut says which key goes on after a failure.
func (a *App) wayOut() string {
	if a.opts.Demo != nil {
		return "r tries again; d opens a built-in incident, which needs no AWS account."
	}
	return "r tries again."
}

// spinner is drawn in the status row only: a plain row is cheap to rewrite.
var spinner = [...]string{"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"}

// status is what is going on, or what was just done.
func (a *App) status() string {
	left := " "
	switch {
	case a.toast.text != "" && a.toast.bad:
		left += a.Error.Paint("✖ ") + a.toast.text
	case a.toast.text != "":
		left += a.Good.Paint("✔ ") + a.toast.text
	case a.busy != "":
		left += a.spinning() + " " + a.busy
	case a.reading && a.latest != nil && a.latest.Reading != "":
		left += a.spinning() + " reading " + widget.Clean(a.latest.Reading)
	case a.reading:
		left += a.spinning() + " reading"
	case a.failure != nil && (a.report == nil || len(a.report.findings) == 0):
		left += a.Warn.Paint("▲ ") + a.wayOut() // the banner says why
	case a.failure != nil:
		left += a.Error.Paint("✖ ") + widget.Clean(a.failure.Error())
	case a.latest != nil:
		left += a.Dim.Paint("read " + a.clock.stamp(a.latest.Taken))
	}
	if a.toast.text != "" {
		return widget.Fit(left, a.w)
	}
	right := a.Dim.Paint(a.cost())
	if n := a.throttles(); n > 0 {
		right = a.Warn.Paint(plural(n, "call", "calls")+" throttled") + a.Dim.Paint(" · "+a.cost())
	}
	return widget.Fit(left, a.w-widget.Width(right)-1) + right + " "
}

func (a *App) spinning() string {
	if a.ascii {
		return string(`|/-\`[a.frame%4])
	}
	return spinner[a.frame%len(spinner)]
}

func (a *App) throttles() int {
	if a.latest == nil {
		return 0
	}
	_, n, _ := calls(a.latest)
	return n
}

// cost says how many calls were made so far.
func (a *App) cost() string {
	if a.latest == nil || len(a.latest.Calls)+len(a.made) == 0 {
		return ""
	}
	n, _, failed := calls(a.latest)
	for _, c := range a.made {
		n += c.Count
	}
	text := plural(n, "AWS call", "AWS calls")
	if failed > 0 {
		text += ", " + itoa(failed) + " failed"
	}
	return text
}

// foot shows the keys of now, or the search that is being typed. The pane's own
// come first as far as they work; those of every pane keep their places.
func (a *App) foot() string {
	if a.search != nil {
		return a.search.view(a.w, a.Palette)
	}
	var keys []Key
	for _, k := range a.panes[a.focused].Keys() {
		if k.why() == "" {
			keys = append(keys, k)
		}
	}
	return widget.Fit(" "+footer(append(keys, a.global()...), a.w-2, a.Palette, "help", "quit"), a.w)
}
