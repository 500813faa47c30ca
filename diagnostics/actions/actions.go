// Package actions knows the IAM actions of the AWS services around a
// serverless stack: how a name is spelt, what access it gives, and on which
// resource types it can be granted. The table is derived from the AWS Service
// Authorization Reference; an action that is not in it is unknown, not wrong.
package actions

import (
	"bytes"
	_ "embed"
	"strings"
	"sync"
)

// Level is the access level that AWS publishes for an action.
type Level byte

// The access levels of the Service Authorization Reference. Unknown is the
// level of an action that the table does not hold.
const (
	Unknown     Level = 0
	Read        Level = 'R'
	List        Level = 'L'
	Write       Level = 'W'
	Permissions Level = 'P'
	Tagging     Level = 'T'
)

// String returns AWS's word for the level, in lower case.
func (l Level) String() string {
	switch l {
	case Read:
		return "read"
	case List:
		return "list"
	case Write:
		return "write"
	case Permissions:
		return "permissions management"
	case Tagging:
		return "tagging"
	}
	return "unknown"
}

// Changes reports whether the level lets its holder change something. An
// unknown action is taken to do so.
func (l Level) Changes() bool { return l != Read && l != List }

// Type is a kind of resource, and the ARN patterns its resources have:
// "arn:${Partition}:sqs:${Region}:${Account}:${QueueName}".
type Type struct {
	Name     string
	Patterns []string
}

// Action is one IAM action.
type Action struct {
	Service, Name string // "sqs", "SendMessage"
	Level         Level
	Types         []Type // empty: can be granted on "*" only
	Required      []bool // parallel to Types: AWS marks the type with an asterisk
}

// String returns the action as a policy names it: "sqs:SendMessage".
func (a *Action) String() string { return a.Service + ":" + a.Name }

//go:embed actions.txt
var source string

// service holds the actions of one prefix.
type service struct {
	list  []*Action          // in the order of the table
	byKey map[string]*Action // by name in lower case
}

// index maps a prefix to its actions. A service is parsed when it is first
// asked for: a denial needs one or two of the ninety.
type index struct {
	names    []string // in the order of the table
	services map[string]func() service
}

var table = sync.OnceValue(func() index { return split(source) })

func split(text string) index {
	x := index{services: map[string]func() service{}}
	for section := range strings.SplitSeq(text, "\nservice ") {
		name, body, _ := strings.Cut(section, "\n")
		if strings.HasPrefix(name, "#") {
			continue
		}
		x.names = append(x.names, name)
		x.services[name] = sync.OnceValue(func() service { return parse(name, body) })
	}
	return x
}

func (x index) service(name string) service {
	if get, ok := x.services[name]; ok {
		return get()
	}
	return service{}
}

func parse(name, body string) service {
	s := service{byKey: map[string]*Action{}}
	types := map[string]Type{}
	for line := range strings.Lines(body) {
		head, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if head[0] == '@' {
			types[head[1:]] = Type{Name: head[1:], Patterns: strings.Split(rest, ", ")}
			continue
		}
		a := &Action{Service: name, Name: head[2:], Level: Level(head[0])}
		for t := range strings.SplitSeq(rest, ",") {
			if known, ok := types[strings.TrimSuffix(t, "?")]; ok {
				a.Types = append(a.Types, known)
				a.Required = append(a.Required, !strings.HasSuffix(t, "?"))
			}
		}
		s.list = append(s.list, a)
		s.byKey[strings.ToLower(a.Name)] = a
	}
	return s
}

// Lookup finds an action by its full name, "sqs:sendmessage", in any case.
func Lookup(name string) (*Action, bool) {
	var buf [96]byte // longer than any action; avoids an allocation for each lookup
	if len(name) > len(buf) {
		return nil, false
	}
	for i := range len(name) {
		c := name[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		buf[i] = c
	}
	prefix, rest, _ := bytes.Cut(buf[:len(name)], []byte{':'})
	get, ok := table().services[string(prefix)]
	if !ok {
		return nil, false
	}
	a, ok := get().byKey[string(rest)]
	return a, ok
}

// Canonical returns the action with the service in lower case and the name as
// AWS spells it; a name that is not in the table is returned as written.
func Canonical(name string) string {
	a, ok := Lookup(name)
	if !ok {
		return name
	}
	if len(name) == len(a.Service)+1+len(a.Name) && name[:len(a.Service)] == a.Service && name[len(a.Service)+1:] == a.Name {
		return name
	}
	return a.String()
}

// IsService reports whether the table holds the actions of a service prefix.
func IsService(prefix string) bool {
	_, ok := table().services[prefix]
	return ok
}

// Match returns the actions that a policy's action pattern ("sqs:Send*")
// covers, in the order of the table. A pattern whose service part holds a
// wildcard covers every service it matches.
func Match(pattern string) []*Action {
	prefix, name, found := strings.Cut(strings.ToLower(pattern), ":")
	if !found {
		if pattern != "*" {
			return nil
		}
		name = "*"
	}
	var out []*Action
	if IsService(prefix) {
		return appendMatching(out, table().service(prefix).list, name)
	}
	for _, known := range table().names {
		if Glob(prefix, known) {
			out = appendMatching(out, table().service(known).list, name)
		}
	}
	return out
}

func appendMatching(out, list []*Action, name string) []*Action {
	for _, a := range list {
		if Glob(name, strings.ToLower(a.Name)) {
			out = append(out, a)
		}
	}
	return out
}

// Glob reports whether s matches a pattern in which * stands for any run of
// bytes and ? for one byte, as in IAM policies. Case counts.
func Glob(pattern, s string) bool {
	star, mark := -1, 0
	p, i := 0, 0
	for i < len(s) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, i
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == s[i]):
			p++
			i++
		case star >= 0:
			mark++
			p, i = star+1, mark
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}
