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
	// before is the byte before at, in the highest place, where it matters.
	before uint64
}

const (
	ones    = 0x0101010101010101
	tops    = 0x80 * ones
	blanks  = ' ' * ones
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
	r.before = uint64(r.text[at-1]) << 56
	if white(r.text[at-1]) {
		r.before = ' ' << 56
	}
}

// suspect finds the next byte that needs a closer look, -1 if there is none:
// one beyond ASCII, a control character, a backslash, the second of two white
// spaces. It reads eight bytes at a time.
func (r *rawPlaces) suspect() int {
	i, before := r.at, r.before
	for ; i+8 <= len(r.text); i += 8 {
		x := binary.LittleEndian.Uint64(r.text[i:])
		slash := x ^ slashes
		pair := (x ^ blanks) | ((x<<8 | before>>56) ^ blanks)
		if (x|(x+ones)|(x-blanks)&^x|(slash-ones)&^slash|(pair-ones)&^pair)&tops == 0 {
			before = x
			continue
		}
		spaces := below(x, ' '+1)
		doubled := spaces & (spaces<<8 | below(before>>56, ' '+1)&0x80)
		controls := below(x, ' ') &^ (equal(x, '\n') | equal(x, '\t') | equal(x, '\r'))
		if found := x&tops | controls | doubled | equal(x, '\\') | equal(x, 0x7f); found != 0 {
			return i + bits.TrailingZeros64(found)/8
		}
		before = x
		if spaces>>63 != 0 {
			before = ' ' << 56
		}
	}
	for ; i < len(r.text); i++ {
		c := r.text[i]
		if c >= 0x7f || c == '\\' || c < ' ' && !white(c) || white(c) && i > 0 && white(r.text[i-1]) {
			return i
		}
	}
	return -1
}

// below marks the bytes that are less than n in their highest bits.
func below(x uint64, n byte) uint64 {
	return ^((x &^ tops) + uint64(0x80-n)*ones | x) & tops
}

// equal marks the bytes that are c.
func equal(x uint64, c byte) uint64 { return below(x^uint64(c)*ones, 1) }

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
