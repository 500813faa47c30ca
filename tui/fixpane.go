package tui

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"firstaid/diagnostics"
	"firstaid/playbooks"
	"firstaid/tui/widget"
)

// fixesReady are the fixes of one finding of one report, worked out beside the
// screen because that may parse templates.
type fixesReady struct {
	gen   int // of the fix pane's request
	of    string
	fixes []playbooks.Fix
}

func (fixesReady) target() paneID { return fixPane }

// proofReady is IAM's own trial of a grant that is shown.
type proofReady struct {
	gen   int
	at    int
	proof *diagnostics.Proof
}

func (proofReady) target() paneID { return fixPane }

// fixes is the pane that shows how to mend the chosen finding: its fixes are
// alternatives, the best one first.
type fixes struct {
	*look
	report  *report
	finding diagnostics.Finding
	ready   bool
	gen     int
	list    []playbooks.Fix
	at      int
	text    widget.Text
	focused bool
	w, h    int

	ask   playbooks.Asker // nil where there is no account to ask
	ctx   context.Context
	tried map[int]bool // the fixes of list that IAM was asked about
}

func newFixes(l *look) *fixes { return &fixes{look: l, text: widget.Text{Styled: true}} }

// choose asks for the fixes of a finding.
func (f *fixes) choose(r *report, x diagnostics.Finding) tea.Cmd {
	same := f.finding.ID() == x.ID()
	if same && f.report == r {
		return nil
	}
	if !same {
		f.list, f.at, f.ready = nil, 0, false
	}
	f.report, f.finding = r, x
	f.gen++
	gen := f.gen
	f.rebuild()
	return func() tea.Msg { return fixesReady{gen, x.ID(), r.fixes(x)} }
}

func (f *fixes) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case fixesReady:
		if m.gen != f.gen {
			return nil
		}
		f.at = f.again(m.fixes)
		f.list, f.ready, f.tried = m.fixes, true, map[int]bool{}
		f.rebuild()
		return f.try()
	case proofReady:
		if m.gen == f.gen && m.at < len(f.list) {
			f.list[m.at].Proof = m.proof
			f.rebuild()
		}
	}
	return nil
}

// again is where the fix that was on the screen stands in a new list: a guided
// plan moves to the front when its first step is taken.
func (f *fixes) again(list []playbooks.Fix) int {
	if f.at < len(f.list) {
		shown := f.list[f.at].Title.En
		if i := slices.IndexFunc(list, func(x playbooks.Fix) bool { return x.Title.En == shown }); i >= 0 {
			return i
		}
	}
	return max(min(f.at, len(list)-1), 0)
}

// try has IAM try the grant on the screen, once. Until it answers, what was
// decided here stands, and says so.
func (f *fixes) try() tea.Cmd {
	if f.ask == nil || f.none() != "" || f.list[f.at].Proof == nil || f.tried[f.at] {
		return nil
	}
	f.tried[f.at] = true
	ctx, ask, gen, at, proof := f.ctx, f.ask, f.gen, f.at, f.list[f.at].Proof
	return func() tea.Msg { return proofReady{gen, at, playbooks.Prove(ctx, proof, ask)} }
}

// none says why there is nothing to show, or "".
func (f *fixes) none() string {
	switch {
	case f.report == nil || f.finding.Playbook == "":
		return "no finding is chosen"
	case !f.ready:
		return "the fix is still being worked out"
	case len(f.list) == 0 && f.finding.State != diagnostics.Open && f.finding.State != "":
		return "nothing is left to mend: " + stateSentence(f.finding.State)
	case len(f.list) == 0:
		return "there is no fix that firstaid knows for " + f.finding.Playbook + ": see \"What to do\""
	}
	return ""
}

// plan returns what is on the screen, ready to be applied.
func (f *fixes) plan() (playbooks.Plan, bool) {
	if f.none() != "" {
		return playbooks.Plan{}, false
	}
	return playbooks.Plan{Finding: f.finding, Fix: f.list[f.at]}, true
}

// proof is what the fix on the screen would add to a role, else the first one
// that adds something; nil for none.
func (f *fixes) proof() *diagnostics.Proof {
	if f.none() != "" {
		return nil
	}
	if p := f.list[f.at].Proof; p != nil {
		return p
	}
	for _, x := range f.list {
		if x.Proof != nil {
			return x.Proof
		}
	}
	return nil
}

func (f *fixes) show(*report) {}

func (f *fixes) resize(w, h int) {
	changed := w != f.w
	f.w, f.h = w, h
	f.text.Resize(w, h)
	if changed {
		f.rebuild()
	}
}

func (f *fixes) rebuild() {
	f.text.Set(widget.Strings(f.page(f.w).lines))
	f.text.Resize(f.w, f.h)
}

func (f *fixes) page(w int) *page {
	p := &page{look: f.look, w: max(w, 20)}
	if f.none() != "" {
		return p
	}
	fix := f.list[f.at]
	if len(f.list) > 1 {
		p.para(p.Dim, "", "", "fix "+itoa(f.at+1)+" of "+itoa(len(f.list))+" (] and [ show the others; at most one is applied)")
	}
	p.para(p.Strong, "", "", fix.Title.In(p.lang))
	p.para("", p.riskMark(fix.Risk)+" ", "  ", strings.Join(facts(fix), " · "))
	if !fix.Changes.IsZero() {
		p.text(fix.Changes.In(p.lang))
	}
	if !fix.Declined.IsZero() {
		p.blank()
		p.para("", p.Warn.Paint("▲ "), "  ", "not applied by firstaid: "+fix.Declined.In(p.lang))
	}
	p.standing(fix)
	for i, s := range fix.Steps {
		p.blank()
		if !fix.Staged() || !p.stage(fix, i) {
			p.step(s)
		}
	}
	if fix.Proof != nil {
		p.proof(fix.Proof)
	}
	for i, n := range fix.Notes {
		if i == 0 {
			p.head("Notes")
		}
		p.item("·", n.In(p.lang))
	}
	return p
}

func (p *page) riskMark(r playbooks.Risk) string {
	switch r {
	case playbooks.Safe:
		return p.Good.Paint("✔")
	case playbooks.Disrupts:
		return p.Warn.Paint("▲")
	default:
		return p.Error.Paint("✖")
	}
}

// facts says what applying means beyond its purpose.
func facts(f playbooks.Fix) []string {
	out := []string{map[playbooks.FixKind]string{
		playbooks.FixTemplate: "changes your template", playbooks.FixConfig: "changes your configuration",
		playbooks.FixEnvironment: "changes your AWS account", playbooks.FixGuided: "changes nothing by itself",
	}[f.Kind]}
	switch {
	case f.Staged() && changes(f):
		out[0] = "one step at a time"
	case f.Kind == playbooks.FixGuided && changes(f):
		out[0] = "runs commands in this terminal"
	}
	switch f.Risk {
	case playbooks.Safe:
		out = append(out, "safe")
	case playbooks.Disrupts:
		out = append(out, "running requests or other stacks can notice")
	case playbooks.Permanent:
		out = append(out, "cannot be taken back, or widens access")
	}
	if f.Redeploy {
		out = append(out, "takes effect with the next deployment")
	}
	return out
}

// step shows one step: a diff, an API call with its command line, a command,
// or what a person has to do.
func (p *page) step(s playbooks.Step) {
	switch s := s.(type) {
	case playbooks.FileEdit:
		p.lines = append(p.lines, widget.Diff{Name: s.Path, Before: s.Before, After: s.After}.Rows(p.Palette)...)
	case playbooks.Call:
		p.lines = append(p.lines, p.Strong.Paint(widget.Clean(s.Service+" "+s.Operation))+" on "+widget.Clean(s.Of.ID))
		if s.Before != "" || s.After != "" {
			p.lines = append(p.lines, widget.Diff{
				Name: callField(s), Before: indented(s.Before), After: indented(s.After),
			}.Rows(p.Palette)...)
		}
		p.para(p.Dim, "", "", "the same by hand:")
		p.quote(playbooks.ShellQuote(s.Command()))
		if s.Undo == nil {
			p.para("", p.Warn.Paint("▲ "), "  ", "this call cannot be taken back")
		}
	case playbooks.Run:
		p.para("", "", "", s.Why.In(p.lang))
		p.quote("$ " + playbooks.ShellQuote(s.Argv))
	case playbooks.Manual:
		p.item(p.Accent.Paint("by hand"), s.Do.In(p.lang))
		p.field("page", s.URL)
	}
}

func callField(c playbooks.Call) string {
	if c.Field != "" {
		return c.Field + " of " + c.Of.ID
	}
	return c.Of.String()
}

// indented makes a diff of JSON readable.
func indented(doc string) string {
	var v any
	if doc == "" || json.Unmarshal([]byte(doc), &v) != nil {
		return doc
	}
	out, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return doc
	}
	return string(out) + "\n"
}

func (f *fixes) View(w, h int) string {
	if why := f.none(); why != "" {
		return f.empty(w, h, strings.ToUpper(why[:1])+why[1:]+".")
	}
	t := f.text
	if w != f.w {
		t.Lines = widget.Strings(f.page(w).lines)
	}
	return t.View(w, h, "")
}

func (f *fixes) Keys() []Key {
	return append([]Key{
		{Keys: []string{"]"}, Verb: "other-fix", Help: "next alternative", Foot: true, Why: f.single, Do: f.turn(1)},
		{Keys: []string{"["}, Verb: "previous-fix", Help: "previous alternative", Why: f.single, Do: f.turn(-1)},
		{Keys: []string{"right", "l"}, Verb: "right", Help: "scroll sideways", Do: f.shift(8)},
		{Keys: []string{"left", "h"}, Verb: "left", Help: "scroll back", Do: f.shift(-8)},
	}, moveKeys(&f.text)...)
}

func (f *fixes) single() string {
	if len(f.list) < 2 {
		return "there is no other fix"
	}
	return ""
}

func (f *fixes) turn(step int) func() tea.Cmd {
	return func() tea.Cmd {
		f.at = (f.at + step + len(f.list)) % len(f.list)
		f.rebuild()
		f.text.Edge(false)
		return f.try()
	}
}

func (f *fixes) shift(n int) func() tea.Cmd {
	return func() tea.Cmd {
		f.text.Shift(n)
		return nil
	}
}

// copied is the fix as text: the patch, the command lines.
func (f *fixes) copied() string {
	p, ok := f.plan()
	if !ok {
		return ""
	}
	return planText(p)
}

func (f *fixes) title() string { return "Fix" }

func (f *fixes) note() string {
	if len(f.list) > 1 {
		return itoa(f.at+1) + "/" + itoa(len(f.list))
	}
	return ""
}

func (f *fixes) chosen() diagnostics.Ref {
	return diagnostics.Ref{Kind: kindFinding, ID: f.finding.ID()}
}

func (f *fixes) focus(on bool)  { f.focused = on }
func (f *fixes) move(n int)     { f.text.Move(n) }
func (f *fixes) click(int, int) {}

// planText is a plan for copying: patches, command lines, sentences.
func planText(p playbooks.Plan) string {
	var parts []string
	for _, s := range p.Fix.Steps {
		switch s := s.(type) {
		case playbooks.FileEdit:
			parts = append(parts, s.Diff())
		case playbooks.Call:
			parts = append(parts, playbooks.ShellQuote(s.Command()))
		case playbooks.Run:
			parts = append(parts, playbooks.ShellQuote(s.Argv))
		case playbooks.Manual:
			parts = append(parts, widget.Clean(s.Do.En))
		}
	}
	return strings.Join(parts, "\n")
}
