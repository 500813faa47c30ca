package tui

import (
	"slices"
	"strconv"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"firstaid/tui/widget"
)

// Key is one thing that can be done. Dispatch, the footer, `?` help and the
// README's table of keys all read it.
type Key struct {
	Keys []string // as Bubble Tea names them: "f", "ctrl+c", "pgdown"
	Verb string   // one word for the footer and the command palette
	Help string   // what it does, in one line
	// Why says why it cannot be done now, or "". Nil means always possible.
	// A key that cannot be used stays visible: hands remember where keys are.
	Why  func() string
	Do   func() tea.Cmd
	Foot bool // shown in the footer
}

// matches reports whether a pressed key is this one.
func (k Key) matches(pressed string) bool { return slices.Contains(k.Keys, pressed) }

// why says why the key is disabled, or "".
func (k Key) why() string {
	if k.Why == nil {
		return ""
	}
	return k.Why()
}

// label is how the keys are shown: "↑ k".
func (k Key) label() string {
	names := make([]string, len(k.Keys))
	for i, key := range k.Keys {
		names[i] = keyName(key)
	}
	return strings.Join(names, " ")
}

func keyName(key string) string {
	switch key {
	case "up":
		return "↑"
	case "down":
		return "↓"
	case "left":
		return "←"
	case "right":
		return "→"
	case " ":
		return "space"
	case "pgup":
		return "PgUp"
	case "pgdown":
		return "PgDn"
	default:
		return key
	}
}

// lookup returns the first key that was pressed.
func lookup(keys []Key, pressed string) (Key, bool) {
	for _, k := range keys {
		if k.matches(pressed) {
			return k, true
		}
	}
	return Key{}, false
}

// footer draws as many keys as fit in w cells, and always those named in
// keep at the right end. Disabled ones are dimmed and put in parentheses.
func footer(keys []Key, w int, p *widget.Palette, keep ...string) string {
	right, wide := "", 0
	var b strings.Builder
	for _, k := range keys {
		if k.Foot && slices.Contains(keep, k.Verb) {
			styled, n := footKey(k, p)
			right += "  " + styled
			wide += n + 2
		}
	}
	left := w - wide
	for _, k := range keys {
		if !k.Foot || slices.Contains(keep, k.Verb) {
			continue
		}
		styled, n := footKey(k, p)
		if n+2 > left {
			break
		}
		b.WriteString(styled + "  ")
		left -= n + 2
	}
	return widget.Fit(b.String(), w-wide) + right
}

// footKey draws one key and returns its width.
func footKey(k Key, p *widget.Palette) (string, int) {
	name := keyName(k.Keys[0])
	if k.why() != "" {
		text := "(" + name + " " + k.Verb + ")"
		return p.Dim.Paint(text), widget.Width(text)
	}
	return p.Focus.Paint(name) + " " + k.Verb, widget.Width(name) + 1 + widget.Width(k.Verb)
}

// helpRows draws keys as a table, with the reason where one is disabled.
func helpRows(keys []Key, w int, p *widget.Palette) []string {
	wide := 0
	for _, k := range keys {
		wide = max(wide, widget.Width(k.label()))
	}
	wide = min(wide, max(w/3, 8))
	var rows []string
	for _, k := range keys {
		text := k.Help
		why := k.why()
		if why != "" {
			text += " (not now: " + widget.Clean(why) + ")"
		}
		for i, line := range widget.Wrap(text, max(w-wide-2, 10)) {
			label := widget.Spaces(wide)
			if i == 0 {
				label = p.Focus.Paint(widget.Fit(k.label(), wide))
			}
			if why != "" {
				line = p.Dim.Paint(line)
			}
			rows = append(rows, label+"  "+line)
		}
	}
	return rows
}

func itoa(n int) string { return strconv.Itoa(n) }

// mover is what can be walked through.
type mover interface {
	Move(n int)
	Page(n int)
	Edge(last bool)
}

// moveKeys are the keys that walk through a list or a text.
func moveKeys(m mover) []Key {
	do := func(f func()) func() tea.Cmd {
		return func() tea.Cmd {
			f()
			return nil
		}
	}
	return []Key{
		{Keys: []string{"down", "j"}, Verb: "down", Help: "next row", Do: do(func() { m.Move(1) })},
		{Keys: []string{"up", "k"}, Verb: "up", Help: "previous row", Do: do(func() { m.Move(-1) })},
		{Keys: []string{"pgdown", "ctrl+d"}, Verb: "page-down", Help: "next screen", Do: do(func() { m.Page(1) })},
		{Keys: []string{"pgup", "ctrl+u"}, Verb: "page-up", Help: "previous screen", Do: do(func() { m.Page(-1) })},
		{Keys: []string{"home", "g"}, Verb: "top", Help: "first row", Do: do(func() { m.Edge(false) })},
		{Keys: []string{"end", "G"}, Verb: "bottom", Help: "last row", Do: do(func() { m.Edge(true) })},
	}
}
