package edit

import (
	"slices"
	"strings"

	"firstaid/diagnostics/template"
)

// WrapSub puts the text at path into Fn::Sub, keeping its quotes and block style. Only the variables named
// in names are meant to be substituted; every other `${x}` of the text becomes `${!x}`, so it stays as it is. A
// `${!x}` stays too: only inside Fn::Sub does it have a meaning.
func WrapSub(names []string, path ...string) Op {
	return func(e *editor) (change, error) {
		s, text, marks, err := e.toWrap(names, path)
		if err != nil {
			return change{}, err
		}
		return e.wrap(s, text, marks)
	}
}

// toWrap finds a text that can go into Fn::Sub, and what it has to be there.
func (e *editor) toWrap(names, path []string) (spot, string, []splice, error) {
	s, err := e.at(path)
	if err != nil {
		return s, "", nil, err
	}
	n := s.node()
	switch {
	case n.Fn == "Fn::Sub":
		return s, "", nil, e.already(n.Start, "already in Fn::Sub")
	case n.Fn != "" || n.Kind != template.String || n.Tag != "":
		return s, "", nil, e.refuse(n.Start, "only a plain text can be put into Fn::Sub, not a "+kindName(n))
	case e.Format == template.TOML:
		return s, "", nil, e.refuse(n.Start, "there is no Fn::Sub in TOML")
	}
	text, marks, err := e.escape(n, names)
	return s, text, marks, err
}

// escape finds where a `!` must go in so that Fn::Sub leaves a variable alone.
func (e *editor) escape(n *template.Node, names []string) (string, []splice, error) {
	vars := template.Variables(n.Text)
	raw := e.Source[n.Body:n.End]
	inRaw := template.Variables(string(raw))
	if len(vars) != len(inRaw) {
		return "", nil, e.refuse(n.Start, "the variables are written with escapes")
	}
	var b strings.Builder
	var marks []splice
	at := 0
	for i, v := range vars {
		if slices.Contains(names, v.Name) || v.Literal {
			continue
		}
		b.WriteString(n.Text[at:v.Start+2] + "!")
		at = v.Start + 2
		p := n.Body + inRaw[i].Start + 2
		marks = append(marks, splice{p, p, "!"})
	}
	b.WriteString(n.Text[at:])
	return b.String(), marks, nil
}

func (e *editor) wrap(s spot, text string, marks []splice) (change, error) {
	n := s.node()
	inner := *n
	inner.Text, inner.Anchor = text, ""
	short := len(s.pairs) == 0 || s.index() >= 0
	if short && e.Format == template.YAML {
		tagged := inner
		tagged.Tag, tagged.Anchor = "!Sub", n.Anchor
		lead := ""
		if n.Body > 0 && strings.ContainsRune(":,[{-", rune(e.Source[n.Body-1])) && n.Body == n.Start {
			lead = " "
		}
		return change{splices: append(marks, splice{n.Body, n.Body, lead + "!Sub "}), at: s, by: &tagged}, nil
	}
	if n.Style != template.Double && n.Style != template.Single {
		return change{}, e.refuse(n.Start, "the text is the argument of a short-form intrinsic; write the outer one in long form first")
	}
	by := Mapping(Entry("Fn::Sub", &inner))
	return change{splices: append(marks, splice{n.Body, n.Body, `{"Fn::Sub": `}, splice{n.End, n.End, "}"}), at: s, by: by}, nil
}
