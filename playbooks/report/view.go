package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"firstaid/diagnostics"
	"firstaid/playbooks"
)

// view is a report in words of one language, clean but not yet escaped for a
// format.
type view struct {
	lang     diagnostics.Lang
	Stack    string
	Status   string
	Head     []string // status, region, account, time
	Example  string
	Findings []entry
	Unread   []string
	Calls    string
	Notices  []string
	Timeline timeline
	// Deployment says how long it took, in sentences.
	Deployment []string
	Cost       *costs // nil where no metrics were read
	cause      string // subject of the first finding
}

// entry is a finding. Consequences stand under their cause.
type entry struct {
	Number       int
	ID           string
	Playbook     string
	Title        string
	Severity     string // of diagnostics, in English: a class name
	Tags         []string
	Because      string
	Why          string
	Subject      string
	Where        string
	Cause        string
	Evidence     []quotation
	Chain        []string
	Do           []string
	Fixes        []fix
	Hypotheses   []string
	Unknown      []string
	References   []playbooks.Reference
	Consequences []entry
}

// quotation is a piece of evidence: where it stands, and its words.
type quotation struct{ From, Text string }

// fix is a fix in words; Steps are what it would do, a diff among it.
type fix struct {
	Title   string
	Steps   string
	Command string // empty where there is nothing that firstaid can do
}

// Say returns a heading in the view's language.
func (v *view) Say(word string) string { return words[word].In(v.lang) }

func newView(r Report) *view {
	v := &view{lang: r.Lang, Example: cleanLine(r.Snapshot.Example), Timeline: newTimeline(r.Snapshot)}
	v.head(r)
	if len(r.Findings) > 0 {
		v.cause = cleanLine(r.Findings[0].Subject.ID)
	}
	v.Deployment = v.Timeline.deployment(r.Snapshot).sentences(v.lang)
	v.Cost = newCosts(r.Snapshot)
	causes := map[string]int{}
	for _, f := range r.Findings {
		if f.CausedBy == "" || !hasFinding(r.Findings, f.CausedBy) {
			causes[f.ID()] = len(v.Findings)
			v.Findings = append(v.Findings, v.entry(r, f))
		}
	}
	for _, f := range r.Findings {
		if i, ok := causes[f.CausedBy]; ok && f.CausedBy != "" && f.CausedBy != f.ID() {
			v.Findings[i].Consequences = append(v.Findings[i].Consequences, v.entry(r, f))
		}
	}
	for i := range v.Findings {
		v.Findings[i].Number = i + 1
	}
	for _, u := range r.Snapshot.Unread {
		v.Unread = append(v.Unread, v.unread(u))
	}
	if !r.Snapshot.Complete {
		v.Notices = append(v.Notices, v.Say("incomplete"))
	}
	n := 0
	for _, c := range r.Snapshot.Calls {
		n += c.Count
	}
	if n > 0 {
		v.Calls = fmt.Sprintf("%s: %d", v.Say("calls"), n)
	}
	return v
}

// hasFinding reports whether a cause is there to stand under. A chain of
// causes is no longer than one: a cause that itself has a cause does not count.
func hasFinding(list []diagnostics.Finding, id string) bool {
	for _, f := range list {
		if f.ID() == id {
			return f.CausedBy == ""
		}
	}
	return false
}

func (v *view) head(r Report) {
	s := r.Snapshot
	v.Stack = v.Say("diagnosis")
	if k, ok := r.stack(); ok {
		v.Stack, v.Status = cleanLine(k.StackName), cleanLine(k.StackStatus)
		v.Head = append(v.Head, v.Status)
	}
	if s.Identity.Region != "" {
		v.Head = append(v.Head, cleanLine(s.Identity.Region))
	}
	if s.Identity.Account != "" {
		v.Head = append(v.Head, v.Say("account")+" "+cleanLine(s.Identity.Account))
	}
	if !s.Taken.IsZero() {
		v.Head = append(v.Head, v.Say("taken")+" "+stamp(s.Taken))
	}
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05Z") }

func (v *view) entry(r Report, f diagnostics.Finding) entry {
	p, _ := r.Catalog.Get(f.Playbook)
	e := entry{
		ID: cleanLine(f.ID()), Playbook: cleanLine(f.Playbook), Title: cleanLine(f.Summary.In(v.lang)), Severity: f.Severity.String(),
		Because: cleanLine(f.Because.In(v.lang)), Why: cleanLine(f.Why.In(v.lang)), Subject: cleanLine(f.Subject.ID),
		Where: position(f.Source), Cause: cleanLine(p.Cause.In(v.lang)), References: p.References,
	}
	if e.Title == "" {
		e.Title = cleanLine(p.Title.In(v.lang))
	}
	e.Tags = []string{e.Playbook, v.Say(f.Severity.String()), v.Say(f.Confidence.String())}
	if f.State == diagnostics.FixedHere || f.State == diagnostics.Proven {
		e.Tags = append(e.Tags, v.Say(string(f.State)))
	}
	if f.Count > 1 {
		e.Tags = append(e.Tags, fmt.Sprintf("%d %s", f.Count, v.Say("times")))
	}
	e.Evidence = v.evidence(r.Snapshot, f.Evidence)
	for _, l := range f.Chain {
		e.Chain = append(e.Chain, chainLink(l))
	}
	for _, t := range p.Do {
		e.Do = append(e.Do, cleanLine(t.In(v.lang)))
	}
	for _, h := range f.Hypotheses {
		e.Hypotheses = append(e.Hypotheses, v.hypothesis(h))
	}
	for _, u := range f.Unknown {
		e.Unknown = append(e.Unknown, v.unread(u))
	}
	for i, x := range r.Catalog.Fixes(r.Snapshot, f) {
		e.Fixes = append(e.Fixes, v.fix(f, x, i+1))
	}
	return e
}

func (v *view) fix(f diagnostics.Finding, x playbooks.Fix, n int) fix {
	var b strings.Builder
	if err := playbooks.WritePlan(&b, playbooks.Plan{Finding: f, Fix: x}, v.lang); err != nil {
		b.WriteString(err.Error()) // a Builder does not fail
	}
	_, steps, _ := strings.Cut(b.String(), "\n")
	out := fix{Title: cleanLine(x.Title.In(v.lang)), Steps: cleanBlock(steps)}
	ours := func(s playbooks.Step) bool { _, byHand := s.(playbooks.Manual); return !byHand }
	if !x.Declined.IsZero() || !slices.ContainsFunc(x.Steps, ours) {
		return out
	}
	out.Command = "firstaid fix " + playbooks.ShellQuote([]string{cleanLine(f.ID())})
	if n > 1 {
		out.Command += fmt.Sprintf(" --alternative %d", n)
	}
	return out
}

func position(p *diagnostics.Position) string {
	switch {
	case p == nil:
		return ""
	case p.Line == 0:
		return cleanLine(p.File)
	}
	return fmt.Sprintf("%s:%d:%d", cleanLine(p.File), p.Line, max(p.Column, 1))
}

// evidence lists the quotations; one that says the same again is counted.
func (v *view) evidence(s *diagnostics.Snapshot, list []diagnostics.Evidence) []quotation {
	var out []quotation
	again := map[string]int{}
	place := map[string]int{}
	for _, q := range list {
		text := cleanBlock(q.Quote)
		if _, ok := place[text]; ok {
			again[text]++
			continue
		}
		place[text] = len(out)
		out = append(out, quotation{From: origin(s, q), Text: text})
	}
	for text, n := range again {
		out[place[text]].From += fmt.Sprintf(" (+ %d: %s)", n, v.Say("same"))
	}
	return out
}

// origin says where a quotation stands: the thing, its field and the time.
func origin(s *diagnostics.Snapshot, q diagnostics.Evidence) string {
	id := q.Of.ID
	if group, _, ok := strings.Cut(id, "#"); ok && q.Of.Kind == diagnostics.KindLogEvent {
		id = group // the event's own id tells a person nothing
	}
	if q.Of.Kind == diagnostics.KindEvent {
		for _, e := range s.Events {
			if e.EventId == q.Of.ID {
				id = e.StackName + "/" + e.LogicalResourceId + " " + e.ResourceStatus
				break
			}
		}
	}
	text := cleanLine(string(q.Of.Kind) + " " + id)
	if q.Field != "" {
		text += ", " + cleanLine(q.Field)
	}
	if !q.At.IsZero() {
		text += ", " + stamp(q.At)
	}
	return text
}

func chainLink(l diagnostics.Link) string {
	text := cleanLine(string(l.Of.Kind)) + ": " + cleanLine(l.Text)
	if at := position(l.Source); at != "" {
		text = at + ": " + cleanLine(l.Text)
	}
	return text
}

// hypothesis says a cause, what became of it, and what was seen or is to be
// looked at.
func (v *view) hypothesis(h diagnostics.Hypothesis) string {
	text := v.Say("stands-"+string(h.Standing)) + ": " + h.Cause.In(v.lang)
	if h.Playbook != "" {
		text += " (" + h.Playbook + ")"
	}
	for _, more := range []diagnostics.Text{h.Why, h.Probe} {
		if !more.IsZero() {
			text += " — " + more.In(v.lang)
		}
	}
	return cleanLine(text)
}

func (v *view) unread(u diagnostics.Unread) string {
	text := cleanLine(strings.TrimSpace(u.Of.String()))
	if u.Action != "" {
		text += ": " + v.Say("needs") + " " + cleanLine(u.Action)
	}
	if u.Reason != "" {
		text += ": " + cleanLine(u.Reason)
	}
	return text
}
