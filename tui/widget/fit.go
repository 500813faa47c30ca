package widget

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// ellipsis ends a text that was cut.
const ellipsis = "…"

const reset = "\x1b[0m"

// Width returns how many cells the clean, possibly styled s takes.
func Width(s string) int {
	if plain(s) {
		return len(s)
	}
	return ansi.StringWidth(s)
}

// Fit returns s in exactly w cells: padded with spaces, or cut with an
// ellipsis. A wide character that does not fit in whole becomes a space.
func Fit(s string, w int) string {
	if w <= 0 {
		return ""
	}
	n := Width(s)
	if n > w {
		s = truncate(s, w)
		n = Width(s)
	}
	if n < w {
		s += Spaces(w - n)
	}
	return s
}

// FitLeft is Fit with the text at the right edge; it cuts at the left, which
// keeps the end of a path or an ARN.
func FitLeft(s string, w int) string {
	if w <= 0 {
		return ""
	}
	n := Width(s)
	if n > w {
		s = ellipsis + From(s, n-w+1)
		n = Width(s)
	}
	return Spaces(w-n) + s
}

// Middle shortens s to at most w cells by cutting its middle: both ends of a
// name tell it apart.
func Middle(s string, w int) string {
	n := Width(s)
	if n <= w {
		return s
	}
	if w < 5 {
		return strings.TrimRight(Fit(s, w), " ")
	}
	head := (w - 1) / 2
	return ansi.Truncate(s, head, "") + ellipsis + From(s, n-(w-1-head))
}

// truncate cuts s to at most w cells, the last of them an ellipsis.
func truncate(s string, w int) string {
	if plain(s) {
		return s[:w-1] + ellipsis
	}
	return ansi.Truncate(s, w, ellipsis)
}

// Upto returns the first w cells of s, padded, without an ellipsis.
func Upto(s string, w int) string {
	if w <= 0 {
		return ""
	}
	if plain(s) {
		if len(s) >= w {
			return s[:w]
		}
		return s + Spaces(w-len(s))
	}
	s = ansi.Truncate(s, w, "")
	return s + Spaces(w-Width(s))
}

// From returns s without its first n cells. A wide character cut in half
// becomes a space, so that what follows keeps its column.
func From(s string, n int) string {
	if n <= 0 {
		return s
	}
	total := Width(s)
	if total <= n {
		return ""
	}
	if plain(s) {
		return s[n:]
	}
	rest := ansi.TruncateLeft(s, n, "")
	if got := Width(rest); got > total-n {
		rest = ansi.TruncateLeft(s, n+1, "")
	}
	return Spaces(total-n-Width(rest)) + rest
}

// blanks is cut for padding; a row is seldom wider.
const blanks = "                                                                                                                                "

// Spaces returns n spaces, or nothing when n is not positive.
func Spaces(n int) string {
	switch {
	case n <= 0:
		return ""
	case n <= len(blanks):
		return blanks[:n]
	default:
		return strings.Repeat(" ", n)
	}
}

// Block joins lines to a rectangle of w×h: too long is cut, too short is
// padded.
func Block(lines []string, w, h int) string {
	if h <= 0 {
		return ""
	}
	var b strings.Builder
	b.Grow((w + 1) * h)
	for i := range h {
		if i > 0 {
			b.WriteByte('\n')
		}
		if i < len(lines) {
			b.WriteString(Fit(lines[i], w))
		} else {
			b.WriteString(Spaces(w))
		}
	}
	return b.String()
}

// Wrap breaks the clean, unstyled s into lines of at most w cells: at a space
// where one stands past the first third of the line, else after a slash, comma
// or colon (ARNs, paths), else inside the word. No character is lost but the
// spaces at a break. A character wider than w stands alone.
func Wrap(s string, w int) []string {
	if w <= 0 {
		return nil
	}
	var lines []string
	for {
		cut := lineEnd(s, w)
		lines = append(lines, strings.TrimRight(s[:cut], " "))
		if s = strings.TrimLeft(s[cut:], " "); s == "" {
			return lines
		}
	}
}

// lineEnd returns how many bytes of s belong to its first line.
func lineEnd(s string, w int) int {
	var space, mark struct{ at, cells int } // the last places to break
	cells := 0
	for i := 0; i < len(s); {
		n, size := 1, 1
		if s[i] >= 0x80 || i+1 < len(s) && s[i+1] >= 0x80 {
			cluster, width := ansi.FirstGraphemeCluster(s[i:], ansi.GraphemeWidth)
			n, size = width, max(len(cluster), 1)
		}
		if cells+n > w && i > 0 {
			switch {
			case s[i] == ' ':
				return i
			case space.cells*3 >= w:
				return space.at
			case mark.cells*3 >= w:
				return mark.at
			}
			return i
		}
		cells += n
		i += size
		switch s[i-1] {
		case ' ':
			space.at, space.cells = i, cells
		case '/', ',', ':':
			mark.at, mark.cells = i, cells
		}
	}
	return len(s)
}
