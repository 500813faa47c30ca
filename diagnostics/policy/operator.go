package policy

import (
	"encoding/base64"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// test compares a value of the policy with one of the request.
type test int8

const (
	stringEquals test = iota
	stringIgnoreCase
	stringLike
	numericEquals
	numericLess
	numericLessEquals
	numericGreater
	numericGreaterEquals
	dateEquals
	dateLess
	dateLessEquals
	dateGreater
	dateGreaterEquals
	boolean
	binary
	ipAddress
	arnLike
)

// operators lists IAM's condition operators in lower case; Null stands apart.
var operators = [...]struct {
	name    string
	test    test
	negated bool
}{
	{"stringequals", stringEquals, false},
	{"stringnotequals", stringEquals, true},
	{"stringequalsignorecase", stringIgnoreCase, false},
	{"stringnotequalsignorecase", stringIgnoreCase, true},
	{"stringlike", stringLike, false},
	{"stringnotlike", stringLike, true},
	{"numericequals", numericEquals, false},
	{"numericnotequals", numericEquals, true},
	{"numericlessthan", numericLess, false},
	{"numericlessthanequals", numericLessEquals, false},
	{"numericgreaterthan", numericGreater, false},
	{"numericgreaterthanequals", numericGreaterEquals, false},
	{"dateequals", dateEquals, false},
	{"datenotequals", dateEquals, true},
	{"datelessthan", dateLess, false},
	{"datelessthanequals", dateLessEquals, false},
	{"dategreaterthan", dateGreater, false},
	{"dategreaterthanequals", dateGreaterEquals, false},
	{"bool", boolean, false},
	{"binaryequals", binary, false},
	{"ipaddress", ipAddress, false},
	{"notipaddress", ipAddress, true},
	{"arnequals", arnLike, false}, // both kinds take wildcards in each field
	{"arnlike", arnLike, false},
	{"arnnotequals", arnLike, true},
	{"arnnotlike", arnLike, true},
}

// operand is a value in a condition.
type operand struct {
	text string
	vars bool
}

func (o *operand) compile(variables bool) { o.vars = variables && strings.Contains(o.text, "${") }

// fits compares the operand with a value of the request. valid is false when
// they cannot be compared: a number that is none, a variable without a value.
func (o *operand) fits(r *request, t test, v string) (match Truth, valid bool) {
	x := literal{text: o.text}
	if o.vars {
		var known Truth
		if x, known = r.substitute(o.text); known != Yes {
			return known, known == Maybe
		}
	}
	ok, valid := false, true
	switch t {
	case stringEquals:
		ok = x.text == v
	case stringIgnoreCase, boolean:
		ok = strings.EqualFold(x.text, v)
	case stringLike:
		ok = x.like(v)
	case arnLike:
		ok, valid = x.likeARN(v)
	case binary:
		ok = sameBytes(x.text, v)
	case ipAddress:
		ok, valid = inRange(x.text, v)
	default:
		ok, valid = compare(t, x.text, v)
	}
	return truth(ok), valid
}

// like is glob for a text in which variables may have been replaced.
func (x literal) like(s string) bool {
	if x.quoted == nil {
		return glob(x.text, s)
	}
	return x.glob(s)
}

// likeARN compares ARNs in a condition, field by field: all six must be there.
func (x literal) likeARN(s string) (match, valid bool) {
	if strings.Count(x.text, ":") < 5 || strings.Count(s, ":") < 5 {
		return false, false
	}
	if x.quoted != nil {
		return x.matchARN(s), true
	}
	return globARN(x.text, s), true
}

func sameBytes(a, b string) bool {
	x, err1 := base64.StdEncoding.DecodeString(a)
	y, err2 := base64.StdEncoding.DecodeString(b)
	if err1 != nil || err2 != nil {
		return a == b
	}
	return string(x) == string(y)
}

// inRange: the policy names an address or a range, the request an address. An
// IPv6 address is outside every IPv4 range.
func inRange(p, v string) (match, valid bool) {
	addr, err := netip.ParseAddr(v)
	if err != nil {
		return false, false
	}
	addr = addr.Unmap()
	if prefix, err := netip.ParsePrefix(p); err == nil {
		return prefix.Contains(addr), true
	}
	want, err := netip.ParseAddr(p)
	return err == nil && want.Unmap() == addr, err == nil
}

// compare orders numbers and dates: "less" means the request's value is less
// than the policy's.
func compare(t test, p, v string) (match, valid bool) {
	parse := numeric
	if t >= dateEquals {
		parse = date
		t -= dateEquals - numericEquals
	}
	a, ok1 := parse(v)
	b, ok2 := parse(p)
	if !ok1 || !ok2 {
		return false, false
	}
	switch t {
	case numericEquals:
		return a == b, true
	case numericLess:
		return a < b, true
	case numericLessEquals:
		return a <= b, true
	case numericGreater:
		return a > b, true
	}
	return a >= b, true
}

// numeric reads an integer or decimal number; IAM knows no exponents.
func numeric(s string) (float64, bool) {
	if strings.Trim(s, "+-.0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseFloat(s, 64)
	return n, err == nil
}

// date reads ISO 8601 as W3C profiles it, or seconds of the epoch.
func date(s string) (float64, bool) {
	for _, layout := range [...]string{time.RFC3339Nano, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05", "2006-01-02", "2006-01", "2006", "2006-01-02T15:04:05-0700", "20060102T150405Z"} {
		if layout == "2006" && len(s) != 4 {
			continue
		}
		if t, err := time.Parse(layout, s); err == nil {
			return float64(t.UnixNano()) / 1e9, true
		}
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return float64(n), err == nil
}
