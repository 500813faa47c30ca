package main

import (
	"os"
	"strings"
	"testing"

	"firstaid/diagnostics"
)

const twoEnvironments = `version = 0.1
[default.deploy.parameters]
stack_name = "shop-stage"
region = "eu-west-1"
[prod.deploy.parameters]
stack_name = "shop-prod"
region = "us-east-1"
`

// TestEveryEnvironmentIsOffered: the stacks of samconfig's other environments
// stand in the list, and choosing one goes to its region.
func TestEveryEnvironmentIsOffered(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("samconfig.toml", []byte(twoEnvironments), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"AWS_REGION", "AWS_PROFILE", "AWS_DEFAULT_REGION"} {
		t.Setenv(name, "")
	}
	a, err := (&options{}).account(t.Context(), "", ".")
	if err != nil {
		t.Fatal(err)
	}
	s := &diagnostics.Snapshot{}
	a.offer(s)
	if len(s.Stacks) != 1 || s.Stacks[0].StackName != "shop-prod" || !strings.Contains(s.Stacks[0].Description, "us-east-1") {
		t.Fatalf("offered: %+v", s.Stacks)
	}
	stack, err := a.move(t.Context(), s.Stacks[0].StackId)
	if err != nil || stack != "shop-prod" || a.collector.Place().Region != "us-east-1" {
		t.Fatalf("went to %s in %s, %v", stack, a.collector.Place().Region, err)
	}
	back := &diagnostics.Snapshot{}
	a.offer(back)
	if len(back.Stacks) != 1 || back.Stacks[0].StackName != "shop-stage" {
		t.Fatalf("offered on the way back: %+v", back.Stacks)
	}
	if stack, err := a.move(t.Context(), "another-stack"); err != nil || stack != "another-stack" {
		t.Fatalf("a stack of the account: %s, %v", stack, err)
	}
}
