package check

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
)

// BenchmarkOneMegabyte checks a template of the size that CloudFormation takes at most, every function of which
// has an alias, an API event that lacks in CORS, and a permission that must be traced back.
func BenchmarkOneMegabyte(b *testing.B) {
	var s strings.Builder
	s.WriteString("Transform: AWS::Serverless-2016-10-31\nGlobals: {Api: {Cors: {AllowMethods: \"'GET'\", AllowOrigin: \"'*'\"}}}\nResources:\n")
	for i := 0; s.Len() < 1<<20; i++ {
		fmt.Fprintf(&s, `  Fn%[1]d:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      Timeout: 60
      AutoPublishAlias: live
      Events:
        Api:
          Type: Api
          Properties: {Path: /x%[1]d, Method: put}
  Permission%[1]d:
    Type: AWS::Lambda::Permission
    Properties: {Action: lambda:InvokeFunction, Principal: sns.amazonaws.com, FunctionName: !Sub "${Fn%[1]d.Arn}:live"}
  Topic%[1]d: {Type: AWS::SNS::Topic, Properties: {TopicName: "x-${AWS::Region}"}}
`, i)
	}
	fsys := fstest.MapFS{"template.yaml": {Data: []byte(s.String())}}
	b.SetBytes(int64(s.Len()))
	for b.Loop() {
		p, err := Read(fsys, ".")
		if err != nil {
			b.Fatal(err)
		}
		if len(p.Findings()) == 0 {
			b.Fatal("nothing found")
		}
	}
}
