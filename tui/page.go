package tui

import (
	"bytes"
	"encoding/json"
	"strings"

	"firstaid/diagnostics"
	"firstaid/tui/widget"
)

// page collects the lines of something that is read from top to bottom.
// Everything put on it is cleaned and fitted to its width.
type page struct {
	*look
	w     int
	lines []string
	// links are the things that lines lead to, by line.
	links []pageLink
	// mark is the line that a reader is after; 0 for none.
	mark int
}

// pageLink is a line of a page that leads somewhere.
type pageLink struct {
	line int
	of   diagnostics.Ref
}

func (p *page) blank() {
	if len(p.lines) > 0 && p.lines[len(p.lines)-1] != "" {
		p.lines = append(p.lines, "")
	}
}

// head starts a section.
func (p *page) head(text string) {
	p.blank()
	p.lines = append(p.lines, p.Focus.Paint(widget.Clean(text)))
}

// para wraps text with a hanging indent.
func (p *page) para(style widget.Style, first, rest, text string) {
	for _, line := range widget.CleanLines(text) {
		for _, row := range widget.Wrap(line, max(p.w-widget.Width(first), 8)) {
			p.lines = append(p.lines, first+style.Paint(row))
			first = rest
		}
	}
}

func (p *page) text(text string) { p.para("", "", "", text) }

// item is one entry of a list.
func (p *page) item(mark, text string) {
	p.para("", mark+" ", widget.Spaces(widget.Width(mark)+1), text)
}

// field is a name and a value; empty values are left out.
func (p *page) field(name, value string) {
	if value == "" {
		return
	}
	p.para("", p.Dim.Paint(widget.Fit(name, 10))+" ", widget.Spaces(11), value)
}

// link is an item that leads somewhere.
func (p *page) link(of diagnostics.Ref, mark, text string) {
	p.links = append(p.links, pageLink{len(p.lines), of})
	p.item(mark, text)
}

// line is one row of styled text, cut at the page's width.
func (p *page) line(styled string) {
	p.lines = append(p.lines, strings.TrimRight(widget.Fit(styled, p.w), " "))
}

// quote shows a text as it was found, bounded.
func (p *page) quote(text string) {
	const most = 400
	lines := widget.CleanLines(strings.TrimRight(text, "\r\n"))
	if len(lines) > most {
		lines = append(lines[:most], "… "+itoa(len(lines)-most)+" more lines")
	}
	p.quoteLines(lines)
}

func (p *page) quoteLines(lines []string) {
	bar := p.Dim.Paint("│") + " "
	for _, line := range lines {
		p.para(p.Code, bar, bar, line)
	}
}

// source shows the lines of a file around one, which is marked.
func (p *page) source(content string, line, around int) {
	lines := strings.Split(content, "\n")
	if line < 1 || line > len(lines) {
		return
	}
	from, to := max(line-around, 1), min(line+around, len(lines))
	digits := len(itoa(to))
	for n := from; n <= to; n++ {
		text := widget.Clean(strings.TrimRight(lines[n-1], "\r"))
		number := widget.FitLeft(itoa(n), digits)
		if n == line {
			p.lines = append(p.lines, p.Error.Paint("▌"+number+" │ ")+p.Strong.Paint(text))
		} else {
			p.lines = append(p.lines, p.Dim.Paint(" "+number+" │ ")+p.Code.Paint(text))
		}
	}
}

// json shows a document indented, in its own order, or as it is when it is
// none.
func (p *page) json(text string) {
	var out bytes.Buffer
	if json.Indent(&out, []byte(text), "", "  ") != nil {
		p.quote(text)
		return
	}
	p.quote(out.String())
}
