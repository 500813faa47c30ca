package template

import (
	"slices"
	"strings"
)

// How says by which means one resource refers to another.
type How uint8

// The means. Only DependsOn, Ref, GetAtt and Sub make CloudFormation wait; all of them do.
const (
	ByRef How = iota
	ByGetAtt
	BySub
	ByDependsOn
)

// Reference is one mention of another resource or parameter.
type Reference struct {
	Target string // logical id, SAM's `Fn.Alias` resolved to the alias's id
	Attr   string
	How    How
	Node   *Node
	// Apart says that SAM makes another resource of the property it stands in, so this one does not wait for it.
	Apart bool
}

// References lists what a resource in the file refers to, in source order.
func (t *Template) References(id string) []Reference { return t.edges[id] }

// ReferencesIn lists the references below n, DependsOn excepted.
func (t *Template) ReferencesIn(n *Node, loop map[string]string) []Reference {
	var refs []Reference
	add := func(name, attr string, how How, at *Node) {
		name = substitute(name, loop)
		refs = append(refs, t.reference(name, attr, how, at))
	}
	Walk(n, func(n *Node, _ Place) bool {
		if id, ok := n.Ref(); ok {
			id, attr, _ := strings.Cut(id, ".")
			add(id, attr, ByRef, n)
		} else if id, attr, ok := n.GetAtt(); ok {
			add(id, attr, ByGetAtt, n)
		} else if text, own, ok := n.Sub(); ok {
			for _, v := range Variables(text.Text) {
				id, attr := v.ID()
				if !v.Literal && !own.Has(v.Name) && loop[v.Name] == "" {
					add(id, attr, BySub, n)
				}
			}
		}
		return true
	})
	return refs
}

// reference resolves SAM's generated attributes: `Fn.Alias` and `Fn.Version` stand for other resources.
func (t *Template) reference(id, attr string, how How, at *Node) Reference {
	if r := t.byID[id]; r != nil && r.Type == "AWS::Serverless::Function" && (attr == "Alias" || strings.HasPrefix(attr, "Alias.")) {
		if alias, _, ok := t.Alias(r); ok {
			return Reference{Target: AliasID(id, alias), Attr: strings.TrimPrefix(strings.TrimPrefix(attr, "Alias"), "."), How: how, Node: at}
		}
	}
	return Reference{Target: id, Attr: attr, How: how, Node: at}
}

func (t *Template) readReferences() {
	t.edges = map[string][]Reference{}
	t.readEvents()
	for _, r := range t.resources {
		var refs []Reference
		for _, p := range r.Body.Entries() {
			if p.Key.Text != "DependsOn" && p.Key.Text != "Metadata" && p.Key.Text != "Properties" {
				refs = append(refs, t.ReferencesIn(p.Value, r.Loop)...)
			}
		}
		t.edges[r.ID] = append(append(refs, t.propertyReferences(r)...), r.dependsOn()...)
	}
}

// propertyReferences are the references in a resource's effective properties.
func (t *Template) propertyReferences(r *Resource) []Reference {
	if !r.merged.IsMap() {
		return t.ReferencesIn(r.merged, r.Loop)
	}
	var all []Reference
	for _, p := range r.merged.Entries() {
		refs := t.ReferencesIn(p.Value, r.Loop)
		if r.apart(p.Key.Text) {
			for i := range refs {
				refs[i].Apart = true
			}
		}
		all = append(all, refs...)
	}
	return all
}

// apart reports properties that SAM turns into resources of their own.
func (r *Resource) apart(property string) bool {
	switch r.Type {
	case "AWS::Serverless::Function":
		return slices.Contains([]string{"Events", "EventInvokeConfig", "FunctionUrlConfig", "DeploymentPreference"}, property)
	case "AWS::Serverless::StateMachine":
		return property == "Events" || property == "DeploymentPreference"
	}
	return false
}

func (r *Resource) dependsOn() []Reference {
	n := r.Body.Get("DependsOn")
	var refs []Reference
	for _, item := range append([]*Node{n}, n.List()...) {
		if s, ok := item.Str(); ok {
			refs = append(refs, Reference{Target: substitute(s, r.Loop), How: ByDependsOn, Node: item})
		}
	}
	return refs
}

// WaitsFor is everything that CloudFormation finishes before it starts on the resource id: the closure
// of its references, through what SAM generates.
func (t *Template) WaitsFor(id string) map[string]bool {
	seen := map[string]bool{}
	todo := t.direct(id)
	for len(todo) > 0 {
		next := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if seen[next] {
			continue
		}
		seen[next] = true
		todo = append(todo, t.direct(next)...)
	}
	return seen
}

func (t *Template) direct(id string) []string {
	var ids []string
	for _, ref := range t.edges[id] {
		if !ref.Apart {
			ids = append(ids, ref.Target)
		}
	}
	if t.byID[id] != nil {
		return append(ids, t.apiTargets(id)...)
	}
	if g, ok := t.Origin(id); ok {
		ids = append(ids, g.Needs...)
	}
	return ids
}

// apiTargets are the functions (or their aliases) that the body SAM writes for an API resource points at. A body
// that is given has its own references.
func (t *Template) apiTargets(api string) []string {
	r := t.byID[api]
	if r.Type != "AWS::Serverless::Api" && r.Type != "AWS::Serverless::HttpApi" || r.Property("DefinitionBody") != nil || r.Property("DefinitionUri") != nil {
		return nil
	}
	return t.behind[api]
}

// readEvents notes what stands behind each API that an event names.
func (t *Template) readEvents() {
	t.behind = map[string][]string{}
	for _, r := range t.resources {
		if r.Type != "AWS::Serverless::Function" {
			continue
		}
		target := r.ID
		if alias, _, ok := t.Alias(r); ok {
			target = AliasID(r.ID, alias)
		}
		for _, p := range r.Property("Events").Entries() {
			for _, key := range []string{"RestApiId", "ApiId"} {
				if api, ok := p.Value.At("Properties", key).Ref(); ok {
					t.behind[api] = append(t.behind[api], target)
				}
			}
		}
	}
}

// Order is who waits for whom, seen from what is waited for. It remembers what it was asked.
type Order struct {
	waiters map[string][]string
	after   map[string]map[string]bool
}

// Order reads the order in which CloudFormation makes the resources.
func (t *Template) Order() *Order {
	o := &Order{map[string][]string{}, map[string]map[string]bool{}}
	seen := map[string]bool{}
	var note func(id string)
	note = func(id string) {
		if seen[id] {
			return
		}
		seen[id] = true
		for _, on := range t.direct(id) {
			o.waiters[on] = append(o.waiters[on], id)
			if t.byID[on] == nil {
				note(on) // SAM makes it; what it needs in turn is of this template
			}
		}
	}
	for _, r := range t.resources {
		note(r.ID)
	}
	return o
}

// After is every resource that CloudFormation starts on only when id is finished.
func (o *Order) After(id string) map[string]bool {
	if seen, ok := o.after[id]; ok {
		return seen
	}
	seen := map[string]bool{}
	todo := slices.Clone(o.waiters[id])
	for len(todo) > 0 {
		next := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if !seen[next] {
			seen[next] = true
			todo = append(todo, o.waiters[next]...)
		}
	}
	o.after[id] = seen
	return seen
}
