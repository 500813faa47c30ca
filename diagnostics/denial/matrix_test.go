package denial

import (
	"encoding/json"
	"strings"
	"testing"
)

// wrappers are the ways in which a message reaches a log; CORE stands for it,
// JSON for it as a JSON string's inside, TWICE for it escaped once more, XML
// for it in XML.
var wrappers = map[string]string{
	"bare":                "CORE",
	"boto3":               "An error occurred (AccessDeniedException) when calling the Call operation: CORE",
	"boto3 on Lambda":     "[ERROR] ClientError: An error occurred (AccessDeniedException) when calling the Call operation: CORE\nTraceback (most recent call last):\n  File \"/var/task/app.py\", line 7, in handler\n    client.call()",
	"Go v1":               "AccessDeniedException: CORE\n\tstatus code: 400, request id: 3ab1c2d4-0000-4000-8000-000000000000",
	"Go v2":               "operation error Service: Call, https response error StatusCode: 400, RequestID: 3ab1c2d4-0000-4000-8000-000000000000, api error AccessDeniedException: CORE",
	"Go v2, modelled":     "operation error Service: Call, https response error StatusCode: 403, RequestID: 3ab1c2d4-0000-4000-8000-000000000000, AuthorizationError: CORE",
	"Java v1":             "com.amazonaws.services.x.model.AmazonXException: CORE (Service: AmazonX; Status Code: 400; Error Code: AccessDeniedException; Request ID: 3ab1c2d4; Proxy: null)",
	"Java v2":             "software.amazon.awssdk.services.x.model.XException: CORE (Service: X, Status Code: 400, Request ID: 3ab1c2d4) (SDK Attempt Count: 1)",
	"JS v2":               "2026-11-22T10:00:00.000Z\t3ab1c2d4\tERROR\tInvoke Error\t{\"errorType\":\"AccessDeniedException\",\"errorMessage\":\"JSON\",\"code\":\"AccessDeniedException\",\"statusCode\":400,\"retryable\":false}",
	"JS v3":               "AccessDeniedException: CORE\n    at throwDefaultError (/var/runtime/node_modules/@smithy/smithy-client/dist-cjs/index.js:388:20)",
	"JS v3 on Lambda":     `{"errorType":"AccessDeniedException","errorMessage":"JSON","trace":["AccessDeniedException: JSON","    at x"]}`,
	".NET":                "Amazon.X.AmazonXException: CORE\n ---> Amazon.Runtime.Internal.HttpErrorResponseException: Exception of type 'Amazon.Runtime.Internal.HttpErrorResponseException' was thrown.",
	"CloudFormation":      `Resource handler returned message: "CORE (Service: X, Status Code: 403, Request ID: 3ab1c2d4)" (RequestToken: 0f, HandlerErrorCode: AccessDenied)`,
	"CloudFormation, old": "API: x:Call CORE",
	"HTTP JSON":           `{"__type":"com.amazon.coral.service#AccessDeniedException","Message":"JSON"}`,
	"HTTP XML":            "<Error><Code>AccessDenied</Code><Message>XML</Message><RequestId>1</RequestId></Error>",
	"JSON in JSON":        `{"level":"error","msg":"{\"error\":\"TWICE\"}"}`,
	"a structured log":    `{"timestamp":"2026-11-22T10:00:00Z","level":"ERROR","message":"JSON","logger":"app"}`,
}

// TestWhateverWrapsAMessageItSaysTheSame: the fields of a message do not depend
// on what brought it.
func TestWhateverWrapsAMessageItSaysTheSame(t *testing.T) {
	const who = "User: arn:aws:sts::111122223333:assumed-role/shop-role/shop-fn is not authorized to perform: "
	for name, core := range map[string]struct{ text, action, resource, policy, decision, policyARN string }{
		"an allow is missing":      {who + "dynamodb:PutItem on resource: arn:aws:dynamodb:eu-west-1:111122223333:table/a.b because no identity-based policy allows the dynamodb:PutItem action", "dynamodb:PutItem", "arn:aws:dynamodb:eu-west-1:111122223333:table/a.b", "identity-based", "implicit", ""},
		"a Deny":                   {who + "sqs:sendmessage on resource: arn:aws:sqs:eu-west-1:111122223333:jobs with an explicit deny in an identity-based policy", "sqs:SendMessage", "arn:aws:sqs:eu-west-1:111122223333:jobs", "identity-based", "explicit", ""},
		"an SCP by its ARN":        {who + "s3:ListAllMyBuckets with an explicit deny in a service control policy: arn:aws:organizations::444455556666:policy/o-abcde12345/service_control_policy/p-1a2b3c4d", "s3:ListAllMyBuckets", "", "service-control", "explicit", "arn:aws:organizations::444455556666:policy/o-abcde12345/service_control_policy/p-1a2b3c4d"},
		"a boundary":               {who + "kms:Decrypt on resource: arn:aws:kms:eu-west-1:111122223333:key/0a1b because no permissions boundary allows the kms:Decrypt action", "kms:Decrypt", "arn:aws:kms:eu-west-1:111122223333:key/0a1b", "permissions-boundary", "implicit", ""},
		"S3 with blanks in a key":  {who + `s3:GetObject on resource: "arn:aws:s3:::shop/a key.txt" because no identity-based policy allows the s3:GetObject action`, "s3:GetObject", "arn:aws:s3:::shop/a key.txt", "identity-based", "implicit", ""},
		"no reason, as STS has it": {who + "sts:AssumeRole on resource: arn:aws:iam::111122223333:role/app/other", "sts:AssumeRole", "arn:aws:iam::111122223333:role/app/other", "", "unknown", ""},
	} {
		for wrapper, format := range wrappers {
			once, _ := json.Marshal(core.text)
			inside := string(once[1 : len(once)-1])
			again, _ := json.Marshal(inside)
			text := strings.NewReplacer("CORE", core.text, "JSON", inside, "TWICE", string(again[1:len(again)-1]),
				"XML", strings.ReplaceAll(core.text, `"`, "&quot;")).Replace(format)
			found := Parse(text)
			if len(found) != 1 {
				t.Errorf("%s in %s: %d denials: %+v", name, wrapper, len(found), found)
				continue
			}
			d := found[0]
			got := [...]string{d.Principal, d.Role, d.Action, d.Resource, string(d.PolicyType), string(d.Decision), d.PolicyARN}
			want := [...]string{"arn:aws:sts::111122223333:assumed-role/shop-role/shop-fn", "shop-role", core.action, core.resource, core.policy, core.decision, core.policyARN}
			if got != want {
				t.Errorf("%s in %s:\n got %q\nwant %q\ntext %s", name, wrapper, got, want, text)
			}
		}
	}
}

// TestACutMessageInventsNothing cuts a message at every place, at its end and
// at its beginning: what is read is what the whole says, or marked as doubtful.
func TestACutMessageInventsNothing(t *testing.T) {
	const text = "User: arn:aws:sts::111122223333:assumed-role/shop-role/shop-fn is not authorized to perform: dynamodb:PutItem on resource: arn:aws:dynamodb:eu-west-1:111122223333:table/orders because no identity-based policy allows the dynamodb:PutItem action"
	whole := Parse(text)[0]
	for i := 1; i < len(text); i++ {
		for _, part := range [...]string{text[:i] + "...", text[i:]} {
			for _, d := range Parse(part) {
				for _, f := range [...][2]string{
					{d.Principal, whole.Principal},
					{d.Role, whole.Role},
					{d.Action, whole.Action},
					{d.Resource, whole.Resource},
					{string(d.PolicyType), string(whole.PolicyType)},
				} {
					if f[0] != "" && f[0] != f[1] && !d.Doubtful(Truncated, UnknownAction, ActionMismatch) {
						t.Errorf("%q of %q reads as %q, without a doubt: %+v", part, f[1], f[0], d.Doubts)
					}
				}
			}
		}
	}
}
