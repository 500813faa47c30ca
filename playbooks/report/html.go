package report

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"io"
	"strings"
	"sync"

	"firstaid/playbooks"
)

//go:embed report.html
var htmlSource string

//go:embed report.css
var styleSheet string

var htmlTemplate = sync.OnceValues(func() (*template.Template, error) {
	return template.New("report").Funcs(template.FuncMap{"rich": rich, "diff": diffLines}).Parse(htmlSource)
})

// page is what the HTML template is filled from.
type page struct {
	View    *view
	Entry   entry
	Lang    string
	Style   template.CSS
	Policy  string
	Picture picture
}

// With returns the page for one finding.
func (p page) With(e entry) page {
	p.Entry = e
	return p
}

// writeHTML writes one self-contained page. Its security policy allows nothing
// but its own style sheet: a script that got into it could not run.
func writeHTML(w io.Writer, v *view) error {
	t, err := htmlTemplate()
	if err != nil {
		return err
	}
	style := strings.TrimSpace(styleSheet)
	sum := sha256.Sum256([]byte(style))
	p := page{
		View: v, Lang: string(v.lang), Style: template.CSS(style), Picture: v.picture(), //nolint:gosec // the program's own file
		Policy: "default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'",
	}
	if p.Lang == "" {
		p.Lang = "en"
	}
	var b bytes.Buffer
	if err := t.Execute(&b, p); err != nil {
		return err
	}
	_, err = w.Write(append(bytes.TrimSpace(b.Bytes()), '\n'))
	return err
}

// diffLine is a line of a plan; Class says what a diff does with it.
type diffLine struct{ Class, Text string }

// diffLines tells the added and removed lines of a plan's diffs from the rest.
func diffLines(steps string) []diffLine {
	var list []diffLine
	within := false
	for _, text := range strings.SplitAfter(steps, "\n") {
		class := ""
		switch {
		case strings.HasPrefix(text, "@@ "):
			class, within = "hunk", true
		case strings.HasPrefix(text, "--- ") || strings.HasPrefix(text, "+++ "):
			class, within = "hunk", false
		case within && strings.HasPrefix(text, "+"):
			class = "added"
		case within && strings.HasPrefix(text, "-"):
			class = "removed"
		}
		list = append(list, diffLine{class, text})
	}
	return list
}

// First holds the finding that is the cause, if there is one.
func (v *view) First() []entry { return v.Findings[:min(1, len(v.Findings))] }

// Rest are the findings after the first.
func (v *view) Rest() []entry { return v.Findings[min(1, len(v.Findings)):] }

// Link returns a reference that may be linked to, or nil.
func (v *view) Link(r playbooks.Reference) *playbooks.Reference {
	if webAddress(r.URL) == "" {
		return nil
	}
	return &playbooks.Reference{Title: cleanLine(r.Title), URL: r.URL}
}

// Legend says what the picture's bars mean.
func (v *view) Legend() string {
	return "█ " + v.Say("done") + " · ▨ ✗ " + v.Say("failed") + " · ▭ – " + v.Say("cancelled") + " · ▭ " + v.Say("undone") + " · ┄ " + v.Say("running")
}
