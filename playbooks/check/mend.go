package check

import (
	"io/fs"
	"maps"
	"slices"

	"firstaid/diagnostics/template"
)

// rounds bounds how often Mend looks again: a mend can uncover a finding (a wrapped text with a misspelt
// variable), but never a chain of them.
const rounds = 4

// Mend applies the best mend of every finding and checks again. It gives the contents of the files that changed
// and the findings that are left.
func (p *Project) Mend() (changed map[string][]byte, left []Finding) {
	changed = map[string][]byte{}
	now, left := p, p.Findings()
	for range rounds {
		edited := mendAll(now.docs, left)
		if len(edited) == 0 {
			break
		}
		contents := maps.Clone(now.Contents)
		maps.Copy(contents, edited)
		maps.Copy(changed, edited)
		now = now.with(contents)
		left = now.Findings()
	}
	return changed, left
}

// mendAll makes the best mend of every finding and gives the files that changed. A mend that can't be made leaves
// nothing behind; another mend may have been there first, and the next round looks again.
func mendAll(docs map[string]*template.Document, found []Finding) map[string][]byte {
	var jobs []*job
	// From the end of each file to its start, so that a list item that goes does not move one still to go.
	for _, f := range slices.Backward(found) {
		if f.Fixable() {
			jobs = append(jobs, newJob(f.Mends[0]))
		}
	}
	for {
		b := bench{docs: maps.Clone(docs), attempts: maxAttempts}
		b.make(jobs)
		if !slices.ContainsFunc(jobs, (*job).half) {
			return b.changed(docs)
		}
		jobs = slices.DeleteFunc(jobs, func(j *job) bool { return j.failed })
		for _, j := range jobs {
			j.next, j.made = 0, false
		}
	}
}

// with is the same project with other contents.
func (p *Project) with(contents map[string][]byte) *Project {
	next := newProject(func(name string) ([]byte, error) {
		if src, ok := contents[name]; ok {
			return src, nil
		}
		if p.open == nil {
			return nil, fs.ErrNotExist
		}
		return p.open(name)
	})
	next.Skipped = p.Skipped
	for _, name := range slices.Sorted(maps.Keys(contents)) {
		// These files were read before; one that no longer can be shows up as a finding.
		_ = next.add(name, contents[name], true)
	}
	next.settings = p.settings
	return next
}
