package check

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"firstaid/diagnostics"
	"firstaid/diagnostics/template"
	"firstaid/playbooks/edit"
)

// rules look at one template each.
func rules() []func(*scope) {
	return []func(*scope){
		checkSubstitution,
		checkReferences,
		checkStateMachine,
		checkDocumentText,
		checkAliasOrdering,
		checkProvisioned,
		checkRolePolicies,
		checkArchitecture,
		checkCors,
		checkMethodCors,
		checkAdapter,
		checkTimeout,
		checkPackageType,
	}
}

// Findings checks everything that was read. The order is by file, line, column.
func (p *Project) Findings() []Finding {
	var all []Finding
	for _, t := range p.templates {
		s := newScope(p, t)
		for _, rule := range rules() {
			rule(s)
		}
		all = append(all, s.found...)
	}
	for _, e := range p.broken { // files that templates name are among them by now
		all = append(all, syntaxFinding(p, e))
	}
	for _, c := range p.configs {
		all = append(all, p.checkConfig(c)...)
	}
	all = slices.DeleteFunc(all, p.suppressed)
	drafts := p.drafts()
	for i := range all {
		all[i].Mends = slices.DeleteFunc(all[i].Mends, func(m Mend) bool { return !m.possible(drafts) })
	}
	slices.SortStableFunc(all, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Playbook, b.Playbook),
			cmp.Compare(b.Severity, a.Severity))
	})
	// A setting in Globals concerns several resources; it is one defect. The worst of several at one place counts.
	return slices.CompactFunc(all, func(a, b Finding) bool {
		return a.File == b.File && a.Line == b.Line && a.Column == b.Column && a.Playbook == b.Playbook
	})
}

// drafts gives one draft for each parsed file, to ask for edits in; nil for a file that was not parsed.
func (p *Project) drafts() func(file string) *edit.Draft {
	drafts := map[string]*edit.Draft{}
	return func(file string) *edit.Draft {
		if drafts[file] == nil && p.docs[file] != nil {
			drafts[file] = edit.NewDraft(p.docs[file])
		}
		return drafts[file]
	}
}

// report adds a finding at a node of the template.
func (s *scope) report(playbook string, severity diagnostics.Severity, at *template.Node, resource string, message diagnostics.Text, mends ...Mend) {
	s.reportIn(&s.t.Document, playbook, severity, at, resource, message, mends...)
}

// reportIn is report for a node of another file that the template names.
func (s *scope) reportIn(d *template.Document, playbook string, severity diagnostics.Severity, at *template.Node, resource string, message diagnostics.Text, mends ...Mend) {
	pos := d.At(at)
	s.found = append(s.found, Finding{
		Playbook: playbook, Severity: severity, File: d.Name, Line: pos.Line, Column: pos.Column, Resource: resource,
		Message: message, Quote: quote(d.Source, pos.Offset), Mends: mends, doc: d, at: at,
	})
}

// capture adds a variable part to the finding that was just reported.
func (s *scope) capture(pairs ...string) {
	f := &s.found[len(s.found)-1]
	if f.Captures == nil {
		f.Captures = map[string]string{}
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		f.Captures[pairs[i]] = pairs[i+1]
	}
}

// mend is a Mend of this template.
func (s *scope) mend(en, ko string, ops ...op) Mend {
	return mendIn(&s.t.Document, en, ko, ops...)
}

// mendIn is a Mend of any file.
func mendIn(d *template.Document, en, ko string, ops ...op) Mend {
	return Mend{Title: diagnostics.Text{En: en, Ko: ko}, Edits: []FileEdits{{d.Name, ops}}}
}

// maxQuote bounds a quote, in bytes: a file can be a single line.
const maxQuote = 200

// quote is the line at an offset without the blanks around it.
func quote(src []byte, offset int) string {
	line := src[min(offset, len(src)):]
	line = line[:min(len(line), maxQuote)]
	if i := bytes.IndexAny(line, "\r\n"); i >= 0 {
		line = line[:i]
	}
	return strings.TrimSpace(strings.ToValidUTF8(string(line), ""))
}

func isFunction(r *template.Resource) bool {
	return r.Type == "AWS::Serverless::Function" || r.Type == "AWS::Lambda::Function"
}

// properties is the path of a resource's property in the file. It is nil for resources that a loop
// makes: their text is shared.
func properties(r *template.Resource, path ...string) []string {
	return append([]string{"Resources", r.ID, "Properties"}, path...)
}

// editable reports whether the resource has a text of its own.
func editable(r *template.Resource) bool { return r.Loop == nil }

// text resolves a plain text, or a parameter's default.
func (s *scope) text(n *template.Node) (string, bool) {
	if v, ok := n.Str(); ok {
		return v, true
	}
	if id, ok := n.Ref(); ok {
		return s.t.Parameter(id).Get("Default").Str()
	}
	return "", false
}

func bilingual(en, ko string) diagnostics.Text { return diagnostics.Text{En: en, Ko: ko} }
