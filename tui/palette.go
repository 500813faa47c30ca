package tui

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"firstaid/diagnostics"
	"firstaid/tui/widget"
)

// command is what can be typed after a colon.
type command struct {
	name string
	arg  string // how its argument is called, "" for none
	help string
	why  func() string
	args func() []string // completions of the argument
	do   func(arg string) tea.Cmd
}

// commands are the keys by their verbs, and what needs an argument.
func (a *App) commands() []command {
	list := []command{
		{name: "stack", arg: "NAME", help: "diagnose another stack", args: a.stackNames, do: func(s string) tea.Cmd { return send(openStack{Target{Stack: s}}) }},
		{name: "go", arg: "PANE", help: "go to a pane", args: func() []string { return lowered(paneNames[:]) }, do: a.goPane},
		{name: "lang", arg: "en|ko", help: "the language of explanations", args: func() []string { return []string{"en", "ko"} }, do: a.setLang},
		{name: "export", arg: "FORMAT [FILE]", help: "write the diagnosis to a file", why: a.noExport, args: a.formats, do: a.exportCommand},
		{name: "screenshot", arg: "[FILE]", help: "write the screen as SVG and as text", do: a.screenshot},
		{name: "calls", help: "list the AWS calls that were made", do: func(string) tea.Cmd { return a.openCalls() }},
		{name: "mouse", arg: "on|off", help: "off lets the terminal select text", args: func() []string { return []string{"on", "off"} }, do: setMouse},
	}
	if !a.opts.ReadOnly {
		list = append(list, command{name: "deploy", help: "build and deploy the project again, after asking", why: a.noDeploy, do: func(string) tea.Cmd { return a.askDeploy() }})
	}
	if j, ok := a.opts.Fixer.(Journal); ok {
		list = append(list, command{name: "journal", help: "list what was applied", do: func(string) tea.Cmd { return a.openJournal(j) }})
	}
	for _, k := range append(a.global(), a.panes[a.focused].Keys()...) {
		if k.Verb != "command" && k.Verb != "export" {
			list = append(list, command{name: k.Verb, help: k.Help + " (" + k.label() + ")", why: k.Why, do: func(string) tea.Cmd { return k.Do() }})
		}
	}
	return list
}

func (a *App) stackNames() []string {
	var names []string
	if a.report != nil {
		for _, s := range a.report.snapshot.Stacks {
			names = append(names, s.StackName)
		}
	}
	return names
}

func (a *App) formats() []string {
	if a.opts.Exporter == nil {
		return nil
	}
	return a.opts.Exporter.Formats()
}

func lowered(names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = strings.ToLower(n)
	}
	return out
}

func (a *App) goPane(name string) tea.Cmd {
	for i, n := range lowered(paneNames[:]) {
		if n == name {
			a.setFocus(paneID(i))
			return nil
		}
	}
	a.toast = toast{text: "there is no pane " + oneLine(name), bad: true}
	return nil
}

func (a *App) setLang(name string) tea.Cmd {
	if name != "en" && name != "ko" {
		a.toast = toast{text: "there is no language " + oneLine(name) + ": use en or ko", bad: true}
		return nil
	}
	a.lang = diagnostics.Lang(name)
	a.detail.rebuild()
	a.fixes.rebuild()
	return nil
}

func (a *App) exportCommand(arg string) tea.Cmd {
	format, path, _ := strings.Cut(arg, " ")
	if format == "" {
		return a.openExport()
	}
	return a.export(format, strings.TrimSpace(path))
}

func setMouse(arg string) tea.Cmd {
	if arg == "off" {
		return tea.DisableMouse
	}
	return tea.EnableMouseCellMotion
}

// choice is a completion of the palette.
type choice struct {
	text string // what the input becomes
	help string
	why  string
}

// palette is the dialog of typed commands.
type palette struct {
	input *widget.Input
	list  widget.List[choice]
	all   []command
}

func (a *App) openPalette() tea.Cmd {
	p := &palette{input: widget.NewInput(":", "type a command; tab completes"), all: a.commands()}
	p.list = widget.List[choice]{
		ID: func(c choice) string { return c.text }, Text: func(c choice) string { return c.text }, Sort: true,
		Draw: func(c choice, hits []int, w int, q *widget.Palette) string {
			help := c.help
			if c.why != "" {
				help = "not now: " + c.why
			}
			return widget.Fit(widget.Highlight(c.text, hits, q.Accent, q.Match), min(26, w)) + " " + q.Dim.Paint(oneLine(help))
		},
	}
	p.refresh()
	a.dialog = p
	return nil
}

// refresh offers commands, or once one is typed its arguments.
func (p *palette) refresh() {
	name, arg, hasArg := strings.Cut(p.input.Value(), " ")
	var choices []choice
	query := name
	if hasArg {
		query = arg
		for _, c := range p.all {
			if c.name == name && c.args != nil {
				for _, x := range c.args() {
					choices = append(choices, choice{text: name + " " + widget.Clean(x), help: c.help})
				}
			}
		}
	} else {
		for _, c := range p.all {
			why := ""
			if c.why != nil {
				why = c.why()
			}
			choices = append(choices, choice{text: c.name, help: strings.TrimSpace(c.arg + "  " + c.help), why: why})
		}
	}
	p.list.Find("")
	p.list.Set(choices)
	p.list.Find(query)
}

func (p *palette) key(a *App, k tea.KeyMsg) tea.Cmd {
	switch k.String() {
	case "esc", "ctrl+c":
		a.dialog = nil
		return nil
	case "down", "ctrl+n":
		p.list.Move(1)
		return nil
	case "up", "ctrl+p":
		p.list.Move(-1)
		return nil
	case "tab":
		if c, ok := p.list.Current(); ok {
			p.complete(c)
		}
		return nil
	case "enter":
		return p.run(a)
	}
	if p.input.Key(k) {
		p.refresh()
	}
	return nil
}

func (p *palette) complete(c choice) {
	text := c.text
	if x, ok := p.find(text); ok && x.arg != "" {
		text += " "
	}
	p.input.Set(text)
	p.refresh()
}

func (p *palette) find(name string) (command, bool) {
	for _, c := range p.all {
		if c.name == name {
			return c, true
		}
	}
	return command{}, false
}

// run does what is typed when it is a command, else what is chosen below it. A
// command that wants an argument gets the chance to have one.
func (p *palette) run(a *App) tea.Cmd {
	line := strings.TrimSpace(p.input.Value())
	name, arg, _ := strings.Cut(line, " ")
	c, ok := p.find(name)
	chosen, has := p.list.Current()
	if !ok || arg == "" && c.arg == "" && has && chosen.text != name {
		if !has {
			a.dialog, a.toast = nil, toast{text: "there is no command " + oneLine(name), bad: true}
			return nil
		}
		if c, _ = p.find(chosen.text); c.arg != "" && !strings.HasPrefix(c.arg, "[") {
			p.complete(chosen)
			return nil
		}
	}
	if ok && arg == "" && c.arg != "" && !strings.HasPrefix(c.arg, "[") {
		p.complete(choice{text: name})
		return nil
	}
	if ok && c.args != nil && has && !strings.Contains(arg, " ") {
		arg = strings.TrimPrefix(chosen.text, name+" ")
	}
	a.dialog = nil
	if c.why != nil {
		if why := c.why(); why != "" {
			a.toast = toast{text: c.name + ": " + why, bad: true}
			return nil
		}
	}
	return c.do(strings.TrimSpace(arg))
}

func (p *palette) view(a *App, w, h int) string {
	wide, high := min(w, 92), min(h, 18)
	box := widget.Box{Title: a.Focus.Paint("Command"), Foot: a.Dim.Paint("tab completes · enter runs · esc closes"), Style: a.Focus}
	iw, ih := box.Inner(wide, high)
	body := p.input.View(iw) + "\n" + p.list.View(iw, ih-1, true, a.Palette)
	return box.View(body, wide, high)
}
