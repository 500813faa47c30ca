package collect

import (
	"cmp"
	"slices"
	"strings"

	"firstaid/diagnostics"
)

// arrange puts a snapshot into its canonical order: two readings of one
// incident serialise to the same bytes, whichever answers came first.
func arrange(s *diagnostics.Snapshot) {
	target := s.StackID
	slices.SortStableFunc(s.Stacks, func(a, b diagnostics.Stack) int {
		return cmp.Or(first(a.StackId == target, b.StackId == target), compareStacks(a, b))
	})
	slices.SortStableFunc(s.Events, func(a, b diagnostics.Event) int { return a.Timestamp.Compare(b.Timestamp) })
	slices.SortFunc(s.Resources, func(a, b diagnostics.Resource) int {
		return cmp.Or(strings.Compare(a.StackId, b.StackId), strings.Compare(a.LogicalResourceId, b.LogicalResourceId))
	})
	slices.SortFunc(s.Templates, by(func(t diagnostics.Template) string { return t.StackId }))
	slices.SortFunc(s.Functions, by(func(f diagnostics.Function) string { return f.FunctionName }))
	slices.SortFunc(s.LogGroups, by(func(g diagnostics.LogGroup) string { return g.LogGroupName }))
	slices.SortFunc(s.Roles, by(func(r diagnostics.Role) string { return r.RoleName }))
	slices.SortFunc(s.Simulations, func(a, b diagnostics.Simulation) int {
		return cmp.Or(strings.Compare(a.PolicySourceArn, b.PolicySourceArn), strings.Compare(a.EvalActionName, b.EvalActionName),
			strings.Compare(a.EvalResourceName, b.EvalResourceName))
	})
	slices.SortFunc(s.Messages, by(func(m diagnostics.AuthorizationMessage) string { return m.Encoded }))
	slices.SortFunc(s.Repositories, by(func(r diagnostics.Repository) string { return r.RegistryId + "/" + r.RepositoryName }))
	slices.SortFunc(s.APIs, by(func(a diagnostics.API) string { return a.ApiId }))
	slices.SortFunc(s.ScalableTargets, by(func(t diagnostics.ScalableTarget) string { return t.ResourceId + t.ScalableDimension }))
	slices.SortFunc(s.Metrics, func(a, b diagnostics.Metric) int {
		return cmp.Or(strings.Compare(a.Dimensions["FunctionName"], b.Dimensions["FunctionName"]),
			strings.Compare(a.MetricName, b.MetricName), strings.Compare(a.Stat, b.Stat))
	})
	slices.SortFunc(s.Layers, by(func(l diagnostics.LayerVersion) string { return l.Arn }))
	slices.SortFunc(s.Occupants, by(func(o diagnostics.Occupants) string { return o.In }))
	slices.SortFunc(s.Keys, by(func(k diagnostics.Key) string { return k.Arn }))
	slices.SortFunc(s.Exports, by(func(e diagnostics.Export) string { return e.Name }))
	slices.SortFunc(s.Claims, by(func(c diagnostics.Claim) string { return c.PhysicalResourceId }))
	slices.SortFunc(s.Unread, func(a, b diagnostics.Unread) int {
		return cmp.Or(strings.Compare(string(a.Of.Kind), string(b.Of.Kind)), strings.Compare(a.Of.ID, b.Of.ID),
			strings.Compare(a.Action, b.Action), strings.Compare(a.Reason, b.Reason))
	})
}

// compareStacks puts failed stacks first, then what changed last.
func compareStacks(a, b diagnostics.Stack) int {
	return cmp.Or(first(a.Failed(), b.Failed()), b.LastChanged().Compare(a.LastChanged()), strings.Compare(a.StackId, b.StackId))
}

func first(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	default:
		return 1
	}
}

func by[T any](key func(T) string) func(a, b T) int {
	return func(a, b T) int { return strings.Compare(key(a), key(b)) }
}
