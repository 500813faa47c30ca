package playbooks

import (
	"slices"
	"strings"

	"firstaid/diagnostics"
	"firstaid/diagnostics/template"
	"firstaid/playbooks/edit"
)

// A project is the user's own files of a snapshot, as fixes see them. Deployed
// templates are no part of it: nobody can edit them.
type project struct {
	snapshot *diagnostics.Snapshot
	sources  *sources
}

func newProject(s *diagnostics.Snapshot) *project {
	src := readSources(s)
	src.deployed = nil
	return &project{snapshot: s, sources: src}
}

// A workpiece is a resource in a template of the project.
type workpiece struct {
	*project
	template *template.Template
	resource *template.Resource
}

// at finds the resource that a finding is about; for one that SAM generated,
// the resource it was made of.
func (p *project) at(subject diagnostics.Ref) (*workpiece, bool) {
	t, id := p.sources.of(p.snapshot, subject)
	if t == nil {
		return nil, false
	}
	if from, ok := t.Origin(id); ok {
		id = from.Source
	}
	r := t.Resource(id)
	return &workpiece{p, t, r}, r != nil && r.Loop == nil
}

// all lists every resource of the project's templates that want accepts.
func (p *project) all(want func(*template.Resource) bool) []*workpiece {
	var list []*workpiece
	for _, t := range p.sources.files {
		for _, r := range t.Resources() {
			if r.Loop == nil && want(r) {
				list = append(list, &workpiece{p, t, r})
			}
		}
	}
	return list
}

// candidates is the finding's own resource when it is of a wanted kind, else
// every resource of that kind: a finding about a stack or an API names no
// resource of the template.
func (p *project) candidates(subject diagnostics.Ref, want func(*template.Resource) bool) []*workpiece {
	if w, ok := p.at(subject); ok && want(w.resource) {
		return []*workpiece{w}
	}
	return p.all(want)
}

func ofType(types ...string) func(*template.Resource) bool {
	return func(r *template.Resource) bool { return slices.Contains(types, r.Type) }
}

// path is the path of a property in the template.
func (w *workpiece) path(property ...string) []string {
	return append([]string{"Resources", w.resource.ID, "Properties"}, property...)
}

// other is another resource of the same template.
func (w *workpiece) other(id string) (*workpiece, bool) {
	r := w.template.Resource(id)
	return &workpiece{w.project, w.template, r}, r != nil && r.Loop == nil
}

// source is the text of a project file.
func (p *project) source(path string) string {
	for _, f := range p.snapshot.Files {
		if f.Path == path {
			return f.Content
		}
	}
	return ""
}

// edited completes a fix with the edit of one file. An edit that cannot be made
// safely becomes a manual step with the reason. ok is false when the file says
// already what it should say.
func (p *project) edited(f Fix, path string, byHand diagnostics.Text, ops ...edit.Op) (Fix, bool) {
	before := p.source(path)
	after, err := edit.Apply(path, []byte(before), ops...)
	switch {
	case edit.Already(err) || err == nil && string(after) == before:
		return f, false
	case err != nil:
		f.Declined = diagnostics.Text{En: err.Error(), Ko: err.Error()}
		f.Steps = append(f.Steps, Manual{Of: diagnostics.Ref{Kind: diagnostics.KindFile, ID: path}, Do: byHand})
	default:
		f.Steps = append(f.Steps, FileEdit{Path: path, Before: before, After: string(after)})
	}
	return f, true
}

// fixes collects the fixes that change something.
type fixes []Fix

func (l *fixes) add(f Fix, ok bool) {
	if ok {
		*l = append(*l, f)
	}
}

// ordered puts what can be applied before what is declined.
func (l *fixes) ordered() []Fix {
	slices.SortStableFunc(*l, func(a, b Fix) int { return compareBool(!a.Declined.IsZero(), !b.Declined.IsZero()) })
	return *l
}

// templateFix is the frame of a fix that edits a template.
func templateFix(en, ko string) Fix {
	return Fix{Title: diagnostics.Text{En: en, Ko: ko}, Kind: FixTemplate, Risk: Safe, Redeploy: true}
}

// guide is a fix that only a person can carry out.
func guide(titleEN, titleKO string, steps ...diagnostics.Text) Fix {
	f := Fix{Title: diagnostics.Text{En: titleEN, Ko: titleKO}, Kind: FixGuided, Risk: Safe, Redeploy: true}
	for _, s := range steps {
		f.Steps = append(f.Steps, Manual{Do: s})
	}
	return f
}

func isFunction(r *template.Resource) bool {
	return r.Type == "AWS::Serverless::Function" || r.Type == "AWS::Lambda::Function"
}

func join(path []string) string { return strings.Join(path, ".") }
