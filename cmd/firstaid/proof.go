package main

import (
	"context"
	"fmt"
	"time"

	"firstaid/diagnostics"
	"firstaid/diagnostics/collect"
	"firstaid/playbooks"
)

// prove has IAM try what a plan grants, once it is clear that the account is
// the plan's own.
func (o *options) prove(ctx context.Context, where diagnostics.Identity, p *diagnostics.Proof) (*diagnostics.Proof, error) {
	c, err := o.collectorOf(ctx, where)
	if err != nil {
		return nil, err
	}
	return playbooks.Prove(ctx, p, c.Simulate), nil
}

// collectorOf reads the account that a snapshot came from, and no other.
func (o *options) collectorOf(ctx context.Context, where diagnostics.Identity) (*collect.Collector, error) {
	region := where.Region
	if region == "" {
		region = o.region
	}
	c, err := collect.New(ctx, collect.Options{Region: region, Profile: o.profile, Endpoint: o.endpoint})
	if err != nil {
		return nil, err
	}
	who, err := c.Identity(ctx)
	if err != nil {
		return nil, err
	}
	if where.Account != "" && who.Account != where.Account {
		return nil, fmt.Errorf("these credentials belong to account %s, the fix is for account %s: IAM was not asked", who.Account, where.Account)
	}
	return c, nil
}

// confirmGrant asks IAM again after a grant was put on a live role, and prints
// what is decided now.
func (f *fixOptions) confirmGrant(ctx context.Context, s streams, where diagnostics.Identity, plan playbooks.Plan, lang diagnostics.Lang) error {
	c, err := f.collectorOf(ctx, where)
	if err != nil {
		return err
	}
	now, err := playbooks.Confirm(ctx, plan.Fix.Proof, c.Simulate, playbooks.Pause)
	if err != nil {
		fmt.Fprintln(s.err, "firstaid: applied, but not checked by AWS:", clean(err.Error()))
		return nil
	}
	fmt.Fprintln(s.out, "\n"+playbooks.ConfirmedText(now).In(lang))
	for _, line := range playbooks.ProofLines(now, lang)[1:] {
		fmt.Fprintln(s.out, clean(line))
	}
	return nil
}

// watchEvery is how often the log is looked at: FilterLogEvents may be called
// five times a second by everybody together.
const watchEvery = 5 * time.Second

// watchLog reads a function's log until a denial of the role comes, or the time
// is over. again is the first line that denies; ran counts what ended well.
func watchLog(ctx context.Context, c *collect.Collector, group, role string, since time.Time, long time.Duration) (again *diagnostics.LogEvent, ran int, err error) {
	until := time.Now().Add(long)
	for {
		events, err := c.LogsSince(ctx, group, since)
		if err != nil {
			return nil, 0, err
		}
		if again, ran = playbooks.DeniedAgain(events, role, since); again != nil || !time.Now().Before(until) {
			return again, ran, nil
		}
		if err := playbooks.Pause(ctx, min(watchEvery, time.Until(until))); err != nil {
			return nil, ran, err
		}
	}
}

// watchGrant waits for the next denial of the role. Another layer that denies
// now starts the next round by itself: the stack is read again and the next
// fix shown.
func (f *fixOptions) watchGrant(ctx context.Context, s streams, was *diagnostics.Snapshot, plan playbooks.Plan, since time.Time, lang diagnostics.Lang) error {
	group, role := playbooks.WatchedLog(was, plan.Finding)
	if group == "" || role == "" {
		fmt.Fprintln(s.err, "firstaid: the finding has no log to watch")
		return nil
	}
	c, err := f.collectorOf(ctx, was.Identity)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.err, "Watching %s for %s.\n", clean(group), f.watch)
	again, ran, err := watchLog(ctx, c, group, role, since, f.watch)
	switch {
	case err != nil:
		return err
	case again == nil && ran == 0:
		fmt.Fprintln(s.out, "The function did not run: nothing is proven yet.")
		return nil
	case again == nil:
		fmt.Fprintf(s.out, "Proven so far: %d invocations ended well, none was denied.\n", ran)
		return nil
	}
	fmt.Fprintf(s.out, "\nNext round: denied again at %s:\n  %s\n\n", again.Timestamp.Format(time.RFC3339), clean(again.Message))
	next, _, err := f.plan(ctx, plan.Finding.ID(), lang, s.err)
	if err != nil {
		return err
	}
	if next.Fix.Proof != nil {
		if next.Fix.Proof, err = f.prove(ctx, was.Identity, next.Fix.Proof); err != nil {
			return err
		}
	}
	if err := f.show(s, next, lang); err != nil {
		return err
	}
	return errFindings
}
