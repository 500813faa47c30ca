package playbooks

import (
	"strings"
	"testing"

	"firstaid/diagnostics"
)

// TestTheResourcesPolicyIsMendedWhereThatIsTheSide: the text names the policy of
// the resource as the one that does not allow it.
func TestTheResourcesPolicyIsMendedWhereThatIsTheSide(t *testing.T) {
	for name, c := range map[string]struct {
		kind, physical, more string // of the resource
		action, resource     string
		want                 []string
	}{
		"a queue without a policy": {
			"AWS::SQS::Queue", "https://sqs.eu-west-1.amazonaws.com/123456789012/shop-Thing-1", "", "sqs:SendMessage", "arn:aws:sqs:eu-west-1:123456789012:shop-Thing-1",
			[]string{"  ThingPolicy:\n    Type: AWS::SQS::QueuePolicy", "- !Ref Thing", "AWS: !Sub arn:${AWS::Partition}:iam::${AWS::AccountId}:role/shop-FnRole-1", "Action: sqs:SendMessage", "Resource: !GetAtt Thing.Arn"},
		},
		"a topic with a policy": {
			"AWS::SNS::Topic", "arn:aws:sns:eu-west-1:123456789012:shop-Thing-1", "  Own:\n    Type: AWS::SNS::TopicPolicy\n    Properties:\n      Topics: [!Ref Thing]\n      PolicyDocument:\n        Statement:\n          - Effect: Allow\n            Principal: {Service: events.amazonaws.com}\n            Action: sns:Publish\n            Resource: !Ref Thing\n",
			"sns:Publish", "arn:aws:sns:eu-west-1:123456789012:shop-Thing-1",
			[]string{"Principal: {Service: events.amazonaws.com}", "          - Effect: Allow\n            Principal:\n              AWS: !Sub", "Resource: !Ref Thing"},
		},
		"a bucket": {
			"AWS::S3::Bucket", "shop-thing-1", "", "s3:GetObject", "arn:aws:s3:::shop-thing-1/in/a.csv",
			[]string{"Type: AWS::S3::BucketPolicy", "Bucket: !Ref Thing", "Resource: !Sub ${Thing.Arn}/in/a.csv"},
		},
		"a key": {
			"AWS::KMS::Key", "1234abcd-12ab-34cd-56ef-1234567890ab", "      KeyPolicy:\n        Statement:\n          - {Effect: Allow, Principal: {AWS: !Sub 'arn:aws:iam::${AWS::AccountId}:root'}, Action: 'kms:Describe*', Resource: '*'}\n", "kms:Decrypt", "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
			[]string{"Action: 'kms:Describe*'", "Action: kms:Decrypt", "Resource: '*'\n"},
		},
		"an image repository": {
			"AWS::ECR::Repository", "shop-thing-1", "", "ecr:BatchGetImage", "arn:aws:ecr:eu-west-1:123456789012:repository/shop-thing-1",
			[]string{"RepositoryPolicyText:", "Action: ecr:BatchGetImage"},
		},
	} {
		message := strings.Replace(refused(c.action, c.resource), "no identity-based policy", "no resource-based policy", 1)
		s := denied(message, deniedTemplate+"  Thing:\n    Type: "+c.kind+"\n    Properties:\n      Tags: []\n"+c.more)
		s.Resources = append(s.Resources, diagnostics.Resource{StackName: "shop", LogicalResourceId: "Thing", PhysicalResourceId: c.physical, ResourceType: c.kind})
		_, list := diagnoseDenied(t, s)
		e, ok := list[0].Steps[0].(FileEdit)
		if !ok || (Plan{Fix: list[0]}).Confirmation() != "Thing" || strings.Contains(strings.TrimPrefix(e.After, e.Before), "123456789012") {
			t.Errorf("%s: %+v", name, list[0])
			continue
		}
		for _, want := range c.want {
			if !strings.Contains(e.After, want) {
				t.Errorf("%s: %q is not in\n%s", name, want, e.After)
			}
		}
	}
}

// A key without a policy of its own delegates to the account: a policy with one
// statement would lock its owner out.
func TestAKeyIsNeverLocked(t *testing.T) {
	message := strings.Replace(refused("kms:Decrypt", "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"), "no identity-based policy", "no resource-based policy", 1)
	s := denied(message, deniedTemplate+"  Thing:\n    Type: AWS::KMS::Key\n")
	s.Resources = append(s.Resources, diagnostics.Resource{StackName: "shop", LogicalResourceId: "Thing", PhysicalResourceId: "1234abcd-12ab-34cd-56ef-1234567890ab", ResourceType: "AWS::KMS::Key"})
	_, list := diagnoseDenied(t, s)
	for _, x := range list {
		for _, step := range x.Steps {
			if e, ok := step.(FileEdit); ok && strings.Contains(e.After, "KeyPolicy") {
				t.Errorf("%s writes\n%s", x.Title.En, e.After)
			}
		}
	}
}
