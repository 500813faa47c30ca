package playbooks

import (
	"regexp"
	"strings"

	"firstaid/diagnostics"
	"firstaid/diagnostics/template"
)

var circle = regexp.MustCompile(`(?i)circular dependency between resources ?:? ?\[([^\]]+)\]`)

// A remark is a text that the deployment left, wherever it was kept.
type remark struct {
	of      diagnostics.Ref
	field   string
	text    string
	subject diagnostics.Ref
}

// remarks are the texts that speak of a whole template: they come from change
// sets and commands, and name no resource of their own.
func remarks(s *diagnostics.Snapshot) []remark {
	ix := newIndex(s)
	var list []remark
	for _, o := range observe(s, ix) {
		if o.of.Kind != diagnostics.KindLogEvent {
			list = append(list, remark{o.of, o.field, diagnostics.Normalize(o.text), o.subject})
		}
	}
	return list
}

// findCircles shows, for a circle that CloudFormation names, the references of
// the template that close it. SAM reports what it generates; the references
// stand at the resources that these come from.
func findCircles(s *diagnostics.Snapshot) []diagnostics.Finding {
	src := readSources(s)
	var list []diagnostics.Finding
	for _, r := range remarks(s) {
		m := circle.FindStringSubmatch(r.text)
		if m == nil {
			continue
		}
		ids := strings.FieldsFunc(m[1], func(c rune) bool { return c == ',' || c == ' ' })
		for _, t := range src.files {
			edges := circleEdges(t, ids)
			if len(edges) < 2 {
				continue
			}
			f := diagnostics.Finding{
				Confidence: diagnostics.Confirmed, Subject: r.subject, Count: 1,
				Captures: map[string]string{"resources": m[1]},
				Because: diagnostics.Text{
					En: "the template holds the references that close the circle; cutting one of them opens it",
					Ko: "템플릿에 순환을 이루는 참조가 있습니다. 그중 하나를 끊으면 풀립니다",
				},
				Evidence: []diagnostics.Evidence{{Of: r.of, Field: r.field, Quote: quote(m[0])}},
			}
			at := t.At(cut(edges).Node)
			f.Source = &diagnostics.Position{File: at.File, Line: at.Line, Column: at.Column}
			of := diagnostics.Ref{Kind: diagnostics.KindFile, ID: t.Name}
			for _, e := range edges {
				f.Evidence = append(f.Evidence, diagnostics.Evidence{Of: of, Field: e.from + " → " + e.to, Quote: t.Raw(e.Node)})
			}
			list = append(list, f)
			break
		}
	}
	return list
}

// An edge is a reference from one resource of a circle to another.
type edge struct {
	from, to string
	template.Reference
}

// circleEdges lists the references among the resources of a circle, by the
// resources of the file that they come from.
func circleEdges(t *template.Template, ids []string) []edge {
	member := map[string]bool{}
	var order []string
	for _, id := range ids {
		if from, ok := t.Origin(id); ok && from.Source != "" {
			id = from.Source
		}
		if t.Resource(id) != nil && !member[id] {
			member[id] = true
			order = append(order, id)
		}
	}
	var edges []edge
	for _, id := range order {
		for _, r := range t.References(id) {
			target := r.Target
			if from, ok := t.Origin(target); ok && from.Source != "" {
				target = from.Source
			}
			if member[target] && target != id {
				edges = append(edges, edge{id, target, r})
			}
		}
	}
	return edges
}

// cut is the reference to give up first: a name in a text can be written by
// hand, an attribute cannot, and an order that somebody asked for comes last.
func cut(edges []edge) edge {
	for _, how := range []template.How{template.BySub, template.ByRef, template.ByGetAtt} {
		for _, e := range edges {
			if e.How == how {
				return e
			}
		}
	}
	return edges[0]
}
