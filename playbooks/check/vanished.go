package check

import (
	"path"
	"slices"
	"strings"

	"firstaid/diagnostics/template"
	"firstaid/playbooks/edit"
)

// plumbing is a managed policy that SAM attaches to the role that it makes for
// a function, and to no other (samtranslator/model/sam_resources.py,
// _construct_role). action stands for what it allows.
type plumbing struct {
	name, action string
	wanted       func(r *template.Resource) bool
}

func plumbings() []plumbing {
	has := func(property string) func(*template.Resource) bool {
		return func(r *template.Resource) bool { return !r.Property(property).Missing() }
	}
	polls := func(event string) func(*template.Resource) bool {
		return func(r *template.Resource) bool {
			return slices.ContainsFunc(r.Property("Events").Entries(), func(p template.Pair) bool { return p.Value.Get("Type").Is(event) })
		}
	}
	return []plumbing{
		{"AWSLambdaVPCAccessExecutionRole", "ec2:CreateNetworkInterface", has("VpcConfig")},
		{"AWSLambdaSQSQueueExecutionRole", "sqs:ReceiveMessage", polls("SQS")},
		{"AWSLambdaKinesisExecutionRole", "kinesis:GetRecords", polls("Kinesis")},
		{"AWSLambdaDynamoDBExecutionRole", "dynamodb:GetRecords", polls("DynamoDB")},
		{"AWSLambdaMSKExecutionRole", "kafka:DescribeClusterV2", polls("MSK")},
		{"AWSXRayDaemonWriteAccess", "xray:PutTraceSegments", func(r *template.Resource) bool {
			return !r.Property("Tracing").Missing() && !r.Property("Tracing").Is("Disabled")
		}},
		// Last: most of the others allow writing logs, too.
		{"AWSLambdaBasicExecutionRole", "logs:PutLogEvents", func(*template.Resource) bool { return true }},
	}
}

// Given is what SAM gives to the role that it makes for a function: managed
// policies by name, each with an action that stands for what it allows.
func Given(r *template.Resource) map[string]string {
	given := map[string]string{}
	for _, p := range plumbings() {
		if r.Type == "AWS::Serverless::Function" && p.wanted(r) {
			given[p.name] = p.action
		}
	}
	return given
}

// managedActions are actions that managed policies allow, of those that
// plumbings stand for (AWS managed policy reference).
func managedActions(name string) []string {
	switch name {
	case "AdministratorAccess", "PowerUserAccess":
		return []string{"*"}
	case "AWSLambdaBasicExecutionRole", "CloudWatchLogsFullAccess", "CloudWatchFullAccess", "AWSLambdaExecute":
		return []string{"logs:*"}
	case "AWSLambdaVPCAccessExecutionRole":
		return []string{"logs:*", "ec2:*"}
	case "AWSLambdaSQSQueueExecutionRole":
		return []string{"logs:*", "sqs:ReceiveMessage"}
	case "AWSLambdaKinesisExecutionRole":
		return []string{"logs:*", "kinesis:*"}
	case "AWSLambdaDynamoDBExecutionRole":
		return []string{"logs:*", "dynamodb:GetRecords"}
	case "AWSLambdaMSKExecutionRole":
		return []string{"logs:*", "ec2:*", "kafka:*"}
	case "AWSXRayDaemonWriteAccess", "AWSXrayWriteOnlyAccess", "AWSXrayFullAccess":
		return []string{"xray:*"}
	case "AmazonSQSFullAccess":
		return []string{"sqs:*"}
	case "AmazonKinesisFullAccess":
		return []string{"kinesis:*"}
	case "AmazonDynamoDBFullAccess", "AmazonDynamoDBFullAccess_v2":
		return []string{"dynamodb:*"}
	}
	return nil
}

// A lost is what a function's own role lacks of what SAM would have given to
// one of its making.
type lost struct {
	managed []string // names of managed policies
	inline  []edit.Value
	// unsure says that the role has policies that were not read.
	unsure bool
}

// vanished compares a role, with the policies that the function names itself,
// with the role that SAM makes for a function.
func vanished(r, role *template.Resource) lost {
	var l lost
	if r.Type != "AWS::Serverless::Function" {
		return l
	}
	granted := roleActions(role)
	l.unsure = granted == nil
	for _, item := range r.Own("Policies").List() {
		name, _ := item.Str()
		granted = append(granted, managedActions(path.Base(name))...)
		for _, statement := range statements(item.Get("Statement")) {
			granted = append(granted, allowed(statement)...)
		}
	}
	covered := func(action string) bool {
		return slices.ContainsFunc(granted, func(pattern string) bool { return actionMatches(pattern, action) })
	}
	for _, p := range plumbings() {
		if p.wanted(r) && !covered(p.action) {
			l.managed = append(l.managed, p.name)
			granted = append(granted, managedActions(p.name)...)
		}
	}
	for _, t := range destinations(r) {
		if !covered(t.action) {
			l.inline = append(l.inline, edit.Mapping(
				edit.Entry("PolicyName", edit.Text(r.ID+t.name)),
				edit.Entry("PolicyDocument", edit.Mapping(
					edit.Entry("Version", edit.Text("2012-10-17")),
					edit.Entry("Statement", edit.Seq(edit.Mapping(
						edit.Entry("Effect", edit.Text("Allow")), edit.Entry("Action", edit.Text(t.action)), edit.Entry("Resource", t.resource))))))))
		}
	}
	return l
}

// roleActions lists the patterns of the actions that a role of the template
// allows; nil when it has policies whose content is not known.
func roleActions(role *template.Resource) []string {
	actions := []string{}
	for _, item := range role.Own("ManagedPolicyArns").List() {
		text, _ := item.Str()
		if item.Fn == "Fn::Sub" {
			sub, _, _ := item.Sub()
			text, _ = sub.Str()
		}
		known := managedActions(path.Base(text))
		if known == nil && !strings.Contains(text, ":iam::aws:policy/") {
			return nil
		}
		actions = append(actions, known...)
	}
	for _, p := range role.Own("Policies").List() {
		for _, statement := range statements(p.At("PolicyDocument", "Statement")) {
			actions = append(actions, allowed(statement)...)
		}
	}
	return actions
}

// allowed lists the action patterns of a statement that allows.
func allowed(statement *template.Node) []string {
	if !statement.Get("Effect").Is("Allow") {
		return nil
	}
	return texts(statement.Get("Action"))
}

func statements(n *template.Node) []*template.Node {
	if n.IsMap() {
		return []*template.Node{n}
	}
	return n.List()
}

func texts(n *template.Node) []string {
	if text, ok := n.Str(); ok {
		return []string{text}
	}
	var list []string
	for _, item := range n.List() {
		if text, ok := item.Str(); ok {
			list = append(list, text)
		}
	}
	return list
}

// actionMatches reports whether a pattern with * and ? covers an action.
func actionMatches(pattern, action string) bool {
	ok, err := path.Match(strings.ToLower(pattern), strings.ToLower(action))
	return ok && err == nil
}

// destination is where a function's results or failed events go.
type destination struct {
	name, action string
	resource     edit.Value
}

// destinations lists the dead letter queue and the destinations, for which SAM gives
// its role a statement each.
func destinations(r *template.Resource) []destination {
	var list []destination
	if q := r.Property("DeadLetterQueue"); q.IsMap() {
		if action := sends(q.Get("Type")); action != "" && q.Get("TargetArn") != nil && !repeated(q.Get("TargetArn")) {
			list = append(list, destination{"DeadLetters", action, edit.Copy(q.Get("TargetArn"))})
		}
	}
	for _, outcome := range []string{"OnSuccess", "OnFailure"} {
		d := r.Property("EventInvokeConfig", "DestinationConfig", outcome)
		if action := sends(d.Get("Type")); action != "" && d.Get("Destination") != nil && !repeated(d.Get("Destination")) {
			list = append(list, destination{outcome, action, edit.Copy(d.Get("Destination"))})
		}
	}
	return list
}

func sends(kind *template.Node) string {
	text, _ := kind.Str()
	return map[string]string{"SQS": "sqs:SendMessage", "SNS": "sns:Publish", "Lambda": "lambda:InvokeFunction", "EventBridge": "events:PutEvents"}[text]
}
