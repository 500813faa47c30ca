package policy

import (
	"maps"
	"slices"
	"strings"
)

// Request is one call to be decided.
type Request struct {
	Action   string // "s3:GetObject"
	Resource string // an ARN; "*" or empty for actions that name no resource
	// ResourceAccount owns the resource. Empty: the account in its ARN, else
	// the principal's.
	ResourceAccount string
	Principal       Principal
	Context         Context
}

// Context holds the condition keys of a request. Names are compared without
// regard to case.
type Context struct {
	values map[string][]string
	// complete: a key that is not in values is absent from the request. Else
	// it is unknown.
	complete bool
}

// NewContext takes the values of context keys. A key with a nil list is known
// to be absent; one with an empty list is there and has no value. With
// complete, every other key is absent too. Of a key in two spellings the one
// that sorts last counts.
func NewContext(values map[string][]string, complete bool) Context {
	c := Context{values: make(map[string][]string, len(values)), complete: complete}
	for _, k := range slices.Sorted(maps.Keys(values)) {
		c.values[strings.ToLower(k)] = values[k]
	}
	return c
}

// request is a Request made ready: lower case, derived keys, and notes of the
// unknown keys that were asked for.
type request struct {
	*Request
	action  string // lower case
	account string // of the resource
	derived [6]derivedKey
	missing []string
}

type derivedKey struct {
	key   string
	value [1]string
}

// prepare fills in what follows from the request itself: AWS adds these keys
// to every request (IAM user guide, "AWS global condition context keys").
func prepare(r *Request) *request {
	q := &request{Request: r, action: strings.ToLower(r.Action), account: r.ResourceAccount}
	if r.Resource == "" {
		q.Resource = "*"
	}
	if q.account == "" {
		if a := arnAccount(q.Resource); isAccount(a) {
			q.account = a
		}
	}
	p := &r.Principal
	if q.account == "" || q.account == "aws" {
		q.account = p.Account
	}
	n := 0
	set := func(key, value string) {
		if value != "" {
			q.derived[n] = derivedKey{key, [1]string{value}}
			n++
		}
	}
	set("aws:principalarn", p.keyARN())
	set("aws:principalaccount", p.Account)
	set("aws:principaltype", p.keyType())
	set("aws:resourceaccount", q.account)
	set("aws:username", p.userName())
	set("aws:principalisawsservice", p.isService())
	return q
}

// value returns the values of a key, in lower case; known is false when the
// request may have it. No values and known: the key is absent.
func (r *request) value(key string) (values []string, known bool) {
	if v, ok := r.Context.values[key]; ok {
		return v, true
	}
	for i := range r.derived {
		if d := &r.derived[i]; d.key == key {
			return d.value[:], true
		}
	}
	if r.Context.complete || strings.HasPrefix(key, "aws:principaltag/") && r.Principal.Kind == KindAnonymous {
		return nil, true
	}
	if !slices.Contains(r.missing, key) {
		r.missing = append(r.missing, key)
	}
	return nil, false
}

func arnAccount(arn string) string {
	f := strings.SplitN(arn, ":", 6)
	if len(f) < 6 || f[0] != "arn" {
		return ""
	}
	return f[4]
}

func isAccount(s string) bool {
	return len(s) == 12 && strings.Trim(s, "0123456789") == ""
}
