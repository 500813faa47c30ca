package playbooks

import (
	"path"
	"reflect"
	"testing"
)

// TestHeads: what is read of a playbook at first is what the whole file says.
func TestHeads(t *testing.T) {
	names, err := catalogFiles.ReadDir("catalog")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range names {
		name := path.Join("catalog", f.Name())
		src, err := catalogFiles.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		whole, err := Parse(name, src)
		if err != nil {
			t.Fatal(err)
		}
		head, err := Parse(name, headOf(src))
		if err != nil {
			t.Fatal(err)
		}
		want := Playbook{ID: whole.ID, Verdict: whole.Verdict, Severity: whole.Severity, Signals: whole.Signals}
		if !reflect.DeepEqual(head, want) {
			t.Errorf("%s: the head is %+v", name, head)
		}
	}
}
