package playbooks

import (
	"sort"
	"strings"

	"firstaid/diagnostics"
)

// Explanation is what a text turns out to be.
type Explanation struct {
	Verdict Verdict
	// Matches are the playbooks recognised, best first, each once.
	Matches []Match
	// Reports are the figures of the invocations that ended in the text.
	Reports []diagnostics.Report
}

// Layers are the wrappers of the best match, outermost first.
func (e Explanation) Layers() []diagnostics.Layer {
	if len(e.Matches) == 0 {
		return nil
	}
	return e.Matches[0].Layers
}

// Explain names the failure of a raw text of any kind: a message, a log, the
// whole output of a deployment, an export. Stack events in it are judged one by
// one, by their reason alone: the earliest failure that is no cascade comes
// first, unless its reason is generic and a later one is specific.
func (m *Matcher) Explain(text string, from Origin) Explanation {
	var hits []Match
	for _, r := range diagnostics.Records(text) {
		for _, hit := range m.matchRecord(r, from) {
			hit.Of = r
			hits = append(hits, hit)
		}
	}
	sort.SliceStable(hits, func(i, j int) bool { return cause(hits[i], hits[j]) })
	e := Explanation{Verdict: VerdictBenign, Reports: diagnostics.Reports(text)}
	seen := map[string]bool{}
	for _, h := range hits {
		if !seen[h.Playbook] {
			seen[h.Playbook] = true
			e.Matches = append(e.Matches, h)
		}
	}
	if len(e.Matches) > 0 {
		e.Verdict = e.Matches[0].Verdict
	}
	return e
}

// matchRecord matches one record. An event's own type and status tell more
// than what is known of the text as a whole; they may stand in a pattern, too.
func (m *Matcher) matchRecord(r diagnostics.Record, from Origin) []Match {
	if !r.Event {
		return m.match(from, r.Text)
	}
	if strings.TrimSpace(r.Text) == "" {
		return emptyReason(r)
	}
	list := m.match(Origin{Source: diagnostics.SourceCFNEvent, Type: r.Type, Status: r.Status}, r.Text, r.Row)
	if len(list) == 0 {
		return ownWords(r)
	}
	return list
}

// ownWords judges a failed custom resource whose reason no signal knows: its
// handler may say anything.
func ownWords(r diagnostics.Record) []Match {
	if !r.Failed() || !strings.HasPrefix(r.Type, "Custom::") && r.Type != "AWS::CloudFormation::CustomResource" {
		return nil
	}
	return []Match{{
		Playbook: "custom-resource-failed", Verdict: VerdictFailure, Severity: diagnostics.Error, Weight: genericWeight,
		Quote: strings.Join(strings.Fields(r.Text), " "), Captures: map[string]string{"message": r.Text},
	}}
}

// Cascade is the playbook of events that follow from another failure.
const Cascade = "cascade"

// emptyReason judges an event without a reason: a failure that says nothing,
// or the rollback of the stack, follows from another one.
func emptyReason(r diagnostics.Record) []Match {
	rollback := r.Type == "AWS::CloudFormation::Stack" && strings.Contains(r.Status, "ROLLBACK")
	if !r.Failed() && !rollback {
		return nil
	}
	return []Match{{
		Playbook: Cascade, Verdict: VerdictCascade, Severity: diagnostics.Note, Weight: 1,
		Quote: strings.Join(strings.Fields(r.Status+" "+r.Type+" "+r.LogicalID), " "), Captures: map[string]string{},
	}}
}

// cause orders the matches of all records: events before the lines around
// them; among specific failures the earlier event, which the stable sort
// keeps; in one record the better match.
func cause(a, b Match) bool {
	if x, y := verdictOrder[a.Verdict], verdictOrder[b.Verdict]; x != y {
		return x < y
	}
	if x, y := a.generic(), b.generic(); x != y {
		return y
	}
	if a.Of.Event != b.Of.Event {
		return a.Of.Event
	}
	if a.Of.Event {
		return false
	}
	return better(a, b)
}
