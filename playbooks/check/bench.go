package check

import (
	"errors"
	"maps"
	"slices"

	"firstaid/diagnostics/template"
	"firstaid/playbooks/edit"
)

// job is one mend on its way: its edits are made in order, each in a pass over the files.
type job struct {
	steps  []step
	next   int
	made   bool // an edit was made, not only found to be there
	failed bool
}

type step struct {
	file string
	op   op
}

func newJob(m Mend) *job {
	j := &job{}
	for _, fe := range m.Edits {
		for _, op := range fe.Ops {
			j.steps = append(j.steps, step{fe.File, op})
		}
	}
	return j
}

func (j *job) open() bool { return !j.failed && j.next < len(j.steps) }

// half reports a mend that failed after a part of it was made.
func (j *job) half() bool { return j.failed && j.made }

// maxAttempts bounds how often a bench reads a file again to single out the edits that can't be made.
const maxAttempts = 64

// bench makes jobs on parsed files: in each pass all edits that don't touch each other, so that a file is read
// once for many findings.
type bench struct {
	docs     map[string]*template.Document
	attempts int
}

func (b *bench) make(jobs []*job) {
	for slices.ContainsFunc(jobs, (*job).open) {
		drafts := map[string]*edit.Draft{}
		members := map[string][]*job{}
		for _, j := range jobs {
			if !j.open() {
				continue
			}
			file := j.steps[j.next].file
			if drafts[file] == nil && b.docs[file] != nil {
				drafts[file] = edit.NewDraft(b.docs[file])
			}
			if j.join(drafts[file]) {
				members[file] = append(members[file], j)
			}
		}
		for _, file := range slices.Sorted(maps.Keys(members)) {
			b.settle(file, drafts[file], members[file])
		}
	}
}

// join adds the next edit of a job to a draft. It is false when the edit has to wait, is there already, or can't
// be made.
func (j *job) join(d *edit.Draft) bool {
	if d == nil {
		j.failed = true
		return false
	}
	err := d.Add(j.steps[j.next].op)
	switch {
	case err == nil:
		return true
	case edit.Already(err):
		j.next++
	case !errors.Is(err, edit.ErrOverlap):
		j.failed = true
	}
	return false
}

// settle makes a draft. When the result is not as it should be, halves are tried, down to the edit at fault.
func (b *bench) settle(file string, d *edit.Draft, members []*job) {
	b.attempts--
	got, err := d.Apply()
	if err == nil {
		b.docs[file] = got
		for _, j := range members {
			j.next, j.made = j.next+1, true
		}
		return
	}
	if len(members) == 1 || b.attempts < 0 {
		for _, j := range members {
			j.failed = true
		}
		return
	}
	for _, part := range [][]*job{members[:len(members)/2], members[len(members)/2:]} {
		again := edit.NewDraft(b.docs[file])
		part = slices.DeleteFunc(slices.Clone(part), func(j *job) bool { return !j.join(again) })
		if len(part) > 0 {
			b.settle(file, again, part)
		}
	}
}

// changed are the contents of the files that are not as they were.
func (b *bench) changed(before map[string]*template.Document) map[string][]byte {
	all := map[string][]byte{}
	for file, d := range b.docs {
		if d != before[file] && string(d.Source) != string(before[file].Source) {
			all[file] = d.Source
		}
	}
	return all
}
