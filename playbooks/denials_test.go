package playbooks

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"firstaid/diagnostics"
)

const jobsQueue = "arn:aws:sqs:eu-west-1:123456789012:shop-Jobs-1"

// deniedThrice is a function whose role lacks three permissions on two
// services; it says so over and over.
func deniedThrice() *diagnostics.Snapshot {
	s := denied(refused("dynamodb:PutItem", ordersTable), deniedTemplate+"  Jobs:\n    Type: AWS::SQS::Queue\n")
	s.Resources = append(s.Resources, diagnostics.Resource{
		StackName: "shop", LogicalResourceId: "Jobs", ResourceType: "AWS::SQS::Queue",
		PhysicalResourceId: "https://sqs.eu-west-1.amazonaws.com/123456789012/shop-Jobs-1",
	})
	for i, text := range []string{
		refused("dynamodb:DeleteItem", ordersTable), refused("sqs:SendMessage", jobsQueue), refused("dynamodb:PutItem", ordersTable), refused("sqs:SendMessage", jobsQueue),
	} {
		s.LogGroups[0].Events = append(s.LogGroups[0].Events, diagnostics.LogEvent{Timestamp: at(2 + i), Message: text})
	}
	return s
}

// Three denials of one role on two services are one finding, and one fix mends
// them together: otherwise a person deploys three times.
func TestDenialsOfOneRoleAreOneFix(t *testing.T) {
	s := deniedThrice()
	f, list := diagnoseDenied(t, s)
	c, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	if n := len(slices.DeleteFunc(Diagnose(s, c), func(x diagnostics.Finding) bool { return x.Playbook != "access-denied" })); n != 1 || f.Count != 5 {
		t.Fatalf("%d findings, the first seen %d times", n, f.Count)
	}
	if !strings.Contains(f.Summary.En, "and 2 more") || !strings.Contains(f.Summary.Ko, "2") {
		t.Errorf("the summary names one denial only: %s / %s", f.Summary.En, f.Summary.Ko)
	}
	for _, x := range list {
		if x.Proof == nil {
			continue
		}
		if doc := statementsOf(t, x.Proof.Document); !strings.Contains(x.Title.En, "policy template") && doc != "dynamodb:DeleteItem+dynamodb:PutItem on shop-Orders-1; sqs:SendMessage on shop-Jobs-1" {
			t.Errorf("%s grants %s", x.Title.En, doc)
		}
		if v := x.Proof.Verdict(); v != diagnostics.ProofHolds {
			t.Errorf("%s: the proof %s", x.Title.En, v)
		}
		wanted := 0
		for _, tr := range x.Proof.Trials {
			if tr.Purpose == diagnostics.Wanted && tr.After == diagnostics.DecisionAllowed {
				wanted++
			}
		}
		if wanted != 3 {
			t.Errorf("%s: %d of 3 calls are allowed afterwards", x.Title.En, wanted)
		}
	}
	edit := list[0].Steps[0].(FileEdit).After
	for _, want := range []string{"dynamodb:PutItem", "dynamodb:DeleteItem", "sqs:SendMessage", "!GetAtt Orders.Arn", "!GetAtt Jobs.Arn"} {
		if !strings.Contains(edit, want) {
			t.Errorf("%s is not in the template:\n%s", want, edit)
		}
	}
}

// Two functions with one role have a finding each, and either fix mends the
// role for both.
func TestFunctionsWithOneRoleAreMendedTogether(t *testing.T) {
	s := deniedThrice()
	s.Functions = append(s.Functions, diagnostics.Function{FunctionName: "shop-Other-1", Role: s.Functions[0].Role})
	s.Resources = append(s.Resources, diagnostics.Resource{StackName: "shop", LogicalResourceId: "Other", PhysicalResourceId: "shop-Other-1", ResourceType: "AWS::Lambda::Function"})
	s.LogGroups = append(s.LogGroups, diagnostics.LogGroup{
		LogGroupName: "/aws/lambda/shop-Other-1", FunctionName: "shop-Other-1",
		Events: []diagnostics.LogEvent{{Timestamp: at(9), Message: strings.ReplaceAll(refused("dynamodb:Query", ordersTable), "/shop-Fn-1", "/shop-Other-1")}},
	})
	c, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	findings := 0
	for _, f := range Diagnose(s, c) {
		if f.Playbook != "access-denied" {
			continue
		}
		findings++
		for _, x := range c.Fixes(s, f) {
			if x.Proof != nil && x.Kind == FixEnvironment && !strings.Contains(x.Proof.Document, "dynamodb:Query") {
				t.Errorf("%s: %s leaves out the other function's call", f.ID(), x.Title.En)
			}
		}
	}
	if findings != 2 {
		t.Errorf("%d findings", findings)
	}
}

// statementsOf tells what a document grants, by the names of its resources.
func statementsOf(t *testing.T, document string) string {
	t.Helper()
	var doc struct {
		Statement []struct{ Action, Resource []string }
	}
	if err := json.Unmarshal([]byte(document), &doc); err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, s := range doc.Statement {
		var names []string
		for _, r := range s.Resource {
			names = append(names, r[strings.LastIndexAny(r, ":/")+1:])
		}
		list = append(list, strings.Join(s.Action, "+")+" on "+strings.Join(names, ","))
	}
	return strings.Join(list, "; ")
}
