package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"firstaid/diagnostics"
	"firstaid/playbooks"
	"firstaid/playbooks/apply"
	"firstaid/tui"
)

// fixer applies, takes back and verifies fixes for the screen.
type fixer struct {
	root    string
	journal *apply.Journal
	catalog loader
	// live connects to AWS, when a plan has calls.
	live func(context.Context) (apply.Live, diagnostics.Identity, error)
	// again reads what is there now, for verifying.
	again func(context.Context) (*diagnostics.Snapshot, error)
	run   apply.Runner
	// quick says that reading again costs nothing, so that every fix is
	// verified at once.
	quick bool
	// note is said with every outcome.
	note diagnostics.Text
}

// Apply does exactly what the plan shows.
func (f *fixer) Apply(ctx context.Context, p playbooks.Plan) (tui.Outcome, error) {
	calls := slices.ContainsFunc(p.Fix.Steps, func(s playbooks.Step) bool { _, ok := s.(playbooks.Call); return ok })
	t, err := f.transaction(ctx, f.root, calls)
	if err != nil {
		return tui.Outcome{}, err
	}
	r, err := t.Apply(ctx, p)
	if err != nil {
		return tui.Outcome{Entry: r.ID}, err
	}
	text := diagnostics.Text{En: fmt.Sprintf("Applied as entry %d.", r.ID), Ko: fmt.Sprintf("%d번 항목으로 적용했습니다.", r.ID)}
	if slices.ContainsFunc(r.Steps, func(s apply.StepRecord) bool { return s.Left }) {
		text = both(text, diagnostics.Text{En: "The remaining steps are yours.", Ko: "나머지 단계는 직접 진행하세요."})
	}
	if p.Fix.Redeploy {
		text = both(text, diagnostics.Text{En: "Deploy again to make it count.", Ko: "다시 배포해야 반영됩니다."})
	}
	out := tui.Outcome{State: diagnostics.Open, Text: both(text, f.note), Entry: r.ID}
	if f.quick {
		checked, err := f.Verify(ctx, p.Finding)
		if err == nil {
			out.State, out.Text = checked.State, both(text, checked.Text)
		}
	}
	return out, nil
}

// Undo takes an entry back, or the latest one.
func (f *fixer) Undo(ctx context.Context, id int) (tui.Outcome, error) {
	r, err := f.journal.Last()
	if id != 0 {
		r, err = f.journal.Get(id)
	}
	if err != nil {
		return tui.Outcome{}, err
	}
	t, err := f.transaction(ctx, r.Root, r.Calls())
	if err != nil {
		return tui.Outcome{}, err
	}
	if r, err = t.Undo(ctx, r.ID); err != nil {
		return tui.Outcome{Entry: r.ID}, err
	}
	return tui.Outcome{State: diagnostics.Open, Entry: r.ID, Text: diagnostics.Text{
		En: fmt.Sprintf("Entry %d is taken back.", r.ID), Ko: fmt.Sprintf("%d번 항목을 되돌렸습니다.", r.ID),
	}}, nil
}

// Verify looks again whether the finding is still there, and notes the answer
// in the journal.
func (f *fixer) Verify(ctx context.Context, finding diagnostics.Finding) (tui.Outcome, error) {
	if f.again == nil {
		return tui.Outcome{}, errors.New("a saved incident cannot be looked at again")
	}
	now, err := f.again(ctx)
	if err != nil {
		return tui.Outcome{}, err
	}
	entry, err := f.entryOf(finding)
	if err != nil {
		return tui.Outcome{}, err
	}
	catalog, err := f.catalog()
	if err != nil {
		return tui.Outcome{}, err
	}
	state, text := playbooks.Verify(now, finding, catalog, entry.Title)
	out := tui.Outcome{State: state, Text: both(text, f.note), Entry: entry.ID}
	if entry.ID == 0 {
		return out, nil
	}
	return out, (&apply.Transaction{Journal: f.journal}).Mark(entry.ID, state)
}

// entryOf is the latest entry of the journal that mends a finding; zero for
// none.
func (f *fixer) entryOf(finding diagnostics.Finding) (apply.Record, error) {
	list, err := f.journal.List()
	for _, r := range slices.Backward(list) {
		if r.Finding == finding.ID() && r.Status == apply.Applied {
			return r, err
		}
	}
	return apply.Record{}, err
}

// Entries lists the journal, latest first.
func (f *fixer) Entries(context.Context) ([]playbooks.Entry, error) {
	list, err := f.journal.List()
	var entries []playbooks.Entry
	for _, r := range slices.Backward(list) {
		entries = append(entries, r.Entry())
	}
	return entries, err
}

func (f *fixer) transaction(ctx context.Context, root string, calls bool) (*apply.Transaction, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return nil, err
	}
	t := &apply.Transaction{Root: root, Journal: f.journal, Run: f.run}
	if !calls {
		return t, nil
	}
	var who diagnostics.Identity
	if t.Live, who, err = f.live(ctx); err != nil {
		return nil, err
	}
	t.Account, t.Region = who.Account, who.Region
	return t, nil
}

func both(a, b diagnostics.Text) diagnostics.Text {
	if b.IsZero() {
		return a
	}
	return diagnostics.Text{En: a.En + " " + b.En, Ko: a.In(diagnostics.Korean) + " " + b.In(diagnostics.Korean)}
}
