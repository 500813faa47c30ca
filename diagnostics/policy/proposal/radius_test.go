package proposal

import (
	"strings"
	"testing"
)

// What a grant reaches is said as a person says it, in both languages.
func TestRadiusNamesThingsAsPeopleDo(t *testing.T) {
	for arn, want := range map[string][2]string{
		"arn:aws:dynamodb:eu-west-1:123456789012:table/orders":         {"on the table orders", "orders 테이블에"},
		"arn:aws:dynamodb:eu-west-1:123456789012:table/orders/index/*": {"on all indexes of the table orders", "orders 테이블의 모든 인덱스에"},
		"arn:aws:dynamodb:eu-west-1:123456789012:table/orders/index/a": {"on the index a of the table orders", "orders 테이블의 인덱스 a에"},
		"arn:aws:s3:::shop":                                                {"on the bucket shop", "shop 버킷에"},
		"arn:aws:s3:::shop/*":                                              {"on every object of the bucket shop", "shop 버킷의 모든 객체에"},
		"arn:aws:s3:::shop/in/*":                                           {"on the objects below in/ of the bucket shop", "shop 버킷의 in/ 아래 객체에"},
		"arn:aws:sqs:eu-west-1:123456789012:jobs":                          {"on the queue jobs", "jobs 대기열에"},
		"arn:aws:sns:eu-west-1:123456789012:alerts":                        {"on the topic alerts", "alerts 주제에"},
		"arn:aws:ssm:eu-west-1:123456789012:parameter/shop/db":             {"on the parameter /shop/db", "/shop/db 파라미터에"},
		"arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop-AbCdEf": {"on the secret shop-AbCdEf", "shop-AbCdEf 보안 암호에"},
		"arn:aws:glue:eu-west-1:123456789012:table/db/t":                   {"on glue table/db/t", "glue table/db/t에"},
		"*": {"on every resource of the account", "계정의 모든 리소스에"},
	} {
		got := radius([]Statement{{Effect: "Allow", Action: []string{"dynamodb:GetItem"}, Resource: []string{arn}}}, []grant{{arn: arn}})
		if !strings.Contains(got.En, want[0]) || !strings.Contains(got.Ko, want[1]) {
			t.Errorf("%s: %q, %q", arn, got.En, got.Ko)
		}
		if strings.Contains(got.En, "\n") || strings.HasPrefix(got.En, "Allows ") != true {
			t.Errorf("%s: not one line of words: %q", arn, got.En)
		}
	}
}
