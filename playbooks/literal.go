package playbooks

import (
	"regexp/syntax"
	"strings"
	"unicode"
)

// The two characters beyond ASCII that regard ASCII letters as their other
// case. Normalize turns them into s and k.
const (
	longS  = '\u017f'
	kelvin = '\u212a'
)

// maxChoices bounds a set of literals of which one must be in a text.
const maxChoices = 32

// requiredSets derives from a parsed pattern what a text must contain for it
// to match: every set has a literal, in lower case, that is in the text. A
// pattern of which nothing can be said has no sets.
func requiredSets(re *syntax.Regexp) [][]string {
	if words, ok := exact(re); ok {
		return usable(words)
	}
	switch re.Op {
	case syntax.OpCapture, syntax.OpPlus:
		return requiredSets(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			return requiredSets(re.Sub[0])
		}
	case syntax.OpConcat:
		return concatSets(re.Sub)
	case syntax.OpAlternate:
		return alternateSets(re.Sub)
	}
	return nil
}

// concatSets lists what each part of a concatenation requires.
func concatSets(subs []*syntax.Regexp) [][]string {
	var sets [][]string
	joined(subs, func(words []string) { sets = append(sets, usable(words)...) },
		func(sub *syntax.Regexp) { sets = append(sets, requiredSets(sub)...) })
	return sets
}

// joined walks through a concatenation. Neighbours that are spelled out are
// joined, so that the literals are as long as they can be.
func joined(subs []*syntax.Regexp, spelled func(words []string), other func(sub *syntax.Regexp)) {
	run := []string{""}
	flush := func() {
		spelled(run)
		run = []string{""}
	}
	for _, sub := range subs {
		words, ok := exact(sub)
		if !ok {
			flush()
			other(sub)
			continue
		}
		if len(run)*len(words) > maxChoices {
			flush()
		}
		run = product(run, words)
	}
	flush()
}

// alternateSets unites the best set of every branch: one of them is taken.
func alternateSets(subs []*syntax.Regexp) [][]string {
	var union []string
	for _, sub := range subs {
		best := bestSet(requiredSets(sub))
		if best == nil {
			return nil
		}
		union = append(union, best...)
	}
	if len(union) > maxChoices {
		return nil
	}
	return [][]string{union}
}

// bestSet returns the set that costs the least to look for, of those with a
// price.
func bestSet(sets [][]string) []string {
	best := longest(sets)
	lowest := -1
	for _, set := range sets {
		if pieces, cost := price(set); pieces != nil && (lowest < 0 || cost < lowest) {
			best, lowest = set, cost
		}
	}
	return best
}

// longest returns the set whose shortest literal is the longest.
func longest(sets [][]string) []string {
	var best []string
	for _, s := range sets {
		if best == nil || shortest(s) > shortest(best) {
			best = s
		}
	}
	return best
}

func shortest(set []string) int {
	n := len(set[0])
	for _, w := range set {
		n = min(n, len(w))
	}
	return n
}

// usable drops a set in which a literal is empty: it says nothing.
func usable(words []string) [][]string {
	for _, w := range words {
		if w == "" {
			return nil
		}
	}
	return [][]string{words}
}

// exact lists all texts that an expression matches, where they are few.
func exact(re *syntax.Regexp) ([]string, bool) {
	switch re.Op {
	case syntax.OpEmptyMatch, syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText,
		syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return []string{""}, true
	case syntax.OpLiteral:
		return exactLiteral(re.Rune)
	case syntax.OpCharClass:
		return exactClass(re.Rune)
	case syntax.OpCapture:
		return exact(re.Sub[0])
	case syntax.OpQuest:
		words, ok := exact(re.Sub[0])
		return append(words, ""), ok && len(words) < maxChoices
	case syntax.OpConcat:
		words := []string{""}
		for _, sub := range re.Sub {
			next, ok := exact(sub)
			if !ok || len(words)*len(next) > maxChoices {
				return nil, false
			}
			words = product(words, next)
		}
		return words, true
	case syntax.OpAlternate:
		var words []string
		for _, sub := range re.Sub {
			next, ok := exact(sub)
			if !ok || len(words)+len(next) > maxChoices {
				return nil, false
			}
			words = append(words, next...)
		}
		return words, true
	}
	return nil, false
}

func exactLiteral(runes []rune) ([]string, bool) {
	var b strings.Builder
	for _, r := range runes {
		l, ok := lower(r)
		if !ok {
			return nil, false
		}
		b.WriteRune(l)
	}
	return []string{b.String()}, true
}

// exactClass lists the members of a small class; both cases of a letter are
// one member.
func exactClass(ranges []rune) ([]string, bool) {
	seen := map[rune]bool{}
	var words []string
	for i := 0; i < len(ranges); i += 2 {
		for r := ranges[i]; r <= ranges[i+1]; r++ {
			if r == longS || r == kelvin {
				continue
			}
			l, ok := lower(r)
			if !ok || len(words) >= 8 {
				return nil, false
			}
			if !seen[l] {
				seen[l] = true
				words = append(words, string(l))
			}
		}
	}
	return words, len(words) > 0
}

// lower folds a rune as the filter folds texts: ASCII only. A letter beyond
// ASCII that has two cases cannot be part of a literal.
func lower(r rune) (rune, bool) {
	switch {
	case r == longS || r == kelvin:
		return 0, false
	case r < unicode.MaxASCII:
		return unicode.ToLower(r), true
	}
	return r, unicode.SimpleFold(r) == r
}

func product(a, b []string) []string {
	list := make([]string, 0, len(a)*len(b))
	for _, x := range a {
		for _, y := range b {
			list = append(list, x+y)
		}
	}
	return list
}
