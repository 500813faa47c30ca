package proposal

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"firstaid/diagnostics/denial"
	"firstaid/diagnostics/policy"
)

// shop is an application with one resource of most kinds.
func shop() Known {
	in := func(service, rest string) string { return "arn:aws:" + service + ":us-east-1:111122223333:" + rest }
	return Known{
		Account: "111122223333", Region: "us-east-1", Role: "shop-OrdersRole-1A2B3C4D5E6F", Functions: []string{"orders"},
		Resources: []Resource{
			{"Orders", "AWS::DynamoDB::Table", in("dynamodb", "table/shop-Orders-1ABC")},
			{"Uploads", "AWS::S3::Bucket", "arn:aws:s3:::shop-uploads"},
			{"Jobs", "AWS::SQS::Queue", in("sqs", "shop-jobs")},
			{"News", "AWS::SNS::Topic", in("sns", "shop-news")},
			{"Mailer", "AWS::Lambda::Function", in("lambda", "function:shop-mailer")},
			{"Flow", "AWS::StepFunctions::StateMachine", in("states", "stateMachine:shop-flow")},
			{"Password", "AWS::SecretsManager::Secret", in("secretsmanager", "secret:shop/db-AbCdEf")},
			{"Key", "AWS::KMS::Key", in("kms", "key/1234abcd-12ab-34cd-56ef-1234567890ab")},
			{"Clicks", "AWS::Kinesis::Stream", in("kinesis", "stream/shop-clicks")},
			{"Logs", "AWS::Logs::LogGroup", in("logs", "log-group:/shop/audit:*")},
			{"Setting", "AWS::SSM::Parameter", in("ssm", "parameter/shop/setting")},
			{"Bus", "AWS::Events::EventBus", in("events", "event-bus/shop-bus")},
		},
		Services: []string{"dynamodb", "s3", "sqs", "sns", "lambda", "states", "secretsmanager", "kms", "kinesis", "logs", "ssm", "events", "xray", "ec2", "bedrock", "ses"},
		Keys:     map[string]string{"arn:aws:s3:::shop-uploads": in("kms", "key/1234abcd-12ab-34cd-56ef-1234567890ab")},
		Date:     "20261122",
	}
}

// denied writes the message that AWS would print and reads it.
func denied(t testing.TB, action, resource string) denial.Denial {
	t.Helper()
	return read(t, "User: arn:aws:sts::111122223333:assumed-role/shop-OrdersRole-1A2B3C4D5E6F/orders is not authorized to perform: "+action+
		" on resource: "+resource+" because no identity-based policy allows the "+action+" action")
}

func read(t testing.TB, text string) denial.Denial {
	t.Helper()
	found := denial.Parse(text)
	if len(found) != 1 {
		t.Fatalf("%d denials in %q", len(found), text)
	}
	return found[0]
}

func quoted(arn string) string { return `"` + arn + `"` }

func TestTheSmallestStatement(t *testing.T) {
	const at = ":us-east-1:111122223333:"
	for _, c := range []struct {
		action, denied string
		want           []string
	}{
		{"dynamodb:GetItem", "arn:aws:dynamodb" + at + "table/shop-Orders-1ABC", []string{"arn:aws:dynamodb" + at + "table/shop-Orders-1ABC"}},
		{"dynamodb:Query", "arn:aws:dynamodb" + at + "table/shop-Orders-1ABC/index/by-day", []string{"arn:aws:dynamodb" + at + "table/shop-Orders-1ABC/index/by-day"}},
		{"dynamodb:GetRecords", "arn:aws:dynamodb" + at + "table/shop-Orders-1ABC/stream/2026-06-27T13:31:43.497", []string{"arn:aws:dynamodb" + at + "table/shop-Orders-1ABC/stream/*"}},
		{"s3:GetObject", quoted("arn:aws:s3:::shop-uploads/2026/a.png"), []string{"arn:aws:s3:::shop-uploads/2026/*"}},
		{"s3:GetObject", quoted("arn:aws:s3:::shop-uploads/words.json"), []string{"arn:aws:s3:::shop-uploads/*"}},
		{"s3:PutObject", quoted("arn:aws:s3:::shop-uploads/a*b/${x}?/k"), []string{"arn:aws:s3:::shop-uploads/a${*}b/${$}{x}${?}/*"}},
		{"s3:ListBucket", quoted("arn:aws:s3:::shop-uploads"), []string{"arn:aws:s3:::shop-uploads"}},
		{"lambda:InvokeFunction", "arn:aws:lambda" + at + "function:shop-mailer", []string{"arn:aws:lambda" + at + "function:shop-mailer"}},
		{"lambda:InvokeFunction", "arn:aws:lambda" + at + "function:shop-mailer:live", []string{"arn:aws:lambda" + at + "function:shop-mailer", "arn:aws:lambda" + at + "function:shop-mailer:*"}},
		{"logs:PutLogEvents", "arn:aws:logs" + at + "log-group:/shop/audit:log-stream:x/[1]y", []string{"arn:aws:logs" + at + "log-group:/shop/audit:*"}},
		{"secretsmanager:GetSecretValue", "shop/db", []string{"arn:aws:secretsmanager" + at + "secret:shop/db-AbCdEf"}},
		{"ssm:GetParameter", "arn:aws:ssm" + at + "parameter/shop/setting", []string{"arn:aws:ssm" + at + "parameter/shop/setting"}},
		{"ssm:GetParametersByPath", "arn:aws:ssm" + at + "parameter/shop/setting/", []string{"arn:aws:ssm" + at + "parameter/shop/setting", "arn:aws:ssm" + at + "parameter/shop/setting/*"}},
		{"states:StartExecution", "arn:aws:states" + at + "stateMachine:shop-flow", []string{"arn:aws:states" + at + "stateMachine:shop-flow"}},
		{"states:StopExecution", "arn:aws:states" + at + "execution:shop-flow:1-2-3", []string{"arn:aws:states" + at + "execution:shop-flow:*"}},
		{"sqs:sendmessage", "arn:aws:sqs" + at + "shop-jobs", []string{"arn:aws:sqs" + at + "shop-jobs"}},
		{"SNS:Publish", "arn:aws:sns" + at + "shop-news", []string{"arn:aws:sns" + at + "shop-news"}},
		{"events:PutEvents", "arn:aws:events" + at + "event-bus/shop-bus", []string{"arn:aws:events" + at + "event-bus/shop-bus"}},
	} {
		known := shop()
		p := For([]denial.Denial{denied(t, c.action, c.denied)}, known)
		if !p.SingleKey() || len(p.Statements) != 1 || !slices.Equal(p.Statements[0].Resource, c.want) {
			t.Errorf("%s on %s:\n%+v", c.action, c.denied, p)
			continue
		}
		prove(t, &p)
	}
}

// prove evaluates the exact bytes: what was denied becomes allowed, and the
// negative controls stay denied.
func prove(t *testing.T, p *Proposal) {
	t.Helper()
	doc, err := Document(p.Statements)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := policy.Parse(doc)
	if err != nil {
		t.Fatalf("%v: %s", err, doc)
	}
	who, err := policy.NewPrincipal("arn:aws:sts::111122223333:assumed-role/shop-OrdersRole-1A2B3C4D5E6F/orders")
	if err != nil {
		t.Fatal(err)
	}
	set := policy.Set{Identity: []policy.Policy{{Name: "proposal", Document: parsed}}}
	decide := func(action, resource string) policy.Decision {
		return set.Evaluate(policy.Request{Action: action, Resource: resource, ResourceAccount: "111122223333", Principal: who, Context: policy.NewContext(nil, true)}).Decision
	}
	for _, s := range p.Statements {
		for _, a := range s.Action {
			for _, r := range s.Resource {
				if got := decide(a, concrete(r)); got != policy.Allowed && !strings.HasPrefix(a, "kms:") {
					t.Errorf("%s on %s stays %s with %s", a, r, got, doc)
				}
			}
		}
	}
	kinds := map[string]bool{}
	for _, c := range p.Controls {
		kinds[c.Kind] = true
		if c.Action == "" || c.Resource == "" {
			t.Errorf("an empty control: %+v", c)
		}
		if got := decide(c.Action, c.Resource); got == policy.Allowed {
			t.Errorf("%s: %s on %s is allowed by %s", c.Kind, c.Action, c.Resource, doc)
		}
	}
	if !kinds["sibling"] || !kinds["delete"] {
		t.Errorf("controls of %s: %+v", doc, p.Controls)
	}
	if strings.Contains(string(doc), `"Resource":["*"]`) {
		t.Errorf("a wildcard: %s", doc)
	}
	if p.Radius.En == "" || p.Radius.Ko == "" {
		t.Error("no sentence on what else it allows")
	}
}

func TestSeveralDenialsOfOneRoleAreOneGrant(t *testing.T) {
	const table = "arn:aws:dynamodb:us-east-1:111122223333:table/shop-Orders-1ABC"
	p := For([]denial.Denial{
		denied(t, "dynamodb:Query", table), denied(t, "dynamodb:GetItem", table), denied(t, "dynamodb:GetItem", table),
		denied(t, "s3:GetObject", quoted("arn:aws:s3:::shop-uploads/2026/01/a.png")),
		denied(t, "s3:GetObject", quoted("arn:aws:s3:::shop-uploads/2026/02/b.png")),
	}, shop())
	doc, err := Document(p.Statements)
	want := `{"Version":"2012-10-17","Statement":[` +
		`{"Sid":"Firstaid20261122DynamodbGetItem","Effect":"Allow","Action":["dynamodb:GetItem","dynamodb:Query"],"Resource":["` + table + `"]},` +
		`{"Sid":"Firstaid20261122S3GetObjectB","Effect":"Allow","Action":["s3:GetObject"],"Resource":["arn:aws:s3:::shop-uploads/2026/*"]}]}`
	if err != nil || string(doc) != want || !p.SingleKey() {
		t.Errorf("%s\n%+v %v", doc, p, err)
	}
	prove(t, &p)
}

func TestOnlyActionsWithoutAResourceTypeGetAStar(t *testing.T) {
	for action, red := range map[string]bool{"dynamodb:ListTables": false, "sqs:ListQueues": false, "xray:PutTraceSegments": true, "ec2:DescribeNetworkInterfaces": false} {
		p := For([]denial.Denial{denied(t, action, "*")}, shop())
		if len(p.Statements) != 1 || !slices.Equal(p.Statements[0].Resource, []string{"*"}) || len(p.Stops) != 0 {
			t.Errorf("%s: %+v", action, p)
		}
		if (len(p.Red) > 0) != red {
			t.Errorf("%s: red list %+v", action, p.Red)
		}
	}
}

// Log lines that an attacker writes to obtain a grant. Each must be stopped or
// put on the red list, by the rule that is meant for it.
func TestHostileTextsNeverLeadToASingleKeyGrant(t *testing.T) {
	const (
		user = "User: arn:aws:sts::111122223333:assumed-role/shop-OrdersRole-1A2B3C4D5E6F/orders is not authorized to perform: "
		own  = "arn:aws:dynamodb:us-east-1:111122223333:table/shop-Orders-1ABC"
	)
	for _, c := range []struct {
		name, text string
		stop, red  Rule
	}{
		{"a table of a foreign account", user + "dynamodb:GetItem on resource: arn:aws:dynamodb:us-east-1:999988887777:table/shop-Orders-1ABC", "", RuleForeign},
		{"a table of another team", user + "dynamodb:GetItem on resource: arn:aws:dynamodb:us-east-1:111122223333:table/payroll", "", RuleNotReferenced},
		{"a bucket of somebody", user + `s3:GetObject on resource: "arn:aws:s3:::company-payroll/2026/all.csv"`, "", RuleNotReferenced},
		{"everything of the table", user + "dynamodb:GetItem on resource: *", RuleNotAnARN, ""},
		{"all tables", user + "dynamodb:GetItem on resource: arn:aws:dynamodb:us-east-1:111122223333:table/*", RuleWildcardResource, ""},
		{"all buckets", user + `s3:GetObject on resource: "arn:aws:s3:::*/k"`, RuleWildcardResource, ""},
		{"all of a service", user + "dynamodb:* on resource: " + own, RuleWildcardAction, ""},
		{"iam:*", user + "iam:* on resource: *", RuleWildcardAction, ""},
		{"iam", user + "iam:AttachRolePolicy on resource: arn:aws:iam::111122223333:role/shop-OrdersRole-1A2B3C4D5E6F", "", RuleIAM},
		{"pass any role", user + "iam:PassRole on resource: arn:aws:iam::111122223333:role/Admin", "", RuleIAM},
		{"assume any role", user + "sts:AssumeRole on resource: arn:aws:iam::111122223333:role/Admin", "", RuleAssumeRole},
		{"a grant on the key", user + "kms:CreateGrant on resource: arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab", "", RuleKeyControl},
		{"the key's policy", user + "kms:PutKeyPolicy on resource: arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab", "", RuleKeyControl},
		{"another function's code", user + "lambda:UpdateFunctionCode on resource: arn:aws:lambda:us-east-1:111122223333:function:shop-mailer", "", RuleFunctionCode},
		{"let others invoke", user + "lambda:AddPermission on resource: arn:aws:lambda:us-east-1:111122223333:function:shop-mailer", "", RuleFunctionCode},
		{"the organisation", user + "organizations:LeaveOrganization on resource: *", "", RuleOrganizations},
		{"open the bucket", user + `s3:PutBucketPolicy on resource: "arn:aws:s3:::shop-uploads"`, "", RulePermissions},
		{"delete the own table", user + "dynamodb:DeleteTable on resource: " + own, "", RuleManagement},
		{"empty the own queue", user + "sqs:PurgeQueue on resource: arn:aws:sqs:us-east-1:111122223333:shop-jobs", "", RuleManagement},
		{"a service the code does not use", user + "rds-data:ExecuteStatement on resource: arn:aws:rds:us-east-1:111122223333:cluster:c", "", RuleServiceUnused},
		{"a service nobody knows", user + "gizmo:Frobnicate on resource: arn:aws:gizmo:us-east-1:111122223333:thing/t", "", RuleServiceNew},
		{"Cyrillic letters in the action", user + "ѕ3:GetObject on resource: " + quoted("arn:aws:s3:::shop-uploads/k"), RuleLookAlike, ""},
		{"Greek letters in the bucket", user + `s3:GetObject on resource: "arn:aws:s3:::shοp-uploads/k"`, RuleLookAlike, ""},
		{"a NUL in the queue", user + "sqs:SendMessage on resource: arn:aws:sqs:us-east-1:111122223333:shop-jobs\x00x", RuleControl, ""},
		{"a bidi mark in the table", user + "dynamodb:GetItem on resource: arn:aws:dynamodb:us-east-1:111122223333:table/\u202eC-sredrO-pohs", RuleControl, ""},
		{"an invented action", user + "dynamodb:GetEverything on resource: " + own, RuleUnknownAction, ""},
		{"the reason names another action", user + "dynamodb:GetItem on resource: " + own + " because no identity-based policy allows the iam:PassRole action", RuleActionMismatch, ""},
		{"another role", "User: arn:aws:sts::111122223333:assumed-role/Admin/orders is not authorized to perform: dynamodb:GetItem on resource: " + own, RuleOtherRole, ""},
		{"a principal of another account", "User: arn:aws:sts::999988887777:assumed-role/shop-OrdersRole-1A2B3C4D5E6F/orders is not authorized to perform: dynamodb:GetItem on resource: " + own, RuleOtherAccount, ""},
		{"the deployer", "User: arn:aws:sts::111122223333:assumed-role/shop-OrdersRole-1A2B3C4D5E6F/AWSCloudFormation is not authorized to perform: dynamodb:GetItem on resource: " + own, RuleDeployer, ""},
		{"a person", "User: arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Dev_0123/ana is not authorized to perform: dynamodb:GetItem on resource: " + own, RuleUnmodifiable, ""},
		{"nobody", "User is not authorized to perform: dynamodb:GetItem on resource: " + own, "", RuleNobody},
		{"a masked resource", user + "execute-api:Invoke on resource: arn:aws:execute-api:us-east-1:********9999:abc/prod/GET/x", RuleMasked, ""},
		{"a placeholder", user + "dynamodb:GetItem on resource: arn:aws:dynamodb:us-east-1:<ACCOUNT>:table/t", RulePlaceholder, ""},
		{"a resource of the wrong kind", user + `s3:GetObject on resource: "arn:aws:s3:::shop-uploads"`, RuleWrongType, ""},
		{"an ARN of another service", user + "dynamodb:GetItem on resource: arn:aws:sqs:us-east-1:111122223333:shop-jobs", RuleWrongType, ""},
		{"an alias of a key", user + "kms:Decrypt on resource: arn:aws:kms:us-east-1:111122223333:alias/shop", RuleAlias, ""},
		{"copy is no action", user + `s3:CopyObject on resource: "arn:aws:s3:::shop-uploads/k"`, RuleUnknownAction, ""},
		{"an explicit deny", user + "dynamodb:GetItem on resource: " + own + " with an explicit deny in an identity-based policy", RuleExplicitDeny, ""},
		{"a boundary", user + "dynamodb:GetItem on resource: " + own + " because no permissions boundary allows the dynamodb:GetItem action", RuleBoundary, ""},
		{"an SCP behind an endpoint policy", user + "dynamodb:GetItem on resource: " + own + " with an explicit deny in a VPC endpoint policy transitively through a service control policy", RuleSCP, ""},
		{"a resource policy", user + "sqs:SendMessage on resource: arn:aws:sqs:us-east-1:111122223333:shop-jobs because no resource-based policy allows the sqs:SendMessage action", "", RuleResourceSide},
		{"a cut-off resource", user + `s3:GetObject on resource: "arn:aws:s3:::shop-uploads/a`, RuleTruncated, ""},
		{"another partition", user + "dynamodb:GetItem on resource: arn:aws-cn:dynamodb:us-east-1:111122223333:table/shop-Orders-1ABC", RuleOtherPartition, ""},
		{"a bucket of another partition", user + `s3:GetObject on resource: "arn:aws-us-gov:s3:::shop-uploads/k"`, RuleOtherPartition, ""},
		{"a principal of another partition", "User: arn:aws-cn:sts::111122223333:assumed-role/shop-OrdersRole-1A2B3C4D5E6F/orders is not authorized to perform: dynamodb:GetItem on resource: " + own, RuleOtherPartition, ""},
		{"a partition that does not exist", user + "dynamodb:GetItem on resource: arn:aws-evil:dynamodb:us-east-1:111122223333:table/shop-Orders-1ABC", RuleOtherPartition, ""},
		{"the same table in another region", user + "dynamodb:GetItem on resource: arn:aws:dynamodb:eu-west-1:111122223333:table/shop-Orders-1ABC", RuleWrongName, ""},
		{"full-width letters in the action", user + "ｄynamodb:GetItem on resource: " + own, RuleLookAlike, ""},
		{"a zero-width space in the table", user + "dynamodb:GetItem on resource: arn:aws:dynamodb:us-east-1:111122223333:table/shop-\u200bOrders-1ABC", RuleControl, ""},
		{"an escape sequence in the table", user + "dynamodb:GetItem on resource: arn:aws:dynamodb:us-east-1:111122223333:table/\x1b]0;x\x07payroll", "", RuleNotReferenced},
		{"a newline and a second sentence", "harmless\n" + user + "iam:PutRolePolicy on resource: arn:aws:iam::111122223333:role/Admin\nmore", "", RuleIAM},
		{"a newline in the middle of the table", user + "dynamodb:GetItem on resource: arn:aws:dynamodb:us-east-1:111122223333:table/pay\nroll because no identity-based policy allows the dynamodb:GetItem action", "", RuleNotReferenced},
		{"a carriage return before another resource", user + "dynamodb:GetItem on resource: arn:aws:dynamodb:us-east-1:111122223333:table/payroll\r" + own, "", RuleNotReferenced},
		{"Arabic digits in the account", user + "dynamodb:GetItem on resource: arn:aws:dynamodb:us-east-1:١١١١٢٢٢٢٣٣٣٣:table/shop-Orders-1ABC", RuleLookAlike, ""},
		{"PassRole to the own role", user + "iam:PassRole on resource: arn:aws:iam::111122223333:role/shop-OrdersRole-1A2B3C4D5E6F", "", RuleIAM},
		{"the trust policy of a role", user + "iam:UpdateAssumeRolePolicy on resource: arn:aws:iam::111122223333:role/Admin", "", RuleIAM},
		{"an authorizer", `{"Message":"User is not authorized to access this resource because no identity-based policy allows the execute-api:Invoke action"}`, RuleAuthorizer, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := For([]denial.Denial{read(t, c.text)}, shop())
			if p.SingleKey() {
				t.Fatalf("one key would grant %+v", p.Statements)
			}
			has := func(list []Finding, r Rule) bool {
				return slices.ContainsFunc(list, func(f Finding) bool { return f.Rule == r && f.Text.En != "" && f.Text.Ko != "" })
			}
			if c.stop != "" && (!has(p.Stops, c.stop) || len(p.Statements) != 0) {
				t.Errorf("stops %+v, want %s; statements %+v", p.Stops, c.stop, p.Statements)
			}
			if c.red != "" && !has(p.Red, c.red) {
				t.Errorf("red %+v, want %s; stops %+v", p.Red, c.red, p.Stops)
			}
			if doc, _ := Document(p.Statements); strings.Contains(string(doc), `"Resource":["*"]`) && c.red != RuleOrganizations {
				t.Errorf("a wildcard: %s", doc)
			}
		})
	}
}

func TestWithoutKnowledgeNothingIsSingleKey(t *testing.T) {
	d := denied(t, "dynamodb:GetItem", "arn:aws:dynamodb:us-east-1:111122223333:table/shop-Orders-1ABC")
	p := For([]denial.Denial{d}, Known{})
	if p.SingleKey() || len(p.Statements) != 1 {
		t.Errorf("%+v", p)
	}
	known := shop()
	known.Role = ""
	known.Functions = nil
	d.Session = "x" // not a function that is known
	if p := For([]denial.Denial{d}, known); p.SingleKey() || p.Red[0].Rule != RuleUnproven {
		t.Errorf("%+v", p)
	}
}

func TestAWrongNameLeadsToTheNameNotToAGrant(t *testing.T) {
	for denied_, meant := range map[string]string{
		"arn:aws:dynamodb:us-east-1:111122223333:table/shop-orders": "Orders",
		"arn:aws:dynamodb:us-east-1:111122223333:table/orders":      "Orders",
		"arn:aws:dynamodb:us-east-1:111122223333:table/Ordres":      "Orders",
	} {
		p := For([]denial.Denial{denied(t, "dynamodb:GetItem", denied_)}, shop())
		if len(p.Statements) != 0 || len(p.Stops) != 1 || p.Stops[0].Rule != RuleWrongName || len(p.Meant) != 1 || p.Meant[0].LogicalID != meant {
			t.Errorf("%s: %+v", denied_, p)
		}
	}
	known := shop()
	known.Existing = []string{"arn:aws:dynamodb:us-east-1:111122223333:table/orders"}
	if p := For([]denial.Denial{denied(t, "dynamodb:GetItem", known.Existing[0])}, known); len(p.Statements) != 1 {
		t.Errorf("a table that exists: %+v", p)
	}
}

func TestAMissingKeyIsNotAMissingPermission(t *testing.T) {
	p := For([]denial.Denial{read(t, "An error occurred (AccessDenied) when calling the GetObject operation: User: arn:aws:sts::111122223333:assumed-role/shop-OrdersRole-1A2B3C4D5E6F/orders is not authorized to perform: s3:ListBucket on resource: \"arn:aws:s3:::shop-uploads\" because no identity-based policy allows the s3:ListBucket action")}, shop())
	if len(p.Statements) != 0 || p.Stops[0].Rule != RuleMissingKey || len(p.Companions) != 1 || p.Companions[0].Action[0] != "s3:ListBucket" {
		t.Errorf("%+v", p)
	}
}

func TestTextsWithoutAResourceOfferTheStacksOwn(t *testing.T) {
	p := For([]denial.Denial{read(t, "The function execution role does not have permissions to call ReceiveMessage on SQS")}, shop())
	if len(p.Statements) != 0 || p.Stops[0].Rule != RuleNoResource || len(p.Meant) != 1 || p.Meant[0].LogicalID != "Jobs" {
		t.Errorf("%+v", p)
	}
}

func TestCompanionsAreOfferedNotAdded(t *testing.T) {
	table := "arn:aws:dynamodb:us-east-1:111122223333:table/shop-Orders-1ABC"
	text := "An error occurred (AccessDeniedException) when calling the TransactWriteItems operation: User: arn:aws:sts::111122223333:assumed-role/shop-OrdersRole-1A2B3C4D5E6F/orders is not authorized to perform: dynamodb:PutItem on resource: " + table + " because no identity-based policy allows the dynamodb:PutItem action"
	p := For([]denial.Denial{read(t, text)}, shop())
	if len(p.Statements) != 1 || !slices.Equal(p.Statements[0].Action, []string{"dynamodb:PutItem"}) {
		t.Fatalf("%+v", p.Statements)
	}
	if len(p.Companions) != 1 || !slices.Equal(p.Companions[0].Action, []string{"dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:ConditionCheckItem"}) {
		t.Errorf("%+v", p.Companions)
	}
	p = For([]denial.Denial{denied(t, "s3:GetObject", quoted("arn:aws:s3:::shop-uploads/a/b"))}, shop())
	var got []string
	for _, c := range p.Companions {
		got = append(got, strings.Join(c.Action, ",")+" on "+strings.Join(c.Resource, ","))
	}
	want := []string{"s3:ListBucket on arn:aws:s3:::shop-uploads", "kms:Decrypt on arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func TestConditionsNarrowWhatIsTooStrongAlone(t *testing.T) {
	text := "An error occurred (AccessDeniedException) when calling the CreateFunction operation: User: arn:aws:sts::111122223333:assumed-role/shop-OrdersRole-1A2B3C4D5E6F/orders is not authorized to perform: iam:PassRole on resource: arn:aws:iam::111122223333:role/fn because no identity-based policy allows the iam:PassRole action (Service: Lambda, Status Code: 403)"
	p := For([]denial.Denial{read(t, text)}, shop())
	if got := fmt.Sprint(p.Statements[0].Condition); got != "map[StringEquals:map[iam:PassedToService:[lambda.amazonaws.com]]]" {
		t.Error(got)
	}
	text = "User: arn:aws:sts::111122223333:assumed-role/shop-OrdersRole-1A2B3C4D5E6F/orders is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab because no identity-based policy allows the kms:Decrypt action (Service: S3, Status Code: 403)"
	p = For([]denial.Denial{read(t, text)}, shop())
	if got := fmt.Sprint(p.Statements[0].Condition); got != "map[StringEquals:map[kms:ViaService:[s3.us-east-1.amazonaws.com]]]" || !p.SingleKey() {
		t.Errorf("%s %+v", got, p)
	}
}

func TestPolicyTemplatesFitOrAreNotSuggested(t *testing.T) {
	const at = ":us-east-1:111122223333:"
	for _, c := range []struct {
		actions []string
		denied  string
		want    string // JSON of the template; empty: none
	}{
		{[]string{"sns:Publish"}, "arn:aws:sns" + at + "shop-news", `{"name":"SNSPublishMessagePolicy","parameters":[{"name":"TopicName","value":{"fn":"GetAtt","arg":"News.TopicName"}}]}`},
		{[]string{"dynamodb:Query"}, "arn:aws:dynamodb" + at + "table/shop-Orders-1ABC/index/by-day", `{"name":"DynamoDBReadPolicy","parameters":[{"name":"TableName","value":{"fn":"Ref","arg":"Orders"}}],"excess":["dynamodb:GetItem","dynamodb:Scan","dynamodb:BatchGetItem","dynamodb:DescribeTable"]}`},
		{[]string{"dynamodb:PutItem", "dynamodb:UpdateItem"}, "arn:aws:dynamodb" + at + "table/shop-Orders-1ABC", `{"name":"DynamoDBWritePolicy","parameters":[{"name":"TableName","value":{"fn":"Ref","arg":"Orders"}}],"excess":["dynamodb:BatchWriteItem"]}`},
		{[]string{"dynamodb:DeleteItem"}, "arn:aws:dynamodb" + at + "table/shop-Orders-1ABC", ""}, // the Crud template has nine actions more
		{[]string{"secretsmanager:GetSecretValue"}, "arn:aws:secretsmanager" + at + "secret:shop/db-AbCdEf", `{"name":"AWSSecretsManagerGetSecretValuePolicy","parameters":[{"name":"SecretArn","value":{"fn":"Ref","arg":"Password"}}]}`},
		{[]string{"states:StartExecution"}, "arn:aws:states" + at + "stateMachine:shop-flow", `{"name":"StepFunctionsExecutionPolicy","parameters":[{"name":"StateMachineName","value":{"fn":"GetAtt","arg":"Flow.Name"}}]}`},
		{[]string{"kms:Decrypt"}, "arn:aws:kms" + at + "key/1234abcd-12ab-34cd-56ef-1234567890ab", `{"name":"KMSDecryptPolicy","parameters":[{"name":"KeyId","value":{"fn":"Ref","arg":"Key"}}]}`},
		{[]string{"events:PutEvents"}, "arn:aws:events" + at + "event-bus/shop-bus", `{"name":"EventBridgePutEventsPolicy","parameters":[{"name":"EventBusName","value":{"fn":"Ref","arg":"Bus"}}]}`},
		{[]string{"sqs:SendMessage"}, "arn:aws:sqs" + at + "shop-jobs", ""},                     // SQSSendMessagePolicy has a wildcard action
		{[]string{"lambda:InvokeFunction"}, "arn:aws:lambda" + at + "function:shop-mailer", ""}, // LambdaInvokePolicy: NAME*
		{[]string{"s3:GetObject"}, `"arn:aws:s3:::shop-uploads/2026/x"`, ""},                    // the template opens the whole bucket
		{[]string{"s3:GetObject"}, `"arn:aws:s3:::shop-uploads/x"`, `{"name":"S3ReadPolicy","parameters":[{"name":"BucketName","value":{"fn":"Ref","arg":"Uploads"}}],"excess":["s3:ListBucket","s3:GetBucketLocation","s3:GetObjectVersion","s3:GetLifecycleConfiguration"]}`},
		{[]string{"sns:Publish"}, "arn:aws:sns:eu-west-1:111122223333:shop-news", ""}, // another region
	} {
		var list []denial.Denial
		for _, a := range c.actions {
			list = append(list, denied(t, a, c.denied))
		}
		p := For(list, shop())
		got, err := json.Marshal(p.Template)
		if err != nil {
			t.Fatal(err)
		}
		if want := c.want; string(got) != want && !(want == "" && string(got) == "null") {
			t.Errorf("%v on %s:\n%s", c.actions, c.denied, got)
		}
	}
}

func TestExpressionsHoldNoAccount(t *testing.T) {
	known := shop()
	for arn, want := range map[string]Expression{
		"arn:aws:dynamodb:us-east-1:111122223333:table/shop-Orders-1ABC":              {"GetAtt", "Orders.Arn"},
		"arn:aws:dynamodb:us-east-1:111122223333:table/shop-Orders-1ABC/index/by-day": {"Sub", "${Orders.Arn}/index/by-day"},
		"arn:aws:s3:::shop-uploads/a${*}/*":                                           {"Sub", "${Uploads.Arn}/a${!*}/*"},
		"arn:aws:sns:us-east-1:111122223333:shop-news":                                {"Ref", "News"},
		"arn:aws:sqs:us-east-1:111122223333:elsewhere":                                {"Sub", "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:elsewhere"},
		"arn:aws:sqs:eu-west-1:999988887777:theirs":                                   {"Sub", "arn:${AWS::Partition}:sqs:eu-west-1:999988887777:theirs"},
		"arn:aws:dynamodb:us-east-1:111122223333:table/shop-Orders-1ABCD":             {"Sub", "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/shop-Orders-1ABCD"},
		"arn:aws:logs:us-east-1:111122223333:log-group:/shop/audit:*":                 {"Sub", "${Logs.Arn}:*"},
		"*": {"", "*"},
	} {
		if got := known.Express(arn); got != want {
			t.Errorf("%s: %+v", arn, got)
		}
	}
}

func TestManagedPoliciesForTheFunctionsOwnPlumbing(t *testing.T) {
	for text, want := range map[string]string{
		"The provided execution role does not have permissions to call CreateNetworkInterface on EC2":                                                                                                                                                                                                            "",
		"User: arn:aws:sts::111122223333:assumed-role/shop-OrdersRole-1A2B3C4D5E6F/orders is not authorized to perform: ec2:DescribeNetworkInterfaces because no identity-based policy allows the ec2:DescribeNetworkInterfaces action":                                                                          "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole",
		"User: arn:aws:sts::111122223333:assumed-role/shop-OrdersRole-1A2B3C4D5E6F/orders is not authorized to perform: xray:PutTraceSegments on resource: * because no identity-based policy allows the xray:PutTraceSegments action":                                                                           "arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess",
		"User: arn:aws:sts::111122223333:assumed-role/shop-OrdersRole-1A2B3C4D5E6F/orders is not authorized to perform: logs:CreateLogStream on resource: arn:aws:logs:us-east-1:111122223333:log-group:/aws/lambda/orders:log-stream:x because no identity-based policy allows the logs:CreateLogStream action": "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
	} {
		p := For([]denial.Denial{read(t, text)}, shop())
		got := ""
		if p.Managed != nil {
			got = p.Managed.ARN
		}
		if got != want {
			t.Errorf("%s: %q %+v", text, got, p.Stops)
		}
	}
}

func TestWhoeverOwnsTheBlockingPolicyGetsAText(t *testing.T) {
	p := For([]denial.Denial{read(t, "User: arn:aws:sts::111122223333:assumed-role/shop-OrdersRole-1A2B3C4D5E6F/orders is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:us-east-1:111122223333:shop-jobs with an explicit deny in a service control policy: arn:aws:organizations::999988887777:policy/o-abcde12345/service_control_policy/p-1a2b3c4d")}, shop())
	if len(p.Statements) != 0 || len(p.Ask) != 1 {
		t.Fatalf("%+v", p)
	}
	for _, part := range []string{"shop-OrdersRole", "sqs:SendMessage", "shop-jobs", "p-1a2b3c4d", "AWS says: User: "} {
		if !strings.Contains(p.Ask[0].En, part) {
			t.Errorf("%q is not in %q", part, p.Ask[0].En)
		}
	}
	if p.Ask[0].Ko == "" {
		t.Error("not in Korean")
	}
}

func FuzzProposalsAreSound(f *testing.F) {
	f.Add("dynamodb:GetItem", "arn:aws:dynamodb:us-east-1:111122223333:table/shop-Orders-1ABC")
	f.Add("s3:GetObject", "\"arn:aws:s3:::shop-uploads/a*${x}?/k\"")
	f.Add("iam:PassRole", "role *")
	f.Fuzz(func(t *testing.T, action, resource string) {
		for _, d := range denial.Parse("User: arn:aws:sts::111122223333:assumed-role/shop-OrdersRole-1A2B3C4D5E6F/orders is not authorized to perform: " + action + " on resource: " + resource) {
			p := For([]denial.Denial{d}, shop())
			doc, err := Document(p.Statements)
			if err != nil {
				t.Fatal(err)
			}
			if len(p.Statements) == 0 {
				continue
			}
			if _, err := policy.Parse(doc); err != nil {
				t.Fatalf("%v: %s", err, doc)
			}
			if p.SingleKey() && strings.Contains(string(doc), "999988887777") {
				t.Fatalf("a foreign account with one key: %s", doc)
			}
		}
	})
}
