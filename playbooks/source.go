package playbooks

import (
	"path"
	"slices"
	"strings"

	"firstaid/diagnostics"
	"firstaid/diagnostics/template"
)

// A sources holds the templates of a snapshot, parsed: the project's own files
// first, and for a stack that no file describes the template that
// CloudFormation keeps.
type sources struct {
	files    []*template.Template
	deployed map[string]*template.Template // by stack name
	waiting  map[string]map[string]int     // template name → logical id → resources that wait for it
}

func readSources(s *diagnostics.Snapshot) *sources {
	src := &sources{deployed: map[string]*template.Template{}, waiting: map[string]map[string]int{}}
	for _, f := range s.Files {
		if !isTemplateName(f.Path) {
			continue
		}
		if t, err := template.Parse(f.Path, []byte(f.Content)); err == nil {
			src.files = append(src.files, t)
		}
	}
	names := map[string]string{}
	for _, k := range s.Stacks {
		names[k.StackId] = k.StackName
	}
	for _, d := range s.Templates {
		name := names[d.StackId]
		if t, err := template.Parse("template of stack "+name, []byte(d.Original)); err == nil {
			src.deployed[name] = t
		}
	}
	return src
}

func isTemplateName(name string) bool {
	return slices.Contains([]string{".yaml", ".yml", ".json", ".template"}, path.Ext(name)) && !template.IsConfig(path.Base(name)) && !template.IsBuilt(name)
}

// of finds the template that makes a stack's resource: of several files that
// know the logical id, the one that knows most of the stack's resources.
func (s *sources) of(snapshot *diagnostics.Snapshot, subject diagnostics.Ref) (*template.Template, string) {
	stack, id, ok := strings.Cut(subject.ID, "/")
	if subject.Kind != diagnostics.KindResource || !ok {
		return nil, ""
	}
	var best *template.Template
	most := 0
	for _, t := range s.files {
		if _, ok := t.Locate(id); !ok {
			continue
		}
		if n := 1 + s.overlap(snapshot, stack, t); n > most {
			best, most = t, n
		}
	}
	if best == nil {
		if t := s.deployed[stack]; t != nil {
			if _, ok := t.Locate(id); ok {
				best = t
			}
		}
	}
	return best, id
}

func (s *sources) overlap(snapshot *diagnostics.Snapshot, stack string, t *template.Template) int {
	n := 0
	for _, r := range snapshot.Resources {
		if r.StackName != stack {
			continue
		}
		if _, ok := t.Locate(r.LogicalResourceId); ok {
			n++
		}
	}
	return n
}

// locate is the place of a resource in the template that makes it.
func (s *sources) locate(snapshot *diagnostics.Snapshot, subject diagnostics.Ref) *diagnostics.Position {
	t, id := s.of(snapshot, subject)
	if t == nil {
		return nil
	}
	at, ok := t.Locate(id)
	if !ok {
		return nil
	}
	return &diagnostics.Position{File: at.File, Line: at.Line, Column: at.Column}
}

// waiters counts the resources that CloudFormation starts only after the
// subject is there.
func (s *sources) waiters(snapshot *diagnostics.Snapshot, subject diagnostics.Ref) int {
	t, id := s.of(snapshot, subject)
	if t == nil {
		return 0
	}
	counts, ok := s.waiting[t.Name]
	if !ok {
		counts = map[string]int{}
		for _, r := range t.Resources() {
			for needed := range t.WaitsFor(r.ID) {
				counts[needed]++
			}
		}
		s.waiting[t.Name] = counts
	}
	return counts[id]
}

// origin is the resource of the template that a deployed resource was made of,
// the logical id itself where the template does not tell.
func (s *sources) origin(snapshot *diagnostics.Snapshot, subject diagnostics.Ref) string {
	t, id := s.of(snapshot, subject)
	if t == nil {
		return logicalID(subject)
	}
	if from, ok := t.Origin(id); ok {
		return from.Source
	}
	return id
}
