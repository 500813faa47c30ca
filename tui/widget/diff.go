package widget

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/aymanbagabas/go-udiff"

	"firstaid/playbooks/edit"
)

// Diff is a change of one text.
type Diff struct {
	Name          string // shown above; a path
	Before, After string
	Context       int // unchanged lines around a change; 0 means 3
}

// Rows draws the change as styled lines: the name, then for each place a
// header and the lines with their numbers, a sign, and the changed part of a
// line that was edited emphasised. The sign says the same without colour.
func (d Diff) Rows(p *Palette) []string {
	context := d.Context
	if context == 0 {
		context = udiff.DefaultContextLines
	}
	u, err := udiff.ToUnifiedDiff(d.Name, d.Name, d.Before, edit.Lines(d.Before, d.After), context)
	if err != nil {
		return []string{p.Error.Paint(Clean("cannot show the change of " + d.Name + ": " + err.Error()))}
	}
	rows := []string{p.Strong.Paint(Clean(d.Name)) + d.count(u.Hunks, p)}
	if len(u.Hunks) == 0 {
		return append(rows, p.Dim.Paint("no change"))
	}
	digits := len(strconv.Itoa(max(strings.Count(d.Before, "\n"), strings.Count(d.After, "\n")) + 1))
	shift := 0
	for _, h := range u.Hunks {
		// The library counts wrong behind a hunk with several changes.
		h.ToLine = h.FromLine + shift
		shift += growth(h)
		rows = append(rows, p.Note.Paint(fmt.Sprintf("@@ line %d @@", h.ToLine)))
		rows = append(rows, hunkRows(h, digits, p)...)
	}
	return rows
}

// growth is how many lines a hunk adds.
func growth(h *udiff.Hunk) int {
	n := 0
	for _, l := range h.Lines {
		switch l.Kind {
		case udiff.Insert:
			n++
		case udiff.Delete:
			n--
		}
	}
	return n
}

func (d Diff) count(hunks []*udiff.Hunk, p *Palette) string {
	added, removed := 0, 0
	for _, h := range hunks {
		for _, l := range h.Lines {
			switch l.Kind {
			case udiff.Insert:
				added++
			case udiff.Delete:
				removed++
			}
		}
	}
	return "  " + p.Good.Paint("+"+strconv.Itoa(added)) + " " + p.Error.Paint("-"+strconv.Itoa(removed))
}

// hunkRows draws one place. Runs of removed lines that are followed by as many
// added ones are compared pairwise.
func hunkRows(h *udiff.Hunk, digits int, p *Palette) []string {
	var rows []string
	before, after := h.FromLine, h.ToLine
	for i := 0; i < len(h.Lines); {
		if h.Lines[i].Kind == udiff.Equal {
			rows = append(rows, diffRow(after, digits, " ", Clean(text(h.Lines[i])), p.Dim, p))
			before, after, i = before+1, after+1, i+1
			continue
		}
		removed := run(h.Lines[i:], udiff.Delete)
		added := run(h.Lines[i+len(removed):], udiff.Insert)
		i += len(removed) + len(added)
		for n, l := range removed {
			rows = append(rows, diffRow(before, digits, "-", emphasised(l, added, n, p.Error), p.Error, p))
			before++
		}
		for n, l := range added {
			rows = append(rows, diffRow(after, digits, "+", emphasised(l, removed, n, p.Good), p.Good, p))
			after++
		}
	}
	return rows
}

// run returns the texts of the leading lines of one kind.
func run(lines []udiff.Line, kind udiff.OpKind) []string {
	var out []string
	for _, l := range lines {
		if l.Kind != kind {
			break
		}
		out = append(out, Clean(text(l)))
	}
	return out
}

func text(l udiff.Line) string { return strings.TrimRight(l.Content, "\r\n") }

func diffRow(number, digits int, sign, styled string, style Style, p *Palette) string {
	return p.Dim.Paint(fmt.Sprintf("%*d ", digits, number)) + style.Paint(sign) + " " + styled
}

// emphasised paints line and, within it, what differs from the line it is
// paired with.
func emphasised(line string, others []string, n int, style Style) string {
	if n >= len(others) {
		return style.Paint(line)
	}
	a, b := []rune(line), []rune(others[n])
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	if head+tail == 0 {
		return style.Paint(line)
	}
	return style.Paint(string(a[:head])) +
		(style + ";7").Paint(string(a[head:len(a)-tail])) +
		style.Paint(string(a[len(a)-tail:]))
}
