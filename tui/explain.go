package tui

import (
	"strings"

	"firstaid/diagnostics"
	"firstaid/tui/widget"
)

// finding writes what is known of a finding: what, why, the chain, the lines to
// look at, what to do, and what else it could be.
func (p *page) finding(r *report, f diagnostics.Finding) {
	glyph := severityStyle(p.Palette, f.Severity).Paint(severityGlyph(f.Severity)) + " "
	p.para(p.Strong, glyph, "  ", short(p.in(f.Summary)))
	book, known := r.catalog.Get(f.Playbook)
	because := f.Confidence.String()
	if !f.Because.IsZero() {
		because += ": " + f.Because.In(p.lang)
	}
	p.para(p.Dim, "  ", "  ", because)
	if f.State != diagnostics.Open && f.State != "" {
		p.para(p.Good, "  ", "  ", stateSentence(f.State))
	}
	p.place(r, f)
	if known && !book.Cause.IsZero() {
		p.head("What went wrong")
		p.text(book.Cause.In(p.lang))
	}
	p.chain(f)
	if known {
		p.numbered("What to do", book.Do)
	}
	p.evidence(f)
	p.context(r, f)
	if known {
		p.numbered("Where to look", book.Look)
	}
	p.unknowns(f)
	p.head("About")
	p.field("playbook", f.Playbook)
	p.field("title", r.title(f).In(p.lang))
	p.field("subject", f.Subject.String())
	p.field("seen", seen(p.clock, f))
	for _, ref := range book.References {
		p.field("read", ref.Title+" "+ref.URL)
	}
}

func stateSentence(s diagnostics.State) string {
	if s == diagnostics.FixedHere {
		return "fixed here: the check passes on what you have now; not deployed yet"
	}
	return "proven: the operation was repeated and did not fail again"
}

func seen(c clock, f diagnostics.Finding) string {
	if f.First.IsZero() {
		return ""
	}
	text := c.stamp(f.First)
	if f.Count > 1 {
		text += ", " + itoa(f.Count) + " times until " + c.time(f.Last)
	}
	return text
}

// place quotes the lines of the user's own file, or of the deployed template.
func (p *page) place(r *report, f diagnostics.Finding) {
	if f.Source == nil {
		return
	}
	p.head(f.Source.File + ":" + itoa(f.Source.Line))
	if content, ok := r.file(f.Source.File); ok {
		around := 3
		if p.w < 100 {
			around = 1 // on a small screen the reason must not be pushed away
		}
		p.source(content, f.Source.Line, around)
	} else {
		p.text("The file was not read; the place is the one that was deployed.")
	}
}

// chain writes the links that lead from the first sign to the line.
func (p *page) chain(f diagnostics.Finding) {
	if len(f.Chain) == 0 {
		return
	}
	p.head("Chain")
	wide := 0
	for _, l := range f.Chain {
		wide = max(wide, len(l.Of.Kind))
	}
	for i, l := range f.Chain {
		mark := "  "
		if i > 0 {
			mark = p.Dim.Paint("└ ")
		}
		text := l.Text
		if l.Source != nil {
			text = l.Source.File + ":" + itoa(l.Source.Line) + "  " + strings.TrimSpace(l.Text)
		}
		p.link(l.Of, mark+p.Accent.Paint(widget.Fit(widget.Clean(string(l.Of.Kind)), wide)), text)
	}
}

func (p *page) numbered(title string, texts []diagnostics.Text) {
	if len(texts) == 0 {
		return
	}
	p.head(title)
	for i, t := range texts {
		p.item(itoa(i+1)+".", t.In(p.lang))
	}
}

func (p *page) evidence(f diagnostics.Finding) {
	if len(f.Evidence) == 0 {
		return
	}
	p.head("Evidence")
	for _, e := range f.Evidence {
		where := string(e.Of.Kind) + " " + e.Of.ID
		if e.Field != "" {
			where = e.Field + " of " + where
		}
		if !e.At.IsZero() {
			where = p.clock.time(e.At) + " " + where
		}
		p.links = append(p.links, pageLink{len(p.lines), e.Of})
		p.para(p.Dim, "", "", widget.Middle(widget.Clean(where), max(p.w-1, 8)))
		p.quote(e.Quote)
	}
}

// context says what follows from the finding, and what else it could be.
func (p *page) context(r *report, f diagnostics.Finding) {
	if !f.Why.IsZero() {
		p.head("Why this one is first")
		p.text(f.Why.In(p.lang))
	}
	if c, ok := r.finding(f.CausedBy); ok {
		p.head("Follows from")
		p.link(diagnostics.Ref{Kind: kindFinding, ID: c.ID()}, severityGlyph(c.Severity), c.Summary.In(p.lang))
	}
	if list := r.consequences(f.ID()); len(list) > 0 {
		p.head(plural(len(list), "finding follows", "findings follow") + " from it")
		for _, c := range list {
			p.link(diagnostics.Ref{Kind: kindFinding, ID: c.ID()}, severityGlyph(c.Severity), c.Summary.In(p.lang))
		}
	}
	p.hypotheses(f.Hypotheses)
}

// hypotheses lists the causes that the text leaves open with what became of
// each; words say it, colour only repeats it.
func (p *page) hypotheses(list []diagnostics.Hypothesis) {
	if len(list) == 0 {
		return
	}
	p.head("Which cause it is")
	for _, h := range list {
		mark, word, style := "?", "open: ", p.Warn
		switch h.Standing {
		case diagnostics.Favoured:
			mark, word, style = "●", "likely: ", p.Strong
		case diagnostics.RuledOut:
			mark, word, style = "✖", "ruled out: ", p.Dim
		}
		text := word + h.Cause.In(p.lang)
		if h.Playbook != "" {
			text += " (" + h.Playbook + ")"
		}
		p.item(style.Paint(mark), text)
		for _, more := range []diagnostics.Text{h.Why, h.Probe} {
			if !more.IsZero() {
				p.item(" ", more.In(p.lang))
			}
		}
	}
}

func (p *page) unknowns(f diagnostics.Finding) {
	if len(f.Unknown) > 0 {
		p.head("Unknown")
		for _, u := range f.Unknown {
			p.item(p.Warn.Paint("?"), unknown(u))
		}
	}
}

// unread lists everything that could not be read.
func (p *page) unread(list []diagnostics.Unread) {
	p.para(p.Strong, p.Warn.Paint("? "), "  ", plural(len(list), "thing", "things")+" could not be read")
	p.text("What depends on them is unknown, not fine. `firstaid permissions` prints the policy that reading needs.")
	p.blank()
	for _, u := range list {
		p.item(p.Warn.Paint("?"), unknown(u))
	}
}

func (p *page) event(r *report, e diagnostics.Event) {
	status := e.ResourceStatus
	p.para(p.Strong, statusGlyph(p.Palette, status)+" ", "  ", e.LogicalResourceId+" "+status)
	if reason := e.Reason(); reason != "" {
		p.blank()
		p.quote(reason)
	}
	if i, ok := r.cites[e.Ref()]; ok {
		f := r.findings[i]
		p.head("Recognised as")
		p.link(diagnostics.Ref{Kind: kindFinding, ID: f.ID()}, severityGlyph(f.Severity), f.Summary.In(p.lang))
	}
	p.head("About")
	p.field("time", p.clock.stamp(e.Timestamp))
	p.field("type", e.ResourceType)
	p.field("physical", e.PhysicalResourceId)
	p.field("stack", e.StackName)
	p.field("detail", e.DetailedStatus)
	p.field("operation", strings.TrimSpace(e.OperationType+" "+e.OperationId))
	p.field("validation", strings.TrimSpace(e.ValidationName+" "+e.ValidationPath))
	p.field("hook", strings.TrimSpace(e.HookType+" "+e.HookFailureMode))
	p.field("event", e.EventId)
	if e.ResourceProperties != "" {
		p.head("Properties")
		p.json(e.ResourceProperties)
	}
}

func (p *page) logEvent(r *report, logs *logIndex, line int) {
	e, g := logs.event(line)
	ref := logs.ref(line)
	if i, ok := r.cites[ref]; ok {
		f := r.findings[i]
		p.link(diagnostics.Ref{Kind: kindFinding, ID: f.ID()}, severityStyle(p.Palette, f.Severity).Paint(severityGlyph(f.Severity)), f.Summary.In(p.lang))
		p.blank()
	}
	if head, doc, ok := embeddedJSON(e.Message); ok {
		if head != "" {
			p.quote(head)
		}
		p.json(doc)
	} else {
		p.quote(e.Message)
	}
	p.head("About")
	p.field("time", p.clock.stamp(e.Timestamp))
	p.field("group", g.LogGroupName)
	p.field("stream", e.LogStreamName)
	p.field("function", g.FunctionName)
	if g.Truncated {
		p.field("note", "more was logged between "+p.clock.stamp(g.From)+" and "+p.clock.stamp(g.Until)+" than was read")
	}
}

// embeddedJSON splits a message into what stands before its JSON object and
// the object, which ends the message.
func embeddedJSON(message string) (head, doc string, ok bool) {
	i := strings.IndexByte(message, '{')
	trimmed := strings.TrimSpace(message)
	if i < 0 || len(message) > 1<<20 || !strings.HasSuffix(trimmed, "}") {
		return "", "", false
	}
	return strings.TrimSpace(message[:i]), strings.TrimSpace(message[i:]), true
}

func (p *page) stack(s diagnostics.Stack) {
	p.para(p.Strong, statusGlyph(p.Palette, s.StackStatus)+" ", "  ", s.StackName+" "+s.StackStatus)
	if s.StackStatusReason != "" {
		p.blank()
		p.quote(s.StackStatusReason)
	}
	p.head("About")
	p.field("created", p.clock.stamp(s.CreationTime))
	p.field("updated", p.clock.stamp(s.LastUpdatedTime))
	p.field("deleted", p.clock.stamp(s.DeletionTime))
	p.field("id", s.StackId)
	p.field("parent", s.ParentId)
	p.field("role", s.RoleARN)
	p.field("able to", strings.Join(s.Capabilities, ", "))
	for _, o := range s.LastOperations {
		p.field("operation", o.OperationType+" "+o.OperationId)
	}
	if len(s.Parameters) > 0 {
		p.head("Parameters")
		for _, x := range s.Parameters {
			p.item(p.Accent.Paint(widget.Clean(x.ParameterKey)), x.ParameterValue)
		}
	}
	if len(s.Outputs) > 0 {
		p.head("Outputs")
		for _, x := range s.Outputs {
			p.item(p.Accent.Paint(widget.Clean(x.OutputKey)), x.OutputValue)
		}
	}
}

func joinLines(lines []string) string { return strings.Join(lines, "\n") }
