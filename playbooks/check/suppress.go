package check

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"firstaid/diagnostics/template"
)

// SettingsFile is where a project says what check leaves alone. Each entry has a playbook and a reason, and may
// narrow to a file (a path pattern) and a resource:
//
//	ignore:
//	  - playbook: lambda-timeout
//	    file: services/*/template.yaml
//	    resource: Report
//	    reason: invoked by a queue as well
const SettingsFile = ".firstaid/check.yaml"

type ignored struct{ playbook, file, resource string }

type settings struct{ ignore []ignored }

func (p *Project) readSettings() {
	p.settings = &settings{}
	src, err := p.open(SettingsFile)
	if err != nil {
		return
	}
	d, err := template.ParseDocument(SettingsFile, src)
	if err != nil {
		p.Skipped = append(p.Skipped, err.Error())
		return
	}
	for i, n := range d.Root.Get("ignore").List() {
		playbook, _ := n.Get("playbook").Str()
		reason, _ := n.Get("reason").Str()
		if playbook == "" || reason == "" {
			p.Skipped = append(p.Skipped, fmt.Sprintf("%s: ignore entry %d needs a playbook and a reason", d.At(n), i+1))
			continue
		}
		file, _ := n.Get("file").Str()
		resource, _ := n.Get("resource").Str()
		p.settings.ignore = append(p.settings.ignore, ignored{playbook, file, resource})
	}
}

func (p *Project) suppressed(f Finding) bool {
	for _, i := range p.settings.ignore {
		matches, _ := path.Match(i.file, f.File)
		if (i.playbook == f.Playbook || i.playbook == "*") && (i.file == "" || i.file == f.File || matches) && (i.resource == "" || i.resource == f.Resource) {
			return true
		}
	}
	for _, t := range p.templates {
		if t.Name == f.File {
			return inComment(&t.Document, t.Resource(f.Resource), f) || inMetadata(t.Resource(f.Resource), f)
		}
	}
	for _, c := range p.configs {
		if c.Name == f.File {
			return inComment(&c.Document, nil, f)
		}
	}
	return false
}

// ignoreComment is `firstaid:ignore <playbook>[,<playbook>] reason`.
var ignoreComment = regexp.MustCompile(`^firstaid:ignore\s+([a-z0-9*-]+(?:\s*,\s*[a-z0-9*-]+)*)(\s|$)`)

// inComment looks for an ignore comment on the finding's line or the lines just above it, on those of the
// resource's key (for the whole resource), and at the top of the file (for all of it).
func inComment(d *template.Document, r *template.Resource, f Finding) bool {
	lines := map[int]bool{}
	cover := func(line int) {
		lines[line] = true
		for line--; line > 0 && onlyComment(d, line); line-- {
			lines[line] = true
		}
	}
	cover(f.Line)
	if r != nil {
		cover(d.At(r.Key).Line)
	}
	for line := 1; onlyComment(d, line); line++ {
		lines[line] = true
	}
	for _, c := range d.Comments {
		m := ignoreComment.FindStringSubmatch(c.Text)
		if m == nil || !lines[d.Position(c.Start).Line] {
			continue
		}
		for _, name := range strings.Split(m[1], ",") {
			if name = strings.TrimSpace(name); name == f.Playbook || name == "*" {
				return true
			}
		}
	}
	return false
}

// onlyComment reports whether a 1-based line holds a comment and nothing else.
func onlyComment(d *template.Document, line int) bool {
	for _, c := range d.Comments {
		if p := d.Position(c.Start); p.Line == line {
			start, _ := d.LineRange(c.Start)
			return strings.TrimSpace(strings.TrimPrefix(string(d.Source[start:c.Start]), "\ufeff")) == ""
		}
	}
	return false
}

// inMetadata is for JSON, which has no comments: Metadata: {firstaid: {ignore: [playbook, …]}} of the resource.
func inMetadata(r *template.Resource, f Finding) bool {
	if r == nil {
		return false
	}
	return slices.ContainsFunc(r.Body.At("Metadata", "firstaid", "ignore").List(), func(n *template.Node) bool {
		return n.Is(f.Playbook) || n.Is("*")
	})
}
