package tui

import (
	"context"
	"errors"
	"slices"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"firstaid/diagnostics"
	"firstaid/tui/widget"
)

// keys is everything that a key does now: what the focused pane offers, then
// what works everywhere.
func (a *App) keys() []Key { return append(a.panes[a.focused].Keys(), a.global()...) }

// global lists the keys that work everywhere. After a reading that failed, the
// way out comes first.
func (a *App) global() []Key {
	keys := a.everywhere()
	if a.failure == nil || a.opts.Demo == nil {
		return keys
	}
	i := slices.IndexFunc(keys, func(k Key) bool { return k.Verb == "demo" })
	demo := keys[i]
	demo.Foot = true
	return slices.Insert(slices.Delete(keys, i, i+1), 0, demo)
}

// everywhere lists them in their usual order. With --read-only those that
// write are not there at all.
func (a *App) everywhere() []Key {
	keys := []Key{
		{Keys: []string{"f"}, Verb: "fix", Help: "show how to mend the chosen finding: the diff, or the exact call", Foot: true, Why: a.fixes.none, Do: a.focusing(fixPane)},
	}
	if !a.opts.ReadOnly {
		keys = append(keys,
			Key{Keys: []string{"a"}, Verb: "apply", Help: "apply the fix that is on the screen, after asking", Foot: true, Why: a.noApply, Do: a.askApply},
			Key{Keys: []string{"u"}, Verb: "undo", Help: "take back the latest fix that was applied", Foot: true, Why: a.noFixer, Do: a.askUndo},
		)
	}
	return append(keys,
		Key{Keys: []string{"/"}, Verb: "find", Help: "narrow the list to what matches, fuzzily; esc ends it", Foot: true, Why: a.noFind, Do: a.startSearch},
		Key{Keys: []string{"e"}, Verb: "export", Help: "write the diagnosis to a file", Foot: true, Why: a.noExport, Do: a.openExport},
		Key{Keys: []string{"y"}, Verb: "copy", Help: "copy what is chosen to your clipboard, also over SSH (OSC 52)", Foot: true, Do: a.copyChosen},
		Key{Keys: []string{"v"}, Verb: "verify", Help: "look again whether the chosen finding is still there", Foot: true, Why: a.noVerify, Do: a.verify},
		Key{Keys: []string{"o"}, Verb: "console", Help: "show and copy the address of the AWS console's page", Foot: true, Why: a.noConsole, Do: a.openConsole},
		Key{Keys: []string{"r"}, Verb: "reload", Help: "read everything again", Foot: true, Why: a.noReload, Do: a.collect},
		Key{Keys: []string{"d"}, Verb: "demo", Help: "open a built-in incident, which needs no AWS account", Why: a.noDemo, Do: a.openDemo},
		Key{Keys: []string{"?"}, Verb: "help", Help: "list every key, and why one is disabled", Foot: true, Do: a.openHelp},
		Key{Keys: []string{":"}, Verb: "command", Help: "type a command, completed as you type", Foot: true, Do: a.openPalette},
		Key{Keys: []string{"tab"}, Verb: "next-pane", Help: "next pane", Do: a.turn(1)},
		Key{Keys: []string{"shift+tab"}, Verb: "previous-pane", Help: "previous pane", Do: a.turn(-1)},
		Key{Keys: []string{"z"}, Verb: "zoom", Help: "give the focused pane the whole screen, or take it back", Do: a.zoom},
		Key{Keys: []string{"esc"}, Verb: "back", Help: "end the search, the zoom, or go back to the findings", Do: a.back},
		Key{Keys: []string{"ctrl+z"}, Verb: "suspend", Help: "stop the program for a moment; `fg` goes on", Do: func() tea.Cmd { return tea.Suspend }},
		Key{Keys: []string{"q", "ctrl+c"}, Verb: "quit", Help: "leave", Foot: true, Do: a.leave},
	)
}

// number keys are not in the tables of keys but in the frames' titles.
func (a *App) paneKey(pressed string) (paneID, bool) {
	if len(pressed) == 1 && pressed[0] >= '1' && pressed[0] < '1'+byte(paneCount) {
		return paneID(pressed[0] - '1'), true
	}
	return 0, false
}

// typed takes what the keyboard sent. Keys that were pressed faster than the
// terminal was read arrive as one message and are taken apart. Pasted text
// goes to an input or nowhere: its letters must not act as keys.
func (a *App) typed(k tea.KeyMsg) tea.Cmd {
	if k.Paste && !a.typing() {
		a.toast = toast{text: "pasted text is ignored here", bad: true}
		return nil
	}
	if k.Alt && k.Type == tea.KeyRunes && !a.typing() {
		// A terminal sends alt+x as escape and x, so escape and a key typed
		// quickly after it look the same. No key is bound with alt.
		k.Alt = false
		return batch(a.key(tea.KeyMsg{Type: tea.KeyEsc}), a.typed(k))
	}
	if k.Type != tea.KeyRunes || k.Paste || len(k.Runes) < 2 {
		return a.key(k)
	}
	var cmds []tea.Cmd
	for _, r := range k.Runes {
		cmds = append(cmds, a.key(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}, Alt: k.Alt}))
	}
	return batch(cmds...)
}

// typing reports whether there is an input that takes text.
func (a *App) typing() bool {
	switch d := a.dialog.(type) {
	case *palette, *whatIfForm:
		return true
	case *confirm:
		return d.word != ""
	case nil:
		return a.search != nil
	}
	return false
}

// key dispatches a key: to the dialog, else the search, else the tables.
func (a *App) key(k tea.KeyMsg) tea.Cmd {
	previous := a.lastKey
	a.lastKey = time.Now()
	if a.dialog != nil {
		if g, ok := a.dialog.(graced); ok && inFlight(g.since(), previous, a.lastKey) {
			return nil
		}
		return a.dialog.key(a, k)
	}
	if a.search != nil {
		return a.search.key(a, k)
	}
	a.toast = toast{}
	a.findings.held = true
	if p, ok := a.paneKey(k.String()); ok {
		a.setFocus(p)
		return nil
	}
	return a.press(k.String())
}

// press does what a key does, or says why it cannot be done now.
func (a *App) press(pressed string) tea.Cmd {
	k, ok := lookup(a.keys(), pressed)
	if !ok {
		return nil
	}
	if why := k.why(); why != "" {
		a.toast = toast{text: keyName(k.Keys[0]) + " " + k.Verb + ": " + why, bad: true}
		return nil
	}
	return k.Do()
}

func (a *App) focusing(p paneID) func() tea.Cmd {
	return func() tea.Cmd {
		a.setFocus(p)
		return nil
	}
}

func (a *App) turn(step int) func() tea.Cmd {
	return func() tea.Cmd {
		a.setFocus((a.focused + paneID(step) + paneCount) % paneCount)
		return nil
	}
}

func (a *App) zoom() tea.Cmd {
	a.zoomed = !a.zoomed
	return nil
}

// back undoes the last narrowing of view: search, zoom, focus.
func (a *App) back() tea.Cmd {
	if a.focused == iamPane && a.iam.halt() {
		a.toast = toast{text: "IAM is not asked any further", bad: true}
		return nil
	}
	if f, ok := a.panes[a.focused].(finder); ok && f.found() != "" {
		return f.find("")
	}
	if a.focused == logsPane && a.logs.halt() {
		return followed{}.apply(a)
	}
	if a.zoomed {
		return a.zoom()
	}
	to := findingsPane
	if a.focused == detailPane || a.focused == fixPane {
		to = a.chooser
	}
	a.setFocus(to)
	return nil
}

func (a *App) leave() tea.Cmd {
	a.quit()
	return tea.Quit
}

func (a *App) noFind() string {
	if _, ok := a.panes[a.focused].(finder); !ok {
		return "this pane is read from top to bottom"
	}
	return ""
}

func (a *App) noReload() string {
	if a.busy != "" {
		return a.busy
	}
	return ""
}

func (a *App) noDemo() string {
	if a.opts.Demo == nil {
		return "this is the demo, or it is not part of this build"
	}
	return ""
}

func (a *App) openDemo() tea.Cmd {
	source, err := a.opts.Demo()
	if err != nil {
		a.toast = toast{text: "the demo cannot be opened: " + err.Error(), bad: true}
		return nil
	}
	a.source, a.target, a.opts.Label = source, Target{}, "demo"
	a.opts.Demo, a.opts.Fixer, a.iam.ask, a.fixes.ask = nil, nil, nil, nil
	if f, ok := source.(Fixer); ok {
		a.opts.Fixer = f
	}
	a.setFocus(findingsPane)
	return a.collect()
}

// mouse gives a click the focus and a row the cursor; the wheel scrolls the
// pane under the pointer.
func (a *App) mouse(m tea.MouseMsg) tea.Cmd {
	if a.dialog != nil || a.w < minWidth || a.h < minHeight {
		return nil
	}
	l := a.layout()
	press := m.Action == tea.MouseActionPress
	if press && m.Button == tea.MouseButtonLeft && l.tabs.holds(m.X, m.Y) {
		if i := widget.TabAt(tabLabels(), int(a.focused), l.tabs.w, m.X); i >= 0 {
			a.setFocus(paneID(i))
		}
		return nil
	}
	s, ok := l.at(m.X, m.Y)
	if !ok || !press {
		return nil
	}
	switch m.Button {
	case tea.MouseButtonLeft:
		a.findings.held = true
		if m.Y == s.y && len(s.panes) > 1 {
			a.setFocus(a.titleAt(s, m.X-s.x))
			return nil
		}
		a.setFocus(s.shown)
		a.panes[s.shown].click(m.X-s.x-1, m.Y-s.y-1)
	case tea.MouseButtonWheelDown:
		a.panes[s.shown].move(3)
	case tea.MouseButtonWheelUp:
		a.panes[s.shown].move(-3)
	}
	return nil
}

// done is the end of something that was asked of the outside.
type done struct {
	text   string
	err    error
	reload bool
}

func (m done) apply(a *App) tea.Cmd {
	a.busy = ""
	switch {
	case m.err != nil && errors.Is(m.err, context.Canceled):
		a.toast = toast{text: "stopped", bad: true}
	case m.err != nil:
		a.toast = toast{text: oneLine(m.err.Error()), bad: true}
	default:
		a.toast = toast{text: oneLine(m.text)}
	}
	if m.reload {
		return a.collect()
	}
	return nil
}

// work runs something outside Update with the spinner on.
func (a *App) work(doing string, do func(context.Context) tea.Msg) tea.Cmd {
	a.busy = doing
	ctx := a.ctx
	return batch(func() tea.Msg { return do(ctx) }, a.spin())
}

// current is the snapshot and findings that exports and copies speak of.
func (a *App) current() (*diagnostics.Snapshot, []diagnostics.Finding) {
	if a.report == nil {
		return nil, nil
	}
	return a.report.snapshot, a.report.findings
}
