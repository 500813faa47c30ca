package widget

import (
	"strconv"
	"unicode/utf8"
)

// Text shows a text of any length. It looks at the lines in sight only, so a
// million of them cost no more than sixty.
type Text struct {
	Lines   Lines
	Wrap    bool                             // break long lines instead of scrolling sideways
	Pointer bool                             // one line is under a cursor
	Styled  bool                             // lines are clean already and may hold styles
	Gutter  func(i int) string               // before each line; constant width; may be styled
	Paint   func(i int, clean string) string // styles what is visible of line i

	top, sub int // first visible line, and which of its wrapped rows
	left     int // cells scrolled to the right
	cursor   int
	w, h     int // as of the last Resize
}

// Set replaces the text. Who was looking at its end still is.
func (t *Text) Set(lines Lines) {
	follow := t.Lines != nil && t.Lines.Len() > 0 && t.atEnd() && lines.Len() > t.Lines.Len() && lines.Len() > t.h
	t.Lines = lines
	if follow {
		t.Edge(true)
		return
	}
	t.clamp()
}

func (t *Text) len() int {
	if t.Lines == nil {
		return 0
	}
	return t.Lines.Len()
}

func (t *Text) atEnd() bool {
	if t.Pointer {
		return t.cursor == t.len()-1
	}
	top, sub := t.last()
	return t.top > top || t.top == top && t.sub >= sub
}

// Cursor returns the line under the cursor, or the first visible one.
func (t *Text) Cursor() int {
	if t.Pointer {
		return t.cursor
	}
	return t.top
}

// Resize tells the text how large its view is.
func (t *Text) Resize(w, h int) {
	first := t.h == 0 && h > 0
	t.w, t.h = w, h
	if first && t.cursor > 0 {
		t.GoTo(t.cursor) // what it was put on before it had a size
	}
	t.clamp()
}

// GoTo brings line i into sight, with what stands before it, and puts the
// cursor on it.
func (t *Text) GoTo(i int) {
	t.cursor = i
	t.top, t.sub = max(i-t.h/3, 0), 0
	t.clamp()
}

// Move moves the cursor by n lines, or scrolls by n rows where there is none.
func (t *Text) Move(n int) {
	if !t.Pointer || t.tall(n) {
		t.scroll(n)
		return
	}
	t.cursor += n
	t.clamp()
}

// tall says whether the cursor's line has rows out of sight in direction n:
// they are shown before the cursor goes on.
func (t *Text) tall(n int) bool {
	if !t.Wrap || t.h <= 0 || t.cursor != t.top || t.cursor >= t.len() {
		return false
	}
	if n < 0 {
		return t.sub > 0
	}
	return len(t.rows(t.cursor, t.w))-t.sub > t.h
}

// Page moves by n screens.
func (t *Text) Page(n int) {
	step := n * max(t.h-1, 1)
	if t.Pointer && !t.Wrap {
		t.cursor += step
		t.top += step
		t.clamp()
		return
	}
	t.scroll(step)
	if t.Pointer {
		t.cursor = t.top
		if top, sub := t.last(); n > 0 && t.top == top && t.sub == sub {
			t.cursor = t.len() - 1
		}
		t.clamp()
	}
}

// Edge goes to the first line, or to the last.
func (t *Text) Edge(last bool) {
	t.cursor, t.top, t.sub = 0, 0, 0
	if last {
		t.cursor = t.len() - 1
		t.top, t.sub = t.last()
	}
	t.clamp()
}

// Shift scrolls sideways by n cells.
func (t *Text) Shift(n int) { t.left = max(t.left+n, 0) }

// Click puts the cursor on the line in row y of the view.
func (t *Text) Click(y int) {
	line, sub := t.top, t.sub
	for ; y > 0 && line < t.len(); y-- {
		line, sub = t.next(line, sub)
	}
	if t.Pointer && line < t.len() {
		t.cursor = line
	}
}

// scroll moves the first visible row by n rows and drags the cursor along.
func (t *Text) scroll(n int) {
	for ; n > 0; n-- {
		if l, s := t.next(t.top, t.sub); l < t.len() {
			t.top, t.sub = l, s
		}
	}
	for ; n < 0; n++ {
		switch {
		case t.sub > 0:
			t.sub--
		case t.top > 0:
			t.top--
			t.sub = len(t.rows(t.top, t.w)) - 1
		}
	}
	if top, sub := t.last(); !t.Pointer && (t.top > top || t.top == top && t.sub > sub) {
		t.top, t.sub = top, sub
	}
}

// next returns the row after sub of line.
func (t *Text) next(line, sub int) (int, int) {
	if t.Wrap && sub+1 < len(t.rows(line, t.w)) {
		return line, sub + 1
	}
	return line + 1, 0
}

// last returns the first row of the last full screen.
func (t *Text) last() (line, sub int) { return t.back(t.len()-1, t.h) }

// back returns the row to start from so that line i ends in row h.
func (t *Text) back(i, h int) (line, sub int) {
	if !t.Wrap {
		return max(i-h+1, 0), 0
	}
	for ; i >= 0; i-- {
		n := len(t.rows(i, t.w))
		if h <= n {
			return i, max(n-h, 0)
		}
		h -= n
	}
	return 0, 0
}

// clamp keeps cursor and first row inside the text and the cursor in sight.
func (t *Text) clamp() {
	t.cursor = max(min(t.cursor, t.len()-1), 0)
	top, sub := t.last()
	if t.top > top || t.top == top && t.sub > sub {
		t.top, t.sub = top, sub
	}
	t.top = max(t.top, 0)
	if t.sub > 0 {
		t.sub = min(t.sub, len(t.rows(t.top, t.w))-1)
	}
	if !t.Pointer || t.len() == 0 {
		return
	}
	if t.cursor < t.top {
		t.top, t.sub = t.cursor, 0
		return
	}
	top, sub = t.back(t.cursor, t.h)
	if t.cursor > t.top && (top > t.top || top == t.top && sub > t.sub) {
		t.top, t.sub = top, sub
	}
}

// View draws the rows in sight. style paints over the row of the cursor.
func (t *Text) View(w, h int, style Style) string {
	lines := make([]string, 0, max(h, 0))
	for i, sub := t.top, t.sub; i < t.len() && len(lines) < h; i, sub = i+1, 0 {
		rows := t.rows(i, w)
		for ; sub < len(rows) && len(lines) < h; sub++ {
			row := t.row(i, sub, rows[sub], w)
			if t.Pointer && i == t.cursor {
				row = style.Over(row)
			}
			lines = append(lines, row)
		}
	}
	return Block(lines, w, h)
}

// row draws one row of line i with its gutter.
func (t *Text) row(i, sub int, clean string, w int) string {
	gutter := ""
	if t.Gutter != nil {
		if gutter = t.Gutter(i); sub > 0 {
			gutter = Spaces(Width(gutter))
		}
	}
	if t.Paint != nil {
		clean = t.Paint(i, clean)
	}
	return gutter + Fit(clean, w-Width(gutter))
}

// longest is how many bytes of one line are drawn when lines wrap.
const longest = 64 << 10

// rows returns what is visible of line i: one row, or its wrapped rows.
func (t *Text) rows(i, w int) []string {
	room := w
	if t.Gutter != nil {
		room -= Width(t.Gutter(i))
	}
	room = max(room, 1)
	line := t.Lines.Line(i)
	if t.Styled {
		return []string{From(line, t.left)}
	}
	if !t.Wrap {
		return []string{From(prefix(line, t.left+room+1), t.left)}
	}
	note := ""
	if len(line) > longest {
		note = " … " + strconv.Itoa(len(line)-longest) + " more bytes"
		line = head(line, longest)
	}
	return Wrap(Clean(line)+note, room)
}

// prefix cleans as much of line as its first cells need, however long it is.
func prefix(line string, cells int) string {
	for n := 8*cells + 64; n < len(line); n *= 4 {
		if s := Clean(head(line, n)); Width(s) >= cells {
			return s
		}
	}
	return Clean(line)
}

// head returns at most n bytes of s and does not cut a character.
func head(s string, n int) string {
	for n > 0 && n < len(s) && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:min(n, len(s))]
}
