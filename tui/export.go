package tui

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"firstaid/diagnostics"
	"firstaid/tui/term"
	"firstaid/tui/widget"
)

func (a *App) noExport() string {
	switch {
	case a.opts.Exporter == nil:
		return "nothing can be exported here"
	case a.report == nil:
		return "nothing was diagnosed yet"
	}
	return ""
}

// openExport asks for the format.
func (a *App) openExport() tea.Cmd {
	m := &menu{title: "Export as"}
	for _, f := range a.opts.Exporter.Formats() {
		m.items = append(m.items, menuItem{f, formatHelp(f)})
	}
	m.do = func(a *App, i int) tea.Cmd { return a.export(m.items[i].name, "") }
	a.dialog = m
	return nil
}

func formatHelp(format string) string {
	switch format {
	case "markdown":
		return "for a ticket or a pull request"
	case "html":
		return "one file, to be read in a browser or printed"
	case "json":
		return "for programs"
	case "sarif":
		return "for code scanning"
	case "text":
		return "for a terminal or a mail"
	default:
		return ""
	}
}

func (a *App) export(format, path string) tea.Cmd {
	s, f := a.current()
	exporter := a.opts.Exporter
	return a.work("writing the report", func(ctx context.Context) tea.Msg {
		at, err := exporter.Export(ctx, format, path, s, f)
		return done{text: "written to " + at, err: err}
	})
}

// menu is a dialog that offers a few things.
type menu struct {
	title string
	items []menuItem
	at    int
	do    func(a *App, i int) tea.Cmd
}

type menuItem struct{ name, help string }

func (m *menu) key(a *App, k tea.KeyMsg) tea.Cmd {
	switch pressed := k.String(); pressed {
	case "esc", "q", "ctrl+c":
		a.dialog = nil
	case "down", "j", "tab":
		m.at = (m.at + 1) % len(m.items)
	case "up", "k", "shift+tab":
		m.at = (m.at + len(m.items) - 1) % len(m.items)
	case "enter":
		a.dialog = nil
		return m.do(a, m.at)
	default:
		for i, item := range m.items {
			if strings.HasPrefix(item.name, pressed) {
				m.at = i
			}
		}
	}
	return nil
}

func (m *menu) view(a *App, w, h int) string {
	wide, high := min(w, 60), min(h, len(m.items)+2)
	rows := make([]string, len(m.items))
	for i, item := range m.items {
		row := " " + widget.Fit(item.name, 12) + " " + a.Dim.Paint(item.help)
		if i == m.at {
			row = a.Select.Over(widget.Fit("▌"+widget.Fit(item.name, 12)+" "+item.help, wide-2))
		}
		rows[i] = row
	}
	box := widget.Box{Title: a.Focus.Paint(m.title), Foot: a.Dim.Paint("enter chooses · esc closes"), Style: a.Focus}
	iw, ih := box.Inner(wide, high)
	return box.View(widget.Block(rows, iw, ih), wide, high)
}

// copyChosen puts what is chosen on the clipboard.
func (a *App) copyChosen() tea.Cmd {
	text := a.panes[a.focused].copied()
	if text == "" {
		a.toast = toast{text: "there is nothing to copy here", bad: true}
		return nil
	}
	return a.copy(text, "copied "+plural(strings.Count(text, "\n")+1, "line", "lines"))
}

// copy hands text to the terminal's clipboard.
func (a *App) copy(text, said string) tea.Cmd {
	clip := a.clip
	return func() tea.Msg {
		if clip == nil {
			return done{err: errors.New("there is no terminal to copy with")}
		}
		return done{text: said, err: clip(text)}
	}
}

// openConsole shows the console's page of what is chosen and copies its
// address. It starts no browser: firstaid runs over SSH too, and runs nothing
// that the user has not seen.
func (a *App) openConsole() tea.Cmd {
	url, what := consoleURL(a.latest, a.named(a.panes[a.chooser].chosen()))
	l := a.look
	a.dialog = &notice{title: "AWS console", lines: func(w int) []string {
		p := &page{look: l, w: w}
		p.text(what)
		p.blank()
		for _, row := range widget.Wrap(widget.Clean(url), w) {
			p.lines = append(p.lines, term.Hyperlink(url, l.Accent.Paint(row)))
		}
		p.blank()
		p.para(l.Dim, "", "", "The address is on your clipboard; many terminals open it on a click.")
		return p.lines
	}}
	return a.copy(url, "copied the address of the console's page")
}

// named is a reference that means something outside the screen.
func (a *App) named(of diagnostics.Ref) diagnostics.Ref {
	if i, err := strconv.Atoi(of.ID); of.Kind == kindLogLine && err == nil && i < a.logs.index.Len() {
		return a.logs.index.ref(i)
	}
	return of
}

func (a *App) noConsole() string {
	if a.latest == nil || a.latest.Identity.Region == "" {
		return "the region is not known yet"
	}
	return ""
}

// screenshot writes the frame as it is now, as a picture (SVG) and as text
// beside it.
func (a *App) screenshot(path string) tea.Cmd {
	if path == "" {
		path = "firstaid.svg"
	}
	base := strings.TrimSuffix(path, filepath.Ext(path))
	frame := a.View()
	return func() tea.Msg {
		if err := os.WriteFile(base+".svg", Screenshot(frame), 0o644); err != nil {
			return done{err: err}
		}
		if err := os.WriteFile(base+".txt", []byte(plainText(frame)), 0o644); err != nil {
			return done{err: err}
		}
		return done{text: "the screen is in " + base + ".svg and " + base + ".txt"}
	}
}
