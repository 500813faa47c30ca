package playbooks

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"firstaid/diagnostics"
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

// TestTheReadmesPlaybookWorks takes the playbook that the README teaches with
// through what it tells to do: it is valid, its examples hold, and its
// hypotheses are settled from the text.
func TestTheReadmesPlaybookWorks(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join("..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(readme), "```yaml\nid: ")
	if !ok {
		t.Fatal("the README shows no playbook")
	}
	source, _, _ := strings.Cut(rest, "```")
	p, errs := Validate("our-proxy-blocked.yaml", []byte("id: "+source))
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	c, err := NewCatalog([]Playbook{p})
	if err != nil {
		t.Fatal(err)
	}
	if failed, run := c.RunExamples(func(Playbook) bool { return true }); len(failed) > 0 || run != 2 {
		t.Errorf("%d examples ran: %v", run, failed)
	}
	e := c.Matcher().Explain("ERROR ProxyError: blocked api.example.com after 1500 ms", Origin{})
	if len(e.Matches) != 1 {
		t.Fatalf("%d matches", len(e.Matches))
	}
	got := c.Settle(e.Matches[0])
	if len(got) != 2 || got[0].ID != "not-listed" || got[0].Standing != diagnostics.Favoured || got[0].Why.En != "nobody has asked for example.com yet" || got[1].Standing != diagnostics.Unsettled {
		t.Errorf("got %+v", got)
	}
}

// What the README pipes into `playbooks new` becomes captures: a host, not a
// class of a program.
func TestASkeletonProposesHosts(t *testing.T) {
	for text, want := range map[string]string{
		"ProxyError: blocked api.example.com after 1500 ms":  `blocked (?P<host>[\w.-]+\.[a-z]+(?::\d+)?) after (?P<number>`,
		"java.lang.IllegalStateException: cannot open store": `java\.lang\.IllegalStateException: cannot open store`,
	} {
		got, err := Skeleton("x", text)
		if err != nil || !strings.Contains(string(got), want) {
			t.Errorf("%s: %v\n%s", text, err, got)
		}
	}
}
