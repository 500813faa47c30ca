package actions

import "strings"

// TypeOf returns the resource type of the action that the ARN has. It is false
// when the action cannot be granted on such an ARN, for instance s3:GetObject
// on the ARN of a bucket.
func (a *Action) TypeOf(arn string) (Type, bool) {
	best, bestLen := Type{}, -1
	for _, t := range a.Types {
		for _, p := range t.Patterns {
			// The pattern with the most fixed text is the closest: an object's
			// pattern fits only objects, but a queue's "${QueueName}" fits anything.
			if n := fixedLen(p); n > bestLen && fits(p, arn) {
				best, bestLen = t, n
			}
		}
	}
	return best, bestLen >= 0
}

// WildcardOnly reports whether the action can be granted on "*" only, because
// AWS defines no resource type for it.
func (a *Action) WildcardOnly() bool { return len(a.Types) == 0 }

func fixedLen(pattern string) int {
	n := 0
	for {
		head, rest, found := strings.Cut(pattern, "${")
		n += len(head)
		if !found {
			return n
		}
		_, pattern, _ = strings.Cut(rest, "}")
	}
}

// fits compares an ARN with a pattern. The first five fields are compared one
// by one, so that a placeholder for the region cannot swallow a colon; in the
// rest a placeholder stands for one or more characters.
func fits(pattern, arn string) bool {
	for range 5 {
		p, pr, ok1 := strings.Cut(pattern, ":")
		a, ar, ok2 := strings.Cut(arn, ":")
		if !ok1 || !ok2 {
			return false
		}
		if !strings.HasPrefix(p, "${") && p != a && a != "*" {
			return false
		}
		pattern, arn = pr, ar
	}
	return fitsRest(pattern, arn)
}

func fitsRest(pattern, s string) bool {
	head, rest, found := strings.Cut(pattern, "${")
	if !strings.HasPrefix(s, head) {
		return false
	}
	s = s[len(head):]
	if !found {
		return s == ""
	}
	_, rest, _ = strings.Cut(rest, "}")
	if rest == "" {
		return s != ""
	}
	for i := 1; i <= len(s); i++ {
		if fitsRest(rest, s[i:]) {
			return true
		}
	}
	return false
}
