package check

import (
	"io/fs"
	"maps"
	"slices"
)

// rounds bounds how often Mend looks again: a mend can uncover a finding (a wrapped text with a misspelt
// variable), but never a chain of them.
const rounds = 4

// Mend applies the best mend of every finding and checks again. It gives the contents of the files that changed
// and the findings that are left.
func (p *Project) Mend() (changed map[string][]byte, left []Finding) {
	changed = map[string][]byte{}
	now := p
	for range rounds {
		left = now.Findings()
		contents, any := maps.Clone(now.Contents), false
		// From the end of each file to its start, so that a list item that goes does not move one still to go.
		for _, f := range slices.Backward(left) {
			if !f.Fixable() {
				continue
			}
			edited, err := f.Mends[0].Apply(contents)
			if err != nil {
				continue // another mend was there first; the next round looks again
			}
			any = any || len(edited) > 0
			maps.Copy(contents, edited)
			maps.Copy(changed, edited)
		}
		if !any {
			break
		}
		now = p.with(contents)
		left = now.Findings()
	}
	return changed, left
}

// with is the same project with other contents.
func (p *Project) with(contents map[string][]byte) *Project {
	next := &Project{Contents: map[string][]byte{}, Skipped: p.Skipped}
	next.open = func(name string) ([]byte, error) {
		if src, ok := contents[name]; ok {
			return src, nil
		}
		if p.open == nil {
			return nil, fs.ErrNotExist
		}
		return p.open(name)
	}
	for _, name := range slices.Sorted(maps.Keys(contents)) {
		// These files were read before; one that no longer can be shows up as a finding.
		_ = next.add(name, contents[name], true)
	}
	next.settings = p.settings
	return next
}
