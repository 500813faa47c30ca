// Package widget draws: lists, text, diffs, tables, boxes and dialogs. It knows
// cells, rows and styles, and nothing of AWS or of diagnosis.
//
// A view is a rectangle: exactly h lines of exactly w cells, joined by "\n".
// Text from outside goes through Clean before it is drawn.
package widget

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxMarks is how many combining marks one base character keeps. No language
// stacks more; text that does is made to spill over its neighbours.
const maxMarks = 4

// tab is what a tab becomes; columns of a log line stay apart.
const tab = "    "

// Clean returns s as one line that is safe to draw: escape sequences and
// control characters are gone, invalid UTF-8 becomes U+FFFD, invisible and
// direction-changing characters are dropped, tabs become spaces and line ends
// one space. What follows an unfinished escape sequence stays visible, so
// nothing can hide the rest of a line.
func Clean(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	marks := maxMarks // a mark without a base is dropped
	for i := 0; i < len(s); {
		if n := sequence(s[i:]); n > 0 {
			i += n
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		i += size
		switch {
		case r == '\t':
			b.WriteString(tab)
			marks = maxMarks
		case r == '\n' || r == '\u2028' || r == '\u2029':
			b.WriteByte(' ')
			marks = maxMarks
		case invisible(r):
		case joins(r):
			if marks < maxMarks {
				b.WriteRune(r)
				marks++
			}
		default:
			b.WriteRune(r)
			marks = 0
		}
	}
	return b.String()
}

// CleanLines splits s at its line ends (LF, CRLF, lone CR) and cleans each line.
func CleanLines(s string) []string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	lines := strings.Split(strings.ReplaceAll(s, "\r", "\n"), "\n")
	for i, l := range lines {
		lines[i] = Clean(l)
	}
	return lines
}

// plain reports whether s is printable ASCII only, the case of most log lines.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] < 0x20 || s[i] > 0x7e {
			return false
		}
	}
	return true
}

// invisible says which characters are never drawn: controls, format characters
// (joiners, direction marks, byte order marks, tags), variation selectors and
// skin tones. Terminals disagree about the width of what the latter three join,
// and a row of the wrong width tears the frame.
func invisible(r rune) bool {
	switch {
	case r < 0x20, r >= 0x7f && r < 0xa0:
		return true
	case r >= 0xfe00 && r <= 0xfe0f, r >= 0xe0100 && r <= 0xe01ef:
		return true
	case r >= 0x1f3fb && r <= 0x1f3ff:
		return true
	}
	return unicode.Is(unicode.Cf, r)
}

// joins says which characters are drawn together with the one before them. At
// the start of a text they would change the width of whatever it is put after.
func joins(r rune) bool {
	return unicode.In(r, unicode.M) || r == 0xff9e || r == 0xff9f
}

// sequence returns the length of the complete escape sequence that s starts
// with, or 0. Both forms of an introducer count: ESC [ and U+009B.
func sequence(s string) int {
	kind, n := introducer(s)
	switch kind {
	case 0:
		return 0
	case '[':
		return controlSequence(s, n)
	case ']', 'P', 'X', '^', '_':
		return stringSequence(s, n)
	default: // two bytes, or ESC, intermediates and a final byte
		for n < len(s) && s[n] >= 0x20 && s[n] <= 0x2f {
			n++
		}
		if n < len(s) && s[n] >= 0x30 && s[n] <= 0x7e {
			return n + 1
		}
		return 0
	}
}

// introducer returns the byte that names the kind of the sequence and how many
// bytes it takes; kind is 0 when there is none, ' ' when s only holds an ESC
// whose kind follows.
func introducer(s string) (kind byte, n int) {
	switch {
	case len(s) >= 2 && s[0] == 0x1b && strings.IndexByte("[]PX^_", s[1]) >= 0:
		return s[1], 2
	case len(s) >= 2 && s[0] == 0x1b:
		return ' ', 1
	case len(s) >= 2 && s[0] == 0xc2 && s[1] >= 0x80 && s[1] < 0xa0:
		if k := s[1] - 0x40; strings.IndexByte("[]PX^_", k) >= 0 {
			return k, 2
		}
	}
	return 0, 0
}

// controlSequence measures parameters, intermediates and the final byte.
func controlSequence(s string, n int) int {
	for n < len(s) && s[n] >= 0x20 && s[n] <= 0x3f {
		n++
	}
	if n < len(s) && s[n] >= 0x40 && s[n] <= 0x7e {
		return n + 1
	}
	return 0
}

// maxString is how long a string sequence (title, hyperlink, clipboard) may be;
// beyond it the text is shown instead of swallowed.
const maxString = 4096

// stringSequence measures up to BEL or the string terminator in either form.
func stringSequence(s string, n int) int {
	end := min(len(s), n+maxString)
	for ; n < end; n++ {
		switch {
		case s[n] == 0x07:
			return n + 1
		case s[n] == 0x1b && n+1 < len(s) && s[n+1] == '\\':
			return n + 2
		case s[n] == 0xc2 && n+1 < len(s) && s[n+1] == 0x9c:
			return n + 2
		case s[n] == '\n':
			return 0
		}
	}
	return 0
}
