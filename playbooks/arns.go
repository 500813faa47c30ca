package playbooks

import (
	"strings"

	"firstaid/diagnostics"
)

// arnPatterns says how a physical id becomes an ARN, by resource type: the
// service and what stands before the name. Types whose physical id is an ARN
// already need no entry (CloudFormation resource reference, "Return values").
var arnPatterns = map[string][2]string{
	"AWS::DynamoDB::Table":                 {"dynamodb", "table/"},
	"AWS::DynamoDB::GlobalTable":           {"dynamodb", "table/"},
	"AWS::Serverless::SimpleTable":         {"dynamodb", "table/"},
	"AWS::Lambda::Function":                {"lambda", "function:"},
	"AWS::Logs::LogGroup":                  {"logs", "log-group:"},
	"AWS::KMS::Key":                        {"kms", "key/"},
	"AWS::Kinesis::Stream":                 {"kinesis", "stream/"},
	"AWS::KinesisFirehose::DeliveryStream": {"firehose", "deliverystream/"},
	"AWS::Events::EventBus":                {"events", "event-bus/"},
	"AWS::ECR::Repository":                 {"ecr", "repository/"},
	"AWS::Cognito::UserPool":               {"cognito-idp", "userpool/"},
}

// arnOf is the ARN of a deployed resource, "" where it cannot be told.
func arnOf(s *diagnostics.Snapshot, r diagnostics.Resource) string {
	id := r.PhysicalResourceId
	switch {
	case id == "":
		return ""
	case strings.HasPrefix(id, "arn:"):
		return id
	}
	prefix := "arn:" + partition(s) + ":"
	here := s.Identity.Region + ":" + s.Identity.Account + ":"
	switch r.ResourceType {
	case "AWS::S3::Bucket":
		return prefix + "s3:::" + id
	case "AWS::SQS::Queue":
		return prefix + "sqs:" + here + id[strings.LastIndexByte(id, '/')+1:] // the physical id is the queue's URL
	case "AWS::SSM::Parameter":
		return prefix + "ssm:" + here + "parameter/" + strings.TrimPrefix(id, "/")
	}
	p, ok := arnPatterns[r.ResourceType]
	if !ok || s.Identity.Account == "" {
		return ""
	}
	return prefix + p[0] + ":" + here + p[1] + id
}
