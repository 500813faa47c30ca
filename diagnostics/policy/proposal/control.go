package proposal

import (
	"maps"
	"slices"
	"strings"

	"firstaid/diagnostics/actions"
)

// Control is a pair that must stay denied when the grant is applied: the proof
// that it is no wider than it looks.
type Control struct {
	Kind     string `json:"kind"` // "sibling", "other-account", "delete" or "other-condition"
	Action   string `json:"action"`
	Resource string `json:"resource"`
	// Context holds the condition keys of the call, by name.
	Context map[string]string `json:"context,omitempty"`
}

// Wanted is a pair that was denied and that the grant has to allow. A resource
// whose name is known in part only is filled up to a concrete one.
type Wanted struct {
	Action   string `json:"action"`
	Resource string `json:"resource"`
	// Context holds the condition keys that the call has and the grant asks for.
	Context map[string]string `json:"context,omitempty"`
}

// wanted lists the pairs that were denied.
func (b *builder) wanted() []Wanted {
	var out []Wanted
	for _, g := range b.grants {
		w := Wanted{Action: g.action, Resource: g.arn, Context: keys(b.condition(g))}
		if w.Resource != "*" {
			w.Resource = concrete(w.Resource)
		}
		if !slices.ContainsFunc(out, func(o Wanted) bool {
			return o.Action == w.Action && o.Resource == w.Resource && maps.Equal(o.Context, w.Context)
		}) {
			out = append(out, w)
		}
	}
	return out
}

// keys are the values that a request needs to meet a grant's conditions, which
// all compare with one text.
func keys(condition map[string]map[string][]string) map[string]string {
	var out map[string]string
	for _, byKey := range condition {
		for key, values := range byKey {
			if out == nil {
				out = map[string]string{}
			}
			out[key] = values[0]
		}
	}
	return out
}

// controls derives them from each statement.
func (b *builder) controls() []Control {
	var out []Control
	add := func(kind, action, resource string) {
		if action == "" || resource == "" || slices.ContainsFunc(out, func(c Control) bool { return c.Kind == kind && c.Action == action && c.Resource == resource }) {
			return
		}
		out = append(out, Control{Kind: kind, Action: action, Resource: resource})
	}
	for _, s := range b.out.Statements {
		action, resource := s.Action[0], s.Resource[0]
		if other := elsewhere(keys(s.Condition)); other != nil {
			out = append(out, Control{"other-condition", action, concrete(resource), other})
		}
		if resource == "*" {
			continue // nothing is a sibling of everything
		}
		add("sibling", action, sibling(resource))
		add("other-account", action, otherAccount(resource))
		add("delete", deleteAction(s), concrete(containerResource(resource)))
	}
	return out
}

// elsewhere holds the same keys with values that the condition does not name.
func elsewhere(context map[string]string) map[string]string {
	var out map[string]string
	for key := range context {
		if out == nil {
			out = map[string]string{}
		}
		out[key] = "other.example.amazonaws.com"
	}
	return out
}

// concrete turns a pattern into an ARN that it matches.
func concrete(pattern string) string {
	return strings.NewReplacer("${*}", "*", "${?}", "?", "${$}", "$", "*", "x", "?", "x").Replace(pattern)
}

// sibling is the next resource of the same kind: the name with an x behind it.
func sibling(pattern string) string {
	head, rest := pattern, ""
	for _, mark := range [...]string{"/index/", "/stream/", "/*", ":*", "-??????"} {
		if k := strings.Index(pattern, mark); k >= 0 && k < len(head) {
			head, rest = pattern[:k], pattern[k:]
		}
	}
	if arnField(pattern, 2) == "secretsmanager" && rest == "" && len(head) > 7 && head[len(head)-7] == '-' {
		head, rest = head[:len(head)-7], head[len(head)-7:]
	}
	return concrete(head + "x" + rest)
}

// otherAccount is the same resource of an account that is not this one. S3
// names no account.
func otherAccount(pattern string) string {
	account := arnField(pattern, 4)
	if len(account) != 12 {
		return ""
	}
	other := "999999999999"
	if account == other {
		other = "888888888888"
	}
	return concrete(strings.Replace(pattern, ":"+account+":", ":"+other+":", 1))
}

// deleteAction is an action of the service that deletes, applies to a resource
// of this kind, and was not asked for: the one with the shortest name, which
// deletes the thing itself and not an appendage.
func deleteAction(s Statement) string {
	service, _, _ := strings.Cut(s.Action[0], ":")
	resource := concrete(containerResource(s.Resource[0]))
	best := ""
	for _, a := range actions.Match(service + ":*") {
		deletes := strings.HasPrefix(a.Name, "Delete") || strings.HasPrefix(a.Name, "ScheduleKeyDeletion")
		_, ok := a.TypeOf(resource)
		if deletes && ok && !slices.Contains(s.Action, a.String()) && (best == "" || len(a.String()) < len(best)) {
			best = a.String()
		}
	}
	return best
}

// containerResource is the resource that a delete action would take: the
// table of an index, the log group of its streams.
func containerResource(pattern string) string {
	switch arnField(pattern, 2) {
	case "dynamodb":
		head, _, _ := strings.Cut(pattern, "/index/")
		head, _, _ = strings.Cut(head, "/stream/")
		return head
	case "logs":
		return strings.TrimSuffix(pattern, ":*")
	case "states":
		if machine, ok := strings.CutPrefix(arnField(pattern, 5), "execution:"); ok {
			machine, _, _ = strings.Cut(machine, ":")
			return strings.TrimSuffix(pattern, arnField(pattern, 5)) + "stateMachine:" + machine
		}
	}
	return pattern
}
