package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"firstaid/diagnostics"
	"firstaid/playbooks"
)

// played is a stage with what it printed.
func played(t *testing.T, name string) (*stage, *bytes.Buffer) {
	t.Helper()
	var out bytes.Buffer
	g, err := openStage(name, loadOnce(io.Discard), &out)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = g.Close() })
	return g, &out
}

func (g *stage) findings(t *testing.T) (*diagnostics.Snapshot, []diagnostics.Finding) {
	t.Helper()
	s, err := g.snapshot()
	if err != nil {
		t.Fatal(err)
	}
	return s, playbooks.Diagnose(s, g.playbooks(t))
}

func (g *stage) playbooks(t *testing.T) *playbooks.Catalog {
	t.Helper()
	c, err := g.catalog()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// deploy is what :deploy does.
func (g *stage) deploy(t *testing.T, f diagnostics.Finding) (diagnostics.State, diagnostics.Text) {
	t.Helper()
	s, _ := g.findings(t)
	fix, ok := playbooks.Redeploy(s)
	if !ok {
		t.Fatal("this project cannot be deployed")
	}
	out, err := g.Apply(t.Context(), playbooks.Plan{Finding: f, Fix: fix})
	if err != nil {
		t.Fatal(err)
	}
	return out.State, out.Text
}

// TestADemoIsMendedProvenAndTakenBack goes the whole way of a fix: applied, the
// next deployment proves it; taken back, the one after that fails again.
func TestADemoIsMendedProvenAndTakenBack(t *testing.T) {
	g, printed := played(t, "alias-ordering")
	snapshot, list := g.findings(t)
	first := list[0]
	template := filepath.Join(g.root, "template.yaml")
	before, _ := os.ReadFile(template)

	out, err := g.Apply(t.Context(), playbooks.Plan{Finding: first, Fix: g.playbooks(t).Fixes(snapshot, first)[0]})
	if err != nil || out.State != diagnostics.FixedHere || out.Entry != 1 {
		t.Fatalf("applying came to %+v, %v", out, err)
	}
	if mended, _ := os.ReadFile(template); !strings.Contains(string(mended), "DependsOn: CheckoutFunctionAliaslive") {
		t.Errorf("the template is\n%s", mended)
	}

	snapshot, list = g.findings(t)
	i := slices.IndexFunc(list, func(f diagnostics.Finding) bool { return f.ID() == first.ID() })
	again := g.playbooks(t).Fixes(snapshot, list[i])[0]
	if !has[playbooks.Run](again) {
		t.Fatalf("what is fixed here wants a deployment, not %q", again.Title.En)
	}
	out, err = g.Apply(t.Context(), playbooks.Plan{Finding: list[i], Fix: again})
	if err != nil || out.State != diagnostics.Proven || !strings.Contains(out.Text.En, "Demo") {
		t.Fatalf("deploying came to %+v, %v", out, err)
	}
	for _, want := range []string{"$ sam build", "$ sam deploy", "nothing is sent to AWS", "CheckoutCapacity", "CREATE_COMPLETE"} {
		if !strings.Contains(printed.String(), want) {
			t.Errorf("%q is not in what was printed:\n%s", want, printed)
		}
	}
	entries, err := g.Entries(t.Context())
	if err != nil || len(entries) != 2 || entries[0].State != diagnostics.Proven || entries[1].State != diagnostics.Proven {
		t.Errorf("the journal holds %+v, %v", entries, err)
	}

	out, err = g.Undo(t.Context(), 0)
	if err != nil || out.Entry != 1 || !strings.Contains(out.Text.En, "deploy") {
		t.Fatalf("taking back came to %+v, %v", out, err)
	}
	if after, _ := os.ReadFile(template); string(after) != string(before) {
		t.Errorf("taken back, the template is\n%s", after)
	}
	if state, text := g.deploy(t, first); state != diagnostics.Open || !strings.Contains(text.En, "did not succeed") {
		t.Errorf("deployed again it is %s: %s", state, text.En)
	}
	if _, list = g.findings(t); list[0].ID() != first.ID() || list[0].State != diagnostics.Open {
		t.Errorf("on top is %s, %s", list[0].ID(), list[0].State)
	}
}

// TestADemoCallsNobody applies a plan of calls in the demo: they take effect
// for the demo alone, the outcome says that nothing was sent, and the next
// deployment goes as if they had been.
func TestADemoCallsNobody(t *testing.T) {
	g, _ := played(t, "ecr-missing")
	snapshot, list := g.findings(t)
	out, err := g.Apply(t.Context(), playbooks.Plan{Finding: list[0], Fix: g.playbooks(t).Fixes(snapshot, list[0])[0]})
	if err != nil || !strings.Contains(out.Text.En, "not sent") {
		t.Fatalf("got %+v, %v", out, err)
	}
	if state, text := g.deploy(t, list[0]); state != diagnostics.Proven {
		t.Errorf("deployed, it is %s: %s", state, text.En)
	}
	if _, err := g.Undo(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	if state, text := g.deploy(t, list[0]); state != diagnostics.Open {
		t.Errorf("taken back and deployed, it is %s: %s", state, text.En)
	}
}

// TestADeploymentThatIsRefusedSaysWhy repeats a deployment that sam itself
// stops, before CloudFormation hears of it.
func TestADeploymentThatIsRefusedSaysWhy(t *testing.T) {
	g, printed := played(t, "image-repositories-mapping")
	snapshot, list := g.findings(t)
	if state, _ := g.deploy(t, list[0]); state != diagnostics.Open || !strings.Contains(printed.String(), "Incomplete list of function logical ids") {
		t.Errorf("it is %s, and was told\n%s", state, printed)
	}
	if _, err := g.Apply(t.Context(), playbooks.Plan{Finding: list[0], Fix: g.playbooks(t).Fixes(snapshot, list[0])[0]}); err != nil {
		t.Fatal(err)
	}
	if state, text := g.deploy(t, list[0]); state != diagnostics.Proven {
		t.Errorf("mended and deployed, it is %s: %s", state, text.En)
	}
}

func TestAStageIsThrownAway(t *testing.T) {
	g, _ := played(t, "arn-substitution")
	if err := g.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(g.dir); !os.IsNotExist(err) {
		t.Errorf("%s is still there: %v", g.dir, err)
	}
}
