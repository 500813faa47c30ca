package denial

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// sharedFile opens a file of the development data beside the repository and
// skips the test where that is not checked out.
func sharedFile(t testing.TB, name string) *os.File {
	t.Helper()
	dir := os.Getenv("FIRSTAID_SHARED")
	if dir == "" {
		root, err := os.Getwd()
		if err != nil {
			t.Fatal(err)
		}
		for ; root != filepath.Dir(root); root = filepath.Dir(root) {
			if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
				break
			}
		}
		dir = filepath.Join(root, "..", "shared")
		if _, err := os.Stat(dir); err != nil {
			dir = filepath.Join(root, "..", "..", "shared") // a worktree lies one level deeper
		}
	}
	f, err := os.Open(filepath.Join(dir, name))
	if err != nil {
		t.Skip("no development data: ", err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func lines[T any](t testing.TB, f *os.File) (out []T) {
	t.Helper()
	in := bufio.NewScanner(f)
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		var v T
		if err := json.Unmarshal(in.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		out = append(out, v)
	}
	return out
}

type message struct {
	ID, Text string
	Expect   struct {
		Principal, Role, Action, Resource *string
		PolicyType                        *string
		Decision                          string
		PolicyArn, Code, Operation        *string
		HandlerErrorCode, Encoded         *string
		Transitive, Setting               *string
		HTTPStatus                        *int
	}
}

func TestRecordedMessagesParseFieldByField(t *testing.T) {
	for _, m := range lines[message](t, sharedFile(t, "iam/messages-dev.jsonl")) {
		found := Parse(m.Text)
		if len(found) != 1 {
			t.Errorf("%s: %d denials: %+v", m.ID, len(found), found)
			continue
		}
		d, e := found[0], m.Expect
		text := func(field, got string, want *string, stated bool) {
			if want == nil && !stated {
				return // the record does not speak of the field
			}
			w := ""
			if want != nil {
				w = *want
			}
			if got != w {
				t.Errorf("%s: %s = %q, want %q", m.ID, field, got, w)
			}
		}
		text("principal", d.Principal, e.Principal, true)
		text("role", d.Role, e.Role, true)
		text("action", strings.Join(d.Actions(), ","), e.Action, true)
		text("resource", d.Resource, e.Resource, true)
		text("policyType", string(d.PolicyType), e.PolicyType, true)
		text("decision", string(d.Decision), &e.Decision, true)
		text("policyArn", d.PolicyARN, e.PolicyArn, true)
		text("code", d.Code, e.Code, false)
		text("operation", d.Operation, e.Operation, false)
		text("handlerErrorCode", d.HandlerErrorCode, e.HandlerErrorCode, true)
		text("encoded", d.EncodedMessage, e.Encoded, true)
		text("transitive", string(d.Transitive), e.Transitive, true)
		text("setting", d.Setting, e.Setting, true)
		if e.HTTPStatus != nil && d.HTTPStatus != *e.HTTPStatus {
			t.Errorf("%s: status %d, want %d", m.ID, d.HTTPStatus, *e.HTTPStatus)
		}
		if !strings.Contains(m.Text, d.Quote) || d.Quote == "" || m.Text[d.Offset:d.Offset+len(d.Quote)] != d.Quote {
			t.Errorf("%s: quote %q is not in the text at %d", m.ID, d.Quote, d.Offset)
		}
	}
}

// Every access-denied and pass-role text of the corpus, expected values written by hand.
func TestCorpusOfDenials(t *testing.T) {
	type want struct{ form, role, action, resource, policy, decision, code, operation string }
	const core, unknown = "core", "unknown"
	wants := map[string]want{
		"c0110": {core, "", "codedeploy:ListDeployments", "arn:aws:codedeploy:us-east-1:123456789012:deploymentgroup:*", "vpc-endpoint", "explicit", "", ""},
		"c0088": {core, "", "iam:ListPolicies", "policy path /", "", unknown, "AccessDenied", "ListPolicies"},
		"c0141": {core, "cdk-hnb659fds-cfn-exec-role-123456789012-us-east-1", "events:DescribeRule", "arn:aws:events:us-east-1:123456789012:rule/mail-ses-bounce-complaint", "permissions-boundary", "implicit", "", ""},
		"c0121": {core, "aws-sec-lab-day04-exfil-sim-role", "kms:Decrypt", "arn:aws:kms:<REGION>:<ACCOUNT_ID>:key/<KEY_ID>", "resource-based", "implicit", "AccessDeniedException", "Decrypt"},
		"c0120": {core, "", "es:ESHttpPost", "", "resource-based", "implicit", "AuthorizationException", ""},
		"c0020": {core, "", "ssm:GetParameters", "<resource-arn>", "identity-based", "implicit", "ValidationError", ""},
		"c0131": {"s3-access-denied", "", "", "", "", unknown, "AccessDenied", "GetObject"},
		"c0113": {core, "", "dynamodb:GetItem", "arn:aws:dynamodb:AWS_REGION:ACCOUNT_ID:table/Products_xxxxxxxx", "session", "implicit", "AccessDeniedException", "GetItem"},
		"c0138": {"lake-formation", "", "", "", "lake-formation", "ambiguous", "", ""},
		"c0108": {core, "", "ec2:RunInstances", "arn:aws:ec2:ca-south-3r:123456789012:instance/*", "identity-based", "implicit", "", ""},
		"c0117": {core, "AWSReservedSSO_PowerUserAccess_cb61023952739181", "ecr:GetLifecyclePolicy", "arn:aws:ecr:us-east-1:123456789012:repository/ace-c3/caldera-dashboard", "resource-based", "implicit", "", ""},
		"c0104": {core, "", "ec2:CreateInternetGateway", "arn:aws-us-gov:ec2:us-gov-west-1:123456789012:internet-gateway/*", "permissions-boundary", "implicit", "", ""},
		"c0559": {core, "", "cloudformation:CreateChangeSet", "arn:aws:cloudformation:us-east-1:aws:transform/Serverless-2016-10-31", "identity-based", "implicit", "", ""},
		"c0111": {core, "ROLE_NAME", "ecr:PutImage", "arn:aws:ecr:us-west-2:123456789012:repository/team-a/alpine", "vpc-endpoint", "explicit", "", ""},
		"c0140": {core, "", "apigateway:PUT", "arn:aws:apigateway:ap-northeast-2::/tags/arn%3Aaws%3Aapigateway%3Aap-northeast-2%3A%3A%2Frestapis%2F*", "identity-based", "implicit", "", ""},
		"c0137": {core, "", "iam:PutRolePolicy", "role cdk-*", "identity-based", "explicit", "", ""},
		"c0106": {"encoded", "", "", "", "", unknown, "UnauthorizedOperation", "RunInstances"},
		"c0118": {core, "shell_basic_iam", "sns:Subscribe", "arn:aws:sns:us-east-1:123456789012:TBICWizPushNotifications", "resource-based", "implicit", "AuthorizationError", "Subscribe"},
		"c0142": {"operation-denied", "", "", "", "", unknown, "", "CreateIndex"},
		"c0091": {"operation", "", "", "", "", unknown, "AccessDeniedException", "CreateLogGroup"},
		"c0139": {"marketplace-subscription", "", "", "", "", unknown, "", ""},
		"c0130": {"anonymous", "", "", "", "", unknown, "AccessDenied", ""},
		"c0143": {"s3-access-denied", "", "", "", "", unknown, "", ""},
		"c0109": {core, "role-name", "sns:Publish", "arn:aws:sns:us-east-1:123456789012:role-name-2", "vpc-endpoint", "explicit", "AccessDenied", "Publish"},
		"c0135": {core, "", "iam:PutRolePolicy", "role lambda_execution_role", "identity-based", "implicit", "", ""},
		"c0107": {"encoded", "", "ec2:CreateInternetGateway", "", "", unknown, "", "CreateInternetGateway"},
		"c0314": {"trust", "", "sts:AssumeRole", "", "role-trust", unknown, "InvalidParameterValueException", "CreateFunction"},
		"c0315": {"trust", "", "sts:AssumeRole", "", "role-trust", unknown, "", ""},
		"c0309": {"trust", "", "sts:AssumeRole", "", "role-trust", unknown, "", ""},
		"c0125": {"cross-account-pass-role", "", "iam:PassRole", "", "", unknown, "AccessDeniedException", ""},
		"c0126": {core, "service-stack-managedinstancecapacityprovidermanage-Slc4nfSyRSFj", "iam:PassRole", "arn:aws:iam::123456789012:role/service-stack-instanceprofileInstanceRoleC62B5C46-xQt9UFlgbGL4", "identity-based", "implicit", "UnauthorizedOperation", ""},
	}
	type entry struct{ ID, Class, Text string }
	for _, e := range lines[entry](t, sharedFile(t, "corpus/dev.jsonl")) {
		found := Parse(e.Text)
		switch e.Class {
		case "negative", "cost-throughput":
			if found != nil {
				t.Errorf("%s denies nothing, but: %+v", e.ID, found)
			}
		case "access-denied", "passrole-assume-role":
			w, ok := wants[e.ID]
			if !ok || len(found) != 1 {
				t.Errorf("%s: expected values %v, %d denials", e.ID, ok, len(found))
				continue
			}
			d := found[0]
			got := want{string(d.Form), d.Role, d.Action, d.Resource, string(d.PolicyType), string(d.Decision), d.Code, d.Operation}
			if got != w {
				t.Errorf("%s:\n got %+v\nwant %+v", e.ID, got, w)
			}
		}
	}
}
