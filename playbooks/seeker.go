package playbooks

import (
	"encoding/binary"
	"slices"
)

// A seeker finds pieces of text of one width, its windows, all at once, as Wu
// and Manber do (A fast algorithm for multi-pattern searching, 1994): the
// block of bytes at the end of a window says how far the window may move on.
// Case does not matter, and every white space is a blank.
type seeker struct {
	width   int
	block   int // bytes that a move is looked up by
	mask    uint32
	shift   [places]uint8
	ending  [places]uint16 // 1 + place in endings of the windows that end in a block
	endings [][]int
	windows []window
	byKey   map[uint64]int
}

// A window speaks for the signals that its literal belongs to.
type window struct {
	key     uint64
	signals []int
}

const (
	placeBits = 15 // 32 KB of moves stay in the fastest cache, and few blocks share a place
	places    = 1 << placeBits
	maxWidth  = 8 // a window is compared as one number
	minWidth  = 3

	wholeBlock = 0xffffffff
)

// newSeeker returns a seeker of nothing. Blocks have four bytes; three, where
// a narrow window would move by little.
func newSeeker(width int) *seeker {
	s := &seeker{width: width, block: 4, mask: wholeBlock, byKey: map[uint64]int{}}
	if width < goodWidth {
		s.block, s.mask = 3, 0xffffff00
	}
	for i := range s.shift {
		s.shift[i] = uint8(width - s.block + 1)
	}
	return s
}

// place is where the tables speak of a block. It is given as the four bytes up
// to its end, the last one highest; both cases of a letter have one place.
func (s *seeker) place(four uint32) uint32 { return placeOf(four, s.mask) }

func placeOf(four, mask uint32) uint32 {
	return ((four | 0x20202020) & mask) * 0x9e3779b1 >> (32 - placeBits)
}

// add makes the seeker look for a text as wide as its windows.
func (s *seeker) add(text string, signal int) {
	key := keyOf([]byte(text))
	if at, known := s.byKey[key]; known {
		if w := &s.windows[at]; !slices.Contains(w.signals, signal) {
			w.signals = append(w.signals, signal)
		}
		return
	}
	s.byKey[key] = len(s.windows)
	for end := s.block; end <= len(text); end++ {
		for _, four := range spellings(text[end-s.block : end]) {
			p := s.place(four)
			s.shift[p] = min(s.shift[p], uint8(len(text)-end))
			if end == len(text) {
				s.end(p, len(s.windows))
			}
		}
	}
	s.windows = append(s.windows, window{key, []int{signal}})
}

// end notes that a window may end at a place.
func (s *seeker) end(place uint32, window int) {
	if s.ending[place] == 0 {
		s.endings = append(s.endings, nil)
		s.ending[place] = uint16(len(s.endings))
	}
	list := &s.endings[s.ending[place]-1]
	if !slices.Contains(*list, window) {
		*list = append(*list, window)
	}
}

// spellings are the blocks that a raw text may hold for one of a literal: each
// blank may be another white space.
func spellings(block string) []uint32 {
	list := []uint32{0}
	for _, c := range []byte(block) {
		next := list[:0:0]
		for _, four := range list {
			if c != ' ' {
				next = append(next, four>>8|uint32(c)<<24)
				continue
			}
			for _, white := range []byte(" \t\n\r") {
				next = append(next, four>>8|uint32(white)<<24)
			}
		}
		list = next
	}
	return list
}

// keyOf is a window as one number, the same for all its spellings.
func keyOf(text []byte) uint64 {
	var key uint64
	for _, c := range text {
		key = key<<8 | uint64(folded[c])
	}
	return key
}

// folded is a byte as windows are compared.
var folded = func() (t [256]byte) {
	for i := range t {
		c := byte(i)
		switch {
		case c >= 'A' && c <= 'Z':
			c += 'a' - 'A'
		case c == '\t' || c == '\n' || c == '\r':
			c = ' '
		}
		t[i] = c
	}
	return t
}()

// parallel is the length from which on a text is searched in four parts.
const parallel = 1 << 12

// seek calls hit for every place where a window ends, in no order.
func (s *seeker) seek(text []byte, hit func(end int, signals []int)) {
	if s.width < 4 && len(text) >= s.width {
		s.check(text, s.width, hit) // it ends before there are four bytes
	}
	from := max(0, s.width-4)
	if len(text) < parallel {
		s.seekFrom(text, from, len(text)-4, hit)
		return
	}
	s.seekParts(text, from, hit)
}

// seekFrom looks for windows whose last four bytes begin at from to to.
func (s *seeker) seekFrom(text []byte, from, to int, hit func(end int, signals []int)) {
	for i := from; i <= to; {
		n := int(s.shift[s.place(binary.LittleEndian.Uint32(text[i:]))])
		if n == 0 {
			s.check(text, i+4, hit)
			n = 1
		}
		i += n
	}
}

// seekParts goes through four parts of a text side by side: each step waits
// for the one before it, and a processor can do four such waits at once.
func (s *seeker) seekParts(text []byte, from int, hit func(end int, signals []int)) {
	part := len(text) / 4
	a, b, c, d := uint(from), uint(part-3), uint(2*part-3), uint(3*part-3)
	lastA, lastB, lastC, lastD := uint(part-4), uint(2*part-4), uint(3*part-4), uint(len(text)-4)
	for a <= lastA && b <= lastB && c <= lastC && d <= lastD {
		stepA := uint(s.shift[s.place(binary.LittleEndian.Uint32(text[a:a+4]))])
		stepB := uint(s.shift[s.place(binary.LittleEndian.Uint32(text[b:b+4]))])
		stepC := uint(s.shift[s.place(binary.LittleEndian.Uint32(text[c:c+4]))])
		stepD := uint(s.shift[s.place(binary.LittleEndian.Uint32(text[d:d+4]))])
		if stepA == 0 {
			s.check(text, int(a+4), hit)
			stepA = 1
		}
		if stepB == 0 {
			s.check(text, int(b+4), hit)
			stepB = 1
		}
		if stepC == 0 {
			s.check(text, int(c+4), hit)
			stepC = 1
		}
		if stepD == 0 {
			s.check(text, int(d+4), hit)
			stepD = 1
		}
		a += stepA
		b += stepB
		c += stepC
		d += stepD
	}
	s.seekFrom(text, int(a), int(lastA), hit)
	s.seekFrom(text, int(b), int(lastB), hit)
	s.seekFrom(text, int(c), int(lastC), hit)
	s.seekFrom(text, int(d), int(lastD), hit)
}

// check reports the window that ends at a place, if one does.
func (s *seeker) check(text []byte, end int, hit func(end int, signals []int)) {
	var last [4]byte
	copy(last[max(0, 4-end):], text[max(0, end-4):end])
	ending := s.ending[s.place(binary.LittleEndian.Uint32(last[:]))]
	if ending == 0 {
		return
	}
	key := keyOf(text[end-s.width : end])
	for _, i := range s.endings[ending-1] {
		if s.windows[i].key == key {
			hit(end, s.windows[i].signals)
		}
	}
}
