package playbooks

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"unicode"
)

// Command is the aws command line that makes the same call, as argv.
func (c Call) Command() []string {
	argv := []string{"aws", c.Service, kebab(c.Operation)}
	for _, name := range slices.Sorted(maps.Keys(c.Args)) {
		switch v := c.Args[name].(type) {
		case string:
			argv = append(argv, "--"+kebab(name), v)
		case bool:
			if v {
				argv = append(argv, "--"+kebab(name))
			} else {
				argv = append(argv, "--no-"+kebab(name))
			}
		case []string:
			argv = append(append(argv, "--"+kebab(name)), v...)
		default:
			text, err := json.Marshal(v)
			if err != nil {
				continue // Args hold JSON values only
			}
			argv = append(argv, "--"+kebab(name), string(text))
		}
	}
	return argv
}

// kebab turns an API name into the form of the aws command line:
// PutRolePolicy → put-role-policy.
func kebab(name string) string {
	var b strings.Builder
	runes := []rune(name)
	for i, r := range runes {
		if unicode.IsUpper(r) && i > 0 && (unicode.IsLower(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1])) {
			b.WriteByte('-')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// ShellQuote joins an argv so that a POSIX shell reads it back as it was.
func ShellQuote(argv []string) string {
	quoted := make([]string, len(argv))
	for i, a := range argv {
		if a != "" && strings.IndexFunc(a, func(r rune) bool {
			return !strings.ContainsRune("-_./:=@%+,", r) && (r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r))
		}) < 0 {
			quoted[i] = a
			continue
		}
		quoted[i] = "'" + strings.ReplaceAll(a, "'", `'\''`) + "'"
	}
	return strings.Join(quoted, " ")
}

// CanonicalJSON writes a JSON text in one form, so that two spellings of one
// value compare equal. A text that is no JSON stays as it is.
func CanonicalJSON(text string) string {
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		return text
	}
	out, err := json.Marshal(v)
	if err != nil {
		return text
	}
	return string(out)
}
