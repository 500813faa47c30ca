package playbooks

import "testing"

func TestBuiltinExamples(t *testing.T) {
	c, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range c.RunExamples() {
		t.Error(err)
	}
}
