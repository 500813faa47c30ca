package diagnostics

import (
	"fmt"
	"strings"
	"testing"
)

// brief writes a record as one line.
func brief(r Record) string {
	text := strings.Join(strings.Fields(strings.ReplaceAll(r.Text, string(softBreak), " ")), " ")
	if !r.Event {
		return text
	}
	return fmt.Sprintf("%s %s %s: %s", r.Status, r.Type, r.LogicalID, text)
}

func TestRecords(t *testing.T) {
	for _, c := range []struct {
		name, in string
		want     []string
	}{
		{"plain text", "Access Denied\nfor all", []string{"Access Denied for all"}},
		{
			"describe-stack-events, newest first", `{"StackEvents": [
				{"StackName": "shop", "LogicalResourceId": "B", "ResourceType": "AWS::S3::Bucket", "Timestamp": "2026-01-02T10:00:05.000Z", "ResourceStatus": "CREATE_FAILED", "ResourceStatusReason": "Resource creation cancelled", "ResourceProperties": "{\"x\":\"Access Denied\"}"},
				{"StackName": "shop", "LogicalResourceId": "A", "ResourceType": "AWS::SQS::Queue", "Timestamp": "2026-01-02T10:00:04.000Z", "ResourceStatus": "CREATE_FAILED", "ResourceStatusReason": "Access Denied"}]}`,
			[]string{"CREATE_FAILED AWS::SQS::Queue A: Access Denied", "CREATE_FAILED AWS::S3::Bucket B: Resource creation cancelled"},
		},
		{"filter-log-events", `{"events":[{"logStreamName":"x","timestamp":1664900584626,"message":"first\n"},{"message":"second"}],"searchedLogStreams":[]}`, []string{"first", "second"}},
		{"console export", `[{"timestamp": "2026-01-02", "message": "first"}]`, []string{"first"}},
		{"Logs Insights", `{"results":[[{"field":"@timestamp","value":"2026-01-02 10:00:00.000"},{"field":"@message","value":"first"}]],"status":"Complete"}`, []string{"first"}},
		{"CSV", "timestamp,message\n1664900584626,\"first\nline\"\n1664900584627,second\n", []string{"first line", "second"}},
		{"JSON that is no export", `{"message":"Missing Authentication Token"}`, []string{`{"message":"Missing Authentication Token"}`}},
		{
			"CDK", `ShopStack |  4/12 | 11:27:18 PM | CREATE_IN_PROGRESS   | AWS::Lambda::Alias    | Fn/Live (FnLive1A2B) Resource creation Initiated
ShopStack |  4/12 | 11:27:19 PM | CREATE_FAILED        | AWS::Lambda::Alias    | Fn/Live (FnLive1A2B) Resource handler returned
message: "no"
	new Alias (/app/node_modules/x.js:1:2)

 ❌  ShopStack failed: Error: The stack named ShopStack failed creation`,
			[]string{
				"CREATE_IN_PROGRESS AWS::Lambda::Alias Fn/Live (FnLive1A2B): Resource creation Initiated",
				`CREATE_FAILED AWS::Lambda::Alias Fn/Live (FnLive1A2B): Resource handler returned message: "no"`,
				"new Alias (/app/node_modules/x.js:1:2) ❌ ShopStack failed: Error: The stack named ShopStack failed creation",
			},
		},
		{
			"console, newest first", "| 01:42:46 UTC+0800 | ROLLBACK_IN_PROGRESS | AWS::CloudFormation::Stack | shop | The following resource(s) failed to create: [A]. |\n| 01:42:45 UTC+0800 | CREATE_FAILED | Custom::Load | A | Failed to create resource. no |\n| 01:42:40 UTC+0800 | CREATE_IN_PROGRESS | Custom::Load | A | |",
			[]string{
				"CREATE_IN_PROGRESS Custom::Load A: ",
				"CREATE_FAILED Custom::Load A: Failed to create resource. no",
				"ROLLBACK_IN_PROGRESS AWS::CloudFormation::Stack shop: The following resource(s) failed to create: [A].",
			},
		},
		{"Serverless Framework", "Error:\nCREATE_FAILED: FnAlias (AWS::Lambda::Alias)\nAlias broken\n\nView the full error", []string{"Error:", "CREATE_FAILED AWS::Lambda::Alias FnAlias: Alias broken", "View the full error"}},
		{"bare head and a blank line", "CREATE_FAILED - AWS::ApiGateway::Stage\n\nrole must be set", []string{"CREATE_FAILED AWS::ApiGateway::Stage : role must be set"}},
		{"Amplify", "CREATE_FAILED      functionA    AWS::CloudFormation::Stack Mon Oct 10 2022 10:00:00 GMT+0000 (UTC) Embedded stack failed", []string{"CREATE_FAILED AWS::CloudFormation::Stack functionA: Embedded stack failed"}},
		{"a sentence is no row", "Service UPDATE_FAILED\nResource of type AWS::ECS::Service exists", []string{"Service UPDATE_FAILED Resource of type AWS::ECS::Service exists"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, r := range Records(c.in) {
				got = append(got, brief(r))
			}
			if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", c.want) {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

func TestUnwrap(t *testing.T) {
	for _, c := range []struct {
		in    string
		names []string
		inner string
	}{
		{"Access Denied", nil, "Access Denied"},
		{
			`Received response status [FAILED] from custom resource. Message returned: An error occurred (AccessDenied) when calling the PutObject operation (reached max retries: 4): no (RequestId: 1-2)`,
			[]string{"custom resource", "botocore"},
			"no",
		},
		{
			`12:00:01 PM | CREATE_FAILED | AWS::X | Y Resource handler returned message: "Role (x) bad (Service: Lambda, Status Code: 400, Request ID: 1) (SDK Attempt Count: 1)" (RequestToken: 2, HandlerErrorCode: InvalidRequest)`,
			[]string{"CloudFormation handler", "AWS SDK"},
			"Role (x) bad",
		},
		{
			"Error: Failed to create changeset for the stack: s, ex: Waiter ChangeSetCreateComplete failed: Waiter encountered a terminal failure state Status: FAILED. Reason: Transform AWS::Serverless-2016-10-31 failed with: Invalid Serverless Application Specification document. Number of errors found: 1. Resource with id [F] is invalid. bad",
			[]string{"sam deploy", "SAM transform"},
			"bad",
		},
		{"operation error Lambda: CreateAlias, https response error StatusCode: 404, RequestID: 1, api error ResourceNotFoundException: gone", []string{"Go SDK"}, "gone"},
		{"com.amazonaws.services.s3.model.AmazonS3Exception: Access Denied (Service: Amazon S3; Status Code: 403; Error Code: AccessDenied; Request ID: 1; S3 Extended Request ID: 2=)", []string{"AWS SDK"}, "Access Denied"},
		{"A: outer ---> B: middle ---> C: inner", []string{"exception", "exception"}, "C: inner"},
		{"java.lang.RuntimeException: x Caused by: java.io.IOException: disk", []string{"exception"}, "disk"},
		{"OSError: disk During handling of the above exception, another exception occurred: RuntimeError: x", []string{"exception"}, "OSError: disk"},
	} {
		layers := Unwrap(c.in)
		var names []string
		for _, l := range layers[:len(layers)-1] {
			names = append(names, l.Wrapper)
		}
		inner := layers[len(layers)-1]
		if fmt.Sprint(names) != fmt.Sprint(c.names) || inner.Text != c.inner || c.in[inner.From:inner.To] != inner.Text {
			t.Errorf("%.60s…\ngot  %q %q\nwant %q %q", c.in, names, inner.Text, c.names, c.inner)
		}
	}
}

func TestIsCode(t *testing.T) {
	for _, line := range []string{
		`      /User: .* is not authorized to perform: .*:.* on resource/,`,
		`if "AccessDenied" in str(e):`,
		`	if strings.Contains(err.Error(), "exec format error") {`,
		`throw new Error("Task timed out after 3.00 seconds");`,
		`const MSG = "Rate exceeded";`,
		`expect(error.message).toContain('Access Denied')`,
		`  pattern: "Task timed out after [0-9.]+ seconds"`,
		`grep -q "No updates are to be performed" out.txt`,
		`        return "The security token included in the request is expired"`,
		`if (err.code === 'AccessDenied') {`,
		`ERR = re.compile(r"ENOSPC: no space left on device")`,
		`raise ValueError("Access Denied")`,
		`    log_send_error("TooManyRequestsException", "us-east-1")`,
		`printk(KERN_ERR "disk: did not stabilize!\n");`,
		`        map.put(.ENOSPC, "No space left on device");`,
		`      case 'No space left on device':`,
		`	msgUpdated = "Export %s cannot be updated as it is in use by %s"`,
		`	"BucketNotEmpty":        "The bucket you tried to delete is not empty",`,
		`  'remaining connection slots are reserved',`,
		`"Lambda was unable to configure your environment variables because "+`,
		`    throttled?: ThrottlingException;`,
		`import { AccessDenied } from "./errors"`,
		`raise ValidationException("Parameter ScheduleExpression is not valid.") from e`,
		`        assert err["Message"] == "The specified key does not exist."`,
		`        == f"The vpc '{vpc['VpcId']}' has dependencies and cannot be deleted."`,
		`    message = "The bucket you tried to delete is not empty"`,
		`with pytest.raises(client.exceptions.AlreadyExistsException):`,
		`    ("ThrottlingException", "Rate exceeded"),`,
		`    """Domain already exists."""`,
		`echo "Error: Access Denied"`,
	} {
		if !IsCode(line) {
			t.Errorf("not taken for code: %s", line)
		}
	}
	for _, line := range []string{
		`Value 'arn:x' at 'role' failed to satisfy constraint: Member must satisfy regular expression pattern: arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+`,
		`string [x] does not match pattern ^arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\-])+.*$`,
		`  message: '473086 byte payload is too large for the Event invocation type (limit 131072 bytes)',`,
		`[ERROR] OSError: [Errno 28] No space left on device: '/tmp/x'`,
		`Error: connect ETIMEDOUT 52.10.96.57:443`,
		`User: * is not authorized to perform: iam:PutRolePolicy on resource: role cdk-*`,
		`2022-11-02T10:41:30.815-04:00 RequestId: 1 Error: fork/exec /opt/extensions/x: exec format error Extension.LaunchError`,
		`{"level":"error","msg":"for user x: Access Denied"}`,
		`    at Object.<anonymous> (/var/task/index.js:1:1)`,
		`AuthorizationException(403, '{"Message":"User: anonymous is not authorized to perform: es:ESHttpPost"}')`,
		`botocore.errorfactory.ResourceNotFoundException('Function not found: f')`,
		`from parameter store for this account.`,
		`Unable to locate credentials. You can configure credentials by running "aws configure".`,
		`  'Code': 'AccessDenied', 'Message': 'Access Denied',`,
	} {
		if IsCode(line) {
			t.Errorf("taken for code: %s", line)
		}
	}
}

func TestWithoutCode(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"a bracket owns what is indented below it", "raise Denied(\n    \"Access Denied\"\n)\nError: Access Denied", "\n\n)\nError: Access Denied"},
		{"a list of texts", "PATTERNS = [\n  \"rate exceeded\",\n]\nRate exceeded", "\n\n]\nRate exceeded"},
		{"an object that is returned", "  return {\n    \"errorType\": \"Runtime.ExitError\",\n  }", "\n\n  }"},
		{"a call in a chain", "  .body(containsString(\n    \"Access Denied\"));\nx", "\n\nx"},
		{"the pieces of one text", "  x = f'Size {n} is '\n    'too large'\ny", "\n\ny"},
		{"the code lines of a stack trace", "  File \"a.py\", line 3, in f\n    raise error_class(response, name)\nClientError: Access Denied", "  File \"a.py\", line 3, in f\n\nClientError: Access Denied"},
		{"an error object that a program printed", "Error: creating function: {\n  RespMetadata: {\n    StatusCode: 400\n  },\n  Message_: \"x\"\n}", "Error: creating function: {\n  RespMetadata: {\n    StatusCode: 400\n  },\n  Message_: \"x\"\n}"},
	} {
		if got := WithoutCode(c.in); got != c.want {
			t.Errorf("%s:\ngot  %q\nwant %q", c.name, got, c.want)
		}
	}
}
