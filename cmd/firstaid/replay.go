package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"firstaid/diagnostics"
	"firstaid/playbooks"
	"firstaid/playbooks/report"
	"firstaid/tui"
)

// replay shows a saved snapshot with the project files as they stand in a
// folder now. It is a tui.Source.
type replay struct {
	snapshot *diagnostics.Snapshot
	dir      string // "" when there is no project to look at
}

// Collect hands out the one snapshot there is.
func (r replay) Collect(_ context.Context, _ tui.Target, emit func(*diagnostics.Snapshot) bool) error {
	s, err := r.now()
	if err != nil {
		return err
	}
	emit(s)
	return nil
}

func (r replay) now() (*diagnostics.Snapshot, error) {
	if r.dir == "" {
		return r.snapshot, nil
	}
	return withProject(r.snapshot, r.dir)
}

// exporter writes reports into the working folder. It is a tui.Exporter.
type exporter struct {
	catalog loader
	lang    diagnostics.Lang
}

// Formats lists the formats, the one for people first.
func (e exporter) Formats() []string {
	return []string{string(report.HTML), string(report.Markdown), string(report.JSON), string(report.SARIF), string(report.Text)}
}

// Export writes the report to a file; without a name it takes one that is free.
// What leaves the program is redacted as a whole first, so the report is the
// one that diagnose prints.
func (e exporter) Export(_ context.Context, format, path string, s *diagnostics.Snapshot, _ []diagnostics.Finding) (string, error) {
	kind, err := report.ParseFormat(format)
	if err != nil {
		return "", err
	}
	catalog, err := e.catalog()
	if err != nil {
		return "", err
	}
	s = diagnostics.Redact(s, diagnostics.RedactOptions{})
	r := report.Report{Snapshot: s, Findings: playbooks.Diagnose(s, catalog), Catalog: catalog, Lang: e.lang, Version: version()}
	if path != "" {
		return path, writeReport(path, os.O_TRUNC, kind, r)
	}
	base := "firstaid-" + reportName(s)
	for n := 1; n < 1000; n++ {
		path = base + kind.Extension()
		if n > 1 {
			path = fmt.Sprintf("%s-%d%s", base, n, kind.Extension())
		}
		if err = writeReport(path, os.O_EXCL, kind, r); !errors.Is(err, os.ErrExist) {
			return path, err
		}
	}
	return "", err
}

func writeReport(path string, flag int, kind report.Format, r report.Report) error {
	f, err := os.OpenFile(filepath.Clean(path), os.O_WRONLY|os.O_CREATE|flag, 0o644)
	if err != nil {
		return err
	}
	return errors.Join(report.Write(f, kind, r), f.Close())
}

// reportName is the stack's name, as far as it makes a file's.
func reportName(s *diagnostics.Snapshot) string {
	for _, k := range s.Stacks {
		if k.StackId != s.StackID {
			continue
		}
		if name := strings.Map(fileRune, k.StackName); name != "" {
			return name
		}
	}
	return "report"
}

func fileRune(r rune) rune {
	if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' {
		return r
	}
	return -1
}

// printDiagnosis writes the diagnosis as text and reports whether there is a
// finding.
func printDiagnosis(s streams, snapshot *diagnostics.Snapshot, o *options) (bool, error) {
	lang, err := o.language()
	if err != nil {
		return false, err
	}
	c, err := loadCatalog(s.err)
	if err != nil {
		return false, err
	}
	f := playbooks.Diagnose(snapshot, c)
	return len(f) > 0, report.Write(s.out, report.Text, report.Report{Snapshot: snapshot, Findings: f, Catalog: c, Lang: lang, Version: version()})
}
