package playbooks

import (
	"regexp"
	"slices"
	"strings"

	"firstaid/diagnostics"
	"firstaid/diagnostics/template"
)

// dangling matches the refusals that name what a template refers to and does
// not hold.
var dangling = regexp.MustCompile(`(?i)unresolved resource dependenc(?:ies|y) \[([^\]]+)\]|references (?:undefined|invalid) resource(?: attribute)? ([\w.]+)`)

// findDangling looks in the user's templates for the reference that
// CloudFormation could not resolve.
func findDangling(s *diagnostics.Snapshot) []diagnostics.Finding {
	src := readSources(s)
	var list []diagnostics.Finding
	for _, r := range remarks(s) {
		m := dangling.FindStringSubmatch(r.text)
		if m == nil {
			continue
		}
		names := strings.FieldsFunc(m[1]+m[2], func(c rune) bool { return c == ',' || c == ' ' })
		for _, t := range src.files {
			evidence, at := mentions(t, names)
			if len(evidence) == 0 {
				continue
			}
			list = append(list, diagnostics.Finding{
				Confidence: diagnostics.Confirmed, Subject: r.subject, Count: 1, Source: at,
				Captures: map[string]string{"reference": strings.Join(names, ", ")},
				Because: diagnostics.Text{
					En: t.Name + " refers to " + strings.Join(names, ", ") + " and holds no such thing",
					Ko: t.Name + "이(가) " + strings.Join(names, ", ") + "을(를) 참조하지만 그런 것이 없습니다",
				},
				Evidence: append([]diagnostics.Evidence{{Of: r.of, Field: r.field, Quote: quote(m[0])}}, evidence...),
			})
			break
		}
	}
	return list
}

// mentions quotes the Ref, GetAtt, Sub and DependsOn of a template that name
// one of the missing things, and says where the first one stands. What the
// template does know is not missing from it.
func mentions(t *template.Template, names []string) ([]diagnostics.Evidence, *diagnostics.Position) {
	missing := map[string]bool{}
	for _, n := range names {
		if id, _, _ := strings.Cut(n, "."); !t.Known(id) {
			missing[id] = true
		}
	}
	var list []diagnostics.Evidence
	var first *diagnostics.Position
	template.Walk(t.Root, func(n *template.Node, p template.Place) bool {
		if slices.ContainsFunc(named(n, p), func(id string) bool { return missing[id] }) {
			if at := t.At(n); first == nil {
				first = &diagnostics.Position{File: at.File, Line: at.Line, Column: at.Column}
			}
			list = append(list, diagnostics.Evidence{
				Of: diagnostics.Ref{Kind: diagnostics.KindFile, ID: t.Name}, Field: strings.Join(p.Path, "."), Quote: t.Raw(n),
			})
		}
		return true
	})
	return list, first
}

// named lists the things that a node itself refers to.
func named(n *template.Node, p template.Place) []string {
	if id, ok := n.Ref(); ok {
		return []string{id}
	}
	if id, _, ok := n.GetAtt(); ok {
		return []string{id}
	}
	if text, _, ok := n.Sub(); ok && text != nil {
		var ids []string
		for _, v := range template.Variables(text.Text) {
			if id, _ := v.ID(); !v.Literal {
				ids = append(ids, id)
			}
		}
		return ids
	}
	if text, ok := n.Str(); ok && slices.Contains(p.Path, "DependsOn") && !p.Key {
		return []string{text}
	}
	return nil
}
