package playbooks

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"firstaid/diagnostics"
)

// Hypothesis is a cause that the texts of a playbook are compatible with.
type Hypothesis struct {
	ID string `yaml:"id"`
	// Playbook is the failure that it would be, where that is another one: a
	// finding of it about the same thing speaks for the hypothesis.
	Playbook string           `yaml:"playbook,omitempty"`
	Cause    diagnostics.Text `yaml:"cause"`
	// Probe says how a person tells; it is shown while nothing decides.
	Probe diagnostics.Text `yaml:"probe"`
	// Tests are tried in order; the first that holds decides.
	Tests []Test `yaml:"tests,omitempty"`
}

// Test is one question to the snapshot. All of its conditions must hold; one
// that cannot be answered does not hold.
type Test struct {
	// Fact is the name of a fact (see Facts), with its argument after a space.
	Fact string `yaml:"fact,omitempty"`
	// Is lists values of the fact, of which one must be there.
	Is []string `yaml:"is,omitempty"`
	// Least and Most bound a fact that is a number.
	Least *float64 `yaml:"least,omitempty"`
	Most  *float64 `yaml:"most,omitempty"`
	// Text must match what the finding quotes.
	Text string `yaml:"text,omitempty"`
	// Log must match a line of the function's log.
	Log string `yaml:"log,omitempty"`
	// Quiet must match no line of the function's log, and calls of the
	// function must be in it.
	Quiet string `yaml:"quiet,omitempty"`

	Says diagnostics.Standing `yaml:"says"`
	// Why says what was seen; {value} stands for the fact, {match} for what a
	// pattern matched, any other {name} for a capture.
	Why diagnostics.Text `yaml:"why"`
}

// weigh settles the hypotheses of every finding. A finding of which so far only
// a text speaks is likely once something else that was read speaks for one of
// its causes.
func (d *diagnosis) weigh(list []diagnostics.Finding) {
	for i := range list {
		f := &list[i]
		f.Hypotheses = d.hypotheses(*f, list)
		if len(f.Hypotheses) == 0 || f.Confidence != diagnostics.Possible {
			continue
		}
		first := f.Hypotheses[0]
		own := slices.ContainsFunc(f.Evidence, func(e diagnostics.Evidence) bool { return e.Of == first.Of })
		if first.Standing == diagnostics.Favoured && first.Of != (diagnostics.Ref{}) && !own {
			f.Confidence, f.Because = diagnostics.Likely, first.Why
		}
	}
}

// hypotheses asks the snapshot which of the causes of a finding is left.
func (d *diagnosis) hypotheses(f diagnostics.Finding, all []diagnostics.Finding) []diagnostics.Hypothesis {
	causes := d.catalog.hypotheses(f.Playbook)
	var list []diagnostics.Hypothesis
	if len(causes) > 0 && f.State != diagnostics.Proven && !onlyFile(f) {
		c := newScene(d, f)
		for _, h := range causes {
			list = append(list, c.judge(h, all))
		}
		lastLeft(list)
	}
	for _, a := range f.Alternatives {
		if followed(f, a.Playbook, all) {
			continue
		}
		if !slices.ContainsFunc(list, func(h diagnostics.Hypothesis) bool { return h.Playbook == a.Playbook }) {
			list = append(list, d.otherwise(f, a, all))
		}
	}
	slices.SortStableFunc(list, func(a, b diagnostics.Hypothesis) int { return cmp.Compare(place(a), place(b)) })
	return list
}

// followed reports whether a finding of another playbook follows from this one:
// then it is no other cause.
func followed(f diagnostics.Finding, playbook string, all []diagnostics.Finding) bool {
	return slices.ContainsFunc(all, func(o diagnostics.Finding) bool { return o.Playbook == playbook && o.CausedBy == f.ID() })
}

// otherwise is another playbook that the text fits, as a hypothesis.
func (d *diagnosis) otherwise(f diagnostics.Finding, a diagnostics.Alternative, all []diagnostics.Finding) diagnostics.Hypothesis {
	other, _ := d.catalog.Get(a.Playbook)
	h := diagnostics.Hypothesis{ID: a.Playbook, Playbook: a.Playbook, Cause: other.Title, Standing: diagnostics.Unsettled, Probe: a.Why}
	if why, of, ok := d.beside(f, a.Playbook, all); ok {
		h.Standing, h.Why, h.Of, h.Probe = diagnostics.Favoured, why, of, diagnostics.Text{}
	}
	return h
}

// place orders hypotheses: what something speaks for, what is open, what is
// ruled out.
func place(h diagnostics.Hypothesis) int {
	return slices.Index([]diagnostics.Standing{diagnostics.Favoured, diagnostics.Unsettled, diagnostics.RuledOut}, h.Standing)
}

// lastLeft favours the only hypothesis that is not ruled out.
func lastLeft(list []diagnostics.Hypothesis) {
	left := -1
	for i, h := range list {
		switch {
		case h.Standing == diagnostics.RuledOut:
		case left >= 0:
			return
		default:
			left = i
		}
	}
	if left < 0 || len(list) < 2 || list[left].Standing != diagnostics.Unsettled {
		return
	}
	list[left].Standing = diagnostics.Favoured
	list[left].Why = diagnostics.Text{En: "the only one that is not ruled out", Ko: "배제되지 않은 유일한 원인입니다"}
}

// beside looks for a finding of another playbook about the same thing.
func (d *diagnosis) beside(f diagnostics.Finding, playbook string, all []diagnostics.Finding) (diagnostics.Text, diagnostics.Ref, bool) {
	for _, other := range all {
		if other.Playbook != playbook || other.ID() == f.ID() || other.CausedBy == f.ID() || onlyFile(other) {
			continue
		}
		if d.related(other.Subject, f.Subject) || d.index.behind(other.Subject, f.Subject) || d.index.behind(f.Subject, other.Subject) {
			return diagnostics.Text{
				En: "it was found here too: " + other.Summary.En, Ko: "여기서 함께 발견되었습니다: " + other.Summary.In(diagnostics.Korean),
			}, other.Subject, true
		}
	}
	return diagnostics.Text{}, diagnostics.Ref{}, false
}

// judge tries the tests of a hypothesis in order.
func (c *scene) judge(h Hypothesis, all []diagnostics.Finding) diagnostics.Hypothesis {
	out := diagnostics.Hypothesis{ID: h.ID, Playbook: h.Playbook, Cause: h.Cause, Standing: diagnostics.Unsettled}
	for _, t := range h.Tests {
		if seen, ok := c.holds(t); ok {
			out.Standing, out.Of = t.Says, seen.of
			out.Why = diagnostics.Text{En: c.say(t.Why.En, seen), Ko: c.say(t.Why.Ko, seen)}
			return out
		}
	}
	if h.Playbook != "" && h.Playbook != c.finding.Playbook {
		if why, of, ok := c.beside(c.finding, h.Playbook, all); ok {
			out.Standing, out.Why, out.Of = diagnostics.Favoured, why, of
			return out
		}
	}
	out.Probe = diagnostics.Text{En: c.say(h.Probe.En, sight{}), Ko: c.say(h.Probe.Ko, sight{})}
	return out
}

// A sight is what a condition saw.
type sight struct {
	value, match string
	of           diagnostics.Ref
}

// holds reports whether every condition of a test holds, and what they saw.
func (c *scene) holds(t Test) (sight, bool) {
	var seen sight
	if t.Fact != "" {
		value, of, known := c.fact(t.Fact)
		if !known || !t.accepts(value) {
			return seen, false
		}
		seen.value, seen.of = value, of
	}
	if t.Text != "" {
		m, ok := c.inText(t.Text)
		if !ok {
			return seen, false
		}
		seen.match = m
	}
	if t.Log != "" {
		m, of, ok := c.inLog(t.Log)
		if !ok {
			return seen, false
		}
		seen.match, seen.of = m, of
	}
	if t.Quiet != "" {
		of, ok := c.silent(t.Quiet)
		if !ok {
			return seen, false
		}
		seen.of = of
	}
	return seen, true
}

// accepts reports whether a fact's value is one that the test wants.
func (t Test) accepts(value string) bool {
	if len(t.Is) > 0 && !slices.Contains(t.Is, value) {
		return false
	}
	if t.Least == nil && t.Most == nil {
		return true
	}
	n, err := strconv.ParseFloat(value, 64)
	return err == nil && (t.Least == nil || n >= *t.Least) && (t.Most == nil || n <= *t.Most)
}

// say fills a sentence; a hole that nothing fills becomes an ellipsis.
func (c *scene) say(text string, seen sight) string {
	return captureName.ReplaceAllStringFunc(text, func(hole string) string {
		value := c.finding.Captures[hole[1:len(hole)-1]]
		switch hole {
		case "{value}":
			value = seen.value
		case "{match}":
			value = seen.match
		}
		if value = strings.TrimSpace(value); value == "" {
			return "…"
		}
		return firstLine(value)
	})
}

// pattern compiles a pattern once; one that does not compile matches nothing
// (Validate and a test of the built-in ones rule that out).
func (d *diagnosis) pattern(text string) *regexp.Regexp {
	r, known := d.patterns[text]
	if !known {
		r, _ = regexp.Compile(patternFlags + text)
		d.patterns[text] = r
	}
	return r
}

// Settle is what a text alone says of the causes that its playbook leaves
// open; what has to be read stays open, with the probe that tells.
func (c *Catalog) Settle(m Match) []diagnostics.Hypothesis {
	d := newDiagnosis(&diagnostics.Snapshot{}, c)
	quotes := []diagnostics.Evidence{{Quote: m.Quote}, {Quote: m.Of.Text}}
	return d.hypotheses(diagnostics.Finding{Playbook: m.Playbook, Captures: m.Captures, Evidence: quotes, Confidence: diagnostics.Possible}, nil)
}
