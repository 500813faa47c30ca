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
	"firstaid/playbooks/apply"
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
	catalog *playbooks.Catalog
	lang    diagnostics.Lang
}

// Formats lists the formats, the one for people first.
func (e exporter) Formats() []string {
	return []string{string(report.HTML), string(report.Markdown), string(report.JSON), string(report.SARIF), string(report.Text)}
}

// Export writes the report to a file; without a name it takes one that is free.
func (e exporter) Export(_ context.Context, format, path string, s *diagnostics.Snapshot, f []diagnostics.Finding) (string, error) {
	kind, err := report.ParseFormat(format)
	if err != nil {
		return "", err
	}
	r := report.Report{Snapshot: s, Findings: f, Catalog: e.catalog, Lang: e.lang, Version: version()}
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

// workshop applies fixes to a project folder whose incident is a saved one. It
// is a tui.Fixer and a tui.Journal. Calls to AWS are refused.
type workshop struct {
	replay
	catalog *playbooks.Catalog
	journal *apply.Journal
}

func (w workshop) transaction() *apply.Transaction {
	return &apply.Transaction{Root: w.dir, Journal: w.journal, Account: w.snapshot.Identity.Account, Region: w.snapshot.Identity.Region}
}

// Apply changes the files of the project.
func (w workshop) Apply(ctx context.Context, p playbooks.Plan) (tui.Outcome, error) {
	for _, s := range p.Fix.Steps {
		if _, call := s.(playbooks.Call); call {
			return tui.Outcome{}, errors.New("this incident is a saved one: its AWS calls are sent to nobody")
		}
	}
	r, err := w.transaction().Apply(ctx, p)
	if err != nil {
		return tui.Outcome{Entry: r.ID}, err
	}
	out, err := w.Verify(ctx, p.Finding)
	out.Entry = r.ID
	return out, err
}

// Undo takes an entry back.
func (w workshop) Undo(ctx context.Context, entry int) (tui.Outcome, error) {
	if entry == 0 {
		last, err := w.journal.Last()
		if err != nil {
			return tui.Outcome{}, err
		}
		entry = last.ID
	}
	r, err := w.transaction().Undo(ctx, entry)
	return tui.Outcome{State: diagnostics.Open, Entry: r.ID, Text: diagnostics.Text{
		En: "The files are as they were.", Ko: "파일을 원래대로 되돌렸습니다.",
	}}, err
}

// Verify looks whether the project as it stands now still wants mending.
func (w workshop) Verify(_ context.Context, f diagnostics.Finding) (tui.Outcome, error) {
	s, err := w.now()
	if err != nil {
		return tui.Outcome{}, err
	}
	for _, x := range w.catalog.Fixes(s, f) {
		for _, step := range x.Steps {
			if _, edit := step.(playbooks.FileEdit); edit {
				return tui.Outcome{State: diagnostics.Open, Text: diagnostics.Text{
					En: "The project still has the cause in it.", Ko: "프로젝트에 원인이 아직 남아 있습니다.",
				}}, nil
			}
		}
	}
	return tui.Outcome{State: diagnostics.FixedHere, Text: diagnostics.Text{
		En: "The project's files no longer have the cause in them. A deployment would prove it; this incident is a saved one, so there is none.",
		Ko: "프로젝트 파일에 원인이 더 이상 없습니다. 실제로는 배포로 확인하지만, 저장된 사례이므로 배포는 하지 않습니다.",
	}}, nil
}

// Entries lists what was done, latest first.
func (w workshop) Entries(context.Context) ([]playbooks.Entry, error) {
	list, err := w.journal.List()
	var out []playbooks.Entry
	for i := len(list) - 1; i >= 0; i-- {
		out = append(out, list[i].Entry())
	}
	return out, err
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
