package playbooks

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"firstaid/diagnostics"
)

var update = flag.Bool("update", false, "rewrite what the cases in testdata expect")

// TestFixes holds each case of testdata/fix: the finding in the head of the
// file, the project's files, and every fix that is offered, in full.
func TestFixes(t *testing.T) {
	cases, err := filepath.Glob("testdata/fix/*.txt")
	if err != nil || len(cases) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, name := range cases {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txt"), func(t *testing.T) { checkFix(t, name) })
	}
}

func checkFix(t *testing.T, name string) {
	archive, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	s := &diagnostics.Snapshot{Identity: diagnostics.Identity{Account: "123456789012", Region: "eu-west-1", Partition: "aws"}}
	var files []txtar.File
	want := ""
	for _, f := range archive.Files {
		if f.Name == "want" {
			want = string(f.Data)
			continue
		}
		files = append(files, f)
		if f.Name == "snapshot.json" { // what was read of the account
			if err := json.Unmarshal(f.Data, s); err != nil {
				t.Fatal(err)
			}
			continue
		}
		s.Files = append(s.Files, diagnostics.File{Path: f.Name, Content: string(f.Data)})
	}
	f := readFinding(t, string(archive.Comment))
	got := offered(t, s, f)
	if *update {
		archive.Files = append(files, txtar.File{Name: "want", Data: []byte(got)})
		if err := os.WriteFile(name, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// readFinding reads the head of a case: lines of "name: value", where what is
// no field of a finding is a capture; lines that begin with # explain.
func readFinding(t *testing.T, head string) diagnostics.Finding {
	t.Helper()
	f := diagnostics.Finding{Captures: map[string]string{}}
	for line := range strings.Lines(head) {
		name, value, ok := strings.Cut(strings.TrimSpace(line), ": ")
		switch {
		case !ok || strings.HasPrefix(name, "#"):
		case name == "playbook":
			f.Playbook = value
		case name == "subject":
			kind, id, _ := strings.Cut(value, " ")
			f.Subject = diagnostics.Ref{Kind: diagnostics.Kind(kind), ID: id}
		case name == "evidence":
			f.Evidence = append(f.Evidence, diagnostics.Evidence{Quote: value})
		default:
			f.Captures[name] = value
		}
	}
	if fixers()[f.Playbook] == nil {
		t.Fatalf("the case names no playbook with fixes: %q", f.Playbook)
	}
	return f
}

func offered(t *testing.T, s *diagnostics.Snapshot, f diagnostics.Finding) string {
	t.Helper()
	var b strings.Builder
	for _, fix := range fixers()[f.Playbook](s, f) {
		if err := WritePlan(&b, Plan{Finding: f, Fix: fix}, diagnostics.English); err != nil {
			t.Fatal(err)
		}
		b.WriteString("\n")
	}
	if b.Len() == 0 {
		return "nothing\n"
	}
	// A case holds its diffs without trailing blanks, as editors keep them.
	lines := strings.Split(b.String(), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " \r")
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n") + "\n"
}
