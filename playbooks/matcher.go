package playbooks

import (
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strings"

	"firstaid/diagnostics"
)

// Origin says what is known about where a text comes from. Type and Status are
// those of the event the text is the reason of.
type Origin struct {
	Source diagnostics.Source
	Type   string
	Status string
}

// Match is a signal found in a text.
type Match struct {
	Playbook string
	Verdict  Verdict
	Severity diagnostics.Severity
	Captures map[string]string
	// Quote is the matched part of the normalised text.
	Quote  string
	Weight int
	// Start is the offset of Quote in the normalised text: of two causes in a
	// chain of wrappers the inner one comes later.
	Start int
}

// Matcher holds the text signals of all playbooks, compiled once. It is safe
// for concurrent use.
type Matcher struct {
	signals []signal
}

type signal struct {
	Signal
	playbook string
	verdict  Verdict
	severity diagnostics.Severity
	pattern  *regexp.Regexp
	also     []*regexp.Regexp
	unless   []*regexp.Regexp
}

// NewMatcher compiles the signals of the playbooks.
func NewMatcher(list []Playbook) (*Matcher, error) {
	m := &Matcher{}
	for _, p := range list {
		for i, s := range p.Signals {
			c, err := compile(s)
			if err != nil {
				return nil, fmt.Errorf("playbook %s, signal %d: %w", p.ID, i+1, err)
			}
			c.playbook, c.verdict, c.severity = p.ID, p.Verdict, p.Severity
			m.signals = append(m.signals, c)
		}
	}
	return m, nil
}

func compile(s Signal) (signal, error) {
	if s.Weight == 0 {
		s.Weight = 50
	}
	c := signal{Signal: s}
	var err error
	if c.pattern, err = regexp.Compile("(?is)" + s.Pattern); err != nil {
		return c, err
	}
	for _, p := range s.Also {
		r, err := regexp.Compile("(?is)" + p)
		if err != nil {
			return c, err
		}
		c.also = append(c.also, r)
	}
	for _, p := range s.Unless {
		r, err := regexp.Compile("(?is)" + p)
		if err != nil {
			return c, err
		}
		c.unless = append(c.unless, r)
	}
	return c, nil
}

// Match finds the signals of a raw text, best first, at most one for each
// playbook.
func (m *Matcher) Match(text string, from Origin) []Match {
	text = diagnostics.Normalize(text)
	best := map[string]Match{}
	for i := range m.signals {
		s := &m.signals[i]
		if !s.speaksOf(from) {
			continue
		}
		found, ok := s.find(text)
		if old, had := best[s.playbook]; ok && (!had || better(found, old)) {
			best[s.playbook] = found
		}
	}
	list := make([]Match, 0, len(best))
	for _, f := range best {
		list = append(list, f)
	}
	sort.Slice(list, func(i, j int) bool { return better(list[i], list[j]) })
	return list
}

// better orders matches: failures before cascades before benign, then the more
// specific, then the inner one, then by id.
func better(a, b Match) bool {
	order := []Verdict{VerdictFailure, VerdictCascade, VerdictBenign}
	if x, y := slices.Index(order, a.Verdict), slices.Index(order, b.Verdict); x != y {
		return x < y
	}
	if a.Weight != b.Weight {
		return a.Weight > b.Weight
	}
	if a.Start != b.Start {
		return a.Start > b.Start
	}
	return a.Playbook < b.Playbook
}

func (s *signal) speaksOf(from Origin) bool {
	if from.Source != "" && len(s.Sources) > 0 && !slices.Contains(s.Sources, from.Source) {
		return false
	}
	if from.Type != "" && len(s.Types) > 0 && !slices.ContainsFunc(s.Types, func(t string) bool {
		prefix, wild := strings.CutSuffix(t, "*")
		return t == from.Type || wild && strings.HasPrefix(from.Type, prefix)
	}) {
		return false
	}
	return from.Status == "" || len(s.Statuses) == 0 || slices.Contains(s.Statuses, from.Status)
}

func (s *signal) find(text string) (Match, bool) {
	at := s.pattern.FindStringSubmatchIndex(text)
	if at == nil {
		return Match{}, false
	}
	for _, r := range s.also {
		if !r.MatchString(text) {
			return Match{}, false
		}
	}
	for _, r := range s.unless {
		if r.MatchString(text) {
			return Match{}, false
		}
	}
	found := Match{
		Playbook: s.playbook, Verdict: s.verdict, Severity: s.severity, Weight: s.Weight,
		Quote: text[at[0]:at[1]], Start: at[0], Captures: map[string]string{},
	}
	for i, name := range s.pattern.SubexpNames() {
		if name != "" && at[2*i] >= 0 && found.Captures[name] == "" {
			found.Captures[name] = text[at[2*i]:at[2*i+1]]
		}
	}
	return found, true
}
