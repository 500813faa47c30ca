package tui

import (
	"context"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"firstaid/diagnostics"
	"firstaid/playbooks"
)

func TestScreenshotIsWellFormedAndHoldsTheText(t *testing.T) {
	svg := Screenshot(frameOf(t, 120, 40))
	d := xml.NewDecoder(strings.NewReader(string(svg)))
	var text strings.Builder
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if chars, ok := token.(xml.CharData); ok {
			text.Write(chars)
		}
	}
	for _, want := range []string{"Alias live did not exist", "template.yaml:11", "┏"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the picture lacks %q", want)
		}
	}
	golden(t, "screenshot.svg", string(svg))
}

func TestScreenshotOfHostileTextIsText(t *testing.T) {
	svg := string(Screenshot("\x1b[31m<script>alert('1')</script> & \"x\"\x1b[0m"))
	if strings.Contains(svg, "<script") || !strings.Contains(svg, "&lt;script&gt;") {
		t.Errorf("not escaped: %s", svg)
	}
}

func TestScreenshotCommandWritesPictureAndText(t *testing.T) {
	t.Chdir(t.TempDir())
	a := opened(t, sampleSnapshot(), 80, 24)
	for _, k := range append([]string{":"}, strings.Split("screenshot pictures.svg", "")...) {
		if k == " " {
			k = "space"
		}
		a.Update(keyMsg(k))
	}
	_, cmd := a.Update(keyMsg("enter"))
	a.step(cmd)
	if !strings.Contains(plainText(a.View()), "pictures.svg and pictures.txt") {
		t.Errorf("it does not say where the picture is:\n%s", plainText(a.View()))
	}
	for _, name := range []string{"pictures.svg", "pictures.txt"} {
		b, err := os.ReadFile(filepath.Clean(name))
		if err != nil || !strings.Contains(string(b), "Findings") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestKeyTableListsEveryKey(t *testing.T) {
	table := KeyTable()
	for _, want := range []string{"| `f` | show how to mend", "| `↓` `j` | next row |", "**Logs**", "| `q` `ctrl+c` | leave |"} {
		if !strings.Contains(table, want) {
			t.Errorf("the table lacks %q:\n%s", want, table)
		}
	}
	if strings.Count(table, "next row") != 1 {
		t.Error("keys that every pane has are listed once")
	}
}

// Names of keys in stories and pictures are those that Bubble Tea gives.
func TestKeysHaveNames(t *testing.T) {
	for _, name := range []string{"enter", "tab", "shift+tab", "esc", "up", "down", "pgup", "pgdown", "home", "end", "ctrl+c", "a", "G", "?"} {
		if got := keyMsg(name).String(); got != name {
			t.Errorf("%s is %s", name, got)
		}
	}
	if got := keyMsg("space"); got.String() != " " || got.Type != tea.KeySpace {
		t.Errorf("space is %q", got.String())
	}
}

// Frame draws the screen of one snapshot without a terminal, as it stands after
// the keys were pressed. Times are UTC and nothing of the environment shows, so
// the same snapshot gives the same frame everywhere.
func Frame(s *diagnostics.Snapshot, c *playbooks.Catalog, o Options, w, h int, keys ...string) string {
	o.Source, o.Catalog, o.Zone = still{s}, c, time.UTC
	o.Getenv = func(string) string { return "" }
	a := New(context.Background(), o)
	a.headless = true
	defer a.quit()
	a.step(a.Init())
	a.step(func() tea.Msg { return tea.WindowSizeMsg{Width: w, Height: h} })
	for _, k := range keys {
		a.step(func() tea.Msg { return keyMsg(k) })
	}
	return a.View()
}

// step carries a command out to its end, in the order in which messages come
// up; ticks of the spinner end it.
func (a *App) step(cmd tea.Cmd) {
	todo := []tea.Cmd{cmd}
	for len(todo) > 0 {
		cmd, todo = todo[0], todo[1:]
		if cmd == nil {
			continue
		}
		switch msg := cmd().(type) {
		case nil, spin:
		case tea.BatchMsg:
			todo = append(todo, msg...)
		default:
			_, next := a.Update(msg)
			todo = append(todo, next)
		}
	}
}

// still is a source that has one snapshot.
type still struct{ snapshot *diagnostics.Snapshot }

// Collect emits the snapshot.
func (s still) Collect(_ context.Context, _ Target, emit func(*diagnostics.Snapshot) bool) error {
	emit(s.snapshot)
	return nil
}

// keyMsg is the message of a key by its name.
func keyMsg(name string) tea.KeyMsg {
	for t, n := range map[tea.KeyType]string{
		tea.KeyEnter: "enter", tea.KeyTab: "tab", tea.KeyShiftTab: "shift+tab", tea.KeyEsc: "esc", tea.KeyUp: "up",
		tea.KeyDown: "down", tea.KeyLeft: "left", tea.KeyRight: "right", tea.KeyPgUp: "pgup", tea.KeyPgDown: "pgdown",
		tea.KeyHome: "home", tea.KeyEnd: "end", tea.KeyCtrlC: "ctrl+c", tea.KeyBackspace: "backspace", tea.KeyCtrlU: "ctrl+u",
	} {
		if n == name {
			return tea.KeyMsg{Type: t}
		}
	}
	if name == "space" {
		return tea.KeyMsg{Type: tea.KeySpace, Runes: []rune{' '}}
	}
	return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(name)}
}
