package apply

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"firstaid/diagnostics"
	"firstaid/playbooks"
)

// Live is the AWS side of a transaction.
type Live interface {
	// Value reads the live value that a call changes, in the form of its
	// Before and After; "" when it is absent.
	Value(ctx context.Context, c playbooks.Call) (string, error)
	// Send makes the call.
	Send(ctx context.Context, c playbooks.Call) error
}

// Runner runs a command in the user's terminal; the user has confirmed it.
type Runner func(ctx context.Context, r playbooks.Run) error

// DriftError says that somebody changed what a step is about since it was
// shown. Nothing was overwritten.
type DriftError struct {
	Of   diagnostics.Ref
	Want string // what the preview was made from
	Live string // what is there now
}

func (e *DriftError) Error() string {
	return fmt.Sprintf("%s changed since the fix was shown: look at it again with `firstaid fix`; nothing was overwritten", e.Of)
}

// CommandError says that a command of a plan did not succeed.
type CommandError struct {
	Argv []string
	Err  error
}

func (e *CommandError) Error() string {
	return fmt.Sprintf("%s did not succeed: %v", playbooks.ShellQuote(e.Argv), e.Err)
}

// Unwrap returns what the command ended with.
func (e *CommandError) Unwrap() error { return e.Err }

// Transaction applies plans to one project folder and one account.
type Transaction struct {
	Root    string // the project folder
	Journal *Journal
	Live    Live   // nil when there is no AWS: calls are then refused
	Run     Runner // nil leaves commands to the user
	Account string
	Region  string
	Now     func() time.Time
	// at is called at every point where the process could die.
	at func(point string)
}

func (t *Transaction) fault(point string) {
	if t.at != nil {
		t.at(point)
	}
}

// Apply carries out exactly what the plan shows. Every guard is checked before
// the first change; the first step that fails ends it, and what was done is in
// the record.
func (t *Transaction) Apply(ctx context.Context, p playbooks.Plan) (Record, error) {
	return t.apply(ctx, p, "", 0)
}

// apply notes in the entry which guided plan it is a step of.
func (t *Transaction) apply(ctx context.Context, p playbooks.Plan, guide string, stage int) (Record, error) {
	r, err := t.record(p)
	if err != nil {
		return r, err
	}
	r.Plan, r.Stage = guide, stage
	unlock, err := t.Journal.lock()
	if err != nil {
		return r, err
	}
	defer unlock()
	w, err := t.open()
	if err != nil {
		return r, err
	}
	defer w.close()
	if err := w.guard(ctx, r.Steps); err != nil {
		return r, err
	}
	if err := t.Journal.add(&r); err != nil {
		return r, err
	}
	t.fault("journal written")
	return t.finish(ctx, w, r)
}

func (t *Transaction) record(p playbooks.Plan) (Record, error) {
	root, err := filepath.Abs(t.Root)
	if err != nil {
		return Record{}, err
	}
	r := Record{
		At: t.now(), Status: Applying, Root: root, Account: t.Account, Region: t.Region,
		Finding: p.Finding.ID(), Summary: p.Finding.Summary, Of: &p.Finding, Title: p.Fix.Title, State: diagnostics.Open,
	}
	if !p.Fix.Declined.IsZero() {
		return r, fmt.Errorf("this fix is not firstaid's to apply: %s", p.Fix.Declined.En)
	}
	changes := false
	for _, s := range p.Fix.Steps {
		step, err := recordStep(s)
		if err != nil {
			return r, err
		}
		changes = changes || !step.Left
		r.Steps = append(r.Steps, step)
	}
	if !changes {
		return r, errors.New("every step of this fix is yours: there is nothing that firstaid could apply")
	}
	return r, nil
}

func (t *Transaction) now() time.Time {
	if t.Now != nil {
		return t.Now()
	}
	return time.Now()
}

// finish carries out the steps that are not done yet.
func (t *Transaction) finish(ctx context.Context, w *world, r Record) (Record, error) {
	for i := range r.Steps {
		s := &r.Steps[i]
		if s.Done || s.Left {
			continue
		}
		t.fault(fmt.Sprintf("before step %d", i+1))
		left, err := w.do(ctx, *s)
		if err != nil && s.Run != nil {
			return t.commandFailed(r, i, err)
		}
		if err != nil {
			return r, fmt.Errorf("step %d of %d: %w", i+1, len(r.Steps), err)
		}
		t.fault(fmt.Sprintf("after step %d", i+1))
		s.Done, s.Left = !left, left
		if err := t.Journal.write(r); err != nil {
			return r, err
		}
	}
	r.Status = Applied
	t.fault("before end")
	return r, t.Journal.write(r)
}

// commandFailed ends an entry at a command that did not succeed. It is not
// half done: what the command did is its own matter, and what is left is the
// user's to repeat.
func (t *Transaction) commandFailed(r Record, at int, err error) (Record, error) {
	argv := r.Steps[at].Run.Argv
	for i := range r.Steps[at:] {
		r.Steps[at+i].Left = true
	}
	r.Status = Failed
	for _, s := range r.Steps[:at] {
		if s.Done && (s.File != nil || s.Call != nil) {
			r.Status = Applied
		}
	}
	return r, errors.Join(&CommandError{Argv: argv, Err: err}, t.Journal.write(r))
}

// Resume finishes an entry that was interrupted: an apply goes on to its end,
// an undo too.
func (t *Transaction) Resume(ctx context.Context, id int) (Record, error) {
	r, err := t.Journal.Get(id)
	if err != nil {
		return r, err
	}
	switch r.Status {
	case Applied, Undone, Failed:
		return r, fmt.Errorf("entry %d is finished (%s)", id, r.Status)
	case Undoing:
		return t.Undo(ctx, id)
	}
	unlock, err := t.Journal.lock()
	if err != nil {
		return r, err
	}
	defer unlock()
	w, err := t.openAt(r.Root)
	if err != nil {
		return r, err
	}
	defer w.close()
	if err := w.guard(ctx, r.Steps); err != nil {
		return r, err
	}
	return t.finish(ctx, w, r)
}

// Mark notes in the journal what a check found out about an entry.
func (t *Transaction) Mark(id int, state diagnostics.State) error {
	unlock, err := t.Journal.lock()
	if err != nil {
		return err
	}
	defer unlock()
	r, err := t.Journal.Get(id)
	if err != nil {
		return err
	}
	r.State = state
	return t.Journal.write(r)
}
