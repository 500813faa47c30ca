package playbooks

import (
	"slices"
	"strings"

	"firstaid/diagnostics"
	"firstaid/diagnostics/template"
	"firstaid/playbooks/edit"
)

// A gap is a text of a template with placeholders that nothing will replace.
type gap struct {
	*workpiece
	path  []string // from the root of the file
	text  string
	names []string // the placeholders, without ${ }
}

// fixUnsubstituted wraps the text in Fn::Sub, or writes this account's own
// values into it.
func fixUnsubstituted(s *diagnostics.Snapshot, f diagnostics.Finding) []Fix {
	p := newProject(s)
	var list fixes
	for _, g := range p.gaps(f) {
		list.add(g.wrap())
		list.add(g.spell(s))
	}
	return list.ordered()
}

// gaps looks in the finding's own resource, else everywhere. Where the text of
// the failure shows a placeholder, only that one counts.
func (p *project) gaps(f diagnostics.Finding) []gap {
	wanted := strings.TrimSuffix(strings.TrimPrefix(f.Captures["placeholder"], "${"), "}")
	var list []gap
	for _, w := range p.candidates(f.Subject, func(*template.Resource) bool { return true }) {
		template.Walk(w.resource.Properties, func(n *template.Node, at template.Place) bool {
			text, ok := n.Str()
			if !ok || at.Key || at.In("Fn::Sub") || at.Under(verbatim...) {
				return !at.Under(verbatim...)
			}
			if names := w.placeholders(text, wanted); len(names) > 0 {
				list = append(list, gap{w, append(w.path(), at.Clone().Path...), text, names})
			}
			return true
		})
	}
	return list
}

// verbatim are keys whose texts are not CloudFormation's: code, scripts, other
// templates, prompts, mappings of other services.
var verbatim = []string{
	"InlineCode", "ZipFile", "UserData", "Fn::Base64", "TemplateBody", "BuildSpec", "FunctionCode", "Code", "Description",
	"DefinitionSubstitutions", "RequestMappingTemplate", "ResponseMappingTemplate", "Instruction", "Fn::Transform", "Fn::ForEach", "Content",
}

// placeholders lists the variables of a text that Fn::Sub would replace.
func (w *workpiece) placeholders(text, wanted string) []string {
	var names []string
	for _, v := range template.Variables(text) {
		id, _ := v.ID()
		if v.Literal || !w.template.Known(id) || wanted != "" && v.Name != wanted || slices.Contains(names, v.Name) {
			continue
		}
		names = append(names, v.Name)
	}
	return names
}

func (g gap) wrap() (Fix, bool) {
	where := join(g.path[1:])
	f := templateFix("Wrap "+where+" in !Sub", where+"을(를) !Sub으로 감쌉니다")
	f.Changes = diagnostics.Text{
		En: "CloudFormation replaces " + strings.Join(g.names, ", ") + " when it deploys. The text itself stays.",
		Ko: "배포할 때 CloudFormation이 " + strings.Join(g.names, ", ") + "을(를) 치환합니다. 텍스트 자체는 그대로입니다.",
	}
	byHand := diagnostics.Text{En: "Put !Sub before the value of " + where, Ko: where + " 값 앞에 !Sub을 붙이세요"}
	return g.edited(f, g.template.Name, byHand, edit.WrapSub(g.names, g.path...))
}

// spell writes the values in place of the pseudo parameters; it is second
// choice because the template then serves one account and region only.
func (g gap) spell(s *diagnostics.Snapshot) (Fix, bool) {
	values := map[string]string{"AWS::AccountId": s.Identity.Account, "AWS::Region": s.Identity.Region, "AWS::Partition": s.Identity.Partition}
	text := g.text
	for _, n := range g.names {
		if values[n] == "" {
			return Fix{}, false
		}
		text = strings.ReplaceAll(text, "${"+n+"}", values[n])
	}
	where := join(g.path[1:])
	f := templateFix("Second choice: write the value into "+where, "차선책: "+where+"에 값을 직접 씁니다")
	f.Changes = diagnostics.Text{
		En: "The template then fits account " + s.Identity.Account + " in " + s.Identity.Region + " only.",
		Ko: "이 템플릿은 계정 " + s.Identity.Account + "의 " + s.Identity.Region + "에서만 쓸 수 있게 됩니다.",
	}
	byHand := diagnostics.Text{En: "Write " + text + " into " + where, Ko: where + "에 " + text + "를 쓰세요"}
	return g.edited(f, g.template.Name, byHand, edit.Set(edit.Text(text), g.path...))
}
