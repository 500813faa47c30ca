package proposal

import "strings"

// Expression is a value in a template: an intrinsic function and its argument,
// or a literal when Fn is empty.
type Expression struct {
	Fn  string `json:"fn,omitempty"` // "Ref", "GetAtt" or "Sub"
	Arg string `json:"arg"`
}

// Express writes a resource ARN for a template: through the stack's own
// resource where it has one, else with pseudo parameters. An account id or
// region of the stack is never written out.
func (k *Known) Express(arn string) Expression {
	for _, r := range k.Resources {
		whole := strings.TrimSuffix(r.ARN, ":*")
		rest, ok := strings.CutPrefix(arn, whole)
		if r.LogicalID == "" || whole == "" || !ok {
			continue
		}
		attribute := r.LogicalID + ".Arn"
		returnsARN := refIsARN(r.Type)
		switch {
		case rest == "" && r.Type == "AWS::Logs::LogGroup": // its Arn attribute ends in ":*"
			return Expression{"Sub", "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${" + r.LogicalID + "}"}
		case rest == "" && returnsARN:
			return Expression{"Ref", r.LogicalID}
		case rest == "":
			return Expression{"GetAtt", attribute}
		case rest[0] != '/' && rest[0] != ':':
			continue
		case returnsARN:
			return Expression{"Sub", "${" + r.LogicalID + "}" + escapeSub(rest)}
		default:
			return Expression{"Sub", "${" + attribute + "}" + escapeSub(rest)}
		}
	}
	return k.sub(arn)
}

// sub replaces partition, region and account by pseudo parameters.
func (k *Known) sub(arn string) Expression {
	f := strings.SplitN(arn, ":", 6)
	if len(f) < 6 {
		return Expression{"", arn}
	}
	f[5] = escapeSub(f[5])
	f[1] = "${AWS::Partition}"
	if f[3] != "" && f[3] == k.Region {
		f[3] = "${AWS::Region}"
	}
	if f[4] != "" && f[4] == k.Account {
		f[4] = "${AWS::AccountId}"
	}
	return Expression{"Sub", strings.Join(f, ":")}
}

// escapeSub keeps Fn::Sub from reading "${" of an IAM escape as its own.
func escapeSub(s string) string { return strings.ReplaceAll(s, "${", "${!") }

// refIsARN lists the types whose Ref is the ARN (CloudFormation reference,
// "Return values" of each type).
func refIsARN(kind string) bool {
	switch kind {
	case "AWS::SNS::Topic", "AWS::StepFunctions::StateMachine", "AWS::Serverless::StateMachine", "AWS::SecretsManager::Secret",
		"AWS::ElasticLoadBalancingV2::LoadBalancer", "AWS::CertificateManager::Certificate":
		return true
	}
	return false
}

// parameter writes a policy template's parameter: through the stack's resource
// where it has one.
func (b *builder) parameter(name, value string) Expression {
	for _, r := range b.known.Resources {
		if r.LogicalID == "" {
			continue
		}
		switch {
		case r.ARN == value && refIsARN(r.Type):
			return Expression{"Ref", r.LogicalID}
		case r.ARN == value:
			return Expression{"GetAtt", r.LogicalID + ".Arn"}
		case nameOf(r.ARN) != value || !servesParameter(name, r):
			continue
		case name == "QueueName" || name == "TopicName":
			return Expression{"GetAtt", r.LogicalID + "." + name}
		case name == "StateMachineName":
			return Expression{"GetAtt", r.LogicalID + ".Name"}
		case name == "KeyId" || name == "TableName" || name == "BucketName" || name == "StreamName" ||
			name == "DeliveryStreamName" || name == "LogGroupName" || name == "EventBusName" || name == "FunctionName":
			return Expression{"Ref", r.LogicalID}
		}
	}
	return Expression{"", value}
}

// servesParameter keeps a topic from being taken for a queue of the same name.
func servesParameter(name string, r Resource) bool {
	service := map[string]string{
		"QueueName": "sqs", "TopicName": "sns", "StateMachineName": "states", "KeyId": "kms", "TableName": "dynamodb",
		"BucketName": "s3", "StreamName": "kinesis", "DeliveryStreamName": "firehose", "LogGroupName": "logs",
		"EventBusName": "events", "FunctionName": "lambda",
	}[name]
	return arnField(r.ARN, 2) == service
}
