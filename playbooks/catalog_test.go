package playbooks

import "testing"

func TestBuiltinExamples(t *testing.T) {
	c, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	failed, run := c.RunExamples(func(Playbook) bool { return true })
	for _, err := range failed {
		t.Error(err)
	}
	if run < 2*len(c.Playbooks()) {
		t.Errorf("%d examples for %d playbooks", run, len(c.Playbooks()))
	}
}
