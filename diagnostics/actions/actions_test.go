package actions

import (
	"slices"
	"testing"
)

func TestCanonicalSpellsWhatItKnows(t *testing.T) {
	for in, want := range map[string]string{
		"SNS:Publish":                   "sns:Publish",
		"sqs:sendmessage":               "sqs:SendMessage",
		"dynamodb:GetItem":              "dynamodb:GetItem",
		"APIGATEWAY:put":                "apigateway:PUT",
		"es:ESHttpPost":                 "es:ESHttpPost",
		"s3:CopyObject":                 "s3:CopyObject", // not an IAM action: as written
		"Nobody:Knows":                  "Nobody:Knows",
		"codecommit:ListRespositories":  "codecommit:ListRespositories",
		"":                              "",
		"ѕ3:GetObject":                  "ѕ3:GetObject", // Cyrillic ѕ
		string(make([]byte, 200)) + ":": string(make([]byte, 200)) + ":",
	} {
		if got := Canonical(in); got != want {
			t.Errorf("Canonical(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestLevelsSayWhatAnActionCanDo(t *testing.T) {
	for name, want := range map[string]Level{
		"s3:GetObject": Read, "s3:ListBucket": List, "s3:PutObject": Write,
		"s3:PutBucketPolicy": Permissions, "sqs:TagQueue": Tagging, "iam:PassRole": Write,
	} {
		a, ok := Lookup(name)
		if !ok || a.Level != want {
			t.Errorf("%s: level %v, want %v", name, a, want)
		}
	}
	if Unknown.Changes() != true || Read.Changes() || List.Changes() || !Tagging.Changes() {
		t.Error("only read and list leave things as they are")
	}
}

func TestSomeActionsHaveNoResourceType(t *testing.T) {
	for _, name := range []string{
		"dynamodb:ListTables", "sqs:ListQueues", "states:SendTaskSuccess", "ec2:DescribeNetworkInterfaces",
		"xray:PutTraceSegments", "ssm:DescribeParameters", "s3:ListAllMyBuckets",
	} {
		if a, ok := Lookup(name); !ok || !a.WildcardOnly() {
			t.Errorf("%s should be grantable on * only", name)
		}
	}
	if a, _ := Lookup("dynamodb:GetItem"); a.WildcardOnly() {
		t.Error("dynamodb:GetItem has a resource type")
	}
}

func TestTypeOfTellsWhichResourceAnARNNames(t *testing.T) {
	for _, c := range []struct{ action, arn, want string }{
		{"s3:GetObject", "arn:aws:s3:::bucket/key", "object"},
		{"s3:GetObject", "arn:aws:s3:::bucket", ""},
		{"s3:ListBucket", "arn:aws:s3:::bucket", "bucket"},
		{"dynamodb:Query", "arn:aws:dynamodb:us-east-1:123456789012:table/T/index/I", "index"},
		{"dynamodb:Query", "arn:aws:dynamodb:us-east-1:123456789012:table/T", "table"},
		{"dynamodb:GetItem", "arn:aws:dynamodb:us-east-1:123456789012:global-table/T", ""},
		{"dynamodb:GetRecords", "arn:aws-cn:dynamodb:cn-north-1:123456789012:table/T/stream/2020-06-27T13:31:43.497", "stream"},
		{"lambda:InvokeFunction", "arn:aws:lambda:us-east-1:123456789012:function:F", "function"},
		{"logs:PutLogEvents", "arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/F:log-stream:2019/12/16/[$LATEST]9f", "log-stream"},
		{"states:StopExecution", "arn:aws:states:us-east-1:123456789012:execution:M:E", "execution"},
		{"states:StartExecution", "arn:aws:states:us-east-1:123456789012:stateMachine:M", "statemachine"},
		{"sqs:SendMessage", "arn:aws:sns:us-east-1:123456789012:T", ""},
		{"sqs:SendMessage", "not an arn", ""},
	} {
		a, ok := Lookup(c.action)
		if !ok {
			t.Fatalf("%s is not in the table", c.action)
		}
		if got, _ := a.TypeOf(c.arn); got.Name != c.want {
			t.Errorf("%s on %s: type %q, want %q", c.action, c.arn, got.Name, c.want)
		}
	}
}

func TestForCallNamesTheActionsOfASDKCall(t *testing.T) {
	for _, c := range []struct {
		service, operation string
		want               []string
	}{
		{"S3", "HeadObject", []string{"s3:GetObject"}},
		{"Amazon S3", "ListObjectsV2", []string{"s3:ListBucket"}},
		{"DynamoDB", "TransactWriteItems", []string{"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:ConditionCheckItem"}},
		{"AmazonDynamoDBv2", "PutItem", []string{"dynamodb:PutItem"}},
		{"SFN", "StartExecution", []string{"states:StartExecution"}},
		{"CloudWatch Logs", "CreateLogGroup", []string{"logs:CreateLogGroup"}},
		{"Cognito Identity Provider", "AdminGetUser", []string{"cognito-idp:AdminGetUser"}},
		{"API Gateway", "CreateRestApi", []string{"apigateway:POST"}},
		{"", "ReceiveMessage", []string{"sqs:ReceiveMessage"}},
		{"", "CreateTags", nil}, // several services have it
		{"", "CopyObject", []string{"s3:GetObject", "s3:PutObject", "s3:GetObjectTagging", "s3:PutObjectTagging", "s3:GetObjectVersion", "s3:PutObjectAcl"}},
		{"Nobody", "Knows", nil},
		{"", "", nil},
	} {
		if got := ForCall(c.service, c.operation); !slices.Equal(got, c.want) {
			t.Errorf("ForCall(%q, %q) = %v, want %v", c.service, c.operation, got, c.want)
		}
	}
}

func TestEveryCallNamesActionsOfTheTable(t *testing.T) {
	for call, list := range callData().calls {
		for _, name := range list {
			if _, ok := Lookup(name); !ok {
				t.Errorf("%s: %s is not an IAM action", call, name)
			}
		}
	}
	for client, prefix := range callData().clients {
		if !IsService(prefix) && prefix != "elasticmapreduce" {
			t.Errorf("client %s: unknown prefix %s", client, prefix)
		}
	}
}

func TestMatchExpandsPatterns(t *testing.T) {
	names := func(list []*Action) (out []string) {
		for _, a := range list {
			out = append(out, a.String())
		}
		return out
	}
	if got := names(Match("sqs:SendMessage*")); !slices.Equal(got, []string{"sqs:SendMessage"}) {
		t.Errorf("sqs:SendMessage* covers %v", got)
	}
	if n := len(Match("*")); n < 6000 {
		t.Errorf("* covers %d actions", n)
	}
	if got := Match("nothing"); got != nil {
		t.Errorf("a pattern without a colon covers %v", got)
	}
	if n := len(Match("s?s:*")); n < 60 {
		t.Errorf("s?s:* covers %d actions of sqs and sns", n)
	}
}

func TestGlob(t *testing.T) {
	for _, c := range []struct {
		pattern, s string
		want       bool
	}{
		{"", "", true},
		{"*", "", true},
		{"?", "", false},
		{"a*b*c", "aXXbYYc", true},
		{"a*b*c", "aXXbYY", false},
		{"table/*", "table/", true},
		{"**", "x", true},
		{"a?c", "abc", true},
		{"a?c", "ac", false},
		{"abc", "abcd", false},
	} {
		if got := Glob(c.pattern, c.s); got != c.want {
			t.Errorf("Glob(%q, %q) = %v", c.pattern, c.s, got)
		}
	}
}

func BenchmarkFirstUse(b *testing.B) {
	for b.Loop() {
		if split(source).service("dynamodb").byKey["getitem"] == nil {
			b.Fatal("not found")
		}
	}
}

func BenchmarkCanonical(b *testing.B) {
	for b.Loop() {
		Canonical("SNS:publish")
	}
}
