package playbooks

import (
	"cmp"
	"slices"
	"strings"

	"firstaid/diagnostics"
	"firstaid/diagnostics/denial"
	"firstaid/diagnostics/policy"
)

// A Decision is what is known of one action on one resource for one role:
// IAM's own answer, or an evaluation made here (Origin "local"), and which
// statement of which policy decided.
type Decision struct {
	diagnostics.Simulation
	// By are the statements that decided: none where nothing allows it.
	By []Deciding
	// Near are the Allow statements that name the action, else the resource, and
	// do not apply, for a decision that nothing allows: where the person most
	// likely meant it.
	Near []Deciding
	// Layers are the kinds of policy that decided or hold back an allow.
	Layers []policy.Layer
}

// Deciding is a statement that has a say in a decision.
type Deciding struct {
	Layer  policy.Layer
	Policy string // its name, as the role has it
	Index  int    // of the statement, 0-based; -1 where IAM names the policy only
	Sid    string
	// Why and Values say of a near miss which element keeps it from applying,
	// and what it holds.
	Why    policy.Element
	Values []string
}

// Allowed reports whether the call would go through.
func (d *Decision) Allowed() bool { return d.EvalDecision == string(policy.Allowed) }

// Checked reports whether AWS itself decided.
func (d *Decision) Checked() bool { return d.Origin == diagnostics.OriginAWS }

// A Decider evaluates the roles of one snapshot, whose policies it parses
// once. It may be used by several goroutines.
type Decider struct {
	snapshot *diagnostics.Snapshot
	roles    map[string]*decidedRole // by name
}

type decidedRole struct {
	diagnostics.Role
	set       *policy.Set // nil: its ARN is that of no principal
	principal policy.Principal
	context   policy.Context
}

// NewDecider prepares the roles that were read.
func NewDecider(s *diagnostics.Snapshot) *Decider {
	d := &Decider{snapshot: s, roles: make(map[string]*decidedRole, len(s.Roles))}
	for _, role := range s.Roles {
		if role.Missing {
			continue
		}
		r := &decidedRole{Role: role, context: knownContext(s, role)}
		var err error
		if r.principal, err = policy.NewPrincipal(role.Arn); err == nil {
			r.set = RoleSet(s, role)
		}
		d.roles[role.RoleName] = r
	}
	return d
}

// knownContext are the condition keys that are known of a request by the role;
// all others stay unknown.
func knownContext(s *diagnostics.Snapshot, role diagnostics.Role) policy.Context {
	keys := map[string][]string{"aws:SecureTransport": {"true"}}
	if s.Identity.Region != "" {
		keys["aws:RequestedRegion"] = []string{s.Identity.Region}
	}
	if !s.Taken.IsZero() {
		keys["aws:CurrentTime"] = []string{s.Taken.UTC().Format("2006-01-02T15:04:05Z")}
	}
	for _, t := range role.Tags {
		keys["aws:PrincipalTag/"+t.Key] = []string{t.Value}
	}
	return policy.NewContext(keys, false)
}

// Roles lists the names of the roles that can be asked about.
func (d *Decider) Roles() []string {
	var names []string
	for name, r := range d.roles {
		if r.set != nil {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Role returns a role by its name or ARN.
func (d *Decider) Role(arn string) (diagnostics.Role, bool) {
	r, ok := d.roles[arn[strings.LastIndexByte(arn, '/')+1:]]
	if !ok {
		return diagnostics.Role{}, false
	}
	return r.Role, true
}

// Decide evaluates here what a role, by name or ARN, may do, as if the
// documents in add were attached to it too. ok is false for a role that was
// not read; policies that could not be read leave the answer unknown.
func (d *Decider) Decide(role, action, resource string, add ...*policy.Document) (Decision, bool) {
	r, ok := d.roles[role[strings.LastIndexByte(role, '/')+1:]]
	if !ok || r.set == nil {
		return Decision{}, false
	}
	set := *r.set
	for _, doc := range add {
		set.Identity = append(slices.Clip(set.Identity), policy.Policy{Name: AddedPolicy, Document: doc})
	}
	req := policy.Request{Principal: r.principal, Action: action, Resource: resource, Context: r.context}
	result := set.Evaluate(req)
	out := Decision{Simulation: diagnostics.Simulation{
		Origin: diagnostics.OriginLocal, PolicySourceArn: r.Arn, EvalActionName: action, EvalResourceName: cmp.Or(resource, "*"),
		EvalDecision: string(result.Decision), MissingContextValues: result.Missing,
	}}
	for _, ref := range result.Deciding {
		out.By = append(out.By, Deciding{Layer: ref.Layer, Policy: ref.Policy, Index: ref.Index, Sid: ref.Sid})
		out.layer(ref.Layer)
	}
	for _, b := range result.Blocking {
		out.layer(b.Layer)
	}
	if !out.Allowed() && result.Decision != policy.ExplicitDeny {
		out.Near = nearMisses(&set, req)
	}
	return out, true
}

// AddedPolicy is how a document is called that a role does not have yet.
const AddedPolicy = "proposed"

func (d *Decision) layer(l policy.Layer) {
	if !slices.Contains(d.Layers, l) {
		d.Layers = append(d.Layers, l)
	}
}

// nearMisses lists the statements that name the action, by a wildcard too, and
// the element that keeps each from applying; where none does, those that speak
// of the resource.
func nearMisses(set *policy.Set, req policy.Request) []Deciding {
	var list []Deciding
	near := set.NearMisses(req)
	if len(near) == 0 {
		near = set.Beside(req)
	}
	for _, m := range near {
		list = append(list, Deciding{Layer: m.Layer, Policy: m.Policy, Index: m.Index, Sid: m.Sid, Why: m.Why, Values: m.Values})
	}
	return list
}

// Explain names the statements behind IAM's answer. IAM gives the policy and
// where the deciding statement ends (its start differs by the position in the list);
// for what it does not allow, the near misses come from the policies that were
// read.
func (d *Decider) Explain(s diagnostics.Simulation) Decision {
	if len(s.MissingContextValues) > 0 && s.EvalDecision != diagnostics.DecisionExplicit {
		s.EvalDecision = diagnostics.DecisionUnknown // neither allowed nor denied until they are known
	}
	out := Decision{Simulation: s}
	local, known := d.Decide(s.PolicySourceArn, s.EvalActionName, s.EvalResourceName)
	for _, m := range s.MatchedStatements {
		x := d.statement(s, m, &local)
		out.By = append(out.By, x)
		out.layer(x.Layer)
	}
	if s.AllowedByBoundary != nil && !*s.AllowedByBoundary {
		out.layer(policy.LayerBoundary)
	}
	if s.AllowedByOrganizations != nil && !*s.AllowedByOrganizations {
		out.layer(policy.LayerSCP)
	}
	if out.Allowed() {
		return out
	}
	if known && s.EvalDecision != string(policy.ExplicitDeny) {
		out.Near = local.Near
	}
	if len(out.Layers) == 0 {
		out.layer(policy.LayerIdentity)
	}
	return out
}

// statement finds the statement that IAM means among the role's policies.
func (d *Decider) statement(s diagnostics.Simulation, m diagnostics.MatchedStatement, local *Decision) Deciding {
	x := Deciding{Layer: layerOf(m.SourcePolicyType), Policy: m.SourcePolicyId, Index: -1}
	role, ok := d.Role(s.PolicySourceArn)
	if !ok {
		return x
	}
	text := ""
	for _, p := range role.Policies {
		if m.SourcePolicyId == p.PolicyName || m.SourcePolicyId == p.PolicyArn || m.SourcePolicyId == "role_"+role.RoleName+"_"+p.PolicyName {
			x.Policy, text = p.PolicyName, p.Document
		}
	}
	if x.Layer == policy.LayerBoundary {
		text = role.Boundary
	}
	doc, err := policy.Parse([]byte(text))
	if err != nil {
		return x
	}
	for _, st := range doc.Statements {
		if m.EndLine == st.Span.EndLine && m.EndColumn == st.Span.EndColumn {
			x.Index, x.Sid = st.Index, st.Sid
			return x
		}
	}
	// Without a place that fits, the only candidate will do; else the policy
	// alone is named.
	for _, own := range local.By {
		if own.Policy == x.Policy && local.EvalDecision == s.EvalDecision {
			x.Index, x.Sid = own.Index, own.Sid
			return x
		}
	}
	return x
}

// layerOf reads SourcePolicyType as it is on the wire, which the SDK's
// enumeration does not know.
func layerOf(kind string) policy.Layer {
	switch {
	case strings.Contains(strings.ToLower(kind), "boundary"):
		return policy.LayerBoundary
	case strings.Contains(strings.ToLower(kind), "resource"):
		return policy.LayerResource
	}
	return policy.LayerIdentity
}

// maxEvaluated is how many denials are evaluated here: their texts can be
// written by anybody, so there may be any number of them.
const maxEvaluated = 200

// Decisions lists what is known of every denial of the snapshot and of what
// else IAM was asked: IAM's answers, and for denials that it was not asked
// about what the role's policies say here. What is denied comes first.
func (d *Decider) Decisions() []Decision {
	var list []Decision
	known := map[string]bool{}
	for _, s := range d.snapshot.Simulations {
		list = append(list, d.Explain(s))
		known[pairKey(s.PolicySourceArn, s.EvalActionName, s.EvalResourceName)] = true
	}
	for _, r := range refusals(d.snapshot, newIndex(d.snapshot)) {
		for _, p := range askedPairs(&r.denial) {
			key := pairKey(r.denial.Role, p[0], p[1])
			if known[key] || len(known) >= maxEvaluated+len(d.snapshot.Simulations) {
				continue
			}
			known[key] = true
			if x, ok := d.Decide(r.denial.Role, p[0], p[1]); ok {
				list = append(list, x)
			}
		}
	}
	slices.SortStableFunc(list, func(a, b Decision) int { return cmp.Compare(a.order(), b.order()) })
	return list
}

// askedPairs are the actions and the resource that a denial of a role is about;
// none where its text cannot be taken at its word. A name, or a list on account
// level, is asked about as everything, as IAM is.
func askedPairs(d *denial.Denial) [][2]string {
	if d.Role == "" || d.Doubtful(denial.ControlCharacters, denial.NonASCII, denial.WildcardAction, denial.Placeholder, denial.Masked, denial.UnknownAction) {
		return nil
	}
	resource := d.Resource
	if !strings.HasPrefix(resource, "arn:") || strings.HasSuffix(resource, ":") {
		resource = "*"
	}
	var list [][2]string
	for _, action := range d.Actions() {
		list = append(list, [2]string{action, resource})
	}
	return list
}

func pairKey(role, action, resource string) string {
	return role[strings.LastIndexByte(role, '/')+1:] + " " + strings.ToLower(action) + " " + resource
}

// order puts denials first and what is allowed last.
func (d *Decision) order() int {
	switch policy.Decision(d.EvalDecision) {
	case policy.ExplicitDeny:
		return 0
	case policy.ImplicitDeny:
		return 1
	case policy.Allowed:
		return 3
	default:
		return 2
	}
}

// ARNs lists the resources that a call may be about: those of decisions and
// denials, then the stack's own.
func (d *Decider) ARNs() []string {
	var list []string
	add := func(arn string) {
		if strings.HasPrefix(arn, "arn:") && !slices.Contains(list, arn) {
			list = append(list, arn)
		}
	}
	for _, s := range d.snapshot.Simulations {
		add(s.EvalResourceName)
	}
	for _, r := range d.snapshot.Resources {
		add(arnOf(d.snapshot, r))
	}
	return list
}
