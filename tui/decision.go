package tui

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"firstaid/diagnostics"
	"firstaid/diagnostics/actions"
	"firstaid/diagnostics/policy"
	"firstaid/playbooks"
	"firstaid/tui/widget"
)

// checked says who decided.
func checked(d playbooks.Decision) string {
	if d.Checked() {
		return "checked by AWS"
	}
	return "not checked by AWS (evaluated here)"
}

// misfit says that an action is never about such a resource: the ARN is wrong,
// not the policy. "" where it may be.
func misfit(action, resource string) string {
	a, known := actions.Lookup(action)
	if !known || resource == "*" {
		return ""
	}
	if a.WildcardOnly() {
		return a.String() + " names no resource: it is granted on * only"
	}
	if _, fits := a.TypeOf(resource); fits {
		return ""
	}
	var kinds []string
	for _, t := range a.Types {
		kinds = append(kinds, t.Name)
	}
	return a.String() + " is never about such a resource but about: " + strings.Join(kinds, ", ")
}

// ruling says in a sentence what decided.
func ruling(d playbooks.Decision) string {
	switch policy.Decision(d.EvalDecision) {
	case policy.Allowed, policy.ExplicitDeny:
		verb := "Allowed by "
		if !d.Allowed() {
			verb = "Denied by "
		}
		if len(d.By) == 0 {
			return verb + "a policy that was not named (" + layerNames(d.Layers) + ")"
		}
		names := make([]string, len(d.By))
		for i, x := range d.By {
			names[i] = inFull(x)
		}
		return verb + strings.Join(names, " and ")
	case policy.ImplicitDeny:
		return withheld(d)
	default:
		return undecided(d)
	}
}

// withheld says which layer has no statement that allows a call.
func withheld(d playbooks.Decision) string {
	var list []string
	for _, l := range d.Layers {
		switch l {
		case policy.LayerIdentity:
			list = append(list, "no statement of the role's policies allows it")
		case policy.LayerBoundary:
			list = append(list, "the permissions boundary does not allow it")
		case policy.LayerSCP:
			list = append(list, "a service control policy of the organization does not allow it")
		case policy.LayerResource:
			list = append(list, "the resource's own policy does not allow it")
		case policy.LayerOwned:
			list = append(list, "AWS owns the resource: no policy can allow it")
		default:
			list = append(list, "no "+layerName(l)+" policy allows it")
		}
	}
	text := strings.Join(list, ", and ")
	if text == "" {
		text = "no statement allows it"
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

func undecided(d playbooks.Decision) string {
	if len(d.MissingContextValues) == 0 {
		return "Not decided: a policy that takes part was not read"
	}
	text := "Depends on " + strings.Join(d.MissingContextValues, ", ") + ", which is not known here"
	if len(d.By) > 0 {
		text += ": " + inFull(d.By[0])
	}
	return text
}

// inFull names a statement where there is room.
func inFull(x playbooks.Deciding) string {
	text := x.Policy
	if x.Policy == playbooks.AddedPolicy {
		text = "the proposed policy"
	}
	if x.Index >= 0 && x.Policy == playbooks.AddedPolicy {
		return "the proposed statement"
	}
	if x.Index >= 0 {
		text = "statement " + itoa(x.Index+1) + " of " + x.Policy
	}
	if x.Sid != "" {
		text += " (Sid " + x.Sid + ")"
	}
	return text + ", " + layerName(x.Layer) + " policy"
}

// nearest says which statement names the action and why it does not apply.
func nearest(d playbooks.Decision) string {
	if len(d.Near) == 0 {
		return ""
	}
	x := d.Near[0]
	switch x.Why {
	case policy.ElementAction:
		names := make([]string, len(x.Values))
		for i, a := range x.Values {
			names[i] = actions.Canonical(a)
		}
		return "Nearest: " + inFull(x) + ", allows on this resource: " + strings.Join(names, ", ")
	case policy.ElementCondition:
		return "Nearest: " + inFull(x) + ", allows it under a condition that is not met: " + strings.Join(x.Values, ", ")
	case policy.ElementPrincipal:
		return "Nearest: " + inFull(x) + ", allows it to another principal: " + short(strings.Join(x.Values, ", "))
	default:
		return "Nearest: " + inFull(x) + ", allows it on another resource: " + short(strings.Join(x.Values, ", "))
	}
}

// decision explains a decision: who decided what, by which statement, and the
// role's policies with that statement marked.
func (p *page) decision(r *report, x simRow, tried string) {
	d := x.Decision
	said := word(d.EvalDecision)
	glyph, style := decisionGlyph(p.Palette, said)
	p.para(p.Strong, style.Paint(glyph)+" ", "  ", said+": "+d.EvalActionName)
	p.para("", "  ", "  ", "on "+d.EvalResourceName)
	p.head("What decided")
	p.para(style, "", "", ruling(d))
	if near := nearest(d); near != "" {
		p.text(near)
	}
	if wrong := misfit(d.EvalActionName, d.EvalResourceName); wrong != "" {
		p.para(p.Warn, "", "", wrong)
	}
	p.para(p.Dim, "", "", checked(d))
	if x.after != nil {
		_, style, _ := x.outcome(p.Palette)
		p.head("With the proposed statement")
		p.para(style, "", "", ruling(*x.after))
		p.para(p.Dim, "", "", checked(*x.after))
		p.policy(tried, marksOf(*x.after, policy.LayerIdentity, playbooks.AddedPolicy))
	}
	p.aboutDecision(d)
	if role, ok := r.decider.Role(d.PolicySourceArn); ok {
		top := len(p.lines) + 1
		p.policies(role, d)
		if p.mark == 0 {
			p.mark = top // what is missing is missing in all of them
		}
	}
}

func (p *page) aboutDecision(d playbooks.Decision) {
	p.head("About")
	p.field("as", d.PolicySourceArn)
	p.field("decision", d.EvalDecision)
	p.field("layer", layerNames(d.Layers))
	p.field("missing", strings.Join(d.MissingContextValues, ", "))
	if d.AllowedByBoundary != nil {
		p.field("boundary", yesNo(*d.AllowedByBoundary, "allows it", "does not allow it"))
	}
	if d.AllowedByOrganizations != nil {
		p.field("org", yesNo(*d.AllowedByOrganizations, "allows it", "does not allow it"))
	}
}

func yesNo(b bool, yes, no string) string {
	if b {
		return yes
	}
	return no
}

// policies shows all policies of a role, those that decided first.
func (p *page) policies(role diagnostics.Role, d playbooks.Decision) {
	var first, rest []func()
	withheld := slices.Contains(d.Layers, policy.LayerBoundary) && len(d.By) == 0
	add := func(layer policy.Layer, title, name, document string) {
		marks := marksOf(d, layer, name)
		show := func() {
			p.head(title)
			p.policy(document, marks)
		}
		if len(marks) > 0 || withheld && layer == policy.LayerBoundary {
			first = append(first, show)
		} else {
			rest = append(rest, show)
		}
	}
	if withheld && role.Boundary != "" {
		add(policy.LayerBoundary, "Permissions boundary, which does not allow it: "+lastPart(role.PermissionsBoundary), lastPart(role.PermissionsBoundary), role.Boundary)
	}
	for _, x := range role.Policies {
		kind := "Inline policy "
		if x.PolicyArn != "" {
			kind = "Managed policy "
		}
		add(policy.LayerIdentity, kind+x.PolicyName, x.PolicyName, x.Document)
	}
	if role.Boundary != "" && !withheld {
		add(policy.LayerBoundary, "Permissions boundary "+lastPart(role.PermissionsBoundary), lastPart(role.PermissionsBoundary), role.Boundary)
	}
	for _, show := range append(first, rest...) {
		show()
	}
	if len(role.Policies) == 0 {
		p.head("Policies of " + role.RoleName)
		p.text("The role has none.")
	}
}

// marksOf are the statements of a policy that decided, or came near, by index.
func marksOf(d playbooks.Decision, layer policy.Layer, name string) map[int]string {
	marks := map[int]string{}
	note := func(list []playbooks.Deciding, text string) {
		for _, x := range list {
			if x.Index >= 0 && (x.Policy == name || x.Layer == policy.LayerBoundary && layer == policy.LayerBoundary) && (x.Layer == policy.LayerBoundary) == (layer == policy.LayerBoundary) {
				marks[x.Index] = text
			}
		}
	}
	note(d.Near, "nearest")
	decided := map[string]string{"allowed": "allows it", "denied": "denies it"}[word(d.EvalDecision)]
	if decided == "" {
		decided = "may decide"
	}
	note(d.By, decided)
	return marks
}

// policy shows a document indented, its marked statements with a bar in front
// and a note behind their first line. The first mark is where a reader who
// asked for the statement is put.
func (p *page) policy(document string, marks map[int]string) {
	var out bytes.Buffer
	if json.Indent(&out, []byte(document), "", "  ") != nil {
		p.quote(document)
		return
	}
	doc, err := policy.Parse(out.Bytes())
	if err != nil || len(marks) == 0 {
		p.quote(out.String())
		return
	}
	lines := widget.CleanLines(out.String())
	at := 0
	for _, s := range doc.Statements {
		text, marked := marks[s.Index]
		if !marked || s.Span.EndLine > len(lines) {
			continue
		}
		p.quoteLines(lines[at : s.Span.Line-1])
		if p.mark == 0 {
			p.mark = len(p.lines)
		}
		p.statement(lines[s.Span.Line-1:s.Span.EndLine], text)
		at = s.Span.EndLine
	}
	p.quoteLines(lines[at:])
}

// statement draws the lines of a marked statement.
func (p *page) statement(lines []string, note string) {
	bar := p.Focus.Paint("▌") + " "
	for i, line := range lines {
		if i == 0 {
			p.line(bar + p.Strong.Paint(line) + "  " + p.Focus.Paint("← "+note))
			continue
		}
		p.para(p.Strong, bar, bar, line)
	}
}
