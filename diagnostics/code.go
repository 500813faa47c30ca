package diagnostics

import (
	"regexp"
	"slices"
	"strings"
)

// A codeShape is a pattern of code. Where it may stand anywhere in a line, one
// of some pieces is in every line that it matches: most lines need no more.
type codeShape struct {
	holds   []string
	pattern *regexp.Regexp
}

func (c codeShape) matches(line string) bool {
	if c.holds != nil && !slices.ContainsFunc(c.holds, func(s string) bool { return strings.Contains(line, s) }) {
		return false
	}
	return c.pattern.MatchString(line)
}

// codeLine recognises a line of source code, of a rule file or of a search,
// by what it begins with. Such lines hold the words of failures without being
// any. Log lines and quoted source lines of a stack trace are told apart by
// what they lack: the statement's own punctuation.
var codeLine = []codeShape{
	// A regular expression: between slashes, or with classes and repetitions.
	{pattern: regexp.MustCompile(`^\s*/.+/[gimsuy]*[,;)]*\s*$`)},
	{[]string{".*", "(?", "\\", ".+?", "[^"}, regexp.MustCompile(`\.\*.*\.\*|\(\?[:imsP<]|\\[dswSDW][+*]|\.\+\?|\[\^[^\]]+\][+*]`)},
	// Statements.
	{pattern: regexp.MustCompile(`^\s*(?:\}?\s*(?:else )?if|while|for|switch|elif)\b.*[({:]\s*$`)},
	{pattern: regexp.MustCompile(`^\s*(?:const|let|var|val|final|static|public|private|protected|export|func|def|fn|function|class)\s+\w+.*[=({:]`)},
	{pattern: regexp.MustCompile(`^(?:\s*(?:return|throw|yield|await)\b.*[)"'];?\s*$|\s*(?:raise|throw)\s+(?:new\s+)?[\w.]+\(|\s*(?:assert|echo)\s+\S|\s*[=!]==?\s)`)},
	{pattern: regexp.MustCompile(`^(?:\s*(?:\} )?(?:except|catch|with|class)\b.*[:{]\s*$|\s*[rfb]?""")`)},
	{[]string{"isinstance(", "extends"}, regexp.MustCompile(`\bisinstance\(|\bclass \w+ extends\b`)},
	{pattern: regexp.MustCompile(`^\s*(?:self\.\w+|this\.\w+|\w*(?:msg|message|reason|prefix|error|fmt|expected|output|text)\w*|[A-Z][A-Z0-9_]{3,})\s+=\s+[rfbu]?["'` + "`" + `(\[{]`)},
	{pattern: regexp.MustCompile(`^\s*[\w.$]+\s*:?=\s*(?:re|regexp|new RegExp|Pattern|strings|errors|fmt)\b`)},
	{[]string{"(\"", "('", "(`", " \"", " '", " `"}, regexp.MustCompile(`\b(?:strings\.Contains|\.includes|\.contains|\.indexOf|\.startsWith|\.match|\.test|errors\.New|fmt\.(?:Errorf|Sprintf)|expect|assert\w*|toContain|toThrow|console\.(?:log|error|warn)|logger\.\w+|log\.(?:info|error|warn|debug)|grep(?: -\w+)*)\s*[( ]["'` + "`" + `]`)},
	{[]string{"in str(", "in err", "in e.", "in output", "in message", "in stderr", "=\"", "='", "= \"", "= '"}, regexp.MustCompile(`\bin (?:str\(|err\b|error\b|e\.|output\b|message\b|stderr\b)|[!=]==? ?["']`)},
	{[]string{"new "}, regexp.MustCompile(`\bnew \w*(?:Error|Exception)\(`)},
	{pattern: regexp.MustCompile(`^\s*(?:case|when)\s+["'` + "`" + `]`)},
	// A call whose first argument is written out, and a line that is one call.
	{[]string{"("}, regexp.MustCompile(`(?:^|[\s(!.])[a-z_]\w*\((?:[\w.&*]+,?\s+){0,2}\s*[a-z]?["'` + "`" + `][^"'` + "`" + `].*["'` + "`" + `][^"'` + "`" + `]*[),]`)},
	{[]string{"("}, regexp.MustCompile(`(?:^|\s)[a-z_][\w.]*\(\s*[\[{]+\s*["'][^"']*["']\s*:`)},
	{pattern: regexp.MustCompile(`^\s*[a-zA-Z_]\w*(?:(?:\.|->|::)\w+)*\(.*\)\s*;\s*$`)},
	// A text with holes, one that goes on in the next line, and one entry of a
	// list or of a table of texts.
	{[]string{"%", "f\"", "f'"}, regexp.MustCompile(`["'` + "`" + `][^"'` + "`" + `]*%(?:\d*\.?\d*[dfsvqx]|\(\w+\)s)(?:[^\w%][^"'` + "`" + `]*)?["'` + "`" + `]|(?:^|[\s(,=])f(?:"[^"]*\{\w|'[^']*\{\w)`)},
	{pattern: regexp.MustCompile(`^(?:\s*[(\[]["'].*["']\s*[)\]],\s*$|\s+[A-Z]\w*(?:Error|Exception|Fault),\s*$)`)},
	{[]string{"+", "\\", "||", "&&"}, regexp.MustCompile(`^[^{]*["'` + "`" + `]\s*(?:\+|\\)\s*$|^\s*(?:\+|\|\||&&)\s*[\w.(]*["'` + "`" + `]`)},
	{pattern: regexp.MustCompile(`^(?:\s*'[^']*',\s*$|\s*r["'].*["'],?\s*$|\s*"\w+":(?: {3,}|\t+)"[^"]*",?\s*$)`)},
	{[]string{"{"}, regexp.MustCompile(`^\s+[fr]?"[^"{}]*\{(?:\d+|[a-z_][\w.]*)?\}[^"{}]*",?\s*$`)},
	{[]string{".into(", ".to_"}, regexp.MustCompile(`"\.(?:into|to_string|to_owned|to_vec)\(\)`)},
	{[]string{"print"}, regexp.MustCompile(`^\s*\w*print(?:f|ln)?\(\s*(?:\w+,?\s+)*["'][^"']*$`)},
	{pattern: regexp.MustCompile(`^\s*(?:return )?[a-z]\w{0,7}\.[A-Za-z]\w{1,14}\((?:\d{3}|[a-z]\w*(?:\.\w+)?),\s.*\)\s*;?\s*$`)},
	// Imports, fields and annotations.
	{pattern: regexp.MustCompile(`^\s*(?:import\s+[\w{*"'<.]|from\s+\S+\s+import\b|using\s+[\w.]+;|#include\b|@\w+(?:\(|$)|\w+\?:\s*\w+;)`)},
	// Rules of other tools, models of an API.
	{pattern: regexp.MustCompile(`^(?:\s*"documentation"\s*:\s*"|\s+-\s+'[^']*'\s*$)`)},
	{pattern: regexp.MustCompile(`(?i)^\s*-?\s*"?(?:pattern|regex|regexp|match|expression|filter_?pattern|query)"?\s*[:=]`)},
}

// allowedPattern is the part of AWS's own messages that shows a pattern.
var allowedPattern = regexp.MustCompile(`(?i)(?:regular expression pattern:|does not match pattern|match the pattern|must match pattern|satisfy pattern).*`)

// IsCode reports whether a line is source code, a regular expression or a rule
// rather than what a program printed.
func IsCode(line string) bool {
	if strings.Contains(strings.ToLower(line), "pattern") {
		line = allowedPattern.ReplaceAllString(line, "")
	}
	for _, shape := range codeLine {
		if shape.matches(line) {
			return true
		}
	}
	return false
}

// opening recognises a line that leaves a bracket open and so owns the lines
// below it: an assignment, a call, or a statement that IsCode knows.
var opening = regexp.MustCompile(`^\s*(?:(?:return|await|yield|throw|raise)\s*[(\[{]+|(?:return|throw|yield)\s.*[\w)]\()\s*$|` +
	`^\s*["']?\w+["']?:\s*(?:(?:new|await)\s+)*[a-zA-Z_][\w.]*\([\[{]*\s*$|` +
	`^\s*(?:(?:return|await|throw|raise|new|export|const|let|var)\s+)*[\w.$\])]+` +
	`(?:\s*(?::\s*[\w<>\[\]. |]+)?:?=\s*(?:(?:not|new|await)\s+)*(?:[\w.]+)?[(\[{]+|(?:\([^"'()]*\)(?:\.\w+)*)?!?\((?:[\w.]+\()*[\[{]*)\s*$`)

// piece recognises a line that is one quoted text.
var piece = regexp.MustCompile(`^\s+[a-z]?(?:'[^']*'|"[^"]*")[,;)]*\s*$`)

// opens reports whether a line of code ends in an open bracket.
func opens(line string) bool {
	trimmed := strings.TrimRight(line, " \t")
	if trimmed == "" || !strings.ContainsRune("([{", rune(trimmed[len(trimmed)-1])) {
		return false
	}
	return IsCode(line) || opening.MatchString(line)
}

// WithoutCode blanks the lines of a clean text that are code: those that look
// like it, and those that stand inside the brackets that such a line opens,
// which their indentation tells.
func WithoutCode(clean string) string {
	lines := strings.Split(clean, "\n")
	inside := -1 // the indentation of the line that opened a bracket
	for i, l := range lines {
		in := len(l) - len(strings.TrimLeft(l, " \t"))
		blank := in == len(l)
		if inside >= 0 && !blank && in <= inside {
			inside = -1
		}
		if inside < 0 && opens(l) {
			inside = in
		} else if inside < 0 && !IsCode(l) {
			continue
		}
		lines[i] = ""
		// The pieces of a text that a language joins by itself.
		if i+1 < len(lines) && !blank && piece.MatchString(lines[i+1]) && inside < 0 {
			lines[i+1] = ""
		}
	}
	return strings.Join(lines, "\n")
}
