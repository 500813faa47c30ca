package report

import (
	"strings"
	"testing"
	"time"

	"firstaid/diagnostics"
)

// TestADeploymentAgainstThoseBefore: 252 s against a median of 230 s; the table
// took 90 s instead of 30, the function as long as ever.
func TestADeploymentAgainstThoseBefore(t *testing.T) {
	before := func(operation, status string, seconds int, table float64) diagnostics.Deployment {
		return diagnostics.Deployment{
			Operation: operation, Status: status, Began: at(0), Ended: at(0).Add(time.Duration(seconds) * time.Second),
			Resources: []diagnostics.Took{{LogicalResourceId: "Table", Seconds: table}, {LogicalResourceId: "Fn", Seconds: 20}},
		}
	}
	event := func(second int, id, kind, status string) diagnostics.Event {
		e := diagnostics.Event{StackId: "s", StackName: "shop", LogicalResourceId: id, ResourceType: kind, ResourceStatus: status, Timestamp: at(0).Add(time.Duration(second) * time.Second)}
		if id == "shop" {
			e.ResourceType, e.PhysicalResourceId = "AWS::CloudFormation::Stack", "s"
		}
		return e
	}
	s := &diagnostics.Snapshot{
		StackID: "s",
		Earlier: []diagnostics.Deployment{
			before("CREATE", "CREATE_COMPLETE", 900, 400),
			before("UPDATE", "UPDATE_COMPLETE", 9000, 30), // the sixth from the end does not count
			before("UPDATE", "UPDATE_COMPLETE", 220, 30),
			before("UPDATE", "UPDATE_ROLLBACK_COMPLETE", 10, 1),
			before("UPDATE", "UPDATE_COMPLETE", 230, 28),
			before("UPDATE", "UPDATE_COMPLETE", 240, 31),
			before("UPDATE", "UPDATE_COMPLETE", 228, 30),
			before("UPDATE", "UPDATE_COMPLETE", 233, 32),
		},
		Events: []diagnostics.Event{
			event(0, "shop", "", "UPDATE_IN_PROGRESS"),
			event(1, "Table", "AWS::DynamoDB::Table", "UPDATE_IN_PROGRESS"),
			event(2, "Fn", "AWS::Lambda::Function", "UPDATE_IN_PROGRESS"),
			event(23, "Fn", "AWS::Lambda::Function", "UPDATE_COMPLETE"),
			event(91, "Table", "AWS::DynamoDB::Table", "UPDATE_COMPLETE"),
			event(252, "shop", "", "UPDATE_COMPLETE"),
		},
	}
	got := strings.Join(Deployment(s, diagnostics.English), "\n")
	for _, want := range []string{"took 4:12 min.", "The last 5 that succeeded took 3:50 min (median).", "Slower than before: Table 1:30 min (30 s)"} {
		if !strings.Contains(got, want) {
			t.Errorf("there is no %q in\n%s", want, got)
		}
	}
	if strings.Contains(got[strings.Index(got, "Slower"):], "Fn") {
		t.Errorf("the function took as long as before:\n%s", got)
	}
	if ko := strings.Join(Deployment(s, diagnostics.Korean), "\n"); !strings.Contains(ko, "성공한 최근 5번") || !strings.Contains(ko, "느려진 것") {
		t.Errorf("in Korean:\n%s", ko)
	}
	s.Earlier = s.Earlier[:1]
	if got := Deployment(s, diagnostics.English); len(got) != 2 {
		t.Errorf("an update is compared with a creation: %q", got)
	}
}
