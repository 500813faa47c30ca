package playbooks

import "testing"

func TestCallAsACommandLine(t *testing.T) {
	c := Call{Service: "iam", Operation: "PutRolePolicy", Args: map[string]any{
		"RoleName": "shop-FnRole", "PolicyName": "firstaid", "PolicyDocument": `{"a":"it's"}`,
	}}
	want := `aws iam put-role-policy --policy-document '{"a":"it'\''s"}' --policy-name firstaid --role-name shop-FnRole`
	if got := ShellQuote(c.Command()); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	c = Call{Service: "cloudformation", Operation: "ContinueUpdateRollback", Args: map[string]any{"StackName": "s", "ResourcesToSkip": []string{"A", "B.C"}}}
	if got, want := ShellQuote(c.Command()), "aws cloudformation continue-update-rollback --resources-to-skip A B.C --stack-name s"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := kebab("RoleARN"); got != "role-arn" {
		t.Errorf("RoleARN is %s", got)
	}
}

func TestCanonicalJSON(t *testing.T) {
	if a, b := CanonicalJSON(`{"b":1, "a":[ 2 ]}`), CanonicalJSON("{\"a\":[2],\n\"b\":1}"); a != b {
		t.Errorf("%s and %s differ", a, b)
	}
	if got := CanonicalJSON("no json"); got != "no json" {
		t.Errorf("got %q", got)
	}
}
