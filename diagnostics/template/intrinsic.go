package template

import "strings"

// markIntrinsic sets Fn and Arg where n calls an intrinsic: `!Sub x`, or a map whose only key is Ref or
// Fn::Something. (`Condition` in long form is an ordinary key outside of Conditions, so it is left alone.)
func markIntrinsic(n *Node) {
	if name, ok := shortName(n.Tag); ok {
		arg := *n
		arg.Tag, arg.Anchor, arg.Start = "", "", n.Body
		markIntrinsic(&arg)
		n.Fn, n.Arg, n.Short = name, &arg, true
		return
	}
	if n.Kind != Map || len(n.Pairs) != 1 {
		return
	}
	key := n.Pairs[0].Key.Text
	if key == "Ref" || strings.HasPrefix(key, "Fn::") && !strings.HasPrefix(key, "Fn::ForEach") {
		n.Fn, n.Arg = key, n.Pairs[0].Value
	}
}

// shortName is the canonical name of a short-form tag. `!!str` and a bare `!` are no calls.
func shortName(tag string) (string, bool) {
	switch {
	case len(tag) < 2 || tag[0] != '!' || tag[1] == '!' || tag[1] == '<':
		return "", false
	case tag == "!Ref" || tag == "!Condition":
		return tag[1:], true
	}
	return "Fn::" + tag[1:], true
}

// Variable is one `${…}` of a string. Start and End are byte offsets in the decoded text.
type Variable struct {
	Name       string // without ${ }, blanks trimmed
	Start, End int
	Literal    bool // ${!x}: not substituted, the ! is dropped
}

// ID is the logical id a variable names and the attribute, if any: "Fn.Arn" is Fn and Arn.
func (v Variable) ID() (id, attr string) {
	id, attr, _ = strings.Cut(v.Name, ".")
	return id, attr
}

// Variables lists every `${…}` of text, in order. An unclosed one ends the list.
func Variables(text string) []Variable {
	var vars []Variable
	for from := 0; ; {
		i := strings.Index(text[from:], "${")
		if i < 0 {
			return vars
		}
		start := from + i
		j := strings.IndexByte(text[start:], '}')
		if j < 0 {
			return vars
		}
		end := start + j + 1
		inner := text[start+2 : end-1]
		if k := strings.LastIndex(inner, "${"); k >= 0 { // "${a${b}": the inner one is the variable
			start += 2 + k
			inner = text[start+2 : end-1]
		}
		v := Variable{Start: start, End: end, Name: strings.TrimSpace(inner)}
		if strings.HasPrefix(v.Name, "!") {
			v.Literal, v.Name = true, v.Name[1:]
		}
		vars = append(vars, v)
		from = end
	}
}

// Sub takes a Fn::Sub apart: its text node and, in the list form, the map of its own variables.
func (n *Node) Sub() (text, own *Node, ok bool) {
	if n = n.Resolve(); n == nil || n.Fn != "Fn::Sub" {
		return nil, nil, false
	}
	arg := n.Arg.Resolve()
	if items := arg.List(); len(items) > 0 {
		text = items[0]
		if len(items) > 1 {
			own = items[1]
		}
	} else {
		text = arg
	}
	if _, plain := text.Str(); !plain {
		return nil, nil, false
	}
	return text, own, true
}

// GetAtt takes a Fn::GetAtt apart, in the list form and in the dotted one.
func (n *Node) GetAtt() (id, attr string, ok bool) {
	if n = n.Resolve(); n == nil || n.Fn != "Fn::GetAtt" {
		return "", "", false
	}
	if items := n.Arg.List(); len(items) >= 2 {
		id, ok = items[0].Str()
		attr, _ = items[1].Str()
		return id, attr, ok
	}
	text, ok := n.Arg.Str()
	id, attr, _ = strings.Cut(text, ".")
	return id, attr, ok
}

// Ref gives the target of a Ref.
func (n *Node) Ref() (id string, ok bool) {
	if n = n.Resolve(); n == nil || n.Fn != "Ref" {
		return "", false
	}
	return n.Arg.Str()
}

// PseudoParameters are the parameters CloudFormation predefines (AWS CloudFormation user guide,
// "Pseudo parameters reference").
func PseudoParameters() []string {
	return []string{
		"AWS::AccountId", "AWS::NotificationARNs", "AWS::NoValue", "AWS::Partition",
		"AWS::Region", "AWS::StackId", "AWS::StackName", "AWS::URLSuffix",
	}
}

// IsPseudo reports whether name is a pseudo parameter, spelled exactly.
func IsPseudo(name string) bool {
	for _, p := range PseudoParameters() {
		if p == name {
			return true
		}
	}
	return false
}
