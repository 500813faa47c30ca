package policy

import (
	"fmt"
	"strings"
)

// condition is one operator on one key: all of a statement's must hold.
type condition struct {
	name     string // as written
	test     test
	negated  bool
	null     bool
	ifExists bool
	set      setOperator
	key      string // lower case
	values   []operand
}

type setOperator int8

const (
	single setOperator = iota
	forAll
	forAny
)

// parseConditions reads {"Operator": {"key": value or list}}.
func parseConditions(raw []byte) ([]condition, error) {
	var out []condition
	err := object(raw, 0, func(op string, raw []byte, _ int) error {
		base := condition{name: op}
		if err := base.operator(op); err != nil {
			return err
		}
		return object(raw, 0, func(key string, raw []byte, _ int) error {
			values, err := list(raw, true)
			if err != nil {
				return err
			}
			c := base
			c.key = strings.ToLower(key)
			for _, v := range values {
				c.values = append(c.values, operand{text: v})
			}
			out = append(out, c)
			return nil
		})
	})
	return out, err
}

// operator reads "ForAnyValue:StringLikeIfExists".
func (c *condition) operator(name string) error {
	s := strings.ToLower(name)
	if rest, ok := strings.CutPrefix(s, "forallvalues:"); ok {
		c.set, s = forAll, rest
	} else if rest, ok := strings.CutPrefix(s, "foranyvalue:"); ok {
		c.set, s = forAny, rest
	}
	if s == "null" {
		c.null = true
		return nil
	}
	s, c.ifExists = strings.CutSuffix(s, "ifexists")
	for _, o := range operators {
		if s == o.name {
			c.test, c.negated = o.test, o.negated
			return nil
		}
	}
	return fmt.Errorf("%q is no condition operator", name)
}

func (c *condition) compile(variables bool) {
	for i := range c.values {
		c.values[i].compile(variables)
	}
}

// holds decides the condition for a request.
func (c *condition) holds(r *request) Truth {
	values, known := r.value(c.key)
	if c.null {
		return c.isNull(values, known)
	}
	if !known {
		return Maybe
	}
	if values == nil {
		return truth(c.absent())
	}
	switch c.set {
	case forAll:
		t := Yes
		for _, v := range values {
			t = min(t, c.one(r, v))
		}
		return t
	case forAny:
		t := No
		for _, v := range values {
			t = max(t, c.one(r, v))
		}
		return t
	}
	if len(values) == 1 {
		return c.one(r, values[0])
	}
	return No // IAM wants a set operator for a key with several values
}

// absent decides a condition whose key the request does not have.
func (c *condition) absent() bool {
	switch c.set {
	case forAll:
		return true
	case forAny: // "returns false", IfExists or not: there is no value that could match
		return false
	}
	return c.negated || c.ifExists
}

func (c *condition) isNull(values []string, known bool) Truth {
	if !known {
		return Maybe
	}
	for i := range c.values {
		if strings.EqualFold(c.values[i].text, "true") == (len(values) == 0) {
			return Yes
		}
	}
	return No
}

// one decides a single request value against the condition's values. What
// cannot be compared never makes a condition true, negated or not.
func (c *condition) one(r *request, v string) Truth {
	t, comparable := No, true
	for i := range c.values {
		match, valid := c.values[i].fits(r, c.test, v)
		t = max(t, match)
		comparable = comparable && valid
		if t == Yes {
			break
		}
	}
	switch {
	case !c.negated:
		return t
	case t != Yes && !comparable:
		return No
	}
	return t.not()
}
