package template

import (
	"bytes"
	"encoding/json"

	"go.yaml.in/yaml/v4"
)

// scalar fills kind, style, text and end of a scalar whose content begins at n.Body.
func (b *builder) scalar(n *Node, y *yaml.Node, indent int) {
	n.Text, n.Kind = y.Value, String
	switch {
	case y.Style&yaml.DoubleQuotedStyle != 0:
		n.Style, n.End = Double, quotedEnd(b.src, n.Body, '"')
		if b.masked {
			// Only JSON is masked, so a JSON string it is.
			_ = json.Unmarshal(b.src[n.Body:n.End], &n.Text)
		}
	case y.Style&yaml.SingleQuotedStyle != 0:
		n.Style, n.End = Single, quotedEnd(b.src, n.Body, '\'')
	case y.Style&yaml.LiteralStyle != 0:
		n.Style, n.End = Literal, b.blockEnd(n.Body, indent)
	case y.Style&yaml.FoldedStyle != 0:
		n.Style, n.End = Folded, b.blockEnd(n.Body, indent)
	default:
		n.End = plainEnd(b.src, n.Body, n.Text)
		n.Kind = plainKind(y, n)
	}
}

// plainKind is what CloudFormation's YAML reader makes of an unquoted scalar. Dates stay texts.
func plainKind(y *yaml.Node, n *Node) Kind {
	if n.Tag != "" && n.Tag[0] == '!' && len(n.Tag) > 1 && n.Tag[1] != '!' {
		return String // the argument of an intrinsic
	}
	switch y.ShortTag() {
	case "!!null":
		return Null
	case "!!bool":
		return Bool
	case "!!int", "!!float":
		return Number
	}
	return String
}

// quotedEnd is the offset after the closing quote.
func quotedEnd(src []byte, i int, quote byte) int {
	for i++; i < len(src); i++ {
		switch {
		case src[i] == '\\' && quote == '"':
			i++
		case src[i] == quote && quote == '\'' && i+1 < len(src) && src[i+1] == quote:
			i++
		case src[i] == quote:
			return i + 1
		}
	}
	return len(src)
}

// plainEnd walks the source along the decoded text. A plain scalar has no escapes and folding touches
// white space only, so the characters that are not blank come in the same order.
func plainEnd(src []byte, i int, text string) int {
	end := i
	for t := 0; t < len(text); {
		if k := space([]byte(text[t:min(t+3, len(text))])); k > 0 {
			t += k
			continue
		}
		for i < len(src) {
			k := space(src[i:])
			if k == 0 {
				break
			}
			i += k
		}
		if i >= len(src) || src[i] != text[t] {
			return end
		}
		i++
		t++
		end = i
	}
	return end
}

// blockEnd is the end of a block scalar, the final line break excluded unless blank lines are kept (+).
// parent is the indent of the enclosing block collection.
func (b *builder) blockEnd(start, parent int) int {
	header, at := b.src[start:], b.doc.line(start)
	if i := bytes.IndexAny(header, "\r\n"); i >= 0 {
		header = header[:i]
	}
	explicit, keep := 0, false
	for _, c := range header[1:] {
		if c == '+' {
			keep = true
		} else if c >= '1' && c <= '9' {
			explicit = int(c - '0')
		} else if c != '-' {
			break
		}
	}
	indent := 0
	if explicit > 0 {
		indent = max(parent, 0) + explicit
	}
	end := start + len(bytes.TrimRight(commentless(header), " \t"))
	for i := at + 1; i < len(b.doc.lines); i++ {
		from, to := b.doc.LineRange(b.doc.lines[i])
		line := bytes.TrimRight(b.src[from:to], "\r\n")
		in := len(line) - len(bytes.TrimLeft(line, " "))
		if in == len(line) && (indent == 0 || in <= indent) {
			if keep && to > from {
				end = from + len(line)
			}
			continue
		}
		if indent == 0 {
			indent = max(in, parent+1)
		}
		if in < indent || atMarker(line) {
			break
		}
		end = from + len(line)
	}
	return end
}

func commentless(header []byte) []byte {
	if i := bytes.Index(header, []byte(" #")); i >= 0 {
		return header[:i]
	}
	return header
}

// atMarker reports a document marker, which ends even an unindented block scalar.
func atMarker(line []byte) bool {
	return (bytes.HasPrefix(line, []byte("---")) || bytes.HasPrefix(line, []byte("..."))) &&
		(len(line) == 3 || line[3] == ' ')
}
