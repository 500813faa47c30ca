package playbooks

import (
	"fmt"
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

// fixCircle names the references that close the circle and says how the one
// to give up is cut, which depends on how it refers.
func fixCircle(s *diagnostics.Snapshot, f diagnostics.Finding) []Fix {
	ids := strings.FieldsFunc(f.Captures["resources"], func(c rune) bool { return c == ',' || c == ' ' })
	for _, t := range readSources(s).files {
		edges := circleEdges(t, ids)
		if len(edges) < 2 {
			continue
		}
		e := cut(edges)
		at := t.At(e.Node)
		where := fmt.Sprintf("%s:%d", at.File, at.Line)
		fix := guide("Cut the reference from "+e.from+" to "+e.to, e.from+"에서 "+e.to+"(으)로 가는 참조를 끊습니다",
			diagnostics.Text{En: where + ": " + firstLine(t.Raw(e.Node)), Ko: where + ": " + firstLine(t.Raw(e.Node))},
			wayToCut(t, e))
		for _, other := range edges {
			if other != e {
				at := t.At(other.Node)
				fix.Notes = append(fix.Notes, diagnostics.Text{
					En: fmt.Sprintf("The circle also goes %s → %s (%s:%d)", other.from, other.to, at.File, at.Line),
					Ko: fmt.Sprintf("순환의 다른 참조: %s → %s (%s:%d)", other.from, other.to, at.File, at.Line),
				})
			}
		}
		return []Fix{fix}
	}
	return nil
}

// wayToCut says what to write instead of a reference.
func wayToCut(t *template.Template, e edge) diagnostics.Text {
	target := t.Resource(e.to)
	switch {
	case e.How == template.ByDependsOn:
		return diagnostics.Text{En: "Remove this DependsOn; keep it only on one of the two sides", Ko: "이 DependsOn을 지웁니다. 둘 중 한쪽에만 남깁니다"}
	case target != nil && target.Type == "AWS::EC2::SecurityGroup":
		return diagnostics.Text{
			En: "Move the rule into a resource of its own, AWS::EC2::SecurityGroupIngress or …Egress, with both GroupId and the other group's id",
			Ko: "규칙을 별도 리소스 AWS::EC2::SecurityGroupIngress 또는 …Egress로 옮기고 GroupId와 상대 그룹의 ID를 지정합니다",
		}
	case target != nil && target.Type == "AWS::S3::Bucket":
		return diagnostics.Text{
			En: "Give " + e.to + " a name of its own (BucketName: !Sub \"${AWS::StackName}-" + strings.ToLower(e.to) + "\"; lower case only) and write the same !Sub here instead of the reference",
			Ko: e.to + "에 이름을 지정하고(BucketName: !Sub \"${AWS::StackName}-" + strings.ToLower(e.to) + "\", 소문자만) 여기에는 참조 대신 같은 !Sub를 씁니다",
		}
	case target != nil && strings.Contains(target.Type, "Api"):
		return diagnostics.Text{
			En: "An API's address is only known after it is made: let the function take it from the request, or from a parameter of SSM that is written afterwards",
			Ko: "API 주소는 만든 뒤에야 알 수 있습니다. 함수가 요청에서 읽거나 나중에 기록하는 SSM 파라미터에서 읽게 합니다",
		}
	}
	return diagnostics.Text{
		En: "Give " + e.to + " a fixed name with !Sub and write that name here; or move what needs both into a third resource (AWS::IAM::Policy, AWS::Lambda::Permission)",
		Ko: e.to + "에 !Sub로 고정된 이름을 주고 여기에 그 이름을 씁니다. 또는 양쪽이 필요한 부분을 세 번째 리소스(AWS::IAM::Policy, AWS::Lambda::Permission)로 옮깁니다",
	}
}
