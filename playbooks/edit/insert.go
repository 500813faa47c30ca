package edit

import (
	"strings"

	"firstaid/diagnostics/template"
)

// children are the byte ranges of a collection's entries.
func children(n *template.Node) [][2]int {
	var ranges [][2]int
	for _, item := range n.Items {
		ranges = append(ranges, [2]int{item.Start, item.End})
	}
	for _, p := range n.Pairs {
		ranges = append(ranges, [2]int{p.Key.Start, pairEnd(p)})
	}
	return ranges
}

// insertPair adds `key: value` to the map at s behind its entry number after.
func (e *editor) insertPair(s spot, after int, key string, v Value) (change, error) {
	n := s.node()
	if n.Awkward != "" {
		return change{}, e.refuse(n.Start, "this map "+n.Awkward)
	}
	v = inFormat(v, e.Format)
	c := change{at: s, by: withPair(n, after+1, Entry(key, v))}
	st := e.styleAt(s)
	switch {
	case e.Format == template.TOML:
		c.splices = e.tomlPair(n, after, key, v)
	case n.Style == template.Block:
		indent := e.column(n.Body)
		lines := indented(st.entry(key, v, indent), indent)
		c.splices = []splice{e.afterLine(pairEnd(n.Pairs[after]), lines)}
	case n.Style == template.Flow:
		c.splices = e.flowInsert(n, after, func(indent, step int) string {
			if e.Format == template.JSON {
				return jsonText(key) + ": " + jsonValue(v, indent, step, e.eol)
			}
			return scalarText(key, true) + ": " + flow(v, true)
		}, st.step)
	default:
		return c, e.refuse(n.Start, "this map is written in a way that is not edited")
	}
	return c, nil
}

// flowInsert adds an entry to a { } or [ ] behind child number after (-1: it is empty). render gets the
// indent of the entry's line and the step, 0 when it must stay on one line.
func (e *editor) flowInsert(n *template.Node, after int, render func(indent, step int) string, step int) []splice {
	kids := children(n)
	if after < 0 {
		return e.flowFirst(n, render, step)
	}
	child := kids[after]
	next := n.End - 1
	if after+1 < len(kids) {
		next = kids[after+1][0]
	}
	comma, hasComma := e.commaAfter(child[1], n.End-1)
	spread := e.firstOnLine(child[0]) && !e.sameLine(child[1], next) && (!hasComma || e.sameLine(child[1], comma))
	if !spread {
		return []splice{{child[1], child[1], ", " + render(0, 0)}}
	}
	indent := e.lineIndent(child[0])
	text := render(len(indent), step)
	if strings.Contains(indent, "\t") {
		text = render(0, 0)
	}
	if hasComma {
		text += ","
		return []splice{e.afterLine(child[1], []string{indent + text})}
	}
	return []splice{{child[1], child[1], ","}, e.afterLine(child[1], []string{indent + text})}
}

// flowFirst fills an empty { } or [ ].
func (e *editor) flowFirst(n *template.Node, render func(indent, step int) string, step int) []splice {
	inner := strings.TrimSpace(string(e.Source[n.Body+1 : n.End-1]))
	if inner != "" { // a comment: put the entry on a line below it
		indent := e.lineIndent(n.End - 1)
		return []splice{{n.End - 1, n.End - 1, strings.Repeat(" ", step) + render(0, 0) + e.eol + indent}}
	}
	if e.Format == template.JSON && !e.firstOnLine(n.Start) && e.multiline() {
		indent := e.lineIndent(n.Start)
		text := e.eol + indent + strings.Repeat(" ", step) + render(len(indent)+step, step) + e.eol + indent
		return []splice{{n.Body + 1, n.End - 1, text}}
	}
	return []splice{{n.Body + 1, n.End - 1, render(0, 0)}}
}

// multiline reports whether the file is spread over lines at all.
func (e *editor) multiline() bool { return e.Position(len(e.Source)).Line > 2 }

// commaAfter finds the comma behind a child, past blanks and comments.
func (e *editor) commaAfter(i, limit int) (int, bool) {
	for i < limit {
		switch e.Source[i] {
		case ',':
			return i, true
		case '#':
			_, end := e.LineRange(i)
			i = max(end, i+1)
		default:
			i++
		}
	}
	return limit, false
}

// tomlPair adds `key = value` to a table, or to an inline one.
func (e *editor) tomlPair(n *template.Node, after int, key string, v Value) []splice {
	line := tomlKey(key) + " = " + tomlValue(v)
	if n.Style == template.Flow {
		return e.flowInsert(n, after, func(_, _ int) string { return line }, 0)
	}
	indent := ""
	if after >= 0 && n.Pairs[after].Value.SectionEnd() == 0 && n.Style == template.Table {
		indent = e.lineIndent(n.Pairs[after].Key.Start)
	}
	return []splice{e.afterLine(n.SectionEnd(), []string{indent + line})}
}
