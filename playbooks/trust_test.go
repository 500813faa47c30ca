package playbooks

import (
	"strings"
	"testing"

	"firstaid/diagnostics"
)

const (
	targetRole    = "arn:aws:iam::123456789012:role/app/shop-Target-1"
	assumeRefused = "User: arn:aws:sts::123456789012:assumed-role/shop-FnRole-1/shop-Fn-1 is not authorized to perform: sts:AssumeRole on resource: " + targetRole
	trustTemplate = deniedTemplate + `  Target:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {Service: ecs-tasks.amazonaws.com}
            Action: sts:AssumeRole
`
)

// refusedRole is a snapshot of a function that may not assume a role with some
// trust policy.
func refusedRole(trust, message string) *diagnostics.Snapshot {
	s := denied(message, trustTemplate)
	s.Resources = append(s.Resources,
		diagnostics.Resource{StackName: "shop", LogicalResourceId: "Target", PhysicalResourceId: "shop-Target-1", ResourceType: "AWS::IAM::Role"},
		diagnostics.Resource{StackName: "shop", LogicalResourceId: "FnRole", PhysicalResourceId: "shop-FnRole-1", ResourceType: "AWS::IAM::Role"})
	s.Roles[0].TrustPolicy = `{"Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
	s.Roles = append(s.Roles, diagnostics.Role{RoleName: "shop-Target-1", Path: "/app/", Arn: targetRole, TrustPolicy: trust})
	return s
}

func trustFinding(t *testing.T, s *diagnostics.Snapshot) (diagnostics.Finding, []Fix) {
	t.Helper()
	c, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range Diagnose(s, c) {
		if f.Playbook == "passrole-assume-role" {
			return f, c.Fixes(s, f)
		}
	}
	t.Fatal("passrole-assume-role was not found")
	return diagnostics.Finding{}, nil
}

const trustsTasks = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole"}]}`

func TestATrustPolicyThatDoesNotNameTheCallerIsMended(t *testing.T) {
	f, list := trustFinding(t, refusedRole(trustsTasks, assumeRefused))
	if f.Confidence != diagnostics.Confirmed || !strings.Contains(f.Because.En, "trusts ecs-tasks.amazonaws.com, not arn:aws:iam::123456789012:role/shop-FnRole-1") {
		t.Errorf("%s: %s", f.Confidence, f.Because.En)
	}
	if len(list) != 2 {
		t.Fatalf("%d fixes: %+v", len(list), list)
	}
	e, ok := list[0].Steps[0].(FileEdit)
	if !ok || !strings.Contains(e.After, "AWS: !GetAtt FnRole.Arn") || strings.Contains(e.After, "123456789012") {
		t.Errorf("the template would be\n%+v", list[0])
	}
	c, ok := list[1].Steps[0].(Call)
	if !ok || c.Operation != "UpdateAssumeRolePolicy" || c.Undo == nil || c.Undo.Args["PolicyDocument"] != c.Before || !strings.Contains(c.After, "ecs-tasks") || !strings.Contains(c.After, "role/shop-FnRole-1") {
		t.Errorf("the hot patch is %+v", list[1])
	}
	for _, x := range list {
		if got := (Plan{Finding: f, Fix: x}).Confirmation(); got != "shop-Target-1" {
			t.Errorf("%s asks for %q", x.Title.En, got)
		}
		p := x.Proof
		if p == nil || p.Verdict() != diagnostics.ProofHolds || len(p.Trials) != 2 || p.Trials[0].Before != "implicitDeny" || p.Trials[0].After != "allowed" || p.Trials[1].After != "implicitDeny" {
			t.Errorf("%s: proof %+v", x.Title.En, p)
		}
	}
}

func TestATrustPolicySaysWhichConditionOrPrincipalDoesNotFit(t *testing.T) {
	statement := func(rest string) string {
		return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:role/shop-FnRole-1"},"Action":"sts:AssumeRole"` + rest + `}]}`
	}
	for name, c := range map[string]struct {
		trust, message, because string
		guided                  bool
	}{
		"an external id that nobody told": {statement(`,"Condition":{"StringEquals":{"sts:ExternalId":"42"}}`), assumeRefused, "its condition is not met or not known: StringEquals sts:externalid", true},
		"a Deny":                          {`{"Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"},{"Effect":"Deny","Principal":{"AWS":"arn:aws:iam::123456789012:role/shop-FnRole-1"},"Action":"*"}]}`, assumeRefused, "a Deny statement of the trust policy", true},
		"the account is trusted":          {`{"Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":"sts:AssumeRole"}}`, assumeRefused, "lets the caller in; the policies of shop-FnRole-1 do not allow sts:AssumeRole", false},
		"nothing but tagging":             {`{"Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:role/shop-FnRole-1"},"Action":"sts:TagSession"}]}`, assumeRefused, "no statement of the trust policy", false},
		"a caller of elsewhere":           {trustsTasks, strings.Replace(assumeRefused, "sts::123456789012", "sts::999999999999", 1), "not arn:aws:iam::999999999999:role/shop-FnRole-1", true},
	} {
		f, list := trustFinding(t, refusedRole(c.trust, c.message))
		if !strings.Contains(strings.ToLower(f.Because.En), strings.ToLower(c.because)) {
			t.Errorf("%s: because %q", name, f.Because.En)
		}
		for _, x := range list {
			if c.guided && (x.Declined.IsZero() || len(x.Steps) == 0) {
				t.Errorf("%s: %s is offered", name, x.Title.En)
			}
			if x.Declined.IsZero() && changes(x) && (Plan{Fix: x}).Confirmation() == "" {
				t.Errorf("%s: one key applies %s", name, x.Title.En)
			}
		}
	}
}

// A role that Lambda cannot assume trusts it after the fix.
func TestLambdaIsLetIntoItsRole(t *testing.T) {
	s := refusedRole(trustsTasks, "")
	s.Functions[0].Role = targetRole
	f, list := trustFinding(t, s)
	if len(list) != 2 || !strings.Contains(list[0].Steps[0].(FileEdit).After, "Service: lambda.amazonaws.com") || list[0].Proof.Verdict() != diagnostics.ProofHolds {
		t.Errorf("%s: %+v", f.Because.En, list)
	}
}
