package main

import (
	"context"
	"errors"
	"fmt"

	"firstaid/diagnostics"
	"firstaid/playbooks"
	"firstaid/playbooks/apply"
)

// named is the finding that the command line names; left out, it is the one
// whose guided plan is not at its end.
func (f *fixOptions) named(args []string) (string, error) {
	if len(args) > 0 {
		return args[0], nil
	}
	begun, err := journal().Begun(".")
	switch {
	case err != nil:
		return "", err
	case len(begun) == 1:
		return begun[0].Finding.ID(), nil
	case len(begun) == 0:
		return "", errors.New("name a finding: `firstaid diagnose` lists them, and no guided plan of this folder is under way")
	}
	text := "several guided plans of this folder are under way, name the finding of one:"
	for _, p := range begun {
		text += fmt.Sprintf("\n  %s (%s: %s)", p.Finding.ID(), p.Fix.Title.En, p.Fix.Standing(playbooks.Clock).En)
	}
	return "", errors.New(text)
}

// recall says on standard error how far the guided plans of this folder got.
func (f *fixOptions) recall(s streams, lang diagnostics.Lang) error {
	paragraphs, err := underWay(journal(), ".", lang)
	for _, text := range paragraphs {
		fmt.Fprintln(s.err, "firstaid:", text)
	}
	return err
}

// advance takes the next step of a guided plan.
func (f *fixOptions) advance(ctx context.Context, s streams, snapshot *diagnostics.Snapshot, plan playbooks.Plan) error {
	next, i := plan.NextStep(), plan.Fix.Next()
	if err := f.takeable(plan); err != nil {
		return err
	}
	if want := next.Confirmation(); want != "" && f.confirm != want {
		return fmt.Errorf("this step cannot be taken back or disturbs what runs (account %s, %s): say --confirm %s", snapshot.Identity.Account, snapshot.Identity.Region, want)
	}
	t, err := f.transaction(ctx, snapshot, next)
	if err != nil {
		return err
	}
	p, r, err := t.Advance(ctx, plan, f.done)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "\nStep %d of %d is done.", i+1, len(p.Fix.Steps))
	if r.Reversible() {
		fmt.Fprintf(s.out, " It is entry %d; take it back with: firstaid undo %d", r.ID, r.ID)
	}
	lang, err := f.language()
	fmt.Fprintf(s.out, "\n%s\n", p.Fix.Standing(playbooks.Clock).In(lang))
	return err
}

// takeable checks that the way the step is to be taken fits it.
func (f *fixOptions) takeable(plan playbooks.Plan) error {
	i := plan.Fix.Next()
	if i >= len(plan.Fix.Steps) {
		return errors.New("every step of this plan is done")
	}
	again := "`firstaid fix " + plan.Finding.ID() + "`"
	switch step := plan.Fix.Steps[i].(type) {
	case playbooks.Manual:
		if !f.done {
			return fmt.Errorf("step %d is yours: do it, then say so with --done", i+1)
		}
	case playbooks.Run:
		if !f.done {
			return fmt.Errorf("step %d is a command for your terminal; run it, then say so with --done:\n  %s", i+1, playbooks.ShellQuote(step.Argv))
		}
	default:
		if f.done {
			return fmt.Errorf("step %d is firstaid's: take it with --apply; %s shows it", i+1, again)
		}
	}
	return nil
}

func forget(s streams, plan playbooks.Plan) error {
	if plan.Fix.Progress == nil || plan.Fix.Progress.Begun.IsZero() {
		return errors.New("this plan was not begun: there is nothing to forget")
	}
	t := &apply.Transaction{Root: ".", Journal: journal()}
	if err := t.Forget(plan); err != nil {
		return err
	}
	_, err := fmt.Fprintln(s.out, "\nThe plan is given up. What it changed stands in `firstaid journal`.")
	return err
}

// underWay says of every guided plan of a folder that is not at its end how
// far it got, in a paragraph each.
func underWay(j *apply.Journal, root string, lang diagnostics.Lang) ([]string, error) {
	begun, err := j.Begun(root)
	var paragraphs []string
	for _, p := range begun {
		standing, id := p.Fix.Standing(playbooks.Clock), p.Finding.ID()
		paragraphs = append(paragraphs, diagnostics.Text{
			En: fmt.Sprintf("%s (%s): %s. `f` on its finding goes on there, `firstaid fix %s --forget` gives it up.", p.Fix.Title.En, id, standing.En, id),
			Ko: fmt.Sprintf("%s(%s): %s. 해당 문제에서 `f`를 누르면 이어서 진행하고, `firstaid fix %s --forget`으로 그만둡니다.", p.Fix.Title.In(diagnostics.Korean), id, standing.In(diagnostics.Korean), id),
		}.In(lang))
	}
	return paragraphs, err
}
