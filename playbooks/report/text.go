package report

import (
	"fmt"
	"io"
	"strings"
)

// writeText writes the report for a terminal or a pipe: the cause first.
func writeText(w io.Writer, v *view) error {
	b := &strings.Builder{}
	fmt.Fprintf(b, "%s\n", strings.Join(append([]string{v.Stack}, v.Head...), " · "))
	for _, n := range append([]string{v.Example}, v.Notices...) {
		if n != "" {
			fmt.Fprintf(b, "%s\n", n)
		}
	}
	if len(v.Findings) == 0 {
		fmt.Fprintf(b, "\n%s\n", v.Say("nothing"))
	}
	for _, e := range v.Findings {
		v.textEntry(b, e)
	}
	textList(b, v.Say("deployment"), "", v.Deployment)
	if v.Cost != nil {
		fmt.Fprintf(b, "\n%s\n%s\n", v.Say("costs"), indent(v.Cost.text(v.lang), "  "))
	}
	textList(b, v.Say("unread"), "", v.Unread)
	if v.Calls != "" {
		fmt.Fprintf(b, "\n%s\n", v.Calls)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (v *view) textEntry(b *strings.Builder, e entry) {
	fmt.Fprintf(b, "\n%d. %s\n", e.Number, e.Title)
	fmt.Fprintf(b, "   %s\n", strings.Join(e.Tags, " · "))
	fmt.Fprintf(b, "   %s\n", strings.Join(nonEmpty(e.Subject, e.Where), " · "))
	if e.Because != "" {
		fmt.Fprintf(b, "   %s\n", e.Because)
	}
	const in = "   "
	textList(b, v.Say("why"), in, nonEmpty(e.Why))
	textList(b, v.Say("cause"), in, nonEmpty(e.Cause))
	if len(e.Evidence) > 0 {
		fmt.Fprintf(b, "\n%s%s\n", in, v.Say("evidence"))
		for _, q := range e.Evidence {
			fmt.Fprintf(b, "%s  %s\n%s\n", in, q.From, indent(q.Text, in+"    > "))
		}
	}
	textList(b, v.Say("chain"), in, arrows(e.Chain))
	textList(b, v.Say("do"), in, numbered(e.Do))
	for i, f := range e.Fixes {
		heading := v.Say("fix")
		if i > 0 {
			heading = v.Say("otherwise")
		}
		fmt.Fprintf(b, "\n%s%s: %s\n", in, heading, f.Title)
		if i == 0 {
			fmt.Fprintln(b, indent(f.Steps, in+"  "))
			if f.Command != "" {
				fmt.Fprintf(b, "%s  %s: %s\n", in, v.Say("apply"), f.Command)
			}
		}
	}
	textList(b, v.Say("hypotheses"), in, e.Hypotheses)
	textList(b, v.Say("unknown"), in, e.Unknown)
	var follows []string
	for _, c := range e.Consequences {
		follows = append(follows, strings.Join(nonEmpty(c.Title, c.Playbook, c.Subject, c.Where), " · "))
	}
	textList(b, v.Say("follows"), in, follows)
}

func textList(b *strings.Builder, heading, in string, items []string) {
	if len(items) == 0 {
		return
	}
	fmt.Fprintf(b, "\n%s%s\n", in, heading)
	for _, i := range items {
		fmt.Fprintf(b, "%s  %s\n", in, i)
	}
}

func indent(text, with string) string {
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(with+l, " ")
	}
	return strings.Join(lines, "\n")
}

func nonEmpty(list ...string) []string {
	var out []string
	for _, s := range list {
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}

func numbered(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = fmt.Sprintf("%d. %s", i+1, s)
	}
	return out
}

// arrows shows a chain as a path.
func arrows(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = "→ " + s
	}
	return out
}
