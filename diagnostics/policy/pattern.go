package policy

import "strings"

// pattern is a value with wildcards: * for any run of characters, ? for one.
type pattern struct {
	text string
	wild bool
	vars bool // holds policy variables
	arn  bool // a resource's ARN: compared field by field
}

func patterns(raw []byte, fold func(string) string) ([]pattern, error) {
	values, err := list(raw, false)
	if err != nil {
		return nil, err
	}
	out := make([]pattern, len(values))
	for i, v := range values {
		if fold != nil {
			v = fold(v)
		}
		out[i].text = v
	}
	return out, nil
}

func (p *pattern) compile(variables bool) {
	p.wild = strings.ContainsAny(p.text, "*?")
	p.vars = variables && strings.Contains(p.text, "${")
	p.arn = strings.HasPrefix(p.text, "arn:")
}

// matches compares a value without variables.
func (p *pattern) matches(s string) bool {
	if !p.wild {
		return p.text == s
	}
	return p.text == "*" || glob(p.text, s)
}

// glob matches s against a pattern. It runs in O(len(p)·len(s)) at worst.
func glob(p, s string) bool {
	star, mark := -1, 0
	i, k := 0, 0
	for k < len(s) {
		switch {
		case i < len(p) && p[i] == '*':
			star, mark = i, k
			i++
		case i < len(p) && (p[i] == '?' || p[i] == s[k]):
			i++
			k++
		case star >= 0:
			mark++
			i, k = star+1, mark
		default:
			return false
		}
	}
	for i < len(p) && p[i] == '*' {
		i++
	}
	return i == len(p)
}

// resource compares a resource pattern with the ARN of a request. An ARN's
// first five fields match one by one: a wildcard does not reach over a colon
// there. Fields that are missing at the end count as *.
func (p *pattern) matchResource(r *request) Truth {
	if p.vars {
		return p.expand(r, func(x literal) bool { return x.matchARN(r.Resource) })
	}
	if p.text == "*" || p.text == r.Resource {
		return Yes
	}
	if !p.wild {
		return No
	}
	if p.arn {
		return truth(globARN(p.text, r.Resource))
	}
	return truth(glob(p.text, r.Resource))
}

// globARN compares ARNs field by field.
func globARN(p, s string) bool {
	for range 5 {
		pf, prest, more := strings.Cut(p, ":")
		sf, srest, ok := strings.Cut(s, ":")
		if !ok || !glob(pf, sf) {
			return false
		}
		if !more {
			return true // "arn:aws:sqs" stands for "arn:aws:sqs:*:*:*"
		}
		p, s = prest, srest
	}
	return glob(p, s)
}

// sameFields compares the fields of an ARN before the first variable.
func (p *pattern) sameFields(s string) bool {
	head, _, _ := strings.Cut(p.text, "${")
	n := min(strings.Count(head, ":"), 5)
	for range n {
		var pf, sf string
		pf, head, _ = strings.Cut(head, ":")
		sf, s, _ = strings.Cut(s, ":")
		if !glob(pf, sf) {
			return false
		}
	}
	return true
}

// expand puts the values of policy variables into the pattern and compares
// it. A variable whose key is absent, or has several values, never matches.
func (p *pattern) expand(r *request, match func(literal) bool) Truth {
	x, t := r.substitute(p.text)
	if t != Yes {
		return t
	}
	return truth(match(x))
}

// literal is a pattern in which characters that came from a variable stand for
// themselves. quoted holds, for each byte, whether it did.
type literal struct {
	text   string
	quoted []bool
}

func (x literal) wild(i int) byte {
	if c := x.text[i]; (c == '*' || c == '?') && !x.quoted[i] {
		return c
	}
	return 0
}

// glob is the same walk as glob, on bytes that may be quoted.
func (x literal) glob(s string) bool {
	star, mark := -1, 0
	i, k := 0, 0
	for k < len(s) {
		switch {
		case i < len(x.text) && x.wild(i) == '*':
			star, mark = i, k
			i++
		case i < len(x.text) && (x.wild(i) == '?' || x.wild(i) == 0 && x.text[i] == s[k]):
			i++
			k++
		case star >= 0:
			mark++
			i, k = star+1, mark
		default:
			return false
		}
	}
	for i < len(x.text) && x.wild(i) == '*' {
		i++
	}
	return i == len(x.text)
}

func (x literal) matchARN(s string) bool {
	if !strings.HasPrefix(x.text, "arn:") {
		return x.glob(s)
	}
	for range 5 {
		i := strings.IndexByte(x.text, ':')
		field, rest, ok := strings.Cut(s, ":")
		if i < 0 || !ok {
			return ok && x.glob(field)
		}
		if !(literal{x.text[:i], x.quoted[:i]}).glob(field) {
			return false
		}
		x, s = literal{x.text[i+1:], x.quoted[i+1:]}, rest
	}
	return x.glob(s)
}

// substitute replaces ${key}, ${key, 'default'} and the escapes ${*}, ${?} and
// ${$}. No: a key has no single value; Maybe: it is not known.
func (r *request) substitute(text string) (literal, Truth) {
	var x literal
	var b strings.Builder
	add := func(s string, quoted bool) {
		b.WriteString(s)
		for range len(s) {
			x.quoted = append(x.quoted, quoted)
		}
	}
	for {
		i := strings.Index(text, "${")
		if i < 0 {
			break
		}
		end := strings.IndexByte(text[i:], '}')
		if end < 0 {
			break
		}
		add(text[:i], false)
		name := text[i+2 : i+end]
		text = text[i+end+1:]
		if name == "*" || name == "?" || name == "$" {
			add(name, true)
			continue
		}
		v, t := r.variable(name)
		if t != Yes {
			return literal{}, t
		}
		add(v, true)
	}
	add(text, false)
	x.text = b.String()
	return x, Yes
}

// variable returns the value of a policy variable, "key" or "key, 'default'".
func (r *request) variable(name string) (string, Truth) {
	key, fallback, hasDefault := strings.Cut(name, ",")
	values, known := r.value(strings.ToLower(strings.TrimSpace(key)))
	switch {
	case !known:
		return "", Maybe
	case len(values) == 1:
		return values[0], Yes
	case len(values) == 0 && hasDefault:
		return strings.Trim(strings.TrimSpace(fallback), "'"), Yes
	}
	return "", No
}
