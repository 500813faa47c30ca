package diagnostics

import (
	"strings"
	"testing"
	"time"
)

// history reads lines of "second status logical-id" as the events of the stack
// shop.
func history(t *testing.T, text string) []Event {
	t.Helper()
	var list []Event
	for line := range strings.Lines(strings.TrimSpace(text)) {
		f := strings.Fields(line)
		second, err := time.ParseDuration(f[0] + "s")
		if err != nil {
			t.Fatal(err)
		}
		e := Event{StackId: "arn:shop", StackName: "shop", LogicalResourceId: f[2], ResourceType: "AWS::SQS::Queue", ResourceStatus: f[1], Timestamp: time.Unix(0, 0).Add(second)}
		if f[2] == "shop" {
			e.ResourceType, e.PhysicalResourceId = "AWS::CloudFormation::Stack", "arn:shop"
		}
		list = append(list, e)
	}
	return list
}

func TestDeploymentsAreReadOffTheEvents(t *testing.T) {
	got := Deployments(history(t, `
		0 CREATE_IN_PROGRESS shop
		1 CREATE_IN_PROGRESS Queue
		1.5 CREATE_IN_PROGRESS Queue
		31 CREATE_COMPLETE Queue
		40 CREATE_COMPLETE shop
		100 UPDATE_IN_PROGRESS shop
		101 UPDATE_IN_PROGRESS Fn
		111 UPDATE_COMPLETE Fn
		112 CREATE_IN_PROGRESS Bad
		115 CREATE_FAILED Bad
		116 UPDATE_ROLLBACK_IN_PROGRESS shop
		117 UPDATE_IN_PROGRESS Fn
		137 UPDATE_COMPLETE Fn
		138 UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS shop
		140 UPDATE_ROLLBACK_COMPLETE shop
		200 UPDATE_IN_PROGRESS shop
		203 UPDATE_IN_PROGRESS Fn
		203.4 UPDATE_COMPLETE Fn
		204 UPDATE_COMPLETE_CLEANUP_IN_PROGRESS shop
		205 DELETE_IN_PROGRESS Bad
		230 DELETE_COMPLETE Bad
		231 UPDATE_COMPLETE shop
		300 UPDATE_IN_PROGRESS shop
		301 UPDATE_FAILED shop
		400 UPDATE_IN_PROGRESS shop`), "arn:shop")
	want := []struct {
		operation, status string
		seconds           float64
		good              bool
		slowest           string
	}{
		{"CREATE", "CREATE_COMPLETE", 40, true, "Queue"},
		{"UPDATE", "UPDATE_ROLLBACK_COMPLETE", 40, false, "Fn"},
		{"UPDATE", "UPDATE_COMPLETE", 31, true, ""},
		{"UPDATE", "UPDATE_FAILED", 1, false, ""},
	}
	if len(got) != len(want) {
		t.Fatalf("%d deployments: %+v", len(got), got)
	}
	for i, w := range want {
		g := got[i]
		slowest := ""
		if len(g.Resources) > 0 {
			slowest = g.Resources[0].LogicalResourceId
		}
		if g.Operation != w.operation || g.Status != w.status || g.Seconds() != w.seconds || g.Good() != w.good || slowest != w.slowest {
			t.Errorf("deployment %d is %+v, want %+v", i, g, w)
		}
	}
	if r := got[0].Resources[0]; r.Seconds != 30 {
		t.Errorf("the queue took %v s, want 30: from its first event", r.Seconds)
	}
	if r := got[1].Resources[0]; r.Seconds != 10 {
		t.Errorf("the function took %v s: the way back does not count", r.Seconds)
	}
	if list := Deployments(history(t, "5 UPDATE_COMPLETE shop\n6 CREATE_IN_PROGRESS Queue"), "arn:shop"); len(list) != 0 {
		t.Errorf("without a beginning: %+v", list)
	}
}
