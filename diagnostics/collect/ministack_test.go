package collect_test

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"firstaid/diagnostics"
	"firstaid/diagnostics/collect"
	"firstaid/diagnostics/collect/emulatortest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// The alias race: EIC names the alias live and does not wait for it.
const aliasRace = `
Transform: AWS::Serverless-2016-10-31
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.12
      Handler: index.handler
      InlineCode: "def handler(e,c): return {'statusCode':200,'body':'hi'}"
      AutoPublishAlias: live
      Environment: {Variables: {DB_PASSWORD: hunter2hunter2, LOG_LEVEL: debug}}
      Events:
        A: {Type: Api, Properties: {Path: /items, Method: get}}
  EIC:
    Type: AWS::Lambda::EventInvokeConfig
    Properties: {FunctionName: !Ref Fn, Qualifier: live, MaximumRetryAttempts: 1}
`

// deploy creates a stack and waits for its end.
func deploy(t *testing.T, e *emulatortest.Emulator, name, body string) types.Stack {
	t.Helper()
	client := cloudformation.NewFromConfig(e.Config())
	ctx := context.Background()
	_, err := client.CreateStack(ctx, &cloudformation.CreateStackInput{
		StackName: aws.String(name), TemplateBody: aws.String(body),
		Capabilities: []types.Capability{types.CapabilityCapabilityIam, types.CapabilityCapabilityNamedIam, types.CapabilityCapabilityAutoExpand},
	})
	if err != nil {
		t.Fatalf("create stack %s: %v", name, err)
	}
	for range 300 {
		out, err := client.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: aws.String(name)})
		if err != nil {
			t.Fatal(err)
		}
		if s := out.Stacks[0]; !strings.HasSuffix(string(s.StackStatus), "_IN_PROGRESS") {
			return s
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("stack %s never ended", name)
	return types.Stack{}
}

func collector(t *testing.T, e *emulatortest.Emulator) *collect.Collector {
	t.Helper()
	cfg := e.Config()
	c, err := collect.New(context.Background(), collect.Options{Config: &cfg})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// waves collects a stack and returns every snapshot.
func waves(t *testing.T, c *collect.Collector, target collect.Target) []*diagnostics.Snapshot {
	t.Helper()
	var all []*diagnostics.Snapshot
	began := time.Now()
	err := c.Collect(context.Background(), target, func(s *diagnostics.Snapshot) bool {
		t.Logf("%5d ms, %d calls: %s", time.Since(began).Milliseconds(), calls(s), s.Reading)
		all = append(all, s)
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestFailedStackOnMinistack(t *testing.T) {
	e := emulatortest.Ministack(t)
	if got := deploy(t, e, "race", aliasRace); got.StackStatus != types.StackStatusRollbackComplete {
		t.Fatalf("the race ended %s", got.StackStatus)
	}
	all := waves(t, collector(t, e), collect.Target{Stack: "race"})
	s := all[len(all)-1]
	if os.Getenv("DUMP") != "" {
		dump(t, s)
	}
	if !s.Complete || len(all) < 4 {
		t.Errorf("%d waves, complete %v", len(all), s.Complete)
	}
	if first := all[0]; first.Identity.Account != "000000000000" || len(first.Stacks) != 1 || len(first.Functions) != 0 {
		t.Errorf("the first wave is not identity and stack: %+v", first)
	}
	i := slices.IndexFunc(s.Events, diagnostics.Event.Failed)
	if i < 0 || !strings.Contains(s.Events[i].Reason(), "qualifier not found") || s.Events[i].LogicalResourceId != "EIC" {
		t.Errorf("failed event: %d of %+v", i, s.Events)
	}
	if len(s.Templates) != 1 || !strings.Contains(s.Templates[0].Original, "AutoPublishAlias") || !strings.Contains(s.Templates[0].Processed, "AWS::Lambda::Alias") {
		t.Errorf("templates: %+v", s.Templates)
	}
}

func calls(s *diagnostics.Snapshot) (n int) {
	for _, c := range s.Calls {
		n += c.Count
	}
	return n
}
