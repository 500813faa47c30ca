package playbooks

import (
	"context"
	"strings"
	"testing"
	"time"

	"firstaid/diagnostics"
)

// TestIAMIsAskedAgainUntilAChangeHasSpread: an answer right after the change
// may be the old one.
func TestIAMIsAskedAgainUntilAChangeHasSpread(t *testing.T) {
	f := patchOf(t, proofs(t, denied(refused("dynamodb:PutItem", ordersTable), deniedTemplate)))
	for _, c := range []struct {
		spreads int // the answer from which on the grant counts; 0: never
		waited  time.Duration
		want    diagnostics.ProofVerdict
	}{{1, 0, diagnostics.ProofHolds}, {3, 6 * time.Second, diagnostics.ProofHolds}, {0, time.Minute, diagnostics.ProofLacks}} {
		asked, waited := 0, time.Duration(0)
		ask := func(_ context.Context, q diagnostics.Question) ([]diagnostics.Simulation, error) {
			asked++
			if len(q.Add) > 0 {
				t.Fatal("what is live is asked about, nothing added")
			}
			var list []diagnostics.Simulation
			for _, action := range q.Actions {
				for _, resource := range q.Resources {
					x := diagnostics.Simulation{EvalActionName: action, EvalResourceName: resource, EvalDecision: "implicitDeny"}
					if action == "dynamodb:PutItem" && resource == ordersTable && c.spreads > 0 && asked >= c.spreads {
						x.EvalDecision = "allowed"
					}
					list = append(list, x)
				}
			}
			return list, nil
		}
		now, err := Confirm(context.Background(), f.Proof, ask, func(_ context.Context, d time.Duration) error { waited += d; return nil })
		if err != nil || now.Verdict() != c.want || waited != c.waited {
			t.Errorf("spread at %d: %v, %s after %s", c.spreads, err, now.Verdict(), waited)
		}
	}
}

func TestVerifyKnowsWhatIAMAllowsByNow(t *testing.T) {
	c, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	was := denied(refused("dynamodb:PutItem", ordersTable), deniedTemplate)
	f, _ := diagnoseDenied(t, was)
	now := denied(refused("dynamodb:PutItem", ordersTable), deniedTemplate)
	if state, text := Verify(now, f, c, diagnostics.Text{}); state != diagnostics.Open {
		t.Errorf("nothing was done: %s (%s)", state, text.En)
	}
	now.Simulations = []diagnostics.Simulation{{Origin: "aws", PolicySourceArn: now.Roles[0].Arn, EvalActionName: "dynamodb:PutItem", EvalResourceName: ordersTable, EvalDecision: "allowed"}}
	if state, text := Verify(now, f, c, diagnostics.Text{}); state != diagnostics.FixedHere || !strings.HasPrefix(text.En, "IAM allows it now") {
		t.Errorf("allowed by IAM: %s (%s)", state, text.En)
	}
	if _, list := diagnoseDenied(t, now); len(list) != 1 || list[0].Declined.IsZero() {
		t.Errorf("what is allowed is granted again: %+v", list)
	}
	now.Stacks[0].LastUpdatedTime = at(10)
	now.LogGroups[0].Events = append(now.LogGroups[0].Events, diagnostics.LogEvent{Timestamp: at(20), Message: "REPORT RequestId: 3d5e0a0c-0000-4000-8000-000000000001\tDuration: 3.10 ms\tBilled Duration: 4 ms\tMemory Size: 128 MB\tMax Memory Used: 40 MB\t\n"})
	if state, text := Verify(now, f, c, diagnostics.Text{}); state != diagnostics.Proven {
		t.Errorf("run since the deployment: %s (%s)", state, text.En)
	}
}

// TestASecondLayerStartsTheNextRound: after the identity grant the boundary
// speaks.
func TestASecondLayerStartsTheNextRound(t *testing.T) {
	c, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	f, _ := diagnoseDenied(t, denied(refused("dynamodb:PutItem", ordersTable), deniedTemplate))
	for message, want := range map[string]string{
		strings.Replace(refused("dynamodb:PutItem", ordersTable), "no identity-based policy", "no permissions boundary", 1): "another layer denies it now, the permissions-boundary",
		refused("dynamodb:GetItem", ordersTable): "now dynamodb:GetItem",
	} {
		now := denied(refused("dynamodb:PutItem", ordersTable), deniedTemplate)
		now.LogGroups[0].Events = append(now.LogGroups[0].Events, diagnostics.LogEvent{Timestamp: at(30), Message: message})
		if state, text := Verify(now, f, c, diagnostics.Text{}); state != diagnostics.Open || !strings.Contains(text.En, "Next round: ") || !strings.Contains(text.En, want) {
			t.Errorf("%s: %s", state, text.En)
		}
		again, ran := DeniedAgain(now.LogGroups[0].Events, "shop-FnRole-1", at(2))
		if again == nil || again.Message != message || ran != 0 {
			t.Errorf("watching the log: %+v, %d", again, ran)
		}
	}
}
