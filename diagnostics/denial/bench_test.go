package denial

import "testing"

// The bar is 100,000 messages a second: 10 µs each.
func BenchmarkParse(b *testing.B) {
	texts := []string{
		"An error occurred (AccessDeniedException) when calling the Query operation: User: arn:aws:sts::111122223333:assumed-role/shop-OrdersRole-1ABC/shop-Orders-9XYZ is not authorized to perform: dynamodb:Query on resource: arn:aws:dynamodb:ca-central-1:111122223333:table/orders/index/by-day because no identity-based policy allows the dynamodb:Query action",
		"failed to publish: operation error SNS: Publish, https response error StatusCode: 403, RequestID: e513ea78-65cf-52d3-b6ea-8b02bed81849, AuthorizationError: User: arn:aws:sts::111122223333:assumed-role/web-role-dev/web-dev is not authorized to perform: SNS:Publish on resource: arn:aws:sns:us-east-1:111122223333:messages-dev because no identity-based policy allows the SNS:Publish action",
		"Resource handler returned message: \"User: arn:aws:sts::111122223333:assumed-role/cdk-hnb659fds-cfn-exec-role-111122223333-us-east-1/AWSCloudFormation is not authorized to perform: iam:CreateRole on resource: arn:aws:iam::111122223333:role/app-role with an explicit deny in a permissions boundary: arn:aws:iam::111122223333:policy/Boundary (Service: Iam, Status Code: 403, Request ID: a283ee92) (SDK Attempt Count: 1)\" (RequestToken: 49e06032, HandlerErrorCode: AccessDenied)",
		"{\"errorType\":\"AccessDenied\",\"errorMessage\":\"User: arn:aws:sts::111122223333:assumed-role/r/s is not authorized to perform: s3:GetObject on resource: \\\"arn:aws:s3:::bucket/my key.txt\\\" because no identity-based policy allows the s3:GetObject action\",\"trace\":[\"at x\\n at y\"]}",
	}
	n := 0
	for _, t := range texts {
		n += len(t)
	}
	b.SetBytes(int64(n / len(texts)))
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if len(Parse(texts[i%len(texts)])) != 1 {
			b.Fatal("not parsed")
		}
	}
}

func BenchmarkParseBenignLine(b *testing.B) {
	const line = "2026-05-03T10:11:12.123Z 4f1c7a52-2f5e-4a39-9e3c-0d6f1a2b3c4d INFO processed 12 records in 34 ms, table=orders, consumed=12.5, queue depth 0, next token none"
	b.SetBytes(int64(len(line)))
	for b.Loop() {
		if Parse(line) != nil {
			b.Fatal("a benign line")
		}
	}
}
