package playbooks

import (
	"slices"
	"strings"
	"testing"

	"firstaid/diagnostics"
)

func stackEvent(second int, status string) diagnostics.Event {
	return diagnostics.Event{
		EventId: status, StackId: "arn:stack/shop", StackName: "shop", LogicalResourceId: "shop", PhysicalResourceId: "arn:stack/shop",
		ResourceType: "AWS::CloudFormation::Stack", ResourceStatus: status, Timestamp: at(second),
	}
}

func stuck(status string, events ...diagnostics.Event) (*diagnostics.Snapshot, diagnostics.Finding) {
	return &diagnostics.Snapshot{
			StackID: "arn:stack/shop", Events: events,
			Stacks: []diagnostics.Stack{{StackId: "arn:stack/shop", StackName: "shop", StackStatus: status}},
		},
		diagnostics.Finding{Subject: diagnostics.Ref{Kind: diagnostics.KindStack, ID: "shop"}}
}

func TestOnlyWhatFailedInTheRollbackIsSkipped(t *testing.T) {
	s, f := stuck("UPDATE_ROLLBACK_FAILED",
		event(1, "Fn", "AWS::Lambda::Function", "UPDATE_FAILED", "the update's own failure"),
		stackEvent(2, "UPDATE_ROLLBACK_IN_PROGRESS"),
		event(3, "Queue", "AWS::SQS::Queue", "UPDATE_FAILED", "Resource update cancelled"),
		event(4, "Table", "AWS::DynamoDB::Table", "UPDATE_FAILED", "table is gone"),
		stackEvent(5, "UPDATE_ROLLBACK_FAILED"))
	fixes := fixStuckRollback(s, f)
	if len(fixes) != 3 {
		t.Fatalf("%d fixes", len(fixes))
	}
	if way := fixes[2]; !way.Staged() || !strings.HasSuffix(way.Steps[0].(Manual).Do.En, "going back: Table (table is gone)") || way.Steps[1].(Call).Confirm != "shop" {
		t.Errorf("the guided way: %+v", way)
	}
	if c := fixes[0].Steps[0].(Call); c.Operation != "ContinueUpdateRollback" || c.Args["ResourcesToSkip"] != nil || c.Confirm != "shop" {
		t.Errorf("first: %+v", c)
	}
	if c := fixes[1].Steps[0].(Call); !slices.Equal(c.Args["ResourcesToSkip"].([]string), []string{"Table"}) || fixes[1].Risk != Permanent {
		t.Errorf("second: %+v", c)
	}
}

func TestTheCallFollowsTheStatus(t *testing.T) {
	for status, want := range map[string]string{"UPDATE_FAILED": "RollbackStack", "CREATE_FAILED": "RollbackStack", "UPDATE_COMPLETE": ""} {
		s, f := stuck(status)
		fixes := fixStuckRollback(s, f)
		got := ""
		for _, x := range fixes {
			if c, ok := x.Steps[0].(Call); ok {
				got = c.Operation
			}
		}
		if got != want {
			t.Errorf("%s: %q, want %q", status, got, want)
		}
	}
}

func TestAStackThatWorkedIsNeverDeleted(t *testing.T) {
	for status, deletes := range map[string]bool{"ROLLBACK_COMPLETE": true, "ROLLBACK_FAILED": true, "UPDATE_ROLLBACK_COMPLETE": false, "CREATE_COMPLETE": false} {
		s, f := stuck(status)
		if got := len(fixStuckCreate(s, f)) > 0; got != deletes {
			t.Errorf("%s: deletes %v", status, got)
		}
	}
}

func TestTheRepositoryThatIsMissing(t *testing.T) {
	uri := "123456789012.dkr.ecr.eu-west-1.amazonaws.com/orders:v2"
	s := &diagnostics.Snapshot{
		Identity:     diagnostics.Identity{Account: "123456789012", Region: "eu-west-1"},
		Repositories: []diagnostics.Repository{{RepositoryName: "orders", Missing: true}},
	}
	f := diagnostics.Finding{Captures: map[string]string{"image": uri}}
	fix := fixMissingImage(s, f)[0]
	create, policy := fix.Steps[0].(Call), fix.Steps[1].(Call)
	if create.Operation != "CreateRepository" || create.Undo.Operation != "DeleteRepository" || policy.Before != "" || policy.Undo.Operation != "DeleteRepositoryPolicy" {
		t.Errorf("got %+v and %+v", create, policy)
	}
	if !strings.Contains(policy.After, "arn:aws:lambda:eu-west-1:123456789012:function:*") {
		t.Errorf("policy: %s", policy.After)
	}
	s.Identity.Region = "us-east-1"
	if fix := fixMissingImage(s, f)[0]; fix.Declined.IsZero() {
		t.Error("a registry of another region is not declined")
	}
}

func TestAPolicyThatIsThereIsExtended(t *testing.T) {
	uri := "123456789012.dkr.ecr.eu-west-1.amazonaws.com/orders:v2"
	s := &diagnostics.Snapshot{Identity: diagnostics.Identity{Account: "123456789012", Region: "eu-west-1"}, Repositories: []diagnostics.Repository{{
		RepositoryName: "orders", Policy: `{"Version":"2008-10-17","Statement":{"Sid":"mine","Effect":"Allow","Principal":"*","Action":"ecr:BatchGetImage"}}`,
		Images: []diagnostics.Image{{ImageTags: []string{"v2"}}},
	}}}
	f := diagnostics.Finding{Captures: map[string]string{"image": uri}, Evidence: []diagnostics.Evidence{{Quote: "Lambda does not have permission to access the ECR image. Check the ECR permissions."}}}
	c := fixMissingImage(s, f)[0].Steps[0].(Call)
	if !strings.Contains(c.After, `"Sid":"mine"`) || !strings.Contains(c.After, "LambdaECRImageRetrievalPolicy") || !strings.Contains(c.After, "2008-10-17") {
		t.Errorf("after: %s", c.After)
	}
	if c.Undo.Operation != "SetRepositoryPolicy" || c.Undo.Args["PolicyText"] != c.Before {
		t.Errorf("undo: %+v", c.Undo)
	}
}

func TestTheNearestTag(t *testing.T) {
	r := diagnostics.Repository{Images: []diagnostics.Image{{ImageTags: []string{"latest"}}, {ImageTags: []string{"api-2.1"}}, {ImageTags: []string{"api-2.0"}}}}
	if got := nearTags(r, "api-2.2"); got[0] != "api-2.1" || got[1] != "api-2.0" {
		t.Errorf("got %v", got)
	}
}

func steps(f Fix) string {
	var b strings.Builder
	for _, s := range f.Steps {
		switch s := s.(type) {
		case Manual:
			b.WriteString(s.Do.En + "\n" + s.Do.Ko + "\n")
		case Call:
			b.WriteString(ShellQuote(s.Command()) + "\n")
		}
	}
	for _, n := range f.Notes {
		b.WriteString(n.En + "\n" + n.Ko + "\n")
	}
	return b.String()
}

func hold(t *testing.T, text string, wants ...string) {
	t.Helper()
	for _, w := range wants {
		if !strings.Contains(text, w) {
			t.Errorf("there is no %q in\n%s", w, text)
		}
	}
}

// TestTheOriginalCauseStandsBeforeTheDeletion: ROLLBACK_COMPLETE is walked
// through with the words of the failure that led there.
func TestTheOriginalCauseStandsBeforeTheDeletion(t *testing.T) {
	s, f := stuck("ROLLBACK_COMPLETE",
		event(1, "Queue", "AWS::SQS::Queue", "CREATE_FAILED", "Resource creation cancelled"),
		event(2, "Fn", "AWS::Lambda::Function", "CREATE_FAILED", "The runtime parameter of python3.6 is no longer supported"),
		event(3, "Logs", "AWS::S3::Bucket", "DELETE_SKIPPED", ""))
	fix := fixStuckCreate(s, f)[0]
	hold(t, steps(fix), "It was Fn: The runtime parameter of python3.6", "stayed when the creation was rolled back", "Logs", "aws cloudformation delete-stack --stack-name arn:stack/shop")
	if strings.Contains(steps(fix), "cancelled") || fix.Risk != Permanent {
		t.Errorf("got %+v", fix)
	}
}

// A creation that failed with rollback disabled has no state to go back to:
// rolling it back deletes it, so that is not the first thing to do.
func TestRollingACreationBackDeletesIt(t *testing.T) {
	s, f := stuck("CREATE_FAILED")
	fixes := fixStuckRollback(s, f)
	if len(fixes) != 2 || fixes[0].Kind != FixGuided || fixes[1].Risk != Permanent {
		t.Fatalf("got %+v", fixes)
	}
	hold(t, fixes[1].Title.En+fixes[1].Changes.En, "deletes the stack", "everything in it that worked")
	hold(t, steps(fixes[1]), "aws cloudformation rollback-stack --stack-name arn:stack/shop")
	s, f = stuck("UPDATE_FAILED")
	fixes = fixStuckRollback(s, f)
	if len(fixes) != 2 || fixes[0].Risk != Disrupts || fixes[1].Kind != FixGuided {
		t.Errorf("of an update: %+v", fixes)
	}
}

func TestWhatIsSkippedDriftsAndIsNamed(t *testing.T) {
	s, f := stuck("UPDATE_ROLLBACK_FAILED",
		stackEvent(2, "UPDATE_ROLLBACK_IN_PROGRESS"),
		event(4, "Table", "AWS::DynamoDB::Table", "UPDATE_FAILED", "table is gone"))
	fixes := fixStuckRollback(s, f)
	hold(t, steps(fixes[0]), "Table did not go back: table is gone")
	hold(t, steps(fixes[1]), "--resources-to-skip Table", "detect-stack-drift --stack-name shop", "bring Table and the template together")
}

func TestTheBucketToEmptyIsNamed(t *testing.T) {
	s, f := stuck("DELETE_FAILED", event(2, "Logs", "AWS::S3::Bucket", "DELETE_FAILED", "The bucket you tried to delete is not empty"))
	s.Events[0].PhysicalResourceId = "shop-logs-1"
	f.Subject = s.Events[0].ResourceRef()
	fixes := fixUndeletable(s, f)
	hold(t, steps(fixes[0]), "--retain-resources Logs")
	hold(t, steps(fixes[1]), "aws s3 rm s3://shop-logs-1 --recursive", "list-object-versions --bucket shop-logs-1")
	s.Events[0].PhysicalResourceId = "x; rm -rf ~"
	if text := steps(fixUndeletable(s, f)[1]); strings.Contains(text, "rm -rf") {
		t.Errorf("a foreign word is in a command:\n%s", text)
	}
}

// A custom resource that never answers is answered by hand with the ids that
// its events know; a stack that is being deleted may also leave it behind.
func TestASilentCustomResourceIsAnsweredByHand(t *testing.T) {
	e := event(60, "Seed", "Custom::Seed", "DELETE_FAILED", "CloudFormation did not receive a response from your Custom Resource.")
	e.PhysicalResourceId = "seed-1"
	e.ResourceProperties = `{"ServiceToken":"arn:aws:lambda:eu-west-1:123456789012:function:seed"}`
	s, f := stuck("DELETE_FAILED", event(1, "Seed", "Custom::Seed", "DELETE_IN_PROGRESS", ""), e)
	s.LogGroups = []diagnostics.LogGroup{{LogGroupName: "/aws/lambda/seed", FunctionName: "seed", From: at(0), Until: at(90), Events: []diagnostics.LogEvent{
		{EventId: "1", Timestamp: at(2), Message: `{"RequestType":"Delete","ResponseURL":"https://bucket.s3.amazonaws.com/secret","RequestId":"r-1"}`},
	}}}
	f.Subject = e.ResourceRef()
	fixes := fixSilentCustomResource(s, f)
	if len(fixes) != 2 {
		t.Fatalf("%d fixes", len(fixes))
	}
	hold(t, steps(fixes[0]), "--retain-resources Seed")
	text := steps(fixes[1])
	hold(t, text, "/aws/lambda/seed, 09:00:02Z", `"StackId":"arn:stack/shop","LogicalResourceId":"Seed","PhysicalResourceId":"seed-1"`, "curl -X PUT -H 'Content-Type:'", "ServiceTimeout")
	if strings.Contains(text, "secret") {
		t.Error("the signed URL is shown")
	}
	s.Stacks[0].StackStatus = "UPDATE_ROLLBACK_IN_PROGRESS"
	if fixes := fixSilentCustomResource(s, f); len(fixes) != 1 || fixes[0].Kind != FixGuided {
		t.Errorf("while it runs: %+v", fixes)
	}
}

// The edge to cut is named with its line, and cut in the way that fits it.
func TestTheEdgeToCutIsNamed(t *testing.T) {
	for name, c := range map[string]struct {
		source, resources string
		wants             []string
	}{
		"groups": {
			"Resources:\n  A:\n    Type: AWS::EC2::SecurityGroup\n    Properties:\n      SecurityGroupIngress: [{SourceSecurityGroupId: !Ref B}]\n  B:\n    Type: AWS::EC2::SecurityGroup\n    Properties:\n      SecurityGroupIngress: [{SourceSecurityGroupId: !Ref A}]\n",
			"A, B",
			[]string{"template.yaml:5", "SecurityGroupIngress or …Egress", "B → A (template.yaml:9)"},
		},
		"an order": {
			"Resources:\n  A:\n    Type: AWS::SNS::Topic\n    DependsOn: B\n  B:\n    Type: AWS::SNS::Topic\n    DependsOn: A\n",
			"A, B",
			[]string{"template.yaml:4", "Remove this DependsOn"},
		},
		"a bucket": {
			"Transform: AWS::Serverless-2016-10-31\nResources:\n  Uploads:\n    Type: AWS::S3::Bucket\n    DependsOn: Fn\n  Fn:\n    Type: AWS::Serverless::Function\n    Properties:\n      Runtime: python3.13\n      Handler: a.b\n      CodeUri: .\n      Environment: {Variables: {BUCKET: !Ref Uploads}}\n",
			"Uploads, Fn",
			[]string{"template.yaml:12", `BucketName: !Sub "${AWS::StackName}-uploads"`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := &diagnostics.Snapshot{
				Files: []diagnostics.File{{Path: "template.yaml", Content: c.source}},
				Texts: []diagnostics.TextItem{{ID: "t", Text: "Circular dependency between resources: [" + c.resources + "]"}},
			}
			fixes := fixCircle(s, one(t, findCircles(s)))
			if len(fixes) != 1 {
				t.Fatalf("%d fixes", len(fixes))
			}
			hold(t, steps(fixes[0]), c.wants...)
		})
	}
}
