package proposal

import (
	"slices"
	"strings"

	"firstaid/diagnostics"
	"firstaid/diagnostics/denial"
)

// companions returns what the same code is likely to need next.
func (b *builder) companions() []Companion {
	var out []Companion
	add := func(why diagnostics.Text, resources []string, names ...string) {
		var missing []string
		for _, a := range names {
			ok := !b.granted(a) && slices.IndexFunc(resources, func(r string) bool { return !fits(a, r) }) < 0
			if ok && !slices.Contains(missing, a) {
				missing = append(missing, a)
			}
		}
		if missing == nil {
			return
		}
		c := Companion{Statement{Effect: "Allow", Action: missing, Resource: resources}, why}
		c.Sid = b.sid(&c.Statement, 0)
		for _, have := range out {
			if have.Sid == c.Sid {
				return
			}
		}
		out = append(out, c)
	}
	for _, g := range b.grants {
		resources := widen(g.action, []string{g.arn})
		for _, set := range sets() {
			if set.holds(g) {
				add(set.why, resources, set.actions...)
			}
		}
		if isObject(g.arn) && g.action == "s3:GetObject" {
			bucket, _, _ := strings.Cut(g.arn, "/")
			add(listingText, []string{bucket}, "s3:ListBucket")
		}
		if key := b.known.Keys[containerOf(g.arn)]; key != "" {
			add(keyText, []string{key}, keyActions(g.action)...)
		}
	}
	return out
}

func (b *builder) granted(action string) bool {
	for _, g := range b.grants {
		if g.action == action {
			return true
		}
	}
	return false
}

// offerListing: to see 404 instead of 403 for a missing object.
func (b *builder) offerListing(d *denial.Denial) {
	if arnField(d.Resource, 2) != "s3" {
		return
	}
	s := Statement{Effect: "Allow", Action: []string{"s3:ListBucket"}, Resource: []string{d.Resource}}
	s.Sid = b.sid(&s, 0)
	b.out.Companions = append(b.out.Companions, Companion{s, listingText})
}

// set is a group of actions that calls use together.
type set struct {
	when      string // action that was denied
	operation string // of this SDK call; empty: any
	actions   []string
	why       diagnostics.Text
}

func (s *set) holds(g grant) bool {
	return g.action == s.when && (s.operation == "" || s.operation == g.of.Operation)
}

var (
	listingText = diagnostics.Text{En: "to see 404 instead of 403 for objects that do not exist", Ko: "없는 객체에 403 대신 404를 보기 위해"}
	keyText     = diagnostics.Text{En: "the resource is encrypted with this key", Ko: "리소스가 이 키로 암호화되어 있음"}
	pollText    = diagnostics.Text{En: "an event source mapping reads, deletes and measures", Ko: "이벤트 소스 매핑은 읽고 지우고 측정함"}
	streamText  = diagnostics.Text{En: "reading a stream takes these calls together", Ko: "스트림 읽기에는 이 호출들이 함께 필요함"}
	transText   = diagnostics.Text{En: "a transaction may hold each of them", Ko: "트랜잭션에는 이 작업들이 모두 들어갈 수 있음"}
	copyText    = diagnostics.Text{En: "copying an object reads and writes its tags and versions", Ko: "객체 복사는 태그와 버전도 읽고 씀"}
	logText     = diagnostics.Text{En: "writing logs takes these calls together", Ko: "로그 쓰기에는 이 호출들이 함께 필요함"}
)

// sets lists the groups; the API reference of each call names them.
func sets() []set {
	poll := []string{"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility"}
	logs := []string{"logs:CreateLogStream", "logs:PutLogEvents"}
	trans := []string{"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:ConditionCheckItem"}
	stream := []string{"dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream", "dynamodb:ListStreams"}
	kinesis := []string{"kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:DescribeStream", "kinesis:DescribeStreamSummary", "kinesis:ListShards"}
	objects := []string{"s3:GetObject", "s3:PutObject", "s3:GetObjectTagging", "s3:PutObjectTagging", "s3:GetObjectVersion"}
	var out []set
	add := func(operation string, why diagnostics.Text, list []string) {
		for _, a := range list {
			out = append(out, set{a, operation, list, why})
		}
	}
	add("", pollText, poll)
	add("", logText, logs)
	add("TransactWriteItems", transText, trans)
	add("", streamText, stream)
	add("", streamText, kinesis)
	add("CopyObject", copyText, objects)
	return out
}

// containerOf is the ARN under which a resource's key is known.
func containerOf(arn string) string {
	if isObject(arn) {
		arn, _, _ = strings.Cut(arn, "/")
	}
	return arn
}

// keyActions: the calls that a service makes to KMS with the caller's rights
// (each service's encryption page).
func keyActions(action string) []string {
	decrypt, generate := "kms:Decrypt", "kms:GenerateDataKey"
	switch action {
	case "s3:GetObject", "sqs:ReceiveMessage", "secretsmanager:GetSecretValue", "ssm:GetParameter", "ssm:GetParameters",
		"ssm:GetParametersByPath", "dynamodb:GetItem", "kinesis:GetRecords":
		return []string{decrypt}
	case "s3:PutObject", "kinesis:PutRecord", "kinesis:PutRecords", "secretsmanager:PutSecretValue":
		return []string{generate}
	case "sqs:SendMessage", "sns:Publish":
		return []string{decrypt, generate}
	}
	return nil
}
