package template

import (
	"slices"
	"strconv"
	"strings"
)

// Place is where a walk stands: the path of keys and list indexes from the root, and the intrinsics
// around the node, outermost first. The slices are only valid during the call.
type Place struct {
	Path  []string
	Calls []string
	Loops []string // Fn::ForEach variables in scope
	Subs  []*Node  // enclosing Fn::Sub calls
	Key   bool     // the node is a key, not a value
}

// Under reports whether any step of the path is one of names.
func (p Place) Under(names ...string) bool {
	return slices.ContainsFunc(p.Path, func(s string) bool { return slices.Contains(names, s) })
}

// In reports whether the node is inside a call of fn.
func (p Place) In(fn string) bool { return slices.Contains(p.Calls, fn) }

// Last is the nearest key that is not a list index.
func (p Place) Last() string {
	for i := len(p.Path) - 1; i >= 0; i-- {
		if _, err := strconv.Atoi(p.Path[i]); err != nil {
			return p.Path[i]
		}
	}
	return ""
}

// Clone makes a Place that outlives the walk.
func (p Place) Clone() Place {
	return Place{slices.Clone(p.Path), slices.Clone(p.Calls), slices.Clone(p.Loops), slices.Clone(p.Subs), p.Key}
}

// Walk visits every node below n once, in source order, parents first. It does not enter aliases: what they
// stand for is visited where it is written. visit returns false to skip the children.
func Walk(n *Node, visit func(*Node, Place) bool) { walk(n, Place{}, visit) }

// Strings visits every plain scalar text below n, also those inside intrinsics.
func Strings(n *Node, visit func(*Node, Place)) {
	Walk(n, func(n *Node, p Place) bool {
		if n.Kind == String && n.Fn == "" {
			visit(n, p)
		}
		return true
	})
}

func walk(n *Node, p Place, visit func(*Node, Place) bool) {
	if n == nil || !visit(n, p) {
		return
	}
	if n.Fn != "" {
		p.Calls = append(p.Calls[:len(p.Calls):len(p.Calls)], n.Fn)
		if n.Fn == "Fn::Sub" {
			p.Subs = append(p.Subs[:len(p.Subs):len(p.Subs)], n)
		}
		p.Path = append(p.Path, n.Fn)
		walk(n.Arg, p, visit)
		return
	}
	for i, item := range n.Items {
		q := p
		q.Path = append(p.Path, strconv.Itoa(i))
		walk(item, q, visit)
	}
	for _, pair := range n.Pairs {
		q := p
		q.Path = append(p.Path, pair.Key.Text)
		if strings.HasPrefix(pair.Key.Text, "Fn::ForEach") {
			q.Calls = append(p.Calls[:len(p.Calls):len(p.Calls)], "Fn::ForEach")
			if items := pair.Value.List(); len(items) == 3 {
				if name, ok := items[0].Str(); ok {
					q.Loops = append(p.Loops[:len(p.Loops):len(p.Loops)], name)
				}
			}
		}
		k := q
		k.Key = true
		if visit(pair.Key, k) {
			walk(pair.Value, q, visit)
		}
	}
}
