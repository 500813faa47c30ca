package collect

import (
	"context"
	"fmt"
	"slices"

	"firstaid/diagnostics"
)

// followResources reads the things that the snapshot points at and that were
// not read before.
func (r *reading) followResources(ctx context.Context) {
	l := r.leads()
	gone := func(id string) bool { return l.gone[id] }
	functions := bounded(r, diagnostics.KindFunction, slices.DeleteFunc(slices.Clone(l.functions), gone), maxFunctions)
	rest := bounded(r, diagnostics.KindAPI, slices.DeleteFunc(l.rest, gone), maxAPIs)
	http := bounded(r, diagnostics.KindAPI, slices.DeleteFunc(l.http, gone), maxAPIs)
	before := r.functionNames()
	together(
		func() { each(r, functions, func(name string) { r.readFunction(ctx, name) }) },
		func() { each(r, rest, func(id string) { r.readREST(ctx, id) }) },
		func() { each(r, http, func(id string) { r.readHTTP(ctx, id) }) },
	)
	r.publish("reading roles, images and metrics")

	l = r.leads() // functions know their roles and images
	fresh := slices.DeleteFunc(r.functionNames(), func(name string) bool { return slices.Contains(before, name) })
	together(
		func() {
			each(r, bounded(r, diagnostics.KindRole, slices.DeleteFunc(l.roles, gone), maxRoles), func(name string) { r.readRole(ctx, name) })
		},
		func() { r.readRepositories(ctx, l.repositories, l.gone) },
		func() { r.readMetrics(ctx, fresh) },
		func() {
			if l.scaling && r.first(diagnostics.KindScalableTarget, "") {
				r.readScaling(ctx)
			}
		},
	)
}

// followLogs reads the logs of the functions and APIs. A function that a
// rollback removed has left its log behind.
func (r *reading) followLogs(ctx context.Context) {
	type group struct {
		name, function string
		expected       bool
	}
	l := r.leads()
	r.mu.Lock()
	functions := slices.Clone(r.snap.Functions)
	r.mu.Unlock()
	var groups []group
	for _, name := range l.functions {
		g := group{name: "/aws/lambda/" + name, function: name}
		if i := slices.IndexFunc(functions, func(f diagnostics.Function) bool { return f.FunctionName == name }); i >= 0 {
			g.name, g.expected = functions[i].LogGroup, true
		}
		groups = append(groups, g)
	}
	for _, name := range l.logGroups {
		groups = append(groups, group{name: name})
	}
	each(r, bounded(r, diagnostics.KindLogGroup, groups, maxLogGroups), func(g group) {
		r.readLogs(ctx, g.name, g.function, g.expected)
	})
}

func (r *reading) readRepositories(ctx context.Context, uses []imageURI, gone map[string]bool) {
	type repository struct{ account, name string }
	account := r.account12()
	var list []repository
	for _, u := range uses {
		if (u.region == "" || u.region == r.identity.Region) && !gone[u.repository] {
			list = appendNew(list, repository{firstOf(u.account, account), u.repository})
		}
	}
	each(r, bounded(r, diagnostics.KindRepository, list, maxRepositories), func(x repository) {
		mine := slices.Clone(uses)
		mine = slices.DeleteFunc(mine, func(u imageURI) bool {
			return u.repository != x.name || u.account == "" || u.account != x.account
		})
		r.readRepository(ctx, x.account, x.name, mine)
	})
}

// account12 is the account's id, "" while it is not known.
func (r *reading) account12() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.snap.Identity.Account
}

func (r *reading) leads() leads {
	r.mu.Lock()
	defer r.mu.Unlock()
	return follow(&r.snap)
}

// functionNames are the functions that were read, in order.
func (r *reading) functionNames() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var names []string
	for _, f := range r.snap.Functions {
		names = append(names, f.FunctionName)
	}
	slices.Sort(names)
	return names
}

// bounded cuts a list of leads and says so in the snapshot, once.
func bounded[T any](r *reading, kind diagnostics.Kind, list []T, limit int) []T {
	if len(list) <= limit {
		return list
	}
	r.change(func(s *diagnostics.Snapshot) {
		u := diagnostics.Unread{Of: diagnostics.Ref{Kind: kind}, Reason: fmt.Sprintf(
			"%d of %d were read, those that failures name first: the others are unknown", limit, len(list))}
		if !slices.Contains(s.Unread, u) {
			s.Unread = append(s.Unread, u)
		}
	})
	return list[:limit]
}
