package edit

import (
	"bytes"
	"strings"

	"firstaid/diagnostics/template"
)

// Delete takes a key or a list item away. Comments above it stay.
func Delete(path ...string) Op {
	return func(e *editor) (change, error) {
		s, rest, err := e.reach(path)
		if err != nil {
			return change{}, err
		}
		if len(rest) > 0 {
			return change{}, e.already(s.node().Start, "there is no "+path[len(path)-1]+" any more")
		}
		parent := s.parent()
		switch {
		case parent == nil || s.index() < 0:
			return change{}, e.refuse(s.node().Start, "this value can't be taken away alone")
		case parent.Awkward != "":
			return change{}, e.refuse(parent.Start, "this map "+parent.Awkward)
		}
		if hasAnchor(s.node()) {
			return change{}, e.refuse(s.node().Start, "the value holds an anchor")
		}
		return e.remove(s)
	}
}

func hasAnchor(n *template.Node) bool {
	found := false
	template.Walk(n, func(m *template.Node, _ template.Place) bool {
		found = found || m.Anchor != ""
		return !found
	})
	return found
}

func (e *editor) remove(s spot) (change, error) {
	parent, i := s.parent(), s.index()
	kids := children(parent)
	m := *parent
	if parent.Kind == template.List {
		m.Items = append(append([]*template.Node{}, parent.Items[:i]...), parent.Items[i+1:]...)
	} else {
		m.Pairs = append(append([]template.Pair{}, parent.Pairs[:i]...), parent.Pairs[i+1:]...)
	}
	c := change{at: s.up(), by: &m}
	var cut splice
	var err error
	switch {
	case e.Format == template.TOML && parent.Style != template.Flow:
		cut, err = e.cutTOML(s)
	case parent.Style == template.Flow:
		cut = e.cutFlow(parent, kids, i)
	case len(kids) == 1:
		return e.emptied(s, c)
	default:
		cut, err = e.cutBlock(s, kids, i)
	}
	c.splices, c.removed = []splice{cut}, [2]int{cut.start, cut.end}
	return c, err
}

// cutTOML takes the lines of one entry.
func (e *editor) cutTOML(s spot) (splice, error) {
	pair := s.parent().Pairs[s.index()]
	if s.parent().Style != template.Table || pair.Value.Style == template.Table || pair.Value.Style == template.Dotted || !e.firstOnLine(pair.Key.Start) {
		return splice{}, e.refuse(pair.Key.Start, "the entry is spread over the file")
	}
	start, _ := e.LineRange(pair.Key.Start)
	_, end := e.LineRange(pair.Value.End)
	return splice{start, end, ""}, nil
}

// cutFlow takes an entry of { } or [ ] with one comma; with its line where it has one to itself.
func (e *editor) cutFlow(n *template.Node, kids [][2]int, i int) splice {
	start, end := kids[i][0], kids[i][1]
	comma, hasComma := e.commaAfter(end, n.End-1)
	last := i == len(kids)-1
	if hasComma && e.sameLine(end, comma) || !hasComma {
		lineStart, _ := e.LineRange(start)
		_, lineEnd := e.LineRange(end)
		tail := end
		if hasComma {
			tail = comma + 1
		}
		alone := e.firstOnLine(start) && commentOrBlank(e.Source[tail:lineEnd]) && lineEnd <= n.End-1
		if alone && (!last || hasComma || i == 0) {
			return splice{lineStart, lineEnd, ""}
		}
		if alone { // the last one: the comma of the one before goes too
			return splice{kids[i-1][1], e.trimmed(lineEnd), ""}
		}
	}
	switch {
	case !last:
		return splice{start, kids[i+1][0], ""}
	case i > 0:
		return splice{kids[i-1][1], end, ""}
	case hasComma:
		return splice{start, comma + 1, ""}
	}
	return splice{start, end, ""}
}

// trimmed is the offset before the line break that ends at i.
func (e *editor) trimmed(i int) int {
	return len(bytes.TrimRight(e.Source[:i], "\r\n"))
}

func commentOrBlank(s []byte) bool {
	s = bytes.TrimSpace(s)
	return len(s) == 0 || s[0] == '#'
}

// cutBlock takes the lines of a block entry that has siblings.
func (e *editor) cutBlock(s spot, kids [][2]int, i int) (splice, error) {
	start := kids[i][0]
	if s.parent().Kind == template.List {
		start = e.dashBefore(start)
	}
	from, _ := e.LineRange(start)
	_, to := e.LineRange(kids[i][1])
	if e.firstOnLine(start) {
		if to == len(e.Source) && from > 0 && !bytes.HasSuffix(e.Source, []byte("\n")) {
			return splice{e.trimmed(from), to, ""}, nil // the file keeps ending without a line break
		}
		return splice{from, to, ""}, nil
	}
	if i > 0 {
		return splice{}, e.refuse(start, "the entry shares its line")
	}
	// The first key behind a dash: the next one moves up to it.
	next := kids[1][0]
	if s.parent().Kind == template.List {
		next = e.dashBefore(next)
	}
	between := e.Source[kids[i][1]:next]
	if bytes.IndexByte(between, '#') >= 0 {
		return splice{}, e.refuse(start, "a comment stands between this entry and the next")
	}
	return splice{start, next, ""}, nil
}

// dashBefore is the dash that an item of a block list hangs on.
func (e *editor) dashBefore(i int) int {
	for j := i - 1; j >= 0; j-- {
		switch e.Source[j] {
		case '-':
			return j
		case ' ', '\t', '\r', '\n':
		default:
			return i
		}
	}
	return i
}

// emptied replaces a block collection that loses its only entry by {} or [].
func (e *editor) emptied(s spot, c change) (change, error) {
	parent := s.parent()
	empty := "{}"
	if parent.Kind == template.List {
		empty = "[]"
	}
	if len(s.chain) < 3 || parent.Tag != "" || parent.Anchor != "" || s.pairs[len(s.pairs)-2] < 0 {
		return c, e.refuse(parent.Start, "this is the only entry and what is around it can't stay empty")
	}
	start := parent.Body
	if e.firstOnLine(start) { // below its key: the {} goes behind the colon
		holder := s.chain[len(s.chain)-3]
		if holder.Kind != template.Map {
			return c, e.refuse(parent.Start, "this is the only entry of a list item on a line of its own")
		}
		key := holder.Pairs[s.pairs[len(s.pairs)-2]].Key
		colon := key.End + strings.IndexByte(string(e.Source[key.End:start]), ':') + 1
		from, _ := e.LineRange(start)
		_, to := e.LineRange(pairOrItemEnd(parent))
		if to == len(e.Source) && !bytes.HasSuffix(e.Source, []byte("\n")) {
			from = e.trimmed(from)
		}
		c.splices = []splice{{colon, colon, " " + empty}, {from, to, ""}}
		c.removed = [2]int{from, to}
		return c, nil
	}
	end := pairOrItemEnd(parent)
	c.splices, c.removed = []splice{{start, end, empty}}, [2]int{start, end}
	return c, nil
}

func pairOrItemEnd(n *template.Node) int {
	kids := children(n)
	return kids[len(kids)-1][1]
}
