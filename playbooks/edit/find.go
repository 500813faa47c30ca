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
		found := -1
		for i, p := range n.Pairs {
			if p.Key.Text != step {
				continue
			}
			if found >= 0 {
				return nil, 0, e.refuse(p.Key.Start, "the key "+step+" is here twice")
			}
			found = i
		}
		if found < 0 {
			return nil, 0, nil
		}
		return n.Pairs[found].Value, found, nil
	}
	return nil, 0, nil
}

// shared refuses aliases, and anchored values that an alias repeats elsewhere.
func (e *editor) shared(n *template.Node) error {
	if n.Kind == template.Alias {
		return e.refuse(n.Start, "the value is an alias (*"+n.Text+"): edit the place it stands for")
	}
	if n.Anchor == "" {
		return nil
	}
	used := false
	template.Walk(e.Root, func(m *template.Node, _ template.Place) bool {
		used = used || m.Kind == template.Alias && m.Text == n.Anchor
		return !used
	})
	if used {
		return e.refuse(n.Start, "the value has an anchor (&"+n.Anchor+") that is used elsewhere too")
	}
	return nil
}

// replaced is the root with the node at s exchanged. Everything else is shared with the old tree.
func (s spot) replaced(by *template.Node) *template.Node {
	for i := len(s.pairs) - 1; i >= 0; i-- {
		parent, index := *s.chain[i], s.pairs[i]
		switch {
		case index < 0: // the argument of a short-form call: the same node without its tag
			m := *by
			m.Tag, m.Anchor, m.Fn, m.Arg, m.Short = parent.Tag, parent.Anchor, "", nil, false
			by = &m
			continue
		case parent.Kind == template.List:
			parent.Items = append([]*template.Node{}, parent.Items...)
			parent.Items[index] = by
		default:
			parent.Pairs = append([]template.Pair{}, parent.Pairs...)
			parent.Pairs[index].Value = by
		}
		by = &parent
	}
	return by
}

// withPair is a map with one more pair at index i.
func withPair(n *template.Node, i int, p template.Pair) *template.Node {
	m := *n
	m.Pairs = append(append(append([]template.Pair{}, n.Pairs[:i]...), p), n.Pairs[i:]...)
	return &m
}
