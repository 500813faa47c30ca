package diagnostics

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// softBreak (LINE SEPARATOR) stands between two pieces of one table cell that may belong to one
// word. One that the text itself holds means the same.
const softBreak = '\u2028'

// mendCharacters undoes what tools do to single characters: JSON escapes,
// HTML entities, terminal sequences, typographic punctuation, control
// characters, invalid UTF-8. Line feeds and tabs stay.
func mendCharacters(s string) string {
	if !needsMending(s) {
		return s
	}
	return mend(mend(s, decode), plain)
}

// mend walks through a text; f writes what stands at a place and returns how
// much it has read, or 0 to take one character as it is.
func mend(s string, f func(b *strings.Builder, s string) int) string {
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); {
		n := f(&b, s[i:])
		if n == 0 {
			_, n = utf8.DecodeRuneInString(s[i:])
			b.WriteString(s[i : i+n])
		}
		i += n
	}
	return b.String()
}

// decode resolves what formats escape.
func decode(b *strings.Builder, s string) int {
	switch s[0] {
	case '\\':
		return unescape(b, s)
	case '&':
		return decodeEntity(b, s)
	}
	return 0
}

// plain resolves what terminals and type setters add.
func plain(b *strings.Builder, s string) int {
	switch s[0] {
	case 0x1b:
		return terminalSequence(s)
	case '[':
		return colourRemnant(s)
	case '\r':
		return carriageReturn(b, s)
	}
	return mendRune(b, s)
}

func needsMending(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c == '\\' || c == '&' || c == '[' || c >= 0x7f || c < ' ' && c != '\n' && c != '\t' {
			return true
		}
	}
	return false
}

// endsInWord reports whether a word may go on behind a text.
func endsInWord(s string) bool {
	if s == "" {
		return false
	}
	c := s[len(s)-1]
	return c == '_' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
}

// unescape writes what a run of backslashes and the character after it stand
// for, however often they were escaped, and returns how much it has read.
func unescape(b *strings.Builder, s string) int {
	n := 0
	for n < len(s) {
		switch {
		case s[n] == '\\':
			n++
		case n > 0 && strings.HasPrefix(s[n:], "u005c"), n > 0 && strings.HasPrefix(s[n:], "u005C"):
			n += len("u005c")
		case n == 1 && s[1] == '_' && endsInWord(b.String()):
			return n // Markdown: lambda\_function
		default:
			return n + escaped(b, s[n:])
		}
	}
	b.WriteByte('\\')
	return n
}

// escaped writes the character that follows a backslash. A letter that is no
// JSON escape keeps its backslash: \d of a pattern.
func escaped(b *strings.Builder, s string) int {
	switch s[0] {
	case '"', '\'', '/':
		b.WriteByte(s[0])
	case 'n', '\n':
		b.WriteByte('\n')
	case 'r':
		b.WriteByte('\r')
	case 't':
		b.WriteByte('\t')
	case 'u':
		if r, n := unicodeEscape(s); n > 0 {
			b.WriteRune(r)
			return n
		}
		b.WriteByte('\\')
		return 0
	default:
		b.WriteByte('\\')
		return 0
	}
	return 1
}

// unicodeEscape reads uXXXX, or a surrogate pair uXXXX\uXXXX.
func unicodeEscape(s string) (rune, int) {
	hex := func(s string) (rune, bool) {
		if len(s) < 5 || s[0] != 'u' {
			return 0, false
		}
		v, err := strconv.ParseUint(s[1:5], 16, 16)
		return rune(v), err == nil
	}
	r, ok := hex(s)
	if !ok {
		return 0, 0
	}
	if r < 0xd800 || r > 0xdfff {
		return r, 5
	}
	rest := strings.TrimLeft(s[5:], `\`)
	low, ok := hex(rest)
	if !ok || r > 0xdbff || low < 0xdc00 || low > 0xdfff {
		return utf8.RuneError, 5
	}
	return (r-0xd800)<<10 + (low - 0xdc00) + 0x10000, len(s) - len(rest) + 5
}

var entities = []struct{ name, text string }{
	{"quot;", `"`},
	{"apos;", "'"},
	{"#39;", "'"},
	{"#x27;", "'"},
	{"#34;", `"`},
	{"#x22;", `"`},
	{"lt;", "<"},
	{"gt;", ">"},
	{"nbsp;", " "},
	{"#160;", " "},
	{"#x2F;", "/"},
	{"#47;", "/"},
	{"#10;", "\n"},
}

// decodeEntity writes the character of an HTML entity, however often its
// ampersand was encoded again, and returns 0 where there is none.
func decodeEntity(b *strings.Builder, s string) int {
	n := 1
	for strings.HasPrefix(s[n:], "amp;") {
		n += len("amp;")
	}
	for _, e := range entities {
		if strings.HasPrefix(s[n:], e.name) {
			b.WriteString(e.text)
			return n + len(e.name)
		}
	}
	if n == 1 {
		return 0
	}
	b.WriteByte('&')
	return n
}

// terminalSequence measures an escape sequence (ECMA-48: CSI, OSC and the
// other string types, two-character ones). It always takes the ESC.
func terminalSequence(s string) int {
	if len(s) < 2 {
		return 1
	}
	switch s[1] {
	case '[':
		return 2 + controlSequence(s[2:])
	case ']', 'P', 'X', '^', '_':
		return 2 + stringSequence(s[2:])
	}
	n := 1
	for n < len(s) && s[n] >= 0x20 && s[n] <= 0x2f {
		n++
	}
	if n < len(s) && s[n] >= 0x30 && s[n] <= 0x7e {
		n++
	}
	return n
}

func controlSequence(s string) int {
	n := 0
	for n < len(s) && s[n] >= 0x20 && s[n] <= 0x3f {
		n++
	}
	if n < len(s) && s[n] >= 0x40 && s[n] <= 0x7e {
		n++
	}
	return n
}

// stringSequence measures up to BEL or ST. One without an end is cut at the
// line's end, so that a stray ESC cannot hide the rest of a log.
func stringSequence(s string) int {
	for i := range len(s) {
		switch {
		case s[i] == 0x07:
			return i + 1
		case s[i] == 0x1b && i+1 < len(s) && s[i+1] == '\\':
			return i + 2
		case s[i] == '\n' || s[i] == 0x1b:
			return i
		}
	}
	return len(s)
}

// colourRemnant measures a colour code that has lost its ESC: [31m, [0;1m.
func colourRemnant(s string) int {
	n := 1
	for n < len(s) && n < 16 && (s[n] >= '0' && s[n] <= '9' || s[n] == ';') {
		n++
	}
	if n > 1 && s[1] != ';' && n < len(s) && s[n] == 'm' {
		return n + 1
	}
	return 0
}

// carriageReturn turns CR LF, and the bare CR of a progress bar, into a line
// feed.
func carriageReturn(b *strings.Builder, s string) int {
	b.WriteByte('\n')
	if len(s) > 1 && s[1] == '\n' {
		return 2
	}
	return 1
}

func mendRune(b *strings.Builder, s string) int {
	r, n := utf8.DecodeRuneInString(s)
	switch {
	case r == utf8.RuneError && n <= 1:
	case r == '\n' || r == '\t' || r >= ' ' && r < 0x7f || r == softBreak:
		b.WriteRune(r)
	case r == '\f' || r == '\v' || r == '\u2029' || r == '\u0085':
		b.WriteByte('\n')
	case r == '\u009b':
		return n + controlSequence(s[n:])
	case unicode.IsControl(r) || unicode.Is(unicode.Cf, r): // zero-width and bidirectional marks too
	case unicode.IsSpace(r):
		b.WriteByte(' ')
	case r == '–':
		b.WriteString(dash(b.String(), s[n:]))
	default:
		if plain, ok := typography[r]; ok {
			b.WriteString(plain)
		} else {
			b.WriteRune(r)
		}
	}
	return n
}

// dash tells the en dash that a page made of the two hyphens of an option from
// the one it made of a single hyphen.
func dash(before, after string) string {
	if after == "" || after[0] < 'a' || after[0] > 'z' {
		return "-"
	}
	if before == "" || strings.ContainsRune(" \n\t'\"(`", rune(before[len(before)-1])) {
		return "--"
	}
	return "-"
}

var typography = map[rune]string{
	'‘': "'", '’': "'", '‚': "'", '‛': "'", '′': "'", '´': "'",
	'“': `"`, '”': `"`, '„': `"`, '‟': `"`, '″': `"`,
	'\u017f': "s", '\u212a': "k", // the other cases of s and k
	'…': "...", '—': "--", '‐': "-", '‑': "-", '−': "-",
	'│': "|", '┃': "|", '║': "|", '┆': "|", '┊': "|", '╎': "|", '├': "|", '┤': "|",
	'╷': " ", '╵': " ", '╭': " ", '╮': " ", '╰': " ", '╯': " ", '┌': " ", '┐': " ", '└': " ", '┘': " ",
	'─': "-", '━': "-", '═': "-", '┬': "-", '┴': "-", '┼': "-",
}
