package edit

import (
	"strconv"
	"strings"

	"firstaid/diagnostics/template"
)

// spot is a node with the way to it.
type spot struct {
	path  []string
	chain []*template.Node // chain[0] is the root, the last one the node itself
	pairs []int            // index of each step in its container
}

func (s spot) node() *template.Node { return s.chain[len(s.chain)-1] }

// parent is the container of the node; nil at the root.
func (s spot) parent() *template.Node {
	if len(s.chain) < 2 {
		return nil
	}
	return s.chain[len(s.chain)-2]
}

func (s spot) index() int { return s.pairs[len(s.pairs)-1] }

func (s spot) up() spot {
	n := len(s.path) - 1
	return spot{s.path[:n], s.chain[:n+1], s.pairs[:n]}
}

// reach walks as far along path as the file goes; rest is what is missing. Aliases and doubled keys are
// refused: an edit there would change something else too, or nothing at all.
func (e *editor) reach(path []string) (s spot, rest []string, err error) {
	s = spot{chain: []*template.Node{e.Root}}
	for i, step := range path {
		n := s.node()
		if err := e.shared(n); err != nil {
			return s, nil, err
		}
		next, index, err := e.step(n, step)
		if err != nil {
			return s, nil, err
		}
		if next == nil {
			return s, path[i:], nil
		}
		s = spot{path[:i+1], append(s.chain, next), append(s.pairs, index)}
	}
	return s, nil, e.shared(s.node())
}

// at is reach for a path that must exist.
func (e *editor) at(path []string) (spot, error) {
	s, rest, err := e.reach(path)
	if err == nil && len(rest) > 0 {
		err = e.refuse(s.node().Start, "there is no "+strings.Join(path, "/")+" here")
	}
	return s, err
}

func (e *editor) step(n *template.Node, step string) (*template.Node, int, error) {
	if n.Fn != "" && n.Short {
		if step != n.Fn {
			return nil, 0, e.refuse(n.Start, "the value is computed by "+n.Fn)
		}
		return n.Arg, -1, nil
	}
	switch n.Kind {
	case template.List:
		i, err := strconv.Atoi(step)
		if err != nil || i < 0 || i >= len(n.Items) {
			return nil, 0, e.refuse(n.Start, "there is no item "+step+" in this list")
		}
		return n.Items[i], i, nil
	case template.Map:
		found := e.index(n)[step]
		switch len(found) {
		case 0:
			return nil, 0, nil
		case 1:
			return n.Pairs[found[0]].Value, found[0], nil
		}
		return nil, 0, e.refuse(n.Pairs[found[1]].Key.Start, "the key "+step+" is here twice")
	}
	return nil, 0, nil
}

// index is where in a map each key stands; it is made once.
func (e *editor) index(n *template.Node) map[string][]int {
	at := e.keys[n]
	if at == nil {
		at = make(map[string][]int, len(n.Pairs))
		for i, p := range n.Pairs {
			at[p.Key.Text] = append(at[p.Key.Text], i)
		}
		if e.keys == nil {
			e.keys = map[*template.Node]map[string][]int{}
		}
		e.keys[n] = at
	}
	return at
}

// shared refuses aliases, and anchored values that an alias repeats elsewhere.
func (e *editor) shared(n *template.Node) error {
	if n.Kind == template.Alias {
		return e.refuse(n.Start, "the value is an alias (*"+n.Text+"): edit the place it stands for")
	}
	if n.Anchor == "" {
		return nil
	}
	if e.aliased(n.Anchor) {
		return e.refuse(n.Start, "the value has an anchor (&"+n.Anchor+") that is used elsewhere too")
	}
	return nil
}

// aliased reports whether an alias of this name stands anywhere in the file.
func (e *editor) aliased(anchor string) bool {
	if e.aliases == nil {
		e.aliases = map[string]bool{}
		template.Walk(e.Root, func(n *template.Node, _ template.Place) bool {
			if n.Kind == template.Alias {
				e.aliases[n.Text] = true
			}
			return true
		})
	}
	return e.aliases[anchor]
}

// withPair is a map with one more pair at index i.
func withPair(n *template.Node, i int, p template.Pair) *template.Node {
	m := *n
	m.Pairs = append(append(append([]template.Pair{}, n.Pairs[:i]...), p), n.Pairs[i:]...)
	return &m
}
