package tui

import (
	"errors"
	"fmt"
	"time"

	"firstaid/diagnostics"
)

const sampleTemplate = `AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Resources:
  # 주문 처리 함수
  OrdersFunction:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      Runtime: nodejs22.x
      AutoPublishAlias: live
  OrdersScaling:
    Type: AWS::ApplicationAutoScaling::ScalableTarget
    Properties:
      ResourceId: !Sub function:${OrdersFunction}:live
      MinCapacity: 1
      MaxCapacity: 5
`

const aliasReason = "Resource handler returned message: \"Validation failed for resource: function:orders:live, scalable dimension: " +
	"lambda:function:ProvisionedConcurrency. Reason: Cannot find alias arn: arn:aws:lambda:ap-northeast-2:123456789012:function:orders:live " +
	"(Service: ApplicationAutoScaling, Status Code: 400)\""

func at(second int) time.Time { return time.Date(2026, 10, 1, 0, 12, second, 0, time.UTC) }

func sampleEvent(second int, id, kind, status, reason string) diagnostics.Event {
	return diagnostics.Event{
		EventId: fmt.Sprintf("ev-%02d-%s", second, id), StackId: "arn:aws:cloudformation:ap-northeast-2:123456789012:stack/orders-prod/11aa",
		StackName: "orders-prod", LogicalResourceId: id, ResourceType: kind, ResourceStatus: status, ResourceStatusReason: reason, Timestamp: at(second),
	}
}

// sampleSnapshot is one failed deployment with what surrounds a real one.
func sampleSnapshot() *diagnostics.Snapshot {
	stack := "arn:aws:cloudformation:ap-northeast-2:123456789012:stack/orders-prod/11aa"
	denied := "[ERROR] AccessDeniedException: User: arn:aws:sts::123456789012:assumed-role/orders-role/orders is not authorized to perform: " +
		"dynamodb:PutItem on resource: arn:aws:dynamodb:ap-northeast-2:123456789012:table/orders because no identity-based policy allows the dynamodb:PutItem action"
	return &diagnostics.Snapshot{
		Taken: at(59), Complete: true, Example: "made for a test", StackID: stack,
		Identity: diagnostics.Identity{Account: "123456789012", Region: "ap-northeast-2", Partition: "aws", Arn: "arn:aws:iam::123456789012:user/dev"},
		Stacks: []diagnostics.Stack{
			{StackId: stack, StackName: "orders-prod", StackStatus: "UPDATE_ROLLBACK_COMPLETE", CreationTime: at(0).Add(-90 * 24 * time.Hour), LastUpdatedTime: at(1)},
			{StackId: stack + "-web", StackName: "web-prod", StackStatus: "CREATE_COMPLETE", CreationTime: at(0).Add(-30 * time.Hour)},
			{StackId: stack + "-ko", StackName: "결제-dev", StackStatus: "UPDATE_IN_PROGRESS", CreationTime: at(0).Add(-10 * time.Minute)},
		},
		Events: []diagnostics.Event{
			sampleEvent(1, "orders-prod", "AWS::CloudFormation::Stack", "UPDATE_IN_PROGRESS", "User Initiated"),
			sampleEvent(3, "OrdersFunction", "AWS::Lambda::Function", "UPDATE_COMPLETE", ""),
			sampleEvent(5, "OrdersScaling", "AWS::ApplicationAutoScaling::ScalableTarget", "CREATE_FAILED", aliasReason),
			sampleEvent(5, "OrdersTable", "AWS::DynamoDB::Table", "UPDATE_FAILED", "Resource update cancelled"),
			sampleEvent(5, "OrdersApi", "AWS::ApiGateway::RestApi", "UPDATE_FAILED", "Resource update cancelled"),
			sampleEvent(7, "orders-prod", "AWS::CloudFormation::Stack", "UPDATE_ROLLBACK_IN_PROGRESS", "The following resource(s) failed to create: [OrdersScaling]. "),
			sampleEvent(20, "orders-prod", "AWS::CloudFormation::Stack", "UPDATE_ROLLBACK_COMPLETE", ""),
		},
		Resources: []diagnostics.Resource{
			{StackId: stack, StackName: "orders-prod", LogicalResourceId: "OrdersFunction", PhysicalResourceId: "orders", ResourceType: "AWS::Lambda::Function"},
			{StackId: stack, StackName: "orders-prod", LogicalResourceId: "OrdersScaling", ResourceType: "AWS::ApplicationAutoScaling::ScalableTarget"},
		},
		Functions: []diagnostics.Function{{FunctionName: "orders", Role: "arn:aws:iam::123456789012:role/orders-role", Runtime: "nodejs22.x", PackageType: "Zip", Architectures: []string{"arm64"}, MemorySize: 512, Timeout: 10}},
		LogGroups: []diagnostics.LogGroup{{
			LogGroupName: "/aws/lambda/orders", FunctionName: "orders",
			Events: []diagnostics.LogEvent{
				{EventId: "l1", Timestamp: at(30), LogStreamName: "2026/10/01/[42]ab", Message: "START RequestId: 8f5e Version: 41\n"},
				{EventId: "l2", Timestamp: at(31), LogStreamName: "2026/10/01/[42]ab", Message: "2026-10-01T00:12:31Z\tINFO\t주문 접수 {\"id\":7}\n"},
				{EventId: "l3", Timestamp: at(32), LogStreamName: "2026/10/01/[42]ab", Message: denied + "\n    at save (/var/task/app.js:12:9)\n    at handler (/var/task/app.js:30:3)\n"},
				{EventId: "l4", Timestamp: at(33), LogStreamName: "2026/10/01/[42]ab", Message: "END RequestId: 8f5e\n"},
			},
		}},
		Roles: []diagnostics.Role{{RoleName: "orders-role", Arn: "arn:aws:iam::123456789012:role/orders-role", Policies: []diagnostics.RolePolicy{
			{PolicyName: "read", Document: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"dynamodb:GetItem","Resource":"*"}]}`},
		}}},
		Simulations: []diagnostics.Simulation{
			{Origin: "aws", PolicySourceArn: "arn:aws:iam::123456789012:role/orders-role", EvalActionName: "dynamodb:GetItem", EvalResourceName: "arn:aws:dynamodb:ap-northeast-2:123456789012:table/orders", EvalDecision: "allowed", MatchedStatements: []diagnostics.MatchedStatement{{SourcePolicyId: "read"}}},
			{Origin: "aws", PolicySourceArn: "arn:aws:iam::123456789012:role/orders-role", EvalActionName: "dynamodb:PutItem", EvalResourceName: "arn:aws:dynamodb:ap-northeast-2:123456789012:table/orders", EvalDecision: "implicitDeny"},
		},
		Files:  []diagnostics.File{{Path: "template.yaml", Content: sampleTemplate}},
		Unread: []diagnostics.Unread{{Of: diagnostics.Ref{Kind: diagnostics.KindMetric}, Action: "cloudwatch:GetMetricData", Reason: "Add the action to your policy and press r."}},
		Calls: []diagnostics.Call{
			{Service: "cloudformation", Operation: "DescribeEvents", Count: 2},
			{Service: "logs", Operation: "FilterLogEvents", Count: 3, Throttled: 1},
			{Service: "cloudwatch", Operation: "GetMetricData", Count: 1, Failed: 1},
		},
	}
}

var errExpired = errors.New("the session of profile dev has expired: run `aws sso login --profile dev`, then press r")
