package edit

import (
	"fmt"
	"strings"

	"firstaid/diagnostics/template"
)

// Set makes path hold value. What is missing on the way is created; an existing scalar is replaced, keeping
// its quoting; anything else that stands there already is refused.
func Set(value Value, path ...string) Op { return set(value, "", path) }

// SetAfter is Set that puts a new key behind the key named after, where that is present.
func SetAfter(after string, value Value, path ...string) Op { return set(value, after, path) }

func set(value Value, after string, path []string) Op {
	return func(e *editor) (change, error) {
		s, rest, err := e.reach(path)
		if err != nil {
			return change{}, err
		}
		if len(rest) == 0 {
			return e.overwrite(s, inFormat(value, e.Format))
		}
		wanted := value
		for i := len(rest) - 1; i > 0; i-- {
			wanted = Mapping(Entry(rest[i], wanted))
		}
		return e.addKey(s, rest[0], wanted, after)
	}
}

// addKey adds a key to the container at s, which has none of that name.
func (e *editor) addKey(s spot, key string, value Value, after string) (change, error) {
	n := s.node()
	switch {
	case n.Fn != "" || n.Tag != "":
		return change{}, e.refuse(n.Start, "the value is computed by "+nameOf(n)+"; add "+key+" inside it by hand")
	case n.Kind == template.Null && n.Start == n.End && len(s.chain) > 1:
		return e.fillEmpty(s, Mapping(Entry(key, value)))
	case n.Kind != template.Map:
		return change{}, e.refuse(n.Start, "there is a "+kindName(n)+" where a map with "+key+" should be")
	case e.Format == template.TOML:
		return e.addTOML(s, key, value)
	}
	at := len(n.Pairs) - 1
	if e.Format == template.JSON && len(n.Pairs) > 1 {
		at-- // not behind the last one: its line would need a comma
	}
	for i, p := range n.Pairs {
		if p.Key.Text == after {
			at = i
		}
	}
	return e.insertPair(s, at, key, value)
}

func nameOf(n *template.Node) string {
	if n.Fn != "" {
		return n.Fn
	}
	return n.Tag
}

func kindName(n *template.Node) string {
	switch n.Kind {
	case template.Null:
		return "null"
	case template.List:
		return "list"
	case template.Map:
		return "map"
	}
	return "text"
}

// fillEmpty writes a collection below a `Key:` without value.
func (e *editor) fillEmpty(s spot, v Value) (change, error) {
	parent := s.parent()
	if parent == nil || parent.Kind != template.Map || parent.Style != template.Block || parent.Awkward != "" {
		return change{}, e.refuse(s.node().Start, "the empty value stands where it is not edited")
	}
	key := parent.Pairs[s.index()].Key
	v = inFormat(v, e.Format)
	indent := e.column(key.Start)
	st := e.styleAt(s.up())
	lines := st.under(":", v, indent)[1:]
	if s.node().Anchor != "" || len(lines) == 0 {
		return change{}, e.refuse(s.node().Start, "the empty value stands where it is not edited")
	}
	return change{splices: []splice{e.afterLine(key.End, lines)}, at: s, by: v}, nil
}

// addTOML adds a key to a table, writing missing tables at the end of the file.
func (e *editor) addTOML(s spot, key string, value Value) (change, error) {
	n := s.node()
	if n.Style == template.Flow || n.SectionEnd() > 0 && value.Kind != template.Map {
		return e.insertPair(s, lastEntry(n), key, value)
	}
	if n.Style == template.Dotted || value.Kind != template.Map && len(s.path) > 0 && n.SectionEnd() > 0 {
		return change{}, e.refuse(n.Start, "the table is written with dotted keys; add "+key+" by hand")
	}
	header, body := append([]string{}, s.path...), Mapping(Entry(key, value))
	for len(body.Pairs) == 1 && body.Pairs[0].Value.Kind == template.Map {
		header, body = append(header, body.Pairs[0].Key.Text), body.Pairs[0].Value
	}
	for i := range header {
		header[i] = tomlKey(header[i])
	}
	if len(header) == 0 {
		return change{}, e.refuse(0, "a key outside of every table is not added")
	}
	lines := []string{"[" + strings.Join(header, ".") + "]"}
	for _, p := range body.Pairs {
		lines = append(lines, tomlKey(p.Key.Text)+" = "+tomlValue(p.Value))
	}
	if len(e.Source) > 0 {
		lines = append([]string{""}, lines...)
	}
	c := change{splices: []splice{e.afterLine(len(e.Source), lines)}}
	if src := e.Source; len(src) > 0 && src[len(src)-1] == '\n' {
		c.splices = []splice{{len(src), len(src), strings.Join(lines, e.eol) + e.eol}}
	}
	c.at, c.by = s, withPair(n, len(n.Pairs), Entry(key, value))
	return c, nil
}

func lastEntry(n *template.Node) int { return len(n.Pairs) - 1 }

// overwrite replaces a value that is on one line by another such value.
func (e *editor) overwrite(s spot, v Value) (change, error) {
	n := s.node()
	if n.Equal(v) {
		return change{}, e.already(n.Start, "already there")
	}
	if n.Kind == template.Null && n.Start == n.End && v.Kind >= template.List && v.Tag == "" && e.Format == template.YAML {
		return e.fillEmpty(s, v)
	}
	if !e.sameLine(n.Start, n.End) || n.Style != template.Flow && (n.Kind > template.String || n.Style > template.Double) {
		return change{}, e.refuse(n.Start, fmt.Sprintf("the value is not a single line; change it by hand to %s", flow(v, false)))
	}
	if len(s.pairs) > 0 && s.index() < 0 && v.Tag != "" {
		return change{}, e.refuse(n.Start, "the value is the argument of a short-form intrinsic")
	}
	text := e.inline(s, v)
	if before := n.Start; before > 0 && strings.ContainsRune(":-", rune(e.Source[before-1])) && e.Format == template.YAML {
		text = " " + text
	}
	if n.Anchor != "" {
		return change{}, e.refuse(n.Start, "the value has an anchor")
	}
	return change{splices: []splice{{n.Start, n.End, text}}, at: s, by: v}, nil
}

// inline writes v on one line in place of the node at s, with that node's kind of quotes.
func (e *editor) inline(s spot, v Value) string {
	n := s.node()
	switch {
	case e.Format == template.JSON:
		return jsonValue(v, 0, 0, e.eol)
	case e.Format == template.TOML:
		if v.Kind == template.String && n.Style == template.Single && !strings.ContainsAny(v.Text, "'\n\r\t") {
			return "'" + v.Text + "'"
		}
		return tomlValue(v)
	case v.Kind == template.String && v.Tag == "" && n.Style == template.Double:
		return jsonText(v.Text)
	case v.Kind == template.String && v.Tag == "" && n.Style == template.Single && !strings.ContainsAny(v.Text, "\n\r"):
		return "'" + strings.ReplaceAll(v.Text, "'", "''") + "'"
	}
	return flow(v, e.inFlow(s))
}

// inFlow reports whether any container around the node is written with brackets.
func (e *editor) inFlow(s spot) bool {
	for _, n := range s.chain[:len(s.chain)-1] {
		if n.Style == template.Flow || n.Style == template.Implicit {
			return true
		}
	}
	return false
}
