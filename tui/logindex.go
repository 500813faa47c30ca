package tui

import (
	"cmp"
	"slices"
	"sort"
	"strings"
	"time"

	"firstaid/diagnostics"
	"firstaid/tui/widget"
)

// logLine is one line of one log event: events hold several lines when they
// carry a stack trace.
type logLine struct {
	group, event int32
	from, to     int32 // of the event's message
}

// logIndex is every line of every log group that was read, by time.
type logIndex struct {
	groups []diagnostics.LogGroup
	lines  []logLine
	// cited are the lines that findings quote, ascending, with the finding's
	// place.
	cited    []int32
	findings map[int32]int
	// own are the groups whose events are no part of the snapshot any more:
	// followed ones were put behind them.
	own []bool
}

// newLogIndex merges the groups of a report. A million lines take 16 bytes
// each; the text itself stays where it is.
func newLogIndex(r *report) *logIndex {
	x := &logIndex{groups: r.snapshot.LogGroups, findings: map[int32]int{}}
	total := 0
	for _, g := range x.groups {
		total += len(g.Events)
	}
	x.lines = make([]logLine, 0, total+total/8)
	quoted := x.quoted(r)
	next := make([]int, len(x.groups))
	for range total {
		g := x.earliest(next)
		x.add(int32(g), int32(next[g]), quoted)
		next[g]++
	}
	return x
}

// earliest returns the group whose next event comes first.
func (x *logIndex) earliest(next []int) int {
	best := -1
	for g := range x.groups {
		if next[g] >= len(x.groups[g].Events) {
			continue
		}
		if best < 0 || x.groups[g].Events[next[g]].Timestamp.Before(x.groups[best].Events[next[best]].Timestamp) {
			best = g
		}
	}
	return best
}

type eventAt struct{ group, event int32 }

// quoted finds the events that findings quote: by the id that the service
// gave, or by stream and time.
func (x *logIndex) quoted(r *report) map[eventAt]int {
	byGroup := map[string]map[string]int{}
	for of, finding := range r.cites {
		group, id, ok := strings.Cut(of.ID, "#")
		if of.Kind != diagnostics.KindLogEvent || !ok {
			continue
		}
		if byGroup[group] == nil {
			byGroup[group] = map[string]int{}
		}
		byGroup[group][id] = finding
	}
	found := map[eventAt]int{}
	for g, group := range x.groups {
		wanted := byGroup[group.LogGroupName]
		if wanted == nil {
			continue
		}
		for i, e := range group.Events {
			if finding, ok := wanted[eventID(e)]; ok {
				found[eventAt{int32(g), int32(i)}] = finding
			}
		}
	}
	return found
}

// eventID names a log event within its group, as evidence does.
func eventID(e diagnostics.LogEvent) string {
	if e.EventId != "" {
		return e.EventId
	}
	return e.LogStreamName + "@" + e.Timestamp.UTC().Format("2006-01-02T15:04:05.999999999Z07:00")
}

func (x *logIndex) add(group, event int32, quoted map[eventAt]int) {
	message := x.groups[group].Events[event].Message
	end := len(strings.TrimRight(message, "\r\n"))
	if finding, ok := quoted[eventAt{group, event}]; ok {
		x.cited = append(x.cited, int32(len(x.lines)))
		x.findings[int32(len(x.lines))] = finding
	}
	for from := 0; ; {
		to := end
		if n := strings.IndexByte(message[from:end], '\n'); n >= 0 {
			to = from + n
		}
		x.lines = append(x.lines, logLine{group, event, int32(from), int32(to)})
		if to == end {
			return
		}
		from = to + 1
	}
}

// Len returns how many lines there are.
func (x *logIndex) Len() int { return len(x.lines) }

// Line returns the text of line i as it was logged.
func (x *logIndex) Line(i int) string {
	l := x.lines[i]
	return x.groups[l.group].Events[l.event].Message[l.from:l.to]
}

// event returns the event that line i belongs to, and its group.
func (x *logIndex) event(i int) (diagnostics.LogEvent, diagnostics.LogGroup) {
	l := x.lines[i]
	return x.groups[l.group].Events[l.event], x.groups[l.group]
}

// ref names the event that line i belongs to.
func (x *logIndex) ref(i int) diagnostics.Ref {
	e, g := x.event(i)
	return diagnostics.Ref{Kind: diagnostics.KindLogEvent, ID: g.LogGroupName + "#" + eventID(e)}
}

// locate returns the first line of the event that ref names, or -1. It may
// look at every event: it is for following a link, not for each key.
func (x *logIndex) locate(ref diagnostics.Ref) int {
	name, id, ok := strings.Cut(ref.ID, "#")
	if !ok {
		return -1
	}
	for _, g := range x.groups {
		if g.LogGroupName != name {
			continue
		}
		if e := slices.IndexFunc(g.Events, func(e diagnostics.LogEvent) bool { return eventID(e) == id }); e >= 0 {
			return x.locateAt(ref, g.Events[e].Timestamp)
		}
	}
	return -1
}

// locateAt is locate for an event whose time is known: lines are in order of
// time.
func (x *logIndex) locateAt(ref diagnostics.Ref, at time.Time) int {
	i := sort.Search(len(x.lines), func(i int) bool {
		e, _ := x.event(i)
		return !e.Timestamp.Before(at)
	})
	for ; i < len(x.lines); i++ {
		if e, _ := x.event(i); !e.Timestamp.Equal(at) {
			break
		}
		if x.ref(i) == ref {
			return i
		}
	}
	return -1
}

// of returns the lines of one group.
func (x *logIndex) of(group int) []int32 {
	var at []int32
	for i, l := range x.lines {
		if l.group == int32(group) {
			at = append(at, int32(i))
		}
	}
	return at
}

// nextCited returns the first quoted line after line i, or before it; -1 when
// there is none.
func (x *logIndex) nextCited(i int, forward bool) int {
	at, exact := slices.BinarySearchFunc(x.cited, i, func(c int32, i int) int { return cmp.Compare(int(c), i) })
	if forward && exact {
		at++
	}
	if !forward {
		at--
	}
	if at < 0 || at >= len(x.cited) {
		return -1
	}
	return int(x.cited[at])
}

// search sends the numbers of the lines that match, in batches.
func (x *logIndex) search(q widget.Query, among []int32, stop func() bool, emit func([]int32) bool) {
	const batch = 1 << 14
	n := len(x.lines)
	if among != nil {
		n = len(among)
	}
	var found []int32
	for i := range n {
		line := int32(i)
		if among != nil {
			line = among[i]
		}
		if q.Match(x.Line(int(line))) {
			found = append(found, line)
		}
		if (i+1)%batch == 0 && (stop() || len(found) > 0 && !emit(found)) {
			return
		}
		if (i+1)%batch == 0 {
			found = nil
		}
	}
	if len(found) > 0 {
		emit(found)
	}
}

// level guesses how serious a line is from what loggers put at its start.
// Platform lines are notes: they frame what the function says.
func level(line string) diagnostics.Severity {
	head := line[:min(len(line), 160)]
	for _, prefix := range []string{"START RequestId", "END RequestId", "REPORT RequestId", "INIT_START", "EXTENSION"} {
		if strings.HasPrefix(head, prefix) {
			return diagnostics.Note
		}
	}
	for _, word := range []string{"ERROR", "Error:", "FATAL", "CRITICAL", "Exception", "Traceback", "Task timed out", `"level":"error`, "panic:"} {
		if strings.Contains(head, word) {
			return diagnostics.Error
		}
	}
	if strings.Contains(head, "WARN") || strings.Contains(head, `"level":"warn`) {
		return diagnostics.Warning
	}
	return 0
}
