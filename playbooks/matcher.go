package playbooks

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"sort"
	"strings"
	"sync"

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
	// Depth counts the wrappers around the text that the quotation ends in: of
	// two causes in a chain of wrappers the inner one is the deeper.
	Depth int
	// Start is the offset of Quote in the normalised text.
	Start int
	// Of is the record that matched: the stack event, where there is one.
	Of diagnostics.Record
	// Layers are the wrappers of the text, outermost first.
	Layers []diagnostics.Layer
}

// Matcher holds the text signals of all playbooks, compiled once. It is safe
// for concurrent use.
type Matcher struct {
	signals  []signal
	filter   *filter
	words    map[string]bool // of the patterns, in lower case
	literals []string        // of all demands, each once
}

type signal struct {
	Signal
	playbook string
	verdict  Verdict
	severity diagnostics.Severity
	demand   demand // one that asks for nothing where the pattern spells nothing out
	pattern  *expression
	also     []*expression
	unless   []*expression
}

// An expression is a regular expression that is compiled when a text first
// needs it: most runs need a few of hundreds.
type expression struct {
	source  string
	compile sync.Once
	re      *regexp.Regexp
}

func newExpression(pattern string) (*expression, *syntax.Regexp, error) {
	e := &expression{source: patternFlags + pattern}
	tree, err := syntax.Parse(e.source, syntax.Perl)
	return e, tree, err
}

// never matches nothing.
var never = regexp.MustCompile(`[^\x00-\x{10FFFF}]`)

func (e *expression) regexp() *regexp.Regexp {
	e.compile.Do(func() {
		re, err := regexp.Compile(e.source)
		if err != nil {
			re = never // it has been parsed, so it compiles
		}
		e.re = re
	})
	return e.re
}

// NewMatcher compiles the signals of the playbooks.
func NewMatcher(list []Playbook) (*Matcher, error) {
	m := &Matcher{words: map[string]bool{}}
	var required [][][]string
	for _, p := range list {
		for i, s := range p.Signals {
			c, sets, err := compile(s, m.words)
			if err != nil {
				return nil, fmt.Errorf("playbook %s, signal %d: %w", p.ID, i+1, err)
			}
			c.playbook, c.verdict, c.severity = p.ID, p.Verdict, p.Severity
			m.signals = append(m.signals, c)
			required = append(required, sets)
		}
	}
	m.filter = newFilter(required)
	m.number()
	return m, nil
}

// number gives every literal its place.
func (m *Matcher) number() {
	places := map[string]int{}
	for i := range m.signals {
		m.signals[i].demand.number(func(literal string) int {
			at, known := places[literal]
			if !known {
				at = len(m.literals)
				places[literal] = at
				m.literals = append(m.literals, literal)
			}
			return at
		})
	}
}

// addWords collects the words that a pattern spells out.
func addWords(words map[string]bool, tree *syntax.Regexp) {
	if tree.Op == syntax.OpLiteral {
		for _, w := range strings.FieldsFunc(strings.ToLower(string(tree.Rune)), notWord) {
			words[w] = true
		}
	}
	for _, sub := range tree.Sub {
		addWords(words, sub)
	}
}

func notWord(r rune) bool { return r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') }

// patternFlags begin every pattern: case does not matter, and the text is one
// line.
const patternFlags = "(?is)"

// compile returns a signal and what its pattern requires.
func compile(s Signal, words map[string]bool) (signal, [][]string, error) {
	if s.Weight == 0 {
		s.Weight = 50
	}
	c := signal{Signal: s}
	pattern, tree, err := newExpression(s.Pattern)
	if err != nil {
		return c, nil, err
	}
	c.pattern = pattern
	c.demand, _ = demandOf(tree)
	addWords(words, tree)
	for _, p := range s.Also {
		e, _, err := newExpression(p)
		if err != nil {
			return c, nil, err
		}
		c.also = append(c.also, e)
	}
	for _, p := range s.Unless {
		e, _, err := newExpression(p)
		if err != nil {
			return c, nil, err
		}
		c.unless = append(c.unless, e)
	}
	return c, requiredSets(tree), nil
}

// Match finds the signals of one raw message, best first, at most one for each
// playbook. Lines of source code in it are passed over.
func (m *Matcher) Match(text string, from Origin) []Match { return m.match(from, text) }

// match reads a message in all its forms; the first that matches wins unless a
// later one does better.
func (m *Matcher) match(from Origin, forms ...string) []Match {
	best := map[string]Match{}
	for _, text := range forms {
		m.matchForm(text, from, best)
	}
	list := make([]Match, 0, len(best))
	for _, f := range best {
		list = append(list, f)
	}
	sort.Slice(list, func(i, j int) bool { return better(list[i], list[j]) })
	return list
}

// matchForm adds what one raw text matches. Most texts match nothing: whether
// a text is code is asked only of those that might.
func (m *Matcher) matchForm(text string, from Origin, best map[string]Match) {
	clean := diagnostics.Clean(text)
	views := m.views(clean)
	signals := make([][]int, len(views))
	any := false
	for i, view := range views {
		signals[i] = m.candidates(view)
		any = any || len(signals[i]) > 0
	}
	if !any {
		return
	}
	printed := diagnostics.WithoutCode(clean)
	if printed != clean {
		views = m.views(printed)
	}
	for i, view := range views {
		if printed != clean {
			m.matchView(view, from, m.candidates(view), best)
			continue
		}
		m.matchView(view, from, signals[i], best)
	}
}

func (m *Matcher) views(clean string) []string { return diagnostics.Views(clean, m.known) }

// candidates lists the signals that a normalised text can match, in order.
func (m *Matcher) candidates(view string) []int {
	found := slices.Clone(m.filter.always)
	m.filter.scan([]byte(view), func(_ int, signals []int) { found = append(found, signals...) })
	slices.Sort(found)
	found = slices.Compact(found)
	if len(found) == 0 {
		return nil
	}
	low := lowerASCII(view)
	holds := new(memo).of(len(m.literals), func(literal int) bool { return strings.Contains(low, m.literals[literal]) })
	return slices.DeleteFunc(found, func(s int) bool { return !m.signals[s].demand.met(holds) })
}

// lowerASCII leaves other letters alone: they keep their length.
func lowerASCII(s string) string {
	for i := range len(s) {
		if s[i] >= 'A' && s[i] <= 'Z' {
			b := []byte(s)
			for ; i < len(b); i++ {
				if b[i] >= 'A' && b[i] <= 'Z' {
					b[i] += 'a' - 'A'
				}
			}
			return string(b)
		}
	}
	return s
}

// matchView adds what one reading of a text matches. A reading that comes
// later must do better than the one before it.
func (m *Matcher) matchView(view string, from Origin, signals []int, best map[string]Match) {
	var layers []diagnostics.Layer
	for _, i := range signals {
		s := &m.signals[i]
		if !s.speaksOf(from) {
			continue
		}
		found, ok := s.find(view)
		if !ok {
			continue
		}
		if layers == nil {
			layers = diagnostics.Unwrap(view)
		}
		found.Layers, found.Depth = layers, depth(layers, found.Start+len(found.Quote))
		if old, had := best[s.playbook]; !had || found.Weight > old.Weight || found.Weight == old.Weight && found.Depth > old.Depth {
			best[s.playbook] = found
		}
	}
}

// depth is the innermost layer that holds an offset.
func depth(layers []diagnostics.Layer, end int) int {
	for i := len(layers) - 1; i > 0; i-- {
		if layers[i].From < end && end <= layers[i].To {
			return i
		}
	}
	return 0
}

// known reports whether a word in lower case stands in the patterns.
func (m *Matcher) known(word string) bool { return m.words[word] }

var verdictOrder = map[Verdict]int{VerdictFailure: 0, VerdictCascade: 1, VerdictBenign: 2}

// better orders the matches of one message: failures before cascades before
// benign, what names a cause before what only says that something failed, the
// inner message before its wrappers, then the more specific.
func better(a, b Match) bool {
	if x, y := verdictOrder[a.Verdict], verdictOrder[b.Verdict]; x != y {
		return x < y
	}
	if x, y := a.generic(), b.generic(); x != y {
		return y
	}
	if a.Depth != b.Depth {
		return a.Depth > b.Depth
	}
	if a.Weight != b.Weight {
		return a.Weight > b.Weight
	}
	if a.Start != b.Start {
		return a.Start > b.Start
	}
	return a.Playbook < b.Playbook
}

func (m Match) generic() bool { return m.Weight < genericWeight }

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
	pattern := s.pattern.regexp()
	at := pattern.FindStringSubmatchIndex(text)
	if at == nil {
		return Match{}, false
	}
	for _, e := range s.also {
		if !e.regexp().MatchString(text) {
			return Match{}, false
		}
	}
	for _, e := range s.unless {
		if e.regexp().MatchString(text) {
			return Match{}, false
		}
	}
	found := Match{
		Playbook: s.playbook, Verdict: s.verdict, Severity: s.severity, Weight: s.Weight,
		Quote: text[at[0]:at[1]], Start: at[0], Captures: map[string]string{},
	}
	for i, name := range pattern.SubexpNames() {
		if name != "" && at[2*i] >= 0 && found.Captures[name] == "" {
			found.Captures[name] = text[at[2*i]:at[2*i+1]]
		}
	}
	return found, true
}
