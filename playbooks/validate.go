package playbooks

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Validate reads one playbook file and says everything that is wrong with it:
// its shape (Schema), its patterns, its captures, its name. The playbook is of
// use only where there is no error.
func Validate(file string, src []byte) (Playbook, []error) {
	d, err := parseDocument(file, src)
	if err != nil {
		return Playbook{}, []error{err}
	}
	if errs := checkShape(d); len(errs) > 0 {
		return Playbook{}, errs
	}
	var p Playbook
	if err := d.root.Load(&p, yaml.WithKnownFields()); err != nil {
		return p, []error{d.syntaxProblem(err)}
	}
	if p.Verdict == "" {
		p.Verdict = VerdictFailure
	}
	v := &validation{document: d, playbook: p, captures: map[string]bool{}}
	v.name()
	v.patterns()
	v.words()
	v.hypotheses()
	v.examples()
	return p, v.errs
}

// A validation collects what is wrong with one playbook beyond its shape.
type validation struct {
	*document
	playbook Playbook
	captures map[string]bool
	errs     []error
}

func (v *validation) report(at []string, format string, args ...any) {
	v.errs = append(v.errs, v.problem(v.find(at), format, args...))
}

func (v *validation) name() {
	base := path.Base(strings.ReplaceAll(v.file, `\`, "/"))
	if want, ok := strings.CutSuffix(base, ".yaml"); !ok || v.playbook.ID != want {
		v.report([]string{"id"}, "id is %q, but the file is named %s; name it %s.yaml", v.playbook.ID, base, v.playbook.ID)
	}
	if v.playbook.ID == Unrecognised {
		v.report([]string{"id"}, "id %q is the name of failures that no playbook knows; take another", v.playbook.ID)
	}
}

func (v *validation) patterns() {
	for i, s := range v.playbook.Signals {
		at := []string{"signals", fmt.Sprint(i)}
		if r := v.pattern(append(at, "pattern"), s.Pattern); r != nil {
			for _, name := range r.SubexpNames() {
				v.captures[name] = true
			}
			if r.MatchString("") {
				v.report(append(at, "pattern"), "the pattern matches every text; spell out some of its words")
			}
		}
		for j, p := range s.Also {
			v.pattern(append(at, "also", fmt.Sprint(j)), p)
		}
		for j, p := range s.Unless {
			v.pattern(append(at, "unless", fmt.Sprint(j)), p)
		}
		for j, t := range s.Types {
			if !strings.Contains(t, "::") {
				v.report(append(at, "types", fmt.Sprint(j)), "%q is no resource type such as AWS::Lambda::Alias", t)
			}
		}
	}
	delete(v.captures, "")
}

func (v *validation) pattern(at []string, pattern string) *regexp.Regexp {
	r, err := regexp.Compile(patternFlags + pattern)
	if err != nil {
		v.report(at, "the pattern does not compile: %s (RE2 has no look-around and no back references)",
			strings.TrimPrefix(err.Error(), "error parsing regexp: "))
		return nil
	}
	return r
}

var captureName = regexp.MustCompile(`\{([A-Za-z_][A-Za-z0-9_]*)\}`)

// words checks that a summary names only what a signal captures.
func (v *validation) words() {
	for lang, text := range map[string]string{"en": v.playbook.Summary.En, "ko": v.playbook.Summary.Ko} {
		for _, m := range captureName.FindAllStringSubmatch(text, -1) {
			if !v.captures[m[1]] {
				v.report([]string{"summary", lang}, "{%s} is no capture of any signal", m[1])
			}
		}
	}
}

// hypotheses checks that tests ask for facts that there are, in patterns that
// compile.
func (v *validation) hypotheses() {
	facts, seen := Facts(), map[string]bool{}
	if len(v.playbook.Hypotheses) == 1 {
		v.report([]string{"hypotheses"}, "one hypothesis leaves nothing to tell apart; add the others, or say it in cause")
	}
	for i, h := range v.playbook.Hypotheses {
		at := []string{"hypotheses", fmt.Sprint(i)}
		if seen[h.ID] {
			v.report(append(at, "id"), "there is another hypothesis %q; give each its own id", h.ID)
		}
		seen[h.ID] = true
		for j, t := range h.Tests {
			v.test(append(at, "tests", fmt.Sprint(j)), t, facts)
		}
	}
}

func (v *validation) test(at []string, t Test, facts []Fact) {
	if _, _, ok := factNamed(facts, t.Fact); t.Fact != "" && !ok {
		v.report(append(at, "fact"), "there is no fact %q; `firstaid playbooks facts` lists those that there are", t.Fact)
	}
	switch compared := len(t.Is) > 0 || t.Least != nil || t.Most != nil; {
	case t.Fact == "" && compared:
		v.report(at, "is, least and most compare a fact; name it with fact")
	case t.Fact == "" && t.Text == "" && t.Log == "" && t.Quiet == "":
		v.report(at, "the test asks for nothing; give it a fact, text, log or quiet")
	}
	for field, pattern := range map[string]string{"text": t.Text, "log": t.Log, "quiet": t.Quiet} {
		if pattern != "" {
			v.pattern(append(at, field), pattern)
		}
	}
}

func (v *validation) examples() {
	for i, e := range v.playbook.Examples.Match {
		for name := range e.Captures {
			if !v.captures[name] {
				v.report([]string{"examples", "match", fmt.Sprint(i), "captures", name}, "%q is no capture of any signal", name)
			}
		}
	}
}
