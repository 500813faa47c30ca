package widget

import (
	"github.com/charmbracelet/bubbles/cursor"
	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"
)

// Input is one line of typed text.
type Input struct{ model textinput.Model }

// NewInput returns an input that shows prompt before the text and hint while
// the text is empty.
func NewInput(prompt, hint string) *Input {
	m := textinput.New()
	m.Prompt, m.Placeholder = prompt, hint
	m.Cursor.SetMode(cursor.CursorStatic) // a blinking cursor costs a frame each half second
	m.KeyMap.Paste.SetEnabled(false)      // it would run a clipboard program; terminals paste themselves
	m.CharLimit = 1000
	m.Focus()
	return &Input{model: m}
}

// Value returns what was typed.
func (i *Input) Value() string { return i.model.Value() }

// Hint replaces what is shown while the text is empty.
func (i *Input) Hint(s string) { i.model.Placeholder = s }

// Set replaces the text and puts the cursor at its end.
func (i *Input) Set(s string) {
	i.model.SetValue(s)
	i.model.CursorEnd()
}

// Key hands a key to the input and reports whether the text changed. Pasted
// text arrives as one key and is cleaned.
func (i *Input) Key(k tea.KeyMsg) bool {
	before := i.model.Value()
	if k.Type == tea.KeyRunes {
		k.Runes = []rune(Clean(string(k.Runes)))
	}
	i.model, _ = i.model.Update(k)
	return i.model.Value() != before
}

// View draws the input in one row of w cells with the cursor in sight.
func (i *Input) View(w int) string {
	room := w - Width(i.model.Prompt)
	value, at := []rune(i.model.Value()), i.model.Position()
	if len(value) == 0 {
		return Fit(i.model.Prompt+reverse.Paint(" ")+faint.Paint(i.model.Placeholder), w)
	}
	under, after := " ", ""
	if at < len(value) {
		under, after = string(value[at]), string(value[at+1:])
	}
	before := string(value[:at])
	if n := Width(before) + Width(under); n > room {
		before = From(before, n-room)
	}
	return Upto(i.model.Prompt+before+reverse.Paint(under)+after, w)
}

const (
	reverse Style = "7"
	faint   Style = "2"
)
