package edit

import (
	"encoding/json"
	"regexp"
	"strings"

	"firstaid/diagnostics/template"
)

// style is how new lines should look: taken from the lines around them.
type style struct {
	step int  // blanks a nested map is moved in
	dash int  // blanks a list's dash is moved in from its key
	json bool // JSON notation
}

// entry renders `key: value` as block lines at the given indent; the first line has no indent yet.
func (s style) entry(key string, v Value, indent int) []string {
	return s.under(scalarText(key, false)+":", v, indent)
}

// under renders a value behind a head that ends in `:` or `-`.
func (s style) under(head string, v Value, indent int) []string {
	dash := strings.HasSuffix(head, "-")
	switch {
	case v.Kind == template.Map && v.Tag == "" && len(v.Pairs) > 0:
		step := s.step
		if dash {
			step = 2
		}
		lines := s.pairs(v.Pairs, indent+step)
		if dash {
			lines[0] = head + " " + strings.TrimLeft(lines[0], " ")
			return lines
		}
		return append([]string{head}, lines...)
	case v.Kind == template.List && v.Tag == "" && len(v.Items) > 0 && !dash:
		return append([]string{head}, s.items(v.Items, indent+s.dash)...)
	}
	return []string{head + " " + flow(v, false)}
}

func (s style) pairs(pairs []template.Pair, indent int) []string {
	var lines []string
	for _, p := range pairs {
		part := s.entry(p.Key.Text, p.Value, indent)
		part[0] = strings.Repeat(" ", indent) + part[0]
		lines = append(lines, part...)
	}
	return lines
}

func (s style) items(items []Value, indent int) []string {
	var lines []string
	for _, v := range items {
		part := s.under("-", v, indent)
		part[0] = strings.Repeat(" ", indent) + part[0]
		lines = append(lines, part...)
	}
	return lines
}

// flow renders a YAML value on one line; inside says that it stands inside [ ] or { }.
func flow(v Value, inside bool) string {
	head := ""
	if v.Tag != "" {
		head = v.Tag + " "
	}
	switch v.Kind {
	case template.List:
		parts := make([]string, len(v.Items))
		for i, item := range v.Items {
			parts[i] = flow(item, true)
		}
		return head + "[" + strings.Join(parts, ", ") + "]"
	case template.Map:
		parts := make([]string, len(v.Pairs))
		for i, p := range v.Pairs {
			parts[i] = scalarText(p.Key.Text, true) + ": " + flow(p.Value, true)
		}
		return head + "{" + strings.Join(parts, ", ") + "}"
	case template.String:
		return head + scalarText(v.Text, inside)
	case template.Null:
		return head + "null"
	case template.Alias:
		return "*" + v.Text
	}
	return head + v.Text
}

var (
	plainText = regexp.MustCompile(`^[A-Za-z_/$][^\x00-\x1f\x7f"'\\` + "`" + `]*$`)
	wordLike  = regexp.MustCompile(`^(?i:true|false|yes|no|on|off|null|y|n|~|\.inf|\.nan)$`)
)

// scalarText writes a string as YAML: plain where that is beyond doubt, else quoted.
func scalarText(s string, inside bool) string {
	plain := plainText.MatchString(s) && !wordLike.MatchString(s) && strings.TrimSpace(s) == s &&
		!strings.Contains(s, ": ") && !strings.Contains(s, " #") && !strings.HasSuffix(s, ":")
	if inside && strings.ContainsAny(s, "[]{},:?") && !strings.HasPrefix(s, "Fn::") && !strings.HasPrefix(s, "AWS::") {
		plain = false
	}
	if inside && strings.ContainsAny(s, "[]{},") {
		plain = false
	}
	switch {
	case plain:
		return s
	case strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f || r == 0x85 || r == 0x2028 || r == 0x2029 }) >= 0:
		return jsonText(s)
	case strings.Contains(s, "'") && !strings.ContainsAny(s, `"\\`):
		return `"` + s + `"` // API Gateway's values hold single quotes of their own
	}
	return "'" + strings.ReplaceAll(s, "'", "''") + "'"
}

func jsonText(s string) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	// A string always encodes.
	_ = enc.Encode(s)
	return strings.TrimSuffix(b.String(), "\n")
}

// jsonValue renders JSON. With step > 0 it is spread over lines, the following ones at indent.
func jsonValue(v Value, indent, step int, eol string) string {
	open, shut, parts := "[", "]", []string(nil)
	if isCall(v) {
		step = 0
	}
	switch v.Kind {
	case template.List:
		for _, item := range v.Items {
			parts = append(parts, jsonValue(item, indent+step, step, eol))
		}
	case template.Map:
		open, shut = "{", "}"
		for _, p := range v.Pairs {
			parts = append(parts, jsonText(p.Key.Text)+": "+jsonValue(p.Value, indent+step, step, eol))
		}
	case template.String:
		return jsonText(v.Text)
	case template.Null:
		return "null"
	default:
		return v.Text
	}
	if len(parts) == 0 || step == 0 {
		return open + strings.Join(parts, ", ") + shut
	}
	in := eol + strings.Repeat(" ", indent+step)
	return open + in + strings.Join(parts, ","+in) + eol + strings.Repeat(" ", indent) + shut
}

// isCall keeps `{"Ref": "X"}` and `{"Fn::GetAtt": ["X", "Arn"]}` on one line.
func isCall(v Value) bool {
	if v.Kind != template.Map || len(v.Pairs) != 1 {
		return false
	}
	name, arg := v.Pairs[0].Key.Text, v.Pairs[0].Value
	return arg.Kind == template.String && (name == "Ref" || strings.HasPrefix(name, "Fn::")) || arg.Kind == template.List && name == "Fn::GetAtt"
}

// tomlValue renders TOML on one line.
func tomlValue(v Value) string {
	var parts []string
	switch v.Kind {
	case template.List:
		for _, item := range v.Items {
			parts = append(parts, tomlValue(item))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case template.Map:
		for _, p := range v.Pairs {
			parts = append(parts, tomlKey(p.Key.Text)+" = "+tomlValue(p.Value))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case template.String:
		return tomlText(v.Text)
	}
	return v.Text
}

// tomlText writes a basic string; JSON's escapes are TOML's, except that TOML also wants DEL escaped.
func tomlText(s string) string { return strings.ReplaceAll(jsonText(s), "\x7f", `\u007f`) }

var bareKey = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

func tomlKey(s string) string {
	if bareKey.MatchString(s) {
		return s
	}
	return tomlText(s)
}
