package proposal

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"unicode"
)

// Statement is one grant, with its members in the order they are written.
type Statement struct {
	Sid       string                         `json:"Sid,omitempty"`
	Effect    string                         `json:"Effect"`
	Action    []string                       `json:"Action"`
	Resource  []string                       `json:"Resource"`
	Condition map[string]map[string][]string `json:"Condition,omitempty"`
}

// Document returns the policy document with the statements as minified JSON:
// exactly the bytes to simulate, to show and to apply.
func Document(statements []Statement) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(struct {
		Version   string
		Statement []Statement
	}{"2012-10-17", statements})
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// statements groups the grants: actions on the same resources under the same
// conditions share a statement.
func (b *builder) statements() []Statement {
	type denied struct {
		arns  []string
		grant grant
	}
	var order []string
	byAction := map[string]*denied{}
	for _, g := range b.grants {
		key := g.action + "\x00" + arnField(g.arn, 2) + "\x00" + keyKind(g)
		if byAction[key] == nil {
			byAction[key] = &denied{grant: g}
			order = append(order, key)
		}
		byAction[key].arns = append(byAction[key].arns, g.arn)
	}
	var out []Statement
	for _, key := range order {
		d := byAction[key]
		out = addStatement(out, Statement{
			Effect: "Allow", Action: []string{d.grant.action}, Resource: widen(d.grant.action, d.arns), Condition: b.condition(d.grant),
		})
	}
	for i := range out {
		slices.Sort(out[i].Action)
		out[i].Sid = b.sid(&out[i], i)
	}
	return out
}

// keyKind keeps KMS calls of different services apart: each has its condition.
func keyKind(g grant) string {
	if strings.HasPrefix(g.action, "kms:") && g.of.Dependency() {
		return g.of.Service
	}
	return ""
}

// addStatement merges a statement into one on the same resources.
func addStatement(list []Statement, s Statement) []Statement {
	for i := range list {
		if slices.Equal(list[i].Resource, s.Resource) && sameCondition(list[i].Condition, s.Condition) {
			for _, a := range s.Action {
				if !slices.Contains(list[i].Action, a) {
					list[i].Action = append(list[i].Action, a)
				}
			}
			return list
		}
	}
	return append(list, s)
}

func sameCondition(a, b map[string]map[string][]string) bool {
	x, err1 := json.Marshal(a)
	y, err2 := json.Marshal(b)
	return err1 == nil && err2 == nil && bytes.Equal(x, y)
}

// condition narrows grants that are too strong without one.
func (b *builder) condition(g grant) map[string]map[string][]string {
	one := func(key, value string) map[string]map[string][]string {
		return map[string]map[string][]string{"StringEquals": {key: {value}}}
	}
	switch {
	case g.action == "iam:PassRole":
		if to := b.passedTo(g); to != "" {
			return one("iam:PassedToService", to)
		}
	case strings.HasPrefix(g.action, "kms:") && g.of.Dependency() && g.of.Service != "" && arnField(g.arn, 3) != "":
		return one("kms:ViaService", g.of.Service+"."+arnField(g.arn, 3)+".amazonaws.com")
	}
	return nil
}

// passedTo names the service that a call hands a role to.
func (b *builder) passedTo(g grant) string {
	if b.known.PassedTo != "" {
		return b.known.PassedTo
	}
	switch g.of.Service {
	case "lambda", "states", "events", "scheduler", "pipes", "apigateway", "cloudformation", "glue", "codebuild", "codepipeline":
		return g.of.Service + ".amazonaws.com"
	case "ecs":
		return "ecs-tasks.amazonaws.com"
	}
	return ""
}

// sid names the grant: letters and digits only, as IAM wants it.
func (b *builder) sid(s *Statement, n int) string {
	service, name, _ := strings.Cut(s.Action[0], ":")
	raw := "Firstaid" + b.known.Date + strings.ToUpper(service[:1]) + service[1:] + name
	if n > 0 {
		raw += string(rune('A' + n%26))
	}
	return strings.Map(func(r rune) rune {
		if r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			return r
		}
		return -1
	}, raw)
}
