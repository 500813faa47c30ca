package demo

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"sort"
	"strings"
	"sync"
	"testing"

	"firstaid/diagnostics"
	"firstaid/diagnostics/incident"
)

// snapshots keeps what was opened: reading one takes a while under the race
// detector, and no test changes it.
var snapshots sync.Map

func opened(t *testing.T, name string) *diagnostics.Snapshot {
	t.Helper()
	if s, ok := snapshots.Load(name); ok {
		return s.(*diagnostics.Snapshot)
	}
	s, err := Open(name)
	if err != nil {
		t.Fatal(err)
	}
	snapshots.Store(name, s)
	return s
}

func each(t *testing.T, check func(t *testing.T, i Info, s *diagnostics.Snapshot)) {
	for _, i := range List() {
		t.Run(i.Name, func(t *testing.T) {
			check(t, i, opened(t, i.Name))
		})
	}
}

func TestEveryDemoSaysThatItIsMade(t *testing.T) {
	each(t, func(t *testing.T, i Info, s *diagnostics.Snapshot) {
		if !strings.HasPrefix(s.Example, "A made example, not somebody's account.") {
			t.Errorf("example is %q", s.Example)
		}
		if i.Title.En == "" || i.Title.Ko == "" || i.Playbook == "" {
			t.Errorf("info is %+v", i)
		}
	})
}

func TestEveryDemoIsWholeAndRedacted(t *testing.T) {
	each(t, func(t *testing.T, _ Info, s *diagnostics.Snapshot) {
		if !s.Complete || s.StackID == "" || s.Identity.Account == "" || len(s.Calls) == 0 || len(s.Templates) == 0 || len(s.Stacks) < 1 {
			t.Error("something is missing")
		}
		if again := diagnostics.Redact(s, diagnostics.RedactOptions{}); !reflect.DeepEqual(s, again) {
			t.Error("the snapshot is not redacted")
		}
		if !sort.SliceIsSorted(s.Events, func(i, j int) bool { return s.Events[i].Timestamp.Before(s.Events[j].Timestamp) }) {
			t.Error("events are out of order")
		}
		ids := map[string]bool{}
		for _, e := range s.Events {
			if ids[e.EventId] {
				t.Errorf("two events have the id %s", e.EventId)
			}
			ids[e.EventId] = true
			if e.ResourceProperties != "" && !json.Valid([]byte(e.ResourceProperties)) {
				t.Errorf("properties of %s are not JSON", e.LogicalResourceId)
			}
		}
		for _, g := range s.LogGroups {
			if !sort.SliceIsSorted(g.Events, func(i, j int) bool { return g.Events[i].Timestamp.Before(g.Events[j].Timestamp) }) {
				t.Errorf("%s is out of order", g.LogGroupName)
			}
		}
		if last := s.Events[len(s.Events)-1].Timestamp; !last.Before(s.Taken) {
			t.Errorf("taken at %v, before %v", s.Taken, last)
		}
	})
}

func TestEveryDemoSurvivesSaving(t *testing.T) {
	each(t, func(t *testing.T, _ Info, s *diagnostics.Snapshot) {
		for _, name := range []string{"x.incident"} {
			name = filepath.Join(t.TempDir(), name)
			if err := incident.Save(name, s, diagnostics.RedactOptions{}); err != nil {
				t.Fatal(err)
			}
			if again, err := incident.Load(name); err != nil || !reflect.DeepEqual(s, again) {
				t.Errorf("%s is not what was saved: %v", name, err)
			}
		}
	})
}

func TestEveryDemoHidesItsAccount(t *testing.T) {
	each(t, func(t *testing.T, _ Info, s *diagnostics.Snapshot) {
		text, err := json.Marshal(diagnostics.Redact(s, diagnostics.RedactOptions{HideAccounts: true}))
		if err != nil || strings.Contains(string(text), s.Identity.Account) {
			t.Errorf("account %s is still there, %v", s.Identity.Account, err)
		}
	})
}

func TestEveryDemoHasItsProject(t *testing.T) {
	each(t, func(t *testing.T, i Info, s *diagnostics.Snapshot) {
		dir := filepath.Join(t.TempDir(), "copy")
		if err := Project(i.Name, dir); err != nil {
			t.Fatal(err)
		}
		if len(s.Files) < 2 {
			t.Errorf("only %d files in the snapshot", len(s.Files))
		}
		for _, f := range s.Files {
			text, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(f.Path)))
			if err != nil || string(text) != f.Content {
				t.Errorf("%s differs from the project: %v", f.Path, err)
			}
		}
		if err := Project(i.Name, dir); err == nil {
			t.Error("a second copy overwrote the first")
		}
	})
}

func TestUnknownDemo(t *testing.T) {
	for _, name := range []string{"nope", "../demo", "gen", ""} {
		if _, err := Open(name); err == nil || !strings.Contains(err.Error(), "there are migration, arn-substitution") {
			t.Errorf("%q: got %v", name, err)
		}
		if err := Project(name, t.TempDir()); err == nil {
			t.Errorf("%q: a project was written", name)
		}
	}
}
