package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"firstaid/diagnostics"
	"firstaid/playbooks"
)

// printExplanation writes for a person what a text turned out to be.
func printExplanation(w io.Writer, c *playbooks.Catalog, x playbooks.Explanation, lang diagnostics.Lang) {
	if len(x.Matches) == 0 {
		fmt.Fprintln(w, noMatch.In(lang))
	}
	for i, m := range x.Matches {
		if i == 0 {
			printFirst(w, c, m, lang)
			continue
		}
		p, _ := c.Get(m.Playbook)
		if i == 1 {
			fmt.Fprintf(w, "\n%s\n", alsoThere.In(lang))
		}
		fmt.Fprintf(w, "  %s (%s)%s: %s\n", m.Playbook, m.Verdict, resource(m), p.Title.In(lang))
	}
	printReports(w, x.Reports)
}

var (
	noMatch = diagnostics.Text{
		En: "No failure was recognised in this text.",
		Ko: "이 텍스트에서 알려진 장애를 찾지 못했습니다.",
	}
	alsoThere  = diagnostics.Text{En: "Also in this text:", Ko: "이 텍스트에서 함께 발견된 항목:"}
	cause      = diagnostics.Text{En: "Cause", Ko: "원인"}
	toDo       = diagnostics.Text{En: "What to do", Ko: "해야 할 일"}
	toLook     = diagnostics.Text{En: "Where to look", Ko: "확인할 곳"}
	mistaken   = diagnostics.Text{En: "Could also be", Ko: "다른 가능성"}
	passedOn   = diagnostics.Text{En: "Passed on by", Ko: "전달 경로"}
	toCopy     = diagnostics.Text{En: "Steps", Ko: "단계"}
	allowed    = diagnostics.Text{En: "Permissions it reads with", Ko: "조회에 필요한 권한"}
	recognised = diagnostics.Text{En: "Recognised by", Ko: "인식 패턴"}
	whichCause = diagnostics.Text{En: "Which cause it is", Ko: "어느 원인인가"}
	foundQuote = diagnostics.Text{En: "Found", Ko: "발견한 문구"}
)

func printFirst(w io.Writer, c *playbooks.Catalog, m playbooks.Match, lang diagnostics.Lang) {
	p, _ := c.Get(m.Playbook)
	fmt.Fprintf(w, "%s: %s%s\n", m.Verdict, m.Playbook, resource(m))
	fmt.Fprintf(w, "  %s\n", playbooks.Summarise(p, m.Captures).In(lang))
	fmt.Fprintf(w, "\n%s\n  %s\n", foundQuote.In(lang), shorten(m.Quote, 400))
	for _, name := range slices.Sorted(maps.Keys(m.Captures)) {
		fmt.Fprintf(w, "    %s = %s\n", name, shorten(m.Captures[name], 200))
	}
	if len(m.Layers) > 1 {
		var names []string
		for _, l := range m.Layers[:len(m.Layers)-1] {
			names = append(names, l.Wrapper)
		}
		fmt.Fprintf(w, "  %s: %s\n", passedOn.In(lang), strings.Join(names, " → "))
	}
	printHypotheses(w, c.Settle(m), lang)
	printAdvice(w, p, lang)
}

// printHypotheses lists the causes that a text leaves open, and what became of
// each.
func printHypotheses(w io.Writer, list []diagnostics.Hypothesis, lang diagnostics.Lang) {
	if len(list) == 0 {
		return
	}
	fmt.Fprintf(w, "\n%s\n", whichCause.In(lang))
	for _, h := range list {
		fmt.Fprintf(w, "  %s: %s\n", standings[h.Standing].In(lang), h.Cause.In(lang))
		for _, more := range []diagnostics.Text{h.Why, h.Probe} {
			if !more.IsZero() {
				fmt.Fprintf(w, "    %s\n", more.In(lang))
			}
		}
	}
}

// standings say what became of a hypothesis.
var standings = map[diagnostics.Standing]diagnostics.Text{
	diagnostics.Favoured:  {En: "likely", Ko: "유력"},
	diagnostics.Unsettled: {En: "open", Ko: "미확인"},
	diagnostics.RuledOut:  {En: "ruled out", Ko: "배제"},
}

// printPlaybook writes all that a playbook says.
func printPlaybook(w io.Writer, p playbooks.Playbook, lang diagnostics.Lang) {
	fmt.Fprintf(w, "%s (%s)\n  %s\n", p.ID, p.Severity, p.Title.In(lang))
	if p.User != "" {
		fmt.Fprintf(w, "  %s\n", p.User)
	}
	printAdvice(w, p, lang)
	var causes []diagnostics.Text
	for _, h := range p.Hypotheses {
		causes = append(causes, diagnostics.Text{En: h.Cause.En + "\n     " + h.Probe.En, Ko: h.Cause.In(diagnostics.Korean) + "\n     " + h.Probe.In(diagnostics.Korean)})
	}
	printList(w, whichCause.In(lang), causes, lang)
	if len(p.Permissions) > 0 {
		fmt.Fprintf(w, "\n%s\n  %s\n", allowed.In(lang), strings.Join(p.Permissions, "\n  "))
	}
	fmt.Fprintf(w, "\n%s\n", recognised.In(lang))
	for _, s := range p.Signals {
		fmt.Fprintf(w, "  %s\n", s.Pattern)
	}
}

// printAdvice writes the words of a playbook.
func printAdvice(w io.Writer, p playbooks.Playbook, lang diagnostics.Lang) {
	if !p.Cause.IsZero() {
		fmt.Fprintf(w, "\n%s\n  %s\n", cause.In(lang), p.Cause.In(lang))
	}
	printList(w, toDo.In(lang), p.Do, lang)
	var steps []diagnostics.Text
	for _, s := range p.Steps {
		if len(s.Run) == 0 {
			steps = append(steps, s.Manual)
			continue
		}
		command := "\n       " + playbooks.ShellQuote(s.Run)
		steps = append(steps, diagnostics.Text{En: s.Why.En + command, Ko: s.Why.In(diagnostics.Korean) + command})
	}
	printList(w, toCopy.In(lang), steps, lang)
	printList(w, toLook.In(lang), p.Look, lang)
	var others []diagnostics.Text
	for _, f := range p.FalsePositives {
		others = append(others, prefixed(f))
	}
	printList(w, mistaken.In(lang), others, lang)
	for _, r := range p.References {
		fmt.Fprintf(w, "\n%s\n  %s\n", r.Title, r.URL)
	}
}

func prefixed(f playbooks.FalsePositive) diagnostics.Text {
	if f.Playbook == "" {
		return f.Why
	}
	return diagnostics.Text{En: f.Playbook + ": " + f.Why.En, Ko: f.Playbook + ": " + f.Why.In(diagnostics.Korean)}
}

func printList(w io.Writer, title string, items []diagnostics.Text, lang diagnostics.Lang) {
	if len(items) == 0 {
		return
	}
	fmt.Fprintf(w, "\n%s\n", title)
	for i, t := range items {
		fmt.Fprintf(w, "  %d. %s\n", i+1, t.In(lang))
	}
}

func resource(m playbooks.Match) string {
	if m.Of.LogicalID == "" {
		return ""
	}
	return fmt.Sprintf(" · %s (%s)", m.Of.LogicalID, m.Of.Type)
}

func printReports(w io.Writer, reports []diagnostics.Report) {
	for _, r := range reports {
		fmt.Fprintf(w, "\nREPORT %s", r.RequestID)
		for _, f := range []struct {
			name, unit string
			diagnostics.Figure
		}{
			{"duration", "ms", r.DurationMs},
			{"billed", "ms", r.BilledMs},
			{"memory", "MB", r.MemoryMB},
			{"used", "MB", r.MaxMemoryMB},
			{"init", "ms", r.InitMs},
			{"restore", "ms", r.RestoreMs},
			{"billed restore", "ms", r.BilledRestoreMs},
		} {
			if f.Stated {
				fmt.Fprintf(w, "  %s %v %s", f.name, f.Value, f.unit)
			}
		}
		if r.Status != "" {
			fmt.Fprintf(w, "  status %s", r.Status)
		}
		fmt.Fprintln(w)
	}
}

func shorten(s string, most int) string {
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most]) + " …"
	}
	return s
}

// printGroups writes one row for each failure of the logs.
func printGroups(w io.Writer, c *playbooks.Catalog, groups *playbooks.Groups, lang diagnostics.Lang) {
	list := groups.List()
	if len(list) == 0 {
		fmt.Fprintln(w, noMatch.In(lang))
		return
	}
	for _, g := range list {
		p, _ := c.Get(g.Playbook)
		fmt.Fprintf(w, "%7d × %s: %s\n", g.Count, g.Playbook, p.Title.In(lang))
		fmt.Fprintf(w, "          %s … %s  %s\n", place(g.First), place(g.Last), g.Sparkline())
		fmt.Fprintf(w, "          %s\n", shorten(g.Quote, 160))
		for _, name := range slices.Sorted(maps.Keys(g.Values)) {
			v := g.Values[name]
			more := ""
			if n := len(v.Count) - 5; n > 0 {
				more = fmt.Sprintf(", … (%d)", len(v.Count))
			}
			if v.Others > 0 {
				more = fmt.Sprintf(", … (> %d)", len(v.Count))
			}
			fmt.Fprintf(w, "            %s = %s%s\n", name, shorten(strings.Join(v.Top(5), ", "), 200), more)
		}
	}
}

func place(p playbooks.Place) string {
	at := fmt.Sprintf("%s:%d", diagnostics.Normalize(p.File), p.Line)
	if !p.At.IsZero() {
		at += " " + p.At.Format("2006-01-02 15:04:05")
	}
	return at
}
