package diagnostics

import (
	"regexp"
	"strings"
)

// codeLine recognises a line of source code, of a rule file or of a search,
// by what it begins with. Such lines hold the words of failures without being
// any. Log lines and quoted source lines of a stack trace are told apart by
// what they lack: the statement's own punctuation.
var codeLine = []*regexp.Regexp{
	// A regular expression: between slashes, or with classes and repetitions.
	regexp.MustCompile(`^\s*/.+/[gimsuy]*[,;)]*\s*$`),
	regexp.MustCompile(`\.\*.*\.\*|\(\?[:imsP<]|\\[dswSDW][+*]|\.\+\?|\[\^[^\]]+\][+*]`),
	// Statements.
	regexp.MustCompile(`^\s*(?:\}?\s*(?:else )?if|while|for|switch|elif)\b.*[({:]\s*$`),
	regexp.MustCompile(`^\s*(?:const|let|var|val|final|static|public|private|protected|export|func|def|fn|function|class)\s+\w+.*[=({:]`),
	regexp.MustCompile(`^\s*(?:return|throw|raise|assert|yield|await)\b.*[)"'];?\s*$`),
	regexp.MustCompile(`^\s*[\w.$]+\s*:?=\s*(?:re|regexp|new RegExp|Pattern|strings|errors|fmt)\b`),
	regexp.MustCompile(`\b(?:strings\.Contains|\.includes|\.contains|\.indexOf|\.startsWith|\.match|\.test|errors\.New|fmt\.(?:Errorf|Sprintf)|expect|assert\w*|toContain|toThrow|console\.(?:log|error|warn)|logger\.\w+|log\.(?:info|error|warn|debug)|grep(?: -\w+)*)\s*[( ]["'` + "`" + `]`),
	regexp.MustCompile(`\bin (?:str\(|err\b|error\b|e\.|output\b|message\b|stderr\b)|[!=]==? ?["']`),
	// Rules of other tools.
	regexp.MustCompile(`(?i)^\s*-?\s*"?(?:pattern|regex|regexp|match|expression|filter_?pattern|query)"?\s*[:=]`),
}

// allowedPattern is the part of AWS's own messages that shows a pattern.
var allowedPattern = regexp.MustCompile(`(?i)(?:regular expression pattern:|does not match pattern|match the pattern|must match pattern|satisfy pattern).*`)

// IsCode reports whether a line is source code, a regular expression or a rule
// rather than what a program printed.
func IsCode(line string) bool {
	line = allowedPattern.ReplaceAllString(line, "")
	for _, r := range codeLine {
		if r.MatchString(line) {
			return true
		}
	}
	return false
}

// WithoutCode blanks the lines of a clean text that are code.
func WithoutCode(clean string) string {
	lines := strings.Split(clean, "\n")
	for i, l := range lines {
		if IsCode(l) {
			lines[i] = ""
		}
	}
	return strings.Join(lines, "\n")
}
