package check

import (
	"bytes"
	"maps"
	"os"
	"slices"
	"testing"
	"testing/fstest"

	"firstaid/diagnostics/template"
	"firstaid/diagnostics/template/templatetest"
	"firstaid/playbooks/edit"
)

// stride thins the real templates out, so that the suite stays fast; 1 looks at all.
func stride() int {
	if os.Getenv("FIRSTAID_ALL_TEMPLATES") != "" {
		return 1
	}
	return 24
}

// tally counts what became of the defects of one kind.
type tally struct {
	planted, found, fixed, declined int
	identical                       int // fixed to the very bytes from before the defect
}

// maxChanged bounds the lines that mending one defect may touch: a diff that a person takes in at a glance.
const maxChanged = 12

func TestPlantedDefectsAreFoundAndMended(t *testing.T) {
	count := map[string]*tally{}
	for i, file := range templatetest.Files(t) {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		tpl, err := template.Parse(plantedIn, src)
		if err != nil || i%stride() != 0 || len(tpl.Duplicates) > 0 {
			continue
		}
		clean, _ := files(fstest.MapFS{plantedIn: {Data: src}}, plantedIn)
		for _, p := range plant(tpl) {
			if count[p.kind] == nil {
				count[p.kind] = &tally{}
			}
			count[p.kind].hold(t, file, src, clean, p)
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(count)) {
		c := count[kind]
		t.Logf("%-17s %5d planted, %5d found, %5d fixed (%5d to the same bytes), %3d declined", kind, c.planted, c.found, c.fixed, c.identical, c.declined)
		if c.planted-c.found > c.planted/50 {
			t.Errorf("%s: %d of %d missed", kind, c.planted-c.found, c.planted)
		}
	}
}

// hold checks one planted defect: found where it is, and mended by a small edit that leaves the rest of every file
// as it was, or declined for a reason.
func (c *tally) hold(t *testing.T, file string, src []byte, clean []Finding, p planted) {
	t.Helper()
	c.planted++
	ok, all := p.found()
	if !ok {
		t.Logf("%s: %s not found in %s at %v %s", file, p.kind, p.playbook, p.path, p.resource)
		return
	}
	c.found++
	if p.byHand {
		return
	}
	project, err := Read(p.fs(), plantedIn)
	if err != nil {
		t.Fatal(err)
	}
	changed, left := project.Mend()
	if len(left) >= len(all) && len(left) > len(clean) {
		c.decline(t, file, p, left)
		return
	}
	c.fixed++
	for name, after := range changed {
		before := p.src
		if name != plantedIn {
			before = []byte(p.files[name])
		}
		if removed, added := changedLines(before, after); removed+added > maxChanged && len(clean) == 0 {
			t.Errorf("%s: mending %s touches %d lines:\n%s", file, p.kind, removed+added, edit.Diff(name, before, after))
		}
		if bytes.Count(before, []byte("\r\n")) == bytes.Count(before, []byte("\n")) && bytes.Count(after, []byte("\r\n")) != bytes.Count(after, []byte("\n")) {
			t.Errorf("%s: mending %s mixes line endings", file, p.kind)
		}
	}
	out := changed[plantedIn]
	if bytes.Equal(out, src) {
		c.identical++
	} else if p.path != nil && len(clean) == 0 && len(left) == 0 && p.kind != "no $" && !sameMeaning(out, src) {
		t.Errorf("%s: %s mended to something else than it was:\n%s", file, p.kind, edit.Diff("t", src, out))
	}
}

// decline holds that what was not mended has no mend on offer, or one that can't be made after all.
func (c *tally) decline(t *testing.T, file string, p planted, left []Finding) {
	c.declined++
	for _, f := range left {
		if f.Playbook != p.playbook || !f.Fixable() {
			continue
		}
		contents := map[string][]byte{plantedIn: p.src}
		for name, text := range p.files {
			contents[name] = []byte(text)
		}
		if _, err := f.Mends[0].Apply(contents); err == nil {
			t.Errorf("%s: %s at %v %s could be mended and was not", file, p.kind, p.path, p.resource)
		} else {
			t.Logf("%s: %s declined: %v", file, p.kind, err)
		}
		return
	}
	t.Logf("%s: %s at %v %s has no mend", file, p.kind, p.path, p.resource)
}
