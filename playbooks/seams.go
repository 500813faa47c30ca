package playbooks

import "sort"

// Seams are the surroundings of the gaps of a raw text, with one blank for
// each gap: what stands across a gap is sought in them.
type seams struct {
	raw    []byte
	reach  int // bytes on either side of a gap that matter
	text   []byte
	pieces []seamPiece
	open   int // where the raw text goes on after the last gap; -1 before the first
}

// A seamPiece says where a part of the seams is from.
type seamPiece struct{ at, raw int }

func newSeams(raw []byte, reach int) *seams { return &seams{raw: raw, reach: reach, open: -1} }

// add joins the text before a gap with what follows it. Gaps come in order.
func (s *seams) add(from, to int) {
	if s.open >= 0 && from-s.open <= s.reach {
		s.take(s.open, from)
	} else {
		s.end()
		s.take(max(0, from-s.reach), from)
	}
	s.text = append(s.text, ' ')
	s.open = to
}

// end takes what follows the last gap.
func (s *seams) end() {
	if s.open >= 0 {
		s.take(s.open, min(len(s.raw), s.open+s.reach))
		s.text = append(s.text, 0)
		s.open = -1
	}
}

func (s *seams) take(from, to int) {
	s.pieces = append(s.pieces, seamPiece{len(s.text), from})
	s.text = append(s.text, s.raw[from:to]...)
}

// place is the raw text's for one of the seams.
func (s *seams) place(at int) int {
	i := sort.Search(len(s.pieces), func(i int) bool { return s.pieces[i].at > at }) - 1
	return min(s.pieces[i].raw+at-s.pieces[i].at, len(s.raw)-1)
}
