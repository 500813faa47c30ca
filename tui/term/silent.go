// Package term is the seam between the screen and a real terminal: it keeps the
// start silent, brackets frames so that they do not tear, and copies text to
// the clipboard of the person who is looking.
//
// It must import nothing heavier than Lip Gloss itself. See init.
package term

import "github.com/charmbracelet/lipgloss"

// init answers the question for the terminal's background before anybody asks
// it. Bubble Tea v1 asks the terminal in its own package init, for every
// subcommand, and waits five seconds where nothing answers (CI, expect, some
// serial consoles). Go initialises, of the packages whose imports are ready,
// the one with the first import path; "firstaid/…" sorts before
// "github.com/charmbracelet/bubbletea", so this runs first as long as this
// package becomes ready no later, hence the rule about imports. The theme uses
// the terminal's own 16 colours and needs no answer.
func init() { lipgloss.SetHasDarkBackground(true) }
