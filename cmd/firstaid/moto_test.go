package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	ltypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"firstaid/diagnostics"
	"firstaid/diagnostics/collect/emulatortest"
)

const motoTemplate = `Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: shop-role
      AssumeRolePolicyDocument: {Version: "2012-10-17", Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]}
  Fn:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: shop-fn
      Role: !GetAtt Role.Arn
      Handler: index.handler
      Runtime: python3.12
      Code: {ZipFile: "def handler(e, c): return 1"}
`

// seed writes log lines, a second apart, up to now.
func seed(t *testing.T, e *emulatortest.Emulator, group string, lines ...string) {
	t.Helper()
	ctx, client, stream := context.Background(), cloudwatchlogs.NewFromConfig(e.Config()), aws.String("2026/11/22/[$LATEST]0123456789abcdef")
	if _, err := client.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String(group)}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.CreateLogStream(ctx, &cloudwatchlogs.CreateLogStreamInput{LogGroupName: aws.String(group), LogStreamName: stream}); err != nil {
		t.Fatal(err)
	}
	start := time.Now().Add(-time.Duration(len(lines)) * time.Second)
	var events []types.InputLogEvent
	for i, line := range lines {
		events = append(events, types.InputLogEvent{Timestamp: aws.Int64(start.Add(time.Duration(i) * time.Second).UnixMilli()), Message: aws.String(line)})
	}
	if _, err := client.PutLogEvents(ctx, &cloudwatchlogs.PutLogEventsInput{LogGroupName: aws.String(group), LogStreamName: stream, LogEvents: events}); err != nil {
		t.Fatal(err)
	}
}

// AccessDenied as five SDKs print it: each names role, action and resource.
func TestAccessDeniedOfFiveSDKsOnMoto(t *testing.T) {
	const core = "User: arn:aws:sts::123456789012:assumed-role/shop-role/shop-fn is not authorized to perform: ACTION on resource: RESOURCE because no identity-based policy allows the ACTION action"
	for sdk, c := range map[string]struct{ line, action, resource string }{
		"boto3": {
			"[ERROR] ClientError: An error occurred (AccessDeniedException) when calling the GetItem operation: CORE\nTraceback (most recent call last):\n  File \"/var/task/index.py\", line 9, in handler",
			"dynamodb:GetItem", "arn:aws:dynamodb:us-east-1:123456789012:table/orders",
		},
		"Go v2": {
			"2026/11/22 10:00:00 operation error SQS: SendMessage, https response error StatusCode: 403, RequestID: 7f0b, api error AccessDenied: CORE",
			"sqs:SendMessage", "arn:aws:sqs:us-east-1:123456789012:jobs",
		},
		"Java v2": {
			"software.amazon.awssdk.services.secretsmanager.model.SecretsManagerException: CORE (Service: SecretsManager, Status Code: 400, Request ID: 6c1e) (SDK Attempt Count: 1)",
			"secretsmanager:GetSecretValue", "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf",
		},
		"JS v3": {
			`{"errorType":"AccessDeniedException","errorMessage":"CORE","trace":["AccessDeniedException: CORE","    at throwDefaultError (/var/runtime/node_modules/@aws-sdk/node_modules/@smithy/smithy-client/dist-cjs/index.js:388:20)"]}`,
			"states:StartExecution", "arn:aws:states:us-east-1:123456789012:stateMachine:flow",
		},
		".NET": {
			"Amazon.Lambda.AmazonLambdaException: CORE\n ---> Amazon.Runtime.Internal.HttpErrorResponseException: Exception of type 'Amazon.Runtime.Internal.HttpErrorResponseException' was thrown.",
			"lambda:InvokeFunction", "arn:aws:lambda:us-east-1:123456789012:function:other",
		},
	} {
		t.Run(sdk, func(t *testing.T) {
			e := emulatortest.Moto(t)
			deploy(t, e, "shop", motoTemplate)
			message := strings.NewReplacer("ACTION", c.action, "RESOURCE", c.resource).Replace(core)
			seed(t, e, "/aws/lambda/shop-fn", "START RequestId: 6f1c0000-0000-4000-8000-000000000000 Version: $LATEST", strings.ReplaceAll(c.line, "CORE", message), "END RequestId: 6f1c0000-0000-4000-8000-000000000000")
			inProject(t, e, nil)
			d := diagnose(t, "shop")
			f, ok := d.about("access-denied")
			if !ok || f.Rank != 1 {
				t.Fatalf("findings:%s", d)
			}
			if f.Captures["action"] != c.action || f.Captures["resource"] != c.resource || !strings.Contains(f.Captures["principal"], ":assumed-role/shop-role/") {
				t.Errorf("captures %v", f.Captures)
			}
			if len(f.Unknown) == 0 {
				t.Error("moto cannot simulate, and the finding does not say that this is unknown")
			}
		})
	}
}

// A response that is too large, in the words of moto's Lambda.
func TestOversizedPayloadOnMoto(t *testing.T) {
	e := emulatortest.Moto(t)
	deploy(t, e, "shop", motoTemplate)
	e.Post(t, "/moto-api/config", "application/json", `{"lambda":{"use_docker":false}}`)
	client := lambda.NewFromConfig(e.Config())
	_, err := client.CreateFunction(context.Background(), &lambda.CreateFunctionInput{
		FunctionName: aws.String("big"), Role: aws.String("arn:aws:iam::123456789012:role/shop-role"), Runtime: ltypes.RuntimePython312,
		Handler: aws.String("index.handler"), Code: &ltypes.FunctionCode{ZipFile: []byte("PK\x05\x06" + strings.Repeat("\x00", 18))},
	})
	if err != nil {
		t.Fatal(err)
	}
	e.Post(t, "/moto-api/static/lambda-simple/response", "application/json",
		`{"results":["`+strings.Repeat("x", 7_000_000)+`"],"account_id":"123456789012","region":"us-east-1"}`)
	out, err := client.Invoke(context.Background(), &lambda.InvokeInput{FunctionName: aws.String("big")})
	if err != nil {
		t.Fatal(err)
	}
	seed(t, e, "/aws/lambda/shop-fn", string(out.Payload))
	inProject(t, e, nil)
	d := diagnose(t, "shop")
	if f, ok := d.about("payload-too-large-502"); !ok || f.Rank != 1 {
		t.Fatalf("findings:%s after %s", d, out.Payload)
	}
}

// A function runs an image of a repository that nobody has: missing for certain.
func TestMissingRepositoryOnMoto(t *testing.T) {
	const template = `Resources:
  Role: {Type: AWS::IAM::Role, Properties: {RoleName: shop-role, AssumeRolePolicyDocument: {Version: "2012-10-17", Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]}}}
  Fn:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: shop-fn
      Role: !GetAtt Role.Arn
      PackageType: Image
      Code: {ImageUri: "123456789012.dkr.ecr.us-east-1.amazonaws.com/shop/gone:v1"}
`
	e := emulatortest.Moto(t)
	deploy(t, e, "shop", template)
	inProject(t, e, map[string]string{"template.yaml": template})
	d := diagnose(t, "shop")
	f, ok := d.about("ecr-missing")
	if !ok || f.Confidence != diagnostics.Confirmed || !strings.Contains(f.Summary.En, "shop/gone") {
		t.Fatalf("%+v, findings:%s", f, d)
	}
}
