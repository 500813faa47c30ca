package denial

import "strings"

// Small readers of clean text. Positions are byte offsets; a blank is ' ' or '\n'.

func blank(c byte) bool { return c == ' ' || c == '\n' }

func letter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }

func digit(c byte) bool { return '0' <= c && c <= '9' }

func cut(s string, sep byte) (before, after string, found bool) {
	if i := strings.IndexByte(s, sep); i >= 0 {
		return s[:i], s[i+1:], true
	}
	return s, "", false
}

// phrase matches words at s[i:], any case; a blank in words stands for any
// blank. It returns the end of the match, or -1.
func phrase(s string, i int, words string) int {
	if i < 0 || i+len(words) > len(s) {
		return -1
	}
	for k := range len(words) {
		a, b := s[i+k], words[k]
		if 'A' <= a && a <= 'Z' {
			a += 'a' - 'A'
		}
		if 'A' <= b && b <= 'Z' {
			b += 'a' - 'A'
		}
		if a != b && (b != ' ' || a != '\n') {
			return -1
		}
	}
	return i + len(words)
}

// skip returns the first position from i on whose byte is not in set.
func skip(s string, i int, set string) int {
	for i < len(s) && strings.IndexByte(set, s[i]) >= 0 {
		i++
	}
	return i
}

// wordEnd returns the end of the run of bytes without blanks that begins at i.
func wordEnd(s string, i int) int {
	for i < len(s) && !blank(s[i]) {
		i++
	}
	return i
}

// before returns the text between two positions, up to the first of a set of bytes.
func upTo(s string, i int, set string) string {
	if k := strings.IndexAny(s[i:], set); k >= 0 {
		return s[i : i+k]
	}
	return s[i:]
}

// unbreak removes the blanks that wrapping put inside a value.
func unbreak(s string) string {
	if !strings.ContainsAny(s, " \n") {
		return s
	}
	return strings.Join(strings.Fields(s), "")
}

// after returns the position behind the first occurrence of words in
// s[lo:hi], or -1.
func after(s string, lo, hi int, words string) int {
	if k := strings.Index(s[lo:hi], words); k >= 0 {
		return lo + k + len(words)
	}
	return -1
}

// ident returns the identifier (letters, digits, dots, # and _) at s[i:].
func ident(s string, i int) string {
	j := i
	for j < len(s) && (letter(s[j]) || digit(s[j]) || s[j] == '.' || s[j] == '_') {
		j++
	}
	return strings.TrimRight(s[i:j], ".")
}

// number reads a decimal number of at most six digits at s[i:]; 0 if none.
func number(s string, i int) int {
	n := 0
	for k := i; k < len(s) && k < i+6 && digit(s[k]); k++ {
		n = n*10 + int(s[k]-'0')
	}
	return n
}

// last is strings.LastIndex for a needle that is mostly absent: searching
// forward is several times faster.
func last(s, sub string) int {
	at := -1
	for {
		k := strings.Index(s[at+1:], sub)
		if k < 0 {
			return at
		}
		at += 1 + k
	}
}

// arnField returns the n-th field of an ARN, 0 to 5; "" when s is no ARN. The
// last field keeps its colons.
func arnField(s string, n int) string {
	if !strings.HasPrefix(s, "arn:") || strings.Count(s, ":") < 5 {
		return ""
	}
	for range n {
		_, s, _ = cut(s, ':')
	}
	if n < 5 {
		s, _, _ = cut(s, ':')
	}
	return s
}
