package widget

import "strings"

// Column is one column of a Table. A column with Width 0 shares what the fixed
// ones leave, by Weight.
type Column struct {
	Title  string
	Width  int
	Weight int
	Right  bool
}

// gap is what stands between two columns.
const gap = "  "

// Widths returns how wide each column is in a row of w cells. Columns that get
// nothing are 0 and are not drawn.
func Widths(columns []Column, w int) []int {
	out := make([]int, len(columns))
	left, weight := w, 0
	for i, c := range columns {
		if i > 0 {
			left -= len(gap)
		}
		left -= c.Width
		out[i] = c.Width
		if c.Width == 0 {
			weight += max(c.Weight, 1)
		}
	}
	for i, c := range columns {
		if c.Width == 0 && left > 0 {
			n := left * max(c.Weight, 1) / weight
			out[i] = n
			left, weight = left-n, weight-max(c.Weight, 1)
		}
	}
	return out
}

// Row draws cells in columns of the given widths. Cells may be styled.
func Row(cells []string, columns []Column, widths []int) string {
	var b strings.Builder
	for i, cell := range cells {
		if i >= len(widths) || widths[i] <= 0 {
			continue
		}
		if b.Len() > 0 {
			b.WriteString(gap)
		}
		if columns[i].Right {
			b.WriteString(FitLeft(cell, widths[i]))
		} else {
			b.WriteString(Fit(cell, widths[i]))
		}
	}
	return b.String()
}

// Header draws the titles of the columns.
func Header(columns []Column, widths []int, style Style) string {
	cells := make([]string, len(columns))
	for i, c := range columns {
		cells[i] = c.Title
	}
	return style.Paint(Row(cells, columns, widths))
}

// Marked paints the parts of a text that Join made one: each in its style, with
// what a search found in the whole text marked in the part where it stands.
func Marked(parts []string, hits []int, styles []Style, match Style) []string {
	out := make([]string, len(parts))
	start := 0
	for i, part := range parts {
		var own []int
		for _, h := range hits {
			if h >= start && h < start+len(part) {
				own = append(own, h-start)
			}
		}
		out[i] = Highlight(part, own, styles[i], match)
		start += len(part) + 1
	}
	return out
}

// Join makes of cells the text that a search sees.
func Join(parts []string) string { return strings.Join(parts, " ") }
