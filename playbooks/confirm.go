package playbooks

import (
	"context"
	"fmt"
	"slices"
	"time"

	"firstaid/diagnostics"
	"firstaid/diagnostics/denial"
)

// Confirm asks IAM what is allowed now that a grant is applied: the same pairs,
// with nothing added. IAM takes up to about a minute to spread a change, so it
// is asked again after 2, 4, 8, 16 and 30 seconds while a wanted pair is not
// allowed; pause waits. In the answer Before is what was decided before the
// grant, After what is decided now.
func Confirm(ctx context.Context, p *diagnostics.Proof, ask Asker, pause func(context.Context, time.Duration) error) (*diagnostics.Proof, error) {
	for _, wait := range []time.Duration{0, 2 * time.Second, 4 * time.Second, 8 * time.Second, 16 * time.Second, 30 * time.Second} {
		if wait > 0 {
			if err := pause(ctx, wait); err != nil {
				return nil, err
			}
		}
		now := *p
		now.Trials, now.Unchecked = slices.Clone(p.Trials), diagnostics.Text{}
		for _, group := range sameContext(now.Trials) {
			if err := askNow(ctx, &now, group, ask); err != nil {
				return nil, err
			}
		}
		if wait == 30*time.Second || now.Verdict() != diagnostics.ProofLacks {
			return &now, nil
		}
	}
	return nil, nil // not reached: the last wait returns
}

// Pause waits for a time, or until the context ends.
func Pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// askNow asks about a group of trials as the role stands.
func askNow(ctx context.Context, p *diagnostics.Proof, group []int, ask Asker) error {
	q := questionOf(p, group)
	q.Fresh = true
	answers, err := ask(ctx, q)
	if err != nil {
		return err
	}
	for _, i := range group {
		t := &p.Trials[i]
		s, ok := answerTo(answers, t)
		if !ok {
			return fmt.Errorf("IAM did not answer for %s on %s", t.Action, t.Resource)
		}
		t.Origin, t.After, t.Missing = diagnostics.OriginAWS, decisionOf(s), s.MissingContextValues
		t.Layer, t.DecidedBy = decidedByAWS(s)
	}
	return nil
}

// ConfirmedText says what Confirm found out.
func ConfirmedText(p *diagnostics.Proof) diagnostics.Text {
	switch p.Verdict() {
	case diagnostics.ProofHolds:
		return diagnostics.Text{
			En: "Checked by AWS: what was denied is allowed now, every control is still denied.",
			Ko: "AWS가 확인함: 거부되던 것이 이제 허용되고 대조 항목은 여전히 거부됩니다.",
		}
	case diagnostics.ProofWidens:
		return diagnostics.Text{
			En: "Checked by AWS: a control is allowed now that was denied before. Look at the role, or take the grant back.",
			Ko: "AWS가 확인함: 거부되던 대조 항목이 이제 허용됩니다. 역할을 살펴보거나 되돌리세요.",
		}
	case diagnostics.ProofLacks:
		i := slices.IndexFunc(p.Trials, func(t diagnostics.Trial) bool {
			return t.Purpose == diagnostics.Wanted && t.After != diagnostics.DecisionAllowed
		})
		t := p.Trials[i]
		by := DecidedBy(t)
		return diagnostics.Text{
			En: fmt.Sprintf("Checked by AWS: %s on %s is still denied (%s).", t.Action, t.Resource, by.En),
			Ko: fmt.Sprintf("AWS가 확인함: %s의 %s은(는) 여전히 거부됩니다(%s).", t.Resource, t.Action, by.In(diagnostics.Korean)),
		}
	case diagnostics.ProofNeedless:
		return diagnostics.Text{
			En: "Checked by AWS: it is allowed, as it was before.",
			Ko: "AWS가 확인함: 이전과 마찬가지로 허용됩니다.",
		}
	}
	return diagnostics.Text{
		En: "AWS's answer depends on values that are not known.",
		Ko: "AWS의 답이 알 수 없는 값에 따라 달라집니다.",
	}
}

// allowedNow reports whether what a denial is about is allowed by now, as IAM
// says, or the policies that were read where the text blames them. A simulation
// of a denial's text that was allowed from the start means that a layer denies
// which nobody sees: the caller knows which it is.
func (d *Decider) allowedNow(x *denial.Denial) (allowed, byAWS bool) {
	pairs := askedPairs(x)
	if len(pairs) == 0 {
		return false, false
	}
	byAWS = true
	for _, p := range pairs {
		s, ok := d.simulation(x.Role, p[0], p[1])
		if ok {
			if decisionOf(s) != diagnostics.DecisionAllowed {
				return false, true
			}
			continue
		}
		byAWS = false
		local, ok := d.Decide(x.Role, p[0], p[1])
		if !ok || !local.Allowed() || x.PolicyType != "" && x.PolicyType != denial.IdentityBased {
			return false, false
		}
	}
	return true, byAWS
}

// simulation is IAM's answer about a role, by name.
func (d *Decider) simulation(role, action, resource string) (diagnostics.Simulation, bool) {
	for _, s := range d.snapshot.Simulations {
		if s.Origin == diagnostics.OriginAWS && pairKey(s.PolicySourceArn, s.EvalActionName, s.EvalResourceName) == pairKey(role, action, resource) {
			return s, true
		}
	}
	return diagnostics.Simulation{}, false
}

// permitted says that a refusal that was proven is allowed by now, or that
// another one has taken its place: text is zero when neither is so. f is the
// finding as it was, again as it is found now.
func permitted(now *diagnostics.Snapshot, f, again diagnostics.Finding) (state diagnostics.State, text diagnostics.Text) {
	if f.Captures["action"] == "" || f.Confidence < diagnostics.Likely {
		return "", text
	}
	ix := newIndex(now)
	if again.Last.After(f.Last) {
		return diagnostics.Open, nextRound(refusals(now, ix), f, again)
	}
	_, list := deniedTo(now, ix, f)
	decider := NewDecider(now)
	byAWS := true
	for i := range list {
		allowed, aws := decider.allowedNow(&list[i])
		if !allowed {
			return "", text
		}
		byAWS = byAWS && aws
	}
	if len(list) == 0 {
		return "", text
	}
	return permittedText(byAWS, repeatedSince(now, f))
}

func permittedText(byAWS, repeated bool) (diagnostics.State, diagnostics.Text) {
	who := diagnostics.Text{En: "The role's policies allow it now (not checked by AWS)", Ko: "이제 역할의 정책이 허용합니다(AWS가 확인한 것은 아님)"}
	if byAWS {
		who = diagnostics.Text{En: "IAM allows it now", Ko: "이제 IAM이 허용합니다"}
	}
	if repeated {
		return diagnostics.Proven, diagnostics.Text{
			En: who.En + ", and the function has run since the deployment without being denied.",
			Ko: who.Ko + ". 배포 이후 함수가 거부 없이 실행되었습니다.",
		}
	}
	return diagnostics.FixedHere, diagnostics.Text{
		En: who.En + ". No call has been denied since; one that goes through proves it.",
		Ko: who.Ko + ". 이후 거부된 호출은 없으며, 성공한 호출이 있어야 증명됩니다.",
	}
}

// repeatedSince reports whether the function of a finding has ended an
// invocation after the deployment that followed the denial.
func repeatedSince(now *diagnostics.Snapshot, f diagnostics.Finding) bool {
	stack, ok := deployedIn(now, f)
	if !ok || !stack.LastChanged().After(f.Last) {
		return false
	}
	ix := newIndex(now)
	for _, g := range now.LogGroups {
		if ix.ofFunction(g.FunctionName) != f.Subject {
			continue
		}
		for _, e := range g.Events {
			if e.Timestamp.After(stack.LastChanged()) && slices.ContainsFunc(diagnostics.Reports(e.Message), ended) {
				return true
			}
		}
	}
	return false
}

// ended reports whether an invocation came to a good end.
func ended(r diagnostics.Report) bool { return r.Status == "" || r.Status == "success" }

// nextRound says what denies after a grant: another call, another layer, or
// the same as before.
func nextRound(all []refusal, f, again diagnostics.Finding) diagnostics.Text {
	i := slices.IndexFunc(all, func(r refusal) bool {
		return r.subject == again.Subject && r.at.Equal(again.Last) && r.denial.Action != ""
	})
	if i < 0 {
		return diagnostics.Text{}
	}
	d := all[i].denial
	switch {
	case d.Action != f.Captures["action"] || d.Resource != f.Captures["resource"]:
		return diagnostics.Text{
			En: fmt.Sprintf("Next round: now %s on %s is denied. Its fix is shown with the finding.", d.Action, d.Resource),
			Ko: fmt.Sprintf("다음 단계: 이제 %s의 %s이(가) 거부됩니다. 수정 방법은 발견 항목에 있습니다.", d.Resource, d.Action),
		}
	case d.PolicyType != "" && d.PolicyType != denial.IdentityBased:
		return diagnostics.Text{
			En: fmt.Sprintf("Next round: another layer denies it now, the %s.", d.PolicyType),
			Ko: fmt.Sprintf("다음 단계: 이제 다른 계층(%s)이 거부합니다.", d.PolicyType),
		}
	}
	return diagnostics.Text{}
}

// WatchedLog is where the denials of a finding come from: the log group of its
// function, and the role's name.
func WatchedLog(s *diagnostics.Snapshot, f diagnostics.Finding) (group, role string) {
	ix := newIndex(s)
	for _, g := range s.LogGroups {
		if g.FunctionName != "" && ix.ofFunction(g.FunctionName) == f.Subject {
			return g.LogGroupName, f.Captures["role"]
		}
	}
	return "", f.Captures["role"]
}

// DeniedAgain looks through a log since a time: the first line that denies
// something to the role, and how many invocations ended well.
func DeniedAgain(events []diagnostics.LogEvent, role string, since time.Time) (again *diagnostics.LogEvent, ran int) {
	for i := range events {
		e := &events[i]
		if e.Timestamp.Before(since) {
			continue
		}
		if mayDeny(e.Message) && slices.ContainsFunc(denial.Parse(e.Message), func(d denial.Denial) bool { return d.Role == role }) {
			return e, ran
		}
		if slices.ContainsFunc(diagnostics.Reports(e.Message), ended) {
			ran++
		}
	}
	return nil, ran
}
