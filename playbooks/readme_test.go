package playbooks

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestReadmeTable keeps the README's table of playbooks current; -update writes
// it.
func TestReadmeTable(t *testing.T) {
	const name, begin, end = "../README.md", "<!-- playbooks -->\n", "<!-- /playbooks -->"
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, opened := strings.Cut(string(text), begin)
	_, after, closed := strings.Cut(rest, end)
	if !opened || !closed {
		t.Fatal("the README has no place for the playbooks: <!-- playbooks --> … <!-- /playbooks -->")
	}
	want := before + begin + "\n" + playbookTable(t) + "\n" + end + after
	if *update {
		if err := os.WriteFile(name, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if string(text) != want {
		t.Error("the README's table of playbooks is old: run `go test ./playbooks -run TestReadmeTable -update`")
	}
}

func playbookTable(t *testing.T) string {
	t.Helper()
	c, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString("| Playbook | What it says | Proves it | Mends it |\n|---|---|---|---|\n")
	for _, p := range c.Playbooks() {
		if p.Verdict == VerdictFailure {
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", p.ID, p.Title.En, tick(p.Find != nil), tick(p.Fixes != nil))
		}
	}
	return b.String()
}

func tick(yes bool) string {
	if yes {
		return "✔"
	}
	return ""
}
