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
		if len(fixes) > 0 {
			got = fixes[0].Steps[0].(Call).Operation
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
