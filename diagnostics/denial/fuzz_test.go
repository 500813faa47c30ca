package denial

import (
	"strings"
	"testing"
)

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"User: arn:aws:sts::111122223333:assumed-role/r/s is not authorized to perform: s3:GetObject on resource: \"arn:aws:s3:::b/k\" because no identity-based policy allows the s3:GetObject action",
		"An error occurred (AccessDenied) when calling the GetObject operation: Access Denied",
		"operation error S3: HeadObject, https response error StatusCode: 403, api error Forbidden: Forbidden",
		"{\"Message\":\"User: \\u001b[31mx\\\\\\\" is not authorized to perform: iam:\\n*\"}",
		"ResourceStatus  ResourceStatusReason\n x  User is not autho\n   rized to perform: sqs:listqueues on resource: arn:aws:sqs:\n",
		"Cannot access stream arn:aws:kinesis:x:1:stream/s. Please ensure the role can perform the A, and B Actions",
		"Encoded authorization failure message: " + strings.Repeat("ab_-", 20) + "\n" + strings.Repeat("x9", 20),
		"The function execution role does not have permissions to call X on Y", "\x1b]0;title\x07\xff\xfe│ ",
		"with an explicit deny in a VPC endpoint policy transitively through a service control policy: arn:aws:",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, d := range Parse(text) {
			if d.Quote == "" || text[d.Offset:d.Offset+len(d.Quote)] != d.Quote {
				t.Fatalf("quote %q is not at %d", d.Quote, d.Offset)
			}
			if d.Count < 1 || d.Decision == "" || d.Confidence == "" || d.Form == "" {
				t.Fatalf("incomplete: %+v", d)
			}
			for _, v := range []string{d.Principal, d.Role, d.Session, d.Action, d.Resource, d.PolicyARN, d.Code, d.Operation} {
				if strings.ContainsAny(v, "\x00\x1b\n\r") {
					t.Fatalf("control characters in %q", v)
				}
			}
			d.Who("f")
			d.Calls()
			d.Dependency()
		}
	})
}
