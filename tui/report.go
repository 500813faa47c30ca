package tui

import (
	"slices"

	"firstaid/diagnostics"
	"firstaid/playbooks"
)

// Kinds of things that can be chosen beyond those of a snapshot.
const (
	kindFinding diagnostics.Kind = "finding"
	kindUnread  diagnostics.Kind = "unread"
	kindLogLine diagnostics.Kind = "log-line" // by its number: a million of them have no names
)

// report is one snapshot with what was concluded from it, indexed for drawing.
// It is built outside Update and never changes.
type report struct {
	snapshot *diagnostics.Snapshot
	findings []diagnostics.Finding
	catalog  *playbooks.Catalog
	events   []eventRow
	logs     *logIndex
	// cites says which finding an event or log event is evidence of, by the
	// place of the finding in findings.
	cites map[diagnostics.Ref]int
	// decider knows the roles that were read, decisions what was denied to
	// them and what else IAM was asked.
	decider   *playbooks.Decider
	decisions []playbooks.Decision
	// begun are the guided plans of the project that are not at their end.
	begun []playbooks.Plan
}

// diagnose is playbooks.Diagnose, or a test's own conclusions.
type diagnose func(*diagnostics.Snapshot, *playbooks.Catalog) []diagnostics.Finding

// newReport diagnoses a snapshot. It is pure.
func newReport(s *diagnostics.Snapshot, c *playbooks.Catalog, judge diagnose, begun []playbooks.Plan) *report {
	r := &report{snapshot: s, catalog: c, findings: judge(s, c), begun: begun, cites: map[diagnostics.Ref]int{}}
	r.findings = playbooks.Waiting(begun, s, r.findings)
	for i, f := range r.findings {
		for _, e := range f.Evidence {
			if _, taken := r.cites[e.Of]; !taken {
				r.cites[e.Of] = i
			}
		}
	}
	r.events = eventRows(r)
	r.logs = newLogIndex(r)
	r.decider = playbooks.NewDecider(s)
	r.decisions = r.decider.Decisions()
	return r
}

// finding returns the finding with an ID.
func (r *report) finding(id string) (diagnostics.Finding, bool) {
	for _, f := range r.findings {
		if f.ID() == id {
			return f, true
		}
	}
	return diagnostics.Finding{}, false
}

// consequences returns the findings that follow from one.
func (r *report) consequences(id string) []diagnostics.Finding {
	var list []diagnostics.Finding
	for _, f := range r.findings {
		if f.CausedBy == id {
			list = append(list, f)
		}
	}
	return list
}

// stack returns the stack under diagnosis.
func (r *report) stack() (diagnostics.Stack, bool) {
	for _, s := range r.snapshot.Stacks {
		if s.StackId == r.snapshot.StackID || r.snapshot.StackID == "" {
			return s, true
		}
	}
	return diagnostics.Stack{}, false
}

func (r *report) event(id string) (diagnostics.Event, bool) {
	i := slices.IndexFunc(r.snapshot.Events, func(e diagnostics.Event) bool { return e.EventId == id })
	if i < 0 {
		return diagnostics.Event{}, false
	}
	return r.snapshot.Events[i], true
}

// file returns a file of the project by its path.
func (r *report) file(path string) (string, bool) {
	for _, f := range r.snapshot.Files {
		if f.Path == path {
			return f.Content, true
		}
	}
	return "", false
}

// fixes works out how to mend a finding; it is pure and may take a while.
func (r *report) fixes(f diagnostics.Finding) []playbooks.Fix {
	return playbooks.Continue(r.begun, r.snapshot, f, r.catalog.Fixes(r.snapshot, f))
}

// title is the playbook's title of a finding.
func (r *report) title(f diagnostics.Finding) diagnostics.Text {
	if p, ok := r.catalog.Get(f.Playbook); ok {
		return p.Title
	}
	return f.Summary
}

// calls adds up what was asked of AWS.
func calls(s *diagnostics.Snapshot) (count, throttled, failed int) {
	for _, c := range s.Calls {
		count += c.Count
		throttled += c.Throttled
		failed += c.Failed
	}
	return count, throttled, failed
}
