package report

import (
	"regexp"
	"slices"
	"sort"
	"strings"
	"time"

	"firstaid/diagnostics"
)

// timeline is what each resource went through in the operation that a snapshot
// shows, as read from its events.
type timeline struct {
	From, Until time.Time
	Rows        []row
	// More counts the rows that were left out.
	More int
}

// row is one resource of one stack.
type row struct {
	StackID, Stack, Resource, Type string
	// Self says that the row is the stack's own, Depth how deep it is nested.
	Self  bool
	Depth int
	Bars  []bar
}

// bar is one thing that was done to a resource.
type bar struct {
	Verb        string // CREATE, UPDATE, DELETE, ROLLBACK, ...
	From, Until time.Time
	Outcome     string
	Reason      string
	// Undo says that it belongs to a rollback.
	Undo bool
}

// What became of a bar.
const (
	outcomeDone      = "done"
	outcomeFailed    = "failed"
	outcomeCancelled = "cancelled" // something else failed first
	outcomeRunning   = "running"   // no event says how it ended
)

// maxRows bounds the picture; an operation of thousands of resources would
// make one that nobody can look at.
const maxRows = 150

// newTimeline joins the events of every resource into bars: the first
// *_IN_PROGRESS begins one, *_COMPLETE, *_FAILED or *_SKIPPED ends it.
func newTimeline(s *diagnostics.Snapshot) timeline {
	t := timeline{}
	rows, rolling := map[string]int{}, map[string]bool{}
	for _, e := range s.Events {
		if e.ResourceStatus == "" || e.ResourceStatus == "REVIEW_IN_PROGRESS" || e.Timestamp.IsZero() {
			continue // a change set under review is not yet a deployment
		}
		if t.From.IsZero() || e.Timestamp.Before(t.From) {
			t.From = e.Timestamp
		}
		if e.Timestamp.After(t.Until) {
			t.Until = e.Timestamp
		}
		key := e.StackId + "\x00" + e.LogicalResourceId
		i, ok := rows[key]
		if !ok {
			i = len(t.Rows)
			rows[key] = i
			t.Rows = append(t.Rows, row{
				StackID: e.StackId, Stack: cleanLine(e.StackName), Resource: cleanLine(e.LogicalResourceId), Type: cleanLine(e.ResourceType),
				Self: e.OfStack(), Depth: depth(s, e.StackId),
			})
		}
		if e.OfStack() && strings.Contains(e.ResourceStatus, "ROLLBACK") {
			rolling[e.StackId] = true
		}
		t.Rows[i].add(e, rolling[e.StackId])
	}
	for i := range t.Rows {
		t.Rows[i].finish(t.Until)
	}
	sort.SliceStable(t.Rows, func(i, j int) bool { return t.Rows[i].Bars[0].From.Before(t.Rows[j].Bars[0].From) })
	t.Rows, t.More = cut(t.Rows)
	return t
}

// depth says how many stacks a stack is nested in.
func depth(s *diagnostics.Snapshot, id string) int {
	n := 0
	for n < 8 {
		i := slices.IndexFunc(s.Stacks, func(k diagnostics.Stack) bool { return k.StackId == id })
		if i < 0 || s.Stacks[i].ParentId == "" {
			break
		}
		id = s.Stacks[i].ParentId
		n++
	}
	return n
}

func (r *row) add(e diagnostics.Event, undo bool) {
	verb, state := split(e.ResourceStatus)
	last := len(r.Bars) - 1
	open := last >= 0 && r.Bars[last].Outcome == outcomeRunning
	if open && r.Bars[last].Verb != verb { // a rollback overtook it
		r.Bars[last].end(e, "FAILED")
		open = false
	}
	if !open {
		if state != "IN_PROGRESS" && last >= 0 && r.Bars[last].Verb == verb {
			r.Bars[last].end(e, state)
			return
		}
		r.Bars = append(r.Bars, bar{Verb: verb, From: e.Timestamp, Until: e.Timestamp, Outcome: outcomeRunning, Undo: undo || verb == "DELETE"})
		last = len(r.Bars) - 1
	}
	if state != "IN_PROGRESS" {
		r.Bars[last].end(e, state)
	}
}

func (b *bar) end(e diagnostics.Event, state string) {
	b.Until, b.Outcome = e.Timestamp, outcomeDone
	if state == "FAILED" {
		b.Outcome, b.Reason = outcomeFailed, cleanLine(e.Reason())
	}
	if state == "FAILED" && cancelled.MatchString(b.Reason) {
		b.Outcome = outcomeCancelled
	}
}

// cancelled matches the reason of a resource that CloudFormation gave up when
// another one failed.
var cancelled = regexp.MustCompile(`(?i)^Resource (creation|update|deletion) cancelled`)

func (r *row) finish(until time.Time) {
	for i := range r.Bars {
		if r.Bars[i].Outcome == outcomeRunning {
			r.Bars[i].Until = until
		}
	}
}

// split takes a status apart: UPDATE_ROLLBACK_IN_PROGRESS is UPDATE_ROLLBACK
// and IN_PROGRESS.
func split(status string) (verb, state string) {
	for _, end := range []string{"IN_PROGRESS", "COMPLETE", "FAILED", "SKIPPED"} {
		if v, ok := strings.CutSuffix(status, "_"+end); ok {
			if strings.HasSuffix(v, "_COMPLETE_CLEANUP") {
				return strings.TrimSuffix(v, "_COMPLETE_CLEANUP"), end
			}
			return v, end
		}
	}
	return status, ""
}

// cut leaves out rows beyond the bound, those that failed last of all.
func cut(rows []row) (kept []row, more int) {
	if len(rows) <= maxRows {
		return rows, 0
	}
	more = len(rows) - maxRows
	left := more
	for i := len(rows) - 1; i >= 0; i-- {
		if left > 0 && !rows[i].failed() {
			left--
			continue
		}
		kept = append(kept, rows[i])
	}
	slices.Reverse(kept)
	return kept[:min(len(kept), maxRows)], more
}

func (r *row) failed() bool {
	for _, b := range r.Bars {
		if b.Outcome == outcomeFailed {
			return true
		}
	}
	return false
}
