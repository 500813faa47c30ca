package diagnostics

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestNormalize(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"white space", "  a\t b\n\n c ", "a b c"},
		{"JSON escapes", `{\"message\":\"Access\nDenied\t!\"}`, `{"message":"Access Denied !"}`},
		{"JSON escapes twice", `{\\\"message\\\":\\\"Access\\nDenied\\\"}`, `{"message":"Access Denied"}`},
		{"stamps of build runners", "2026-01-10T08:00:15.1234567Z Access\n2026-01-10T08:00:15.1234567Z Denied\n2026-01-10T08:00:15.123456Z 01O here", "Access Denied here"},
		{"the time of a log line", "2026-01-10T08:00:15.123Z 8f Task timed out", "2026-01-10T08:00:15.123Z 8f Task timed out"},
		{"unicode escapes", `caf\u00e9 \u003cb\u003e \ud83d\ude00 \u0027x\u0027`, "café <b> 😀 'x'"},
		{"a pattern keeps its classes", `pattern: \d{12}:[\w+=,.@-]+`, `pattern: \d{12}:[\w+=,.@-]+`},
		{"colours", "\x1b[1;31mError:\x1b[0m no", "Error: no"},
		{"colours escaped in JSON", `\u001b[31mError:\u001b[39m no`, "Error: no"},
		{"colours without their ESC", "[31mError:[0m no", "Error: no"},
		{"hyperlink", "\x1b]8;;https://example.com\x1b\\here\x1b]8;;\x1b\\", "here"},
		{"Terraform", "╷\n│ Error: creating Lambda\n│ \n│   with x\n╵", "Error: creating Lambda with x"},
		{"table", "| 1753725990606 | REPORT RequestId: 1 |", "1753725990606 | REPORT RequestId: 1"},
		{"comment", "// User: x is not\n// authorized to perform", "User: x is not authorized to perform"},
		{"bullets", "Function not found:\n  - arn:aws:lambda\n  - (Service: L)", "Function not found: arn:aws:lambda (Service: L)"},
		{"mail", "> Access\n> Denied", "Access Denied"},
		{"typographic quotes", "couldn’t find “x”…", `couldn't find "x"...`},
		{"option made a dash", "Missing option '–image-repository' or —resolve", "Missing option '--image-repository' or --resolve"},
		{"entities", "&lt;b&gt; &amp;quot;x&amp;amp;quot; R&amp;D", `<b> "x" R&D`},
		{"console copy", "2022-10-04T12:23:01.595-04:00Copy[INFO] Copy2022-10-04T12:23:01Z x", "2022-10-04T12:23:01.595-04:00 [INFO] 2022-10-04T12:23:01Z x"},
		{"progress bar", "10%\r20%\rAccess Denied\r\n", "10% 20% Access Denied"},
		{"invisible", "Acc\u200bess\u00a0De\u00adnied\x00", "Access Denied"},
		{"invalid UTF-8", "Access\xff Denied", "Access Denied"},
		{"wrapped name", "role/\ncdk-hnb659fds-cfn-\nexec", "role/cdk-hnb659fds-cfn-exec"},
		{"properties of a resource", `{"ResourceProperties": "{\"a\":\"Access Denied\"}", "ResourceStatus": "X"}`, `{, "ResourceStatus": "X"}`},
		{"properties, cut off", `"ResourceProperties": "{\"a\":\"Access Denied\"`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Normalize(c.in); got != c.want {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

// The event table of sam deploy wraps every column on its own; the pieces that
// fill their column may end inside a word.
func TestColumns(t *testing.T) {
	table := `CloudFormation events from stack operations (refresh every 5.0 seconds)
-----------------------------------------------------------------------------------------
ResourceStatus        ResourceType             LogicalResourceId      ResourceStatusReason
-----------------------------------------------------------------------------------------
CREATE_IN_PROGRESS    AWS::IAM::Role           WorkerRole             -
CREATE_FAILED         AWS::ApplicationAuto     OrdersFunctionLiveSc   Validation failed
                      Scaling::ScalableTarg    alableTargetWithALon   for resource: orders,
                      et                       gName                  Cannot find alias
                                                                      arn: arn:aws:lambda:e
                                                                      u-west-1:123456789012
                                                                      :function:orders:live
UPDATE_ROLLBACK_IN_PR AWS::CloudFormation      shop
`
	want := "CREATE_FAILED | AWS::ApplicationAutoScaling::ScalableTarget | OrdersFunctionLiveScalableTargetWithALongName | " +
		"Validation failed for resource: orders,\u2028Cannot find alias arn: arn:aws:lambda:e\u2028u-west-1:123456789012\u2028:function:orders:live"
	got := ""
	for line := range strings.Lines(Clean(table)) {
		if strings.HasPrefix(line, "CREATE_FAILED") {
			got = strings.TrimSpace(line)
		}
	}
	if got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestViews(t *testing.T) {
	words := map[string]bool{"destination": true, "invalidargument": true, "on": true, "the": true}
	got := Views(Clean("Unable to validate the following destinati\non configurations (InvalidArgu\nment)\nfor the\nbucket"), func(w string) bool { return words[w] })
	if want := "Unable to validate the following destination configurations (InvalidArgument) for the bucket"; got[0] != want {
		t.Errorf("first view %q, want %q", got[0], want)
	}
	got = Views(Clean("role/orders-fu\nnction is"), nil)
	if len(got) != 2 || got[0] != "role/orders-fu nction is" || got[1] != "role/orders-function is" {
		t.Errorf("views %q", got)
	}
	if got := Views(Clean("one line"), nil); len(got) != 1 {
		t.Errorf("one line has views %q", got)
	}
}

func FuzzNormalize(f *testing.F) {
	for _, s := range []string{
		`\\\"a\\n\u005cu005cn&amp;amp;quot;`, "\x1b[31m\x1b]8;;\x1b\\", "│ x\n│ y", "&[3[31mmamp;", "a-\nb", "// a\n// // b",
		"CREATE_FAILED   AWS::A::B   Id   reason that\n                            wraps", `"ResourceProperties": "{\"a\"`, "||||| > > |", "–a",
		"1:23:45:00:00:00CopyCopy2024-01-01T", "\\\\\\u", "[1[1m2m", "\xff\xfe", "- a\n- - b",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := Normalize(s)
		if twice := Normalize(once); twice != once {
			t.Fatalf("not idempotent: %q → %q → %q", s, once, twice)
		}
		if !utf8.ValidString(once) || strings.ContainsAny(once, "\x1b\n\t\x00") || strings.Contains(once, "  ") {
			t.Fatalf("not clean: %q", once)
		}
		for _, v := range Views(Clean(s), func(w string) bool { return len(w)%2 == 0 }) {
			if Normalize(v) != v {
				t.Fatalf("view %q is not normalised", v)
			}
		}
		Records(s)
		Reports(s)
		Unwrap(once)
	})
}
