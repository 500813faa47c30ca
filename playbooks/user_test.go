package playbooks

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"firstaid/diagnostics"
)

const goodPlaybook = `id: queue-of-team
severity: warning
title: {en: The team's queue is full}
summary: {en: "Queue {queue} is full"}
signals:
  - pattern: 'QUEUE_FULL (?P<queue>\S+)'
steps:
  - manual: {en: Ask on the channel, ko: 채널에 문의하세요}
    url: https://example.com/queue
  - run: [aws, sqs, purge-queue, --queue-url, "the queue's URL"]
    why: {en: Empties the queue}
examples:
  match:
    - text: "ERROR QUEUE_FULL orders"
      captures: {queue: orders}
  ignore:
    - text: queue is fine
`

var wanted = regexp.MustCompile(`^# want (\d+):(\d+): (.*)`)

// TestBrokenUserPlaybooks: each broken file has an error that points to the
// place, and neither the good file beside it nor a built-in playbook suffers.
func TestBrokenUserPlaybooks(t *testing.T) {
	archive, err := txtar.ParseFile(filepath.Join("testdata", "broken.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	builtin, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	if len(archive.Files) < 30 {
		t.Fatalf("only %d broken files", len(archive.Files))
	}
	for _, f := range archive.Files {
		t.Run(f.Name, func(t *testing.T) {
			folder := t.TempDir()
			write(t, folder, f.Name, string(f.Data))
			write(t, folder, "queue-of-team.yaml", goodPlaybook)
			c, errs := WithUser(builtin, filepath.Join(folder, "none"), folder)
			m := wanted.FindSubmatch(f.Data)
			want := fmt.Sprintf("%s:%s:%s: %s", filepath.Join(folder, f.Name), m[1], m[2], m[3])
			want = strings.ReplaceAll(want, ":0:0:", ":")
			if len(errs) == 0 || !strings.HasPrefix(errs[0].Error(), want) {
				t.Errorf("got  %v\nwant %s", errors.Join(errs...), want)
			}
			if n := len(c.Playbooks()) - len(builtin.Playbooks()); n != 1 {
				t.Errorf("%d playbooks were added, want 1", n)
			}
		})
	}
}

func TestUserPlaybook(t *testing.T) {
	builtin, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	folder, project := t.TempDir(), t.TempDir()
	write(t, folder, "queue-of-team.yaml", goodPlaybook)
	write(t, project, "queue-of-team.yaml", goodPlaybook)
	c, errs := WithUser(builtin, folder, project)
	if len(errs) != 1 || !strings.Contains(errs[0].Error(), "is taken by "+filepath.Join(folder, "queue-of-team.yaml")) {
		t.Errorf("an id in two folders: %v", errs)
	}
	x := c.Matcher().Explain("ERROR QUEUE_FULL orders", Origin{})
	if len(x.Matches) != 1 || x.Matches[0].Playbook != "queue-of-team" || x.Matches[0].Captures["queue"] != "orders" {
		t.Fatalf("matches %+v", x.Matches)
	}
	failed, run := c.RunExamples(func(p Playbook) bool { return p.User != "" })
	for _, err := range failed {
		t.Error(err)
	}
	if run != 2 {
		t.Errorf("%d examples of the user's playbook, want 2", run)
	}
	p, _ := c.Get("queue-of-team")
	fixes := p.Fixes(nil, diagnostics.Finding{})
	if len(fixes) != 1 || fixes[0].Kind != FixGuided || len(fixes[0].Steps) != 2 {
		t.Fatalf("fixes %+v", fixes)
	}
	for _, s := range fixes[0].Steps {
		if _, ok := s.(Manual); !ok {
			t.Errorf("a file from a folder made a %T", s)
		}
	}
	if got, want := fixes[0].Steps[1].(Manual).Do.En, `Empties the queue: aws sqs purge-queue --queue-url 'the queue'\''s URL'`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func write(t *testing.T, folder, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
