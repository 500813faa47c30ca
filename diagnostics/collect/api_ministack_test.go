package collect_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"firstaid/diagnostics"
	"firstaid/diagnostics/collect"
	"firstaid/diagnostics/collect/emulatortest"
)

// A healthy application: a function behind a REST API, an HTTP API, and a REST
// API whose CORS forgets PATCH and whose integration holds an ARN that nobody
// substituted. The last two are plain CloudFormation: of SAM's OpenAPI bodies
// the emulator keeps neither CORS answers nor HTTP routes.
const healthy = `
Transform: AWS::Serverless-2016-10-31
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.12
      Handler: index.handler
      InlineCode: |
        def handler(e, c):
          print("[ERROR] boom")
          return {'statusCode': 200, 'body': 'hi'}
      AutoPublishAlias: live
      Events:
        Get: {Type: Api, Properties: {Path: /items, Method: get}}
  Web: {Type: AWS::ApiGatewayV2::Api, Properties: {Name: web, ProtocolType: HTTP, CorsConfiguration: {AllowMethods: [GET], AllowOrigins: ["*"]}}}
  WebIntegration: {Type: AWS::ApiGatewayV2::Integration, Properties: {ApiId: !Ref Web, IntegrationType: AWS_PROXY, IntegrationUri: !GetAtt Fn.Arn, PayloadFormatVersion: "2.0"}}
  WebRoute: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: !Ref Web, RouteKey: GET /items, Target: !Sub "integrations/${WebIntegration}"}}
  Bare: {Type: AWS::ApiGateway::RestApi, Properties: {Name: bare}}
  BareResource: {Type: AWS::ApiGateway::Resource, Properties: {RestApiId: !Ref Bare, ParentId: !GetAtt Bare.RootResourceId, PathPart: x}}
  BareMethod:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Bare
      ResourceId: !Ref BareResource
      HttpMethod: GET
      AuthorizationType: NONE
      Integration: {Type: AWS_PROXY, IntegrationHttpMethod: POST, Uri: "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${Fn.Arn}/invocations"}
  BareOptions:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Bare
      ResourceId: !Ref BareResource
      HttpMethod: OPTIONS
      AuthorizationType: NONE
      Integration:
        Type: MOCK
        IntegrationResponses:
          - {StatusCode: "200", ResponseParameters: {method.response.header.Access-Control-Allow-Methods: "'GET,POST'", method.response.header.Access-Control-Allow-Origin: "'*'"}}
`

// The alias race without SAM, whose transform the emulator does not run in children.
const plainRace = `
Resources:
  Role: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {Statement: []}}}
  Fn: {Type: AWS::Lambda::Function, Properties: {Runtime: python3.12, Handler: index.handler, Role: !GetAtt Role.Arn, Code: {ZipFile: "def handler(e,c): pass"}}}
  Version: {Type: AWS::Lambda::Version, Properties: {FunctionName: !Ref Fn}}
  Live: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !Ref Fn, FunctionVersion: !GetAtt Version.Version, Name: live}}
  EIC: {Type: AWS::Lambda::EventInvokeConfig, Properties: {FunctionName: !Ref Fn, Qualifier: live, MaximumRetryAttempts: 1}}
`

func TestHealthyStackOnMinistack(t *testing.T) {
	e := emulatortest.Ministack(t)
	if s := deploy(t, e, "app", healthy); s.StackStatus != types.StackStatusCreateComplete {
		t.Fatalf("the stack ended %s", s.StackStatus)
	}
	c := collector(t, e)
	all := waves(t, c, collect.Target{Stack: "app"})
	s := all[len(all)-1]
	if len(s.Functions) != 1 || len(s.Functions[0].Aliases) != 1 || s.Functions[0].Aliases[0].Name != "live" || !strings.Contains(s.Functions[0].Policy, "apigateway.amazonaws.com") {
		t.Fatalf("functions %+v", s.Functions)
	}
	routes := map[string]diagnostics.Route{}
	for _, api := range s.APIs {
		for _, r := range api.Routes {
			routes[api.Name+" "+r.HttpMethod+" "+r.Path] = r
		}
	}
	if r := routes["bare OPTIONS /x"]; r.AllowMethods != "GET,POST" || r.AllowOrigin != "*" {
		t.Errorf("CORS %+v of %v", r, routes)
	}
	if r := routes["bare GET /x"]; !strings.Contains(r.IntegrationUri, "${Fn.Arn}") {
		t.Errorf("integration %+v of %v", r, routes)
	}
	if r := routes["web GET /items"]; r.IntegrationType != "AWS_PROXY" || !strings.Contains(r.IntegrationUri, ":function:app-Fn") {
		t.Errorf("HTTP route %+v of %v", r, routes)
	}
	checkLogs(t, e, c, s.Functions[0].FunctionName)
}

// checkLogs runs the function: its log is read afterwards, and its metrics.
func checkLogs(t *testing.T, e *emulatortest.Emulator, c *collect.Collector, function string) {
	t.Helper()
	ctx := context.Background()
	if _, err := lambda.NewFromConfig(e.Config()).Invoke(ctx, &lambda.InvokeInput{FunctionName: aws.String(function)}); err != nil {
		t.Fatal(err)
	}
	_, err := cloudwatch.NewFromConfig(e.Config()).PutMetricData(ctx, &cloudwatch.PutMetricDataInput{
		Namespace: aws.String("AWS/Lambda"),
		MetricData: []cwtypes.MetricDatum{{
			MetricName: aws.String("Duration"), Value: aws.Float64(1234), Timestamp: aws.Time(time.Now().Truncate(time.Hour).Add(-time.Minute)),
			Dimensions: []cwtypes.Dimension{{Name: aws.String("FunctionName"), Value: aws.String(function)}},
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	all := waves(t, c, collect.Target{Stack: "app"})
	s := all[len(all)-1]
	i := slices.IndexFunc(s.Metrics, func(m diagnostics.Metric) bool { return m.MetricName == "Duration" })
	if i < 0 || !slices.Equal(s.Metrics[i].Values, []float64{1234}) || s.Metrics[i].Period != 3600 {
		t.Errorf("metrics %+v, unread %+v", s.Metrics, s.Unread)
	}
	i = slices.IndexFunc(s.LogGroups, func(g diagnostics.LogGroup) bool { return g.FunctionName == function })
	if i < 0 {
		t.Fatalf("no log of %s, unread %+v", function, s.Unread)
	}
	var text strings.Builder
	for _, line := range s.LogGroups[i].Events {
		text.WriteString(line.Message + "\n")
	}
	for _, want := range []string{"START RequestId", "[ERROR] boom", "REPORT RequestId"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("no %s in %s", want, text.String())
		}
	}
}

// The child fails, the parent repeats its reason: both are read.
func TestNestedFailureOnMinistack(t *testing.T) {
	e := emulatortest.Ministack(t)
	upload(t, e.URL+"/templates", "")
	upload(t, e.URL+"/templates/child.yaml", plainRace)
	parent := fmt.Sprintf("Resources:\n  N:\n    Type: AWS::CloudFormation::Stack\n    Properties: {TemplateURL: %s/templates/child.yaml}\n", e.URL)
	deploy(t, e, "parent", parent)
	all := waves(t, collector(t, e), collect.Target{Stack: "parent"})
	s := all[len(all)-1]
	var failed []string
	for _, event := range s.Events {
		if event.Failed() {
			failed = append(failed, strings.SplitN(event.StackName, "-", 2)[0]+" "+event.LogicalResourceId)
		}
	}
	if !slices.Contains(failed, "parent EIC") || !slices.Contains(failed, "parent N") {
		t.Errorf("failed: %v of %+v, unread %+v", failed, s.Events, s.Unread)
	}
	if len(s.Stacks) < 2 || len(s.Templates) != 2 || s.Stacks[0].StackName != "parent" {
		t.Errorf("%d templates, stacks %+v", len(s.Templates), s.Stacks)
	}
}

// upload makes a bucket or an object: S3 is HTTP's PUT.
func upload(t *testing.T, url, body string) {
	t.Helper()
	request, err := http.NewRequestWithContext(context.Background(), http.MethodPut, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("put %s: %s", url, resp.Status)
	}
}

// What pre-deployment validation found is only in DescribeEvents.
func TestValidationErrorOnMinistack(t *testing.T) {
	e := emulatortest.Ministack(t)
	deploy(t, e, "first", `{"Resources":{"B":{"Type":"AWS::S3::Bucket","Properties":{"BucketName":"taken-name"}}}}`)
	deploy(t, e, "second", `{"Resources":{"B":{"Type":"AWS::S3::Bucket","Properties":{"BucketName":"taken-name"}}}}`)
	all := waves(t, collector(t, e), collect.Target{Stack: "second"})
	events := all[len(all)-1].Events
	i := slices.IndexFunc(events, func(e diagnostics.Event) bool { return e.ValidationName != "" })
	if i < 0 || events[i].ValidationPath != "/Resources/B" || !events[i].Failed() || events[i].Reason() == "" {
		t.Errorf("events %+v", events)
	}
}

// A live tail over AWS_ENDPOINT_URL: no "stream-" before the host.
func TestTailOnMinistack(t *testing.T) {
	e := emulatortest.Ministack(t)
	seed(t, e, "/aws/lambda/x", "before")
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	go func() {
		for i := range 10 {
			select {
			case <-ctx.Done():
				return
			case <-time.After(300 * time.Millisecond):
				put(e, "/aws/lambda/x", fmt.Sprintf("line %d password=hunter2hunter2", i))
			}
		}
	}()
	var got []collect.TailUpdate
	err := collector(t, e).Tail(ctx, []string{"/aws/lambda/x"}, func(u collect.TailUpdate) bool {
		got = append(got, u)
		return false
	})
	if err != nil || len(got) != 1 {
		t.Fatalf("%v, %+v", err, got)
	}
	if u := got[0]; u.LogGroupName != "/aws/lambda/x" || !strings.HasPrefix(u.Events[0].Message, "line ") || strings.Contains(u.Events[0].Message, "hunter2") {
		t.Errorf("%+v", u)
	}
	if err := collector(t, e).Tail(ctx, nil, nil); err == nil || !strings.Contains(err.Error(), "1 to 10 log groups") {
		t.Errorf("%v", err)
	}
}
