package playbooks

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"firstaid/diagnostics"
)

// required are what the pattern of a signal requires.
func required(s signal) [][]string {
	_, tree, err := newExpression(s.Pattern)
	if err != nil {
		return nil
	}
	return requiredSets(tree)
}

// plainLoop asks every signal, as if there were no filter.
func plainLoop(m *Matcher, view string) []int {
	var list []int
	for i := range m.signals {
		if m.signals[i].pattern.regexp().MatchString(view) {
			list = append(list, i)
		}
	}
	return list
}

func checkFilter(t *testing.T, m *Matcher, view string) {
	t.Helper()
	passed := m.candidates(view)
	for _, i := range plainLoop(m, view) {
		if !slices.Contains(passed, i) {
			t.Errorf("the filter lost %s: %s\nin %q\nrequired %q", m.signals[i].playbook, m.signals[i].Pattern, view, required(m.signals[i]))
		}
	}
}

// TestFilterLosesNothing compares the filter with the plain loop on every
// example, as it stands and in capitals.
func TestFilterLosesNothing(t *testing.T) {
	c, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range c.Playbooks() {
		for i, e := range slices.Concat(p.Examples.Match, p.Examples.Ignore) {
			if i%2 == 1 {
				continue // half of them keep the test short
			}
			for _, view := range diagnostics.Views(diagnostics.Clean(e.Text), c.matcher.known) {
				if i%6 == 0 {
					view = strings.ToUpper(view)
				}
				checkFilter(t, c.matcher, view)
			}
		}
	}
}

// TestFilterKnowsEveryBuiltinSignal: a signal that spells nothing out would
// have to be tried on every line of every log.
func TestFilterKnowsEveryBuiltinSignal(t *testing.T) {
	c, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range c.matcher.filter.always {
		t.Errorf("%s: %s spells out no literal of %d characters", c.matcher.signals[i].playbook, c.matcher.signals[i].Pattern, minWidth)
	}
	if c.matcher.filter.narrow != nil {
		for _, s := range c.matcher.signals {
			if words := rarest(required(s)); width(words) < goodWidth {
				t.Errorf("%s: of %q all that can be sought is %q: too short to be fast", s.playbook, s.Pattern, words)
			}
		}
	}
	t.Logf("%d signals, %d triggers, windows of %d bytes", len(c.matcher.signals), len(c.matcher.filter.wide.windows), c.matcher.filter.wide.width)
}

func TestRequiredSets(t *testing.T) {
	for pattern, want := range map[string]string{
		`Resource (?:creation|update) cancell?ed`: `[["resource creation cancelled" "resource creation canceled" "resource update cancelled" "resource update canceled"]]`,
		`a(?P<x>\w+)bcd`:                `[["a"] ["bcd"]]`,
		`(?:abc.*|def)`:                 `[["abc" "def"]]`,
		`(?:abc|.*)`:                    `[]`,
		`(?:Task)?x*`:                   `[]`,
		`\bsignal: Killed\b`:            `[["signal: killed"]]`,
		`(?:ab){2,}`:                    `[["ab"]]`,
		`(?:ab){0,2}`:                   `[]`,
		`[Cc]an ?not`:                   `[["can not" "cannot"]]`,
		`É`:                             `[]`,
		`장애가 [0-9]`:                     `[["장애가 "]]`,
		`x[^"]+y`:                       `[["x"] ["y"]]`,
		`(?:in (?:a|the) )?UPDATE_FAIL`: `[["in a update_fail" "in the update_fail" "update_fail"]]`,
	} {
		_, tree, err := newExpression(pattern)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.TrimSpace(sprintSets(requiredSets(tree))); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", pattern, got, want)
		}
	}
}

// FuzzFilter builds texts from pieces of examples, so that they come near to
// what patterns want, and compares the filter with the plain loop.
func FuzzFilter(f *testing.F) {
	c, err := Builtin()
	if err != nil {
		f.Fatal(err)
	}
	for i, p := range c.Playbooks() {
		if len(p.Examples.Match) > 0 {
			f.Add(p.Examples.Match[0].Text, uint16(i*7), uint16(i*31))
		}
	}
	f.Fuzz(func(t *testing.T, text string, from, to uint16) {
		view := diagnostics.Normalize(text)
		checkFilter(t, c.matcher, view)
		if a, z := int(from)%(len(view)+1), int(to)%(len(view)+1); a < z {
			checkFilter(t, c.matcher, strings.ToValidUTF8(view[a:z], ""))
		}
	})
}

func sprintSets(sets [][]string) string {
	if sets == nil {
		return "[]"
	}
	return fmt.Sprintf("%q", sets)
}
