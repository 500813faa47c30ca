package tui

import (
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"firstaid/diagnostics"
	"firstaid/diagnostics/incident/demo"
	"firstaid/playbooks"
)

// refusedDemo is the built-in incident of a refused call, with what the
// built-in playbooks say of it.
func refusedDemo(t testing.TB) (*diagnostics.Snapshot, *playbooks.Catalog) {
	t.Helper()
	s, err := demo.Open("access-denied")
	if err != nil {
		t.Fatal(err)
	}
	c, err := playbooks.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	return s, c
}

func TestBeforeAfterFrames(t *testing.T) {
	s, c := refusedDemo(t)
	for _, x := range []struct {
		name string
		w, h int
		keys []string
	}{
		{"80x24-fix", 80, 24, []string{"f", "G"}},
		{"120x40-fix", 120, 40, []string{"f"}},
		{"200x60-fix", 200, 60, []string{"f"}},
		{"80x24-before-after", 80, 24, []string{"5", "b", "g"}},
		{"120x40-before-after", 120, 40, []string{"5", "b", "g"}},
		{"200x60-before-after", 200, 60, []string{"5", "b", "g"}},
		{"120x40-before-after-policies", 120, 40, []string{"5", "b", "g", "enter"}},
		{"80x24-what-if", 80, 24, []string{"5", "w", "d", "e", "l", "e", "t", "e", "i", "t"}},
		{"80x24-what-if-tried", 80, 24, []string{"5", "w", "d", "e", "l", "e", "t", "e", "i", "t", "enter"}},
		{"80x24-what-if-before-after", 80, 24, []string{"5", "w", "d", "e", "l", "e", "t", "e", "i", "t", "enter", "b"}},
		{"120x40-what-if-resource", 120, 40, []string{"5", "w", "d", "e", "l", "e", "t", "e", "i", "t", "tab"}},
	} {
		t.Run(x.name, func(t *testing.T) {
			golden(t, "iam/"+x.name+".txt", plainText(Frame(s, c, Options{Lang: diagnostics.English, Fixer: &fakeFixer{}, Exporter: &fakeExporter{}}, x.w, x.h, x.keys...)))
		})
	}
}

// The proposed statement allows what was denied and no control; taking it off
// the trial shows the rows as they are.
func TestBeforeAfter(t *testing.T) {
	s, c := refusedDemo(t)
	a := New(t.Context(), Options{Source: still{s}, Catalog: c, Getenv: func(string) string { return "" }})
	a.headless = true
	a.step(a.Init())
	a.step(func() tea.Msg { return tea.WindowSizeMsg{Width: 120, Height: 40} })
	for _, k := range []string{"5", "b"} {
		a.step(func() tea.Msg { return keyMsg(k) })
	}
	var wanted, controls int
	for _, r := range a.iam.list.Items() {
		if r.after == nil {
			t.Fatalf("%s has no state after", r.id())
		}
		switch {
		case r.mark == markControl:
			controls++
			if r.after.Allowed() {
				t.Errorf("a control is allowed: %s", r.id())
			}
		case !r.Allowed() && r.after.Allowed():
			wanted++
			if got := decidedBy(*r.after); !strings.Contains(got, playbooks.AddedPolicy) {
				t.Errorf("%s is decided by %s", r.id(), got)
			}
		}
	}
	if wanted == 0 || controls == 0 {
		t.Errorf("%d wanted pairs and %d controls", wanted, controls)
	}
	a.step(func() tea.Msg { return keyMsg("b") })
	for _, r := range a.iam.list.Items() {
		if r.after != nil || r.mark != "" {
			t.Errorf("%s stays on trial", r.id())
		}
	}
}

// A finding about something else is chosen: b finds the refused call's
// statement all the same.
func TestBeforeAfterOfAnotherFinding(t *testing.T) {
	s, err := demo.Open("migration")
	if err != nil {
		t.Fatal(err)
	}
	_, c := refusedDemo(t)
	a := New(t.Context(), Options{Source: still{s}, Catalog: c, Getenv: func(string) string { return "" }})
	a.headless = true
	a.step(a.Init())
	a.step(func() tea.Msg { return tea.WindowSizeMsg{Width: 120, Height: 40} })
	if f, _ := a.findings.current(); f.Playbook == "access-denied" {
		t.Fatal("the first finding is the refused call")
	}
	for _, k := range []string{"5", "b"} {
		a.step(func() tea.Msg { return keyMsg(k) })
	}
	for _, r := range a.iam.list.Items() {
		if r.mark == "" && r.EvalActionName == "dynamodb:PutItem" && (r.after == nil || !r.after.Allowed()) {
			t.Errorf("after: %+v", r.after)
		}
	}
	if a.iam.trying == nil {
		t.Error("nothing is on trial")
	}
}
