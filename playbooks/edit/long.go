package edit

import (
	"strings"

	"firstaid/diagnostics/template"
)

// LongForm writes a call in short form out: `!Sub "x"` becomes `{Fn::Sub: "x"}`, on the same line. Files that
// AWS::Include takes in know no other form.
func LongForm(path ...string) Op {
	return func(e *editor) (change, error) {
		s, err := e.at(path)
		if err != nil {
			return change{}, err
		}
		n := s.node()
		switch {
		case n.Fn == "" || !n.Short:
			return change{}, e.already(n.Start, "there is no short form any more")
		case n.Anchor != "":
			return change{}, e.refuse(n.Start, "the value has an anchor")
		}
		return e.long(s, n.Fn, longArgument(n))
	}
}

// longArgument is the argument that the long form takes: Fn::GetAtt wants a list.
func longArgument(n *template.Node) *template.Node {
	if text, ok := n.Arg.Str(); ok && n.Fn == "Fn::GetAtt" {
		if id, attribute, ok := strings.Cut(text, "."); ok {
			return Texts(id, attribute)
		}
	}
	return n.Arg
}

// WrapSubLong is WrapSub in long form.
func WrapSubLong(names []string, path ...string) Op {
	return func(e *editor) (change, error) {
		s, text, _, err := e.toWrap(names, path)
		if err != nil {
			return change{}, err
		}
		n := s.node()
		inner := *n
		inner.Text, inner.Anchor = text, ""
		if n.Anchor != "" {
			return change{}, e.refuse(n.Start, "the value has an anchor")
		}
		return e.long(s, "Fn::Sub", &inner)
	}
}

// long puts a call in long form in place of the node at s.
func (e *editor) long(s spot, fn string, arg *template.Node) (change, error) {
	n := s.node()
	if !e.sameLine(n.Start, n.End) || n.Style == template.Block || n.Style == template.Literal || n.Style == template.Folded || len(s.pairs) == 0 || s.index() < 0 {
		return change{}, e.refuse(n.Start, "the value is not a single line; write it with "+fn+" by hand")
	}
	body := string(e.Source[n.Body:n.End])
	quoted := n.Style == template.Double || n.Style == template.Single
	if arg != n.Arg && !(quoted && arg.Text == n.Text) || n.Style == template.Plain {
		body = flow(arg, true)
	}
	open, shut := "{"+fn+": ", "}"
	if e.Format == template.JSON {
		open, body = `{"`+fn+`": `, jsonValue(arg, 0, 0, e.eol)
	}
	lead := ""
	if n.Start > 0 && strings.ContainsRune(":,[{-", rune(e.Source[n.Start-1])) && e.Format == template.YAML {
		lead = " "
	}
	return change{splices: []splice{{n.Start, n.End, lead + open + body + shut}}, at: s, by: Mapping(Entry(fn, arg))}, nil
}
