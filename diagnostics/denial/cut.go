package denial

import (
	"strings"
	"unicode/utf8"
)

// Texts that were cut at a column, in the middle of words.

// cutWidth returns the width of a text that was cut: all lines but the last
// are equally long, or one shorter where the cut fell on a blank, and either a
// word of the grammar stands on both sides of a cut or there are too many such
// lines for chance. 0: the text has lines of its own.
func cutWidth(raw string) int {
	const least, many = 20, 5
	first, rest, ok := strings.Cut(raw, "\n")
	if !ok || !strings.Contains(rest, "\n") {
		return 0
	}
	width, proof, lines := utf8.RuneCountInString(first), false, 1
	for before := first; rest != ""; {
		line, after, more := strings.Cut(rest, "\n")
		n := utf8.RuneCountInString(line)
		if n > width+1 || more && n < width-1 || width < least {
			return 0
		}
		proof = proof || breaksWord([]byte(before), strings.TrimLeft(line, " │|"))
		width = max(width, n)
		before, rest = line, after
		lines++
	}
	if !proof && lines <= many {
		return 0
	}
	return width
}

// atBlank reports whether a cut swallowed a blank: a word of the grammar begins
// behind it, or a sentence ended before it.
func atBlank(before []byte, after string) bool {
	r := 0
	for r < len(after) && isWordByte(after[r]) {
		r++
	}
	if (r == len(after) || strings.IndexByte(" :.\n", after[r]) >= 0) && grammarWord(after[:r]) {
		return true
	}
	if len(before) == 0 || after == "" {
		return false
	}
	last := before[len(before)-1]
	return last == ',' || last == '.' && 'A' <= after[0] && after[0] <= 'Z'
}

// breaksWord reports whether a line break stands inside a word of the grammar,
// as narrow terminals and event tables put it.
func breaksWord(before []byte, after string) bool {
	l := len(before)
	for l > 0 && isWordByte(before[l-1]) {
		l--
	}
	r := 0
	for r < len(after) && isWordByte(after[r]) {
		r++
	}
	left, right := string(before[l:]), after[:r]
	if left == "" || right == "" || len(left)+len(right) > 16 {
		return false
	}
	return grammarWord(left+right) && !(grammarWord(left) && grammarWord(right))
}

func isWordByte(c byte) bool { return letter(c) || c == '-' }

// grammarWord knows the words of AWS's sentences and their wrappers.
func grammarWord(s string) bool {
	switch strings.ToLower(s) {
	case "user", "is", "not", "authorized", "to", "perform", "access", "this", "on", "resource", "because", "no",
		"identity-based", "resource-based", "policy", "policies", "allows", "the", "action", "actions", "with", "an", "explicit",
		"deny", "in", "a", "permissions", "boundary", "session", "service", "control", "endpoint", "trust", "role", "transitively",
		"through", "encoded", "authorization", "failure", "message", "assumed-role", "does", "have", "has", "call", "calling",
		"when", "operation", "error", "occurred", "execution", "function", "provided", "please", "ensure", "can", "stream", "and",
		"denied", "allowed", "forbidden", "status", "code", "exists", "exist", "region":
		return true
	}
	return false
}
