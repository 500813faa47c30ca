package tui

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"firstaid/diagnostics"
)

// IAM tries the grant that is on the screen, with its exact bytes; until it
// answers, what was decided here stands and says so.
func TestIAMTriesTheGrantOnTheScreen(t *testing.T) {
	s, c := refusedDemo(t)
	var added []string
	ask := func(_ context.Context, q diagnostics.Question) ([]diagnostics.Simulation, error) {
		var list []diagnostics.Simulation
		added = append(added, q.Add...)
		for _, action := range q.Actions {
			for _, resource := range q.Resources {
				list = append(list, diagnostics.Simulation{Origin: "aws", PolicySourceArn: q.Principal, EvalActionName: action, EvalResourceName: resource, EvalDecision: "implicitDeny"})
			}
		}
		return list, nil
	}
	a := New(t.Context(), Options{Source: still{s}, Catalog: c, Simulate: ask, Fixer: &fakeFixer{}, Getenv: func(string) string { return "" }})
	a.headless = true
	a.step(a.Init())
	a.step(func() tea.Msg { return tea.WindowSizeMsg{Width: 200, Height: 60} })
	for _, k := range []string{"f"} {
		a.step(func() tea.Msg { return keyMsg(k) })
	}
	at := a.fixes.at
	if p := a.fixes.list[at].Proof; p == nil || !p.ByAWS() || p.Verdict() != diagnostics.ProofLacks || !slices.Equal(added, []string{p.Document}) {
		t.Fatalf("IAM was sent %q; the proof is %+v", added, p)
	}
	text := strings.Join(plainLines(a.fixes.page(200)), "\n")
	if !strings.Contains(text, "something else still denies") || strings.Contains(text, "not checked by AWS") {
		t.Errorf("the fix says\n%s", text)
	}
	plan, _ := a.fixes.plan()
	if plan.Confirmation() == "" {
		t.Error("one key would apply what IAM says is not enough")
	}
}

func plainLines(p *page) []string {
	var out []string
	for _, l := range p.lines {
		out = append(out, plainText(l))
	}
	return out
}

// A second layer that denies after the grant starts the next round by itself.
func TestADenialAfterAGrantStartsTheNextRound(t *testing.T) {
	s, c := refusedDemo(t)
	a := New(t.Context(), Options{Source: still{s}, Catalog: c, Fixer: &fakeFixer{}, Getenv: func(string) string { return "" }})
	a.headless = true
	a.step(a.Init())
	a.step(func() tea.Msg { return tea.WindowSizeMsg{Width: 120, Height: 40} })
	f, _ := a.findings.current()
	done := finished{doing: "Apply", finding: f.ID(), outcome: Outcome{State: diagnostics.FixedHere, Entry: 1, Watch: true}}
	a.step(func() tea.Msg { return done })
	a.dialog = nil
	a.step(func() tea.Msg { return lookAgain{a.watched} })
	if got, _ := a.findings.current(); a.dialog != nil || got.State != diagnostics.FixedHere {
		t.Fatalf("nothing came back, and it says %s", got.State)
	}
	later := *s
	later.LogGroups = slices.Clone(s.LogGroups)
	for i := range later.LogGroups {
		g := &later.LogGroups[i]
		for _, e := range g.Events {
			if strings.Contains(e.Message, "not authorized") {
				e.Timestamp = e.Timestamp.Add(time.Hour)
				g.Events = append(slices.Clone(g.Events), e)
				break
			}
		}
	}
	a.source = still{&later}
	a.step(func() tea.Msg { return lookAgain{a.watched} })
	got, _ := a.findings.current()
	if n, ok := a.dialog.(*notice); !ok || n.title != "Next round" || got.State != diagnostics.Open || got.ID() != f.ID() || a.watched != nil {
		t.Errorf("dialog %+v, state %s, watching %v", a.dialog, got.State, a.watched)
	}
}
