package widget

import "strings"

// Lines is a text of any length that is read line by line, only where it is
// looked at.
type Lines interface {
	Len() int
	Line(i int) string
}

// Strings is a text held as a slice.
type Strings []string

// Len returns the number of lines.
func (s Strings) Len() int { return len(s) }

// Line returns line i.
func (s Strings) Line(i int) string { return s[i] }

// Subset is the lines of a text that have the given numbers, in that order.
type Subset struct {
	Of Lines
	At []int32
}

// Len returns the number of chosen lines.
func (s Subset) Len() int { return len(s.At) }

// Line returns the i-th chosen line.
func (s Subset) Line(i int) string { return s.Of.Line(int(s.At[i])) }

// Query is a search for lines that hold all of its words, without regard to
// the case of ASCII letters.
type Query []string

// NewQuery splits what was typed into words.
func NewQuery(s string) Query { return strings.Fields(lower(s)) }

// Match reports whether line holds all words.
func (q Query) Match(line string) bool {
	for _, word := range q {
		if indexFold(line, word) < 0 {
			return false
		}
	}
	return true
}

// Hits returns the byte offsets of every byte of line that belongs to a word,
// in ascending order, as Highlight wants them.
func (q Query) Hits(line string) []int {
	if len(q) == 0 {
		return nil
	}
	marked := make([]bool, len(line))
	some := false
	for _, word := range q {
		for at := 0; at < len(line); {
			i := indexFold(line[at:], word)
			if i < 0 {
				break
			}
			for j := range len(word) {
				marked[at+i+j] = true
			}
			some = true
			at += i + len(word)
		}
	}
	if !some {
		return nil
	}
	var hits []int
	for i, m := range marked {
		if m {
			hits = append(hits, i)
		}
	}
	return hits
}

// indexFold is strings.Index with the case of ASCII letters in s ignored; word
// is lower case already. It allocates nothing: a search reads every line.
func indexFold(s, word string) int {
	n := len(word)
	if n == 0 {
		return 0
	}
	first := word[0]
	other := first
	if first >= 'a' && first <= 'z' {
		other = first - 'a' + 'A'
	}
	for i := 0; i+n <= len(s); i++ {
		if c := s[i]; c != first && c != other {
			continue
		}
		j := 1
		for j < n && fold(s[i+j]) == word[j] {
			j++
		}
		if j == n {
			return i
		}
	}
	return -1
}

func fold(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c - 'A' + 'a'
	}
	return c
}

func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		b[i] = fold(c)
	}
	return string(b)
}
