package edit

import (
	"bytes"
	"errors"
	"slices"

	"firstaid/diagnostics/template"
)

// A Draft gathers edits of one parsed file and makes them together: the file is spliced, read again and compared
// once, however many they are. Edits that touch each other don't go into one draft; see ErrOverlap.
type Draft struct {
	e       *editor
	splices []splice // sorted, none touching another
	wanted  claim
	removed [][2]int
}

// ErrOverlap says that an edit concerns a place that one in the draft concerns too: it has to wait for the result.
var ErrOverlap = errors.New("the edit touches another one")

// NewDraft begins a draft of edits of d, which is not changed.
func NewDraft(d *template.Document) *Draft { return &Draft{e: newEditor(d)} }

// Possible reports why an edit would be refused, without taking it up; nil when it would not, as far as can be
// told before the result is read again.
func (d *Draft) Possible(op Op) error {
	_, err := op(d.e)
	return err
}

// Add takes an edit up, or says why not: a *Refusal, or ErrOverlap. After ErrOverlap the place is reserved, so
// that later edits of it keep their order.
func (d *Draft) Add(op Op) error {
	c, err := op(d.e)
	if err != nil {
		return err
	}
	// In the file's order, those at the same place as the edit gave them.
	slices.SortStableFunc(c.splices, func(a, b splice) int { return a.start - b.start })
	if !d.free(c.splices) {
		c.by = nil
	}
	if !d.wanted.take(c.at.pairs, c.by) || c.by == nil {
		return ErrOverlap
	}
	for _, s := range c.splices {
		i, _ := slices.BinarySearchFunc(d.splices, s.start+1, func(have splice, start int) int { return have.start - start })
		d.splices = slices.Insert(d.splices, i, s)
	}
	if c.removed[1] > c.removed[0] {
		d.removed = append(d.removed, c.removed)
	}
	return nil
}

// free reports whether splices touch none that was taken up.
func (d *Draft) free(splices []splice) bool {
	for _, s := range splices {
		i, _ := slices.BinarySearchFunc(d.splices, s.start, func(have splice, start int) int { return have.end - start })
		if i < len(d.splices) && d.splices[i].start <= s.end {
			return false
		}
	}
	return true
}

// Empty reports whether no edit was taken up.
func (d *Draft) Empty() bool { return len(d.splices) == 0 }

// Apply makes the edits and reads the result again: the same meaning as wanted, no comment lost or moved into a
// value, else a *Refusal and no document.
func (d *Draft) Apply() (*template.Document, error) {
	if d.Empty() {
		return d.e.Document, nil
	}
	got, err := template.ParseDocument(d.e.Name, d.text())
	at := d.splices[0].start
	switch {
	case err != nil:
		return nil, d.e.refuse(at, "the edited file would not parse: "+err.Error())
	case !got.Root.Equal(d.wanted.tree(d.e.Root)):
		return nil, d.e.refuse(at, "the edited file would mean something else than intended")
	case !slices.Equal(d.comments(), texts(got.Comments)):
		return nil, d.e.refuse(at, "a comment would change its meaning")
	}
	return got, nil
}

// text is the file with all splices made.
func (d *Draft) text() []byte {
	var out bytes.Buffer
	at := 0
	for _, s := range d.splices {
		out.Write(d.e.Source[at:s.start])
		out.WriteString(s.text)
		at = s.end
	}
	out.Write(d.e.Source[at:])
	return out.Bytes()
}

// comments are those that should be left.
func (d *Draft) comments() []string {
	slices.SortFunc(d.removed, func(a, b [2]int) int { return a[0] - b[0] })
	var left []template.Comment
	gone := d.removed
	for _, m := range d.e.Comments {
		for len(gone) > 0 && gone[0][1] <= m.Start {
			gone = gone[1:]
		}
		if len(gone) == 0 || m.Start < gone[0][0] {
			left = append(left, m)
		}
	}
	return texts(left)
}

func texts(comments []template.Comment) []string {
	var all []string
	for _, m := range comments {
		all = append(all, m.Text)
	}
	return all
}

// claim is a place of the tree that an edit concerns, or one on the way there. A step of -1 leads into the
// argument of an intrinsic in short form.
type claim struct {
	taken bool
	by    *template.Node
	below map[int]*claim
}

// take claims the place at the end of steps for a new node, nil to only reserve it. It fails where another claim is
// on the way, there, or below; the place counts as taken then, too.
func (c *claim) take(steps []int, by *template.Node) bool {
	for _, i := range steps {
		if c.taken {
			return false
		}
		next := c.below[i]
		if next == nil {
			next = &claim{}
			if c.below == nil {
				c.below = map[int]*claim{}
			}
			c.below[i] = next
		}
		c = next
	}
	free := !c.taken && len(c.below) == 0
	if c.taken = true; free {
		c.by = by
	}
	return free
}

// tree is n with everything claimed exchanged. The rest is shared with the old tree.
func (c *claim) tree(n *template.Node) *template.Node {
	switch {
	case c == nil:
		return n
	case c.by != nil:
		return c.by
	case c.below[-1] != nil: // the argument of a short-form call: the same node without its tag
		m := *c.below[-1].tree(n.Arg)
		m.Tag, m.Anchor, m.Fn, m.Arg, m.Short = n.Tag, n.Anchor, "", nil, false
		return &m
	}
	m := *n
	m.Items, m.Pairs = slices.Clone(n.Items), slices.Clone(n.Pairs)
	for i, below := range c.below {
		if n.Kind == template.List {
			m.Items[i] = below.tree(n.Items[i])
		} else {
			m.Pairs[i].Value = below.tree(n.Pairs[i].Value)
		}
	}
	return &m
}
