// Package report writes what was found as text, JSON, Markdown, HTML and SARIF.
// A report is a function of the snapshot and its findings: the same ones give
// the same bytes. Nothing in a log or event can act on whoever reads the
// report: control sequences are gone, HTML and Markdown are escaped.
package report

import (
	"fmt"
	"io"
	"strings"

	"firstaid/diagnostics"
	"firstaid/playbooks"
)

// Format is a form that a report can take.
type Format string

// The formats of reports.
const (
	Text     Format = "text"
	JSON     Format = "json"
	Markdown Format = "markdown"
	HTML     Format = "html"
	SARIF    Format = "sarif"
)

// Formats lists all formats.
func Formats() []Format { return []Format{Text, JSON, Markdown, HTML, SARIF} }

// ParseFormat finds the format with a name.
func ParseFormat(name string) (Format, error) {
	names := make([]string, 0, len(Formats()))
	for _, f := range Formats() {
		if name == string(f) {
			return f, nil
		}
		names = append(names, string(f))
	}
	return "", fmt.Errorf("there is no format %q; there are %s", name, strings.Join(names, ", "))
}

// Extension is the ending of a file in the format, with its dot.
func (f Format) Extension() string {
	switch f {
	case Markdown:
		return ".md"
	case HTML:
		return ".html"
	case JSON:
		return ".json"
	case SARIF:
		return ".sarif"
	}
	return ".txt"
}

// Report is a diagnosis to be written.
type Report struct {
	Snapshot *diagnostics.Snapshot
	// Findings are those of playbooks.Diagnose, in their order.
	Findings []diagnostics.Finding
	Catalog  *playbooks.Catalog
	Lang     diagnostics.Lang
	// Version is that of the program, for SARIF and JSON.
	Version string
}

// Write writes the report in a format.
func Write(w io.Writer, f Format, r Report) error {
	switch f {
	case Text:
		return writeText(w, newView(r))
	case JSON:
		return writeJSON(w, r)
	case Markdown:
		return writeMarkdown(w, newView(r))
	case HTML:
		return writeHTML(w, newView(r))
	case SARIF:
		return writeSARIF(w, r)
	}
	return fmt.Errorf("there is no report format %q", f)
}

// stack returns the stack under diagnosis.
func (r Report) stack() (diagnostics.Stack, bool) {
	for _, s := range r.Snapshot.Stacks {
		if s.StackId == r.Snapshot.StackID {
			return s, true
		}
	}
	return diagnostics.Stack{}, false
}
