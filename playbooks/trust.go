package playbooks

import (
	"strings"

	"firstaid/diagnostics"
	"firstaid/diagnostics/denial"
	"firstaid/diagnostics/policy"
)

// A trust is what a role's trust policy says of one caller. IAM's simulation
// ignores trust policies (aws/aws-cli#10314), so it is evaluated here.
type trust struct {
	target diagnostics.Role
	caller policy.Principal
	result policy.Result
	misses []policy.Miss // Allow statements that name the action and not the caller, or not its conditions
}

// everything lets the identity side allow whatever the trust policy decides.
const everything = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`

// trustOf evaluates a trust policy for a caller: a session's ARN, a role's, or
// the name of a service. ok is false for a policy that was not read.
func trustOf(s *diagnostics.Snapshot, target diagnostics.Role, caller, action string) (trust, bool) {
	doc, err := policy.Parse([]byte(target.TrustPolicy))
	who, whoErr := policy.NewPrincipal(caller)
	all, allErr := policy.Parse([]byte(everything))
	if err != nil || whoErr != nil || allErr != nil || target.Missing {
		return trust{}, false
	}
	for _, r := range s.Roles { // a session's ARN has lost the path of its role
		own, err := policy.NewPrincipal(r.Arn)
		if err == nil && who.Kind == policy.KindSession && r.RoleName == roleOf(who.RoleARN) && own.Account == who.Account && !r.Missing {
			who.RoleARN = r.Arn
		}
	}
	set := &policy.Set{
		Identity: []policy.Policy{{Name: "any", Document: all}},
		Resource: []policy.Policy{{Name: "the trust policy of " + target.RoleName, Document: doc}},
	}
	request := policy.Request{Principal: who, Action: action, Resource: target.Arn, Context: requestContext(diagnostics.ContextOf(s, firstOf(who.RoleARN, who.ARN)))}
	t := trust{target: target, caller: who, result: set.Evaluate(request)}
	for _, m := range set.NearMisses(request) {
		if m.Layer == policy.LayerResource {
			t.misses = append(t.misses, m)
		}
	}
	return t, true
}

// roleOf is the name at the end of a role's ARN.
func roleOf(arn string) string { return arn[strings.LastIndexByte(arn, '/')+1:] }

// name is who the caller is, as a trust policy names it: a session's role.
func (t trust) name() string {
	if t.caller.Kind == policy.KindSession {
		return t.caller.RoleARN
	}
	return t.caller.ARN
}

// because says which condition or principal does not fit; zero for a trust
// policy that lets the caller in.
func (t trust) because() diagnostics.Text {
	role := t.target.RoleName
	switch t.result.Decision {
	case policy.Allowed:
		return diagnostics.Text{}
	case policy.ExplicitDeny:
		return diagnostics.Text{
			En: "a Deny statement of the trust policy of " + role + " matches " + t.name(),
			Ko: role + "의 신뢰 정책에 있는 Deny 문이 " + t.name() + "와(과) 일치합니다",
		}
	}
	for _, m := range t.misses {
		if m.Why == policy.ElementCondition {
			keys := strings.Join(m.Values, ", ")
			return diagnostics.Text{
				En: "the trust policy of " + role + " names " + t.name() + ", and its condition is not met or not known: " + keys,
				Ko: role + "의 신뢰 정책이 " + t.name() + "을(를) 포함하지만 조건이 맞지 않거나 알 수 없습니다: " + keys,
			}
		}
	}
	var trusted []string
	for _, m := range t.misses {
		trusted = append(trusted, m.Values...)
	}
	if len(trusted) == 0 {
		return diagnostics.Text{
			En: "no statement of the trust policy of " + role + " allows the call",
			Ko: role + "의 신뢰 정책에 이 호출을 허용하는 문장이 없습니다",
		}
	}
	return diagnostics.Text{
		En: "the trust policy of " + role + " trusts " + strings.Join(trusted, ", ") + ", not " + t.name(),
		Ko: role + "의 신뢰 정책은 " + strings.Join(trusted, ", ") + "을(를) 신뢰하며 " + t.name() + "은(는) 신뢰하지 않습니다",
	}
}

// lacksPrincipal reports whether a statement for the caller is what is missing:
// no Deny, and no statement that names the caller under a condition.
func (t trust) lacksPrincipal() bool {
	if t.result.Decision != policy.ImplicitDeny {
		return false
	}
	for _, m := range t.misses {
		if m.Why == policy.ElementCondition {
			return false
		}
	}
	return true
}

// untrustedCallers finds the denials of sts:AssumeRole whose cause is a trust
// policy, or, where that lets the caller in, the caller's own policies.
func untrustedCallers(s *diagnostics.Snapshot, ix *index) []diagnostics.Finding {
	var list []diagnostics.Finding
	for _, r := range refusals(s, ix) {
		d := r.denial
		if !strings.HasPrefix(d.Action, "sts:AssumeRole") || d.Principal == "" || d.Doubtful(denial.ControlCharacters, denial.NonASCII, denial.Placeholder, denial.Masked) {
			continue
		}
		target, ok := ix.role(d.Resource)
		if !ok || target.Arn != d.Resource {
			continue
		}
		t, ok := trustOf(s, target, d.Principal, d.Action)
		if !ok {
			continue
		}
		f := diagnostics.Finding{
			Subject: r.subject, First: r.at, Last: r.at, Count: 1,
			Captures: map[string]string{"role": target.RoleName, "caller": t.name(), "action": d.Action},
			Evidence: []diagnostics.Evidence{
				{Of: r.of, Field: r.field, At: r.at, Quote: quote(r.text)},
				{Of: diagnostics.Ref{Kind: diagnostics.KindRole, ID: target.RoleName}, Field: "AssumeRolePolicyDocument", Quote: quote(target.TrustPolicy)},
			},
		}
		f.Because, f.Confidence = t.because(), diagnostics.Confirmed
		switch {
		case t.result.Decision == policy.Unknown:
			f.Confidence = diagnostics.Likely // it was denied, and nothing else of the policy could be why
		case f.Because.IsZero():
			if !ix.callerLacks(&f, d) {
				continue
			}
		}
		list = append(list, f)
	}
	return list
}

// callerLacks completes the finding about a caller that is trusted, and whose
// own policies do not allow the call.
func (ix *index) callerLacks(f *diagnostics.Finding, d denial.Denial) bool {
	caller := diagnostics.Finding{}
	if !ix.simulated(&caller, d) && !ix.evaluated(&caller, d) || caller.Confidence < diagnostics.Likely {
		return false
	}
	f.Confidence, f.Evidence = caller.Confidence, append(f.Evidence, caller.Evidence...)
	f.Because = diagnostics.Text{
		En: "the trust policy of " + f.Captures["role"] + " lets the caller in; the policies of " + d.Role + " do not allow " + d.Action,
		Ko: f.Captures["role"] + "의 신뢰 정책은 호출자를 허용하지만 " + d.Role + "의 정책이 " + d.Action + "을(를) 허용하지 않습니다",
	}
	return true
}
