package check

import (
	"regexp"
	"slices"
	"strings"

	"firstaid/diagnostics/template"
)

// Playbooks are the ids that check reports, sorted: what a comment or the settings may name.
func Playbooks() []string {
	return []string{
		"alias-ordering", "arm64-mismatch", "arn-substitution", "cors-missing-method", "image-repositories-mapping", "lambda-timeout",
		"payload-too-large-502", "role-policies-ignored", "template-validation", "unresolved-reference",
	}
}

// suppressed reports whether a comment, Metadata or the settings leave a finding out.
func (p *Project) suppressed(f Finding) bool {
	var r *template.Resource
	if t := p.byName[f.File]; t != nil {
		r = t.Resource(f.Resource)
	}
	return p.settings.ignores(f) || p.marks(f.File).ignore(f, r) || inMetadata(r, f)
}

// ignoreComment is `firstaid:ignore <playbook>[,<playbook>] reason`; ignoreLike is what may have been meant so.
var (
	ignoreComment = regexp.MustCompile(`^firstaid:ignore\s+([A-Za-z0-9*-]+(?:\s*,\s*[A-Za-z0-9*-]+)*)(?:\s+(.*))?$`)
	ignoreLike    = regexp.MustCompile(`^(?i)first-?aid\W*(ignore|disable|skip|suppress)`)
)

// marks are the ignore comments of one file by their line.
type marks struct {
	doc     *template.Document
	at      map[int][]string // line to the playbooks that a comment there names
	alone   map[int]bool     // lines that hold a comment and nothing else
	unclear []string         // comments that are not understood, as warnings
}

// marks reads the comments of a file once.
func (p *Project) marks(file string) *marks {
	m := p.marked[file]
	if m == nil {
		m = &marks{doc: p.docs[file], at: map[int][]string{}, alone: map[int]bool{}}
		if m.doc != nil {
			m.read()
		}
		p.marked[file] = m
	}
	return m
}

func (m *marks) read() {
	for _, c := range m.doc.Comments {
		pos := m.doc.Position(c.Start)
		start, _ := m.doc.LineRange(c.Start)
		m.alone[pos.Line] = strings.TrimSpace(strings.TrimPrefix(string(m.doc.Source[start:c.Start]), "\ufeff")) == ""
		found := ignoreComment.FindStringSubmatch(c.Text)
		if found == nil {
			if ignoreLike.MatchString(c.Text) {
				m.unclear = append(m.unclear, pos.String()+": this comment is not understood; write: firstaid:ignore <playbook> <reason>")
			}
			continue
		}
		var ids []string
		for _, id := range strings.Split(found[1], ",") {
			ids = append(ids, strings.TrimSpace(id))
		}
		m.at[pos.Line] = ids
		m.unclear = append(m.unclear, doubts(pos.String(), found[2], ids...)...)
	}
}

// ignore looks for an ignore comment on the finding's line or the lines just above it, on those of the resource's
// key (for the whole resource), and at the top of the file (for all of it).
func (m *marks) ignore(f Finding, r *template.Resource) bool {
	switch {
	case len(m.at) == 0:
		return false
	case m.above(f.Line, f.Playbook), r != nil && m.above(m.doc.At(r.Key).Line, f.Playbook):
		return true
	}
	for line := 1; m.alone[line]; line++ {
		if m.names(line, f.Playbook) {
			return true
		}
	}
	return false
}

// above looks at a line and at the comment lines just above it.
func (m *marks) above(line int, playbook string) bool {
	if m.names(line, playbook) {
		return true
	}
	for line--; m.alone[line]; line-- {
		if m.names(line, playbook) {
			return true
		}
	}
	return false
}

func (m *marks) names(line int, playbook string) bool {
	return slices.Contains(m.at[line], playbook) || slices.Contains(m.at[line], "*")
}

// inMetadata is for JSON, which has no comments: Metadata: {firstaid: {ignore: [playbook, …]}} of the resource.
func inMetadata(r *template.Resource, f Finding) bool {
	if r == nil {
		return false
	}
	return slices.ContainsFunc(metadataIgnore(r), func(n *template.Node) bool { return n.Is(f.Playbook) || n.Is("*") })
}

// metadataIgnore are the playbooks that a resource's Metadata names, as a list or as one text.
func metadataIgnore(r *template.Resource) []*template.Node {
	n := r.Body.At("Metadata", "firstaid", "ignore")
	if _, ok := n.Str(); ok {
		return []*template.Node{n}
	}
	return n.List()
}
