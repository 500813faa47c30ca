package edit

import (
	"bytes"
	"strings"

	"firstaid/diagnostics/template"
)

// column is the 0-based column of an offset.
func (e *editor) column(offset int) int { return e.Position(offset).Column - 1 }

// lineIndent is the white space a line starts with.
func (e *editor) lineIndent(offset int) string {
	start, end := e.LineRange(offset)
	line := e.Source[start:end]
	return string(line[:len(line)-len(bytes.TrimLeft(line, " \t"))])
}

// firstOnLine reports whether only white space stands before offset on its line.
func (e *editor) firstOnLine(offset int) bool {
	start, _ := e.LineRange(offset)
	if start == 0 && bytes.HasPrefix(e.Source, []byte("\ufeff")) {
		start = 3
	}
	return len(bytes.TrimSpace(e.Source[start:offset])) == 0
}

// sameLine reports whether two offsets are on one line.
func (e *editor) sameLine(a, b int) bool {
	x, _ := e.LineRange(a)
	y, _ := e.LineRange(b)
	return x == y
}

// pairEnd is where an entry's content ends.
func pairEnd(p template.Pair) int { return max(p.Key.End, p.Value.End) }

// styleAt reads the indents from the nearest example: siblings first, then the containers around, then the
// beginning of the file.
func (e *editor) styleAt(s spot) style {
	st := style{step: 0, dash: -1, json: e.Format == template.JSON}
	for i := len(s.chain) - 1; i >= 0 && !st.known(); i-- {
		st = st.filled(e.learned(s.chain[i]))
	}
	if !st.known() {
		st = st.filled(e.usual())
	}
	if st.step <= 0 {
		st.step = 2
	}
	if st.dash < 0 {
		st.dash = st.step
	}
	return st
}

func (s style) known() bool { return s.step > 0 && s.dash >= 0 }

// filled is the style with what it does not know taken from other.
func (s style) filled(other style) style {
	if s.step == 0 {
		s.step = other.step
	}
	if s.dash < 0 {
		s.dash = other.dash
	}
	return s
}

// learned is what one map's children show; it is looked at once.
func (e *editor) learned(n *template.Node) style {
	st, ok := e.styles[n]
	if !ok {
		st = style{step: 0, dash: -1}
		e.learn(&st, n)
		if e.styles == nil {
			e.styles = map[*template.Node]style{}
		}
		e.styles[n] = st
	}
	return st
}

// learn looks at one map's children.
func (e *editor) learn(st *style, n *template.Node) {
	if n.Kind != template.Map || n.Style != template.Block && e.Format != template.JSON {
		return
	}
	for _, p := range n.Pairs[:min(len(n.Pairs), enough)] {
		v := p.Value
		if st.known() {
			return
		}
		if v.Body >= len(e.Source) || e.sameLine(p.Key.Start, v.Body) && e.Format != template.JSON {
			continue
		}
		in := e.column(v.Body) - e.column(p.Key.Start)
		switch {
		case e.Format == template.JSON:
			if st.step == 0 && len(v.Pairs) > 0 && e.firstOnLine(v.Pairs[0].Key.Start) && e.firstOnLine(p.Key.Start) {
				st.step = e.column(v.Pairs[0].Key.Start) - e.column(p.Key.Start)
			}
		case v.Kind == template.Map && v.Style == template.Block && st.step == 0 && in > 0:
			st.step = in
		case v.Kind == template.List && v.Style == template.Block && st.dash < 0 && in >= 0:
			st.dash = in
		}
	}
}

// enough is how far usual looks: a file that shows no example by then has a style of its own.
const enough = 2000

// usual is the first example from the beginning of the file.
func (e *editor) usual() style {
	if e.first == nil {
		e.first = &style{step: 0, dash: -1}
		seen := 0
		template.Walk(e.Root, func(n *template.Node, _ template.Place) bool {
			e.learn(e.first, n)
			seen++
			return seen < enough && !e.first.known()
		})
	}
	return *e.first
}

// afterLine makes a splice that adds whole lines below the line of offset. At the end of a file without
// a final line break the break goes before the lines, so that the file still ends without one.
func (e *editor) afterLine(offset int, lines []string) splice {
	_, end := e.LineRange(offset)
	eol := e.eolAt(offset)
	text := strings.Join(lines, eol)
	if end == len(e.Source) && (end == 0 || e.Source[end-1] != '\n' && e.Source[end-1] != '\r') {
		return splice{end, end, eol + text}
	}
	return splice{end, end, text + eol}
}

// eolAt is the line break of the line at offset, or the file's usual one at its end.
func (e *editor) eolAt(offset int) string {
	_, end := e.LineRange(offset)
	switch {
	case bytes.HasSuffix(e.Source[:end], []byte("\r\n")):
		return "\r\n"
	case bytes.HasSuffix(e.Source[:end], []byte("\n")):
		return "\n"
	}
	return e.eol
}

func indented(lines []string, indent int) []string {
	lines[0] = strings.Repeat(" ", indent) + lines[0]
	return lines
}
