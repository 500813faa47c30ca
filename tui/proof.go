package tui

import (
	"firstaid/diagnostics"
	"firstaid/playbooks"
	"firstaid/tui/widget"
)

// proof shows what a grant changes, pair by pair: a row each where there is
// room, else two lines.
func (p *page) proof(x *diagnostics.Proof) {
	p.head("Proof")
	p.text(playbooks.ProofSummary(x).In(p.lang))
	for _, t := range x.Trials {
		purpose, before, after := playbooks.TrialWords(t, p.lang)
		glyph, style := trialGlyph(p.Palette, t)
		row := simRow{Decision: playbooks.Decision{Simulation: diagnostics.Simulation{EvalResourceName: t.Resource, PolicySourceArn: x.Principal}}}
		change := before + " → " + style.Paint(after)
		if by := playbooks.DecidedBy(t).In(p.lang); by != "" {
			change += p.Dim.Paint(", " + widget.Clean(by))
		}
		if !x.ByAWS() && t.Origin == diagnostics.OriginAWS {
			change += p.Dim.Paint(", " + playbooks.CheckedBy(t).In(p.lang))
		}
		call := widget.Clean(t.Action + " " + row.on())
		if p.w >= 110 {
			p.line(style.Paint(glyph) + " " + widget.Fit(purpose, 24) + " " + widget.Fit(call, max(p.w-80, 30)) + "  " + change)
			continue
		}
		p.line(style.Paint(glyph) + " " + widget.Middle(call, max(p.w-2, 8)))
		p.line("    " + p.Dim.Paint(purpose+": ") + change)
	}
	if !x.Unchecked.IsZero() {
		p.para(p.Dim, "", "", x.Unchecked.In(p.lang))
	}
}

// trialGlyph tells good news from bad: a wanted call that is allowed, a control
// that is not.
func trialGlyph(q *widget.Palette, t diagnostics.Trial) (string, widget.Style) {
	allowed := t.After == diagnostics.DecisionAllowed
	switch {
	case t.After == diagnostics.DecisionUnknown:
		return "?", q.Warn
	case t.Widens() || t.Purpose == diagnostics.Wanted && !allowed:
		return "✖", q.Error
	default:
		return "✔", q.Good
	}
}
