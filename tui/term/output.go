package term

import (
	"os"
	"strings"
	"sync"

	"github.com/charmbracelet/x/ansi"
)

const (
	syncBegin = "\x1b[?2026h"
	syncEnd   = "\x1b[?2026l"
)

// Output is a terminal whose every Write is one synchronized update, so that a
// terminal which knows mode 2026 shows whole frames only; others ignore the
// mode. It embeds the file because Bubble Tea finds the terminal's size through
// the file's methods. It is safe for concurrent use.
type Output struct {
	*os.File
	mu  sync.Mutex
	buf []byte
}

// NewOutput wraps the terminal f.
func NewOutput(f *os.File) *Output { return &Output{File: f} }

// Write writes one frame and reports the length it was given.
func (o *Output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.buf = append(append(append(o.buf[:0], syncBegin...), p...), syncEnd...)
	if _, err := o.File.Write(o.buf); err != nil {
		return 0, err
	}
	return len(p), nil
}

// WriteString is Write for a string; without it the embedded file's method
// would bypass the bracket.
func (o *Output) WriteString(s string) (int, error) { return o.Write([]byte(s)) }

// Copy asks the terminal to put text on the clipboard (OSC 52), which works
// over SSH too. It never reads the clipboard.
func (o *Output) Copy(text string) error {
	_, err := o.WriteString(ClipboardSequence(text, os.Getenv("TMUX") != "", os.Getenv("STY") != ""))
	return err
}

// screenChunk is GNU screen's limit for one device control string.
const screenChunk = 76

// ClipboardSequence returns the bytes that copy text, wrapped for the
// multiplexer that stands between program and terminal. Under tmux both the
// plain form (taken with `set-clipboard on`) and the passed-through form (taken
// with `allow-passthrough on`) are sent: each setup ignores the other one.
func ClipboardSequence(text string, tmux, screen bool) string {
	seq := ansi.SetSystemClipboard(text)
	switch {
	case tmux:
		return seq + ansi.TmuxPassthrough(seq)
	case screen:
		return ansi.ScreenPassthrough(seq, screenChunk)
	default:
		return seq
	}
}

// Hyperlink returns text that a terminal shows as a link to url, or text alone
// when url could break out of the sequence.
func Hyperlink(url, text string) string {
	if url == "" || strings.ContainsFunc(url, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return text
	}
	return ansi.SetHyperlink(url) + text + ansi.ResetHyperlink()
}
