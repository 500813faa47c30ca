package playbooks

import (
	"reflect"
	"slices"
	"strings"

	"firstaid/diagnostics"
	"firstaid/playbooks/check"
)

// withMends adds the fixes of static checks that a playbook's own fixes do not
// make already, before what only a person can do.
func withMends(list []Fix, s *diagnostics.Snapshot, f diagnostics.Finding) []Fix {
	if len(s.Files) == 0 {
		return list
	}
	at := slices.IndexFunc(list, func(x Fix) bool { return x.Kind == FixGuided || !x.Declined.IsZero() })
	if at < 0 {
		at = len(list)
	}
	for _, m := range newProject(s).mends(f) {
		if !slices.ContainsFunc(list, func(x Fix) bool { return reflect.DeepEqual(x.Steps, m.Steps) }) {
			list = slices.Insert(list, at, m)
			at++
		}
	}
	return list
}

// mends are the fixes that the static check of the finding's playbook knows for
// its resource; for every resource, where the finding names none of a file.
func (p *project) mends(f diagnostics.Finding) fixes {
	var list fixes
	files := check.Of(p.snapshot.Files)
	id := f.Subject.ID[strings.LastIndexAny(f.Subject.ID, "/#")+1:]
	named := false
	for _, c := range files.Findings() {
		named = named || c.Playbook == f.Playbook && c.Resource == id
	}
	for _, c := range files.Findings() {
		if c.Playbook != f.Playbook || named && c.Resource != id {
			continue
		}
		for _, m := range c.Mends {
			list.add(p.mended(files, m))
		}
	}
	return list
}

// mended is a static check's mend as a fix.
func (p *project) mended(files *check.Project, m check.Mend) (Fix, bool) {
	f := Fix{Title: m.Title, Changes: m.Changes, Kind: FixTemplate, Risk: Safe, Redeploy: true}
	changed, err := m.Apply(files.Contents)
	if err != nil {
		return f, false
	}
	for _, e := range m.Edits {
		if after, ok := changed[e.File]; ok {
			f.Steps = append(f.Steps, FileEdit{Path: e.File, Before: p.source(e.File), After: string(after)})
		}
	}
	return f, len(f.Steps) > 0
}
