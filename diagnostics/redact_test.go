package diagnostics

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
)

// jwt and the like are put together at run time, so that no scanner takes this
// file for a leak.
var (
	jwt       = "eyJ" + "hbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl"
	accessKey = "AKIA" + "IOSFODNN7EXAMPLE"
	secretKey = "wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCYEXAMPLEKEY"
	github    = "ghp_" + "abcdefghijklmnopqrstuvwxyz0123456789"
)

func TestRedactTextHidesSecrets(t *testing.T) {
	for _, c := range []struct{ name, text, secret string }{
		{"access key id", "using " + accessKey + " from env", "IOSFODNN7EXAMPLE"},
		{"secret key beside it", accessKey + " " + secretKey, secretKey},
		{"secret key by name", "aws_secret_access_key = " + secretKey, secretKey},
		{"session token", "got IQoJb3JpZ2luX2Vj" + strings.Repeat("aB3/", 40), strings.Repeat("aB3/", 5)},
		{"jwt", "user " + jwt + " is unknown", "c2lnbmF0dXJl"},
		{"bearer header", "Authorization: Bearer abc", "abc"},
		{"bearer in words", "sent bearer 0123456789abcdef0123 to it", "0123456789abcdef"},
		{"basic header in JSON", `{"headers":{"authorization":"Basic dXNlcjpwYXNz"}}`, "dXNlcjpwYXNz"},
		{"cookie header", "Cookie: sid=1; theme=dark", "sid=1"},
		{"header of an API key", "x-api-key: 0123456789", "0123456789"},
		{"password in a URL", "postgres://app:s3cr3t@db.example.com:5432/orders", "s3cr3t"},
		{"password with an at sign in a URL", "amqp://app:s3@cr3t@mq.example.com/", "cr3t"},
		{"token as user of a URL", "fatal: https://0123456789abcdefghij0@github.com/x", "0123456789abcdefghij0"},
		{"key=value", "connecting with password=hunter2 host=db", "hunter2"},
		{"connection string", "Server=db;User Id=sa;Pwd=hunter2;Database=x", "hunter2"},
		{"azure connection string", "AccountName=x;AccountKey=abcd1234==;EndpointSuffix=core", "abcd1234"},
		{"JSON", `{"user":"jane","dbPassword":"hunter2"}`, "hunter2"},
		{"JSON with an escaped quote", `{"password":"hun\"ter2","x":1}`, "ter2"},
		{"JSON in JSON", `{"body":"{\"password\":\"hunter2\",\"n\":1}"}`, "hunter2"},
		{"Python dict", `{'client_secret': 'hunter2'}`, "hunter2"},
		{"YAML", "  DbPassword: correct horse battery\n  Stage: prod", "horse"},
		{"TOML", `github_token = "` + github + `"`, github},
		{"known prefix without a name", "cloning with " + github, github},
		{"slack hook", "POST https://hooks.slack.com/services/T000/B000/abcdef", "abcdef"},
		{"command line flag", "docker login --username AWS --password hunter2 x", "hunter2"},
		{"pre-signed URL", "GET https://b.s3.amazonaws.com/k?X-Amz-Signature=0a1b2c&X-Amz-Expires=60", "0a1b2c"},
		{"name and value apart", `{"Name": "DB_PASSWORD", "Value": "hunter2"}`, "hunter2"},
		{"sam deploy override", "ParameterKey=DbPassword,ParameterValue=hunter2 ParameterKey=A,ParameterValue=b", "hunter2"},
		{"samconfig override", `parameter_overrides = "Stage=prod DbPassword=hunter2"`, "hunter2"},
		{"private key", "-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabcd\n-----END RSA PRIVATE KEY-----", "MIIE"},
		{"private key in one line", `"-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----"`, "MIIE"},
		{"private key cut off", "-----BEGIN PRIVATE KEY-----\nMIIE", "MIIE"},
		{
			"what Lambda echoes", `variables you have provided exceeded the 4KB limit. String measured: {"A":"first","B":"sec\"ond"} (Service: Lambda`,
			"first",
		},
		{"what Lambda echoes, cut off", "exceeded the 4KB limit. String\nmeasured: {\"A1\":\"uSFeY5cyPiPn7AtnX5BsM...", "uSFe"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := RedactText(c.text)
			if strings.Contains(got, c.secret) {
				t.Errorf("%q still holds %q", got, c.secret)
			}
			if !strings.Contains(got, Redacted) {
				t.Errorf("%q does not say that something was hidden", got)
			}
			if strings.Count(got, "\n") != strings.Count(c.text, "\n") {
				t.Errorf("%q has another number of lines", got)
			}
			if again := RedactText(got); again != got {
				t.Errorf("redacting again changes\n%q to\n%q", got, again)
			}
		})
	}
}

func TestRedactTextKeepsTheRest(t *testing.T) {
	for _, text := range []string{
		"REPORT RequestId: 7f1c9a60-0000-4000-8000-000000000000\tDuration: 15.74 ms\tBilled Duration: 16 ms",
		`Resource handler returned message: "Invalid token: expected a comma" (RequestToken: 7f1c9a60-0000-4000-8000-000000000000, HandlerErrorCode: InvalidRequest)`,
		"The security token included in the request is expired",
		"SyntaxError: Unexpected token: expected a comma",
		"Secrets Manager can't find the specified secret.",
		"User: arn:aws:iam::123456789012:user/x is not authorized to perform: secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-Ab12Cd because no identity-based policy allows the secretsmanager:GetSecretValue action",
		"DbPassword: '{{resolve:secretsmanager:db:SecretString:password}}'",
		"DB_PASSWORD: !Ref DbPassword",
		"DB_PASSWORD: !Sub '${DbSecret}'",
		"SecretArn: arn:aws:secretsmanager:eu-west-1:123456789012:secret:db",
		`{"message":"Missing Authentication Token"}`,
		"x-amzn-ErrorType: MissingAuthenticationTokenException",
		"Type: AWS::SecretsManager::Secret",
		"PartitionKey: id",
		"AllowHeaders: Content-Type,Authorization,X-Api-Key",
		"ApiKeyRequired: true",
		"total_tokens: 4096, max_token: 17",
		"PWD=/var/task",
		"FATAL: password authentication failed for user \"app\"",
		"sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
		"https://example.com:8443/path@2x.png",
		"no such thing: password=undefined",
	} {
		if got := RedactText(text); got != text {
			t.Errorf("changed\n%q to\n%q", text, got)
		}
	}
}

func secretive() *Snapshot {
	at := time.Date(2026, 11, 3, 9, 0, 0, 5, time.FixedZone("KST", 9*3600))
	return &Snapshot{
		Taken: at, Reading: "logs",
		Identity: Identity{Account: "123456789012", Arn: "arn:aws:sts::123456789012:assumed-role/dev/jane", UserID: "AROAEXAMPLEEXAMPLE12:jane"},
		Stacks: []Stack{{
			StackId: "arn:aws:cloudformation:eu-west-1:123456789012:stack/shop/1", StackName: "shop",
			Parameters: []Parameter{{"DbPassword", "correct-horse", ""}, {"Stage", "prod", ""}, {"Hidden", "****", ""}},
			Outputs:    []Output{{"ApiKey", "plain-api-key-1", ""}, {"Url", "https://x", ""}},
		}},
		Events: []Event{{
			EventId: "e1", ResourceStatusReason: "it said correct-horse and \xff",
			ResourceProperties: `{"Environment":{"Variables":{"PRIVATE":"zebra","TABLE_NAME":"orders"}},"Timeout":"3"}`,
		}},
		Templates: []Template{{Original: "Parameters:\n  Pin:\n    Type: String\n    Default: forty-two-42\n    NoEcho: true\n  Size:\n    Default: 3\n"}},
		Functions: []Function{{FunctionName: "orders", Environment: []Variable{
			{"GREETING", "hello"},
			{"TABLE_NAME", "orders"},
			{"API_TOKEN", "tok-1234567"},
			{"AWS_LWA_PORT", "8080"},
			{"REF_TOKEN", "{{resolve:ssm:x}}"},
			{"DATABASE_URL", "postgres://app:s3cr3t@db/x"},
			{"OPAQUE", "aB3dE5gH7jK9mN1pQ3"},
		}}},
		LogGroups: []LogGroup{{Events: []LogEvent{
			{Message: "called with tok-1234567 and aB3dE5gH7jK9mN1pQ3 and forty-two-42"},
			{Message: "pull 210987654321.dkr.ecr.eu-west-1.amazonaws.com/shop for 123456789012, order 555555555555"},
		}}},
		Metrics: []Metric{{Dimensions: map[string]string{"b": "arn:aws:sns:eu-west-1:333333333333:x", "a": "arn:aws:sns:eu-west-1:444444444444:x"}}},
		Texts:   []TextItem{},
	}
}

func TestRedactHidesByNameAndEverywhere(t *testing.T) {
	s := secretive()
	before, _ := json.Marshal(s)
	got := Redact(s, RedactOptions{})
	if after, _ := json.Marshal(s); string(after) != string(before) {
		t.Fatal("the original was changed")
	}
	out, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"correct-horse", "plain-api-key-1", "zebra", "forty-two-42", "hello", "tok-1234567", "s3cr3t", "aB3dE5gH7jK9mN1pQ3"} {
		if strings.Contains(string(out), secret) {
			t.Errorf("%q is still there", secret)
		}
	}
	for _, kept := range []string{`TABLE_NAME\":\"orders`, `"8080"`, "{{resolve:ssm:x}}", "postgres://app:****@db/x", "Default: 3", `"prod"`, "123456789012", `\"Timeout\":\"3\"`} {
		if !strings.Contains(string(out), kept) {
			t.Errorf("%q is gone", kept)
		}
	}
	if got.Reading != "logs" || got.Taken.Location() != time.UTC || got.Texts != nil {
		t.Error("the copy is not canonical")
	}
}

func TestRedactIsItsOwnLimit(t *testing.T) {
	for _, o := range []RedactOptions{{}, {HideAccounts: true}} {
		once := Redact(secretive(), o)
		if twice := Redact(once, o); !reflect.DeepEqual(once, twice) {
			a, _ := json.Marshal(once)
			b, _ := json.Marshal(twice)
			t.Errorf("%+v: redacting again changes\n%s to\n%s", o, a, b)
		}
	}
}

func TestRedactSurvivesSaving(t *testing.T) {
	live := Redact(secretive(), RedactOptions{})
	live.Reading = ""
	saved, err := json.Marshal(live)
	if err != nil {
		t.Fatal(err)
	}
	var loaded *Snapshot
	if err := json.Unmarshal(saved, &loaded); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(live, loaded) {
		t.Errorf("saved %+v\nloaded %+v", live, loaded)
	}
}

func TestHideAccountsIsConsistent(t *testing.T) {
	got := Redact(secretive(), RedactOptions{HideAccounts: true})
	out, _ := json.Marshal(got)
	for _, id := range []string{"123456789012", "210987654321", "333333333333", "444444444444", "EXAMPLEEXAMPLE12"} {
		if strings.Contains(string(out), id) {
			t.Errorf("%s is still there", id)
		}
	}
	if got.Identity.Account != "000000000001" || !strings.Contains(got.Identity.Arn, "::000000000001:") {
		t.Errorf("identity is %+v", got.Identity)
	}
	want := "pull 000000000002.dkr.ecr.eu-west-1.amazonaws.com/shop for 000000000001, order 555555555555"
	if m := got.LogGroups[0].Events[1].Message; m != want {
		t.Errorf("log says %q, want %q", m, want)
	}
	if d := got.Metrics[0].Dimensions; d["a"] != "arn:aws:sns:eu-west-1:000000000003:x" || d["b"] != "arn:aws:sns:eu-west-1:000000000004:x" {
		t.Errorf("dimensions are %v", d)
	}
}

func TestHideAccountsTakesNoTakenPseudonym(t *testing.T) {
	s := &Snapshot{Identity: Identity{Arn: "arn:aws:iam::000000000001:root"}, Texts: []TextItem{{Text: "arn:aws:iam::999999999999:root 9999-9999-9999"}}}
	got := Redact(s, RedactOptions{HideAccounts: true})
	if want := "arn:aws:iam::000000000002:root 0000-0000-0002"; got.Texts[0].Text != want {
		t.Errorf("got %q, want %q", got.Texts[0].Text, want)
	}
	if got.Identity.Arn != s.Identity.Arn {
		t.Errorf("a pseudonym became %q", got.Identity.Arn)
	}
}

func TestNoEchoInJSON(t *testing.T) {
	text := `{"Parameters":{"A":{"Type":"String","Default":"s3cr3t-a","NoEcho":true},"B":{"Default":"open"},"C":{"NoEcho":"true","Default":"s3cr3t-c"}}}`
	got := redactNoEcho(text)
	want := `{"Parameters":{"A":{"Type":"String","Default":"****","NoEcho":true},"B":{"Default":"open"},"C":{"NoEcho":"true","Default":"****"}}}`
	if got != want {
		t.Errorf("got %s", got)
	}
}

func FuzzRedactText(f *testing.F) {
	for _, s := range []string{
		"password=hunter2", `{"a":"{\"token\":\"x1\"}"}`, "postgres://a:b@c", "String measured: {\"A\":\"b\"}", accessKey + " " + secretKey,
		"-----BEGIN PRIVATE KEY-----\nx\n-----END", "Authorization: Bearer x y", jwt, "--token 1 --password", "Name: DB_PASSWORD\nValue: x",
		"\x1b[31mpwd=\x1b[0m", "a\\\\\\\"secret\\\\\\\":\\\\\\\"x", "Cookie: a=b; c",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		text = validUTF8(text)
		once := RedactText(text)
		if strings.Count(once, "\n") > strings.Count(text, "\n") {
			t.Errorf("lines were added: %q", once)
		}
		if twice := RedactText(once); twice != once {
			t.Errorf("redacting again changes\n%q to\n%q", once, twice)
		}
	})
}

func FuzzRedactTemplate(f *testing.F) {
	f.Add("Parameters:\n  P:\n    Default: abc\n    NoEcho: true\n")
	f.Add(`{"P":{"NoEcho":true,"Default":"x"}}`)
	f.Add(`{"Variables":{"A":"b","C":{"Ref":"x"}}}`)
	f.Fuzz(func(t *testing.T, text string) {
		for _, redact := range []func(string) string{redactNoEcho, redactVariableMaps} {
			once := redact(text)
			if twice := redact(once); twice != once {
				t.Errorf("redacting again changes\n%q to\n%q", once, twice)
			}
		}
	})
}

func BenchmarkRedactReportLine(b *testing.B) {
	line := "REPORT RequestId: 7f1c9a60-0000-4000-8000-000000000000\tDuration: 15.74 ms\tBilled Duration: 16 ms\tMemory Size: 128 MB\tMax Memory Used: 56 MB"
	b.SetBytes(int64(len(line)))
	for b.Loop() {
		RedactText(line)
	}
}

func BenchmarkRedactLogLines(b *testing.B) {
	s := &Snapshot{LogGroups: []LogGroup{{}}}
	for i := range 10_000 {
		s.LogGroups[0].Events = append(s.LogGroups[0].Events, LogEvent{Message: fmt.Sprintf(`{"level":"info","message":"order stored","orderId":"%d","table":"orders","key":"a/b"}`, i)})
	}
	for b.Loop() {
		Redact(s, RedactOptions{})
	}
}

// TestErrorsAboutSecretsAreNotSecrets: the name of an error may hold the word
// for a secret; what follows is the message, and it is what people need.
func TestErrorsAboutSecretsAreNotSecrets(t *testing.T) {
	for _, text := range []string{
		"SignatureDoesNotMatch: Signature expired: 20260301T100000Z is now earlier than 20260301T101500Z (20260301T102000Z - 5 min.)",
		"An error occurred (SignatureDoesNotMatch) when calling the ListFunctions operation: Signature expired: 20260301T100000Z is now earlier than 20260301T101500Z",
		"ExpiredToken: The provided token has expired.",
		"ExpiredTokenException: The security token included in the request is expired",
		"PasswordMismatch: The two passwords that were given differ",
		"NoCredentials: Could not find any credentials in the chain of providers",
	} {
		if got := RedactText(text); got != text {
			t.Errorf("got  %q\nwant %q", got, text)
		}
	}
	for text, secret := range map[string]string{
		"signature: 0a1b2c3d4e5f60718293":             "",
		"Signature=0a1b2c3d4e5f60718293a4b5c6d7e8f9":  "0a1b2c3d",
		"token: c2VjcmV0LXRva2VuLW9mLXRoaXMtcGxhY2U=": "c2VjcmV0",
		"api_secret: 9f8e7d6c5b4a39281706f5e4":        "9f8e7d6c",
		"password: my long pass phrase of five":       "long pass",
	} {
		if got := RedactText(text); secret != "" && strings.Contains(got, secret) {
			t.Errorf("%q shows the secret: %q", text, got)
		}
	}
}
