package denial

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// TestCases reads testdata/*.txtar. A section is a text, then for each denial
// in it a line "=>" and its fields. A field that is not listed must be empty
// (form: core, decision: unknown), so that nothing is invented unnoticed.
// "\e" in a text stands for the escape byte, "\0" for NUL, "·" for a
// zero-width space.
func TestCases(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases: ", err)
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range archive.Files {
			t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar")+"/"+c.Name, func(t *testing.T) { runCase(t, string(c.Data)) })
		}
	}
}

func runCase(t *testing.T, data string) {
	parts := strings.Split(data, "=>\n")
	text := strings.NewReplacer("\\e", "\x1b", "\\0", "\x00", "·", "\u200b").Replace(strings.TrimSuffix(parts[0], "\n"))
	found := Parse(text)
	if len(found) != len(parts)-1 {
		t.Fatalf("%d denials, want %d: %+v", len(found), len(parts)-1, found)
	}
	for i, d := range found {
		want := map[string]string{"form": "core", "decision": "unknown"}
		for line := range strings.Lines(parts[i+1]) {
			if key, value, ok := strings.Cut(strings.TrimSpace(line), ": "); ok {
				want[key] = value
			}
		}
		got := fields(&d)
		for key, value := range got {
			if value != want[key] {
				t.Errorf("denial %d: %s = %q, want %q", i, key, value, want[key])
			}
		}
		for key := range want {
			if _, ok := got[key]; !ok {
				t.Errorf("no such field: %s", key)
			}
		}
		if d.Quote == "" || text[d.Offset:d.Offset+len(d.Quote)] != d.Quote {
			t.Errorf("denial %d: the quote %q is not in the text", i, d.Quote)
		}
	}
}

func fields(d *Denial) map[string]string {
	m := map[string]string{
		"form": string(d.Form), "principal": d.Principal, "kind": string(d.PrincipalKind), "account": d.Account,
		"role": d.Role, "session": d.Session, "action": strings.Join(d.Actions(), " "), "resource": d.Resource,
		"policy": string(d.PolicyType), "transitive": string(d.Transitive), "decision": string(d.Decision),
		"policyArn": d.PolicyARN, "setting": d.Setting, "encoded": d.EncodedMessage, "authorizationId": d.AuthorizationID,
		"code": d.Code, "handler": d.HandlerErrorCode, "service": d.Service, "operation": d.Operation,
		"doubts": strings.Trim(fmt.Sprint(d.Doubts), "[]"), "actor": string(d.Who().Kind),
	}
	if d.HTTPStatus != 0 {
		m["status"] = fmt.Sprint(d.HTTPStatus)
	}
	if d.Count != 1 {
		m["count"] = fmt.Sprint(d.Count)
	}
	return m
}
