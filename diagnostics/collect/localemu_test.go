package collect_test

import (
	"context"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"firstaid/diagnostics"
	"firstaid/diagnostics/collect"
	"firstaid/diagnostics/collect/emulatortest"
)

// A person who may look at stacks and nothing else, denied for real: what is
// allowed is read, each gap names the action that is missing.
func TestDeniedForRealOnLocalEmu(t *testing.T) {
	e := emulatortest.LocalEmu(t)
	deploy(t, e, "shop", `{"Resources":{"Role":{"Type":"AWS::IAM::Role","Properties":{"RoleName":"shop-role","AssumeRolePolicyDocument":{"Version":"2012-10-17","Statement":[]}}},"Topic":{"Type":"AWS::SNS::Topic"}}}`)
	cfg := e.ConfigAs(person(t, e, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"cloudformation:*","Resource":"*"}]}`))
	c, err := collect.New(context.Background(), collect.Options{Config: &cfg})
	if err != nil {
		t.Fatal(err)
	}
	all := waves(t, c, collect.Target{Stack: "shop"})
	s := all[len(all)-1]
	if !s.Complete || len(s.Events) == 0 || len(s.Resources) != 2 || len(s.Roles) != 0 {
		t.Errorf("%d events, %d resources, %d roles", len(s.Events), len(s.Resources), len(s.Roles))
	}
	if u := unreadOf(s, diagnostics.KindRole); u.Action != "iam:GetRole" || !strings.Contains(u.Reason, "firstaid permissions") {
		t.Errorf("role: %+v", u)
	}
	if u := unreadOf(s, diagnostics.KindAccount); u.Action != "lambda:GetAccountSettings" {
		t.Errorf("account: %+v", u)
	}
}

// person makes a user with one policy and returns its keys.
func person(t *testing.T, e *emulatortest.Emulator, policy string) (key, secret string) {
	t.Helper()
	ctx, client, name := context.Background(), iam.NewFromConfig(e.Config()), aws.String("dev")
	if _, err := client.CreateUser(ctx, &iam.CreateUserInput{UserName: name}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: name, PolicyName: aws.String("p"), PolicyDocument: aws.String(policy)}); err != nil {
		t.Fatal(err)
	}
	out, err := client.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: name})
	if err != nil {
		t.Fatal(err)
	}
	return aws.ToString(out.AccessKey.AccessKeyId), aws.ToString(out.AccessKey.SecretAccessKey)
}
