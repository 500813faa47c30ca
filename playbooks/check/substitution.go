package check

import (
	"regexp"
	"slices"
	"strings"

	"firstaid/diagnostics"
	"firstaid/diagnostics/template"
	"firstaid/playbooks/edit"
)

// checkSubstitution finds variables that nothing will replace: `${X}` outside of Fn::Sub, `{X}` that lost its $,
// and pseudo parameters in the wrong case. A variable only counts when its name is a parameter, a resource or
// a pseudo parameter, so `${aws:username}`, shell and VTL variables never do.
func checkSubstitution(s *scope) {
	template.Walk(s.t.Root, func(n *template.Node, p template.Place) bool {
		if len(p.Path) > 0 && elsewhere(p) {
			return false
		}
		if p.Key {
			return true
		}
		if id, ok := n.Ref(); ok {
			s.wrongCaseRef(n, id, p)
			return false
		}
		if n.Kind == template.String && n.Fn == "" {
			s.checkText(n, p)
		}
		return true
	})
}

// elsewhere reports places whose texts are not CloudFormation's: sections that take no intrinsic, prose, and
// texts that are programs or templates of another language.
func elsewhere(p template.Place) bool {
	switch p.Path[0] {
	case "Resources", "Outputs", "Globals", "Conditions":
	default:
		return true
	}
	last := p.Path[len(p.Path)-1]
	switch last {
	case "Description", "TemplateBody", "InlineCode", "ZipFile", "FunctionCode", "Instruction", "Instructions", "PromptText",
		"SystemPrompt", "BasePromptTemplate", "RequestTemplates", "ResponseTemplates", "requestTemplates", "responseTemplates",
		"Fn::Transform", "Sql", "RequestMappingTemplate", "ResponseMappingTemplate", "RouteSelectionExpression", "Script":
		return true
	case "Metadata", "DependsOn", "Type", "DeletionPolicy", "UpdateReplacePolicy", "Condition":
		return len(p.Path) == 3
	}
	return strings.HasSuffix(last, "MappingTemplate") || strings.HasSuffix(last, "PromptTemplate")
}

// scripts are places where `${Name}` is a shell's as well as CloudFormation's: only pseudo parameters, which no
// shell has, count there.
func inScript(p template.Place) bool {
	return p.In("Fn::Base64") || p.Under("UserData", "BuildSpec", "AWS::CloudFormation::Init", "Content", "Command", "EntryPoint", "Commands") || p.Last() == "Code"
}

// literal reports intrinsics whose arguments are names, where no Sub can stand.
func literal(p template.Place) bool {
	return p.In("Fn::GetAtt") || p.In("Fn::FindInMap") || p.In("Fn::ForEach") && len(p.Path) > 0 && strings.HasPrefix(p.Path[len(p.Path)-1], "Fn::ForEach") ||
		len(p.Calls) > 0 && slices.Contains([]string{"Fn::GetAtt", "Fn::FindInMap", "Condition", "Fn::GetAZs"}, p.Calls[len(p.Calls)-1]) ||
		len(p.Calls) > 0 && p.Calls[len(p.Calls)-1] == "Fn::If" && strings.HasSuffix(strings.Join(p.Path, "/"), "Fn::If/0")
}

func (s *scope) checkText(n *template.Node, p template.Place) {
	if literal(p) {
		return
	}
	sub := subAround(n, p)
	if sub == nil {
		s.unsubstituted(n, p)
	} else {
		s.wrongCaseIn(n, sub, p)
	}
	s.lostDollar(n, sub, p)
}

// subAround is the Fn::Sub whose text n is; texts of its own variables are plain values.
func subAround(n *template.Node, p template.Place) *template.Node {
	if len(p.Subs) == 0 {
		return nil
	}
	sub := p.Subs[len(p.Subs)-1]
	if text, _, ok := sub.Sub(); ok && text.Body == n.Body {
		return sub
	}
	return nil
}

// unsubstituted reports `${X}` outside of Fn::Sub.
func (s *scope) unsubstituted(n *template.Node, p template.Place) {
	var names, wanted []string
	for _, v := range template.Variables(n.Text) {
		if v.Literal || !s.resolves(v, p) {
			continue
		}
		if !slices.Contains(wanted, v.Name) {
			names = append(names, "${"+v.Name+"}")
			wanted = append(wanted, v.Name)
		}
	}
	if len(names) == 0 {
		return
	}
	ops := []op{}
	for i, name := range wanted {
		if fixed := exactPseudo(name); fixed != "" && fixed != name {
			ops, wanted[i] = append(ops, edit.Replace("${"+name+"}", "${"+fixed+"}", p.Clone().Path...)), fixed
		}
	}
	ops = append(ops, edit.WrapSub(wanted, p.Clone().Path...))
	list := strings.Join(names, ", ")
	mends := []Mend{s.mend("Put the text into Fn::Sub", "텍스트를 Fn::Sub로 감쌉니다", ops...)}
	if s.doubtful(n.Text, p) {
		mends = nil
	}
	s.report("arn-substitution", diagnostics.Error, n, owner(p), bilingual(
		list+" stands outside Fn::Sub: CloudFormation passes it on literally",
		list+"이(가) Fn::Sub 밖에 있어 CloudFormation이 치환하지 않고 그대로 전달합니다"), mends...)
	s.capture("placeholder", names[0])
}

// logicalName is how logical ids and their attributes are written.
var logicalName = regexp.MustCompile(`^[A-Z][A-Za-z0-9]*(\.[A-Za-z0-9.]+)?$`)

// doubtful reports texts with a variable that looks like a resource's but is none here: whether Fn::Sub should
// replace it or leave it alone, only a person can say.
func (s *scope) doubtful(text string, p template.Place) bool {
	for _, v := range template.Variables(text) {
		if !v.Literal && logicalName.MatchString(v.Name) && !s.resolves(v, p) {
			return true
		}
	}
	return false
}

// resolves reports whether Fn::Sub would replace v here.
func (s *scope) resolves(v template.Variable, p template.Place) bool {
	if exactPseudo(v.Name) != "" {
		return true
	}
	if inScript(p) || slices.Contains(p.Loops, v.Name) || s.definedBeside(v.Name, p) || s.preprocessed() {
		return false
	}
	id, attr := v.ID()
	if attr != "" {
		return s.t.Resource(id) != nil && attribute.MatchString(attr)
	}
	return s.t.Known(id)
}

// otherTool matches variables that only the Serverless Framework and its like replace.
var otherTool = regexp.MustCompile(`\$\{(?:self|opt|file|param|sls|cf|env|ssm|strToBool)[:(][^}]+\}`)

// preprocessed reports a template that another tool fills in before CloudFormation sees it: what a variable in it
// means is that tool's to say.
func (s *scope) preprocessed() bool {
	if s.filled == nil {
		found := otherTool.Match(s.t.Source)
		s.filled = &found
	}
	return *s.filled
}

var attribute = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9.]*$`)

// definedBeside reports names that DefinitionSubstitutions of a state machine replace.
func (s *scope) definedBeside(name string, p template.Place) bool {
	if !p.Under("Definition", "DefinitionString") || len(p.Path) < 2 || p.Path[0] != "Resources" {
		return false
	}
	return s.t.Root.At(p.Path[0], p.Path[1], "Properties", "DefinitionSubstitutions").Has(name)
}

// exactPseudo is the pseudo parameter that name means, in whatever case and with one colon or two; "" for
// every other name.
func exactPseudo(name string) string {
	folded := strings.ToLower(strings.Replace(name, "::", ":", 1))
	for _, pseudo := range template.PseudoParameters() {
		if folded == strings.ToLower(strings.Replace(pseudo, "::", ":", 1)) {
			// aws:region with small letters and one colon is an IAM condition key's form.
			if !strings.Contains(name, "::") && !strings.HasPrefix(name, "AWS:") {
				return ""
			}
			return pseudo
		}
	}
	return ""
}

func owner(p template.Place) string {
	if len(p.Path) > 1 && p.Path[0] == "Resources" {
		return p.Path[1]
	}
	return ""
}

func (s *scope) wrongCaseRef(n *template.Node, id string, p template.Place) {
	right := exactPseudo(id)
	if right == "" || right == id || s.t.Known(id) {
		return
	}
	path := append(p.Clone().Path, "Ref")
	s.report("arn-substitution", diagnostics.Error, n, owner(p), wrongCase(id, right),
		s.mend("Write "+right, right+"(으)로 씁니다", edit.Replace(id, right, path...)))
}

func wrongCase(name, right string) diagnostics.Text {
	return bilingual(
		name+" is no pseudo parameter: names are case-sensitive, "+right+" is meant",
		name+"은(는) 의사 파라미터가 아닙니다. 이름은 대소문자를 구분하며 "+right+"이(가) 맞습니다")
}

// wrongCaseIn reports pseudo parameters spelled wrong inside Fn::Sub.
func (s *scope) wrongCaseIn(n, sub *template.Node, p template.Place) {
	_, own, _ := sub.Sub()
	for _, v := range template.Variables(n.Text) {
		right := exactPseudo(v.Name)
		if v.Literal || right == "" || right == v.Name || own.Has(v.Name) {
			continue
		}
		s.report("arn-substitution", diagnostics.Error, n, owner(p), wrongCase("${"+v.Name+"}", "${"+right+"}"),
			s.mend("Write ${"+right+"}", "${"+right+"}(으)로 씁니다", edit.Replace("${"+v.Name+"}", "${"+right+"}", p.Clone().Path...)))
	}
}

// braced matches {Name}, {Fn.Arn} and {AWS::Region}.
var braced = regexp.MustCompile(`\{(AWS::?[A-Za-z]+|[A-Za-z][A-Za-z0-9]*(?:\.[A-Za-z][A-Za-z0-9]*)*)\}`)

// addressLike texts are ARNs, hosts and scalable resources, where a brace has no meaning of its own.
var addressLike = regexp.MustCompile(`(^|[^a-z])arn:|\.amazonaws\.com|^function:|:function:|^(?:https?|s3)://`)

// pathTail is where an API path begins in an execute-api ARN: {id} is a path parameter there.
var pathTail = regexp.MustCompile(`/(?:GET|PUT|POST|PATCH|DELETE|HEAD|OPTIONS|ANY|\*)/`)

// lostDollar reports `{X}` that was meant to be `${X}`.
func (s *scope) lostDollar(n, sub *template.Node, p template.Place) {
	if inScript(p) {
		return
	}
	var own *template.Node
	if sub != nil {
		_, own, _ = sub.Sub()
	}
	for _, m := range braced.FindAllStringSubmatchIndex(n.Text, -1) {
		name := n.Text[m[2]:m[3]]
		if m[0] > 0 && strings.IndexByte("$#{%@", n.Text[m[0]-1]) >= 0 || m[1] < len(n.Text) && n.Text[m[1]] == '}' {
			continue
		}
		pseudo := exactPseudo(name)
		id, _, _ := strings.Cut(name, ".")
		known := own.Has(name) || s.t.Known(id)
		if pseudo == "" && (!known || !addressLike.MatchString(n.Text) || pathTail.MatchString(n.Text[:m[0]])) {
			continue
		}
		s.reportDollar(n, p, name, pseudo, sub != nil)
		return
	}
}

func (s *scope) reportDollar(n *template.Node, p template.Place, name, pseudo string, inSub bool) {
	path := p.Clone().Path
	right := name
	if pseudo != "" {
		right = pseudo
	}
	ops := []op{edit.Replace("{"+name+"}", "${"+right+"}", path...)}
	if strings.Contains(n.Text, "${"+name+"}") {
		ops = []op{edit.Replace("${"+name+"}", "{"+name+"}", path...), ops[0]}
	}
	if !inSub {
		names := []string{right}
		for _, v := range template.Variables(n.Text) {
			if s.resolves(v, p) {
				names = append(names, v.Name)
			}
		}
		ops = append(ops, edit.WrapSub(names, path...))
	}
	s.report("arn-substitution", diagnostics.Error, n, owner(p), bilingual(
		"{"+name+"} lacks its $: it is not replaced and reaches AWS literally; ${"+right+"} is meant",
		"{"+name+"}에 $가 빠져 치환되지 않고 그대로 AWS에 전달됩니다. ${"+right+"}이(가) 맞습니다"),
		s.mend("Write ${"+right+"}", "${"+right+"}(으)로 씁니다", ops...))
	s.capture("placeholder", "{"+name+"}")
}
