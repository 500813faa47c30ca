package widget

import (
	"strconv"
	"strings"
)

// Box is a frame with a title in its upper edge and a note in its lower one.
type Box struct {
	Title string // left in the upper edge; may be styled
	Note  string // right in the upper edge, such as "3/120"
	Foot  string // left in the lower edge
	Style Style  // of the frame
	Heavy bool   // thick lines: the frame with the focus, told without colour
}

// rules are the characters of a frame: corners clockwise, horizontal, vertical.
type rules struct{ nw, ne, se, sw, h, v string }

var (
	light = rules{"╭", "╮", "╯", "╰", "─", "│"}
	heavy = rules{"┏", "┓", "┛", "┗", "━", "┃"}
)

// Inner returns the size that is left for the content of a w×h box. Below 4×3
// there is no frame.
func (b Box) Inner(w, h int) (int, int) {
	if w < 4 || h < 3 {
		return w, h
	}
	return w - 2, h - 2
}

// View draws the frame around body, which is a rectangle of Inner's size.
func (b Box) View(body string, w, h int) string {
	if w < 4 || h < 3 {
		return body
	}
	r := light
	if b.Heavy {
		r = heavy
	}
	side := b.Style.Paint(r.v)
	var out strings.Builder
	out.Grow(len(body) + (w+24)*2 + h*24)
	out.WriteString(b.edge(r.nw, r.h, r.ne, b.Title, b.Note, w))
	for line := range strings.SplitSeq(body, "\n") {
		out.WriteByte('\n')
		out.WriteString(side)
		out.WriteString(line)
		out.WriteString(side)
	}
	out.WriteByte('\n')
	out.WriteString(b.edge(r.sw, r.h, r.se, b.Foot, "", w))
	return out.String()
}

// edge draws one horizontal edge. The right text gives way to the left one.
func (b Box) edge(open, line, end, left, right string, w int) string {
	room := w - 4
	if left != "" {
		left = " " + left + " "
	}
	if right != "" {
		right = " " + right + " "
	}
	if Width(left)+Width(right) > room {
		right = ""
	}
	if Width(left) > room {
		left = strings.TrimRight(Fit(left, max(room, 0)), " ")
	}
	fill := strings.Repeat(line, max(room-Width(left)-Width(right), 0))
	return b.Style.Paint(open+line) + left + b.Style.Paint(fill) + right + b.Style.Paint(line+end)
}

// Position says where a list or a text stands: "12/340", or "" when empty.
func Position(at, of int) string {
	if of == 0 {
		return ""
	}
	return strconv.Itoa(at+1) + "/" + strconv.Itoa(of)
}
