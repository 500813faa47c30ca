// Package check finds defects in SAM and CloudFormation templates and in samconfig files before any
// deployment, without AWS. A check speaks only where the file proves the defect; what only a deployment
// knows is left alone.
package check

import (
	"fmt"

	"firstaid/diagnostics"
	"firstaid/diagnostics/template"
	"firstaid/playbooks/edit"
)

// Finding is one defect with its place in the file.
type Finding struct {
	Playbook     string
	Severity     diagnostics.Severity
	File         string
	Line, Column int    // 1-based
	Resource     string // logical id, or the environment of a samconfig file; may be empty
	Message      diagnostics.Text
	Quote        string // the text in the file that is wrong, on one line
	// Captures are the variable parts, under the names that playbooks use for them: placeholder, alias, function,
	// method, architecture, timeout.
	Captures map[string]string
	// Mends are ways to mend it, best first; they are alternatives. Empty when nothing can be edited safely.
	Mends []Mend

	doc *template.Document
	at  *template.Node
}

// Mend is one way to mend a finding by editing files of the project.
type Mend struct {
	Title   diagnostics.Text
	Changes diagnostics.Text // what it changes beyond the text, and what to know first
	Edits   []FileEdits
}

// FileEdits are the edits of one file, made in order.
type FileEdits struct {
	File string
	Ops  []edit.Op
}

// Fixable reports whether the finding can be mended by editing.
func (f Finding) Fixable() bool { return len(f.Mends) > 0 }

// possible reports whether every edit of the mend can be made on the parsed files. Making them for real would
// read a large file twice for each of its findings. In what SAM built none can: the next build takes it away.
func (m Mend) possible(drafts func(file string) *edit.Draft) bool {
	changes := false
	for _, fe := range m.Edits {
		d := drafts(fe.File)
		if d == nil || template.IsBuilt(fe.File) {
			return false
		}
		for _, op := range fe.Ops {
			err := d.Possible(op)
			if err != nil && !edit.Already(err) {
				return false
			}
			changes = changes || err == nil
		}
	}
	return changes
}

// Apply makes the mend's edits on the given contents and returns those that changed. contents is not
// modified. An edit that is already there is no error.
func (m Mend) Apply(contents map[string][]byte) (map[string][]byte, error) {
	changed := map[string][]byte{}
	for _, fe := range m.Edits {
		src, ok := changed[fe.File]
		if !ok {
			if src, ok = contents[fe.File]; !ok {
				return nil, fmt.Errorf("edit %s: the file was not read", fe.File)
			}
		}
		for _, op := range fe.Ops {
			next, err := edit.Apply(fe.File, src, op)
			if edit.Already(err) {
				continue
			}
			if err != nil {
				return nil, err
			}
			src = next
			changed[fe.File] = src
		}
	}
	return changed, nil
}
