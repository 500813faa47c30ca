package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"firstaid/diagnostics"
	"firstaid/diagnostics/collect/iamtest"
	"firstaid/diagnostics/incident"
	"firstaid/diagnostics/policy"
)

// These tests lead the program to a loopback IAM endpoint that decides with
// firstaid's own evaluator.

const (
	shopTable = "arn:aws:dynamodb:eu-west-1:123456789012:table/shop-Orders-1"
	shopLogs  = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"logs:*","Resource":"*"}]}`
)

func shopRole() *iamtest.Role {
	return &iamtest.Role{Name: "shop-FnRole-1", Trust: `{"Version":"2012-10-17","Statement":[]}`, Inline: map[string]string{"logs": shopLogs}}
}

// denied saves an incident: a function was refused an action on its table.
func deniedIncident(t *testing.T, role *iamtest.Role, action string) string {
	t.Helper()
	at := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	s := &diagnostics.Snapshot{
		Taken: at, Complete: true, StackID: "arn:aws:cloudformation:eu-west-1:123456789012:stack/shop/1",
		Identity: diagnostics.Identity{Account: "123456789012", Region: "eu-west-1", Partition: "aws"},
		Stacks:   []diagnostics.Stack{{StackId: "arn:aws:cloudformation:eu-west-1:123456789012:stack/shop/1", StackName: "shop", StackStatus: "UPDATE_COMPLETE"}},
		Resources: []diagnostics.Resource{
			{StackName: "shop", LogicalResourceId: "Fn", PhysicalResourceId: "shop-Fn-1", ResourceType: "AWS::Lambda::Function"},
			{StackName: "shop", LogicalResourceId: "Orders", PhysicalResourceId: "shop-Orders-1", ResourceType: "AWS::DynamoDB::Table"},
		},
		Functions: []diagnostics.Function{{FunctionName: "shop-Fn-1", Role: role.ARN()}},
		Roles:     []diagnostics.Role{{RoleName: role.Name, Arn: role.ARN(), Policies: []diagnostics.RolePolicy{{PolicyName: "logs", Document: role.Inline["logs"]}}}},
		LogGroups: []diagnostics.LogGroup{{LogGroupName: "/aws/lambda/shop-Fn-1", FunctionName: "shop-Fn-1", Events: []diagnostics.LogEvent{{
			Timestamp: at, Message: "User: arn:aws:sts::123456789012:assumed-role/shop-FnRole-1/shop-Fn-1 is not authorized to perform: " + action + " on resource: " + shopTable + " because no identity-based policy allows the " + action + " action",
		}}}},
	}
	name := filepath.Join(t.TempDir(), "denied.json")
	if err := incident.Save(name, s, diagnostics.RedactOptions{}); err != nil {
		t.Fatal(err)
	}
	return name
}

// at leads the program to an endpoint, in an empty folder.
func at(t *testing.T, e *iamtest.Endpoint) {
	t.Helper()
	t.Chdir(t.TempDir())
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	for _, v := range e.Env() {
		name, value, _ := strings.Cut(v, "=")
		t.Setenv(name, value)
	}
}

// patched is the plan of the hot patch, as JSON says it.
type patched struct {
	Title        diagnostics.Text         `json:"title"`
	Proof        *diagnostics.Proof       `json:"proof"`
	Verdict      diagnostics.ProofVerdict `json:"proofVerdict"`
	Confirmation string                   `json:"confirmation"`
}

func TestLoopbackGrantIsTriedAppliedAndConfirmedByIAM(t *testing.T) {
	role := shopRole()
	e := iamtest.New(t, role)
	name := deniedIncident(t, role, "dynamodb:PutItem")
	at(t, e)
	status, out := firstaid(t, "fix", "access-denied", "--incident", name, "--apply")
	if status != statusOK {
		t.Fatalf("status %d:\n%s", status, out)
	}
	for _, want := range []string{
		"Tried: it allows what was denied, and no control.\n",
		"checked by AWS", "control: sibling", "control: other account", "control: delete",
		"Checked by AWS: what was denied is allowed now, every control is still denied.",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing in\n%s", want, out)
		}
	}
	if strings.Contains(out, "not checked by AWS") {
		t.Errorf("IAM decided, and the preview says it did not:\n%s", out)
	}
	asked := e.Asked("SimulatePrincipalPolicy")
	if len(asked) != 3 {
		t.Fatalf("%d simulations, want one before, one with the document, one after", len(asked))
	}
	tried, put := asked[1].Form.Get("PolicyInputList.member.1"), e.Asked("PutRolePolicy")
	if len(put) != 1 || put[0].Form.Get("PolicyDocument") != tried || tried == "" {
		t.Errorf("tried %q, applied %v", tried, put)
	}
	if status, out := firstaid(t, "undo"); status != statusOK || len(e.Asked("DeleteRolePolicy")) != 1 {
		t.Errorf("undo: status %d\n%s", status, out)
	}
}

func TestLoopbackGrantBehindAnSCPIsNotAppliedOnOneKey(t *testing.T) {
	role := shopRole()
	e := iamtest.New(t, role)
	doc, err := policy.Parse([]byte(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"dynamodb:*","Resource":"*"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	e.SCP = []policy.Level{{ID: "root", Policies: []policy.Policy{{Name: "guard", Document: doc}}}}
	name := deniedIncident(t, role, "dynamodb:PutItem")
	at(t, e)
	status, out := firstaid(t, "fix", "access-denied", "--incident", name, "--apply")
	if status == statusOK || len(e.Asked("PutRolePolicy")) != 0 || !strings.Contains(out, "a service control policy") {
		t.Errorf("status %d, %d puts:\n%s", status, len(e.Asked("PutRolePolicy")), out)
	}
}

func TestLoopbackWhoMayNotSimulateGetsTheLocalAnswer(t *testing.T) {
	role := shopRole()
	e := iamtest.New(t, role)
	e.Deny("iam:SimulatePrincipalPolicy")
	name := deniedIncident(t, role, "dynamodb:PutItem")
	at(t, e)
	status, out := firstaid(t, "fix", "access-denied", "--incident", name, "--apply")
	if status != statusOK || !strings.Contains(out, "not checked by AWS") || !strings.Contains(out, "Not checked by AWS: ") || e.Inline(role.Name, "logs") == "" || len(e.Asked("PutRolePolicy")) != 1 {
		t.Errorf("status %d:\n%s", status, out)
	}
}

func TestThePlanIsPrintedForScriptsWithItsProof(t *testing.T) {
	role := shopRole()
	name := deniedIncident(t, role, "dynamodb:PutItem")
	at(t, iamtest.New(t, role))
	_, out := firstaid(t, "fix", "access-denied", "--incident", name, "--format", "json")
	var p patched
	if err := json.Unmarshal([]byte(out), &p); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	if p.Proof == nil || p.Verdict != diagnostics.ProofHolds || len(p.Proof.Trials) != 4 || p.Proof.Trials[0].Origin != diagnostics.OriginLocal || p.Confirmation != "" {
		t.Errorf("%+v", p)
	}
	if entries, err := os.ReadDir("."); err != nil || len(entries) != 0 {
		t.Errorf("looking left %v, %v", entries, err)
	}
}

func TestLoopbackExplainDecodesTheMessageOfARefusal(t *testing.T) {
	e := iamtest.New(t, shopRole())
	e.Messages = map[string]string{"4GIOHlTkIaWHQD0Q0m6XSnuUMCm-abcDEFghiJKLmnoPQRstuVWXyz0123456789_aaaaBBBBccccDDDD": `{"allowed":false,"explicitDeny":true,"matchedStatements":{"items":[{"statementId":"NoLargeOnes","effect":"DENY","actions":{"items":[{"value":"ec2:RunInstances"}]},"resources":{"items":[{"value":"*"}]}}]},"context":{"principal":{"arn":"arn:aws:sts::123456789012:assumed-role/worker/i-0abc"},"action":"ec2:RunInstances","resource":"arn:aws:ec2:eu-west-1:123456789012:instance/*","conditions":{"items":[{"key":"ec2:InstanceType","values":{"items":[{"value":"p5.48xlarge"}]}}]}}}`}
	at(t, e)
	text := "An error occurred (UnauthorizedOperation) when calling the RunInstances operation: You are not authorized to perform this operation. Encoded authorization failure message: 4GIOHlTkIaWHQD0Q0m6XSnuUMCm-abcDEFghiJKLmnoPQRstuVWXyz0123456789_aaaaBBBBccccDDDD"
	if err := os.WriteFile("denied.txt", []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, out := firstaid(t, "iam", "explain", "denied.txt"); !strings.Contains(out, "--decode reads it") || len(e.Asked("DecodeAuthorizationMessage")) != 0 {
		t.Errorf("without --decode:\n%s", out)
	}
	_, out := firstaid(t, "iam", "explain", "--decode", "denied.txt")
	for _, want := range []string{"assumed-role/worker/i-0abc", "ec2:RunInstances", "explicit", "DENY NoLargeOnes: ec2:RunInstances on *", "ec2:InstanceType = p5.48xlarge"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing in\n%s", want, out)
		}
	}
	e.Deny("sts:DecodeAuthorizationMessage")
	if _, out := firstaid(t, "iam", "explain", "--decode", "denied.txt"); !strings.Contains(out, "--decode reads it") {
		t.Errorf("refused:\n%s", out)
	}
}

func TestLoopbackSimulateFindsTheRolesPathAndSendsTheDocuments(t *testing.T) {
	role := shopRole()
	role.Path = "/app/"
	e := iamtest.New(t, role)
	at(t, e)
	for name, text := range map[string]string{
		"new.json":      `{ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": "dynamodb:*", "Resource": "*" }] }`,
		"boundary.json": `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:PutItem","Resource":"*"}}`,
	} {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	status, out := firstaid(t, "iam", "simulate", "--role", "shop-FnRole-1", "--action", "dynamodb:PutItem", "--action", "dynamodb:GetItem", "--resource", shopTable, "--resource", shopTable+"x",
		"--policy", "new.json", "--boundary", "boundary.json", "--context", "aws:SecureTransport=boolean:true")
	if status != statusFindings || strings.Count(out, "allowed ") != 2 || strings.Count(out, "the permissions boundary does not allow it") != 2 || strings.Contains(out, "not checked by AWS") {
		t.Errorf("status %d:\n%s", status, out)
	}
	asked := e.Asked("SimulatePrincipalPolicy")
	if len(asked) != 1 {
		t.Fatalf("%d calls for one role", len(asked))
	}
	f := asked[0].Form
	if f.Get("PolicySourceArn") != role.ARN() || strings.Contains(f.Get("PolicyInputList.member.1"), " ") || f.Get("PermissionsBoundaryPolicyInputList.member.1") == "" ||
		f.Get("ContextEntries.member.1.ContextKeyType") != "boolean" {
		t.Errorf("asked %v", f)
	}
}

func TestLoopbackTrustPolicyIsPatchedAndPutBack(t *testing.T) {
	const before = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
	role := shopRole()
	role.Trust = before
	e := iamtest.New(t, role)
	at(t, e)
	s := &diagnostics.Snapshot{
		Taken: time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC), Complete: true, StackID: "arn:aws:cloudformation:eu-west-1:123456789012:stack/shop/1",
		Identity:  diagnostics.Identity{Account: "123456789012", Region: "eu-west-1", Partition: "aws"},
		Functions: []diagnostics.Function{{FunctionName: "shop-Fn-1", Role: role.ARN()}},
		Roles:     []diagnostics.Role{{RoleName: role.Name, Arn: role.ARN(), TrustPolicy: before}},
	}
	if err := incident.Save("trust.json", s, diagnostics.RedactOptions{}); err != nil {
		t.Fatal(err)
	}
	trust := func() (text string) {
		e.Change(func(roles map[string]*iamtest.Role) { text = roles[role.Name].Trust })
		return text
	}
	if status, _ := firstaid(t, "fix", "passrole-assume-role", "--incident", "trust.json", "--apply"); status == statusOK || trust() != before {
		t.Fatalf("one key changed the trust policy to %s", trust())
	}
	status, out := firstaid(t, "fix", "passrole-assume-role", "--incident", "trust.json", "--apply", "--confirm", role.Name)
	if status != statusOK || !strings.Contains(trust(), "lambda.amazonaws.com") || !strings.Contains(trust(), "ecs-tasks") || !strings.Contains(out, "ignores trust policies") {
		t.Errorf("status %d, trust %s\n%s", status, trust(), out)
	}
	if status, out := firstaid(t, "undo"); status != statusOK || strings.Contains(trust(), "lambda") {
		t.Errorf("undo: status %d, trust %s\n%s", status, trust(), out)
	}
}
