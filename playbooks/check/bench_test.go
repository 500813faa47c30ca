package check

import (
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

// shape is a way to write a large template: what comes once, and what comes again and again with the numbers <i>
// and <next> in it.
type shape struct{ name, head, each, tail string }

// shapes are templates that ask much of one rule or another: nearly every unit has a finding.
var shapes = []shape{
	{
		name: "functions",
		head: "Transform: AWS::Serverless-2016-10-31\nGlobals: {Api: {Cors: {AllowMethods: \"'GET'\", AllowOrigin: \"'*'\"}}}\nResources:\n",
		each: `  Fn<i>:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      Timeout: 60
      AutoPublishAlias: live
      Events:
        Api:
          Type: Api
          Properties: {Path: /x<i>, Method: put}
  Permission<i>:
    Type: AWS::Lambda::Permission
    Properties: {Action: lambda:InvokeFunction, Principal: sns.amazonaws.com, FunctionName: !Sub "${Fn<i>.Arn}:live"}
  Topic<i>: {Type: AWS::SNS::Topic, Properties: {TopicName: "x-${AWS::Region}"}}
`,
	},
	{
		name: "one-line",
		head: `{"Resources":{"First":{"Type":"AWS::SNS::Topic"}`,
		each: `,"Topic<i>":{"Type":"AWS::SNS::Topic","Properties":{"DisplayName":"한글","TopicName":"x-${AWS::Region}-<i>"}}`,
		tail: "}}",
	},
	{
		name: "comments",
		head: "# top\nResources:\n",
		each: "  # about <i>\n  # firstaid:ignore lambda-oom none\n  Topic<i>: # here\n    Type: AWS::SNS::Topic\n    Properties:\n      TopicName: x-${AWS::Region} # there\n",
	},
	{
		name: "statements",
		head: "Resources:\n  P:\n    Type: AWS::IAM::ManagedPolicy\n    Properties:\n      PolicyDocument:\n        Statement:\n",
		each: "          - {Effect: Allow, Action: s3:Get, Resource: 'arn:${AWS::Partition}:s3:::b<i>-${aws:username}'}\n",
	},
	{
		name: "apis",
		head: "Transform: AWS::Serverless-2016-10-31\nResources:\n",
		each: `  Api<i>: {Type: AWS::Serverless::Api, Properties: {StageName: x, Cors: {AllowMethods: "'GET'"}}}
  Fn<i>:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: fn-<i>
      Environment: {Variables: {AWS_LWA_ENABLE_COMPRESSION: "true"}}
      Events: {Api: {Type: Api, Properties: {Path: /x<i>, Method: put, RestApiId: !Ref Api<i>}}}
  Url<i>: {Type: AWS::Lambda::Url, Properties: {TargetFunctionArn: fn-<i>, InvokeMode: RESPONSE_STREAM}}
`,
	},
	{
		name: "chain",
		head: "Transform: AWS::Serverless-2016-10-31\nResources:\n  Permission0: {Type: AWS::SNS::Topic}\n  Fn: {Type: AWS::Serverless::Function, Properties: {AutoPublishAlias: live}}\n",
		each: "  Permission<next>: {Type: AWS::Lambda::Permission, DependsOn: Permission<i>, Properties: {FunctionName: !Sub \"${Fn.Arn}:live\"}}\n",
	},
	{
		name: "gateway",
		head: "Resources:\n",
		each: `  Api<i>: {Type: AWS::ApiGatewayV2::Api, Properties: {CorsConfiguration: {AllowMethods: [GET]}}}
  Route<i>: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: !Ref Api<i>, RouteKey: PUT /a}}
  Options<i>: {Type: AWS::ApiGateway::Method, Properties: {RestApiId: r, ResourceId: r<i>, HttpMethod: OPTIONS, AuthorizationType: AWS_IAM, Integration: {Type: MOCK}}}
  Put<i>: {Type: AWS::ApiGateway::Method, Properties: {RestApiId: r, ResourceId: r<i>, HttpMethod: PUT}}
`,
	},
	{
		name: "targets",
		head: "Transform: AWS::Serverless-2016-10-31\nResources:\n",
		each: `  Fn<i>: {Type: AWS::Serverless::Function, Properties: {Role: !GetAtt Role.Arn, Policies: [AWSXRayDaemonWriteAccess]}}
  Scale<i>: {Type: AWS::ApplicationAutoScaling::ScalableTarget, Properties: {ResourceId: !Sub "function:${Fn<i>}:live"}}
`,
	},
}

// megabyte writes a template of a shape as large as CloudFormation takes at most.
func (s shape) megabyte() []byte {
	var b strings.Builder
	b.WriteString(s.head)
	for i := 0; b.Len() < 1<<20-len(s.tail)-len(s.each); i++ {
		b.WriteString(strings.NewReplacer("<i>", strconv.Itoa(i), "<next>", strconv.Itoa(i+1)).Replace(s.each))
	}
	b.WriteString(s.tail)
	return []byte(b.String())
}

func BenchmarkOneMegabyte(b *testing.B) {
	for _, s := range shapes {
		b.Run(s.name, func(b *testing.B) {
			src := s.megabyte()
			fsys := fstest.MapFS{"template.yaml": {Data: src}}
			b.SetBytes(int64(len(src)))
			found := 0
			for b.Loop() {
				p, err := Read(fsys, ".")
				if err != nil {
					b.Fatal(err)
				}
				found = len(p.Findings())
			}
			b.ReportMetric(float64(found), "findings")
		})
	}
}

func BenchmarkMendOneMegabyte(b *testing.B) {
	for _, s := range shapes {
		b.Run(s.name, func(b *testing.B) {
			src := s.megabyte()
			p, err := Read(fstest.MapFS{"template.yaml": {Data: src}}, ".")
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(len(src)))
			rest := 0
			for b.Loop() {
				_, left := p.Mend()
				rest = len(left)
			}
			b.ReportMetric(float64(rest), "left")
		})
	}
}
