package diagnostics

import (
	"regexp"
	"strings"
)

// stripGutters takes from each line what a tool drew before and after it:
// Terraform's bars, the columns of a copied table, quotation marks of a mail,
// comment signs and bullets, rules, the word Copy of the CloudWatch console.
func stripGutters(lines []string) []string {
	kept := lines[:0:0]
	for i, line := range lines {
		line = withoutStamp(line)
		mark := bullet(line)
		if mark != "" && (i > 0 && bullet(lines[i-1]) == mark || i+1 < len(lines) && bullet(lines[i+1]) == mark) {
			line = strings.TrimSpace(line)[len(mark):]
		}
		line = copyButton(stripBars(line))
		if !isRule(line) {
			kept = append(kept, line)
		}
	}
	return kept
}

// runnerStamp is the time that a build runner writes before every line: GitHub
// and Azure with seven digits, GitLab with six and the number of the stream.
// The columns of a table begin behind it.
var runnerStamp = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.(?:\d{7}Z(?: |$)|\d{6}Z \d\d[OE][ +]?)`)

// withoutStamp removes the stamp of a build runner.
func withoutStamp(line string) string {
	if len(line) < len("2006-01-02T15:04:05.000000Z") || line[4] != '-' || line[10] != 'T' || line[19] != '.' {
		return line
	}
	return line[len(runnerStamp.FindString(line)):]
}

// stripBars removes bars at either end. The blanks of a line without bars
// stay: the columns of a table are found by them.
func stripBars(line string) string {
	for {
		trimmed := strings.TrimSpace(line)
		switch {
		case trimmed == "|" || trimmed == ">":
			return ""
		case strings.HasPrefix(trimmed, "| ") || strings.HasPrefix(trimmed, "|\t"), strings.HasPrefix(trimmed, "> "):
			line = trimmed[2:]
		case strings.HasPrefix(trimmed, "||"):
			line = trimmed[1:]
		case strings.HasSuffix(trimmed, " |") || strings.HasSuffix(trimmed, "\t|"):
			line = trimmed[:len(trimmed)-2]
		default:
			return line
		}
	}
}

// bullet returns the comment sign or bullet that a line begins with. One line
// alone proves nothing; stripGutters wants two in a row.
func bullet(line string) string {
	line = strings.TrimSpace(line)
	for _, mark := range []string{"//", "- ", "* ", "# "} {
		if strings.HasPrefix(line, mark) {
			return mark
		}
	}
	if len(line) > 1 && line[0] == '#' && (isWordByte(line[1]) && line[1] > '9') { // "#/Path" and "#12" are no comments
		return "#"
	}
	return ""
}

var (
	copyAfter  = regexp.MustCompile(`(\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?)Copy\b`)
	copyBefore = regexp.MustCompile(`\bCopy(\d{4}-\d\d-\d\dT)`)
)

func copyButton(line string) string {
	if !strings.Contains(line, "Copy") {
		return line
	}
	return copyBefore.ReplaceAllString(copyAfter.ReplaceAllString(line, "$1 "), "$1")
}

// isRule recognises a line that is only drawn: -----, =====, +----+----+.
func isRule(line string) bool {
	line = strings.TrimSpace(line)
	return len(line) >= 4 && strings.Trim(line, "-=+*_| ") == ""
}

// dropProperties removes the values of ResourceProperties: the properties of a
// healthy resource hold words that failures have too.
func dropProperties(text string) string {
	const key = `ResourceProperties`
	if !strings.Contains(text, key) {
		return text
	}
	var b strings.Builder
	for {
		at := propertiesKey.FindStringSubmatchIndex(text)
		if at == nil {
			b.WriteString(text)
			return b.String()
		}
		b.WriteString(text[:at[0]])
		text = text[at[1]:]
		text = text[stringEnd(text, at[3]-at[2]):]
	}
}

var propertiesKey = regexp.MustCompile(`(\\*)"ResourceProperties\\*"\s*:\s*\\*"`)

// stringEnd measures a JSON string up to and with its closing quote, which has
// as many backslashes before it as the opening one.
func stringEnd(s string, escapes int) int {
	run := 0
	for i := range len(s) {
		switch s[i] {
		case '\\':
			run++
			continue
		case '"':
			if run <= escapes {
				return i + 1
			}
		}
		run = 0
	}
	return len(s)
}
