package check

import (
	"fmt"
	"strings"

	"firstaid/diagnostics/policy/proposal"
	"firstaid/diagnostics/template"
	"firstaid/playbooks/edit"
)

// moveToRole is the mend that moves a function's ignored policies to the role it names, where that role is in the
// template and every policy can be written out: statements as they are, SAM policy templates expanded, managed
// policies by ARN. Where the role lacks what SAM adds to roles of its own making only, moving that too comes first.
func (s *scope) moveToRole(r *template.Resource) []Mend {
	id, attribute, ok := r.Property("Role").GetAtt()
	role := s.t.Resource(id)
	list := r.Own("Policies").List()
	if one := r.Own("Policies"); list == nil && one.Plainly() {
		list = []*template.Node{one} // SAM takes a single policy, too
	}
	if !ok || attribute != "Arn" || role == nil || role.Type != "AWS::IAM::Role" || !editable(r) || !editable(role) || list == nil {
		return nil
	}
	var inline, managed []edit.Value
	for i, item := range list {
		if arn, ok := managedPolicy(item); ok {
			managed = append(managed, arn)
			continue
		}
		statements, ok := statementsOf(item)
		if !ok {
			return nil
		}
		inline = append(inline, edit.Mapping(
			edit.Entry("PolicyName", edit.Text(fmt.Sprintf("%sPolicy%d", r.ID, i))),
			edit.Entry("PolicyDocument", edit.Mapping(edit.Entry("Version", edit.Text("2012-10-17")), edit.Entry("Statement", statements)))))
	}
	moved := s.moved(r, role, inline, managed)
	moved.Title = bilingual("Move the policies to the role "+id, "정책을 역할 "+id+"로 옮깁니다")
	l := vanished(r, role)
	var names []string
	for _, name := range l.managed {
		names = append(names, name)
		arn, _ := managedPolicy(&template.Node{Kind: template.String, Text: name})
		managed = append(managed, arn)
	}
	if len(names)+len(l.inline) == 0 {
		return []Mend{moved}
	}
	for i := range l.inline {
		names = append(names, l.inline[i].Get("PolicyName").Text)
	}
	full := s.moved(r, role, append(inline, l.inline...), managed)
	full.Title = bilingual("Move the policies to the role "+id+", with what SAM adds to its own roles only", "SAM이 자신이 만든 역할에만 추가하는 권한과 함께 정책을 역할 "+id+"로 옮깁니다")
	full.Changes = bilingual(
		"Also adds what vanished together with SAM's role: "+strings.Join(names, ", ")+". "+full.Changes.En,
		"SAM의 역할과 함께 사라진 다음 권한도 추가합니다: "+strings.Join(names, ", ")+". "+full.Changes.Ko)
	if l.unsure {
		return []Mend{moved, full}
	}
	return []Mend{full, moved}
}

// moved puts policies into a role and takes them off the function.
func (s *scope) moved(r, role *template.Resource, inline, managed []edit.Value) Mend {
	var ops []op
	if len(inline) > 0 {
		ops = append(ops, edit.Append(properties(role, "Policies"), inline...))
	}
	if len(managed) > 0 {
		ops = append(ops, edit.Append(properties(role, "ManagedPolicyArns"), managed...))
	}
	m := s.mend("", "", append(ops, edit.Delete(properties(r, "Policies")...))...)
	m.Changes = bilingual("Everything else that uses "+role.ID+" gets these permissions too.", role.ID+"을(를) 사용하는 다른 것도 이 권한을 받습니다.")
	return m
}

// serviceRoles are the managed policies that Lambda functions use whose ARN has service-role/ before the name
// (AWS managed policy reference).
func serviceRoles(name string) bool {
	switch name {
	case "AWSLambdaBasicExecutionRole", "AWSLambdaVPCAccessExecutionRole", "AWSLambdaDynamoDBExecutionRole", "AWSLambdaKinesisExecutionRole",
		"AWSLambdaSQSQueueExecutionRole", "AWSLambdaMSKExecutionRole", "AWSLambdaRole":
		return true
	}
	return false
}

// ManagedPath is what stands after policy/ in the ARN of a policy that AWS
// manages, as far as it is known here.
func ManagedPath(name string) string {
	if serviceRoles(name) {
		return "service-role/" + name
	}
	return name
}

// managedPolicy is the ARN of a managed policy as SAM would write it.
func managedPolicy(item *template.Node) (edit.Value, bool) {
	if item.Fn == "Ref" || item.Fn == "Fn::Sub" || item.Fn == "Fn::GetAtt" {
		return edit.Copy(item), true
	}
	text, ok := item.Str()
	switch {
	case !ok:
		return nil, false
	case strings.HasPrefix(text, "arn:"):
		return edit.Text(text), true
	case serviceRoles(text):
		return edit.Sub("arn:${AWS::Partition}:iam::aws:policy/service-role/" + text), true
	case text == "AWSXRayDaemonWriteAccess" || text == "CloudWatchLambdaInsightsExecutionRolePolicy" || strings.HasSuffix(text, "ReadOnlyAccess"):
		return edit.Sub("arn:${AWS::Partition}:iam::aws:policy/" + text), true
	}
	return nil, false // the path of its ARN is not known here
}

// statementsOf writes one entry of Policies out as statements.
func statementsOf(item *template.Node) (edit.Value, bool) {
	if statement := item.Get("Statement"); statement != nil {
		return edit.Copy(statement), item.IsMap() && !repeated(item)
	}
	entries := item.Entries()
	if len(entries) != 1 {
		return nil, false
	}
	parameters := map[string]string{}
	for _, p := range entries[0].Value.Entries() {
		if parameters[p.Key.Text] = p.Value.Flatten(); unknowable(parameters[p.Key.Text]) {
			return nil, false
		}
	}
	grants, ok := proposal.Expand(entries[0].Key.Text, parameters)
	var statements []edit.Value
	for _, g := range grants {
		var resources []edit.Value
		for _, arn := range g.Resources {
			resources = append(resources, edit.Sub(arn))
		}
		statements = append(statements, edit.Mapping(
			edit.Entry("Effect", edit.Text("Allow")), edit.Entry("Action", edit.Texts(g.Actions...)), edit.Entry("Resource", edit.Seq(resources...))))
	}
	return edit.Seq(statements...), ok
}

// repeated reports anchors and aliases, which can't be moved.
func repeated(n *template.Node) bool {
	found := false
	template.Walk(n, func(m *template.Node, _ template.Place) bool {
		found = found || m.Anchor != "" || m.Kind == template.Alias
		return !found
	})
	return found
}
