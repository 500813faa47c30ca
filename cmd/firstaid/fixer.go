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
	// ask asks IAM's simulation; nil where there is no account.
	ask playbooks.Asker
	// quick says that reading again costs nothing, so that every fix is
	// verified at once.
	quick bool
	// note is said with every outcome.
	note diagnostics.Text
}

// Apply does exactly what the plan shows. What commands did is verified at
// once.
func (f *fixer) Apply(ctx context.Context, p playbooks.Plan) (tui.Outcome, error) {
	if err := f.unproven(ctx, p); err != nil {
		return tui.Outcome{}, err
	}
	t, err := f.transaction(ctx, f.root, has[playbooks.Call](p.Fix))
	if err != nil {
		return tui.Outcome{}, err
	}
	r, err := t.Apply(ctx, p)
	var failed *apply.CommandError
	if err != nil && !errors.As(err, &failed) {
		return tui.Outcome{Entry: r.ID}, err
	}
	text := applied(r, p.Fix, failed)
	out := tui.Outcome{State: diagnostics.Open, Text: both(text, f.note)}
	if r.Reversible() {
		out.Entry = r.ID // there is something to take back
	}
	if f.ask != nil && p.Fix.Proof != nil && p.Fix.Proof.Principal != "" && has[playbooks.Call](p.Fix) {
		return f.confirmed(ctx, p, out), nil
	}
	if f.again == nil || !f.quick && !has[playbooks.Run](p.Fix) {
		return out, nil
	}
	return f.verified(ctx, p, out, text)
}

// verified looks at once whether what was done helped, and says so behind it.
func (f *fixer) verified(ctx context.Context, p playbooks.Plan, out tui.Outcome, done diagnostics.Text) (tui.Outcome, error) {
	checked, err := f.Verify(ctx, p.Finding)
	if err != nil {
		return out, fmt.Errorf("%s %w", done.En, err)
	}
	out.State, out.Text = checked.State, both(done, checked.Text)
	return out, nil
}

// Begun lists the guided plans of the project that are not at their end.
func (f *fixer) Begun(context.Context) ([]playbooks.Plan, error) { return f.journal.Begun(f.root) }

// Advance takes the next step of a guided plan. The last one is verified like
// a fix that was applied as a whole.
func (f *fixer) Advance(ctx context.Context, p playbooks.Plan, byHand bool) (tui.Outcome, error) {
	t, err := f.transaction(ctx, f.root, has[playbooks.Call](p.NextStep().Fix))
	if err != nil {
		return tui.Outcome{}, err
	}
	i := p.Fix.Next()
	p, r, err := t.Advance(ctx, p, byHand)
	if err != nil {
		return tui.Outcome{Entry: r.ID}, err
	}
	all := len(p.Fix.Steps)
	text := diagnostics.Text{En: fmt.Sprintf("Step %d of %d is done.", i+1, all), Ko: fmt.Sprintf("%d/%d단계를 마쳤습니다.", i+1, all)}
	out := tui.Outcome{State: diagnostics.Open}
	if r.Reversible() {
		out.Entry = r.ID
	}
	if p.Fix.Next() < all {
		next := playbooks.Brief(p.Fix.Steps[p.Fix.Next()])
		out.Text = both(both(text, diagnostics.Text{En: "Next: " + next.En + ".", Ko: "다음: " + next.In(diagnostics.Korean) + "."}), f.note)
		return out, nil
	}
	out.Text = both(text, f.note)
	if f.again == nil {
		return out, nil
	}
	return f.verified(ctx, p, out, text)
}

// Prove has IAM try what a fix grants.
func (f *fixer) Prove(ctx context.Context, p *diagnostics.Proof) *diagnostics.Proof {
	if f.ask == nil {
		return p
	}
	return playbooks.Prove(ctx, p, f.ask)
}

// unproven refuses a plan that was confirmed with one key when IAM's own trial,
// made now, speaks against what it grants.
func (f *fixer) unproven(ctx context.Context, p playbooks.Plan) error {
	if p.Fix.Proof == nil || f.ask == nil || p.Confirmation() != "" {
		return nil
	}
	p.Fix.Proof = f.Prove(ctx, p.Fix.Proof)
	if word := p.Confirmation(); word != "" {
		return fmt.Errorf("%s Nothing was changed; `firstaid fix %s --apply --confirm %s` does it all the same", playbooks.ProofSummary(p.Fix.Proof).En, p.Finding.ID(), word)
	}
	return nil
}

// confirmed asks IAM what is decided now that a grant is on the live role.
func (f *fixer) confirmed(ctx context.Context, p playbooks.Plan, out tui.Outcome) tui.Outcome {
	now, err := playbooks.Confirm(ctx, p.Fix.Proof, f.ask, playbooks.Pause)
	if err != nil {
		out.Text = both(out.Text, diagnostics.Text{En: "Not checked by AWS: " + err.Error(), Ko: "AWS가 확인하지 않았습니다: " + err.Error()})
		return out
	}
	if now.Verdict() == diagnostics.ProofHolds {
		out.State, out.Watch = diagnostics.FixedHere, true
	}
	out.Text = both(out.Text, playbooks.ConfirmedText(now))
	return out
}

// applied says what became of a plan.
func applied(r apply.Record, x playbooks.Fix, failed *apply.CommandError) diagnostics.Text {
	if failed != nil {
		return diagnostics.Text{
			En: fmt.Sprintf("%s did not succeed (%v).", playbooks.ShellQuote(failed.Argv), failed.Err),
			Ko: fmt.Sprintf("%s 명령이 실패했습니다(%v).", playbooks.ShellQuote(failed.Argv), failed.Err),
		}
	}
	text := diagnostics.Text{En: fmt.Sprintf("Applied as entry %d.", r.ID), Ko: fmt.Sprintf("%d번 항목으로 적용했습니다.", r.ID)}
	if slices.ContainsFunc(r.Steps, func(s apply.StepRecord) bool { return s.Left }) {
		text = both(text, diagnostics.Text{En: "The remaining steps are yours.", Ko: "나머지 단계는 직접 진행하세요."})
	}
	if x.Redeploy {
		text = both(text, diagnostics.Text{En: "Deploy again to make it count.", Ko: "다시 배포해야 반영됩니다."})
	}
	return text
}

// has reports whether a fix has a step of some kind.
func has[S playbooks.Step](x playbooks.Fix) bool {
	return slices.ContainsFunc(x.Steps, func(s playbooks.Step) bool { _, ok := s.(S); return ok })
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
	was := r.State
	if r, err = t.Undo(ctx, r.ID); err != nil {
		return tui.Outcome{Entry: r.ID}, err
	}
	text := diagnostics.Text{En: fmt.Sprintf("Entry %d is taken back.", r.ID), Ko: fmt.Sprintf("%d번 항목을 되돌렸습니다.", r.ID)}
	if was == diagnostics.Proven {
		text = both(text, diagnostics.Text{
			En: "What was deployed since still has it: `:deploy` takes it back there too.",
			Ko: "그 뒤에 배포된 것에는 아직 남아 있습니다. `:deploy`로 배포하면 그곳에서도 되돌립니다.",
		})
	}
	return tui.Outcome{State: diagnostics.Open, Entry: r.ID, Text: text}, nil
}

// Verify looks again whether the finding is still there, and notes in the
// journal what became of every fix.
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
	return tui.Outcome{State: state, Text: both(text, f.note), Entry: entry.ID}, verifyEntries(f.journal, now, catalog, f.root)
}

// verifyEntries notes in the journal what became of the fixes that were
// applied to a project and not taken back.
func verifyEntries(j *apply.Journal, now *diagnostics.Snapshot, c *playbooks.Catalog, root string) error {
	root, err := filepath.Abs(root)
	if err != nil {
		return err
	}
	list, err := j.List()
	errs := []error{err}
	for _, r := range list {
		if r.Root != root || r.Status != apply.Applied || r.Of == nil {
			continue
		}
		title := r.Title
		if !r.Changes() {
			title = diagnostics.Text{} // commands are offered as long as they help
		}
		if state, _ := playbooks.Verify(now, *r.Of, c, title); state != r.State {
			errs = append(errs, (&apply.Transaction{Journal: j}).Mark(r.ID, state))
		}
	}
	return errors.Join(errs...)
}

// entryOf is the latest entry of the journal that mends a finding; zero for
// none.
func (f *fixer) entryOf(finding diagnostics.Finding) (apply.Record, error) {
	list, err := f.journal.List()
	for _, r := range slices.Backward(list) {
		if r.Finding == finding.ID() && r.Status == apply.Applied && r.Changes() {
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
