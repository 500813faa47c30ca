package check

import (
	"path"
	"slices"
	"strings"

	"firstaid/diagnostics"
	"firstaid/diagnostics/template"
	"firstaid/playbooks/edit"
)

// checkDocumentText looks at the texts that API Gateway takes from OpenAPI files: which of their variables and
// intrinsics somebody evaluates depends on how the file is named.
func checkDocumentText(s *scope) {
	for _, r := range s.t.Resources() {
		b := s.bodies[r.ID]
		if b.root == nil || b.how == inline {
			continue
		}
		if b.how == included {
			b.texts(func(n *template.Node, p template.Place) bool { return s.checkIncluded(b, n, p) })
			continue
		}
		found := false
		b.texts(func(n *template.Node, p template.Place) bool {
			if what := s.evaluated(n, p); what != "" && !found {
				found = true
				s.reportUploaded(b, n, what)
			}
			return !found
		})
	}
}

// texts visits what stands in API Gateway's own extensions of a document; templates of its mapping language, which
// has variables of its own, are left out.
func (b body) texts(visit func(*template.Node, template.Place) bool) {
	template.Walk(b.root, func(n *template.Node, p template.Place) bool {
		switch p.Last() {
		case "requestTemplates", "responseTemplates", "description":
			return false
		}
		for _, step := range p.Path {
			if strings.HasPrefix(step, "x-amazon-apigateway-") {
				return p.Key || visit(n, p)
			}
		}
		return true
	})
}

// evaluated is what CloudFormation would evaluate at n, as it is written; "" for nothing.
func (s *scope) evaluated(n *template.Node, p template.Place) string {
	switch n.Fn {
	case "Ref", "Fn::Sub", "Fn::GetAtt", "Fn::Join", "Fn::If", "Fn::ImportValue", "Fn::Select":
		return n.Fn
	}
	if n.Kind != template.String || n.Fn != "" {
		return ""
	}
	for _, v := range template.Variables(n.Text) {
		if !v.Literal && s.resolves(v, p) {
			return "${" + v.Name + "}"
		}
	}
	return ""
}

// reportUploaded reports a file that goes to S3 as it is although it counts on CloudFormation.
func (s *scope) reportUploaded(b body, n *template.Node, what string) {
	hold, name, _ := bodyKeys(b.of.Type)
	var mends []Mend
	if where, ok := b.of.Own(name).Str(); ok && editable(b.of) {
		mends = append(mends, s.mend("Let CloudFormation include the file: "+hold+" with AWS::Include", "CloudFormation이 파일을 포함하게 합니다: "+hold+"와 AWS::Include",
			edit.SetAfter(name, edit.Mapping(edit.Entry("Fn::Transform", edit.Mapping(
				edit.Entry("Name", edit.Text("AWS::Include")),
				edit.Entry("Parameters", edit.Mapping(edit.Entry("Location", edit.Text(where))))))), properties(b.of, hold)...),
			edit.Delete(properties(b.of, name)...)))
	}
	file := path.Base(b.doc.Name)
	s.reportIn(b.doc, "arn-substitution", diagnostics.Error, n, b.of.ID, bilingual(
		file+" is uploaded as it is ("+name+" of "+b.of.ID+"), so nothing evaluates "+what+" in it: include the file with "+hold+" and AWS::Include",
		file+"은(는) "+b.of.ID+"의 "+name+"로 그대로 업로드되므로 그 안의 "+what+"을(를) 아무도 평가하지 않습니다. "+hold+"와 AWS::Include로 포함하십시오"), mends...)
	if strings.HasPrefix(what, "$") {
		s.capture("placeholder", what)
	}
}

// checkIncluded finds, in an included file, intrinsics in short form, which AWS::Include does not know
// (CloudFormation user guide, "AWS::Include transform"), and variables outside of Fn::Sub.
func (s *scope) checkIncluded(b body, n *template.Node, p template.Place) bool {
	if n.Fn != "" && n.Short {
		long := edit.LongForm(append(b.path, p.Clone().Path...)...)
		s.reportIn(b.doc, "arn-substitution", diagnostics.Error, n, b.of.ID, bilingual(
			n.Tag+" in short form is not evaluated in an included file: write "+n.Fn,
			"포함된 파일에서는 짧은 형식 "+n.Tag+"이(가) 평가되지 않습니다. "+n.Fn+"(으)로 쓰십시오"),
			mendIn(b.doc, "Write "+n.Fn, n.Fn+"(으)로 씁니다", long))
		return false
	}
	if n.Fn == "Fn::Sub" || n.Fn == "Ref" || n.Fn == "Fn::GetAtt" {
		return false
	}
	var names []string
	for _, v := range template.Variables(n.Text) {
		if n.Kind == template.String && !v.Literal && s.resolves(v, p) && !slices.Contains(names, v.Name) {
			names = append(names, v.Name)
		}
	}
	if len(names) == 0 {
		return true
	}
	var mends []Mend
	if !s.doubtful(n.Text, p) {
		at := append(b.path, p.Clone().Path...)
		mends = append(mends, mendIn(b.doc, "Put the text into Fn::Sub", "텍스트를 Fn::Sub로 감쌉니다", edit.WrapSubLong(names, at...)))
	}
	s.reportIn(b.doc, "arn-substitution", diagnostics.Error, n, b.of.ID, bilingual(
		"${"+strings.Join(names, "}, ${")+"} stands outside Fn::Sub: CloudFormation passes it on literally",
		"${"+strings.Join(names, "}, ${")+"}이(가) Fn::Sub 밖에 있어 CloudFormation이 치환하지 않고 그대로 전달합니다"), mends...)
	s.capture("placeholder", "${"+names[0]+"}")
	return true
}
