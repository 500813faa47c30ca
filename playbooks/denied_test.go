package playbooks

import (
	"strings"
	"testing"

	"firstaid/diagnostics"
)

const deniedTemplate = `Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::DynamoDB::Table
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Handler: index.handler
`

// denied is a snapshot of a function that was refused what a message says.
func denied(message, template string) *diagnostics.Snapshot {
	return &diagnostics.Snapshot{
		StackID:  "arn:stack/shop",
		Identity: diagnostics.Identity{Account: "123456789012", Region: "eu-west-1", Partition: "aws"},
		Stacks:   []diagnostics.Stack{{StackId: "arn:stack/shop", StackName: "shop"}},
		Resources: []diagnostics.Resource{
			{StackName: "shop", LogicalResourceId: "Fn", PhysicalResourceId: "shop-Fn-1", ResourceType: "AWS::Lambda::Function"},
			{StackName: "shop", LogicalResourceId: "Orders", PhysicalResourceId: "shop-Orders-1", ResourceType: "AWS::DynamoDB::Table"},
		},
		Functions: []diagnostics.Function{{FunctionName: "shop-Fn-1", Role: "arn:aws:iam::123456789012:role/shop-FnRole-1"}},
		Roles: []diagnostics.Role{{
			RoleName: "shop-FnRole-1", Arn: "arn:aws:iam::123456789012:role/shop-FnRole-1",
			Policies: []diagnostics.RolePolicy{{PolicyName: "logs", Document: `{"Statement":[{"Effect":"Allow","Action":"logs:*","Resource":"*"}]}`}},
		}},
		LogGroups: []diagnostics.LogGroup{{
			LogGroupName: "/aws/lambda/shop-Fn-1", FunctionName: "shop-Fn-1",
			Events: []diagnostics.LogEvent{{Timestamp: at(1), Message: message}},
		}},
		Files: []diagnostics.File{{Path: "template.yaml", Content: template}},
	}
}

func refused(action, resource string) string {
	return "User: arn:aws:sts::123456789012:assumed-role/shop-FnRole-1/shop-Fn-1 is not authorized to perform: " + action +
		" on resource: " + resource + " because no identity-based policy allows the " + action + " action"
}

const ordersTable = "arn:aws:dynamodb:eu-west-1:123456789012:table/shop-Orders-1"

func diagnoseDenied(t *testing.T, s *diagnostics.Snapshot) (diagnostics.Finding, []Fix) {
	t.Helper()
	c, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range Diagnose(s, c) {
		if f.Playbook == "access-denied" {
			return f, c.Fixes(s, f)
		}
	}
	t.Fatal("access-denied was not found")
	return diagnostics.Finding{}, nil
}

func TestADenialIsProvenAndMendedInTheTemplate(t *testing.T) {
	s := denied(refused("dynamodb:PutItem", ordersTable), deniedTemplate)
	f, _ := diagnoseDenied(t, s)
	if f.Confidence != diagnostics.Likely || !strings.Contains(f.Because.En, "not checked by AWS") {
		t.Errorf("from the policies alone: %s, %s", f.Confidence, f.Because.En)
	}
	s.Simulations = []diagnostics.Simulation{{Origin: "aws", PolicySourceArn: s.Roles[0].Arn, EvalActionName: "dynamodb:PutItem", EvalResourceName: ordersTable, EvalDecision: "implicitDeny"}}
	f, list := diagnoseDenied(t, s)
	if f.Confidence != diagnostics.Confirmed {
		t.Errorf("with the simulation: %s", f.Confidence)
	}
	exact := ""
	for _, x := range list {
		if e, ok := x.Steps[0].(FileEdit); ok && strings.Contains(x.Title.En, "exactly") {
			exact = e.After
		}
	}
	if !strings.Contains(exact, "Action: dynamodb:PutItem") || !strings.Contains(exact, "Resource: !GetAtt Orders.Arn") || strings.Contains(exact, "123456789012") {
		t.Errorf("the template would be\n%s", exact)
	}
	last := list[len(list)-1].Steps[0].(Call)
	if last.Operation != "PutRolePolicy" || last.Undo.Operation != "DeleteRolePolicy" || !strings.Contains(last.After, ordersTable) {
		t.Errorf("the hot patch is %+v", last)
	}
}

func TestTheRoleOfTheTemplateIsMendedWhereTheFunctionNamesIt(t *testing.T) {
	template := deniedTemplate + "      Role: !GetAtt TaskRole.Arn\n  TaskRole:\n    Type: AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument: {}\n"
	_, list := diagnoseDenied(t, denied(refused("dynamodb:PutItem", ordersTable), template))
	e, ok := list[0].Steps[0].(FileEdit)
	if !ok || !strings.Contains(e.After, "Policies:\n        - PolicyName: Firstaid") {
		t.Errorf("got %+v", list[0])
	}
}

// TestWhatAnAttackerWritesIsNeverGrantedOnOneKey: a function logs what its
// callers send, so a log line may ask for anything.
func TestWhatAnAttackerWritesIsNeverGrantedOnOneKey(t *testing.T) {
	for name, message := range map[string]string{
		"iam":             refused("iam:AttachRolePolicy", "arn:aws:iam::123456789012:role/shop-FnRole-1"),
		"everything":      refused("*", "*"),
		"foreign account": refused("dynamodb:PutItem", "arn:aws:dynamodb:eu-west-1:999999999999:table/theirs"),
		"another table":   refused("dynamodb:PutItem", "arn:aws:dynamodb:eu-west-1:123456789012:table/payroll"),
		"look-alike":      refused("dynаmodb:PutItem", ordersTable), // the a is Cyrillic
		"function code":   refused("lambda:UpdateFunctionCode", "arn:aws:lambda:eu-west-1:123456789012:function:shop-Fn-1"),
		"other role":      strings.Replace(refused("dynamodb:PutItem", ordersTable), "shop-FnRole-1/", "Admin/", 1),
	} {
		t.Run(name, func(t *testing.T) {
			s := denied(message, deniedTemplate)
			c, err := Builtin()
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range Diagnose(s, c) {
				for _, x := range c.Fixes(s, f) {
					p := Plan{Finding: f, Fix: x}
					if x.Declined.IsZero() && changes(x) && p.Confirmation() == "" {
						t.Errorf("one key grants: %s: %s", f.ID(), x.Title.En)
					}
				}
			}
		})
	}
}

func changes(f Fix) bool {
	for _, s := range f.Steps {
		if _, manual := s.(Manual); !manual {
			return true
		}
	}
	return false
}
