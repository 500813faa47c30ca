package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"firstaid/diagnostics"
	"firstaid/diagnostics/collect/emulatortest"
)

// The alias race: EIC names the alias live and does not wait for it.
const raceTemplate = `AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.12
      Handler: index.handler
      InlineCode: "def handler(e,c): return {'statusCode':200,'body':'hi'}"
      AutoPublishAlias: live
  EIC:
    Type: AWS::Lambda::EventInvokeConfig
    Properties:
      FunctionName: !Ref Fn
      Qualifier: live
      MaximumRetryAttempts: 1
`

// Deployed for real, failed for real: the playbook, the resource and the line
// of the user's own template; with the dependency in place the same template
// deploys and nothing is found.
func TestAliasRaceOnMinistack(t *testing.T) {
	e := emulatortest.Ministack(t)
	if s := deploy(t, e, "race", raceTemplate); s != types.StackStatusRollbackComplete {
		t.Fatalf("the race ended %s", s)
	}
	inProject(t, e, map[string]string{"template.yaml": raceTemplate})
	d := diagnose(t, "race")
	f, ok := d.about("alias-ordering")
	if !ok || f.Rank != 1 {
		t.Fatalf("findings:%s", d)
	}
	if f.Subject != (diagnostics.Ref{Kind: diagnostics.KindResource, ID: "race/EIC"}) {
		t.Errorf("subject %s", f.Subject)
	}
	first, last := lineOf(t, raceTemplate, "  EIC:"), strings.Count(raceTemplate, "\n")
	if f.Source == nil || f.Source.File != "template.yaml" || f.Source.Line < first || f.Source.Line > last {
		t.Errorf("source %+v, the resource stands on lines %d to %d", f.Source, first, last)
	}

	healed := strings.Replace(raceTemplate, "EventInvokeConfig\n", "EventInvokeConfig\n    DependsOn: FnAliaslive\n", 1)
	if s := deploy(t, e, "healed", healed); s != types.StackStatusCreateComplete {
		t.Fatalf("the healed template ended %s", s)
	}
	inProject(t, e, map[string]string{"template.yaml": healed})
	if d := diagnose(t, "healed"); len(d.Findings) > 0 {
		t.Errorf("findings on a healthy stack:%s", d)
	}
}

// The same race in a nested stack, whose child tells the resource.
func TestNestedRaceOnMinistack(t *testing.T) {
	const child = `Resources:
  Role: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {Version: "2012-10-17", Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]}}}
  Fn: {Type: AWS::Lambda::Function, Properties: {Runtime: python3.12, Handler: index.handler, Role: !GetAtt Role.Arn, Code: {ZipFile: "def handler(e,c): pass"}}}
  Version: {Type: AWS::Lambda::Version, Properties: {FunctionName: !Ref Fn}}
  Live: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !Ref Fn, FunctionVersion: !GetAtt Version.Version, Name: live}}
  EIC: {Type: AWS::Lambda::EventInvokeConfig, Properties: {FunctionName: !Ref Fn, Qualifier: live, MaximumRetryAttempts: 1}}
`
	e := emulatortest.Ministack(t)
	upload(t, e.URL+"/templates", "")
	upload(t, e.URL+"/templates/child.yaml", child)
	parent := "Resources:\n  Orders:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n      TemplateURL: %s\n"
	deploy(t, e, "parent", fmt.Sprintf(parent, e.URL+"/templates/child.yaml"))
	inProject(t, e, map[string]string{"template.yaml": fmt.Sprintf(parent, "child.yaml"), "child.yaml": child})
	d := diagnose(t, "parent")
	f, ok := d.about("alias-ordering")
	if !ok || f.Rank != 1 || !strings.HasPrefix(f.Subject.ID, "parent-Orders-") || !strings.HasSuffix(f.Subject.ID, "/EIC") {
		t.Fatalf("subject %s, findings:%s", f.Subject, d)
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

// A custom resource fails with the words of its author: CloudFormation hands
// them through byte for byte. Here they are AWS's own words, verbatim reasons
// via custom resource.
const oracle = `Resources:
  Role: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {Version: "2012-10-17", Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]}}}
  Oracle:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.12
      Handler: index.handler
      Role: !GetAtt Role.Arn
      Code:
        ZipFile: |
          import json, urllib.request
          def handler(e, c):
            p = e["ResourceProperties"]
            fail = e["RequestType"] in p.get("FailOn", "").split(",")
            b = json.dumps({"Status": "FAILED" if fail else "SUCCESS", "Reason": p.get("Reason", "r"), "PhysicalResourceId": "p",
              "StackId": e["StackId"], "RequestId": e["RequestId"], "LogicalResourceId": e["LogicalResourceId"]}).encode()
            urllib.request.urlopen(urllib.request.Request(e["ResponseURL"], data=b, method="PUT"))
  Sick:
    Type: Custom::Oracle
    Properties: {ServiceToken: !GetAtt Oracle.Arn, FailOn: Create, Reason: %q}
`

func TestVerbatimReasonsViaCustomResource(t *testing.T) {
	e := emulatortest.Ministack(t)
	inProject(t, e, nil)
	n := 0
	for playbook, reason := range map[string]string{
		"ecr-missing":          `Resource handler returned message: "Source image 000000000000.dkr.ecr.us-east-1.amazonaws.com/shop/api:v7 does not exist. Provide a valid source image. (Service: Lambda, Status Code: 400, Request ID: 5a4dc6ea-1) (SDK Attempt Count: 1)" (RequestToken: 0a1b, HandlerErrorCode: InvalidRequest)`,
		"alias-ordering":       `Validation failed for resource: function:shop-fn:live, scalable dimension: lambda:function:ProvisionedConcurrency. Reason: Cannot find alias arn: arn:aws:lambda:us-east-1:000000000000:function:shop-fn:live (Service: AWSApplicationAutoScaling; Status Code: 400; Error Code: ValidationException; Request ID: 9c)`,
		"passrole-assume-role": `Resource handler returned message: "The role defined for the function cannot be assumed by Lambda. (Service: Lambda, Status Code: 400, Request ID: 77) (SDK Attempt Count: 1)" (RequestToken: 3, HandlerErrorCode: InvalidRequest)`,
	} {
		t.Run(playbook, func(t *testing.T) {
			n++
			stack := fmt.Sprintf("oracle-%d", n)
			if s := deploy(t, e, stack, fmt.Sprintf(oracle, reason)); s != types.StackStatusRollbackComplete {
				t.Fatalf("the stack ended %s", s)
			}
			d := diagnose(t, stack)
			f, ok := d.about(playbook)
			if !ok || f.Rank != 1 {
				t.Fatalf("findings:%s", d)
			}
			if len(f.Evidence) == 0 || !strings.Contains(f.Evidence[0].Quote, reason[len(reason)/3:len(reason)/2]) {
				t.Errorf("evidence %+v", f.Evidence)
			}
		})
	}
}

// A deployed integration that still holds ${Fn.Arn}, and a preflight answer
// that does not allow the PATCH that the API has.
func TestAPIDefectsOnMinistack(t *testing.T) {
	const template = `Resources:
  Bare: {Type: AWS::ApiGateway::RestApi, Properties: {Name: bare}}
  Items: {Type: AWS::ApiGateway::Resource, Properties: {RestApiId: !Ref Bare, ParentId: !GetAtt Bare.RootResourceId, PathPart: items}}
  Patch:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Bare
      ResourceId: !Ref Items
      HttpMethod: PATCH
      AuthorizationType: NONE
      Integration:
        Type: AWS_PROXY
        IntegrationHttpMethod: POST
        Uri: "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${Fn.Arn}/invocations"
  Options:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Bare
      ResourceId: !Ref Items
      HttpMethod: OPTIONS
      AuthorizationType: NONE
      Integration:
        Type: MOCK
        IntegrationResponses:
          - StatusCode: "200"
            ResponseParameters:
              method.response.header.Access-Control-Allow-Methods: "'GET,POST'"
              method.response.header.Access-Control-Allow-Origin: "'*'"
`
	e := emulatortest.Ministack(t)
	if s := deploy(t, e, "api", template); s != types.StackStatusCreateComplete {
		t.Fatalf("the stack ended %s", s)
	}
	inProject(t, e, map[string]string{"template.yaml": template})
	d := diagnose(t, "api")
	arn, ok := d.about("arn-substitution")
	if !ok || arn.Confidence != diagnostics.Confirmed || arn.Captures["placeholder"] != "${Fn.Arn}" {
		t.Errorf("arn-substitution %+v, findings:%s", arn, d)
	}
	cors, ok := d.about("cors-missing-method")
	if !ok || cors.Confidence != diagnostics.Confirmed || cors.Captures["method"] != "PATCH" {
		t.Errorf("cors-missing-method %+v, findings:%s", cors, d)
	}
}
