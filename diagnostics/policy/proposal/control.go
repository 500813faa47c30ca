package proposal

import (
	"slices"
	"strings"

	"firstaid/diagnostics/actions"
)

// Control is a pair that must stay denied when the grant is applied: the proof
// that it is no wider than it looks.
type Control struct {
	Kind     string `json:"kind"` // "sibling", "other-account" or "delete"
	Action   string `json:"action"`
	Resource string `json:"resource"`
}

// controls derives them from each statement.
func (b *builder) controls() []Control {
	var out []Control
	add := func(kind, action, resource string) {
		c := Control{kind, action, resource}
		if resource != "" && !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	for _, s := range b.out.Statements {
		action, resource := s.Action[0], s.Resource[0]
		if resource == "*" {
			continue // nothing is a sibling of everything
		}
		add("sibling", action, sibling(resource))
		add("other-account", action, otherAccount(resource))
		add("delete", deleteAction(s), concrete(containerResource(resource)))
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
// of this kind, and was not asked for.
func deleteAction(s Statement) string {
	service, _, _ := strings.Cut(s.Action[0], ":")
	resource := concrete(containerResource(s.Resource[0]))
	for _, a := range actions.Match(service + ":*") {
		deletes := strings.HasPrefix(a.Name, "Delete") || strings.HasPrefix(a.Name, "ScheduleKeyDeletion")
		if _, ok := a.TypeOf(resource); deletes && ok && !slices.Contains(s.Action, a.String()) {
			return a.String()
		}
	}
	return ""
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
