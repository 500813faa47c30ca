package tui

import (
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"firstaid/diagnostics/actions"
	"firstaid/tui/widget"
)

// The fields of the form.
const (
	fieldAction = iota
	fieldResource
	fieldRole
	fieldCount
)

var fieldNames = [fieldCount]string{"action", "on", "as"}

// whatIfForm asks which call is to be tried. What is left empty is as in the
// row that was chosen.
type whatIfForm struct {
	pane   *iam
	row    whatIf
	inputs [fieldCount]*widget.Input
	at     int
	list   widget.List[choice]
	note   string
}

// askWhatIf opens the form.
type askWhatIf struct{}

func (askWhatIf) apply(a *App) tea.Cmd {
	f := &whatIfForm{pane: a.iam, row: a.iam.model()}
	for i := range f.inputs {
		f.inputs[i] = widget.NewInput("", "")
	}
	near := f.nearServices()
	f.list = widget.List[choice]{
		ID: func(c choice) string { return c.text }, Text: func(c choice) string { return c.text }, Sort: true,
		Likely: func(c choice) bool {
			service, _, _ := strings.Cut(c.text, ":")
			return near[service]
		},
		Draw: func(c choice, hits []int, w int, q *widget.Palette) string {
			text := widget.Highlight(c.text, hits, q.Accent, q.Match)
			return widget.Fit(widget.Fit(text, max(widget.Width(c.text), w/2))+"  "+q.Dim.Paint(c.help), w)
		},
	}
	f.refresh()
	a.dialog = f
	return nil
}

// nearServices are those of the resources that are known here.
func (f *whatIfForm) nearServices() map[string]bool {
	near := map[string]bool{}
	service, _, _ := strings.Cut(f.row.action, ":")
	near[service] = true
	for _, arn := range f.pane.report.decider.ARNs() {
		if parts := strings.SplitN(arn, ":", 4); len(parts) == 4 {
			near[parts[2]] = true
		}
	}
	return near
}

// model is the call that a new what-if starts from: the chosen row's.
func (p *iam) model() whatIf {
	if r, ok := p.list.Current(); ok && r.unread == nil {
		return r.asks()
	}
	role, _ := p.report.decider.Role(p.report.decider.Roles()[0])
	return whatIf{role: role.Arn}
}

// refresh offers what fits the field.
func (f *whatIfForm) refresh() {
	f.note = ""
	f.list.Find("")
	f.list.Set(f.choices())
	f.list.Edge(false)
	f.list.Find(f.inputs[f.at].Value())
}

func (f *whatIfForm) choices() []choice {
	var list []choice
	decider := f.pane.report.decider
	switch f.at {
	case fieldAction:
		service, _, _ := strings.Cut(f.row.action, ":")
		pattern := "*:*"
		if f.inputs[f.at].Value() == "" && actions.IsService(service) {
			pattern = service + ":*" // likely about the same service; typing finds all
		}
		for _, a := range actions.Match(pattern) {
			list = append(list, choice{text: a.String(), help: a.Level.String()})
		}
	case fieldResource:
		a, known := actions.Lookup(f.action())
		var rest []choice
		for _, arn := range append(decider.ARNs(), "*") {
			c := choice{text: widget.Clean(arn)}
			fits := false
			if known && arn == "*" {
				fits = a.WildcardOnly()
			} else if known {
				_, fits = a.TypeOf(arn)
			}
			if fits {
				c.help = "fits " + a.String()
				list = append(list, c)
			} else {
				rest = append(rest, c)
			}
		}
		list = append(list, rest...)
	case fieldRole:
		for _, name := range decider.Roles() {
			list = append(list, choice{text: name})
		}
	}
	return list
}

// action is what the field says, or the row's.
func (f *whatIfForm) action() string {
	if v := strings.TrimSpace(f.inputs[fieldAction].Value()); v != "" {
		return v
	}
	return f.row.action
}

// resource is what the field says, else the row's where the action is about
// such things, else the first known one that fits.
func (f *whatIfForm) resource() string {
	if v := strings.TrimSpace(f.inputs[fieldResource].Value()); v != "" {
		return v
	}
	a, known := actions.Lookup(f.action())
	if !known {
		return f.row.resource
	}
	if a.WildcardOnly() {
		return "*"
	}
	for _, arn := range append([]string{f.row.resource}, f.pane.report.decider.ARNs()...) {
		if _, fits := a.TypeOf(arn); fits {
			return arn
		}
	}
	return f.row.resource
}

func (f *whatIfForm) role() string {
	if v := strings.TrimSpace(f.inputs[fieldRole].Value()); v != "" {
		return v
	}
	return f.row.role
}

func (f *whatIfForm) key(a *App, k tea.KeyMsg) tea.Cmd {
	switch k.String() {
	case "esc", "ctrl+c":
		a.dialog = nil
	case "down", "ctrl+n":
		f.list.Move(1)
	case "up", "ctrl+p":
		f.list.Move(-1)
	case "tab":
		f.complete()
		f.turn(1)
	case "shift+tab":
		f.turn(-1)
	case "enter":
		f.complete()
		return f.done(a)
	default:
		if f.inputs[f.at].Key(k) {
			f.refresh()
		}
	}
	return nil
}

func (f *whatIfForm) turn(step int) {
	f.at = (f.at + step + fieldCount) % fieldCount
	f.refresh()
}

// complete takes the chosen completion, unless what is typed is complete.
func (f *whatIfForm) complete() {
	in := f.inputs[f.at]
	typed := strings.TrimSpace(in.Value())
	c, ok := f.list.Current()
	switch {
	case typed == "" && f.list.Cursor() == 0, !ok, f.settled(typed):
		return
	}
	in.Set(c.text)
}

// settled reports whether a text needs no completion.
func (f *whatIfForm) settled(typed string) bool {
	switch f.at {
	case fieldAction:
		_, known := actions.Lookup(typed)
		service, name, _ := strings.Cut(typed, ":")
		return known || name != "" && (strings.ContainsAny(name, "*?") || !actions.IsService(service))
	case fieldResource:
		return typed == "*" || strings.HasPrefix(typed, "arn:")
	}
	return slices.Contains(f.pane.report.decider.Roles(), typed)
}

// done tries the call, or says what is wrong with it.
func (f *whatIfForm) done(app *App) tea.Cmd {
	x := whatIf{action: f.action(), resource: f.resource()}
	a, known := actions.Lookup(x.action)
	if known {
		x.action = a.String()
	}
	service, name, _ := strings.Cut(x.action, ":")
	role, ok := f.pane.report.decider.Role(f.role())
	x.role = role.Arn
	switch {
	case name == "" || service == "":
		f.note = "which action? such as s3:GetObject"
	case strings.ContainsAny(x.action, "*?"):
		f.note = "name one action: IAM decides about calls, and a call is one action"
	case !known && actions.IsService(service):
		f.note = "IAM has no action " + x.action
	case x.resource != "*" && strings.Count(x.resource, ":") < 5:
		f.note = "on which resource? its ARN, or * for an action that names none"
	case !ok:
		f.note = "the role " + f.role() + " was not read"
	default:
		app.dialog = nil
		app.toast = toast{text: "what if: decided from the policies that were read, not checked by AWS"}
		if f.pane.ask != nil {
			app.toast = toast{text: "what if: decided here; asking IAM too (esc stops)"}
		}
		return f.pane.add(x)
	}
	return nil
}

func (f *whatIfForm) view(a *App, w, h int) string {
	wide, high := min(w, 92), min(h, 18)
	box := widget.Box{Title: a.Focus.Paint("What if this were called?"), Foot: a.Dim.Paint("tab next field · enter tries it · esc closes"), Style: a.Focus}
	iw, ih := box.Inner(wide, high)
	rows := make([]string, 0, ih)
	defaults := [fieldCount]string{f.row.action, f.resource(), lastPart(f.row.role)}
	for i, in := range f.inputs {
		label := "  " + widget.Fit(fieldNames[i], 7)
		in.Hint(widget.Clean(defaults[i]))
		switch {
		case i == f.at:
			label = a.Focus.Paint("▌ " + widget.Fit(fieldNames[i], 7))
			rows = append(rows, label+in.View(iw-9))
		case in.Value() != "":
			rows = append(rows, label+widget.Middle(widget.Clean(in.Value()), iw-9))
		default:
			rows = append(rows, label+a.Dim.Paint(widget.Middle(widget.Clean(defaults[i]), iw-9)))
		}
	}
	rows = append(rows, a.Border.Paint(strings.Repeat("─", iw)))
	if f.note != "" {
		rows = append(rows, a.Warn.Paint("▲ ")+widget.Clean(f.note))
	}
	body := widget.Block(rows, iw, len(rows)) + "\n" + f.list.View(iw, max(ih-len(rows), 0), true, a.Palette)
	return box.View(body, wide, high)
}
