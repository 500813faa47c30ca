package report

import (
	"fmt"
	"io"
	"strings"

	"firstaid/playbooks"
)

// writeMarkdown writes the report as GitHub Flavored Markdown, for an issue or
// a pull request.
func writeMarkdown(w io.Writer, v *view) error {
	b := &strings.Builder{}
	fmt.Fprintf(b, "# %s\n\n%s\n", md(v.Stack), md(strings.Join(v.Head, " · ")))
	for _, n := range append([]string{v.Example}, v.Notices...) {
		if n != "" {
			fmt.Fprintf(b, "\n> %s\n", md(n))
		}
	}
	if len(v.Findings) == 0 {
		fmt.Fprintf(b, "\n%s\n", md(v.Say("nothing")))
	}
	for _, e := range v.Findings {
		v.markdownEntry(b, e)
	}
	markdownList(b, "## ", v.Say("deployment"), "-", v.Deployment)
	if v.Cost != nil {
		fmt.Fprintf(b, "\n## %s\n\n%s", md(v.Say("costs")), fence("text", v.Cost.text(v.lang)))
	}
	markdownList(b, "## ", v.Say("unread"), "-", v.Unread)
	if v.Calls != "" {
		fmt.Fprintf(b, "\n%s\n", md(v.Calls))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (v *view) markdownEntry(b *strings.Builder, e entry) {
	fmt.Fprintf(b, "\n## %d\\. %s\n\n", e.Number, md(e.Title))
	fmt.Fprintf(b, "**%s**", md(strings.Join(e.Tags, " · ")))
	for _, t := range nonEmpty(e.Subject, e.Where) {
		fmt.Fprintf(b, " · %s", code(t))
	}
	b.WriteString("\n")
	if e.Because != "" {
		fmt.Fprintf(b, "\n%s\n", mdRich(e.Because))
	}
	const h = "### "
	markdownText(b, h, v.Say("why"), e.Why)
	markdownText(b, h, v.Say("cause"), e.Cause)
	if len(e.Evidence) > 0 {
		fmt.Fprintf(b, "\n%s%s\n", h, v.Say("evidence"))
		for _, q := range e.Evidence {
			fmt.Fprintf(b, "\n%s\n\n%s", md(q.From), fence("text", q.Text))
		}
	}
	markdownList(b, h, v.Say("chain"), "1.", e.Chain)
	markdownList(b, h, v.Say("do"), "1.", e.Do)
	for i, f := range e.Fixes {
		heading := v.Say("fix")
		if i > 0 {
			heading = v.Say("otherwise")
		}
		fmt.Fprintf(b, "\n%s%s: %s\n\n%s", h, heading, md(f.Title), fence("diff", f.Steps))
		if f.Command != "" {
			fmt.Fprintf(b, "\n%s: %s\n", md(v.Say("apply")), code(f.Command))
		}
	}
	markdownList(b, h, v.Say("hypotheses"), "-", e.Hypotheses)
	markdownList(b, h, v.Say("unknown"), "-", e.Unknown)
	var follows []string
	for _, c := range e.Consequences {
		follows = append(follows, strings.Join(nonEmpty(c.Title, c.Playbook, c.Subject, c.Where), " · "))
	}
	markdownList(b, h, v.Say("follows"), "-", follows)
	markdownReferences(b, h+v.Say("references"), e.References)
}

// markdownReferences links to pages that the playbook names; those are not
// from outside, unless the playbook is a user's, and are bounded all the same.
func markdownReferences(b *strings.Builder, heading string, list []playbooks.Reference) {
	if len(list) == 0 {
		return
	}
	fmt.Fprintf(b, "\n%s\n\n", heading)
	for _, r := range list {
		if url := webAddress(r.URL); url != "" {
			fmt.Fprintf(b, "- [%s](<%s>)\n", md(cleanLine(r.Title)), url)
		}
	}
}

// webAddress returns an address that a link may lead to, or nothing.
func webAddress(url string) string {
	if !strings.HasPrefix(url, "https://") || strings.ContainsAny(url, "<>\"'`\\ \t\r\n") {
		return ""
	}
	return url
}

func markdownText(b *strings.Builder, h, heading, text string) {
	if text != "" {
		fmt.Fprintf(b, "\n%s%s\n\n%s\n", h, heading, mdRich(text))
	}
}

func markdownList(b *strings.Builder, h, heading, mark string, items []string) {
	if len(items) == 0 {
		return
	}
	fmt.Fprintf(b, "\n%s%s\n\n", h, heading)
	for _, i := range items {
		fmt.Fprintf(b, "%s %s\n", mark, mdRich(i))
	}
}

// md escapes a line of running text: no markup, no HTML, no link that makes
// itself, no mention of somebody.
func md(text string) string {
	var b strings.Builder
	for i, r := range text {
		switch {
		case strings.ContainsRune("\\`*_{}[]<>()#|~!$^=", r), i == 0 && strings.ContainsRune("+-.:", r):
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '&':
			b.WriteString("&amp;")
		case r == '@': // a word joiner keeps a mention from being one
			b.WriteString("@\u2060")
		case r == ':' && strings.HasPrefix(text[i:], "://"):
			b.WriteString("&#58;")
		case r == '.' && strings.HasSuffix(strings.ToLower(text[:i]), "www"):
			b.WriteString("&#46;")
		case r == '.' && i > 0 && strings.Trim(text[:i], "0123456789") == "": // no list item
			b.WriteString("\\.")
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// mdRich is md for a sentence in which `ticks` mark code.
func mdRich(text string) string {
	var b strings.Builder
	for i, p := range rich(text) {
		switch {
		case p.Code:
			b.WriteString(code(p.Text))
		case i == 0:
			b.WriteString(md(p.Text))
		default: // a mark at its begin begins no line
			b.WriteString(strings.TrimPrefix(md("\u2060"+p.Text), "\u2060"))
		}
	}
	return b.String()
}

// part is a piece of a sentence.
type part struct {
	Text string
	Code bool
}

// rich takes a sentence apart at the ticks around its code. A tick without its
// partner is a tick.
func rich(text string) []part {
	var list []part
	for text != "" {
		before, rest, ok := strings.Cut(text, "`")
		inside, after, closed := strings.Cut(rest, "`")
		if !ok || !closed || inside == "" {
			return append(list, part{Text: text})
		}
		if before != "" {
			list = append(list, part{Text: before})
		}
		list = append(list, part{Text: inside, Code: true})
		text = after
	}
	return list
}

// code makes a code span of a line; the span's ticks are longer than any in it.
func code(text string) string {
	if text == "" {
		return ""
	}
	ticks := strings.Repeat("`", longestRun(text, '`')+1)
	if strings.HasPrefix(text, "`") || strings.HasSuffix(text, "`") {
		text = " " + text + " "
	}
	return ticks + text + ticks
}

// fence makes a code block whose fence cannot be closed from inside.
func fence(language, text string) string {
	ticks := strings.Repeat("`", max(3, longestRun(text, '`')+1))
	return ticks + language + "\n" + text + "\n" + ticks + "\n"
}

func longestRun(text string, c byte) int {
	longest, run := 0, 0
	for i := range len(text) {
		if text[i] != c {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest
}
