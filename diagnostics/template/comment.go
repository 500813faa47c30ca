package template

import (
	"bytes"
	"sort"
	"strings"
)

// collectComments finds every `# …` that is not inside a value, by looking only between the scalars.
func (d *Document) collectComments() {
	if d.Format == JSON {
		return
	}
	at := 0
	for _, leaf := range d.leaves() {
		d.scanComments(at, leaf.Start)
		at = max(at, leaf.End)
	}
	d.scanComments(at, len(d.Source))
}

// leaves are the scalars and aliases in source order.
func (d *Document) leaves() []*Node {
	var all []*Node
	Walk(d.Root, func(n *Node, _ Place) bool {
		if n.Kind != Map && n.Kind != List && n.Fn == "" {
			all = append(all, n)
		}
		return true
	})
	// Keys of a call in long form are not visited by Walk; a # cannot hide in `Fn::Sub`.
	sort.SliceStable(all, func(i, j int) bool { return all[i].Start < all[j].Start })
	return all
}

func (d *Document) scanComments(from, to int) {
	for i := from; i < to; i++ {
		if d.Source[i] != '#' || i > 0 && !bytes.ContainsRune([]byte(" \t\r\n"), rune(d.Source[i-1])) {
			continue
		}
		end := i
		for end < len(d.Source) && d.Source[end] != '\n' && d.Source[end] != '\r' {
			end++
		}
		text := strings.TrimSpace(strings.TrimLeft(string(d.Source[i:end]), "#"))
		d.Comments = append(d.Comments, Comment{i, end, text})
		i = end
	}
}
