package denial

import "strings"

// resource reads "on resource: X" at s[i:] and returns where it ends. Values
// that the text only points at ("on this resource") leave Resource empty.
func (p *parser) resource(d *Denial, i int) int {
	s := p.s
	at := i
	if at < len(s) && blank(s[at]) {
		at++
	}
	if j := phrase(s, at, "with Tags "); j > 0 {
		at = j
	}
	for _, pointer := range [...]string{"on this resource", "on the specified resource", "on service role"} {
		if j := phrase(s, at, pointer); j > 0 {
			return j
		}
	}
	j := -1
	for _, lead := range [...]string{"on resource", "on the resource", "on resources"} {
		if k := phrase(s, at, lead); k > 0 && (k == len(s) || strings.IndexByte(": \n", s[k]) >= 0) {
			j = skip(s, k, ": \n")
		}
	}
	if j < 0 {
		if k := phrase(s, at, "on "); k > 0 && strings.HasPrefix(strings.TrimLeft(s[k:], "`'\""), "arn:") {
			j = k
		} else {
			return i
		}
	}
	if j >= len(s) {
		d.doubt(Truncated)
		return j
	}
	value, end := p.resourceValue(d, j)
	if strings.IndexFunc(value, func(r rune) bool {
		return r > 0x7f || r < 0x80 && (letter(byte(r)) || digit(byte(r)) || r == '*' || r == '/')
	}) < 0 {
		d.doubt(Truncated) // only the punctuation around the sentence
		return end
	}
	d.Resource = value
	return end
}

func (p *parser) resourceValue(d *Denial, i int) (string, int) {
	s := p.s
	limit := min(len(s), i+4096)
	mark := reasonAt(s, i, limit)
	switch c := s[i]; {
	case c == '"' || c == '`' || c == '\'':
		return p.quoted(d, i, mark, limit)
	case phrase(s, i, "because ") > 0 || phrase(s, i, "with an explicit") > 0:
		return "", i
	case strings.HasPrefix(s[i:], "arn:"):
		return p.arn(d, i, mark)
	}
	value, end := freeResource(s, i, mark)
	if mark < 0 && strings.HasPrefix(s[i+len(value):], "...") {
		d.doubt(Truncated)
	}
	return value, end
}

// quoted reads a value in quotes; the key of an S3 object may hold blanks and
// even quotes, so a closing quote is one that a word does not follow.
func (p *parser) quoted(d *Denial, i, mark, limit int) (string, int) {
	s := p.s
	closing := string(s[i])
	if s[i] == '`' {
		closing = "'`"
	}
	start := skip(s, i, s[i:i+1])
	if mark > start && s[mark-1] == closing[0] && !strings.ContainsAny(s[start:mark], "\n()") {
		return s[start : mark-1], mark
	}
	for j := start; j < limit; j++ {
		if strings.IndexByte(closing, s[j]) >= 0 && (j+1 == len(s) || strings.IndexByte(" \n.,;:)]}\"'\\<", s[j+1]) >= 0) {
			return p.unwrap(d, s[start:j]), j + 1
		}
	}
	d.doubt(Truncated)
	end := mark
	if end < 0 {
		end = start + len(upTo(s[:limit], start, "\n\""))
	}
	return p.unwrap(d, s[start:end]), end
}

// unwrap takes line breaks out of a value; blanks in it are its own.
func (p *parser) unwrap(d *Denial, value string) string {
	if strings.Contains(value, "\n") {
		d.doubt(Wrapped)
		value = strings.ReplaceAll(value, "\n", "")
	}
	return value
}

// arn reads an ARN without quotes. It ends at a blank; one that was wrapped
// goes on to the reason, or as long as it is not complete.
func (p *parser) arn(d *Denial, i, mark int) (string, int) {
	s := p.s
	if mark > 0 {
		whole := strings.TrimRight(s[i:mark], " \n")
		if strings.Contains(whole, "\n") && !strings.Contains(whole, " ") {
			d.doubt(Wrapped)
			return trimValue(unbreak(whole)), mark
		}
	}
	end := valueEnd(s, i)
	value := s[i:end]
	for end+1 < len(s) && blank(s[end]) && openARN(value, s[end] == '\n') {
		if end == mark || mark > 0 && end+1 >= mark || !continues(s, end+1) {
			break
		}
		next := valueEnd(s, end+1)
		if next == end+1 {
			break
		}
		value += s[end+1 : next]
		end = next
		d.doubt(Wrapped)
	}
	trimmed := trimValue(value)
	if strings.HasSuffix(value, "...") {
		d.doubt(Truncated)
	}
	return trimmed, end - (len(value) - len(trimmed))
}

// valueEnd returns where a value without blanks ends: also at a double quote
// and at the tag that closes an XML element.
func valueEnd(s string, i int) int {
	for i < len(s) && !blank(s[i]) && s[i] != '"' && s[i] != '`' {
		if s[i] == '<' && i+1 < len(s) && s[i+1] == '/' {
			break
		}
		i++
	}
	return i
}

// openARN reports whether an ARN cannot end here. A trailing slash is a sign
// only at a line break: "parameter/" is a resource too.
func openARN(value string, lineBreak bool) bool {
	if strings.Count(value, ":") < 5 {
		return true
	}
	return lineBreak && strings.HasSuffix(value, "/")
}

// continues reports whether the word at i can be the rest of an ARN.
func continues(s string, i int) bool {
	end := valueEnd(s, i)
	if phrase(s, i, "(Service") > 0 || i < end && s[i] == '[' {
		return false
	}
	// A word of a sentence has none of these; it can only go on with a value
	// where it is alone on its line.
	return strings.ContainsAny(s[i:end], "-_/:0123456789") || end == len(s) || s[end] == '\n' && s[i-1] == '\n'
}

// trimValue cuts the punctuation of the sentence off a value, and closing
// brackets that it did not open. A trailing colon stays where the ARN's
// resource is empty (account level) or logs is the service.
func trimValue(v string) string {
	for v != "" {
		c := v[len(v)-1]
		switch {
		case c == '.' || c == ',' || c == ';' || c == '\'' || c == '\\':
		case c == ')' && strings.Count(v, "(") < strings.Count(v, ")"):
		case c == ']' && strings.Count(v, "[") < strings.Count(v, "]"):
		case c == '}' && strings.Count(v, "{") < strings.Count(v, "}"):
		case c == ':' && strings.HasPrefix(v, "arn:") && strings.Count(v, ":") > 5 && !strings.Contains(v, ":logs:"):
		default:
			return v
		}
		v = v[:len(v)-1]
	}
	return v
}

// freeResource reads what is no ARN: "*", a name, or IAM's "role X".
func freeResource(s string, i, mark int) (string, int) {
	limit := len(s)
	if mark > 0 {
		limit = mark
	}
	for _, kind := range [...]string{
		"policy path ", "role path ", "user path ", "group path ", "instance profile ", "access key ", "server certificate ",
		"role ", "policy ", "user ", "group ", "mfa device ", "account ", "oidc provider ", "saml provider ",
	} {
		if j := phrase(s, i, kind); j > 0 && j < limit {
			end := valueEnd(s[:limit], j)
			name := trimValue(s[j:end])
			return strings.ReplaceAll(s[i:j], "\n", " ") + name, j + len(name)
		}
	}
	end := valueEnd(s[:limit], i)
	value := trimValue(s[i:end])
	return value, i + len(value)
}
