package playbooks

import (
	"fmt"
	"slices"
	"strings"

	"firstaid/diagnostics"
	"firstaid/diagnostics/denial"
	"firstaid/diagnostics/policy"
)

// A refusal is a denial that was read, and what it is about.
type refusal struct {
	observation
	denial denial.Denial
}

// findDenied asks what IAM itself decides about each denial that was read: its
// simulation proves a missing permission; where nobody may simulate, the local
// evaluation of the role's policies makes it likely.
func findDenied(s *diagnostics.Snapshot) []diagnostics.Finding {
	ix := newIndex(s)
	var list []diagnostics.Finding
	all := refusals(s, ix)
	same := gather(all)
	for _, r := range all {
		d := r.denial
		if d.Action == "iam:PassRole" || strings.HasPrefix(d.Action, "sts:AssumeRole") || d.MissingKey() {
			continue // passrole-assume-role and s3-missing-key speak of these
		}
		f := diagnostics.Finding{Subject: r.subject, First: r.at, Last: r.at, Captures: captured(d)}
		apart := func(*denial.Denial) bool { return false }
		if m, ok := ix.misnamed(&d, r.subject); ok {
			f = m.finding(f)
			f.Source = ix.holds(&m, r.subject)
			apart = func(o *denial.Denial) bool {
				x, wrong := ix.misnamed(o, r.subject)
				return wrong && x.said == m.said
			}
		} else if _, ok := ix.unlisted(&d, r.subject); ok && same.bare(r) {
			f.Confidence, f.CausedBy = diagnostics.Possible, diagnostics.Finding{Playbook: "s3-missing-key", Subject: r.subject}.ID()
			f.Evidence = []diagnostics.Evidence{{Of: r.of, Field: r.field, At: r.at, Quote: quote(d.Quote)}}
		} else if d.Action == "" || !ix.simulated(&f, d) && !ix.evaluated(&f, d) {
			continue
		}
		if also := same.others(r, apart); also != "" {
			f.Captures["also"] = also
		}
		list = append(list, f)
	}
	return list
}

// together names, by subject and role, the calls that were refused: they are
// one finding, and mended together.
type together map[[2]string][]denial.Denial

func gather(all []refusal) together {
	t := together{}
	for _, r := range all {
		d := r.denial
		key := [2]string{r.subject.String(), d.Role}
		if d.Action == "" || d.MissingKey() || len(t[key]) >= maxTogether || slices.ContainsFunc(t[key], func(o denial.Denial) bool { return o.Action == d.Action && o.Resource == d.Resource }) {
			continue
		}
		t[key] = append(t[key], d)
	}
	return t
}

// maxTogether bounds what is named of one role: texts can be written by
// anybody.
const maxTogether = 50

// bare reports whether no call that a text names was refused to the subject.
func (t together) bare(r refusal) bool {
	for key := range t {
		if key[0] == r.subject.String() {
			return false
		}
	}
	return true
}

// others names what was refused beside one call, but for what stands apart.
func (t together) others(r refusal, apart func(*denial.Denial) bool) string {
	var names []string
	for _, d := range t[[2]string{r.subject.String(), r.denial.Role}] {
		name := d.Action
		switch {
		case d.Action == r.denial.Action && d.Resource == r.denial.Resource || apart(&d):
			continue
		case d.Action == r.denial.Action:
			name += " on " + d.Resource[strings.LastIndexAny(d.Resource, ":/")+1:]
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// withOthers adds to a summary what else is refused.
func withOthers(summary diagnostics.Text, also string) diagnostics.Text {
	const most = 4
	names := strings.Split(also, ", ")
	shown := strings.Join(names[:min(len(names), most)], ", ")
	if len(names) > most {
		shown += ", …"
	}
	return diagnostics.Text{
		En: fmt.Sprintf("%s, and %d more (%s)", summary.En, len(names), shown),
		Ko: fmt.Sprintf("%s. 그 밖에 %d건 더 있습니다(%s)", summary.In(diagnostics.Korean), len(names), shown),
	}
}

// refusals reads every denial of a snapshot.
func refusals(s *diagnostics.Snapshot, ix *index) []refusal {
	var list []refusal
	seen := map[string][]denial.Denial{}
	for _, o := range observe(mayHoldDenials(s), ix) {
		if !mayDeny(o.text) {
			continue
		}
		found, known := seen[o.text]
		if !known {
			found = denial.ParseWith(o.text, s.DecodedMessage)
			seen[o.text] = found
		}
		for _, d := range found {
			list = append(list, refusal{o, d})
		}
	}
	return list
}

// mayHoldDenials is the snapshot without the log events that cannot deny
// anything: a million of them are not worth an observation each.
func mayHoldDenials(s *diagnostics.Snapshot) *diagnostics.Snapshot {
	few := *s
	few.LogGroups = slices.Clone(s.LogGroups)
	for i := range few.LogGroups {
		g := &few.LogGroups[i]
		var kept []diagnostics.LogEvent
		for _, e := range g.Events {
			if mayDeny(e.Message) {
				kept = append(kept, e)
			}
		}
		g.Events = kept
	}
	return &few
}

// mayDeny is a cheap look before a text is parsed.
func mayDeny(text string) bool {
	return strings.Contains(text, "not authorized") || strings.Contains(text, "enied") || strings.Contains(text, "permission") || strings.Contains(text, "have access") || strings.Contains(text, "orbidden")
}

func captured(d denial.Denial) map[string]string {
	c := map[string]string{"action": d.Action, "resource": d.Resource, "principal": d.Principal, "role": d.Role}
	for k, v := range c {
		if v == "" {
			delete(c, k)
		}
	}
	return c
}

// simulated completes the finding from SimulatePrincipalPolicy's answer.
func (ix *index) simulated(f *diagnostics.Finding, d denial.Denial) bool {
	for _, s := range ix.snapshot.Simulations {
		if s.Origin != "aws" || !sameRole(s.PolicySourceArn, d.Role) || !strings.EqualFold(s.EvalActionName, d.Action) || !sameResource(s.EvalResourceName, d.Resource) {
			continue
		}
		f.Evidence = []diagnostics.Evidence{{
			Of:    diagnostics.Ref{Kind: diagnostics.KindSimulation, ID: s.EvalActionName + " " + s.EvalResourceName},
			Field: "EvalDecision", Quote: describeSimulation(s),
		}}
		switch {
		case len(s.MissingContextValues) > 0 && s.EvalDecision != "explicitDeny":
			keys, ask := strings.Join(s.MissingContextValues, ", "), askWith(s)
			f.Because = diagnostics.Text{
				En: "IAM's simulation is inconclusive: it depends on " + keys + ". Say what the call has: " + ask,
				Ko: "IAM 시뮬레이션으로는 알 수 없습니다. 다음 값에 따라 달라집니다: " + keys + ". 호출의 값을 알려 주세요: " + ask,
			}
			f.Unknown = append(f.Unknown, missingContext(s))
			f.Confidence = diagnostics.Possible
		case s.EvalDecision == "allowed":
			f.Because = diagnostics.Text{
				En: "IAM now allows it: it is mended already, or a layer denies that the simulation does not see",
				Ko: "지금은 IAM이 허용합니다. 이미 해결되었거나 시뮬레이션이 보지 못하는 계층이 거부합니다",
			}
			f.Confidence = diagnostics.Possible
		default:
			f.Confidence, f.Because = diagnostics.Confirmed, becauseDenied(s)
		}
		return true
	}
	return false
}

// becauseDenied names the layer that blocks. IAM was asked again without a
// boundary or an SCP that does not allow: that says whether the role's own
// policies would.
func becauseDenied(s diagnostics.Simulation) diagnostics.Text {
	boundary := s.AllowedByBoundary != nil && !*s.AllowedByBoundary
	scp := s.AllowedByOrganizations != nil && !*s.AllowedByOrganizations
	switch {
	case boundary && scp:
		return alsoLacking(s, diagnostics.Text{En: "neither the permissions boundary nor a service control policy allows it", Ko: "권한 경계도 서비스 제어 정책도 허용하지 않습니다"})
	case boundary:
		return alsoLacking(s, diagnostics.Text{En: "the permissions boundary does not allow it", Ko: "권한 경계가 허용하지 않습니다"})
	case scp:
		return alsoLacking(s, diagnostics.Text{En: "a service control policy does not allow it", Ko: "서비스 제어 정책이 허용하지 않습니다"})
	case s.EvalDecision == diagnostics.DecisionExplicit:
		return explicitly(s)
	default:
		return diagnostics.Text{En: "IAM's simulation: no statement of the role allows it", Ko: "IAM 시뮬레이션: 역할의 어떤 문장도 허용하지 않습니다"}
	}
}

// alsoLacking adds what IAM decides without the layer that blocks.
func alsoLacking(s diagnostics.Simulation, layer diagnostics.Text) diagnostics.Text {
	t := diagnostics.Text{En: "IAM's simulation: " + layer.En, Ko: "IAM 시뮬레이션: " + layer.Ko}
	var allowed, lacking bool
	for _, kind := range []string{"permission-boundary", "scp"} {
		switch s.Without[kind] {
		case diagnostics.DecisionAllowed:
			allowed = true
		case diagnostics.DecisionImplicit:
			lacking = true
		}
	}
	switch {
	case allowed:
		t.En, t.Ko = t.En+"; without it IAM would allow it, so a grant changes nothing", t.Ko+". 그것이 없으면 IAM이 허용하므로 권한을 추가해도 바뀌지 않습니다"
	case lacking && len(s.Without) == 1:
		t.En, t.Ko = t.En+", and no statement of the role does either: both have to", t.Ko+". 역할의 어떤 문장도 허용하지 않으므로 둘 다 바꿔야 합니다"
	}
	return t
}

// explicitly names the policy with the Deny, and whether another denies too.
func explicitly(s diagnostics.Simulation) diagnostics.Text {
	t := diagnostics.Text{En: "IAM's simulation: a Deny statement matches", Ko: "IAM 시뮬레이션: Deny 문이 일치합니다"}
	if len(s.MatchedStatements) > 0 {
		by := s.MatchedStatements[0].SourcePolicyId
		t.En, t.Ko = "IAM's simulation: a Deny statement of "+by+" matches", "IAM 시뮬레이션: "+by+"의 Deny 문이 일치합니다"
	}
	turned := false
	for _, decision := range s.Without {
		turned = turned || decision != diagnostics.DecisionExplicit
	}
	if len(s.Without) > 1 && !turned {
		t.En, t.Ko = t.En+", and one of another policy too", t.Ko+". 다른 정책의 Deny 문도 일치합니다"
	}
	return t
}

// askWith is the command that asks again with the values that are missing.
func askWith(s diagnostics.Simulation) string {
	argv := []string{
		"firstaid", "iam", "simulate", "--role", s.PolicySourceArn,
		"--action", s.EvalActionName, "--resource", s.EvalResourceName,
	}
	for _, k := range s.MissingContextValues {
		argv = append(argv, "--context", k+"=string:VALUE")
	}
	return ShellQuote(argv)
}

// missingContext is what would have to be known for IAM to decide.
func missingContext(s diagnostics.Simulation) diagnostics.Unread {
	return diagnostics.Unread{
		Of:     diagnostics.Ref{Kind: diagnostics.KindSimulation, ID: s.EvalActionName + " " + s.EvalResourceName},
		Reason: "the condition keys " + strings.Join(s.MissingContextValues, ", ") + " of the call are not known",
	}
}

func sameRole(arn, name string) bool { return name != "" && strings.HasSuffix(arn, "/"+name) }

// sameResource compares what was asked with what was denied; a denial without a
// resource was asked about everything.
func sameResource(asked, denied string) bool {
	return asked == denied || denied == "" && asked == "*"
}

// evaluated completes the finding from the role's policies, read and decided
// here; AWS was not asked.
func (ix *index) evaluated(f *diagnostics.Finding, d denial.Denial) bool {
	i, ok := ix.roles[d.Role]
	if !ok || d.Resource == "" {
		return false
	}
	role := ix.snapshot.Roles[i]
	if role.Missing {
		return false
	}
	principal, err := policy.NewPrincipal(role.Arn)
	if err != nil {
		return false
	}
	known := requestContext(diagnostics.ContextOf(ix.snapshot, role.Arn))
	r := RoleSet(ix.snapshot, role).Evaluate(policy.Request{Principal: principal, Action: d.Action, Resource: d.Resource, Context: known})
	if r.Decision == policy.Allowed || r.Decision == policy.Unknown {
		return false
	}
	f.Confidence = diagnostics.Likely
	f.Because = diagnostics.Text{
		En: "the role's policies were read and do not allow it (evaluated here, not checked by AWS)",
		Ko: "역할의 정책을 읽어 보니 허용하지 않습니다(여기서 평가했으며 AWS가 확인한 것은 아닙니다)",
	}
	f.Evidence = []diagnostics.Evidence{{Of: diagnostics.Ref{Kind: diagnostics.KindRole, ID: role.RoleName}, Field: "Policies", Quote: d.Action + " on " + d.Resource + ": " + string(r.Decision)}}
	return true
}

// RoleSet is what decides for a role of a snapshot, as far as it was read: its
// policies and its boundary. What could not be read is in the set's Unread.
func RoleSet(s *diagnostics.Snapshot, role diagnostics.Role) *policy.Set {
	set := &policy.Set{Identity: []policy.Policy{}}
	if unreadPolicies(s, role.RoleName) {
		set.Unread = append(set.Unread, policy.LayerIdentity)
	}
	for _, p := range role.Policies {
		doc, err := policy.Parse([]byte(p.Document))
		if err != nil {
			set.Unread = append(set.Unread, policy.LayerIdentity)
			continue
		}
		set.Identity = append(set.Identity, policy.Policy{Name: p.PolicyName, Document: doc})
	}
	if role.PermissionsBoundary == "" {
		return set
	}
	doc, err := policy.Parse([]byte(role.Boundary))
	if err != nil {
		set.Unread = append(set.Unread, policy.LayerBoundary)
		return set
	}
	set.Boundary = []policy.Policy{{Name: role.PermissionsBoundary[strings.LastIndexByte(role.PermissionsBoundary, '/')+1:], Document: doc}}
	return set
}

// unreadPolicies reports whether the list of a role's policies, or one of
// them, could not be read: it may allow or deny anything.
func unreadPolicies(s *diagnostics.Snapshot, role string) bool {
	return slices.ContainsFunc(s.Unread, func(u diagnostics.Unread) bool {
		return u.Of == diagnostics.Ref{Kind: diagnostics.KindRole, ID: role}
	})
}

// deniedTo lists the denials of the role that a finding is about, so that they
// are mended together.
func deniedTo(s *diagnostics.Snapshot, ix *index, f diagnostics.Finding) (role string, list []denial.Denial) {
	all := refusals(s, ix)
	i := slices.IndexFunc(all, func(r refusal) bool { return r.subject == f.Subject && r.denial.Action != "" })
	if i < 0 {
		i = slices.IndexFunc(all, func(r refusal) bool { return r.subject == f.Subject })
	}
	if i < 0 {
		return "", nil
	}
	role = all[i].denial.Role
	for _, r := range all {
		if r.denial.Role == role && (role != "" || r.subject == f.Subject) && !slices.ContainsFunc(list, func(d denial.Denial) bool {
			return d.Action == r.denial.Action && d.Resource == r.denial.Resource && d.Form == r.denial.Form
		}) {
			list = append(list, r.denial)
		}
	}
	return role, list
}
