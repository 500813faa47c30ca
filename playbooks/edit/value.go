package edit

import (
	"strings"

	"firstaid/diagnostics/template"
)

// Value is something to be written: a small tree without places.
type Value = *template.Node

// Text is a string.
func Text(s string) Value { return &template.Node{Kind: template.String, Text: s} }

// Bool is true or false.
func Bool(b bool) Value {
	if b {
		return &template.Node{Kind: template.Bool, Text: "true"}
	}
	return &template.Node{Kind: template.Bool, Text: "false"}
}

// Number is a number, written as given.
func Number(s string) Value { return &template.Node{Kind: template.Number, Text: s} }

// Texts is a list of strings.
func Texts(items ...string) Value {
	list := &template.Node{Kind: template.List}
	for _, s := range items {
		list.Items = append(list.Items, Text(s))
	}
	return list
}

// Seq is a list.
func Seq(items ...Value) Value { return &template.Node{Kind: template.List, Items: items} }

// Entry is one key of a Mapping.
func Entry(key string, value Value) template.Pair {
	return template.Pair{Key: Text(key), Value: value}
}

// Mapping is a map, in this order.
func Mapping(pairs ...template.Pair) Value {
	return &template.Node{Kind: template.Map, Pairs: pairs}
}

// Sub, Ref and GetAtt call intrinsics: short form in YAML, long form in JSON.
func Sub(text string) Value { return call("!Sub", text) }

// Ref refers to a resource or parameter.
func Ref(id string) Value { return call("!Ref", id) }

// GetAtt is the attribute of a resource, as "Id.Attr".
func GetAtt(dotted string) Value { return call("!GetAtt", dotted) }

func call(tag, arg string) Value {
	return &template.Node{Kind: template.String, Tag: tag, Text: arg}
}

// Copy is a tree of the file as a value to write elsewhere.
func Copy(n *template.Node) Value { return n }

// inFormat rewrites short-form calls for JSON, which has none.
func inFormat(v Value, f template.Format) Value {
	if f != template.JSON {
		return v
	}
	m := *v
	m.Items, m.Pairs = nil, nil
	for _, item := range v.Items {
		m.Items = append(m.Items, inFormat(item, f))
	}
	for _, p := range v.Pairs {
		m.Pairs = append(m.Pairs, template.Pair{Key: p.Key, Value: inFormat(p.Value, f)})
	}
	if m.Tag == "" || len(m.Tag) < 2 {
		return &m
	}
	name := "Fn::" + m.Tag[1:]
	if m.Tag == "!Ref" || m.Tag == "!Condition" {
		name = m.Tag[1:]
	}
	m.Tag = ""
	if id, attribute, ok := strings.Cut(m.Text, "."); ok && v.Tag == "!GetAtt" && m.Kind == template.String {
		return Mapping(Entry(name, Texts(id, attribute))) // the form that is documented for JSON
	}
	return Mapping(Entry(name, &m))
}
