package proposal

import (
	"strings"

	"firstaid/diagnostics/actions"
	"firstaid/diagnostics/denial"
)

// arnField returns the n-th field of an ARN, 0 to 5; "" when s is no ARN.
func arnField(s string, n int) string {
	f := strings.SplitN(s, ":", 6)
	if len(f) < 6 || f[0] != "arn" {
		return ""
	}
	return f[n]
}

// resolve finds the ARN that a grant of the action is about.
func (b *builder) resolve(d *denial.Denial, action string) (arn string, r Rule, ok bool) {
	a, known := actions.Lookup(action)
	if known && a.WildcardOnly() {
		return "*", "", true // the one lawful wildcard: AWS has no resource type
	}
	arn = d.Resource
	switch {
	case arn == "":
		return b.onlyOne(a)
	case d.Doubtful(denial.Truncated) && arn != "":
		return "", RuleTruncated, false
	case !strings.HasPrefix(arn, "arn:"):
		arn = b.named(a, arn)
		if arn == "" {
			return "", RuleNotAnARN, false
		}
	}
	arn = b.unmask(arn)
	switch {
	case strings.Contains(arn, "***"):
		return "", RuleMasked, false
	case arnField(arn, 2) == "":
		return "", RuleNotAnARN, false
	case arnField(arn, 1) != b.known.Partition:
		return "", RuleOtherPartition, false
	case arnField(arn, 5) == "" || strings.ContainsAny(wildPart(arn), "*?"):
		return "", RuleWildcardResource, false
	case arnField(arn, 2) == "kms" && strings.HasPrefix(arnField(arn, 5), "alias/") && !strings.Contains(action, "Alias"):
		return "", RuleAlias, false
	}
	if known {
		if _, fits := a.TypeOf(arn); !fits {
			return "", RuleWrongType, false
		}
	}
	if near, found := b.near(arn); found {
		b.out.Meant = append(b.out.Meant, near)
		return "", RuleWrongName, false
	}
	return arn, "", true
}

// wildPart is the part of an ARN in which * means a pattern: not the key of an
// S3 object, which may hold one.
func wildPart(arn string) string {
	if arnField(arn, 2) == "s3" {
		head, _, _ := strings.Cut(arn, "/")
		return head
	}
	return arn
}

// unmask puts the account back that API Gateway masks to its last four digits.
func (b *builder) unmask(arn string) string {
	account := arnField(arn, 4)
	if !strings.Contains(account, "*") || b.known.Account == "" {
		return arn
	}
	shown := strings.TrimLeft(account, "*")
	if shown == "" || !strings.HasSuffix(b.known.Account, shown) || len(account) != len(b.known.Account) {
		return arn
	}
	return strings.Replace(arn, ":"+account+":", ":"+b.known.Account+":", 1)
}

// onlyOne serves texts that name no resource: the stack's own resources of the
// action's types are candidates, and the person chooses.
func (b *builder) onlyOne(a *actions.Action) (string, Rule, bool) {
	if a != nil {
		for _, r := range b.known.Resources {
			if _, fits := a.TypeOf(r.ARN); fits && arnField(r.ARN, 2) == a.Service {
				b.out.Meant = append(b.out.Meant, r)
			}
		}
	}
	return "", RuleNoResource, false
}

// named turns a name into an ARN: of a known resource, of a secret, or of a
// parameter. Secrets Manager echoes the name that was asked for.
func (b *builder) named(a *actions.Action, name string) string {
	if a == nil || b.known.Account == "" || b.known.Region == "" || strings.ContainsAny(name, "*?:$ ") {
		return ""
	}
	prefix := "arn:" + b.known.Partition + ":" + a.Service + ":" + b.known.Region + ":" + b.known.Account + ":"
	if a.Service == "secretsmanager" {
		for _, r := range b.known.Resources {
			rest, ok := strings.CutPrefix(r.ARN, prefix+"secret:"+name)
			if ok && len(rest) == 7 && rest[0] == '-' {
				return r.ARN
			}
		}
		return prefix + "secret:" + name
	}
	return ""
}

// referenced reports whether the application means the resource: it is the
// stack's, was found to exist and be named by it, or occurs in its settings.
func (b *builder) referenced(arn string) bool {
	for _, r := range b.known.Resources {
		if r.ARN != "" && contains(r.ARN, arn) {
			return true
		}
	}
	name := nameOf(arn)
	for _, v := range b.known.Referenced {
		if v == arn || name != "" && (v == name || strings.HasSuffix(v, "/"+name) || strings.HasPrefix(v, name+".")) {
			return true
		}
	}
	return false
}

// contains reports whether arn is the resource or a part of it: an object of
// the bucket, an index of the table, a version of the function.
func contains(whole, arn string) bool {
	whole = strings.TrimSuffix(whole, ":*")
	rest, ok := strings.CutPrefix(arn, whole)
	if !ok {
		// An execution is named after its state machine.
		if machine, found := strings.CutPrefix(arnField(whole, 5), "stateMachine:"); found {
			return strings.HasPrefix(arnField(arn, 5), "execution:"+machine+":") && arnField(arn, 4) == arnField(whole, 4)
		}
		return false
	}
	return rest == "" || rest[0] == '/' || rest[0] == ':'
}

// nameOf is the name a person gives the resource: of the bucket, the table,
// the function; the whole path of a parameter.
func nameOf(arn string) string {
	rest := arnField(arn, 5)
	switch arnField(arn, 2) {
	case "s3":
		rest, _, _ = strings.Cut(rest, "/")
		return rest
	case "ssm":
		return strings.TrimPrefix(rest, "parameter")
	case "secretsmanager":
		rest = strings.TrimPrefix(rest, "secret:")
		if len(rest) > 7 && rest[len(rest)-7] == '-' {
			rest = rest[:len(rest)-7]
		}
		return rest
	case "logs":
		rest = strings.TrimPrefix(rest, "log-group:")
		rest, _, _ = strings.Cut(rest, ":")
		return rest
	case "dynamodb":
		rest = strings.TrimPrefix(rest, "table/")
		rest, _, _ = strings.Cut(rest, "/")
		return rest
	case "lambda", "states":
		f := strings.Split(rest, ":")
		return f[min(1, len(f)-1)]
	}
	return rest[strings.LastIndexAny(rest, "/:")+1:]
}

// near finds a resource of the stack that the name may have meant: IAM denies
// before a service can say that something does not exist, so a wrong name
// looks like a missing permission.
func (b *builder) near(arn string) (Resource, bool) {
	if b.referenced(arn) || arnField(arn, 4) != "" && b.known.Account != "" && arnField(arn, 4) != b.known.Account {
		return Resource{}, false
	}
	for _, e := range b.known.Existing {
		if contains(e, arn) {
			return Resource{}, false
		}
	}
	name := plain(nameOf(arn))
	kind, _, _ := strings.Cut(arnField(arn, 5), "/")
	for _, r := range b.known.Resources {
		other, _, _ := strings.Cut(arnField(r.ARN, 5), "/")
		if arnField(r.ARN, 2) != arnField(arn, 2) || arnField(arn, 2) == "dynamodb" && kind != other || len(name) < 4 || len(name) > 256 {
			continue
		}
		for _, candidate := range [...]string{plain(nameOf(r.ARN)), plain(r.LogicalID)} {
			if len(candidate) >= 4 && (strings.Contains(candidate, name) || strings.Contains(name, candidate) || distance(name, candidate) <= 1+len(name)/8) {
				return r, true
			}
		}
	}
	return Resource{}, false
}

// plain keeps letters and digits, in lower case.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z' || '0' <= r && r <= '9':
			return r
		case 'A' <= r && r <= 'Z':
			return r + 'a' - 'A'
		}
		return -1
	}, s)
}

// distance is the number of edits between two names: a letter more, less or
// other, or two neighbours swapped.
func distance(a, b string) int {
	var before, row []int // rows i-2 and i-1 of the table
	next := make([]int, len(b)+1)
	for j := range next {
		next[j] = j
	}
	for i := 1; i <= len(a); i++ {
		before, row, next = row, next, make([]int, len(b)+1)
		next[0] = i
		for j := 1; j <= len(b); j++ {
			cost := row[j-1]
			if a[i-1] != b[j-1] {
				cost++
			}
			next[j] = min(cost, row[j]+1, next[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				next[j] = min(next[j], before[j-2]+1)
			}
		}
	}
	return next[len(b)]
}
