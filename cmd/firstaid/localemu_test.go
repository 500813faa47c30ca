package main

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"firstaid/diagnostics"
	"firstaid/diagnostics/collect/emulatortest"
	"firstaid/diagnostics/denial"
	"firstaid/diagnostics/incident"
)

const emulatedRole = "arn:aws:iam::000000000000:role/shop-role"

// asRole makes a role with one policy and returns the logs as somebody who has
// assumed it.
func asRole(t *testing.T, e *emulatortest.Emulator, document string) *cloudwatchlogs.Client {
	t.Helper()
	ctx, client := context.Background(), iam.NewFromConfig(e.Config())
	if _, err := client.CreateRole(ctx, &iam.CreateRoleInput{
		RoleName: aws.String("shop-role"), AssumeRolePolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::000000000000:root"},"Action":"sts:AssumeRole"}]}`),
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: aws.String("shop-role"), PolicyName: aws.String("own"), PolicyDocument: aws.String(document)}); err != nil {
		t.Fatal(err)
	}
	out, err := sts.NewFromConfig(e.Config()).AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: aws.String(emulatedRole), RoleSessionName: aws.String("shop-fn")})
	if err != nil {
		t.Fatal(err)
	}
	cfg := e.Config()
	cfg.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: *out.Credentials.AccessKeyId, SecretAccessKey: *out.Credentials.SecretAccessKey, SessionToken: *out.Credentials.SessionToken}, nil
	})
	cfg.RetryMaxAttempts = 1
	return cloudwatchlogs.NewFromConfig(cfg)
}

// TestAGrantOnLocalEmu: a role lacks an action and is denied for real; firstaid
// proposes from exactly that message, applies, the same call is allowed; taken
// back, it is denied again.
func TestAGrantOnLocalEmu(t *testing.T) {
	e := emulatortest.LocalEmu(t)
	const own = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:ListAllMyBuckets","Resource":"*"}]}`
	logs := asRole(t, e, own)
	group := "/shop/audit"
	if _, err := cloudwatchlogs.NewFromConfig(e.Config()).CreateLogGroup(t.Context(), &cloudwatchlogs.CreateLogGroupInput{LogGroupName: &group}); err != nil {
		t.Fatal(err)
	}
	call := func() error {
		_, err := logs.FilterLogEvents(t.Context(), &cloudwatchlogs.FilterLogEventsInput{LogGroupName: &group})
		return err
	}
	err := call()
	if err == nil {
		t.Fatal("the role may read already: nothing is enforced")
	}
	read := denial.Parse(err.Error())
	if len(read) != 1 || read[0].Action != "logs:FilterLogEvents" || read[0].Role != "shop-role" {
		t.Fatalf("%v is read as %+v", err, read)
	}
	inProject(t, e, nil)
	name := filepath.Join(t.TempDir(), "denied.json")
	s := &diagnostics.Snapshot{
		Taken: time.Now().UTC(), Complete: true,
		Identity:  diagnostics.Identity{Account: "000000000000", Region: emulatortest.Region, Partition: "aws"},
		Resources: []diagnostics.Resource{{StackName: "shop", LogicalResourceId: "Audit", PhysicalResourceId: group, ResourceType: "AWS::Logs::LogGroup"}},
		Functions: []diagnostics.Function{{FunctionName: "shop-fn", Role: emulatedRole}},
		Roles:     []diagnostics.Role{{RoleName: "shop-role", Arn: emulatedRole, Policies: []diagnostics.RolePolicy{{PolicyName: "own", Document: own}}}},
		LogGroups: []diagnostics.LogGroup{{LogGroupName: "/aws/lambda/shop-fn", FunctionName: "shop-fn", Events: []diagnostics.LogEvent{{Timestamp: time.Now().UTC(), Message: err.Error()}}}},
	}
	if err := incident.Save(name, s, diagnostics.RedactOptions{}); err != nil {
		t.Fatal(err)
	}
	status, out := firstaid(t, "fix", "access-denied", "--incident", name, "--apply", "--confirm", "shop-role")
	if status != statusOK || !strings.Contains(out, "checked by AWS") {
		t.Fatalf("status %d:\n%s", status, out)
	}
	if err := call(); err != nil {
		t.Errorf("after the grant: %v\n%s", err, out)
	}
	if status, out := firstaid(t, "undo"); status != statusOK {
		t.Fatalf("undo: status %d\n%s", status, out)
	}
	if err := call(); err == nil || !strings.Contains(err.Error(), "not authorized to perform") {
		t.Errorf("after taking it back: %v", err)
	}
}
