package check

import (
	"regexp"

	"firstaid/diagnostics"
	"firstaid/diagnostics/template"
)

// aslVariable is what DefinitionSubstitutions can replace.
var aslVariable = regexp.MustCompile(`\$\{([A-Za-z0-9_]+)\}`)

// checkStateMachine finds `${Name}` in a state machine's definition, inline or in a local file, that
// DefinitionSubstitutions does not define.
func checkStateMachine(s *scope) {
	for _, r := range s.t.Resources() {
		if r.Type != "AWS::Serverless::StateMachine" && r.Type != "AWS::StepFunctions::StateMachine" {
			continue
		}
		given := r.Property("DefinitionSubstitutions")
		if given != nil && !given.IsMap() || r.Loop != nil {
			continue
		}
		for _, key := range []string{"Definition", "DefinitionString"} {
			template.Strings(r.Own(key), func(n *template.Node, p template.Place) {
				if !p.Key && !p.In("Fn::Sub") {
					s.undefined(r, n, given)
				}
			})
		}
		s.checkDefinitionFile(r, given)
	}
}

// undefined reports names in an inline text; what Fn::Sub would replace is another rule's.
func (s *scope) undefined(r *template.Resource, n, given *template.Node) {
	for _, m := range aslVariable.FindAllStringSubmatch(n.Text, -1) {
		if !given.Has(m[1]) && !s.t.Known(m[1]) {
			s.report("arn-substitution", diagnostics.Error, n, r.ID, undefinedText(m[1], r.ID))
			return
		}
	}
}

func undefinedText(name, machine string) diagnostics.Text {
	return bilingual(
		"${"+name+"} is not in DefinitionSubstitutions of "+machine+": Step Functions gets it literally",
		"${"+name+"}이(가) "+machine+"의 DefinitionSubstitutions에 없어 Step Functions에 그대로 전달됩니다")
}

// checkDefinitionFile looks into the local file that DefinitionUri names.
func (s *scope) checkDefinitionFile(r *template.Resource, given *template.Node) {
	uri, ok := r.Property("DefinitionUri").Str()
	if !ok {
		return
	}
	src, at, ok := s.beside(s.t.Name, uri)
	if !ok {
		return
	}
	d, err := template.ParseDocument(at, src)
	if err != nil {
		return
	}
	seen := map[string]bool{}
	template.Strings(d.Root, func(n *template.Node, p template.Place) {
		for _, m := range aslVariable.FindAllStringSubmatch(n.Text, -1) {
			if given.Has(m[1]) || seen[m[1]] || p.Key {
				continue
			}
			seen[m[1]] = true
			pos := d.At(n)
			s.found = append(s.found, Finding{
				Playbook: "arn-substitution", Severity: diagnostics.Error, File: at, Line: pos.Line, Column: pos.Column,
				Resource: r.ID, Message: undefinedText(m[1], r.ID), Quote: quote(src, pos.Offset),
			})
		}
	})
}
