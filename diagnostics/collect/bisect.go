package collect

import (
	"context"
	"slices"

	"firstaid/diagnostics"
)

// The kinds of policy that an exclusion can name (PolicyExclusionList).
const (
	kindBoundary = "permission-boundary"
	kindSCP      = "scp"
	kindInline   = "inline"
	kindOwn      = "user-managed"
)

// bisect finds the layer that blocks each denied pair of one principal, by
// asking again with layers left out: one call for each layer that the answers
// do not rule out, whatever the number of pairs. An endpoint that does not know
// exclusions answers as before, which says nothing and is left out.
func (c *Collector) bisect(ctx context.Context, q Question, list []diagnostics.Simulation) ([]diagnostics.Simulation, error) {
	for _, kind := range []string{kindBoundary, kindSCP, kindInline, kindOwn} {
		var suspects []int
		for i := range list {
			if suspected(&list[i], kind) {
				suspects = append(suspects, i)
			}
		}
		if len(suspects) == 0 {
			continue
		}
		without := q
		without.Actions, without.Resources, without.Without = nil, nil, []string{kind}
		for _, i := range suspects {
			without.Actions = appendNew(without.Actions, list[i].EvalActionName)
			without.Resources = appendNew(without.Resources, list[i].EvalResourceName)
		}
		answers, err := c.Simulate(ctx, without)
		if err != nil {
			return list, err
		}
		for _, i := range suspects {
			s := &list[i]
			at := slices.IndexFunc(answers, func(x diagnostics.Simulation) bool {
				return x.EvalActionName == s.EvalActionName && x.EvalResourceName == s.EvalResourceName
			})
			if at < 0 {
				continue
			}
			if s.Without == nil {
				s.Without = map[string]string{}
			}
			s.Without[kind] = answers[at].EvalDecision
		}
	}
	return list, nil
}

// suspected reports whether a layer may be the one that blocks. IAM says of a
// boundary and of the organisation whether they allow; where it does not speak
// of them there are none. What it never says is whether the rest would allow.
// A Deny stands in the policy that it names, in an SCP where it names none.
func suspected(s *diagnostics.Simulation, kind string) bool {
	if s.EvalDecision == diagnostics.DecisionAllowed {
		return false
	}
	explicit := s.EvalDecision == diagnostics.DecisionExplicit
	switch kind {
	case kindBoundary:
		return s.AllowedByBoundary != nil && !*s.AllowedByBoundary
	case kindSCP:
		return s.AllowedByOrganizations != nil && !*s.AllowedByOrganizations
	default:
		// Two Deny statements in different layers: only leaving one out shows
		// the other.
		return explicit && len(s.MatchedStatements) > 0 && (s.AllowedByBoundary == nil || *s.AllowedByBoundary)
	}
}
