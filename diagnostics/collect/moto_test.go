package collect_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"firstaid/diagnostics"
	"firstaid/diagnostics/collect"
	"firstaid/diagnostics/collect/emulatortest"
)

// A stack of roles, a function, an API and a repository, as moto makes it from
// a plain template.
const motoStack = `
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: shop-role
      Path: /app/
      AssumeRolePolicyDocument: {Version: "2012-10-17", Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]}
  Fn:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: shop-fn
      Role: !GetAtt Role.Arn
      Handler: index.handler
      Runtime: python3.12
      Environment: {Variables: {DB_PASSWORD: hunter2hunter2}}
      Code: {ZipFile: "def handler(e, c): return 1"}
  Repo:
    Type: AWS::ECR::Repository
    Properties: {RepositoryName: shop/api}
`

// shopOnMoto deploys the stack and gives its role policies through IAM: moto
// keeps those of a template as Python writes them and drops managed ones.
func shopOnMoto(t *testing.T) *emulatortest.Emulator {
	t.Helper()
	e := emulatortest.Moto(t, "MOTO_IAM_LOAD_MANAGED_POLICIES=true")
	deploy(t, e, "shop", motoStack)
	ctx, client := context.Background(), iam.NewFromConfig(e.Config())
	_, err := client.PutRolePolicy(ctx, &iam.PutRolePolicyInput{
		RoleName: aws.String("shop-role"), PolicyName: aws.String("read"),
		PolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"dynamodb:Query","Resource":"*"}]}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{
		RoleName: aws.String("shop-role"), PolicyArn: aws.String("arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"),
	})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

const seedStream = "2026/11/22/[$LATEST]0123456789abcdef"

// seed writes log lines, a second apart, up to now.
func seed(t *testing.T, e *emulatortest.Emulator, group string, lines ...string) {
	t.Helper()
	ctx := context.Background()
	client := cloudwatchlogs.NewFromConfig(e.Config())
	_, _ = client.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String(group)})
	stream := aws.String(seedStream)
	if _, err := client.CreateLogStream(ctx, &cloudwatchlogs.CreateLogStreamInput{LogGroupName: aws.String(group), LogStreamName: stream}); err != nil {
		t.Fatal(err)
	}
	start := time.Now().Add(-time.Duration(len(lines)) * time.Second)
	for batch := range slices.Chunk(lines, 500) {
		var events []types.InputLogEvent
		for _, line := range batch {
			start = start.Add(time.Second)
			events = append(events, types.InputLogEvent{Timestamp: aws.Int64(start.UnixMilli()), Message: aws.String(line)})
		}
		if _, err := client.PutLogEvents(ctx, &cloudwatchlogs.PutLogEventsInput{LogGroupName: aws.String(group), LogStreamName: stream, LogEvents: events}); err != nil {
			t.Fatal(err)
		}
	}
}

// put writes one line; a tail's test does not care whether it arrives.
func put(e *emulatortest.Emulator, group, line string) {
	_, _ = cloudwatchlogs.NewFromConfig(e.Config()).PutLogEvents(context.Background(), &cloudwatchlogs.PutLogEventsInput{
		LogGroupName: aws.String(group), LogStreamName: aws.String(seedStream),
		LogEvents: []types.InputLogEvent{{Timestamp: aws.Int64(time.Now().UnixMilli()), Message: aws.String(line)}},
	})
}

// Roles, functions, repositories and logs of a real stack on moto; a
// repository that a log line names and nobody has is missing, not unread.
func TestStackOnMoto(t *testing.T) {
	e := shopOnMoto(t)
	denied := "[ERROR] ClientError: An error occurred (AccessDeniedException) when calling the GetItem operation: User: arn:aws:sts::123456789012:assumed-role/shop-role/shop-fn is not authorized to perform: dynamodb:GetItem on resource: arn:aws:dynamodb:us-east-1:123456789012:table/orders because no identity-based policy allows the dynamodb:GetItem action"
	seed(t, e, "/aws/lambda/shop-fn", "START RequestId: 1 Version: $LATEST", denied,
		"Source image 123456789012.dkr.ecr.us-east-1.amazonaws.com/shop/gone:v1 does not exist. Provide a valid source image.")
	registry := ecr.NewFromConfig(e.Config())
	manifest := `{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json","config":{"mediaType":"application/vnd.docker.container.image.v1+json","size":1,"digest":"sha256:0000000000000000000000000000000000000000000000000000000000000001"},"layers":[]}`
	if _, err := registry.PutImage(context.Background(), &ecr.PutImageInput{RepositoryName: aws.String("shop/api"), ImageManifest: aws.String(manifest), ImageTag: aws.String("v7")}); err != nil {
		t.Fatal(err)
	}
	all := waves(t, collector(t, e), collect.Target{Stack: "shop"})
	s := all[len(all)-1]
	if len(s.Functions) != 1 || s.Functions[0].FunctionName != "shop-fn" || s.Functions[0].Environment[0].Value == "hunter2hunter2" {
		t.Errorf("functions %+v", s.Functions)
	}
	if len(s.Roles) != 1 || s.Roles[0].Arn != "arn:aws:iam::123456789012:role/app/shop-role" || len(s.Roles[0].Policies) != 2 ||
		!strings.Contains(s.Roles[0].Policies[0].Document, "dynamodb:Query") || !strings.Contains(s.Roles[0].Policies[1].Document, "logs:PutLogEvents") ||
		!strings.Contains(s.Roles[0].TrustPolicy, "lambda.amazonaws.com") {
		t.Errorf("roles %+v", s.Roles)
	}
	var repos []string
	for _, r := range s.Repositories {
		repos = append(repos, fmt.Sprintf("%s missing=%v images=%d", r.RepositoryName, r.Missing, len(r.Images)))
	}
	if want := []string{"shop/api missing=false images=1", "shop/gone missing=true images=0"}; !slices.Equal(repos, want) {
		t.Errorf("repositories %v", repos)
	}
	if len(s.LogGroups) != 1 || len(s.LogGroups[0].Events) != 3 || s.LogGroups[0].Events[1].Message != denied {
		t.Errorf("logs %+v", s.LogGroups)
	}
	// moto has no SimulatePrincipalPolicy: that is said, and nothing is called fine.
	if u := unreadOf(s, diagnostics.KindSimulation); !strings.Contains(u.Reason, "SimulatePrincipalPolicy") {
		t.Errorf("unread %+v", s.Unread)
	}
}

// A log that is longer than what is read: the newest lines are, in order, and
// the group says that there are more. moto answers oldest first.
func TestNewestLogLinesOnMoto(t *testing.T) {
	e := shopOnMoto(t)
	var lines []string
	for i := range 1200 {
		lines = append(lines, fmt.Sprintf("line %04d", i))
	}
	seed(t, e, "/aws/lambda/shop-fn", lines...)
	all := waves(t, collector(t, e), collect.Target{Stack: "shop"})
	g := all[len(all)-1].LogGroups[0]
	if !g.Truncated || len(g.Events) < 500 {
		t.Fatalf("truncated %v, %d events", g.Truncated, len(g.Events))
	}
	if last := g.Events[len(g.Events)-1]; last.Message != "line 1199" || g.Events[0].Message > "line 0700" {
		t.Errorf("from %s to %s", g.Events[0].Message, last.Message)
	}
	if !slices.IsSortedFunc(g.Events, func(a, b diagnostics.LogEvent) int { return a.Timestamp.Compare(b.Timestamp) }) {
		t.Error("the events are not in order")
	}
}

// The region's stacks, failed ones first.
func TestStacksOnMoto(t *testing.T) {
	e := emulatortest.Moto(t)
	c := collector(t, e)
	if stacks, err := c.Stacks(context.Background()); err != nil || len(stacks) != 0 {
		t.Fatalf("%v, %v", stacks, err)
	}
	deploy(t, e, "one", `{"Resources":{"T":{"Type":"AWS::SNS::Topic"}}}`)
	deploy(t, e, "two", `{"Resources":{"T":{"Type":"AWS::SNS::Topic"}}}`)
	stacks, err := c.Stacks(context.Background())
	if err != nil || len(stacks) != 2 || stacks[0].LastChanged().Before(stacks[1].LastChanged()) {
		t.Errorf("%v, %+v", err, stacks)
	}
}
