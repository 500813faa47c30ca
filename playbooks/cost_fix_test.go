package playbooks

import (
	"strings"
	"testing"

	"firstaid/diagnostics"
	"firstaid/diagnostics/incident/demo"
)

// TestSavingsNameTheMoney reads the demo of a bill: each way to spend less says
// what it saves a day, and nothing is edited.
func TestSavingsNameTheMoney(t *testing.T) {
	s, err := demo.Open("lambda-cost")
	if err != nil {
		t.Fatal(err)
	}
	found := findCost(s)
	if len(found) == 0 {
		t.Fatal("nothing is dear")
	}
	fixes := fixCost(s, found[0])
	if len(fixes) != 1 || fixes[0].Kind != FixGuided {
		t.Fatalf("got %+v", fixes)
	}
	for _, step := range fixes[0].Steps {
		m, ok := step.(Manual)
		if !ok || !strings.Contains(m.Do.En, "$") || !strings.Contains(m.Do.En, "a day") || m.Do.Ko == "" {
			t.Errorf("a step without money: %+v", step)
		}
	}
	if notes := fixes[0].Notes; len(notes) < 2 || !strings.Contains(notes[0].En, "Fargate") {
		t.Errorf("nothing is compared: %+v", notes)
	}
	if fixCost(&diagnostics.Snapshot{}, found[0]) != nil {
		t.Error("savings without figures")
	}
}
