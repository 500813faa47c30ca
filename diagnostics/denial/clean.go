package denial

import (
	"sort"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// clean is a text made ready for matching: escapes undone, control sequences
// and gutters removed, each run of white space folded to one blank: '\n' when
// it held a line break, else ' '. It remembers where its bytes came from.
type clean struct {
	s    string
	raw  string
	segs []segment
}

// segment: from byte out on, clean bytes are raw bytes from in on, one to one.
type segment struct{ out, in int }

// rawAt returns the offset in the raw text of a clean byte.
func (c *clean) rawAt(i int) int {
	n := sort.Search(len(c.segs), func(k int) bool { return c.segs[k].out > i })
	if n == 0 {
		return i
	}
	g := c.segs[n-1]
	return min(g.in+i-g.out, len(c.raw))
}

// quote returns the raw text behind clean bytes [from, to), and its offset.
func (c *clean) quote(from, to int) (string, int) {
	if from >= to {
		return "", c.rawAt(from)
	}
	a, b := c.rawAt(from), min(c.rawAt(to-1)+1, len(c.raw))
	for b < len(c.raw) && !utf8.RuneStart(c.raw[b]) {
		b++
	}
	return c.raw[a:b], a
}

// cleaner builds a clean text.
type cleaner struct {
	raw   string
	out   []byte
	segs  []segment
	delta int // in - out of the last segment

	blank, brk bool // white space is pending; it held a line break
	lineStart  bool // only white space and gutters since the line break

	width int  // of the lines of a text that was cut at a column; 0: it was not
	line  int  // raw offset of the current line
	full  bool // the pending break is such a cut
}

func normalize(raw string) *clean {
	n := cleaner{raw: raw, out: make([]byte, 0, len(raw)+8), lineStart: true, segs: make([]segment, 0, 8), width: cutWidth(raw)}
	for _, r := range columns(raw) {
		n.run(r.from, r.to)
		n.space(true)
	}
	return &clean{s: string(n.out), raw: raw, segs: n.segs}
}

func (n *cleaner) space(brk bool) {
	n.blank = true
	if brk {
		n.brk, n.lineStart = true, true
	}
}

func (n *cleaner) putString(i int, s string) {
	n.put(i, s[0])
	n.out = append(n.out, s[1:]...)
}

// put appends a byte that stands for the raw byte at i.
func (n *cleaner) put(i int, b byte) {
	if n.blank {
		n.flush(i)
	}
	if i-len(n.out) != n.delta {
		n.delta = i - len(n.out)
		n.segs = append(n.segs, segment{len(n.out), i})
	}
	n.out = append(n.out, b)
	n.lineStart = false
}

// flush writes the pending blank, unless it broke a word of the grammar in two.
func (n *cleaner) flush(next int) {
	blank := byte(' ')
	if n.brk {
		blank = '\n'
	}
	broke := n.brk && (breaksWord(n.out, n.raw[next:]) || n.full && !atBlank(n.out, n.raw[next:]))
	n.blank, n.brk, n.full = false, false, false
	if len(n.out) > 0 && !broke {
		n.out = append(n.out, blank)
	}
}

// run cleans raw[i:end].
func (n *cleaner) run(i, end int) {
	for i < end {
		switch c := n.raw[i]; {
		case c == ' ' || c == '\t' || c == '\v' || c == '\f':
			n.space(false)
			i++
		case c == '\n' || c == '\r':
			n.full = n.width > 0 && utf8.RuneCountInString(n.raw[n.line:i]) >= n.width
			n.space(true)
			i++
			n.line = i
		case n.lineStart && gutter(n.raw[i:end]) > 0:
			i += gutter(n.raw[i:end])
			n.blank = true
		case c == '\\':
			i = n.escape(i, end)
		case c == '&':
			i = n.entity(i)
		case c == 0x1b:
			i = n.control(i, end, i+1)
		case c < ' ' || c == 0x7f:
			n.putString(i, "\uFFFD")
			i++
		case c < utf8.RuneSelf:
			n.put(i, c)
			j := i + 1
			for j < end && plain(n.raw[j]) {
				j++
			}
			n.out = append(n.out, n.raw[i+1:j]...)
			i = j
		default:
			r, size := utf8.DecodeRuneInString(n.raw[i:end])
			n.rune(i, r)
			i += size
		}
	}
}

// plain bytes stand for themselves.
func plain(c byte) bool { return ' ' < c && c < 0x7f && c != '\\' && c != '&' }

// gutter returns the length of a mark that a tool puts before each line.
func gutter(s string) int {
	switch {
	case strings.HasPrefix(s, "//") && (len(s) == 2 || s[2] == ' '):
		return 2
	case (s[0] == '|' || s[0] == '>' || s[0] == '#') && (len(s) == 1 || s[1] == ' '):
		return 1
	}
	return 0
}

// rune writes a character outside ASCII: typographic quotes and blanks as the
// ASCII ones, frames as blanks, invisible ones as U+FFFD so that they cannot
// hide inside a name.
func (n *cleaner) rune(i int, r rune) {
	switch {
	case r == '\u2018' || r == '\u2019' || r == '\u201b':
		n.put(i, '\'')
	case r == '\u201c' || r == '\u201d':
		n.put(i, '"')
	case r == '…':
		n.putString(i, "...")
	case r == '\u2028' || r == '\u2029' || r == '\u0085':
		n.space(true)
	case unicode.IsSpace(r) || 0x2500 <= r && r <= 0x257f:
		n.blank = true
	case r == '\ufeff' && i == 0:
	case r == utf8.RuneError || unicode.Is(unicode.Cf, r) || unicode.IsControl(r):
		n.putString(i, "\uFFFD")
	default:
		n.putString(i, string(r))
	}
}

// escape undoes JSON and shell escapes, however often they were doubled.
func (n *cleaner) escape(i, end int) int {
	j := i
	for j < end && n.raw[j] == '\\' {
		j++
	}
	if j == end {
		n.putString(i, n.raw[i:j])
		return j
	}
	switch n.raw[j] {
	case 'n', 'r':
		n.space(true)
	case 't':
		n.space(false)
	case '"', '\'', '/':
		n.put(j, n.raw[j])
	case 'u':
		if j+5 <= end {
			if v, err := strconv.ParseUint(n.raw[j+1:j+5], 16, 32); err == nil {
				return n.escaped(i, j+5, end, rune(v))
			}
		}
		n.putString(i, n.raw[i:j])
		return j
	default:
		n.putString(i, n.raw[i:j])
		return j
	}
	return j + 1
}

// escaped writes a character that was written as \uXXXX.
func (n *cleaner) escaped(i, next, end int, r rune) int {
	switch {
	case r == 0x1b:
		return n.control(i, end, next)
	case r == '&':
		return n.entityAfter(i, next)
	case r == ' ' || r == '\t':
		n.space(false)
	case r == '\n' || r == '\r':
		n.space(true)
	case r >= ' ' && r < 0x7f:
		n.put(i, byte(r))
	default:
		n.rune(i, r)
	}
	return next
}

func (n *cleaner) entity(i int) int {
	return n.entityAfter(i, i+1)
}

// entityAfter reads what follows an ampersand, which may have been written as
// an escape itself.
func (n *cleaner) entityAfter(i, next int) int {
	for _, e := range [...]struct {
		name string
		b    byte
	}{{"quot;", '"'}, {"#34;", '"'}, {"apos;", '\''}, {"#39;", '\''}, {"#x27;", '\''}, {"lt;", '<'}, {"gt;", '>'}, {"amp;", '&'}} {
		if strings.HasPrefix(n.raw[next:], e.name) {
			n.put(i, e.b)
			return next + len(e.name)
		}
	}
	n.put(i, '&')
	return next
}

// control skips a terminal control sequence whose escape byte ended at next.
// Colours leave no trace; anything that moves the cursor separates words, so
// that a name is never put together from two places of a screen.
func (n *cleaner) control(i, end, next int) int {
	if next >= end {
		return next
	}
	switch n.raw[next] {
	case '[':
		for j := next + 1; j < end && j < next+64; j++ {
			if c := n.raw[j]; c >= 0x40 && c <= 0x7e {
				if c != 'm' && c != 'K' {
					n.blank = true
				}
				return j + 1
			} else if c < 0x20 || c > 0x7e {
				break
			}
		}
	case ']', 'P', 'X', '^', '_':
		for j := next + 1; j < end && j < next+2048; j++ {
			if n.raw[j] == 0x07 {
				return j + 1
			}
			if n.raw[j] == 0x1b && j+1 < end && n.raw[j+1] == '\\' {
				return j + 2
			}
		}
	}
	n.putString(i, "\uFFFD")
	return next
}
