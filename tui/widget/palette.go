package widget

import "strings"

// Style is the parameters of a terminal's SGR sequence, such as "1;31" for bold
// red. The empty style paints nothing.
type Style string

// Paint returns text in this style. It never measures and never wraps.
func (s Style) Paint(text string) string {
	if s == "" || text == "" {
		return text
	}
	return "\x1b[" + string(s) + "m" + text + reset
}

// Over returns a line that may have styles of its own with s under all of it.
func (s Style) Over(line string) string {
	if s == "" || line == "" {
		return line
	}
	return "\x1b[" + string(s) + "m" + strings.ReplaceAll(line, reset, "\x1b[0;"+string(s)+"m") + reset
}

// Palette is the twelve roles that anything on the screen is drawn in.
type Palette struct {
	Strong Style // what matters in a row
	Dim    Style // what may be overlooked
	Accent Style // names that can be followed
	Select Style // the row under the cursor of the focused pane
	Match  Style // the characters that a search found
	Border Style // frames
	Focus  Style // the frame and the title of the focused pane
	Error  Style // failed; removed
	Warn   Style // suspicious; unknown
	Good   Style // fine; added
	Note   Style // neutral information
	Code   Style // quotes from templates, policies and logs
}

// Flat is the palette for a row that is painted over as a whole: its segments
// keep only what is not said by colour.
func (p *Palette) Flat() *Palette { return &Palette{Match: "4", Select: p.Select} }
