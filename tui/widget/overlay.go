package widget

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Overlay draws the rectangle front over the frame back with its upper left
// corner at column x and row y. What would stand outside is cut; the size of
// the frame does not change.
func Overlay(back, front string, x, y int) string {
	rows := strings.Split(back, "\n")
	x, y = max(x, 0), max(y, 0)
	for i, line := range strings.Split(front, "\n") {
		if y+i >= len(rows) {
			break
		}
		rows[y+i] = splice(rows[y+i], line, x)
	}
	return strings.Join(rows, "\n")
}

// splice puts line into row at column x.
func splice(row, line string, x int) string {
	total, n := Width(row), Width(line)
	if x >= total {
		return row
	}
	if n > total-x {
		line, n = Fit(line, total-x), total-x
	}
	left := ansi.Truncate(row, x, "")
	return left + reset + Spaces(x-Width(left)) + line + reset + From(row, x+n)
}

// Center returns the corner of a w×h rectangle in the middle of W×H.
func Center(w, h, W, H int) (x, y int) { return max((W-w)/2, 0), max((H-h)/2, 0) }
