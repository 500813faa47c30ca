package tui

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"firstaid/tui/widget"
)

// Cells of a picture, in SVG units.
const (
	cellWidth  = 8.4
	cellHeight = 18
	fontSize   = 14
)

// cell styles of a run of text, from its SGR parameters.
type ink struct {
	colour                         int // 0 for the default, else 31..37 or 91..97
	bold, dim, underline, reversed bool
}

// Screenshot draws a frame as an SVG that fits light and dark surroundings. It
// holds text, not outlines: it can be searched, copied and read aloud.
func Screenshot(frame string) []byte {
	lines := strings.Split(frame, "\n")
	cols := 0
	for _, l := range lines {
		cols = max(cols, widget.Width(l))
	}
	w, h := float64(cols)*cellWidth+16, float64(len(lines))*cellHeight+16
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" xml:space="preserve" width="%.0f" height="%.0f" viewBox="0 0 %.0f %.0f">`+"\n", w, h, w, h)
	b.WriteString(svgStyle)
	b.WriteString(`<rect class="g" width="100%" height="100%" rx="6"/>` + "\n")
	for y, l := range lines {
		svgLine(&b, l, y)
	}
	b.WriteString("</svg>\n")
	return b.Bytes()
}

// svgStyle gives the sixteen colours a light and a dark value.
const svgStyle = `<style>
.g{fill:#fff} text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,"Noto Sans Mono CJK KR",monospace;white-space:pre;fill:#24292f}
.s{fill:#24292f} .rv{fill:#fff} .b{font-weight:700} .d{opacity:.62} .u{text-decoration:underline}
.c31{fill:#b3152a} .c32{fill:#116329} .c33{fill:#7d4e00} .c34{fill:#0a4fb3} .c35{fill:#6f3bb5} .c36{fill:#0b6377}
@media (prefers-color-scheme:dark){.g{fill:#0d1117} text{fill:#d5dbe3} .s{fill:#d5dbe3} .rv{fill:#0d1117}
.c31{fill:#ff7b72} .c32{fill:#56d364} .c33{fill:#e3b341} .c34{fill:#79c0ff} .c35{fill:#d2a8ff} .c36{fill:#56d4dd}}
</style>
`

// svgLine draws the runs of one row, each at its own column so that a font
// with other widths cannot shift what follows.
func svgLine(b *bytes.Buffer, line string, y int) {
	x, start := 0, 0
	var pen, runPen ink
	var run strings.Builder
	flush := func() {
		svgRun(b, run.String(), runPen, start, x, y)
		run.Reset()
	}
	for state := byte(0); line != ""; {
		seq, width, n, next := ansi.DecodeSequence(line, state, nil)
		state, line = next, line[n:]
		if width == 0 {
			if params, ok := strings.CutPrefix(seq, "\x1b["); ok && strings.HasSuffix(params, "m") {
				pen = pen.apply(strings.TrimSuffix(params, "m"))
			} else if !strings.HasPrefix(seq, "\x1b") {
				run.WriteString(seq)
			}
			continue
		}
		if pen != runPen || width > 1 {
			flush()
			runPen, start = pen, x
		}
		run.WriteString(seq)
		x += width
		if width > 1 {
			flush()
			start = x
		}
	}
	flush()
}

// apply changes the pen by SGR parameters.
func (k ink) apply(params string) ink {
	for _, p := range strings.Split(params, ";") {
		switch p {
		case "", "0":
			k = ink{}
		case "1":
			k.bold = true
		case "2":
			k.dim = true
		case "4":
			k.underline = true
		case "7":
			k.reversed = true
		default:
			if len(p) == 2 && p[0] == '3' {
				k.colour = 30 + int(p[1]-'0')
			}
		}
	}
	return k
}

func svgRun(b *bytes.Buffer, text string, k ink, from, to, y int) {
	if text == "" || from == to {
		return
	}
	if !k.reversed && !k.underline { // spaces have nothing to show, and some viewers drop them
		blank := len(text) - len(strings.TrimLeft(text, " "))
		text = strings.TrimRight(text[blank:], " ")
		from += blank
		to = from + widget.Width(text)
	}
	x, w, top := 8+float64(from)*cellWidth, float64(to-from)*cellWidth, 8+float64(y)*cellHeight
	if k.reversed {
		class := "s"
		if k.colour > 30 {
			class = fmt.Sprintf("c%d", k.colour)
		}
		fmt.Fprintf(b, `<rect class="%s" x="%.1f" y="%.1f" width="%.1f" height="%d"/>`, class, x, top, w, cellHeight)
	}
	if strings.TrimSpace(text) == "" {
		return
	}
	fmt.Fprintf(b, `<text x="%.1f" y="%.1f" textLength="%.1f"%s>`, x, top+fontSize-1, w, k.class())
	_ = xml.EscapeText(b, []byte(text))
	b.WriteString("</text>\n")
}

func (k ink) class() string {
	var c []string
	switch {
	case k.reversed:
		c = append(c, "rv")
	case k.colour > 30:
		c = append(c, fmt.Sprintf("c%d", k.colour))
	}
	for _, x := range []struct {
		on   bool
		name string
	}{{k.bold, "b"}, {k.dim, "d"}, {k.underline, "u"}} {
		if x.on {
			c = append(c, x.name)
		}
	}
	if len(c) == 0 {
		return ""
	}
	return ` class="` + strings.Join(c, " ") + `"`
}

// plainText is a frame without styles and trailing blanks.
func plainText(frame string) string {
	lines := strings.Split(ansi.Strip(frame), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " ")
	}
	return strings.Join(lines, "\n") + "\n"
}
