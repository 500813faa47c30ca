package template

import "strings"

// unknown stands in a flattened text for what only a deployment knows.
const unknown = "\x00"

// Flatten writes a value as one text in which Ref, GetAtt and Sub all look like `${X}`, and Join is joined:
// `!Join [”, ['function:', !Ref Fn, ':live']]` and `!Sub function:${Fn}:live` become equal. Parts that can't
// be written so become a NUL.
func (n *Node) Flatten() string { return n.flatten(16) }

func (n *Node) flatten(depth int) string {
	n = n.Resolve()
	if n == nil || depth == 0 {
		return unknown
	}
	if s, ok := n.Str(); ok {
		return s
	}
	switch n.Fn {
	case "Ref":
		if id, ok := n.Ref(); ok {
			return "${" + id + "}"
		}
	case "Fn::GetAtt":
		if id, attr, ok := n.GetAtt(); ok && attr != "" {
			return "${" + id + "." + attr + "}"
		}
	case "Fn::Sub":
		return n.flattenSub(depth)
	case "Fn::Join":
		items := n.Arg.List()
		if len(items) != 2 || items[1].List() == nil {
			return unknown
		}
		var parts []string
		for _, item := range items[1].List() {
			parts = append(parts, item.flatten(depth-1))
		}
		return strings.Join(parts, items[0].flatten(depth-1))
	}
	return unknown
}

func (n *Node) flattenSub(depth int) string {
	text, own, ok := n.Sub()
	if !ok {
		return unknown
	}
	var b strings.Builder
	at := 0
	for _, v := range Variables(text.Text) {
		b.WriteString(text.Text[at:v.Start])
		at = v.End
		switch {
		case v.Literal:
			b.WriteString("${" + v.Name + "}")
		case own.Has(v.Name):
			b.WriteString(own.Get(v.Name).flatten(depth - 1))
		default:
			b.WriteString("${" + v.Name + "}")
		}
	}
	b.WriteString(text.Text[at:])
	return b.String()
}
