package template

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v4"
)

// parseYAML fills Root from YAML or JSON. yaml/v4 gives the tree and where each node starts; where a node
// ends is computed here, because no Go library tells it exactly.
func (d *Document) parseYAML() error {
	text, masked := d.Source, false
	if body := bytes.TrimSpace(bytes.TrimPrefix(d.Source, bom)); len(body) > 0 && body[0] == '{' && json.Valid(body) {
		d.Format = JSON
		text, masked = maskSurrogates(d.Source)
	}
	var root yaml.Node
	if err := yaml.Load(text, &root); err != nil {
		return d.yamlError(err)
	}
	if len(root.Content) != 1 {
		return d.fail(0, Empty, "file holds no value")
	}
	b := &builder{doc: d, src: d.Source, nodes: map[*yaml.Node]*Node{}, masked: masked}
	n, err := b.build(root.Content[0], -1, 0)
	if err != nil {
		return err
	}
	d.Root = n
	d.collectComments()
	return nil
}

var (
	surrogates = regexp.MustCompile(`\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}`)
	rendered   = regexp.MustCompile(`\{%|\{\{\s*cookiecutter|\{\{[^}\n]*\}\}\s*:|:\s+\{\{`)
)

// maskSurrogates replaces each surrogate pair by a text of the same length: JSON allows the pair, YAML
// does not, and every position must stay what it is. The real text is decoded from the source later.
func maskSurrogates(src []byte) ([]byte, bool) {
	if !surrogates.Match(src) {
		return src, false
	}
	return surrogates.ReplaceAll(src, []byte(`\u0041\u0041`)), true
}

func (d *Document) yamlError(err error) error {
	e := &Error{Position: Position{File: d.Name}, Message: err.Error()}
	var many *yaml.LoadErrors
	var one *yaml.LoadError
	switch {
	case strings.Contains(err.Error(), "found multiple"):
		return d.fail(d.secondDocument(), ManyDocuments, "file holds more than one YAML document; a template is exactly one")
	case strings.Contains(err.Error(), "no documents"):
		return d.fail(0, Empty, "file holds no value")
	case errors.As(err, &many) && len(many.Errors) > 0:
		one = many.Errors[0]
	case !errors.As(err, &one):
	}
	if one != nil {
		e.Message = one.Message
		if one.ContextMsg != "" {
			e.Message += " " + one.ContextMsg
		}
		e.Position = d.mark(one.Mark)
		e.Context = d.mark(one.ContextMark)
		if e.Line == 0 {
			e.Position = e.Context
		}
	}
	if rendered.Match(d.Source) {
		e.Reason = Unrendered
		e.Message = "looks like the source of a template generator (Jinja, cookiecutter); check the rendered file: " + e.Message
	}
	return e
}

func (d *Document) mark(m yaml.Mark) Position {
	if m.Line < 1 {
		return Position{File: d.Name}
	}
	line := min(m.Line, len(d.lines))
	start, end := d.LineRange(d.lines[line-1])
	off := start
	for c := 1; c < m.Column && off < end; c++ {
		off += runeLen(d.Source[off])
	}
	return Position{File: d.Name, Line: line, Column: max(m.Column, 1), Offset: min(off, len(d.Source))}
}

// secondDocument finds the first marker after content; only used to point at it.
func (d *Document) secondDocument() int {
	seen := false
	for _, off := range d.lines {
		line := d.Source[off:]
		switch {
		case bytes.HasPrefix(line, []byte("---")) || bytes.HasPrefix(line, []byte("...")):
			if seen {
				return off
			}
		case len(bytes.TrimSpace(line)) > 0 && line[0] != '#' && line[0] != '%' && line[0] != '\n' && line[0] != '\r':
			seen = true
		}
	}
	return 0
}

// builder turns yaml nodes into Nodes in source order.
type builder struct {
	doc    *Document
	src    []byte
	nodes  map[*yaml.Node]*Node
	masked bool
	// The last place looked up. Nodes come in source order, so long one-line files cost one pass.
	line, column, offset int
}

func runeLen(c byte) int {
	switch {
	case c < 0xC0:
		return 1
	case c < 0xE0:
		return 2
	case c < 0xF0:
		return 3
	}
	return 4
}

// at turns yaml's line and column (in characters, a BOM not counted) into a byte offset.
func (b *builder) at(line, column int) int {
	if line < 1 || line > len(b.doc.lines) {
		return len(b.src)
	}
	if line != b.line || column < b.column {
		b.line, b.column, b.offset = line, 1, b.doc.lines[line-1]
		if line == 1 && bytes.HasPrefix(b.src, bom) {
			b.offset = len(bom)
		}
	}
	for b.column < column && b.offset < len(b.src) {
		b.offset += runeLen(b.src[b.offset])
		b.column++
	}
	return min(b.offset, len(b.src))
}

// build converts y; indent is the column (0-based) of the enclosing block collection, -1 at the root.
func (b *builder) build(y *yaml.Node, indent, depth int) (*Node, error) {
	start := b.at(y.Line, y.Column)
	if depth > maxDepth {
		return nil, b.doc.fail(start, TooDeep, fmt.Sprintf("values are nested more than %d deep", maxDepth))
	}
	n := &Node{Start: start, Body: start, Anchor: y.Anchor}
	b.nodes[y] = n
	if y.Kind == yaml.AliasNode {
		n.Kind, n.Text, n.Target = Alias, y.Value, b.nodes[y.Alias]
		n.End = start + 1 + len(y.Value)
		return n, nil
	}
	b.properties(n, y)
	var err error
	switch y.Kind {
	case yaml.ScalarNode:
		b.scalar(n, y, indent)
	case yaml.SequenceNode:
		err = b.sequence(n, y, indent, depth)
	case yaml.MappingNode:
		err = b.mapping(n, y, indent, depth)
	default:
		err = b.doc.fail(start, Syntax, "unexpected YAML construct")
	}
	if err == nil {
		markIntrinsic(n)
	}
	return n, err
}

// properties moves Body behind the tag and the anchor. A bare `!` is a tag too.
func (b *builder) properties(n *Node, y *yaml.Node) {
	tag := y.Style&yaml.TaggedStyle != 0 || y.Kind == yaml.ScalarNode && n.Start < len(b.src) && b.src[n.Start] == '!'
	anchor := y.Anchor != ""
	empty := y.Kind == yaml.ScalarNode && y.Value == "" &&
		y.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) == 0
	end := n.Body
	for i := 0; i < 2 && n.Body < len(b.src); i++ {
		switch c := b.src[n.Body]; {
		case c == '!' && tag:
			end = b.word(n.Body)
			n.Tag, tag = string(b.src[n.Body:end]), false
		case c == '&' && anchor:
			end, anchor = b.word(n.Body), false
		default:
			i = 2
			continue
		}
		n.Body = b.blank(end)
	}
	if empty {
		n.Body = end
	}
}

// word is the end of the run of characters that a tag or anchor is made of.
func (b *builder) word(i int) int {
	for i < len(b.src) && !strings.ContainsRune(" \t\r\n,[]{}", rune(b.src[i])) {
		i++
	}
	return i
}

// blank skips white space, line breaks and comments.
func (b *builder) blank(i int) int {
	for i < len(b.src) {
		if k := space(b.src[i:]); k > 0 {
			i += k
			continue
		}
		if b.src[i] != '#' {
			return i
		}
		for i < len(b.src) && b.src[i] != '\n' && b.src[i] != '\r' {
			i++
		}
	}
	return i
}

// space is the length of the white space or line break character at the start of s, or 0.
func space(s []byte) int {
	switch {
	case s[0] == ' ' || s[0] == '\t' || s[0] == '\n' || s[0] == '\r':
		return 1
	case bytes.HasPrefix(s, []byte("\u0085")):
		return 2
	case bytes.HasPrefix(s, []byte("\u2028")), bytes.HasPrefix(s, []byte("\u2029")), bytes.HasPrefix(s, bom):
		return 3
	}
	return 0
}

func (b *builder) sequence(n *Node, y *yaml.Node, indent, depth int) error {
	n.Kind, n.Style = List, Block
	if n.Body < len(b.src) && b.src[n.Body] == '[' {
		n.Style = Flow
	} else {
		indent = b.indentOf(n.Body)
	}
	end := n.Body + 1
	n.Items = make([]*Node, 0, len(y.Content))
	for _, c := range y.Content {
		item, err := b.build(c, indent, depth+1)
		if err != nil {
			return err
		}
		n.Items = append(n.Items, item)
		end = max(end, item.End)
	}
	n.End = b.closing(n, end, ']')
	return nil
}

// indentOf is the 0-based column of an offset, in characters.
func (b *builder) indentOf(offset int) int { return b.doc.Position(offset).Column - 1 }

// closing is the end of a flow collection whose last child ends at end; block collections end with it.
func (b *builder) closing(n *Node, end int, bracket byte) int {
	if n.Style != Flow {
		return end
	}
	for end < len(b.src) && b.src[end] != bracket {
		next := b.blank(end)
		if next == end {
			next++
		}
		end = next
	}
	return min(end+1, len(b.src))
}

func (b *builder) mapping(n *Node, y *yaml.Node, indent, depth int) error {
	n.Kind, n.Style = Map, Block
	switch {
	case n.Body < len(b.src) && b.src[n.Body] == '{':
		n.Style = Flow
	case y.Style&yaml.FlowStyle != 0:
		n.Style, n.Awkward = Implicit, "is a mapping without braces inside a flow list"
	default:
		indent = b.indentOf(n.Body)
	}
	end := n.Body
	if n.Style == Flow {
		end++
	}
	seen := make(map[string]bool, len(y.Content)/2)
	n.Pairs = make([]Pair, 0, len(y.Content)/2)
	for i := 0; i+1 < len(y.Content); i += 2 {
		key, err := b.build(y.Content[i], indent, depth+1)
		if err != nil {
			return err
		}
		value, err := b.build(y.Content[i+1], indent, depth+1)
		if err != nil {
			return err
		}
		p := Pair{key, value}
		n.Pairs = append(n.Pairs, p)
		end = max(end, key.End, value.End)
		b.awkward(n, p, seen)
	}
	n.End = b.closing(n, end, '}')
	return nil
}

// awkward notes why a text edit among n's entries could change more than it says.
func (b *builder) awkward(n *Node, p Pair, seen map[string]bool) {
	before := bytes.TrimRight(b.src[:p.Key.Start], " \t")
	switch {
	case seen[p.Key.Text]:
		b.doc.Duplicates = append(b.doc.Duplicates, p)
		n.Awkward = "has the key " + p.Key.Text + " twice"
	case p.Key.Text == "<<" && p.Key.Style == Plain:
		n.Awkward = "has a merge key (<<)"
	case p.Key.Kind > String || p.Key.Tag != "" || p.Key.Anchor != "":
		n.Awkward = "has a key that is not a plain text"
	case len(before) > 0 && before[len(before)-1] == '?' && (p.Key.Start > len(before)):
		n.Awkward = "has an explicit key (?)"
	}
	seen[p.Key.Text] = true
}
