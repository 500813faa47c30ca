package check

import (
	"testing"
	"testing/fstest"

	"firstaid/playbooks/edit"
)

func TestPoliciesMoveToTheNamedRole(t *testing.T) {
	before := `Transform: AWS::Serverless-2016-10-31
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Role: !GetAtt Role.Arn
      Policies:
        - AWSLambdaVPCAccessExecutionRole
        - DynamoDBReadPolicy:
            TableName: !Ref Orders
        - Statement:
            - Effect: Allow
              Action: s3:GetObject
              Resource: !Sub arn:aws:s3:::${Bucket}/*
      Timeout: 3
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {}
`
	want := `Transform: AWS::Serverless-2016-10-31
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Role: !GetAtt Role.Arn
      Timeout: 3
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {}
      Policies:
        - PolicyName: FnPolicy1
          PolicyDocument:
            Version: '2012-10-17'
            Statement:
              - Effect: Allow
                Action:
                  - dynamodb:GetItem
                  - dynamodb:Scan
                  - dynamodb:Query
                  - dynamodb:BatchGetItem
                  - dynamodb:DescribeTable
                Resource:
                  - !Sub arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Orders}
                  - !Sub arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Orders}/index/*
        - PolicyName: FnPolicy2
          PolicyDocument:
            Version: '2012-10-17'
            Statement:
              - Effect: Allow
                Action: s3:GetObject
                Resource: !Sub arn:aws:s3:::${Bucket}/*
      ManagedPolicyArns:
        - !Sub arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole
`
	p, err := Read(fstest.MapFS{"template.yaml": {Data: []byte(before)}}, "template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	changed, left := p.Mend()
	if got := string(changed["template.yaml"]); got != want || len(left) > 0 {
		t.Errorf("got:\n%s\nleft: %v\n%s", got, left, edit.Diff("t", []byte(want), []byte(got)))
	}
}

func TestPoliciesThatCannotBeWrittenOutStay(t *testing.T) {
	for _, policy := range []string{"SomeUnknownManagedPolicy", "{UnknownPolicyTemplate: {X: y}}", "{DynamoDBReadPolicy: {TableName: !FindInMap [A, B, C]}}", "{Statement: &a [], X: *a}"} {
		src := "Transform: AWS::Serverless-2016-10-31\nResources:\n  Fn:\n    Type: AWS::Serverless::Function\n    Properties:\n      Role: !GetAtt Role.Arn\n      Policies:\n        - " +
			policy + "\n  Role: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {}}}\n"
		found, err := files(fstest.MapFS{"template.yaml": {Data: []byte(src)}}, "template.yaml")
		if err != nil || len(found) != 1 {
			t.Fatalf("%s: %v %v", policy, found, err)
		}
		for _, m := range found[0].Mends {
			if m.Title.En == "Move the policies to the role Role" {
				t.Errorf("%s was moved", policy)
			}
		}
	}
}
