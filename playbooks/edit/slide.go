package edit

import (
	"math"
	"slices"
	"strings"

	"github.com/aymanbagabas/go-udiff"
)

// Lines are the changed lines between two texts, as udiff.Lines finds them, put
// where a person would see them. Lines that are added or removed between equal
// ones can stand at several places with the same result ("b c" added in "a b c
// d" reads also as "c b"): of these the one is taken whose first line, and the
// line that follows, are indented least, so that a block begins with its own
// head. (git calls this the indent heuristic.)
func Lines(before, after string) []udiff.Edit {
	edits := udiff.Lines(before, after)
	lines := strings.SplitAfter(before, "\n")
	starts := make([]int, len(lines))
	for i := 1; i < len(lines); i++ {
		starts[i] = starts[i-1] + len(lines[i-1])
	}
	first := 0 // the line behind the edit before
	for i, e := range edits {
		end := len(lines)
		if i+1 < len(edits) {
			end = lineAt(starts, edits[i+1].Start)
		}
		edits[i] = slide(e, lines[first:end], starts[first])
		first = lineAt(starts, edits[i].End)
	}
	return edits
}

// lineAt is the index of the line that begins at an offset, or the number of
// lines for the end of the text.
func lineAt(starts []int, offset int) int {
	i, _ := slices.BinarySearch(starts, offset)
	return i
}

// slide moves one edit among the lines around it, which begin at an offset.
// An edit that exchanges lines, or does not stand between lines, stays.
func slide(e udiff.Edit, lines []string, offset int) udiff.Edit {
	block, at := e.New, lineStart(lines, e.Start-offset)
	removes := e.End > e.Start
	if removes && e.New != "" || at < 0 || lineStart(lines, e.End-offset) < 0 {
		return e
	}
	without := lines
	if removes {
		n := lineStart(lines, e.End-offset) - at
		block = strings.Join(lines[at:at+n], "")
		without = slices.Concat(lines[:at], lines[at+n:])
	}
	if !strings.HasSuffix(block, "\n") {
		return e
	}
	moved, to := bestPlace(without, strings.SplitAfter(strings.TrimSuffix(block, "\n"), "\n"), at)
	start := offset
	for _, l := range without[:to] {
		start += len(l)
	}
	if removes {
		return udiff.Edit{Start: start, End: start + len(block)}
	}
	return udiff.Edit{Start: start, End: start, New: moved}
}

// lineStart is the index of the line that begins at an offset, or -1.
func lineStart(lines []string, offset int) int {
	for i, l := range lines {
		if offset <= 0 {
			if offset < 0 {
				return -1
			}
			return i
		}
		offset -= len(l)
	}
	if offset == 0 {
		return len(lines)
	}
	return -1
}

// bestPlace turns the block, which stands before a line, through all the places
// where it means the same, and returns it as it reads at the best of them; of
// equally good ones at the last.
func bestPlace(lines, block []string, at int) (text string, to int) {
	block = slices.Clone(block)
	block[len(block)-1] += "\n"
	for at > 0 && lines[at-1] == block[len(block)-1] {
		at--
		block = slices.Concat(block[len(block)-1:], block[:len(block)-1])
	}
	best, cost := 0, math.MaxInt
	for ; ; at++ {
		if c := depth(block) + depth(lines[at:]); c <= cost {
			best, cost, text = at, c, strings.Join(block, "")
		}
		if at == len(lines) || lines[at] != block[0] {
			return text, best
		}
		block = slices.Concat(block[1:], block[:1])
	}
}

// depth is the indent of the first line that is not blank.
func depth(lines []string) int {
	for _, l := range lines {
		if text := strings.TrimLeft(l, " \t"); strings.TrimSpace(text) != "" {
			return len(l) - len(text)
		}
	}
	return 0
}
