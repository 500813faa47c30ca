package report

import (
	"regexp"
	"strings"
	"unicode"
)

// escapes matches terminal control sequences in both forms of their
// introducers (ECMA-48): CSI up to its final byte, strings (titles,
// hyperlinks, the clipboard) up to their terminator or the line's end, and the
// short ones.
var escapes = regexp.MustCompile(`(?:\x1b\[|\x{9b})[0-?]*[ -/]*[@-~]?` +
	`|(?:\x1b[\]PX^_]|[\x{90}\x{98}\x{9d}\x{9e}\x{9f}])[^\x07\x1b\x{9c}\n]*(?:\x07|\x1b\\|\x{9c})?` +
	`|\x1b[ -/]*[0-~]?`)

// cleanBlock makes a text from outside safe to print over several lines:
// control sequences, control characters and characters that are invisible or
// turn the direction of writing are gone; line ends are \n, tabs stay.
func cleanBlock(text string) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	if strings.ContainsAny(text, "\x1b\u0090\u0098\u009b\u009d\u009e\u009f") {
		text = escapes.ReplaceAllString(text, "")
	}
	text = strings.ReplaceAll(text, "\r\n", "\n")
	return strings.TrimRight(strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == '\r', r == '\u2028', r == '\u2029':
			return '\n'
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, text), " \t\n")
}

// cleanLine is cleanBlock for a text that must stay on one line.
func cleanLine(text string) string {
	return strings.Join(strings.Fields(cleanBlock(text)), " ")
}
