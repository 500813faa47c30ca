package playbooks

import (
	"strings"
	"testing"

	"firstaid/diagnostics"
)

// storeTemplate names things as people do: literally, by parameter, in Globals.
const storeTemplate = `Transform: AWS::Serverless-2016-10-31
Parameters:
  BucketName:
    Type: String
    Default: shop-uplods
Globals:
  Function:
    Environment:
      Variables:
        QUEUE_URL: https://sqs.eu-west-1.amazonaws.com/123456789012/shop-jbos # where work waits
Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: orders
  Uploads:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: shop-uploads
  Jobs:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: shop-jobs
  Password:
    Type: AWS::SSM::Parameter
    Properties:
      Name: /shop/db-password
  Token:
    Type: AWS::SecretsManager::Secret
  Alerts:
    Type: AWS::SNS::Topic
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Handler: index.handler
      Environment:
        Variables:
          TABLE_NAME: "ordres"
          BUCKET: !Ref BucketName
          PARAM: /shop/db-pasword
          SECRET_ID: arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop/tokne
          TOPIC: arn:aws:sns:eu-west-1:123456789012:Alerts
`

// store is the stack of storeTemplate, whose function was refused what a
// message says.
func store(message string) *diagnostics.Snapshot {
	s := denied(message, storeTemplate)
	at := "arn:aws:"
	s.Resources = []diagnostics.Resource{
		{StackName: "shop", LogicalResourceId: "Fn", PhysicalResourceId: "shop-Fn-1", ResourceType: "AWS::Lambda::Function"},
		{StackName: "shop", LogicalResourceId: "Orders", PhysicalResourceId: "orders", ResourceType: "AWS::DynamoDB::Table"},
		{StackName: "shop", LogicalResourceId: "Uploads", PhysicalResourceId: "shop-uploads", ResourceType: "AWS::S3::Bucket"},
		{StackName: "shop", LogicalResourceId: "Jobs", PhysicalResourceId: "https://sqs.eu-west-1.amazonaws.com/123456789012/shop-jobs", ResourceType: "AWS::SQS::Queue"},
		{StackName: "shop", LogicalResourceId: "Password", PhysicalResourceId: "/shop/db-password", ResourceType: "AWS::SSM::Parameter"},
		{StackName: "shop", LogicalResourceId: "Token", PhysicalResourceId: at + "secretsmanager:eu-west-1:123456789012:secret:shop/token-AbCdEf", ResourceType: "AWS::SecretsManager::Secret"},
		{StackName: "shop", LogicalResourceId: "Alerts", PhysicalResourceId: at + "sns:eu-west-1:123456789012:shop-Alerts-9XK2", ResourceType: "AWS::SNS::Topic"},
	}
	s.Functions[0].Environment = []diagnostics.Variable{
		{Name: "TABLE_NAME", Value: "ordres"},
		{Name: "BUCKET", Value: "shop-uplods"},
		{Name: "PARAM", Value: "/shop/db-pasword"},
		{Name: "QUEUE_URL", Value: "https://sqs.eu-west-1.amazonaws.com/123456789012/shop-jbos"},
		{Name: "SECRET_ID", Value: at + "secretsmanager:eu-west-1:123456789012:secret:shop/tokne"},
		{Name: "TOPIC", Value: at + "sns:eu-west-1:123456789012:Alerts"},
	}
	s.Files = append(s.Files, diagnostics.File{Path: "samconfig.toml", Content: "version = 0.1\n[default.deploy.parameters]\nparameter_overrides = \"BucketName=shop-uplods Stage=prod\"\n"})
	return s
}

// A name that nobody has is refused like a missing permission. It leads to the
// name's place in the template, never to a grant.
func TestAWrongNameIsNoMissingPermission(t *testing.T) {
	arn := func(rest string) string { return "arn:aws:" + rest }
	for name, c := range map[string]struct{ message, said, meant, variable, file, line string }{
		"table":              {refused("dynamodb:PutItem", arn("dynamodb:eu-west-1:123456789012:table/ordres")), "ordres", "Orders", "TABLE_NAME", "template.yaml", "+          TABLE_NAME: !Ref Orders"},
		"index of a table":   {refused("dynamodb:Query", arn("dynamodb:eu-west-1:123456789012:table/ordres/index/by-date")), "ordres", "Orders", "TABLE_NAME", "template.yaml", "+          TABLE_NAME: !Ref Orders"},
		"object of a bucket": {refused("s3:PutObject", `"`+arn("s3:::shop-uplods/2026/a b.png")+`"`), "shop-uplods", "Uploads", "BUCKET", "template.yaml", "+          BUCKET: !Ref Uploads"},
		"queue in Globals":   {refused("sqs:sendmessage", arn("sqs:eu-west-1:123456789012:shop-jbos")), "shop-jbos", "Jobs", "QUEUE_URL", "template.yaml", "+        QUEUE_URL: !Ref Jobs # where work waits"},
		"queue by its URL":   {"AccessDenied: Access to the resource https://sqs.eu-west-1.amazonaws.com/123456789012/shop-jbos is denied.", "shop-jbos", "Jobs", "QUEUE_URL", "template.yaml", "+        QUEUE_URL: !Ref Jobs # where work waits"},
		"parameter":          {refused("ssm:GetParameter", arn("ssm:eu-west-1:123456789012:parameter/shop/db-pasword")), "/shop/db-pasword", "Password", "PARAM", "template.yaml", "+          PARAM: !Ref Password"},
		"secret":             {refused("secretsmanager:GetSecretValue", arn("secretsmanager:eu-west-1:123456789012:secret:shop/tokne")), "shop/tokne", "Token", "SECRET_ID", "template.yaml", "+          SECRET_ID: !Ref Token"},
		"secret by its name": {refused("secretsmanager:GetSecretValue", "shop/tokne"), "shop/tokne", "Token", "SECRET_ID", "template.yaml", "+          SECRET_ID: !Ref Token"},
		"logical id":         {refused("sns:Publish", arn("sns:eu-west-1:123456789012:Alerts")), "Alerts", "Alerts", "TOPIC", "template.yaml", "+          TOPIC: !Ref Alerts"},
		"only in the code":   {refused("dynamodb:Scan", arn("dynamodb:eu-west-1:123456789012:table/Order")), "Order", "Orders", "", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := store(c.message)
			f, list := diagnoseDenied(t, s)
			if f.Captures["said"] != c.said || f.Captures["meant"] != c.meant || f.Captures["variable"] != c.variable {
				t.Fatalf("captures %v", f.Captures)
			}
			if f.Confidence != diagnostics.Likely || !strings.Contains(f.Summary.En, "The stack has no "+c.said) || f.Summary.Ko == "" {
				t.Errorf("%s: %s", f.Confidence, f.Summary.En)
			}
			for _, x := range list {
				if x.Proof != nil || x.Kind == FixEnvironment {
					t.Errorf("a grant is offered: %s", x.Title.En)
				}
			}
			if c.file == "" {
				if len(list) == 0 || list[0].Kind != FixGuided || !strings.Contains(list[0].Steps[0].(Manual).Do.En, "function's code") {
					t.Errorf("the first fix is %+v", list)
				}
				return
			}
			if line := strings.Split(storeTemplate, "\n")[f.Source.Line-1]; !strings.Contains(line, c.variable+":") {
				t.Errorf("the finding points at %q", line)
			}
			for _, h := range f.Hypotheses {
				if h.ID == "wrong-name" && h.Standing != diagnostics.Favoured || h.ID == "policy" && h.Standing != diagnostics.RuledOut {
					t.Errorf("%s is %s: %s", h.ID, h.Standing, h.Why.En)
				}
			}
			e, ok := list[0].Steps[0].(FileEdit)
			if !ok || e.Path != c.file || !strings.Contains(e.Diff(), c.line+"\n") {
				t.Errorf("the first fix is %s: %+v", list[0].Title.En, list[0].Steps)
			}
		})
	}
}

// A parameter's value is mended where it stands: in its default and in
// samconfig.
func TestAWrongNameInAParameter(t *testing.T) {
	_, list := diagnoseDenied(t, store(refused("s3:PutObject", "arn:aws:s3:::shop-uplods/a")))
	diffs := map[string]string{}
	for _, x := range list {
		if e, ok := x.Steps[0].(FileEdit); ok {
			diffs[x.Title.En] = e.Diff()
		}
	}
	if d := diffs["Correct the default of the parameter BucketName"]; !strings.Contains(d, "+    Default: shop-uploads") {
		t.Errorf("the default: %q", d)
	}
	if d := diffs["Correct BucketName in samconfig.toml"]; !strings.Contains(d, `+parameter_overrides = "BucketName=shop-uploads Stage=prod"`) {
		t.Errorf("samconfig: %q", d)
	}
}

// A policy that allows the right name proves that the name is wrong.
func TestAPolicyForTheRightNameProvesTheWrongOne(t *testing.T) {
	s := store(refused("dynamodb:PutItem", "arn:aws:dynamodb:eu-west-1:123456789012:table/ordres"))
	s.Roles[0].Policies = append(s.Roles[0].Policies, diagnostics.RolePolicy{PolicyName: "orders", Document: `{"Statement":[{"Effect":"Allow","Action":"dynamodb:*","Resource":"arn:aws:dynamodb:eu-west-1:123456789012:table/orders"}]}`})
	s.Simulations = []diagnostics.Simulation{{Origin: diagnostics.OriginAWS, PolicySourceArn: s.Roles[0].Arn, EvalActionName: "dynamodb:PutItem", EvalResourceName: "arn:aws:dynamodb:eu-west-1:123456789012:table/ordres", EvalDecision: "implicitDeny"}}
	f, _ := diagnoseDenied(t, s)
	if f.Confidence != diagnostics.Confirmed || !strings.Contains(f.Because.En, "the role may already do this on orders") {
		t.Errorf("%s: %s", f.Confidence, f.Because.En)
	}
}

// The table of another stage may exist; only a policy for the stack's own tells
// that it was meant.
func TestAnotherStagesName(t *testing.T) {
	message := refused("dynamodb:PutItem", "arn:aws:dynamodb:eu-west-1:123456789012:table/orders-dev")
	s := store(message)
	s.Resources[1].PhysicalResourceId = "orders-prod"
	if f, _ := diagnoseDenied(t, s); f.Captures["said"] != "" {
		t.Errorf("without a policy: %s", f.Summary.En)
	}
	s.Roles[0].Policies[0].Document = `{"Statement":[{"Effect":"Allow","Action":"dynamodb:PutItem","Resource":"arn:aws:dynamodb:eu-west-1:123456789012:table/orders-prod"}]}`
	if f, _ := diagnoseDenied(t, s); f.Captures["said"] != "orders-dev" {
		t.Errorf("with a policy: %s", f.Summary.En)
	}
}

// What is there, what is elsewhere and what only resembles is a matter of
// permissions.
func TestARightNameIsAMatterOfPermissions(t *testing.T) {
	for name, message := range map[string]string{
		"the stack's own":           refused("dynamodb:PutItem", "arn:aws:dynamodb:eu-west-1:123456789012:table/orders"),
		"a part of it":              refused("s3:GetObject", "arn:aws:s3:::shop-uploads/ordres"),
		"another account":           refused("dynamodb:PutItem", "arn:aws:dynamodb:eu-west-1:999999999999:table/ordres"),
		"another region":            refused("dynamodb:PutItem", "arn:aws:dynamodb:us-east-1:123456789012:table/ordres"),
		"another number":            refused("dynamodb:PutItem", "arn:aws:dynamodb:eu-west-1:123456789012:table/orders2"),
		"another version":           refused("dynamodb:PutItem", "arn:aws:dynamodb:eu-west-1:123456789012:table/orders-v2"),
		"another word":              refused("dynamodb:PutItem", "arn:aws:dynamodb:eu-west-1:123456789012:table/invoices"),
		"another kind":              refused("sqs:sendmessage", "arn:aws:sqs:eu-west-1:123456789012:orders"),
		"a longer name":             refused("dynamodb:PutItem", "arn:aws:dynamodb:eu-west-1:123456789012:table/orders-archive"),
		"an action without a table": refused("dynamodb:ListTables", "*"),
		"a look-alike":              refused("dynamodb:PutItem", "arn:aws:dynamodb:eu-west-1:123456789012:table/оrders"),
	} {
		t.Run(name, func(t *testing.T) {
			s := store(message)
			c, err := Builtin()
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range Diagnose(s, c) {
				if f.Captures["said"] != "" {
					t.Errorf("%s: %s", f.ID(), f.Summary.En)
				}
			}
		})
	}
}

// Several calls with one wrong name are one wrong name.
func TestSeveralCallsWithOneWrongName(t *testing.T) {
	s := store(refused("dynamodb:PutItem", "arn:aws:dynamodb:eu-west-1:123456789012:table/ordres"))
	s.LogGroups[0].Events = append(s.LogGroups[0].Events, diagnostics.LogEvent{Timestamp: at(2), Message: refused("dynamodb:GetItem", "arn:aws:dynamodb:eu-west-1:123456789012:table/ordres")})
	f, list := diagnoseDenied(t, s)
	if f.Captures["also"] != "" || strings.Contains(f.Summary.En, "more") || len(list) != 2 {
		t.Errorf("%s, %d fixes", f.Summary.En, len(list))
	}
}

// One wrong name and one missing permission are told apart, and both mended.
func TestAWrongNameBesideAMissingPermission(t *testing.T) {
	s := store(refused("dynamodb:PutItem", "arn:aws:dynamodb:eu-west-1:123456789012:table/ordres"))
	s.LogGroups[0].Events = append(s.LogGroups[0].Events, diagnostics.LogEvent{Timestamp: at(2), Message: refused("sqs:sendmessage", "arn:aws:sqs:eu-west-1:123456789012:shop-jobs")})
	_, list := diagnoseDenied(t, s)
	named, granted := false, false
	for _, x := range list {
		if strings.HasPrefix(x.Title.En, "Let TABLE_NAME") {
			named = true
		}
		if x.Proof != nil {
			granted = true
			if strings.Contains(x.Proof.Document, "ordres") || !strings.Contains(x.Proof.Document, "shop-jobs") {
				t.Errorf("%s grants %s", x.Title.En, x.Proof.Document)
			}
		}
	}
	if !named || !granted {
		t.Errorf("named %t, granted %t", named, granted)
	}
}
