package report

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"

	"firstaid/diagnostics"
)

// hostile is what somebody who can write to a log might try.
const hostile = "\x1b[2J\x1b]0;owned\x07\x1b]52;c;ZXZpbA==\x1b\\\u009b31m\x90q\x00\r\b\u202eevil\u200b " +
	"<script>alert(1)</script><img src=x onerror=alert(1)></style></title>--> &lt;b&gt; " +
	"```\n# heading\n</pre>\n- [x](javascript:alert(1)) ![p](http://evil.example/p.png) https://evil.example www.evil.example @everyone " +
	"| table | `tick` ``two`` ~~~ \\ {{.}} \xff"

// poisoned is the sample with the hostile text in every place that holds a
// text from outside.
func poisoned(t testing.TB) Report {
	r := sample(t, diagnostics.English)
	s := r.Snapshot
	s.Stacks[0].StackName, s.Stacks[0].StackStatus = hostile, hostile
	s.Example = hostile
	s.Identity = diagnostics.Identity{Account: hostile, Region: hostile, Arn: hostile}
	s.Unread[0] = diagnostics.Unread{Of: diagnostics.Ref{Kind: diagnostics.KindRole, ID: hostile}, Action: hostile, Reason: hostile}
	s.Functions = append(s.Functions, diagnostics.Function{FunctionName: hostile, MemorySize: 512})
	s.Metrics = append(s.Metrics, diagnostics.Metric{
		MetricName: "Invocations", Stat: "Sum", Period: 3600, Dimensions: map[string]string{"FunctionName": hostile},
		Timestamps: []time.Time{at(0)}, Values: []float64{1e6},
	})
	for i := range s.Events {
		e := &s.Events[i]
		e.LogicalResourceId, e.ResourceType, e.StackName = e.LogicalResourceId+hostile, hostile, hostile
		e.ResourceStatusReason = hostile
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		f.Subject.ID, f.Summary, f.Because, f.Why = hostile, diagnostics.Text{En: hostile}, diagnostics.Text{En: hostile}, diagnostics.Text{En: hostile}
		f.Source = &diagnostics.Position{File: hostile, Line: 1}
		for j := range f.Evidence {
			f.Evidence[j].Of.ID, f.Evidence[j].Field, f.Evidence[j].Quote = hostile, hostile, hostile
		}
		for j := range f.Chain {
			f.Chain[j].Text, f.Chain[j].Of.ID = hostile, hostile
		}
		f.Alternatives = []diagnostics.Alternative{{Playbook: hostile, Why: diagnostics.Text{En: hostile}}}
	}
	return r
}

func TestNoReportControlsATerminal(t *testing.T) {
	r := poisoned(t)
	for _, f := range Formats() {
		for _, c := range render(t, f, r) {
			if c != '\n' && c != '\t' && unicode.IsControl(c) || unicode.Is(unicode.Cf, c) && c != '\u2060' {
				t.Errorf("%s holds the character %U", f, c)
				break
			}
		}
	}
}

func TestHTMLHoldsNothingThatActs(t *testing.T) {
	got := render(t, HTML, poisoned(t))
	for _, never := range []string{"<script", "<img", "onerror=alert(1)>", "href=\"javascript", "src=", " style=", "@import", "http://", "owned"} {
		body := strings.ReplaceAll(got, "&lt;img src=x", "")
		body = regexp.MustCompile(`(?s)(!\[p\]\(http://evil)`).ReplaceAllString(body, "")
		if strings.Contains(strings.ToLower(body), never) {
			t.Errorf("the page holds %q", never)
		}
	}
	if n := strings.Count(got, "<style>"); n != 1 || strings.Count(got, "</style>") != 1 || strings.Count(got, "</title>") < 1 {
		t.Errorf("%d style elements", n)
	}
	for _, m := range regexp.MustCompile(`(?:href|src|xlink:href|action)="([^"]*)"`).FindAllStringSubmatch(got, -1) {
		if !strings.HasPrefix(m[1], "https://docs.aws.amazon.com/") && !strings.HasPrefix(m[1], "#finding-") {
			t.Errorf("the page leads to %s", m[1])
		}
	}
}

func TestHTMLAllowsOnlyItsOwnStyle(t *testing.T) {
	got := render(t, HTML, sample(t, diagnostics.English))
	style := regexp.MustCompile(`(?s)<style>(.*?)</style>`).FindStringSubmatch(got)[1]
	sum := sha256.Sum256([]byte(style))
	want := "default-src &#39;none&#39;; base-uri &#39;none&#39;; form-action &#39;none&#39;; style-src &#39;sha256-" + strings.ReplaceAll(base64.StdEncoding.EncodeToString(sum[:]), "+", "&#43;") + "&#39;"
	if !strings.Contains(got, `content="`+want+`"`) {
		t.Errorf("the policy is not %s", want)
	}
}

func TestMarkdownKeepsTheTextAText(t *testing.T) {
	got := render(t, Markdown, poisoned(t))
	outside := outsideCode(got)
	for _, never := range []string{" <script", " <img", "[x](javascript", "[p](http:", "://evil", "www.evil", "@everyone", "\n# heading\n"} {
		if strings.Contains(outside, never) {
			t.Errorf("running text holds %q", never)
		}
	}
}

// outsideCode returns what is left of a Markdown text without its code blocks
// and code spans, read as CommonMark does.
func outsideCode(text string) string {
	var out []string
	fence := ""
	for _, l := range strings.Split(text, "\n") {
		ticks := l[:len(l)-len(strings.TrimLeft(l, "`"))]
		switch {
		case fence == "" && len(ticks) >= 3:
			fence = ticks
		case fence != "" && len(ticks) >= len(fence) && strings.TrimSpace(l) == ticks:
			fence = ""
		case fence == "":
			out = append(out, withoutSpans(l))
		}
	}
	return strings.Join(out, "\n")
}

func withoutSpans(l string) string {
	var b strings.Builder
	for i := 0; i < len(l); {
		if l[i] == '\\' && i+1 < len(l) {
			b.WriteString(l[i : i+2])
			i += 2
			continue
		}
		n := 0
		for i+n < len(l) && l[i+n] == '`' {
			n++
		}
		end := -1
		for j := i + n; n > 0 && j < len(l); j++ {
			m := 0
			for j+m < len(l) && l[j+m] == '`' {
				m++
			}
			if m == n {
				end = j + m
				break
			}
			j += max(m-1, 0)
		}
		if end > 0 {
			i = end
			continue
		}
		b.WriteString(l[i : i+max(n, 1)])
		i += max(n, 1)
	}
	return b.String()
}

func TestMarkdownOfOneLine(t *testing.T) {
	for text, want := range map[string]string{
		"- no list":                       `\- no list`,
		"1. no list":                      `1\. no list`,
		"a*b*_c_ <d> [e](f)":              `a\*b\*\_c\_ \<d\> \[e\]\(f\)`,
		"see http://x & www.y, @team #12": `see http&#58;//x &amp; www&#46;y, @` + "\u2060" + `team \#12`,
		"Version 1.5":                     "Version 1.5",
	} {
		if got := md(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
	for text, want := range map[string]string{
		"plain":   "`plain`",
		"a`b":     "``a`b``",
		"`":       "`` ` ``",
		"a``b`c`": "``` a``b`c` ```",
		"":        "",
	} {
		if got := code(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
	if got := mdRich("use `a*b` or *c* and ` alone"); got != "use `a*b` or \\*c\\* and \\` alone" {
		t.Errorf("got %q", got)
	}
}

func TestJSONKeepsEvidenceVerbatim(t *testing.T) {
	var got struct {
		Findings []struct {
			Evidence []struct{ Quote string }
		}
	}
	if err := json.Unmarshal([]byte(render(t, JSON, poisoned(t))), &got); err != nil {
		t.Fatal(err)
	}
	if q := got.Findings[0].Evidence[0].Quote; q != strings.ToValidUTF8(hostile, "\uFFFD") {
		t.Errorf("the quotation became %q", q)
	}
}

func FuzzReports(f *testing.F) {
	f.Add(hostile)
	f.Add("`")
	f.Add("\x1b]8;;http://x\x1b\\y")
	f.Fuzz(func(t *testing.T, text string) {
		r := sample(t, diagnostics.English)
		r.Findings[0].Evidence[0].Quote, r.Findings[0].Summary.En = text, text
		for _, format := range Formats() {
			got := render(t, format, r)
			for _, c := range got {
				if c != '\n' && c != '\t' && unicode.IsControl(c) {
					t.Fatalf("%s holds %U", format, c)
				}
			}
			if format == JSON || format == SARIF {
				if !json.Valid([]byte(got)) {
					t.Fatalf("%s is no JSON", format)
				}
			}
			if format == HTML && strings.Contains(got, "<script") {
				t.Fatal("a script got in")
			}
		}
	})
}
