package widget

import "strings"

// bars are the eight heights of a sparkline.
var bars = [...]string{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"}

// Spark draws values in w cells, oldest left. More values than cells are
// gathered by their maximum, so that a spike is never averaged away. Zero is a
// space, any other value at least the lowest bar.
func Spark(values []float64, w int) string {
	if w <= 0 {
		return ""
	}
	cells := make([]float64, min(w, len(values)))
	top := 0.0
	for i := range cells {
		from, to := i*len(values)/len(cells), (i+1)*len(values)/len(cells)
		for _, v := range values[from:to] {
			cells[i] = max(cells[i], v)
		}
		top = max(top, cells[i])
	}
	var b strings.Builder
	b.WriteString(Spaces(w - len(cells)))
	for _, v := range cells {
		if v <= 0 {
			b.WriteByte(' ')
			continue
		}
		b.WriteString(bars[min(int(v/top*float64(len(bars))), len(bars)-1)])
	}
	return b.String()
}
