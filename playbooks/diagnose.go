package playbooks

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"firstaid/diagnostics"
)

// Unrecognised is the playbook id of a failure that no playbook knows. It is
// reported all the same: the first thing that failed must never be missing.
const Unrecognised = "unrecognised"

// maxEvidence bounds the quotations of one finding; further ones are counted.
const maxEvidence = 6

// Diagnose names the failures of a snapshot, the likeliest cause first. It is
// pure and deterministic: the same snapshot gives the same findings.
func Diagnose(s *diagnostics.Snapshot, c *Catalog) []diagnostics.Finding {
	d := newDiagnosis(s, c)
	d.readTexts()
	d.runFinders()
	d.readFiles()
	d.firstUnrecognised()
	list := d.list()
	d.linkCauses(list)
	d.weigh(list)
	d.rank(list)
	for i := range list {
		list[i].Chain = d.chain(list[i])
		list[i].Unknown = append(list[i].Unknown, d.unknown(list[i])...)
	}
	return list
}

// A diagnosis is the work of one Diagnose.
type diagnosis struct {
	snapshot *diagnostics.Snapshot
	catalog  *Catalog
	index    *index
	sources  *sources
	matched  map[matchKey][]Match
	found    map[string]*diagnostics.Finding
	weight   map[string]int // finding ID → weight of its heaviest signal
	facts    []Fact
	patterns map[string]*regexp.Regexp // of hypotheses, compiled
	// unmatched are observations of events that nothing recognised.
	unmatched []observation
}

func newDiagnosis(s *diagnostics.Snapshot, c *Catalog) *diagnosis {
	return &diagnosis{
		snapshot: s, catalog: c, index: newIndex(s), sources: readSources(s), weight: map[string]int{},
		found: map[string]*diagnostics.Finding{}, matched: map[matchKey][]Match{}, facts: Facts(), patterns: map[string]*regexp.Regexp{},
	}
}

func (d *diagnosis) readTexts() {
	for _, o := range observe(d.snapshot, d.index) {
		d.take(o, d.match(o.text, o.from))
	}
}

// match recognises a text once, however often it stands in the snapshot.
func (d *diagnosis) match(text string, from Origin) []Match {
	key := matchKey{text, from}
	found, known := d.matched[key]
	if !known {
		found = d.catalog.matcher.Match(text, from)
		d.matched[key] = found
	}
	return found
}

type matchKey struct {
	text string
	from Origin
}

// take turns the best match of an observation into a finding; the others are
// its alternatives.
func (d *diagnosis) take(o observation, found []Match) {
	if len(found) == 0 || found[0].Verdict != VerdictFailure {
		if len(found) == 0 && o.of.Kind == diagnostics.KindEvent {
			d.unmatched = append(d.unmatched, o)
		}
		return
	}
	best := found[0]
	p, _ := d.catalog.Get(best.Playbook)
	f := diagnostics.Finding{
		Playbook: p.ID, Severity: p.Severity, Confidence: diagnostics.Possible, State: diagnostics.Open,
		Subject: o.subject, Summary: Summarise(p, best.Captures), Captures: best.Captures, Count: 1, First: o.at, Last: o.at,
		Evidence: []diagnostics.Evidence{{Of: o.of, Field: o.field, At: o.at, Quote: quote(o.text)}},
	}
	f.Alternatives = alternatives(p, found[1:])
	d.add(f)
	d.weight[f.ID()] = max(d.weight[f.ID()], best.Weight)
}

// alternatives names the failures that share the text: those that the playbook
// itself warns of come with its words.
func alternatives(p Playbook, others []Match) []diagnostics.Alternative {
	var list []diagnostics.Alternative
	for _, m := range others {
		if m.Verdict == VerdictFailure {
			list = append(list, diagnostics.Alternative{Playbook: m.Playbook, Why: falsePositive(p, m.Playbook)})
		}
	}
	return list
}

func falsePositive(p Playbook, id string) diagnostics.Text {
	for _, f := range p.FalsePositives {
		if f.Playbook == id {
			return f.Why
		}
	}
	return diagnostics.Text{En: "the same text also fits this failure", Ko: "같은 메시지가 이 장애에도 해당합니다"}
}

// quote bounds a quotation; what is cut is marked.
func quote(text string) string {
	const most = 2000
	text = strings.TrimSpace(text)
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + " …"
}

// runFinders adds what state checks find.
func (d *diagnosis) runFinders() {
	for _, e := range d.catalog.entries {
		if e.head.Find == nil {
			continue
		}
		for _, f := range e.head.Find(d.snapshot) {
			p := e.whole()
			f.Playbook = p.ID
			if f.Severity == 0 {
				f.Severity = p.Severity
			}
			if f.State == "" {
				f.State = diagnostics.Open
			}
			if f.Summary.IsZero() {
				f.Summary = Summarise(p, f.Captures)
			}
			d.add(f)
		}
	}
}

// add merges a finding with what is known of the same failure of the same
// subject.
func (d *diagnosis) add(f diagnostics.Finding) {
	old, ok := d.found[f.ID()]
	if !ok {
		d.found[f.ID()] = &f
		return
	}
	old.Count += f.Count
	old.First, old.Last = earlier(old.First, f.First), later(old.Last, f.Last)
	for _, e := range f.Evidence {
		if len(old.Evidence) < maxEvidence && !slices.ContainsFunc(old.Evidence, func(o diagnostics.Evidence) bool { return o.Of == e.Of && o.Quote == e.Quote }) {
			old.Evidence = append(old.Evidence, e)
		}
	}
	if f.Confidence > old.Confidence {
		old.Confidence, old.Because = f.Confidence, f.Because
		old.Summary = f.Summary
	}
	if old.Because.IsZero() {
		old.Because = f.Because
	}
	old.Unknown = append(old.Unknown, f.Unknown...)
	if old.Source == nil {
		old.Source = f.Source
	}
	if old.CausedBy == "" {
		old.CausedBy = f.CausedBy
	}
	old.Captures = mergeCaptures(old.Captures, f.Captures)
	for _, a := range f.Alternatives {
		if !slices.Contains(old.Alternatives, a) {
			old.Alternatives = append(old.Alternatives, a)
		}
	}
}

func mergeCaptures(a, b map[string]string) map[string]string {
	if len(a) == 0 {
		return b
	}
	merged := make(map[string]string, len(a)+len(b))
	for k, v := range b {
		merged[k] = v
	}
	for k, v := range a {
		merged[k] = v
	}
	return merged
}

// firstUnrecognised reports the earliest failure that no playbook knows,
// unless something recognised failed in the same operation before it.
func (d *diagnosis) firstUnrecognised() {
	for _, o := range d.unmatched {
		f := diagnostics.Finding{
			Playbook: Unrecognised, Severity: diagnostics.Error, Confidence: diagnostics.Possible, State: diagnostics.Open,
			Subject: o.subject, Count: 1, First: o.at, Last: o.at,
			Summary: diagnostics.Text{
				En: "No playbook knows this failure: " + firstLine(o.text),
				Ko: "알려진 플레이북이 없는 장애입니다: " + firstLine(o.text),
			},
			Evidence: []diagnostics.Evidence{{Of: o.of, Field: o.field, At: o.at, Quote: quote(o.text)}},
		}
		d.add(f)
	}
}

func firstLine(text string) string {
	const most = 160
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	if len(line) > most {
		return strings.ToValidUTF8(line[:most], "") + "…"
	}
	return line
}

// list returns the findings with their confidence settled, in order of ID.
func (d *diagnosis) list() []diagnostics.Finding {
	list := make([]diagnostics.Finding, 0, len(d.found))
	for _, f := range d.found {
		d.settle(f)
		if also := f.Captures["also"]; also != "" && f.Playbook == "access-denied" {
			f.Summary = withOthers(f.Summary, also)
		}
		if f.Source == nil {
			f.Source = d.sources.locate(d.snapshot, f.Subject)
		}
		list = append(list, *f)
	}
	slices.SortFunc(list, func(a, b diagnostics.Finding) int { return strings.Compare(a.ID(), b.ID()) })
	return list
}

// settle raises a finding to likely when two kinds of sources agree.
func (d *diagnosis) settle(f *diagnostics.Finding) {
	kinds := map[diagnostics.Kind]bool{}
	for _, e := range f.Evidence {
		kinds[e.Of.Kind] = true
	}
	switch {
	case f.Confidence >= diagnostics.Likely && !f.Because.IsZero():
	case kinds[diagnostics.KindSimulation] && !f.Because.IsZero(): // a simulation that settles nothing agrees with nobody
	case len(kinds) > 1:
		f.Confidence = max(f.Confidence, diagnostics.Likely)
		f.Because = diagnostics.Text{En: "two independent sources say so", Ko: "서로 독립된 두 출처가 일치합니다"}
	case f.Because.IsZero():
		f.Because = diagnostics.Text{En: "its text matches; no second source was read", Ko: "메시지가 일치합니다. 두 번째 근거는 아직 없습니다"}
	}
}

// unknown lists what could not be read and would have told more.
func (d *diagnosis) unknown(f diagnostics.Finding) []diagnostics.Unread {
	p, ok := d.catalog.Get(f.Playbook)
	if !ok {
		return d.snapshot.Unread
	}
	var list []diagnostics.Unread
	for _, u := range d.snapshot.Unread {
		if slices.Contains(p.Reads, u.Of.Kind) {
			list = append(list, u)
		}
	}
	return list
}

func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// Summarise fills a playbook's summary with captures; where one is missing
// that the summary names, the title says less but nothing wrong.
func Summarise(p Playbook, captures map[string]string) diagnostics.Text {
	return diagnostics.Text{En: fill(p.Summary.En, p.Title.En, captures), Ko: fill(p.Summary.Ko, p.Title.Ko, captures)}
}

func fill(pattern, otherwise string, captures map[string]string) string {
	var b strings.Builder
	rest := pattern
	for {
		before, after, found := strings.Cut(rest, "{")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		name, tail, closed := strings.Cut(after, "}")
		value := captures[name]
		if !closed || value == "" {
			return otherwise
		}
		b.WriteString(value)
		rest = tail
	}
}
