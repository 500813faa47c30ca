package collect_test

import (
	"fmt"
	"testing"

	"firstaid/diagnostics"
	"firstaid/diagnostics/collect"
	"firstaid/diagnostics/collect/iamtest"
)

// Many denials of one role are one question, and it is asked again only when
// the role's policies have changed.
func TestLoopbackIAMIsAskedOnceForARoleThatStaysAsItIs(t *testing.T) {
	role := shopRole()
	e := iamtest.New(t, role)
	c := endpoint(t, e)
	s := &diagnostics.Snapshot{
		Identity:  diagnostics.Identity{Account: iamtest.Account, Region: iamtest.Region},
		LogGroups: []diagnostics.LogGroup{{}},
	}
	for i, action := range []string{"dynamodb:PutItem", "dynamodb:Query", "dynamodb:DeleteItem"} {
		for n := range 5 {
			s.LogGroups[0].Events = append(s.LogGroups[0].Events, diagnostics.LogEvent{EventId: fmt.Sprint(i, n), Message: fmt.Sprintf(
				"User: arn:aws:sts::123456789012:assumed-role/shop-role/shop-fn is not authorized to perform: %s on resource: %s%d because no identity-based policy allows the %[1]s action", action, orders, n)})
		}
	}
	calls := func() int { return len(e.Asked("SimulatePrincipalPolicy")) }
	read := func() *diagnostics.Snapshot { return collect.AskedOf(t.Context(), c, s, "shop-role") }
	first := read()
	if len(first.Simulations) != 15 || calls() != 1 {
		t.Fatalf("%d answers in %d calls", len(first.Simulations), calls())
	}
	if again := read(); len(again.Simulations) != 15 || calls() != 1 {
		t.Errorf("read again unchanged: %d answers, %d calls", len(again.Simulations), calls())
	}
	e.Change(func(roles map[string]*iamtest.Role) { roles["shop-role"].Inline["new"] = putOrders })
	if changed := read(); len(changed.Simulations) != 15 || calls() != 2 {
		t.Errorf("after a change: %d answers, %d calls", len(changed.Simulations), calls())
	}
	q := collect.Question{Principal: role.ARN(), Actions: []string{"dynamodb:PutItem"}, Resources: []string{orders}, Fresh: true}
	for range 2 {
		if _, err := c.Simulate(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	if calls() != 4 {
		t.Errorf("a fresh answer was taken from memory: %d calls", calls())
	}
	counted := 0
	for _, x := range collect.AskedOf(t.Context(), endpoint(t, e), s, "shop-role").Calls {
		if x.Operation == "SimulatePrincipalPolicy" {
			counted = x.Count
		}
	}
	if counted != 1 {
		t.Errorf("%d simulations counted, want 1", counted)
	}
}
