package playbooks

import (
	"encoding/binary"
	"math/bits"
	"unicode"
	"unicode/utf8"
)

// A raw text shows the triggers that its normalised form has, except at two
// kinds of places. A gap is white space that is folded to one blank: two
// blanks, a line feed with the indentation after it, an escaped line feed. An
// odd character is one that is taken out, so that its neighbours meet.
type rawPlaces struct {
	text []byte
	at   int
	// before has its highest bit set where the byte before at is no white space.
	before uint64
}

const (
	ones    = 0x0101010101010101
	tops    = 0x80 * ones
	lows    = 0x7f * ones
	slashes = '\\' * ones
)

// next finds the next place: a gap, to with its end, or an odd character, to
// with the end of its line, after which the search goes on. ok is false at the
// end of the text.
func (r *rawPlaces) next() (from, to int, odd, ok bool) {
	for r.at < len(r.text) {
		at := r.suspect()
		if at < 0 {
			return 0, 0, false, false
		}
		if from, to := gapAt(r.text, at); to > from {
			r.moveTo(to)
			return from, to, false, true
		}
		odd, n := oddAt(r.text[at:])
		if odd {
			to := at + lineLength(r.text[at:])
			r.moveTo(to)
			return at, to, true, true
		}
		r.moveTo(at + n)
	}
	return 0, 0, false, false
}

func (r *rawPlaces) moveTo(at int) {
	r.at = at
	r.before = 1 << 63
	if white(r.text[at-1]) {
		r.before = 0
	}
}

// suspect finds the next byte that needs a closer look, -1 if there is none:
// one beyond ASCII, a control character, a backslash, the second of two white
// spaces. It looks at eight bytes at a time: those that need none have their
// highest bits set in fine. As none of them is beyond ASCII, no sum of one byte
// reaches the next.
func (r *rawPlaces) suspect() int {
	i, before := r.at, r.before
	for ; i+8 <= len(r.text); i += 8 {
		word := binary.LittleEndian.Uint64(r.text[i:])
		x := word & lows
		visible := x + (0x80-'!')*ones
		apart := visible | visible<<8 | before>>56
		before = visible
		printed := (visible + ones) | ((x + (0x80-'\t')*ones) ^ (x + (0x80-'\v')*ones)) // or a tab or line feed
		fine := apart & printed & ((x ^ slashes) + lows)
		if found := (word | (x + ones) | ^fine) & tops; found != 0 {
			return i + bits.TrailingZeros64(found)/8
		}
	}
	for ; i < len(r.text); i++ {
		c := r.text[i]
		if c >= 0x7f || c == '\\' || c < ' ' && c != '\n' && c != '\t' || white(c) && i > 0 && white(r.text[i-1]) {
			return i
		}
	}
	return -1
}

func white(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// gapAt returns the borders of the gap that holds the white space or backslash
// at a place. It is empty where white space is alone.
func gapAt(text []byte, at int) (from, to int) {
	to = at
	for to < len(text) {
		n := space(text[to:])
		if n == 0 {
			break
		}
		to += n
	}
	from = at
	for to > at && from > 0 && white(text[from-1]) {
		from--
	}
	if to-from < 2 {
		return at, at
	}
	return from, to
}

// space measures one white space as it is or escaped, however often.
func space(text []byte) int {
	if white(text[0]) {
		return 1
	}
	n := 0
	for n < len(text) && text[n] == '\\' {
		n++
	}
	if n > 0 && n < len(text) && (text[n] == 'n' || text[n] == 't' || text[n] == 'r') {
		return n + 1
	}
	return 0
}

// oddAt judges one character: a control, an escaped one (\u001b), a zero-width
// or bidirectional mark, a blank beyond ASCII, a letter that is another case of
// an ASCII one, a broken byte.
func oddAt(text []byte) (odd bool, n int) {
	switch c := text[0]; {
	case white(c):
		return false, 1
	case c == '\\':
		return len(text) > 3 && text[1] == 'u' && text[2] == '0' && text[3] == '0', 1
	case c < utf8.RuneSelf:
		return c < ' ' || c == 0x7f, 1
	}
	r, n := utf8.DecodeRune(text)
	switch {
	case r >= 0x3000 && r < 0xd800: // Korean, Chinese, Japanese
		return false, n
	case r == utf8.RuneError && n == 1, r == longS, r == kelvin, unicode.IsSpace(r):
		return true, n
	}
	return unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp), n
}
