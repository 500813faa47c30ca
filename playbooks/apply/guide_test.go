package apply

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"firstaid/diagnostics"
	"firstaid/playbooks"
)

// twoPhases takes something out of a file, deploys, waits for a person and
// puts it back.
func twoPhases(stack string) (playbooks.Plan, *diagnostics.Snapshot) {
	p := plan(edit(), playbooks.Run{Argv: []string{"sam", "deploy"}},
		playbooks.Manual{Do: diagnostics.Text{En: "look whether it is there"}},
		playbooks.FileEdit{Path: "template.yaml", Before: after, After: before})
	p.Fix.Kind, p.Fix.Title.En = playbooks.FixGuided, "In two phases"
	s := &diagnostics.Snapshot{
		StackID: stack, Stacks: []diagnostics.Stack{{StackId: stack, StackName: "shop"}},
		Files: []diagnostics.File{{Path: "template.yaml", Content: before}},
	}
	p.Fix = playbooks.Continue(nil, s, p.Finding, []playbooks.Fix{p.Fix})[0]
	return p, s
}

// on is the project as another start of the program finds it.
func (t *Transaction) on(tb testing.TB, s *diagnostics.Snapshot) (playbooks.Plan, []playbooks.Fix) {
	tb.Helper()
	begun, err := t.Journal.Begun(t.Root)
	if err != nil {
		tb.Fatal(err)
	}
	s.Files[0].Content = t.text(tb, "template.yaml")
	p, _ := twoPhases(s.StackID)
	p.Fix.Progress = nil
	list := playbooks.Continue(begun, s, p.Finding, []playbooks.Fix{{Title: diagnostics.Text{En: "At once"}}, p.Fix})
	return playbooks.Plan{Finding: p.Finding, Fix: list[0]}, list
}

func clock(at time.Time) string { return at.UTC().Format("15:04") }

func TestAGuidedPlanGoesOnWhereItWasLeft(t *testing.T) {
	tr := project(t, map[string]string{"template.yaml": before})
	night := time.Date(2026, 3, 2, 3, 11, 0, 0, time.UTC)
	tr.Now = func() time.Time { night = night.Add(time.Second); return night }
	ran := 0
	tr.Run = func(context.Context, playbooks.Run) error { ran++; return nil }
	p, s := twoPhases("arn:stack/shop/1")
	for range 2 {
		var err error
		if p, _, err = tr.Advance(t.Context(), p, false); err != nil {
			t.Fatal(err)
		}
	}
	if tr.text(t, "template.yaml") != after || ran != 1 {
		t.Fatalf("the first two steps: ran %d", ran)
	}
	// Another start of the program: the plan comes first and knows its place.
	q, list := tr.on(t, s)
	if got := q.Fix.Standing(clock).En; len(list) != 2 || got != "step 2 of 4 done at 03:11; next: look whether it is there" {
		t.Fatalf("%d fixes, the first says %q", len(list), got)
	}
	for range 2 {
		var err error
		if q, _, err = tr.Advance(t.Context(), q, false); err != nil {
			t.Fatal(err)
		}
	}
	if tr.text(t, "template.yaml") != before || q.Fix.Next() != 4 {
		t.Errorf("at the end the file is %q, next %d", tr.text(t, "template.yaml"), q.Fix.Next())
	}
	if _, list := tr.on(t, s); len(list) != 2 || list[0].Title.En != "At once" {
		t.Errorf("a plan at its end is still offered first: %+v", list)
	}
	if _, _, err := tr.Advance(t.Context(), q, false); err == nil || !strings.Contains(err.Error(), "done") {
		t.Errorf("a step after the last: %v", err)
	}
}

func TestAPlanWhoseBasisIsGoneStartsOver(t *testing.T) {
	for name, change := range map[string]func(*testing.T, *Transaction, *diagnostics.Snapshot){
		"template.yaml is not as step 2 expects": func(t *testing.T, tr *Transaction, _ *diagnostics.Snapshot) {
			if err := os.WriteFile(tr.Root+"/template.yaml", []byte(after+"g: 7\n"), 0o600); err != nil {
				t.Fatal(err)
			}
		},
		"the stack shop was deleted and made anew": func(_ *testing.T, _ *Transaction, s *diagnostics.Snapshot) {
			s.StackID, s.Stacks[0].StackId = "arn:stack/shop/2", "arn:stack/shop/2"
		},
	} {
		tr := project(t, map[string]string{"template.yaml": before})
		p, s := twoPhases("arn:stack/shop/1")
		if _, _, err := tr.Advance(t.Context(), p, false); err != nil {
			t.Fatal(err)
		}
		change(t, tr, s)
		first, list := tr.on(t, s)
		if first.Fix.Title.En != "At once" || !strings.Contains(list[1].Progress.Over.En, name) || !strings.Contains(list[1].Progress.Over.En, "entry 1") || list[1].Next() != 0 {
			t.Errorf("%s: the first is %q, the plan says %q", name, first.Fix.Title.En, list[1].Progress.Over.En)
		}
	}
}

func TestAStepThatWasTakenBackIsToDoAgain(t *testing.T) {
	tr := project(t, map[string]string{"template.yaml": before})
	p, s := twoPhases("arn:stack/shop/1")
	p, r, err := tr.Advance(t.Context(), p, false)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err = tr.Advance(t.Context(), p, false); err == nil {
		t.Fatal("a command was run without anything to run it")
	}
	q, _, err := tr.Advance(t.Context(), p, true) // it was run in another terminal
	if err != nil || q.Fix.Next() != 2 {
		t.Fatalf("next %d, %v", q.Fix.Next(), err)
	}
	if _, _, err := tr.Advance(t.Context(), p, true); err == nil || !strings.Contains(err.Error(), "taken elsewhere") {
		t.Errorf("a plan that another window moved: %v", err)
	}
	if _, err := tr.Undo(t.Context(), r.ID); err != nil {
		t.Fatal(err)
	}
	again, _ := tr.on(t, s)
	if again.Fix.Title.En != "In two phases" || again.Fix.Next() != 0 {
		t.Fatalf("after undo %q is at %d", again.Fix.Title.En, again.Fix.Next())
	}
	if again, _, err = tr.Advance(t.Context(), again, false); err != nil || again.Fix.Next() != 1 || tr.text(t, "template.yaml") != after {
		t.Errorf("once more: next %d, %v", again.Fix.Next(), err)
	}
}

func TestACommandThatFailedIsTheNextStepStill(t *testing.T) {
	tr := project(t, map[string]string{"template.yaml": before})
	tr.Run = func(context.Context, playbooks.Run) error { return errors.New("exit status 1") }
	p, s := twoPhases("arn:stack/shop/1")
	p, _, err := tr.Advance(t.Context(), p, false)
	if err != nil {
		t.Fatal(err)
	}
	var failed *CommandError
	if _, _, err := tr.Advance(t.Context(), p, false); !errors.As(err, &failed) {
		t.Fatalf("got %v", err)
	}
	q, _ := tr.on(t, s)
	if got := q.Fix.Standing(clock).En; !strings.HasPrefix(got, "step 2 of 4 was begun at") {
		t.Errorf("it says %q", got)
	}
	tr.Run = func(context.Context, playbooks.Run) error { return nil }
	if q, _, err := tr.Advance(t.Context(), q, false); err != nil || q.Fix.Next() != 2 {
		t.Errorf("next %d, %v", q.Fix.Next(), err)
	}
}

// TestAGuideKilledAtAnyPoint kills the process at every point of a plan's
// first step. The next start knows how far it got and goes on to the end.
func TestAGuideKilledAtAnyPoint(t *testing.T) {
	if dir := os.Getenv("FIRSTAID_TEST_KILL_ROOT"); dir != "" {
		tr := &Transaction{Root: dir, Journal: OpenJournal(os.Getenv("FIRSTAID_TEST_KILL_JOURNAL")), at: killAt(os.Getenv("FIRSTAID_TEST_KILL_POINT"))}
		p, _ := twoPhases("arn:stack/shop/1")
		_, _, err := tr.Advance(t.Context(), p, false)
		t.Fatal("was not killed", err)
	}
	for point, done := range map[string]bool{
		"progress noted": false, "journal written": false, "before step 1": false, "after step 1": false, "before end": false, "step taken": true,
	} {
		tr := project(t, map[string]string{"template.yaml": before})
		tr.Run = func(context.Context, playbooks.Run) error { return nil }
		cmd := exec.Command(os.Args[0], "-test.run=^TestAGuideKilledAtAnyPoint$")
		cmd.Env = append(os.Environ(), "FIRSTAID_TEST_KILL_ROOT="+tr.Root, "FIRSTAID_TEST_KILL_JOURNAL="+tr.Journal.dir, "FIRSTAID_TEST_KILL_POINT="+point)
		if out, err := cmd.CombinedOutput(); err == nil || strings.Contains(string(out), "was not killed") {
			t.Fatalf("%s: %s", point, out)
		}
		_, s := twoPhases("arn:stack/shop/1")
		p, _ := tr.on(t, s)
		if p.Fix.Title.En != "In two phases" || (p.Fix.Next() == 1) != done {
			t.Errorf("%s: %q is at %d: %s", point, p.Fix.Title.En, p.Fix.Next(), p.Fix.Standing(clock).En)
			continue
		}
		for p.Fix.Next() < len(p.Fix.Steps) {
			var err error
			if p, _, err = tr.Advance(t.Context(), p, false); err != nil {
				t.Fatalf("%s: %v", point, err)
			}
			if p.Fix.Next() == 1 && tr.text(t, "template.yaml") != after {
				t.Errorf("%s: step 1 was not finished", point)
			}
		}
		if left, _ := tr.Journal.Unfinished(); len(left) != 0 || tr.text(t, "template.yaml") != before {
			t.Errorf("%s: unfinished %+v", point, left)
		}
	}
}
