package collect

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"firstaid/diagnostics"
	"firstaid/diagnostics/denial"
)

// simulateDenials asks IAM about every denial of a role or user of this
// account, one principal after the other: bursts are throttled.
func (r *reading) simulateDenials(ctx context.Context) {
	r.mu.Lock()
	questions := Questions(&r.snap)
	now := r.now()
	r.mu.Unlock()
	for _, q := range questions {
		if ctx.Err() != nil {
			return
		}
		q.Context = append(q.Context, ContextKey{Name: "aws:CurrentTime", Type: "date", Values: []string{now.UTC().Format("2006-01-02T15:04:05Z")}})
		answers, err := r.Simulate(ctx, q.Question)
		answers = slices.DeleteFunc(answers, func(s diagnostics.Simulation) bool { return !q.asks(s) })
		if err == nil {
			answers, err = r.bisect(ctx, q.Question, answers)
		}
		r.change(func(s *diagnostics.Snapshot) { s.Simulations = append(s.Simulations, answers...) })
		r.unread(diagnostics.Ref{Kind: diagnostics.KindSimulation, ID: q.Principal}, "SimulatePrincipalPolicy", "", err)
	}
}

// Refusals ask about the pairs of action and resource that were denied
// to one principal.
type Refusals struct {
	Question
	Pairs []Pair
}

// A Pair is an action on a resource.
type Pair struct{ Action, Resource string }

// asks reports whether a simulation answers one of the pairs: IAM answers for
// every action on every resource of a call.
func (r Refusals) asks(s diagnostics.Simulation) bool {
	return slices.ContainsFunc(r.Pairs, func(p Pair) bool {
		return strings.EqualFold(p.Action, s.EvalActionName) && p.Resource == s.EvalResourceName
	})
}

// Questions gathers what a snapshot's texts say was denied, by principal, with
// the context keys that are known. A text is a claim: what carries control
// characters, look-alike letters, wildcards or placeholders is not asked about.
func Questions(s *diagnostics.Snapshot) []Refusals {
	type group struct{ principal, via, message string }
	pairs, conditions := map[group][]Pair{}, map[group]map[string][]string{}
	n := 0
	for _, text := range failureTexts(s) {
		for _, d := range denial.ParseWith(text, s.DecodedMessage) {
			principal := principalOf(s, &d)
			if principal == "" || d.Doubtful(denial.ControlCharacters, denial.NonASCII, denial.WildcardAction, denial.Placeholder, denial.Masked, denial.UnknownAction) {
				continue
			}
			g := group{principal, viaService(s, &d), ""}
			if d.Message != nil { // its request has keys of its own
				g.message = d.EncodedMessage
				conditions[g] = d.Message.Conditions
			}
			for _, action := range d.Actions() {
				p := Pair{action, resourceOfDenial(&d)}
				if n < maxPairs && !slices.Contains(pairs[g], p) {
					pairs[g] = append(pairs[g], p)
					n++
				}
			}
		}
	}
	var out []Refusals
	for g, list := range pairs {
		q := Refusals{Question: Question{Principal: g.principal, Context: withConditions(contextOf(s, g.principal, g.via), conditions[g])}, Pairs: list}
		for _, p := range list {
			q.Actions = appendNew(q.Actions, p.Action)
			q.Resources = appendNew(q.Resources, p.Resource)
		}
		slices.Sort(q.Actions)
		slices.Sort(q.Resources)
		out = append(out, q)
	}
	slices.SortFunc(out, func(a, b Refusals) int {
		return cmp.Or(strings.Compare(a.Principal, b.Principal), slices.Compare(a.Actions, b.Actions), slices.Compare(a.Resources, b.Resources))
	})
	return out
}

// principalOf is the ARN to simulate for: the role behind a session, with the
// path that its session's ARN has lost. "" when it is not this account's.
func principalOf(s *diagnostics.Snapshot, d *denial.Denial) string {
	if d.Account != "" && s.Identity.Account != "" && d.Account != s.Identity.Account {
		return ""
	}
	switch d.PrincipalKind {
	case denial.User:
		return d.Principal
	case denial.AssumedRole, denial.Role:
		for _, role := range s.Roles {
			if role.RoleName == d.Role && !role.Missing {
				return role.Arn
			}
		}
		for _, f := range s.Functions {
			if roleName(f.Role) == d.Role {
				return f.Role
			}
		}
	default: // IAM simulates for nobody else
	}
	return ""
}

// resourceOfDenial is the ARN to ask for; "*" where the text has none, as for
// a service that answers by name.
func resourceOfDenial(d *denial.Denial) string {
	if strings.HasPrefix(d.Resource, "arn:") {
		if strings.HasSuffix(d.Resource, ":") { // a list on account level
			return "*"
		}
		return d.Resource
	}
	return "*"
}

// viaService is kms:ViaService for a call that one service made for another.
func viaService(s *diagnostics.Snapshot, d *denial.Denial) string {
	if !d.Dependency() || d.Service == "" || s.Identity.Region == "" {
		return ""
	}
	return d.Service + "." + s.Identity.Region + ".amazonaws.com"
}

// contextOf are the condition keys that are known of a request by a principal.
func contextOf(s *diagnostics.Snapshot, principal, via string) []ContextKey {
	keys := diagnostics.ContextOf(s, principal)
	if via != "" {
		keys = append(keys, ContextKey{Name: "kms:ViaService", Type: "string", Values: []string{via}})
	}
	return keys
}

// withConditions adds the condition keys of a request that AWS told.
func withConditions(keys []ContextKey, conditions map[string][]string) []ContextKey {
	for _, name := range slices.Sorted(maps.Keys(conditions)) {
		values := conditions[name]
		at := slices.IndexFunc(keys, func(k ContextKey) bool { return strings.EqualFold(k.Name, name) })
		if at >= 0 || len(values) == 0 {
			continue
		}
		kind := "string"
		if len(values) > 1 {
			kind = "stringList"
		}
		keys = append(keys, ContextKey{Name: name, Type: kind, Values: values})
	}
	return keys
}
