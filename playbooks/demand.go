package playbooks

import (
	"cmp"
	"regexp/syntax"
	"slices"
)

// A demand is what a text must hold for a pattern to match it: one of some
// literals, or all of several demands, or any of them. It says more than required
// sets do: of an alternative it knows every branch whole.
type demand struct {
	one    []string
	places []int // of the literals, in Matcher.literals
	all    []demand
	any    []demand
}

// demandOf derives the demand of a parsed pattern; ok is false where nothing can be
// said.
func demandOf(re *syntax.Regexp) (d demand, ok bool) {
	if words, ok := exact(re); ok {
		return demand{one: words}, len(usable(words)) > 0
	}
	switch re.Op {
	case syntax.OpCapture, syntax.OpPlus:
		return demandOf(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			return demandOf(re.Sub[0])
		}
	case syntax.OpConcat:
		return demandOfAll(re.Sub)
	case syntax.OpAlternate:
		for _, sub := range re.Sub {
			branch, ok := demandOf(sub)
			if !ok {
				return demand{}, false
			}
			d.any = append(d.any, branch)
		}
		return d, true
	}
	return demand{}, false
}

func demandOfAll(subs []*syntax.Regexp) (d demand, ok bool) {
	joined(subs, func(words []string) {
		if len(usable(words)) > 0 {
			d.all = append(d.all, demand{one: words})
		}
	}, func(sub *syntax.Regexp) {
		if part, ok := demandOf(sub); ok {
			d.all = append(d.all, part)
		}
	})
	slices.SortStableFunc(d.all, func(a, b demand) int { return cmp.Compare(b.rarity(), a.rarity()) })
	return d, len(d.all) > 0
}

// rarity grows with the length of the literals and shrinks with their number.
func (d *demand) rarity() int {
	if len(d.one) == 0 {
		return 0
	}
	return 8 * shortest(d.one) / len(d.one)
}

// met tells whether a text, of which holds knows the literals, has what is
// needed.
func (d *demand) met(holds func(literal int) bool) bool {
	for _, part := range d.all {
		if !part.met(holds) {
			return false
		}
	}
	return len(d.places)+len(d.any) == 0 || slices.ContainsFunc(d.places, holds) ||
		slices.ContainsFunc(d.any, func(branch demand) bool { return branch.met(holds) })
}

// number gives the literals their places.
func (d *demand) number(place func(literal string) int) {
	for _, w := range d.one {
		d.places = append(d.places, place(w))
	}
	for _, parts := range [][]demand{d.all, d.any} {
		for i := range parts {
			parts[i].number(place)
		}
	}
}

// A memo remembers which literals one text holds: each is sought once.
type memo struct {
	known   []int8 // 0 where a literal has not been sought
	touched []int
}

// of forgets the text before and returns what answers for another one.
func (k *memo) of(literals int, look func(literal int) bool) (holds func(literal int) bool) {
	if k.known == nil {
		k.known = make([]int8, literals)
	}
	for _, i := range k.touched {
		k.known[i] = 0
	}
	k.touched = k.touched[:0]
	return func(literal int) bool {
		if k.known[literal] == 0 {
			k.known[literal] = -1
			if look(literal) {
				k.known[literal] = 1
			}
			k.touched = append(k.touched, literal)
		}
		return k.known[literal] > 0
	}
}
