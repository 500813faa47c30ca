package template

import (
	"errors"
	"fmt"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// tomlReader builds the tree of a TOML file expression by expression.
type tomlReader struct {
	doc    *Document
	parser unstable.Parser
	table  *Node // the map that `key = value` lines go to
}

func (d *Document) parseTOML() error {
	d.Root = &Node{Kind: Map, Style: Table, End: len(d.Source)}
	r := &tomlReader{doc: d, table: d.Root}
	r.parser.KeepComments = true
	r.parser.Reset(d.Source)
	for r.parser.NextExpression() {
		if err := r.expression(r.parser.Expression()); err != nil {
			return err
		}
	}
	return r.syntax(r.parser.Error())
}

func (r *tomlReader) syntax(err error) error {
	if err == nil {
		return nil
	}
	offset := 0
	var p *unstable.ParserError
	if errors.As(err, &p) && len(p.Highlight) > 0 {
		offset = int(r.parser.Range(p.Highlight).Offset)
	}
	return r.doc.fail(offset, Syntax, err.Error())
}

func (r *tomlReader) expression(e *unstable.Node) error {
	switch e.Kind {
	case unstable.Comment:
		r.comment(e)
	case unstable.Table, unstable.ArrayTable:
		return r.header(e)
	case unstable.KeyValue:
		if err := r.keyValue(r.table, e); err != nil {
			return err
		}
		r.table.section = int(e.Raw.Offset + e.Raw.Length)
	}
	return nil
}

func (r *tomlReader) comment(e *unstable.Node) {
	start := int(e.Raw.Offset)
	end := start + int(e.Raw.Length)
	text := strings.TrimSpace(strings.TrimLeft(string(r.doc.Source[start:end]), "#"))
	r.doc.Comments = append(r.doc.Comments, Comment{start, end, text})
}

// key makes the Node of one key part.
func (r *tomlReader) key(k *unstable.Node) *Node {
	start := int(k.Raw.Offset)
	return &Node{Kind: String, Text: string(k.Data), Start: start, Body: start, End: start + int(k.Raw.Length)}
}

// header opens `[a.b]` or `[[a.b]]`.
func (r *tomlReader) header(e *unstable.Node) error {
	table := r.doc.Root
	parts := e.Key()
	for parts.Next() {
		key := r.key(parts.Node())
		var err error
		if !parts.IsLast() {
			table, err = r.inner(table, key)
		} else {
			table, err = r.open(table, key, e.Kind == unstable.ArrayTable)
		}
		if err != nil {
			return err
		}
	}
	r.table = table
	return nil
}

// inner steps into a part of a header that is not the last.
func (r *tomlReader) inner(table, key *Node) (*Node, error) {
	next := table.Get(key.Text)
	if next != nil && next.Kind == List && len(next.Items) > 0 {
		next = next.Items[len(next.Items)-1]
	}
	if next == nil {
		next = r.newTable(key)
		table.Pairs = append(table.Pairs, Pair{key, next})
	}
	if next.Kind != Map {
		return nil, r.twice(key)
	}
	return next, nil
}

// open makes the table that the last part of a header names.
func (r *tomlReader) open(table, key *Node, array bool) (*Node, error) {
	old, next := table.Get(key.Text), r.newTable(key)
	next.section = lineContentEnd(r.doc.Source, key.End)
	switch {
	case array && old == nil:
		list := &Node{Kind: List, Style: Table, Start: key.Start, Body: key.Start, End: key.End, Items: []*Node{next}}
		table.Pairs = append(table.Pairs, Pair{key, list})
	case array && old.Kind == List && old.Style == Table:
		old.Items = append(old.Items, next)
	case array:
		return nil, r.twice(key)
	case old == nil:
		table.Pairs = append(table.Pairs, Pair{key, next})
	case old.Kind != Map || old.Style != Table || old.section > 0:
		return nil, r.twice(key)
	default:
		// `[a.b]` came before `[a]`: the map is there, the header is new.
		old.Start, old.Body, old.End, old.section = key.Start, key.Start, key.End, next.section
		return old, nil
	}
	return next, nil
}

func (r *tomlReader) newTable(key *Node) *Node {
	return &Node{Kind: Map, Style: Table, Start: key.Start, Body: key.Start, End: key.End}
}

func (r *tomlReader) twice(key *Node) error {
	return r.doc.fail(key.Start, Syntax, fmt.Sprintf("%s is defined twice", key.Text))
}

func lineContentEnd(src []byte, i int) int {
	for i < len(src) && src[i] != '\n' && src[i] != '\r' {
		i++
	}
	return i
}

// keyValue adds `a.b = value` to table, which may be an inline one.
func (r *tomlReader) keyValue(table *Node, e *unstable.Node) error {
	parts := e.Key()
	for parts.Next() {
		key := r.key(parts.Node())
		old := table.Get(key.Text)
		if !parts.IsLast() {
			if old == nil {
				old = &Node{Kind: Map, Style: Dotted, Start: key.Start, Body: key.Start, End: key.End}
				table.Pairs = append(table.Pairs, Pair{key, old})
			} else if old.Kind != Map {
				return r.twice(key)
			}
			table = old
			continue
		}
		if old != nil {
			return r.twice(key)
		}
		value, err := r.value(e.Value(), r.afterEquals(key.End), 0)
		if err != nil {
			return err
		}
		table.Pairs = append(table.Pairs, Pair{key, value})
	}
	return nil
}

// afterEquals skips ` = ` behind a key.
func (r *tomlReader) afterEquals(i int) int {
	src := r.doc.Source
	for i < len(src) && (src[i] == ' ' || src[i] == '\t' || src[i] == '=') {
		i++
	}
	return i
}

// value builds a value that begins at or after from; the parser does not say where arrays begin and end.
func (r *tomlReader) value(v *unstable.Node, from, depth int) (*Node, error) {
	if depth > maxDepth {
		return nil, r.doc.fail(from, TooDeep, fmt.Sprintf("values are nested more than %d deep", maxDepth))
	}
	from = r.skip(from)
	n := &Node{Start: from, Body: from, Style: Flow}
	switch v.Kind {
	case unstable.Array, unstable.InlineTable:
		return n, r.collection(n, v, depth)
	case unstable.String:
		n.Kind, n.Style = String, Double
		if r.doc.Source[from] == '\'' {
			n.Style = Single
		}
	case unstable.Bool:
		n.Kind, n.Style = Bool, Plain
	case unstable.Integer, unstable.Float:
		n.Kind, n.Style = Number, Plain
	default:
		n.Kind, n.Style = String, Plain
	}
	n.Text = string(v.Data)
	n.End = int(v.Raw.Offset + v.Raw.Length)
	return n, nil
}

func (r *tomlReader) collection(n *Node, v *unstable.Node, depth int) error {
	end := n.Start + 1
	closing := byte(']')
	n.Kind = List
	if v.Kind == unstable.InlineTable {
		n.Kind, closing = Map, '}'
	}
	it := v.Children()
	for it.Next() {
		c := it.Node()
		switch c.Kind {
		case unstable.Comment:
			r.comment(c)
			end = int(c.Raw.Offset + c.Raw.Length)
		case unstable.KeyValue:
			if err := r.keyValue(n, c); err != nil {
				return err
			}
			end = int(c.Raw.Offset + c.Raw.Length)
		default:
			item, err := r.value(c, end, depth+1)
			if err != nil {
				return err
			}
			n.Items = append(n.Items, item)
			end = item.End
		}
	}
	for end = r.skip(end); end < len(r.doc.Source) && r.doc.Source[end] != closing; end++ {
	}
	n.End = min(end+1, len(r.doc.Source))
	return nil
}

// skip passes blanks, line breaks, commas and comments.
func (r *tomlReader) skip(i int) int {
	src := r.doc.Source
	for i < len(src) {
		switch src[i] {
		case ' ', '\t', '\r', '\n', ',':
			i++
		case '#':
			i = lineContentEnd(src, i)
		default:
			return i
		}
	}
	return i
}
