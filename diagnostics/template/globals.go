package template

import "slices"

// globalSection is the part of Globals that a resource type takes its defaults from
// (AWS SAM developer guide, "Globals section").
func globalSection(resourceType string) string {
	switch resourceType {
	case "AWS::Serverless::Function":
		return "Function"
	case "AWS::Serverless::Api":
		return "Api"
	case "AWS::Serverless::HttpApi":
		return "HttpApi"
	case "AWS::Serverless::WebSocketApi":
		return "WebSocketApi"
	case "AWS::Serverless::SimpleTable":
		return "SimpleTable"
	case "AWS::Serverless::StateMachine":
		return "StateMachine"
	case "AWS::Serverless::LayerVersion":
		return "LayerVersion"
	case "AWS::Serverless::CapacityProvider":
		return "CapacityProvider"
	}
	return ""
}

// mergeGlobals computes each resource's effective properties. Merged maps and lists are new nodes at the
// place of the resource's own value; everything inside keeps its own place, be it in Globals.
func (t *Template) mergeGlobals() {
	globals := t.Root.Get("Globals")
	for _, r := range t.resources {
		r.merged = r.Properties
		section := globals.Get(globalSection(r.Type))
		if !section.IsMap() {
			continue
		}
		ignored, all := ignoredGlobals(r.Body.Get("IgnoreGlobals"))
		if all {
			continue
		}
		r.merged = mergeNodes(section.Resolve(), r.Properties, ignored)
	}
}

func ignoredGlobals(n *Node) (names []string, all bool) {
	if n.Is("*") {
		return nil, true
	}
	for _, item := range n.List() {
		if s, ok := item.Str(); ok {
			names = append(names, s)
		}
	}
	return names, false
}

// mergeNodes merges as SAM does: maps key by key, lists appended to the global one, anything else
// (intrinsics too) is the resource's own.
func mergeNodes(global, own *Node, ignored []string) *Node {
	if own.Resolve() == nil {
		own = &Node{Kind: Map, Style: Flow, Start: global.Start, Body: global.Body, End: global.Start}
	}
	g, o := global.Resolve(), own.Resolve()
	switch {
	case g.IsMap() && o.IsMap():
		m := *o
		m.Pairs = slices.Clone(o.Pairs)
		for _, p := range g.Pairs {
			if slices.Contains(ignored, p.Key.Text) {
				continue
			}
			i := slices.IndexFunc(m.Pairs, func(q Pair) bool { return q.Key.Text == p.Key.Text })
			if i < 0 {
				m.Pairs = append(m.Pairs, p)
			} else {
				m.Pairs[i].Value = mergeNodes(p.Value, m.Pairs[i].Value, nil)
			}
		}
		return &m
	case g.Plainly() && o.Plainly() && g.Kind == List && o.Kind == List:
		m := *o
		m.Items = append(slices.Clone(g.Items), o.Items...)
		return &m
	}
	return own
}

// Property is the value at path in the effective properties: Globals merged in, own values first.
func (r *Resource) Property(path ...string) *Node { return r.merged.At(path...).Resolve() }

// Effective are all properties with Globals merged in; nil when there are none.
func (r *Resource) Effective() *Node { return r.merged }

// Own is the value at path in the resource's own properties.
func (r *Resource) Own(path ...string) *Node { return r.Properties.At(path...).Resolve() }
