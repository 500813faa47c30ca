package tui

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	tea "github.com/charmbracelet/bubbletea"

	"firstaid/diagnostics"
	"firstaid/tui/widget"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares got with testdata/name.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (run the test with -update to make it)", err)
	}
	if got != string(want) {
		t.Errorf("%s differs (run with -update after looking at it):\n%s", name, strings.Join(widget.Diff{Name: name, Before: string(want), After: got}.Rows(&widget.Palette{}), "\n"))
	}
}

// frameOf draws the sample incident without a terminal.
func frameOf(t testing.TB, w, h int, keys ...string) string {
	return Frame(sampleSnapshot(), fixedCatalog(t), Options{Lang: diagnostics.English, Fixer: &fakeFixer{}, Exporter: &fakeExporter{}, judge: sampleFindings}, w, h, keys...)
}

func TestFrames(t *testing.T) {
	for _, c := range []struct {
		name string
		w, h int
		keys []string
	}{
		{"80x24", 80, 24, nil},
		{"120x40", 120, 40, nil},
		{"200x60", 200, 60, nil},
		{"60x16", 60, 16, nil},
		{"80x24-events", 80, 24, []string{"3"}},
		{"80x24-logs", 80, 24, []string{"4"}},
		{"80x24-iam", 80, 24, []string{"5"}},
		{"80x24-stacks", 80, 24, []string{"6"}},
		{"120x40-help", 120, 40, []string{"?"}},
		{"120x40-palette", 120, 40, []string{":", "e", "x"}},
		{"120x40-korean", 120, 40, []string{":", "lang ko", "enter"}},
		{"120x40-events-unfolded", 120, 40, []string{"3", "down", "space"}},
		{"120x40-event-detail", 120, 40, []string{"3", "2"}},
		{"120x40-log-detail", 120, 40, []string{"4", "enter"}},
		{"120x40-iam-detail", 120, 40, []string{"5", "enter"}},
		{"120x40-unread", 120, 40, []string{"G"}},
		{"120x40-fix", 120, 40, []string{"f"}},
		{"120x40-confirm", 120, 40, []string{"f", "a"}},
	} {
		t.Run(c.name, func(t *testing.T) { golden(t, c.name+".txt", plainText(frameOf(t, c.w, c.h, c.keys...))) })
	}
}

// One frame with its styles spelled out holds the theme.
func TestFrameStyles(t *testing.T) {
	golden(t, "80x24-styles.txt", strings.ReplaceAll(frameOf(t, 80, 24), "\x1b", "␛")+"\n")
}

// Every size gives exactly its rectangle, with every pane in front and every
// dialog open.
func TestAllSizes(t *testing.T) {
	s := sampleSnapshot()
	s.Events[2].LogicalResourceId = "한글리소스👩\u200d👩\u200d👧\x1b[31m⚠️é\u0301"
	s.LogGroups[0].Events[1].Message = strings.Repeat("긴 로그 줄\t\x1b]0;x\x07", 400)
	s.Stacks[2].StackName = "\u202e결제\u0301-dev"
	a := New(t.Context(), Options{Source: still{s}, LoadCatalog: loaded(t), Fixer: &fakeFixer{}, judge: sampleFindings, Getenv: func(string) string { return "" }})
	a.headless = true
	a.step(a.Init())
	scenes := [][]string{{"esc"}, {"?"}, {"esc", ":"}, {"esc", "/"}, {"esc", "f"}, {"z"}, {"z"}}
	for w := 1; w <= 300; w += 1 + w/9 {
		for h := 1; h <= 100; h += 1 + h/6 {
			a.Update(tea.WindowSizeMsg{Width: w, Height: h})
			for p := range paneCount {
				a.dialog, a.search, a.zoomed = nil, nil, false
				a.setFocus(p)
				a.settle()
				rectangle(t, fmt.Sprintf("pane %d at %dx%d", p, w, h), a.View(), w, h)
			}
			for _, keys := range scenes {
				for _, k := range keys {
					a.step(func() tea.Msg { return keyMsg(k) })
				}
				rectangle(t, fmt.Sprintf("after %q at %dx%d", keys, w, h), a.View(), w, h)
			}
		}
	}
}

func rectangle(t *testing.T, what, frame string, w, h int) {
	t.Helper()
	lines := strings.Split(frame, "\n")
	if len(lines) != h {
		t.Fatalf("%s: %d lines", what, len(lines))
	}
	for i, l := range lines {
		if n := widget.Width(l); n != w {
			t.Fatalf("%s: line %d has %d cells: %q", what, i, n, l)
		}
	}
}

// The layout tiles the screen: no cell is drawn twice or not at all.
func TestLayoutTiles(t *testing.T) {
	for w := minWidth; w <= 300; w += 7 {
		for h := minHeight; h <= 100; h += 5 {
			for f := range paneCount {
				l := arrange(w, h, arrangement{focus: f, chooser: []paneID{findingsPane, eventsPane, logsPane, iamPane, stacksPane}[h%5], findings: h % 9})
				if !l.visible(f) {
					t.Fatalf("%dx%d: the focused pane %d is not drawn", w, h, f)
				}
				cells := 0
				for _, s := range l.slots {
					cells += s.w * s.h
				}
				body := h - l.header.h - l.banner.h - l.tabs.h - l.status.h - l.keys.h
				if cells != w*body {
					t.Fatalf("%dx%d: the slots cover %d cells of %d", w, h, cells, w*body)
				}
			}
		}
	}
}

func TestKeysAreUnambiguous(t *testing.T) {
	a := New(t.Context(), Options{Source: still{sampleSnapshot()}, LoadCatalog: loaded(t)})
	for id, p := range a.panes {
		seen := map[string]string{}
		verbs := map[string]bool{}
		for _, k := range append(p.Keys(), a.global()...) {
			for _, key := range k.Keys {
				if seen[key] != "" {
					t.Errorf("in %s, %s means both %s and %s", paneNames[id], key, seen[key], k.Verb)
				}
				if _, number := a.paneKey(key); number {
					t.Errorf("in %s, %s hides the pane of that number", paneNames[id], key)
				}
				seen[key] = k.Verb
			}
			if verbs[k.Verb] {
				t.Errorf("in %s, two keys are called %s", paneNames[id], k.Verb)
			}
			verbs[k.Verb] = true
			if k.Help == "" || k.Do == nil {
				t.Errorf("in %s, %s has no help or does nothing", paneNames[id], k.Verb)
			}
		}
	}
}

func TestReadOnlyHasNoWritingKey(t *testing.T) {
	a := New(t.Context(), Options{Source: still{sampleSnapshot()}, LoadCatalog: loaded(t), ReadOnly: true, Fixer: &fakeFixer{}})
	for _, k := range a.global() {
		if k.Verb == "apply" || k.Verb == "undo" {
			t.Errorf("%s is there with --read-only", k.Verb)
		}
	}
	for _, c := range a.commands() {
		if c.name == "apply" || c.name == "undo" {
			t.Errorf("the command %s is there with --read-only", c.name)
		}
	}
}

func TestNoColorSaysEverythingWithoutColour(t *testing.T) {
	env := func(name string) string { return map[string]string{"NO_COLOR": "1"}[name] }
	a := New(t.Context(), Options{Source: still{sampleSnapshot()}, LoadCatalog: loaded(t), judge: sampleFindings, Getenv: env})
	a.headless = true
	a.step(a.Init())
	a.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
	for _, colour := range []string{"\x1b[3", ";3", "\x1b[9", "\x1b[4m", ";4"} {
		if strings.Contains(strings.ReplaceAll(a.View(), "\x1b[4m", ""), colour+"1m") {
			t.Errorf("the frame holds a colour (%q)", colour)
		}
	}
}

func TestTerminalWithoutUTF8GetsASCII(t *testing.T) {
	env := func(name string) string { return map[string]string{"LANG": "C"}[name] }
	a := New(t.Context(), Options{Source: still{sampleSnapshot()}, LoadCatalog: loaded(t), judge: sampleFindings, Getenv: env})
	a.headless = true
	a.step(a.Init())
	a.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
	for _, line := range strings.Split(plainText(a.View()), "\n") {
		for _, r := range line {
			if r > 0x7e && !strings.ContainsRune("주문처리함수결제접수", r) {
				t.Fatalf("%q needs UTF-8: %q", r, line)
			}
		}
	}
}

func TestHostileTextReachesNoTerminal(t *testing.T) {
	s := sampleSnapshot()
	evil := "\x1b]52;c;ZXZpbA==\x07\x1b[2J\x1b[1;1H\u202e\x9b31m한"
	s.Stacks[0].StackName, s.Identity.Region = evil, evil
	s.Events[2].ResourceStatusReason += evil
	s.LogGroups[0].LogGroupName, s.LogGroups[0].Events[0].Message = evil, evil
	s.Simulations[0].EvalActionName, s.Files[0].Content = evil, evil
	s.Unread[0].Reason, s.Reading, s.Calls[0].Operation = evil, evil, evil
	for p := range int(paneCount) {
		for _, keys := range [][]string{{itoa(p + 1)}, {itoa(p + 1), "o"}, {itoa(p + 1), "enter"}} {
			frame := Frame(s, fixedCatalog(t), Options{Label: evil, judge: sampleFindings}, 200, 60, keys...)
			if !utf8.ValidString(frame) {
				t.Errorf("after %q the frame is not UTF-8", keys)
			}
			for _, bad := range []string{"\x1b]52", "\x1b[2J", "\x1b[1;1H", "\u202e", "\u009b"} {
				if strings.Contains(frame, bad) {
					t.Errorf("after %q the frame holds %q", keys, bad)
				}
			}
		}
	}
}
