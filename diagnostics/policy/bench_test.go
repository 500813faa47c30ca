package policy

import (
	"fmt"
	"strings"
	"testing"
)

// The bar is 1,000,000 statement decisions a second on one core.
func BenchmarkStatementDecisions(b *testing.B) {
	var list []string
	for i := range 50 {
		list = append(list, fmt.Sprintf(`{"Sid":"S%d","Effect":"Allow","Action":["dynamodb:Get*","dynamodb:Query","sqs:SendMessage"],"Resource":["arn:aws:dynamodb:us-east-1:111111111111:table/t%d","arn:aws:dynamodb:us-east-1:111111111111:table/t%d/index/*"],"Condition":{"StringEquals":{"aws:RequestedRegion":"us-east-1"}}}`, i, i, i))
	}
	doc, err := Parse([]byte(`{"Version":"2012-10-17","Statement":[` + strings.Join(list, ",") + `]}`))
	if err != nil {
		b.Fatal(err)
	}
	p, err := NewPrincipal("arn:aws:sts::111111111111:assumed-role/app/fn")
	if err != nil {
		b.Fatal(err)
	}
	set := Set{Identity: []Policy{{"p", doc}}}
	req := Request{
		Action: "dynamodb:Query", Resource: "arn:aws:dynamodb:us-east-1:111111111111:table/t49/index/by-day", Principal: p,
		Context: NewContext(map[string][]string{"aws:RequestedRegion": {"us-east-1"}}, true),
	}
	b.ReportAllocs()
	for b.Loop() {
		if set.Evaluate(req).Decision != Allowed {
			b.Fatal("not allowed")
		}
	}
	b.ReportMetric(float64(b.N)*50/b.Elapsed().Seconds(), "statements/s")
}

// 200 pairs of action and resource against the policies of a busy role: the
// table of the IAM pane, which has 50 ms.
func BenchmarkTwoHundredPairs(b *testing.B) {
	doc, err := Parse([]byte(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["dynamodb:*","s3:Get*"],"Resource":["arn:aws:s3:::b/*","arn:aws:dynamodb:*:*:table/*"]},{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}`))
	if err != nil {
		b.Fatal(err)
	}
	p, err := NewPrincipal("arn:aws:sts::111111111111:assumed-role/app/fn")
	if err != nil {
		b.Fatal(err)
	}
	set := Set{Identity: []Policy{{"a", doc}, {"b", doc}, {"c", doc}}, Boundary: []Policy{{"d", doc}}}
	for b.Loop() {
		for i := range 200 {
			set.Evaluate(Request{Action: "dynamodb:GetItem", Resource: fmt.Sprint("arn:aws:dynamodb:us-east-1:111111111111:table/", i), Principal: p})
		}
	}
}
