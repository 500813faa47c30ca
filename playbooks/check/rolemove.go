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
// policies by ARN.
func (s *scope) moveToRole(r *template.Resource) (Mend, bool) {
	id, attribute, ok := r.Property("Role").GetAtt()
	role := s.t.Resource(id)
	list := r.Own("Policies").List()
	if !ok || attribute != "Arn" || role == nil || role.Type != "AWS::IAM::Role" || !editable(r) || !editable(role) || list == nil {
		return Mend{}, false
	}
	var inline, managed []edit.Value
	for i, item := range list {
		if arn, ok := managedPolicy(item); ok {
			managed = append(managed, arn)
			continue
		}
		statements, ok := statementsOf(item)
		if !ok {
			return Mend{}, false
		}
		inline = append(inline, edit.Mapping(
			edit.Entry("PolicyName", edit.Text(fmt.Sprintf("%sPolicy%d", r.ID, i))),
			edit.Entry("PolicyDocument", edit.Mapping(edit.Entry("Version", edit.Text("2012-10-17")), edit.Entry("Statement", statements)))))
	}
	var ops []op
	if len(inline) > 0 {
		ops = append(ops, edit.Append(properties(role, "Policies"), inline...))
	}
	if len(managed) > 0 {
		ops = append(ops, edit.Append(properties(role, "ManagedPolicyArns"), managed...))
	}
	m := s.mend("Move the policies to the role "+id, "정책을 역할 "+id+"로 옮깁니다", append(ops, edit.Delete(properties(r, "Policies")...))...)
	m.Changes = bilingual(
		"Everything else that uses "+id+" gets these permissions too.", id+"을(를) 사용하는 다른 것도 이 권한을 받습니다.")
	return m, true
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
