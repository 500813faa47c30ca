package playbooks

import (
	"testing"

	"firstaid/diagnostics"
)

// TestVerifySaysWhatLaterSnapshotsProve follows one failure of a nested stack
// through later snapshots. A nested stack that is created anew gets another
// name.
func TestVerifySaysWhatLaterSnapshotsProve(t *testing.T) {
	failure := func(second int, stack string) diagnostics.Event {
		e := event(second, "Target", "AWS::ApplicationAutoScaling::ScalableTarget", "CREATE_FAILED", "Cannot find alias live")
		e.StackName, e.StackId = stack, "arn:stack/"+stack
		return e
	}
	root := func(second int, status string) diagnostics.Stack {
		return diagnostics.Stack{StackId: "arn:stack/shop", StackName: "shop", StackStatus: status, CreationTime: at(0), LastUpdatedTime: at(second)}
	}
	snapshot := func(k diagnostics.Stack, events ...diagnostics.Event) *diagnostics.Snapshot {
		return &diagnostics.Snapshot{StackID: k.StackId, Stacks: []diagnostics.Stack{k}, Events: events}
	}
	c := testCatalog(t)
	first := Diagnose(snapshot(root(1, "UPDATE_ROLLBACK_COMPLETE"), failure(5, "shop-Jobs-AAAABBBBCCCC")), c)[0]
	unread := snapshot(root(20, "UPDATE_COMPLETE"))
	unread.Unread = []diagnostics.Unread{{Of: diagnostics.Ref{Kind: diagnostics.KindEvent}, Reason: "throttled"}}
	for name, x := range map[string]struct {
		now  *diagnostics.Snapshot
		want diagnostics.State
	}{
		"the same snapshot":                    {snapshot(root(1, "UPDATE_ROLLBACK_COMPLETE"), failure(5, "shop-Jobs-AAAABBBBCCCC")), diagnostics.Open},
		"failed again in a nested stack anew":  {snapshot(root(20, "UPDATE_ROLLBACK_COMPLETE"), failure(25, "shop-Jobs-DDDDEEEEFFFF")), diagnostics.Open},
		"failed again, something else":         {snapshot(root(20, "UPDATE_ROLLBACK_COMPLETE"), event(25, "Fn", "AWS::Lambda::Function", "UPDATE_FAILED", "Resource did not stabilize")), diagnostics.FixedHere},
		"still being deployed":                 {snapshot(root(20, "UPDATE_IN_PROGRESS")), diagnostics.FixedHere},
		"deployed well":                        {snapshot(root(20, "UPDATE_COMPLETE")), diagnostics.Proven},
		"well, but deployed before it failed":  {snapshot(root(2, "UPDATE_COMPLETE")), diagnostics.FixedHere},
		"not everything was read":              {unread, diagnostics.Open},
		"nothing is known of the stack at all": {&diagnostics.Snapshot{}, diagnostics.FixedHere},
	} {
		if got, text := Verify(x.now, first, c, diagnostics.Text{}); got != x.want || text.Ko == "" {
			t.Errorf("%s: got %s (%s), want %s", name, got, text.En, x.want)
		}
	}
}

// TestAFileAloneProvesNothing keeps a defect that nothing failed of from being
// called proven, however healthy the stack is.
func TestAFileAloneProvesNothing(t *testing.T) {
	f := diagnostics.Finding{
		Playbook: "alias", Confidence: diagnostics.Possible, Subject: diagnostics.Ref{Kind: diagnostics.KindFile, ID: "template.yaml#X"},
		Evidence: []diagnostics.Evidence{{Of: diagnostics.Ref{Kind: diagnostics.KindFile, ID: "template.yaml"}, Quote: "x"}},
	}
	healthy := &diagnostics.Snapshot{StackID: "s", Stacks: []diagnostics.Stack{{StackId: "s", StackName: "shop", StackStatus: "UPDATE_COMPLETE", LastUpdatedTime: at(9)}}}
	if got, _ := Verify(healthy, f, testCatalog(t), diagnostics.Text{}); got != diagnostics.FixedHere {
		t.Errorf("got %s", got)
	}
}
