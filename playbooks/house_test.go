package playbooks

import (
	"io/fs"
	"path"
	"strings"
	"testing"

	"firstaid/diagnostics"
)

// TestHouseRules holds what the built-in playbooks promise beyond the schema:
// both languages, references, examples in both directions.
func TestHouseRules(t *testing.T) {
	files, err := fs.Glob(catalogFiles, "catalog/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	var list []Playbook
	for _, file := range files {
		src, err := fs.ReadFile(catalogFiles, file)
		if err != nil {
			t.Fatal(err)
		}
		p, errs := Validate(path.Base(file), src)
		for _, err := range errs {
			t.Error(err)
		}
		list = append(list, p)
	}
	known := map[string]bool{"": true} // a second cause may have no playbook
	for _, p := range list {
		known[p.ID] = true
	}
	for _, p := range list {
		for what, ok := range map[string]bool{
			"a Korean title":              p.Title.Ko != "",
			"a summary":                   both(p.Summary),
			"a cause":                     both(p.Cause),
			"where to look":               len(p.Look) > 0 && both(p.Look...),
			"what to do":                  len(p.Do) > 0 && both(p.Do...),
			"a reference":                 len(p.References) > 0,
			"an example that matches":     len(p.Examples.Match) > 0,
			"an example that must not":    len(p.Examples.Ignore) > 0,
			"a signal of its own verdict": len(p.Signals) > 0,
		} {
			if !ok {
				t.Errorf("%s lacks %s", p.ID, what)
			}
		}
		for _, f := range p.FalsePositives {
			if !both(f.Why) {
				t.Errorf("%s: a false positive lacks a language", p.ID)
			}
			if !known[f.Playbook] || f.Playbook == p.ID {
				t.Errorf("%s: a false positive names %q, which is no other playbook", p.ID, f.Playbook)
			}
		}
	}
}

func both(texts ...diagnostics.Text) bool {
	for _, t := range texts {
		if strings.TrimSpace(t.En) == "" || strings.TrimSpace(t.Ko) == "" {
			return false
		}
	}
	return true
}
