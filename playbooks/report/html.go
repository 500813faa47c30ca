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
	return template.New("report").Funcs(template.FuncMap{"rich": rich}).Parse(htmlSource)
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
