package edit

import (
	"fmt"
	"strings"

	"github.com/aymanbagabas/go-udiff"
)

// context is how many unchanged lines stand around a change.
const context = udiff.DefaultContextLines

// Diff is the unified diff between two versions of a file, or "" when they are equal.
func Diff(name string, before, after []byte) string {
	if string(before) == string(after) {
		return ""
	}
	name = strings.TrimPrefix(strings.ReplaceAll(name, "\\", "/"), "/")
	w := diffWriter{lines: strings.SplitAfter(string(before), "\n")}
	if last := len(w.lines) - 1; w.lines[last] == "" {
		w.lines = w.lines[:last]
	}
	fmt.Fprintf(&w.out, "--- a/%s\n+++ b/%s\n", name, name)
	offset, line := 0, 0
	for _, e := range Lines(string(before), string(after)) {
		line += strings.Count(string(before[offset:e.Start]), "\n")
		from := line
		if e.End > e.Start {
			line += strings.Count(string(before[e.Start:e.End-1]), "\n") + 1
		}
		offset = e.End
		w.edit(from, line, e.New)
	}
	w.flush()
	return w.out.String()
}

// diffWriter writes hunks. (udiff.Unified counts the lines of the result wrong behind a hunk with several changes.)
type diffWriter struct {
	out   strings.Builder
	lines []string // of the file before

	hunk           strings.Builder
	from, to       int // 0-based, first line of the hunk before and after
	removed, added int // its lines before and after
	next           int // the line that follows what was written
	shift          int // how many lines the hunks so far added
	open           bool
}

// edit exchanges the lines from, to (exclusive) by text.
func (w *diffWriter) edit(from, to int, text string) {
	if w.open && from > w.next+2*context {
		w.flush()
	}
	if !w.open {
		w.open, w.next = true, max(from-context, 0)
		w.from, w.to = w.next, w.next+w.shift
	}
	w.equal(from)
	for ; w.next < to; w.next++ {
		w.line("-", w.lines[w.next])
		w.removed++
	}
	for _, l := range strings.SplitAfter(text, "\n") {
		if l != "" {
			w.line("+", l)
			w.added++
		}
	}
}

// equal writes unchanged lines up to one.
func (w *diffWriter) equal(to int) {
	for ; w.next < min(to, len(w.lines)); w.next++ {
		w.line(" ", w.lines[w.next])
		w.removed, w.added = w.removed+1, w.added+1
	}
}

func (w *diffWriter) line(sign, text string) {
	w.hunk.WriteString(sign + text)
	if !strings.HasSuffix(text, "\n") {
		w.hunk.WriteString("\n\\ No newline at end of file\n")
	}
}

// flush ends a hunk.
func (w *diffWriter) flush() {
	if !w.open {
		return
	}
	w.equal(w.next + context)
	fmt.Fprintf(&w.out, "@@ -%s +%s @@\n%s", span(w.from, w.removed), span(w.to, w.added), w.hunk.String())
	w.shift += w.added - w.removed
	w.hunk.Reset()
	w.removed, w.added, w.open = 0, 0, false
}

// span is a place in a hunk's header: no lines are named by the line before them.
func span(start, count int) string {
	switch count {
	case 0:
		return fmt.Sprintf("%d,0", start)
	case 1:
		return fmt.Sprint(start + 1)
	}
	return fmt.Sprintf("%d,%d", start+1, count)
}
