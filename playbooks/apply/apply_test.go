package apply

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"firstaid/diagnostics"
	"firstaid/playbooks"
)

// project makes a folder with files in it and a transaction on it.
func project(t *testing.T, files map[string]string) *Transaction {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o640); err != nil {
			t.Fatal(err)
		}
	}
	return &Transaction{Root: dir, Journal: OpenJournal(filepath.Join(t.TempDir(), "journal")), Live: &account{}}
}

func (t *Transaction) text(tb testing.TB, name string) string {
	tb.Helper()
	src, err := os.ReadFile(filepath.Join(t.Root, name))
	if err != nil {
		tb.Fatal(err)
	}
	return string(src)
}

func plan(steps ...playbooks.Step) playbooks.Plan {
	return playbooks.Plan{
		Finding: diagnostics.Finding{Playbook: "test", Subject: diagnostics.Ref{ID: "shop/Fn"}},
		Fix:     playbooks.Fix{Title: diagnostics.Text{En: "mend it"}, Steps: steps},
	}
}

// account is an account with one value for each call's subject. It keeps what
// it is sent; it does not pretend to be AWS, whose own shapes are tested
// against emulators.
type account struct {
	mu     sync.Mutex
	values map[string]string
	sent   []string
}

func (a *account) Value(_ context.Context, c playbooks.Call) (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.values[c.Of.ID], nil
}

func (a *account) Send(_ context.Context, c playbooks.Call) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.sent = append(a.sent, c.Operation)
	if a.values == nil {
		a.values = map[string]string{}
	}
	a.values[c.Of.ID] = c.After
	return nil
}

const (
	before = "a: 1\nb: 2\nc: 3\nd: 4\ne: 5\nf: 6\n"
	after  = "a: 1\nb: two\nc: 3\nd: 4\ne: 5\nf: 6\n"
)

func edit() playbooks.FileEdit {
	return playbooks.FileEdit{Path: "template.yaml", Before: before, After: after}
}

func TestApplyAndUndoRestoreEveryByteAndTheMode(t *testing.T) {
	tr := project(t, map[string]string{"template.yaml": before})
	r, err := tr.Apply(t.Context(), plan(edit()))
	if err != nil {
		t.Fatal(err)
	}
	if got := tr.text(t, "template.yaml"); got != after {
		t.Errorf("after apply: %q", got)
	}
	info, err := os.Stat(filepath.Join(tr.Root, "template.yaml"))
	if err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if _, err := tr.Undo(t.Context(), r.ID); err != nil {
		t.Fatal(err)
	}
	if got := tr.text(t, "template.yaml"); got != before {
		t.Errorf("after undo: %q", got)
	}
	if _, err := tr.Undo(t.Context(), r.ID); err == nil || !strings.Contains(err.Error(), "already") {
		t.Errorf("a second undo: %v", err)
	}
}

func TestDriftIsRefusedAndNothingIsWritten(t *testing.T) {
	tr := project(t, map[string]string{"template.yaml": before, "other.yaml": "x"})
	changed := strings.Replace(before, "c: 3", "c: mine", 1)
	if err := os.WriteFile(filepath.Join(tr.Root, "template.yaml"), []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := tr.Apply(t.Context(), plan(playbooks.FileEdit{Path: "other.yaml", Before: "x", After: "y"}, edit()))
	var drift *DriftError
	if !errors.As(err, &drift) || drift.Live != changed {
		t.Fatalf("got %v", err)
	}
	if tr.text(t, "template.yaml") != changed || tr.text(t, "other.yaml") != "x" {
		t.Error("something was written")
	}
	if list, _ := tr.Journal.List(); len(list) != 0 {
		t.Error("the journal speaks of a change that never was")
	}
}

func TestUndoInAnyOrderWhereIndependent(t *testing.T) {
	tr := project(t, map[string]string{"template.yaml": before})
	first, err := tr.Apply(t.Context(), plan(edit()))
	if err != nil {
		t.Fatal(err)
	}
	both := strings.Replace(after, "e: 5", "e: five", 1)
	second, err := tr.Apply(t.Context(), plan(playbooks.FileEdit{Path: "template.yaml", Before: after, After: both}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tr.Undo(t.Context(), first.ID); err != nil {
		t.Fatal(err)
	}
	if got, want := tr.text(t, "template.yaml"), strings.Replace(before, "e: 5", "e: five", 1); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if _, err := tr.Undo(t.Context(), second.ID); err != nil {
		t.Fatal(err)
	}
	if got := tr.text(t, "template.yaml"); got != before {
		t.Errorf("got %q", got)
	}
}

func TestUndoIsRefusedWhereALaterFixTouchedTheSameLines(t *testing.T) {
	tr := project(t, map[string]string{"template.yaml": before})
	first, _ := tr.Apply(t.Context(), plan(edit()))
	later := strings.Replace(after, "b: two", "b: zwei", 1)
	second, err := tr.Apply(t.Context(), plan(playbooks.FileEdit{Path: "template.yaml", Before: after, After: later}))
	if err != nil {
		t.Fatal(err)
	}
	_, err = tr.Undo(t.Context(), first.ID)
	if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("take back entry %d first", second.ID)) {
		t.Errorf("got %v", err)
	}
	if got := tr.text(t, "template.yaml"); got != later {
		t.Errorf("the refused undo wrote %q", got)
	}
}

func TestNothingOutsideTheProjectIsWritten(t *testing.T) {
	tr := project(t, map[string]string{"real.yaml": before})
	if err := os.Symlink("real.yaml", filepath.Join(tr.Root, "link.yaml")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(t.TempDir(), filepath.Join(tr.Root, "dir")); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{"../x": "outside", "/etc/x": "outside", "link.yaml": "symbolic link", "dir/x": "symbolic link"} {
		_, err := tr.Apply(t.Context(), plan(playbooks.FileEdit{Path: path, Before: before, After: after}))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestACallIsGuardedSentAndTakenBack(t *testing.T) {
	tr := project(t, nil)
	live := tr.Live.(*account)
	call := playbooks.Call{
		Of: diagnostics.Ref{Kind: diagnostics.KindRepository, ID: "orders"}, Service: "ecr", Operation: "CreateRepository",
		Field: "repository", After: "orders", Undo: &playbooks.Call{Of: diagnostics.Ref{ID: "orders"}, Service: "ecr", Operation: "DeleteRepository"},
	}
	r, err := tr.Apply(t.Context(), plan(call, playbooks.Manual{Do: diagnostics.Text{En: "push an image"}}))
	if err != nil {
		t.Fatal(err)
	}
	if !r.Steps[0].Done || !r.Steps[1].Left {
		t.Errorf("steps: %+v", r.Steps)
	}
	if _, err := tr.Undo(t.Context(), r.ID); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(live.sent, " "); got != "CreateRepository DeleteRepository" {
		t.Errorf("sent %s", got)
	}
	live.values = map[string]string{"orders": "somebody else's"}
	var drift *DriftError
	if _, err := tr.Apply(t.Context(), plan(call)); !errors.As(err, &drift) {
		t.Errorf("got %v", err)
	}
}

func TestTwoAtOnceDoNotHurtEachOther(t *testing.T) {
	tr := project(t, map[string]string{"template.yaml": before})
	var wg sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		wg.Go(func() {
			e := edit()
			e.After = strings.Replace(before, "b: 2", fmt.Sprintf("b: by %d", i), 1)
			_, errs[i] = tr.Apply(context.Background(), plan(e))
		})
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		var drift *DriftError
		switch {
		case err == nil:
			won++
		case !errors.As(err, &drift):
			t.Error(err)
		}
	}
	if list, err := tr.Journal.List(); won != 1 || len(list) != 1 || err != nil {
		t.Errorf("%d won, the journal has %d entries, %v", won, len(list), err)
	}
}

// TestACommandThatFailsLeavesNothingHalfDone runs a plan of an edit and
// commands: the edit stands and can be taken back, the commands are the user's
// to repeat. A plan of commands alone has nothing to take back.
func TestACommandThatFailsLeavesNothingHalfDone(t *testing.T) {
	tr := project(t, map[string]string{"template.yaml": before})
	build, deploy := playbooks.Run{Argv: []string{"sam", "build"}}, playbooks.Run{Argv: []string{"sam", "deploy"}}
	ran, broken := []string{}, errors.New("exit status 1")
	tr.Run = func(_ context.Context, r playbooks.Run) error {
		ran = append(ran, r.Argv[1])
		if r.Argv[1] == "deploy" {
			return broken
		}
		return nil
	}
	r, err := tr.Apply(t.Context(), plan(edit(), build, deploy, build))
	var failed *CommandError
	if !errors.As(err, &failed) || !errors.Is(err, broken) || failed.Argv[1] != "deploy" || len(ran) != 2 {
		t.Fatalf("ran %v: %v", ran, err)
	}
	if r, _ = tr.Journal.Get(r.ID); r.Status != Applied || !r.Steps[1].Done || !r.Steps[2].Left || !r.Steps[3].Left {
		t.Errorf("the entry is %+v", r)
	}
	only, err := tr.Apply(t.Context(), plan(deploy))
	if only, _ = tr.Journal.Get(only.ID); err == nil || only.Status != Failed {
		t.Errorf("%v, and the entry is %+v", err, only)
	}
	if _, err := tr.Undo(t.Context(), only.ID); err == nil {
		t.Error("a command was taken back")
	}
	if left, _ := tr.Journal.Unfinished(); len(left) != 0 {
		t.Errorf("unfinished: %+v", left)
	}
	last, err := tr.Journal.Last()
	if err != nil || last.ID != r.ID {
		t.Fatalf("the last entry to take back is %d, %v", last.ID, err)
	}
	if _, err := tr.Undo(t.Context(), last.ID); err != nil || tr.text(t, "template.yaml") != before {
		t.Errorf("taken back: %v", err)
	}
	if _, err := tr.Journal.Last(); err == nil {
		t.Error("there is still something to take back")
	}
}

// TestKilledAtAnyPoint kills the process at every point of an apply and of an
// undo. Afterwards every file is whole, and going on or taking back works from
// what the journal says.
func TestKilledAtAnyPoint(t *testing.T) {
	if dir := os.Getenv("FIRSTAID_TEST_KILL_ROOT"); dir != "" {
		killed(t, dir)
		return
	}
	for _, point := range []string{"journal written", "before step 1", "after step 1", "before step 2", "after step 2", "before end"} {
		for _, onward := range []string{"resume", "undo"} {
			t.Run(point+" then "+onward, func(t *testing.T) { killAndGoOn(t, point, onward) })
		}
	}
	for _, point := range []string{"undo noted", "before undo of step 2", "after undo of step 2", "before undo of step 1", "after undo of step 1"} {
		t.Run(point, func(t *testing.T) { killAndGoOn(t, point, "undo") })
	}
}

func twoEdits() playbooks.Plan {
	return plan(edit(), playbooks.FileEdit{Path: "samconfig.toml", Before: "x = 1\n", After: "x = 2\n"})
}

func killed(t *testing.T, dir string) {
	tr := &Transaction{Root: dir, Journal: OpenJournal(os.Getenv("FIRSTAID_TEST_KILL_JOURNAL")), at: killAt(os.Getenv("FIRSTAID_TEST_KILL_POINT"))}
	r, err := tr.Apply(t.Context(), twoEdits())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tr.Undo(t.Context(), r.ID); err != nil {
		t.Fatal(err)
	}
}

// killAt ends the process at a point, as nothing but SIGKILL can.
func killAt(where string) func(string) {
	return func(point string) {
		if point == where {
			p, _ := os.FindProcess(os.Getpid())
			_ = p.Kill()
			select {}
		}
	}
}

func killAndGoOn(t *testing.T, point, onward string) {
	tr := project(t, map[string]string{"template.yaml": before, "samconfig.toml": "x = 1\n"})
	tr.Live = nil
	cmd := exec.Command(os.Args[0], "-test.run=^TestKilledAtAnyPoint$")
	cmd.Env = append(os.Environ(), "FIRSTAID_TEST_KILL_ROOT="+tr.Root, "FIRSTAID_TEST_KILL_JOURNAL="+tr.Journal.dir, "FIRSTAID_TEST_KILL_POINT="+point)
	if out, err := cmd.CombinedOutput(); err == nil {
		t.Fatalf("was not killed: %s", out)
	}
	for _, text := range []string{tr.text(t, "template.yaml"), tr.text(t, "samconfig.toml")} {
		if text != before && text != after && text != "x = 1\n" && text != "x = 2\n" {
			t.Fatalf("half-written file: %q", text)
		}
	}
	left, err := tr.Journal.Unfinished()
	if err != nil || len(left) != 1 {
		t.Fatalf("unfinished: %v, %v", left, err)
	}
	want := before
	if onward == "resume" {
		want = after
		_, err = tr.Resume(t.Context(), left[0].ID)
	} else {
		_, err = tr.Undo(t.Context(), left[0].ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	if got := tr.text(t, "template.yaml"); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if left, _ := tr.Journal.Unfinished(); len(left) != 0 {
		t.Errorf("still unfinished: %+v", left)
	}
}

// Undo is promised only where it can be kept.
func TestReversible(t *testing.T) {
	edit := StepRecord{File: &playbooks.FileEdit{Path: "template.yaml"}}
	grant := StepRecord{Call: &playbooks.Call{Operation: "PutRolePolicy", Undo: &playbooks.Call{Operation: "DeleteRolePolicy"}}}
	deletion := StepRecord{Call: &playbooks.Call{Operation: "DeleteStack"}}
	deploy := StepRecord{Run: &playbooks.Run{Argv: []string{"sam", "deploy"}}}
	for _, c := range []struct {
		name  string
		steps []StepRecord
		want  bool
	}{
		{"an edit", []StepRecord{edit}, true},
		{"a call that has an inverse", []StepRecord{grant}, true},
		{"an edit and a deletion", []StepRecord{edit, deletion}, false},
		{"a command, which changes nothing of its own", []StepRecord{deploy}, false},
		{"an edit and the deployment behind it", []StepRecord{edit, deploy}, true},
	} {
		if got := (Record{Steps: c.steps}).Reversible(); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
