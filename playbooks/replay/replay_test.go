package replay

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"firstaid/diagnostics"
	"firstaid/diagnostics/incident/demo"
	"firstaid/playbooks"
)

// A stage is a demo while it is being mended.
type stage struct {
	t        *testing.T
	catalog  *playbooks.Catalog
	recorded *diagnostics.Snapshot
	hidden   []diagnostics.Event
	now      *diagnostics.Snapshot
	called   map[string]bool
}

// builtin compiles the catalogue once.
var builtin = sync.OnceValues(playbooks.Builtin)

func open(t *testing.T, name string) *stage {
	t.Helper()
	s, err := demo.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	hidden, err := demo.Hidden(name)
	if err != nil {
		t.Fatal(err)
	}
	catalog, err := builtin()
	if err != nil {
		t.Fatal(err)
	}
	return &stage{t, catalog, s, hidden, s, map[string]bool{}}
}

func (g *stage) findings() []diagnostics.Finding { return playbooks.Diagnose(g.now, g.catalog) }

// deploy replays a deployment of the files as they are.
func (g *stage) deploy() Outcome {
	g.t.Helper()
	before := g.now
	d := Deployment{
		Recorded: g.recorded, Hidden: g.hidden, Files: g.now.Files,
		Called: func(id string) bool { return g.called[id] }, At: g.now.Taken.Add(10 * time.Minute),
	}
	out := d.Run(g.catalog)
	g.now = out.Snapshot
	g.sound(before, out)
	return out
}

// apply makes the edits of a fix and counts its calls as made.
func (g *stage) apply(f diagnostics.Finding, x playbooks.Fix) {
	s := *g.now
	s.Files = slices.Clone(s.Files)
	for _, step := range x.Steps {
		switch step := step.(type) {
		case playbooks.Call:
			g.called[f.ID()] = true
		case playbooks.FileEdit:
			i := slices.IndexFunc(s.Files, func(f diagnostics.File) bool { return f.Path == step.Path })
			s.Files[i].Content = step.After
		}
	}
	g.now = &s
}

// sound checks what every replayed snapshot must be.
func (g *stage) sound(before *diagnostics.Snapshot, out Outcome) {
	g.t.Helper()
	s := out.Snapshot
	if !strings.HasSuffix(s.Example, Label) || !s.Taken.After(before.Taken) {
		g.t.Errorf("it says %q at %v", s.Example, s.Taken)
	}
	if out.Refused != "" {
		return
	}
	ids := map[string]bool{}
	last := before.Taken
	for _, e := range s.Events {
		if ids[e.EventId] || e.Timestamp.Before(last) || e.Timestamp.After(s.Taken) || e.StackName == "" || e.ResourceType == "" {
			g.t.Errorf("event %s at %v, after one of %v", e.EventId, e.Timestamp, last)
		}
		ids[e.EventId], last = true, e.Timestamp
	}
	for _, k := range s.Stacks {
		if k.StackId == s.StackID && (k.Failed() != out.Failed || k.InProgress() || !k.LastChanged().After(before.Taken)) {
			g.t.Errorf("the stack is %s, changed at %v", k.StackStatus, k.LastChanged())
		}
	}
}

func named(list []diagnostics.Finding) []string {
	var names []string
	for _, f := range list {
		if f.Severity == diagnostics.Error {
			names = append(names, f.ID())
		}
	}
	slices.Sort(names)
	return names
}

// TestUnchangedFilesFailTheSameWay repeats every demo as it is.
func TestUnchangedFilesFailTheSameWay(t *testing.T) {
	for _, i := range demo.List() {
		t.Run(i.Name, func(t *testing.T) {
			g := open(t, i.Name)
			before := g.findings()
			g.deploy()
			after := g.findings()
			if !slices.Equal(named(before), named(after)) || len(after) == 0 || after[0].ID() != before[0].ID() {
				t.Errorf("the findings were\n%v, then\n%v", named(before), named(after))
			}
			if state, text := playbooks.Verify(g.now, before[0], g.catalog, diagnostics.Text{}); state != diagnostics.Open {
				t.Errorf("verifying says %s: %s", state, text.En)
			}
		})
	}
}

// TestMendedFilesProveTheFix mends the first finding of every demo, deploys,
// takes it back and deploys again.
func TestMendedFilesProveTheFix(t *testing.T) {
	for _, i := range demo.List() {
		t.Run(i.Name, func(t *testing.T) {
			g := open(t, i.Name)
			first := g.findings()[0]
			fixes := slices.DeleteFunc(g.catalog.Fixes(g.now, first), func(x playbooks.Fix) bool { return !applicable(x) })
			if len(fixes) == 0 {
				t.Skip("nothing of this demo is mended by an edit or a call")
			}
			g.apply(first, fixes[0])
			out := g.deploy()
			state, text := playbooks.Verify(g.now, first, g.catalog, diagnostics.Text{})
			if i.Name != "migration" && (out.Failed || state != diagnostics.Proven) {
				t.Errorf("%s (%s), and %v", state, text.En, named(g.findings()))
			}
			s := *g.now
			s.Files = g.recorded.Files
			g.now, g.called = &s, map[string]bool{}
			g.deploy()
			if list := g.findings(); len(list) == 0 || list[0].ID() != first.ID() {
				t.Errorf("taken back, %s does not come back: %v", first.ID(), named(list))
			}
		})
	}
}

func applicable(x playbooks.Fix) bool {
	return x.Declined.IsZero() && slices.ContainsFunc(x.Steps, func(s playbooks.Step) bool {
		switch s.(type) {
		case playbooks.Call, playbooks.FileEdit:
			return true
		}
		return false
	})
}

// TestTheMigrationEndsWell goes the whole way of the story: a deployment ends
// at what the one before hid, until nothing is wrong.
func TestTheMigrationEndsWell(t *testing.T) {
	g := open(t, "migration")
	jobs := "shop-Jobs-RW0NGVGIF4JQ/"
	for n, want := range []struct {
		mend   string // the finding that is on top, and is mended
		failed bool   // what becomes of the deployment then
		appear string // a failure that was hidden until now
	}{
		{"alias-ordering@" + jobs + "PriceCapacity", true, "arn-substitution@" + jobs + "PriceSchedule"},
		{"ecr-missing@shop/WorkerFunction", true, ""},
		{"arn-substitution@" + jobs + "PriceSchedule", false, ""},
		{"role-policies-ignored@shop/WebFunction", false, ""},
		{"cors-missing-method@shop/ShopApi", false, ""},
		{"payload-too-large-502@shop/WebFunction", false, ""},
	} {
		before := named(g.findings())
		first := g.findings()[0]
		if first.ID() != want.mend {
			t.Fatalf("step %d: on top is %s, want %s", n+1, first.ID(), want.mend)
		}
		fixes := g.catalog.Fixes(g.now, first)
		g.apply(first, fixes[slices.IndexFunc(fixes, applicable)])
		out := g.deploy()
		after := named(g.findings())
		if out.Failed != want.failed || slices.Contains(after, want.mend) {
			t.Errorf("step %d: failed %v, and there are %v", n+1, out.Failed, after)
		}
		if want.appear != "" && (slices.Contains(before, want.appear) || !slices.Contains(after, want.appear)) {
			t.Errorf("step %d: %s does not appear in %v", n+1, want.appear, after)
		}
	}
	if left := named(g.findings()); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}
