package playbooks

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"firstaid/diagnostics"
)

// Skeleton writes a playbook file for an error text: the innermost message is
// its pattern, and what varies from one occurrence to the next is proposed as
// captures. The result passes Validate and its own example.
func Skeleton(id, text string) ([]byte, error) {
	if strings.TrimSpace(text) == "" {
		text = "Replace this by the text of the error"
	}
	text = diagnostics.RedactText(strings.TrimSpace(diagnostics.Clean(text)))
	message := essence(text)
	if message == "" {
		return nil, fmt.Errorf("the text holds no words to recognise it by")
	}
	pattern, names := generalise(message)
	summary := "A short sentence about one occurrence"
	for _, n := range names {
		summary += ", " + n + " {" + n + "}"
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, skeleton, id, quoteJSON(title(id)), quoteJSON(summary), strings.ReplaceAll(pattern, "'", "''"), quoteJSON(text))
	if _, errs := Validate(id+".yaml", b.Bytes()); len(errs) > 0 {
		return nil, errs[0]
	}
	return b.Bytes(), nil
}

const skeleton = `# Checked by: firstaid playbooks test
id: %s
severity: error # note, warning or error
title:
  en: %s
summary:
  en: %s
cause:
  en: Why this happens, in two sentences
look:
  - en: Where to look first
do:
  - en: What to do first
signals:
  # RE2; white space in the text is folded to single blanks, case is ignored.
  - pattern: '%s'
    weight: 60 # 1 to 100: the heavier signal names the failure
# Where several causes share the text, say how they are told apart
# (` + "`firstaid playbooks facts`" + ` lists what may be asked):
# hypotheses:
#   - id: in-a-vpc
#     cause: {en: The function has no way out of its VPC}
#     probe: {en: Look up the routes of its subnets}
#     tests:
#       - {fact: function.vpc, is: ["no"], says: ruled-out, why: {en: it is in no VPC}}
#   - id: other-side
#     cause: {en: The other side refuses}
#     probe: {en: Ask its owner}
# Commands shown for copying:
# steps:
#   - run: [aws, lambda, list-aliases, --function-name, NAME]
#     why: {en: Lists the aliases}
examples:
  match:
    - text: %s
  ignore: []
`

func quoteJSON(s string) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		return `""` // a string always encodes
	}
	return strings.TrimSpace(b.String())
}

func title(id string) string {
	words := strings.ReplaceAll(id, "-", " ")
	if words == "" {
		return id
	}
	return strings.ToUpper(words[:1]) + words[1:]
}

// logPrefix is what loggers write before a message.
var logPrefix = regexp.MustCompile(`^(?:\[?\d{4}[-/]\d\d[-/]\d\d[T ]?[\d:.,]*(?:Z|[+-]\d\d:?\d\d)?\]?|\[?\d\d:\d\d:\d\d[.,\d]*\]?|\[?(?:ERROR|WARN(?:ING)?|INFO|FATAL|CRITICAL)\]?:?|[0-9a-f]{8}-[0-9a-f-]{27}|Error:|\|)\s+`)

// essence is the part of a text that names the failure: the innermost message
// of the line that speaks of an error, without the logger's prefix.
func essence(text string) string {
	line := ""
	for l := range strings.SplitSeq(text, "\n") {
		if strings.TrimSpace(l) != "" && (line == "" || !troubled.MatchString(line) && troubled.MatchString(l)) {
			line = l
		}
	}
	if !strings.Contains(text, "\n") || !troubled.MatchString(line) {
		line = text
	}
	layers := diagnostics.Unwrap(diagnostics.Normalize(line))
	message := layers[len(layers)-1].Text
	for logPrefix.MatchString(message) {
		message = logPrefix.ReplaceAllString(message, "")
	}
	if runes := []rune(message); len(runes) > 200 {
		message = string(runes[:200])
		message = message[:max(strings.LastIndexByte(message, ' '), 100)]
	}
	return strings.TrimSpace(message)
}

var troubled = regexp.MustCompile(`(?i)error|exception|fail|denied|cannot|can't|unable|invalid|not (?:found|allowed|exist)|timed? ?out|exceed|refused|missing`)

// A variable is something that differs between occurrences of one failure.
type variable struct {
	name    string
	find    *regexp.Regexp
	pattern string
}

var variables = []variable{
	{"arn", regexp.MustCompile(`arn:aws[\w-]*:[^\s"',;)\]]+`), `arn:aws[\w-]*:[^\s"',;)\]]+`},
	{"url", regexp.MustCompile(`https?://[^\s"',;)\]]+`), `https?://[^\s"',;)\]]+`},
	{"uuid", regexp.MustCompile(`\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b`), `[0-9a-fA-F-]{36}`},
	{"time", regexp.MustCompile(`\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[.,\d]*(?:Z|[+-]\d\d:?\d\d)?`), `\d{4}-\d\d-\d\d[T ][\d:.,]+(?:Z|[+-]\d\d:?\d\d)?`},
	{"address", regexp.MustCompile(`\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?::\d+)?\b`), `\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?`},
	{"host", regexp.MustCompile(`\b(?:[a-zA-Z0-9](?:[\w-]*[a-zA-Z0-9])?\.)+(?:com|net|org|io|dev|app|cloud|internal|local|lan|corp|aws|kr|jp|cn|de|eu|uk|us)\b(?::\d+)?`), `[\w.-]+\.[a-z]+(?::\d+)?`},
	{"value", regexp.MustCompile(`'[^']+'`), `'[^']+'`},
	{"value", regexp.MustCompile(`"[^"]+"`), `"[^"]+"`},
	{"list", regexp.MustCompile(`\[[^\[\]]+\]`), `\[[^\]]*\]`},
	{"region", regexp.MustCompile(`\b(?:us|eu|ap|sa|ca|me|af|il|mx)(?:-gov)?-(?:north|south|east|west|central|northeast|southeast|northwest|southwest)-\d\b`), `[a-z]{2}(?:-gov)?-[a-z]+-\d`},
	{"path", regexp.MustCompile(`(?:/[\w.@%+=-]+){2,}/?`), `(?:/[\w.@%+=-]+)+/?`},
	{"id", regexp.MustCompile(`\b(?:[a-z]+-[0-9a-f]{8,17}|[0-9a-f]{16,64})\b`), `[\w-]+`},
	{"number", regexp.MustCompile(`\b\d[\d,.]*\d\b|\b\d\b`), `\d[\d,.]*`},
}

// generalise turns a message into a pattern with named groups for what varies.
func generalise(message string) (pattern string, names []string) {
	var b strings.Builder
	used := map[string]int{}
	for message != "" {
		v, at := nextVariable(message)
		if at == nil {
			b.WriteString(regexp.QuoteMeta(message))
			break
		}
		b.WriteString(regexp.QuoteMeta(message[:at[0]]))
		used[v.name]++
		name := v.name
		if n := used[name]; n > 1 {
			name = fmt.Sprint(name, n)
		}
		names = append(names, name)
		fmt.Fprintf(&b, "(?P<%s>%s)", name, v.pattern)
		message = message[at[1]:]
	}
	return b.String(), names
}

// nextVariable finds the variable part that begins first; of two at one place
// the earlier of the list.
func nextVariable(message string) (variable, []int) {
	var first variable
	var at []int
	for _, v := range variables {
		if m := v.find.FindStringIndex(message); m != nil && (at == nil || m[0] < at[0]) {
			first, at = v, m
		}
	}
	return first, at
}
