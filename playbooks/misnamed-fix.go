package playbooks

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"firstaid/diagnostics"
	"firstaid/diagnostics/denial"
	"firstaid/diagnostics/policy/proposal"
	"firstaid/diagnostics/template"
	"firstaid/playbooks/edit"
)

// renamed are the fixes of the names among a role's denials, and the denials
// that are about permissions after all.
func (ix *index) renamed(f diagnostics.Finding, denials []denial.Denial) (list fixes, rest []denial.Denial) {
	var found []misnaming
	for i := range denials {
		m, ok := ix.misnamed(&denials[i], f.Subject)
		if !ok {
			rest = append(rest, denials[i])
			continue
		}
		if !slices.ContainsFunc(found, func(o misnaming) bool {
			return o.said == m.said && o.variable == m.variable && o.meant.LogicalID == m.meant.LogicalID
		}) {
			found = append(found, m)
		}
	}
	if len(found) == 0 {
		return nil, rest
	}
	w, known := newProject(ix.snapshot).at(f.Subject)
	for i := range found {
		if known && isFunction(w.resource) {
			list = append(list, w.rename(&found[i])...)
		}
	}
	list = fixes(list.ordered())
	for i := range found {
		list = append(list, found[i].byHand(ix.snapshot))
	}
	return list, rest
}

// rename corrects the name where the template holds it: in the variable itself,
// or in the parameter that the variable takes it from.
func (w *workpiece) rename(m *misnaming) []Fix {
	node := w.resource.Property("Environment", "Variables", m.variable)
	target := w.template.Resource(m.meant.LogicalID)
	if m.variable == "" || node == nil || target == nil {
		return nil
	}
	at := w.path("Environment", "Variables", m.variable)
	if w.resource.Own("Environment", "Variables", m.variable) == nil {
		at = []string{"Globals", "Function", "Environment", "Variables", m.variable}
	}
	var list fixes
	f := templateFix("Let "+m.variable+" name "+m.meant.LogicalID, m.variable+"이(가) "+m.meant.LogicalID+"을(를) 가리키게 합니다")
	f.Changes = diagnostics.Text{
		En: m.variable + " holds " + m.said + ", which the stack does not have; it will hold what " + m.meant.LogicalID + " is called, now " + proposal.Name(m.meant.ARN) + ".",
		Ko: m.variable + "에는 스택에 없는 " + m.said + "이(가) 들어 있습니다. 앞으로는 " + m.meant.LogicalID + "의 이름(현재 " + proposal.Name(m.meant.ARN) + ")을 담습니다.",
	}
	value := reference(m)
	hand := diagnostics.Text{
		En: "Set " + join(at) + " to a reference to " + m.meant.LogicalID + " instead of " + m.value,
		Ko: join(at) + " 값을 " + m.value + " 대신 " + m.meant.LogicalID + "에 대한 참조로 바꾸세요",
	}
	parameter, taken := node.Ref()
	switch {
	case taken && value.Fn == "Ref" && node.Short:
		list.add(w.edited(f, w.template.Name, hand, edit.Replace(parameter, m.meant.LogicalID, at...)))
	case taken && value.Fn == "Ref":
		list.add(w.edited(f, w.template.Name, hand, edit.Replace(parameter, m.meant.LogicalID, append(at, "Ref")...)))
	default:
		list.add(w.edited(f, w.template.Name, hand, edit.Set(value, at...)))
	}
	if taken && w.template.Parameter(parameter) != nil {
		list = append(list, w.correct(m, parameter)...)
	}
	return list
}

// holds is the place of the variable that holds a wrong name.
func (ix *index) holds(m *misnaming, subject diagnostics.Ref) *diagnostics.Position {
	if m.variable == "" {
		return nil
	}
	if ix.project == nil {
		ix.project = newProject(ix.snapshot)
	}
	w, ok := ix.project.at(subject)
	if !ok {
		return nil
	}
	n := w.resource.Property("Environment", "Variables", m.variable)
	if n == nil {
		return nil
	}
	at := w.template.At(n)
	return &diagnostics.Position{File: at.File, Line: at.Line, Column: at.Column}
}

// reference is what a variable holds in place of the wrong value: the name, the
// ARN or the URL, as it did.
func reference(m *misnaming) edit.Value {
	id := m.meant.LogicalID
	arn := strings.HasPrefix(m.value, "arn:")
	switch strings.SplitN(m.meant.ARN, ":", 4)[2] {
	case "sqs":
		if !arn && !strings.HasPrefix(m.value, "https://") {
			return edit.GetAtt(id + ".QueueName")
		}
		if !arn {
			return edit.Ref(id)
		}
	case "sns":
		if !arn {
			return edit.GetAtt(id + ".TopicName")
		}
		return edit.Ref(id)
	case "states":
		if !arn {
			return edit.GetAtt(id + ".Name")
		}
		return edit.Ref(id)
	case "secretsmanager":
		return edit.Ref(id)
	case "ssm":
		if arn {
			return edit.Sub("arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/${" + id + "}")
		}
	}
	if arn {
		return edit.GetAtt(id + ".Arn")
	}
	return edit.Ref(id)
}

// correct mends the parameter's value: its default, and what samconfig gives
// for it. It is offered where the resource's name is fixed in the template; a
// name that CloudFormation makes is not to be written down.
func (w *workpiece) correct(m *misnaming, parameter string) []Fix {
	is := proposal.Name(m.meant.ARN)
	target := w.template.Resource(m.meant.LogicalID)
	if !holdsText(target.Properties, is) {
		return nil
	}
	right := strings.ReplaceAll(m.value, m.said, is)
	var list fixes
	if d := w.template.Parameter(parameter).Get("Default"); d.Is(m.value) {
		f := templateFix("Correct the default of the parameter "+parameter, "매개변수 "+parameter+"의 기본값을 바로잡습니다")
		f.Changes = diagnostics.Text{En: m.value + " → " + right, Ko: m.value + " → " + right}
		hand := diagnostics.Text{En: "Set the default of " + parameter + " to " + right, Ko: parameter + "의 기본값을 " + right + "(으)로 바꾸세요"}
		list.add(w.edited(f, w.template.Name, hand, edit.Set(edit.Text(right), "Parameters", parameter, "Default")))
	}
	for _, file := range w.snapshot.Files {
		if !template.IsConfig(path.Base(file.Path)) {
			continue
		}
		if c, err := template.ParseConfig(file.Path, []byte(file.Content)); err == nil {
			list = append(list, w.override(c, parameter, m.value, right)...)
		}
	}
	return list
}

// override mends the parameter in samconfig's parameter_overrides, in every
// environment that gives the wrong value.
func (w *workpiece) override(c *template.Config, parameter, wrong, right string) []Fix {
	var ops []edit.Op
	for _, env := range c.Environments() {
		setting, set := c.Lookup(env, "deploy", "parameter_overrides")
		if !set {
			continue
		}
		at := settingPath(c, env, "parameter_overrides")
		values := []*template.Node{setting.Value}
		if setting.Value.Kind == template.List {
			values = setting.Value.List()
		}
		for i, v := range values {
			old := parameter + "=" + wrong
			if !slices.Contains(strings.Fields(strings.ReplaceAll(v.Text, `"`, "")), old) {
				continue
			}
			place := at
			if setting.Value.Kind == template.List {
				place = append(slices.Clone(at), strconv.Itoa(i))
			}
			ops = append(ops, edit.Replace(old, parameter+"="+right, place...))
		}
	}
	if len(ops) == 0 {
		return nil
	}
	f := templateFix("Correct "+parameter+" in "+c.Name, c.Name+"의 "+parameter+" 값을 바로잡습니다")
	f.Kind = FixConfig
	f.Changes = diagnostics.Text{En: wrong + " → " + right, Ko: wrong + " → " + right}
	hand := diagnostics.Text{En: "Write " + parameter + "=" + right + " into parameter_overrides", Ko: "parameter_overrides에 " + parameter + "=" + right + "을(를) 적으세요"}
	var list fixes
	list.add(w.edited(f, c.Name, hand, ops...))
	return list
}

// holdsText reports whether a text stands in a tree as it is.
func holdsText(n *template.Node, text string) bool {
	found := false
	if n != nil {
		template.Strings(n, func(x *template.Node, _ template.Place) { found = found || x.Text == text })
	}
	return found
}

// byHand is what a person does: the name may stand in the code, or be right.
func (m *misnaming) byHand(s *diagnostics.Snapshot) Fix {
	is := proposal.Name(m.meant.ARN)
	steps := []diagnostics.Text{}
	if m.variable == "" {
		steps = append(steps, diagnostics.Text{
			En: "No environment variable holds " + m.said + ": look for it in the function's code, and let the code read the name from a variable that refers to " + m.meant.LogicalID + " (" + is + ")",
			Ko: m.said + "을(를) 담은 환경 변수가 없습니다. 함수 코드에서 찾아, " + m.meant.LogicalID + "(" + is + ")을(를) 참조하는 환경 변수에서 이름을 읽게 하세요",
		})
	} else {
		steps = append(steps, diagnostics.Text{
			En: "Let " + m.variable + " hold " + is + " instead of " + m.said,
			Ko: m.variable + "에 " + m.said + " 대신 " + is + "을(를) 담으세요",
		})
	}
	if check := existence(m, s.Identity.Region); check != "" {
		steps = append(steps, diagnostics.Text{
			En: "If " + m.said + " is right, it belongs to another stack. `" + check + "` tells whether it exists; only then is a permission missing",
			Ko: m.said + "이(가) 맞다면 다른 스택의 리소스입니다. `" + check + "`로 존재하는지 확인하세요. 있을 때만 권한 문제입니다",
		})
	}
	return guide("Correct the name; no permission is missing", "권한이 아니라 이름을 바로잡습니다", steps...)
}

// existence is the command that tells whether something of that name exists.
func existence(m *misnaming, region string) string {
	argv := map[string][]string{
		"dynamodb":       {"dynamodb", "describe-table", "--table-name", m.said},
		"s3":             {"s3api", "head-bucket", "--bucket", m.said},
		"sqs":            {"sqs", "get-queue-url", "--queue-name", m.said},
		"ssm":            {"ssm", "get-parameter", "--name", m.said},
		"secretsmanager": {"secretsmanager", "describe-secret", "--secret-id", m.said},
		"lambda":         {"lambda", "get-function", "--function-name", m.said},
		"kinesis":        {"kinesis", "describe-stream-summary", "--stream-name", m.said},
	}[strings.SplitN(m.meant.ARN, ":", 4)[2]]
	if argv == nil {
		return ""
	}
	argv = append([]string{"aws"}, argv...)
	if region != "" {
		argv = append(argv, "--region", region)
	}
	return ShellQuote(argv)
}
