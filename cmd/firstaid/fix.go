package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/adrg/xdg"
	"github.com/spf13/cobra"

	"firstaid/diagnostics"
	"firstaid/playbooks"
	"firstaid/playbooks/apply"
	"firstaid/playbooks/report"
)

type fixOptions struct {
	*options
	from        source
	stack       string
	alternative int
	apply       bool
	done        bool
	forget      bool
	confirm     string
	format      string
	watch       time.Duration
}

func newFix(s streams, o *options) *cobra.Command {
	f := &fixOptions{options: o}
	cmd := &cobra.Command{
		Use:   "fix [FINDING]",
		Short: "Show the fix of a finding, and apply it with --apply",
		Long: `Show the fix of a finding as a diff of your own file or as the exact AWS call; with --apply carry out exactly that.
FINDING is an id that diagnose prints (playbook@subject), a playbook's id, or the finding's number. It may be left out
while one guided plan of this folder is not at its end.

The steps of a guided plan are taken one at a time: --apply takes the next one, --done notes that you took it yourself.
Its place is kept until the last step; --forget gives the plan up.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			name, err := f.named(args)
			if err != nil {
				return err
			}
			return f.run(cmd.Context(), s, name)
		},
	}
	flags := cmd.Flags()
	f.from.flags(flags)
	flags.StringVar(&f.stack, "stack", "", "the stack to read; else samconfig.toml's")
	flags.IntVar(&f.alternative, "alternative", 1, "which of the finding's fixes, best first")
	flags.BoolVar(&f.apply, "apply", false, "apply what is shown")
	flags.DurationVar(&f.watch, "watch", 0, "with --apply of a grant: watch the function's log this long; a denial that comes starts the next round")
	flags.StringVar(&f.format, "format", "text", "text or json")
	flags.BoolVar(&f.done, "done", false, "note that you took the next step of the guided plan yourself")
	flags.BoolVar(&f.forget, "forget", false, "give up a guided plan that was begun; what it changed stays in the journal")
	cmd.MarkFlagsMutuallyExclusive("apply", "done", "forget")
	flags.StringVar(&f.confirm, "confirm", "", "with --apply: the name that a permanent change asks for")
	return cmd
}

func (f *fixOptions) run(ctx context.Context, s streams, name string) error {
	if f.readOnly && (f.apply || f.done || f.forget) {
		return errors.New("--read-only excludes --apply, --done and --forget")
	}
	lang, err := f.language()
	if err != nil {
		return err
	}
	warn(s, lang, 0)
	if err := f.recall(s, lang); err != nil {
		return err
	}
	plan, snapshot, err := f.plan(ctx, name, lang, s.err)
	if err != nil {
		return err
	}
	live := f.from.incident == "" || f.apply && has[playbooks.Call](plan.Fix)
	if plan.Fix.Proof != nil && live && snapshot.Example == "" {
		if plan.Fix.Proof, err = f.prove(ctx, snapshot.Identity, plan.Fix.Proof); err != nil {
			return err
		}
	}
	if err := f.show(s, plan, lang); err != nil {
		return err
	}
	switch {
	case f.forget:
		return forget(s, plan)
	case f.apply || f.done:
		return f.grant(ctx, s, snapshot, plan, lang)
	case plan.Fix.Staged():
		fmt.Fprintln(s.err, "\nNothing was changed. Take the next step with --apply, or note with --done that you took it; other fixes: --alternative N.")
	default:
		fmt.Fprintln(s.err, "\nNothing was changed. Apply it with --apply; other fixes: --alternative N.")
	}
	return errFindings
}

// grant carries out a plan, and where it put statements on a live role asks
// IAM what is decided now.
func (f *fixOptions) grant(ctx context.Context, s streams, snapshot *diagnostics.Snapshot, plan playbooks.Plan, lang diagnostics.Lang) error {
	since := time.Now()
	if err := f.carryOut(ctx, s, snapshot, plan); err != nil || plan.Fix.Proof == nil || plan.Fix.Proof.Principal == "" || !has[playbooks.Call](plan.Fix) {
		return err
	}
	if err := f.confirmGrant(ctx, s, snapshot.Identity, plan, lang); err != nil || f.watch == 0 {
		return err
	}
	return f.watchGrant(ctx, s, snapshot, plan, since, lang)
}

func (f *fixOptions) show(s streams, plan playbooks.Plan, lang diagnostics.Lang) error {
	switch f.format {
	case "json":
		return report.WritePlan(s.out, plan)
	case "text":
		return playbooks.WritePlan(s.out, plan, lang)
	}
	return fmt.Errorf("there is no format %q: use text or json", f.format)
}

// plan finds the finding and the chosen fix.
func (f *fixOptions) plan(ctx context.Context, name string, lang diagnostics.Lang, warn io.Writer) (playbooks.Plan, *diagnostics.Snapshot, error) {
	var args []string
	if f.stack != "" {
		args = []string{f.stack}
	}
	snapshot, err := f.from.read(ctx, f.options, args)
	if err != nil {
		return playbooks.Plan{}, nil, err
	}
	if f.from.incident != "" {
		if snapshot, err = withProject(snapshot, "."); err != nil {
			return playbooks.Plan{}, nil, err
		}
	}
	catalog, err := loadCatalog(warn)
	if err != nil {
		return playbooks.Plan{}, nil, err
	}
	begun, err := journal().Begun(".")
	if err != nil {
		return playbooks.Plan{}, nil, err
	}
	finding, err := pick(playbooks.Waiting(begun, snapshot, playbooks.Diagnose(snapshot, catalog)), name)
	if err != nil {
		return playbooks.Plan{}, nil, err
	}
	fixes := playbooks.Continue(begun, snapshot, finding, catalog.Fixes(snapshot, finding))
	if f.alternative < 1 || f.alternative > len(fixes) {
		return playbooks.Plan{}, nil, fmt.Errorf("%s has %d fixes: %s", finding.ID(), len(fixes), titles(fixes, lang))
	}
	return playbooks.Plan{Finding: finding, Fix: fixes[f.alternative-1]}, snapshot, nil
}

func titles(fixes []playbooks.Fix, lang diagnostics.Lang) string {
	if len(fixes) == 0 {
		return "see `firstaid playbooks show` for what to do by hand"
	}
	var list []string
	for i, x := range fixes {
		list = append(list, fmt.Sprintf("%d. %s", i+1, x.Title.In(lang)))
	}
	return strings.Join(list, "; ")
}

// pick finds a finding by its id, number or playbook.
func pick(findings []diagnostics.Finding, name string) (diagnostics.Finding, error) {
	if n, err := strconv.Atoi(name); err == nil && n >= 1 && n <= len(findings) {
		return findings[n-1], nil
	}
	var ids []string
	var found []diagnostics.Finding
	for _, f := range findings {
		ids = append(ids, f.ID())
		if f.ID() == name {
			return f, nil
		}
		if f.Playbook == name {
			found = append(found, f)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return diagnostics.Finding{}, fmt.Errorf("%d findings are called %s: name one by its id: %s", len(found), name, strings.Join(ids, ", "))
	case len(ids) == 0:
		return diagnostics.Finding{}, errors.New("there is no finding at all: nothing to fix")
	}
	return diagnostics.Finding{}, fmt.Errorf("there is no finding %q: there are %s", name, strings.Join(ids, ", "))
}

func (f *fixOptions) carryOut(ctx context.Context, s streams, snapshot *diagnostics.Snapshot, plan playbooks.Plan) error {
	if plan.Fix.Staged() {
		return f.advance(ctx, s, snapshot, plan)
	}
	if f.done {
		return errors.New("--done is for the steps of a guided plan; this fix is applied with --apply")
	}
	if want := plan.Confirmation(); want != "" && f.confirm != want {
		return fmt.Errorf("this cannot be taken back or disturbs what runs (account %s, %s): say --confirm %s", snapshot.Identity.Account, snapshot.Identity.Region, want)
	}
	t, err := f.transaction(ctx, snapshot, plan)
	if err != nil {
		return err
	}
	r, err := t.Apply(ctx, plan)
	if err != nil {
		if r.ID > 0 {
			return fmt.Errorf("%w (see `firstaid journal`; `firstaid undo %d` takes back what was done)", err, r.ID)
		}
		return err
	}
	fmt.Fprintf(s.out, "\nApplied as entry %d.", r.ID)
	if r.Reversible() {
		fmt.Fprintf(s.out, " Take it back with: firstaid undo %d", r.ID)
	}
	fmt.Fprintln(s.out)
	for i, step := range r.Steps {
		if step.Left {
			fmt.Fprintf(s.out, "Step %d is yours.\n", i+1)
		}
	}
	return nil
}

func (f *fixOptions) transaction(ctx context.Context, snapshot *diagnostics.Snapshot, plan playbooks.Plan) (*apply.Transaction, error) {
	root, err := filepath.Abs(".")
	if err != nil {
		return nil, err
	}
	t := &apply.Transaction{Root: root, Journal: journal(), Account: snapshot.Identity.Account, Region: snapshot.Identity.Region}
	calls := slices.ContainsFunc(plan.Fix.Steps, func(s playbooks.Step) bool { _, ok := s.(playbooks.Call); return ok })
	if !calls {
		return t, nil
	}
	if snapshot.Example != "" {
		return nil, errors.New("this is a made-up incident: its AWS calls are not sent to anybody")
	}
	t.Live, err = f.live(ctx, snapshot.Identity)
	return t, err
}

// journal is the journal of this user.
func journal() *apply.Journal {
	return apply.OpenJournal(filepath.Join(xdg.StateHome, "firstaid", "journal"))
}
