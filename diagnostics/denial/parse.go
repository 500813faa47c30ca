package denial

import (
	"slices"
	"strings"
)

// parser collects the denials of one text.
type parser struct {
	*clean
	flat  string // clean.s with line breaks as spaces, for texts looked up as a whole
	found []match
	taken []bool // by clean byte: a denial has used it; nil until a rule matches
}

// match is a denial and the clean bytes it was read from: the sentence
// [from, to), and with its wrapper [lo, hi).
type match struct {
	Denial
	from, to, lo, hi int
}

// window bounds how far before and after a sentence its wrapper is looked for.
// A wrapper is one line of an SDK; the longest part of it is a request id.
const window = 1200

// cores finds every "… not authorized to …" sentence.
func (p *parser) cores() {
	from := 0
	for at := 0; ; {
		k := strings.Index(p.flat[at:], "uthorized to ")
		if k < 0 {
			break
		}
		at += k + len("uthorized")
		m, ok := p.core(from, at-len("authorized"), at)
		if !ok {
			continue
		}
		p.found = append(p.found, m)
		from, at = m.to, max(at, m.to)
	}
	for i := range p.found {
		m := &p.found[i]
		lo, hi := 0, len(p.s)
		if i > 0 {
			lo = p.found[i-1].hi
		}
		if i+1 < len(p.found) {
			hi = p.found[i+1].from
			hi = min(hi, m.to+recordEnd(p.s[m.to:hi]))
		}
		p.wrap(m, max(lo, m.from-window), min(hi, m.to+window))
	}
}

// recordEnd returns where the wrapper of the next message begins.
func recordEnd(s string) int {
	end := len(s)
	for _, mark := range [...]string{"An error occurred (", "operation error ", "[ERROR]", "Resource handler returned", "\n{", "API: ", "CREATE_FAILED", "UPDATE_FAILED"} {
		if k := strings.Index(s[:end], mark); k >= 0 {
			end = k
		}
	}
	return end
}

// denials returns what was found in the order of the text, each once: of two
// equal statements the second only fills what the first left open.
func (p *parser) denials() []Denial {
	slices.SortStableFunc(p.found, func(a, b match) int { return a.from - b.from })
	var out []Denial
	seen := map[string]int{}
	substantial := p.codes()
	for i := range p.found {
		m := &p.found[i]
		d := m.Denial
		d.Quote, d.Offset = p.quote(m.from, m.to)
		d.grade()
		d.Count = 1
		if len(p.found) == 1 {
			return []Denial{d}
		}
		if m.bare() && substantial[m.Code] {
			continue // a stack trace repeats the code of another denial
		}
		key := d.key()
		if k, ok := seen[key]; ok {
			out[k].merge(&d)
			continue
		}
		seen[key] = len(out)
		out = append(out, d)
	}
	return out
}

// bare: the match says a code and nothing else.
func (m *match) bare() bool {
	return m.Form == FormCode && m.Operation == "" && m.Action == "" && m.Service == "" && m.HTTPStatus == 0
}

// codes returns the codes of the matches that say more than a code.
func (p *parser) codes() map[string]bool {
	if len(p.found) < 2 {
		return nil
	}
	out := map[string]bool{}
	for i := range p.found {
		if m := &p.found[i]; !m.bare() {
			out[m.Code] = true
		}
	}
	return out
}

func (d *Denial) key() string {
	key := strings.Join([]string{
		string(d.Form), d.Principal, d.Action, d.Resource,
		string(d.PolicyType), string(d.Decision), d.PolicyARN,
	}, "\x00")
	if d.Form != FormCore {
		key += "\x00" + d.Code + "\x00" + d.Operation + "\x00" + d.Service
	}
	return key
}

func (d *Denial) merge(o *Denial) {
	d.Count++
	for _, f := range [...]struct{ to, from *string }{
		{&d.Code, &o.Code},
		{&d.HandlerErrorCode, &o.HandlerErrorCode},
		{&d.Service, &o.Service},
		{&d.Operation, &o.Operation},
		{&d.EncodedMessage, &o.EncodedMessage},
		{&d.AuthorizationID, &o.AuthorizationID},
	} {
		if *f.to == "" {
			*f.to = *f.from
		}
	}
	if d.HTTPStatus == 0 {
		d.HTTPStatus = o.HTTPStatus
	}
}
