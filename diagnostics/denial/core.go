package denial

import (
	"strings"

	"firstaid/diagnostics/actions"
)

// core reads the sentence around "authorized" = s[at:end]; its principal does
// not begin before lo.
func (p *parser) core(lo, at, end int) (match, bool) {
	s := p.s
	if phrase(s, at-len("not "), "not authorized") < 0 {
		return match{}, false
	}
	subject := at - len("not ")
	if phrase(s, subject-len("are "), "are ") > 0 {
		return match{}, false // "You are not authorized to perform this operation"
	}
	for _, verb := range [...]string{" is ", " was "} {
		if phrase(s, subject-len(verb), verb) > 0 {
			subject -= len(verb)
			break
		}
	}
	if subject == len("is ") && phrase(s, 0, "is ") > 0 {
		subject = 0 // the head is cut off
	}
	m := match{Denial: Denial{Form: FormCore, Decision: Unknown}}
	var ok bool
	if i := phrase(s, end, " to perform"); i > 0 {
		m.to, ok = p.sentence(&m.Denial, i)
	} else if i := phrase(s, end, " to access this resource"); i > 0 {
		m.Form = FormAuthorizer
		m.to, ok = p.reason(&m.Denial, i), true
	}
	if !ok {
		return match{}, false
	}
	m.from = p.principal(&m.Denial, lo, subject)
	p.inspect(&m.Denial)
	return m, true
}

// sentence reads what follows "to perform": action, resource, reason, blob.
func (p *parser) sentence(d *Denial, i int) (end int, ok bool) {
	i, ok = p.action(d, i)
	if !ok {
		return 0, false
	}
	i = p.resource(d, i)
	i = p.reason(d, i)
	if d.PolicyType == "" && d.Decision == Unknown && strings.HasPrefix(d.Action, "sts:AssumeRoleWith") {
		d.PolicyType = RoleTrust // federated calls have no identity policy
	}
	return i, true
}

// action reads "perform: s3:GetObject", with any quotes around it.
func (p *parser) action(d *Denial, i int) (int, bool) {
	s := p.s
	i = skip(s, i, ": \n`'\"[")
	j := actionEnd(s, i)
	word := strings.TrimRight(s[i:j], ".:")
	word, j = joinAction(s, i, j, word)
	service, name, found := cut(word, ':')
	switch {
	case found && actionName(service, '-') && actionName(name, '*'):
		d.Action = actions.Canonical(word)
	case !found && operationName(word):
		d.Form, d.Operation = FormOperation, word
	default:
		return 0, false
	}
	return skip(s, j, "'\"`]"), true
}

func actionEnd(s string, i int) int {
	for i < len(s) && !blank(s[i]) && strings.IndexByte("`'\",;()<>[]{}", s[i]) < 0 {
		i++
	}
	return i
}

// joinAction puts together an action that was wrapped: after the colon, or
// where only both parts make a known name.
func joinAction(s string, i, j int, word string) (string, int) {
	next := j + 1
	if next >= len(s) || s[j] != '\n' && (s[j] != ' ' || s[j-1] != ':') {
		return word, j
	}
	k := actionEnd(s, next)
	both := s[i:j] + strings.TrimRight(s[next:k], ".:")
	if strings.HasSuffix(s[i:j], ":") && k > next {
		return both, k
	}
	if _, known := actions.Lookup(word); !known {
		if _, known = actions.Lookup(both); known {
			return both, k
		}
	}
	return word, j
}

// actionName reports whether s can be a part of an action: letters and digits,
// and one more byte. Letters outside ASCII pass here and become a doubt.
func actionName(s string, also byte) bool {
	for i := range len(s) {
		if c := s[i]; !letter(c) && !digit(c) && c != also && c < 0x80 {
			return false
		}
	}
	return s != ""
}

// operationName accepts "CreateLogGroup", not the words of a sentence.
func operationName(s string) bool {
	return len(s) > 3 && 'A' <= s[0] && s[0] <= 'Z' && actionName(s, '0') && strings.ToLower(s[1:]) != s[1:]
}

// inspect notes what makes a core doubtful.
func (p *parser) inspect(d *Denial) {
	for _, v := range [...]string{d.Principal, d.Action, d.Resource} {
		if strings.Contains(v, "\uFFFD") {
			d.doubt(ControlCharacters)
		}
		if !ascii(asciiPart(v)) {
			d.doubt(NonASCII)
		}
		if strings.Contains(v, "***") {
			d.doubt(Masked)
		}
		if strings.ContainsAny(asciiPart(v), "<>{}") || placeholderAccount(v) {
			d.doubt(Placeholder)
		}
	}
	if d.Principal == "*" {
		d.doubt(Masked)
	}
	if d.Action != "" {
		if strings.Contains(d.Action, "*") {
			d.doubt(WildcardAction)
		} else if _, known := actions.Lookup(d.Action); !known && actions.IsService(d.Action[:strings.IndexByte(d.Action, ':')]) {
			d.doubt(UnknownAction)
		}
	}
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// asciiPart drops the part of a value that may hold any character: the key of
// an S3 object.
func asciiPart(v string) string {
	if strings.HasPrefix(v, "arn:") && strings.Contains(v, ":s3:::") {
		v, _, _ = strings.Cut(v, "/")
	}
	return strings.ReplaceAll(v, "\uFFFD", "")
}

// placeholderAccount: the account field of an ARN holds a word such as
// ACCOUNT_ID. "aws" and "cloudfront" are AWS's own.
func placeholderAccount(v string) bool {
	a := arnField(v, 4)
	return a != "" && a != "*" && a != "aws" && a != "cloudfront" && strings.Trim(a, "0123456789*xX") != ""
}
