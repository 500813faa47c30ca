package edit

import (
	"strings"

	"firstaid/diagnostics/template"
)

// Append adds items to the list at path. A missing list is created, a single value becomes the first item.
func Append(path []string, items ...Value) Op {
	return func(e *editor) (change, error) {
		s, rest, err := e.reach(path)
		if err != nil {
			return change{}, err
		}
		if len(rest) > 0 {
			return Set(Seq(items...), path...)(e)
		}
		n := s.node()
		items := inFormat(Seq(items...), e.Format).Items
		for _, have := range append([]*template.Node{n}, n.List()...) {
			if len(items) == 1 && have.Equal(items[0]) {
				return change{}, e.already(have.Start, "already there")
			}
		}
		switch {
		case n.Kind == template.List && n.Fn == "" && n.Tag == "":
			return e.extend(s, items)
		case n.Kind == template.Null && n.Start == n.End && e.Format == template.YAML:
			return e.fillEmpty(s, Seq(items...))
		case n.Kind == template.Null || n.Kind == template.Map && n.Fn == "":
			return change{}, e.refuse(n.Start, "there is a "+kindName(n)+" where a list should be")
		}
		return e.listOf(s, items)
	}
}

// extend adds items behind the last one of a list.
func (e *editor) extend(s spot, items []Value) (change, error) {
	n := s.node()
	m := *n
	m.Items = append(append([]*template.Node{}, n.Items...), items...)
	c := change{at: s, by: &m}
	switch {
	case n.Style == template.Block:
		indent := e.column(n.Body)
		st := e.styleAt(s)
		c.splices = []splice{e.afterLine(n.Items[len(n.Items)-1].End, st.items(items, indent))}
	case n.Style == template.Flow:
		c.splices = e.flowInsert(n, len(n.Items)-1, func(indent, step int) string {
			return e.joined(items, indent, step, n)
		}, e.styleAt(s).step)
	default:
		return c, e.refuse(n.Start, "this list is written in a way that is not edited")
	}
	return c, nil
}

// joined renders several items for one place in a [ ], each on its own line where the list is spread so.
func (e *editor) joined(items []Value, indent, step int, n *template.Node) string {
	var parts []string
	for _, v := range items {
		switch e.Format {
		case template.JSON:
			parts = append(parts, jsonValue(v, indent, step, e.eol))
		case template.TOML:
			parts = append(parts, tomlItem(v, n))
		default:
			parts = append(parts, flow(v, true))
		}
	}
	if step > 0 || e.Format == template.TOML && indent > 0 {
		return strings.Join(parts, ","+e.eol+strings.Repeat(" ", indent))
	}
	return strings.Join(parts, ", ")
}

// tomlItem quotes as the list's items are quoted.
func tomlItem(v Value, n *template.Node) string {
	if v.Kind == template.String && len(n.Items) > 0 && n.Items[0].Style == template.Single && !strings.ContainsAny(v.Text, "'\n\r\t\x7f") {
		return "'" + v.Text + "'"
	}
	return tomlValue(v)
}

// listOf turns a single value into a list that starts with it.
func (e *editor) listOf(s spot, items []Value) (change, error) {
	n := s.node()
	if !e.sameLine(n.Start, n.End) || n.Style == template.Literal || n.Style == template.Folded || len(s.chain) < 2 {
		return change{}, e.refuse(n.Start, "the single value spans several lines; make it a list by hand")
	}
	if s.index() < 0 || n.Anchor != "" || s.parent().Kind != template.Map {
		return change{}, e.refuse(n.Start, "the value can't become a list here")
	}
	old := *n
	c := change{at: s, by: Seq(append([]Value{&old}, items...)...)}
	key := s.path[len(s.path)-1]
	if e.Format == template.YAML && key != "DependsOn" && s.parent().Style == template.Block && !e.inFlow(s) {
		pair := s.parent().Pairs[s.index()]
		st := e.styleAt(s.up())
		indent := e.column(pair.Key.Start) + st.dash
		colon := pair.Key.End + strings.IndexByte(string(e.Source[pair.Key.End:n.Start]), ':') + 1
		c.splices = []splice{
			{colon, n.Start, e.eolAt(n.Start) + strings.Repeat(" ", indent) + "- "},
			e.afterLine(n.End, st.items(items, indent)),
		}
		return c, nil
	}
	raw := e.Raw(n)
	if e.Format == template.YAML && !e.inFlow(s) && strings.ContainsAny(raw, ",[]{}") && n.Style == template.Plain {
		raw = flow(n, true)
	}
	c.splices = []splice{{n.Start, n.End, "[" + raw + ", " + e.joined(items, 0, 0, n) + "]"}}
	return c, nil
}

// DependsOn adds other to the DependsOn of a resource.
func DependsOn(resource, other string) Op {
	path := []string{"Resources", resource, "DependsOn"}
	return func(e *editor) (change, error) {
		_, rest, err := e.reach(path)
		if err != nil {
			return change{}, err
		}
		if len(rest) > 0 {
			return SetAfter("Type", Text(other), path...)(e)
		}
		return Append(path, Text(other))(e)
	}
}
