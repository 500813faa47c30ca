package diagnostics

import (
	"strings"
	"unicode/utf8"
)

// Normalize makes a raw text comparable: what tools did to it is undone
// (Clean), and white space is folded to single blanks. It is idempotent.
func Normalize(text string) string {
	text, _ = stable(text, func(s string) string { return join(Clean(s), wrapped) })
	return text
}

// Views returns the ways to read a text that Clean has made and whose lines were broken somewhere, the
// likelier first: one with a blank for each break, except where the glued
// halves make a word that known knows and the halves by themselves do not; and
// one with every break glued, when that is another text. known takes a word in
// lower case; it may be nil.
func Views(clean string, known func(word string) bool) []string {
	clean = strings.TrimFunc(clean, blank)
	if folded(clean) {
		return []string{clean}
	}
	if !strings.ContainsAny(clean, "\n\u2028") {
		return []string{Normalize(clean)}
	}
	glue := wrapped
	if known != nil {
		glue = func(left, right, gap string) bool {
			return wrapped(left, right, gap) || halves(left, right, known)
		}
	}
	first := Normalize(join(clean, glue))
	glued := Normalize(join(clean, func(_, _, gap string) bool { return isBreak(gap) }))
	if glued == first {
		return []string{first}
	}
	return []string{first, glued}
}

// folded reports whether a text is one line with single blanks.
func folded(text string) bool {
	return !strings.ContainsAny(text, "\n\t\u2028") && !strings.Contains(text, "  ") && strings.TrimSpace(text) == text
}

// Clean undoes what tools do to a text on its way: JSON escapes, terminal
// sequences, typographic quotes, gutters, wrapped table columns, the
// properties of healthy resources. Lines stay lines; a row of a table whose
// cells were wrapped becomes one line, its cells joined by " | ".
func Clean(text string) string {
	text, ok := stable(text, cleanOnce)
	if !ok {
		text, _ = stable(disarm(text), cleanOnce)
	}
	return text
}

func cleanOnce(text string) string {
	lines := strings.Split(mendCharacters(dropProperties(text)), "\n")
	return strings.Join(joinColumns(joinPadded(stripGutters(lines))), "\n")
}

// stable applies f until nothing changes and reports whether it came to rest.
func stable(text string, f func(string) string) (string, bool) {
	for range 6 {
		next := f(text)
		if next == text {
			return text, true
		}
		text = next
	}
	return text, false
}

// disarm takes the characters that damage is made of from a text that was
// built to keep Clean busy: escapes inside escapes inside escapes.
func disarm(text string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("\\&[|>-*/\x1b", r) {
			return -1
		}
		return r
	}, text)
}

// join folds white space to single blanks. Where two pieces of text meet at a
// break, glue decides whether they belong to one word; gap is the white space
// between them, which a tool may have padded.
func join(text string, glue func(left, right, gap string) bool) string {
	var b strings.Builder
	b.Grow(len(text))
	for i := 0; i < len(text); {
		gap := blanks(text[i:])
		if gap == 0 {
			next := strings.IndexFunc(text[i:], blank)
			if next < 0 {
				next = len(text) - i
			}
			b.WriteString(text[i : i+next])
			i += next
			continue
		}
		left, right, between := b.String(), text[i+gap:], text[i:i+gap]
		if left != "" && right != "" && (!hasBreak(between) || !glue(left, right, between)) {
			b.WriteByte(' ')
		}
		i += gap
	}
	return b.String()
}

// blanks measures the white space that a text begins with.
func blanks(s string) int {
	n := 0
	for n < len(s) {
		r, size := utf8.DecodeRuneInString(s[n:])
		if !blank(r) {
			break
		}
		n += size
	}
	return n
}

func blank(r rune) bool { return r == ' ' || r == '\t' || r == '\n' || r == softBreak }

// isBreak reports whether a gap is a line break with no blank around it.
func isBreak(gap string) bool { return gap == "\n" || gap == string(softBreak) }

// hasBreak reports whether a gap holds one line break or more.
func hasBreak(gap string) bool {
	return strings.IndexByte(gap, '\n') >= 0 || strings.ContainsRune(gap, softBreak)
}

// wrapped recognises a wrap after the hyphen or slash of a name, and one inside
// an ARN or address: an ARN has five colons at least, and a cell is only broken
// off where a word is longer than its column.
func wrapped(left, right, gap string) bool {
	if !isBreak(gap) {
		return false
	}
	n, soft := len(left), gap != "\n"
	if n > 1 && (left[n-1] == '-' || left[n-1] == '/') && isWordByte(left[n-2]) && isWordByte(right[0]) {
		return true
	}
	if c := right[0]; !isWordByte(c) && c != ':' && c != '/' && c != '-' && c != '*' {
		return false
	}
	word := left[max(0, n-maxName):] // bounded: a text may be one word of megabytes
	word = word[strings.LastIndexByte(word, ' ')+1:]
	if at := strings.Index(word, "arn:aws"); at >= 0 {
		return strings.Count(word[at:], ":") < 5 || soft && word[len(word)-1] != '.'
	}
	return soft && strings.Contains(word, "://")
}

// maxName is longer than any ARN; addresses that matter are shorter, too.
const maxName = 2048

// halves recognises the two halves of a known word.
func halves(left, right string, known func(string) bool) bool {
	i, j := len(left), 0
	for i > 0 && isWordByte(left[i-1]) {
		i--
	}
	for j < len(right) && isWordByte(right[j]) {
		j++
	}
	a, z := strings.ToLower(left[i:]), strings.ToLower(right[:j])
	return a != "" && z != "" && known(a+z) && (!known(a) || !known(z))
}

func isWordByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_'
}
