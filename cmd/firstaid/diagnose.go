package main

import (
	"bytes"
	"context"
	"fmt"
	"os"

	"github.com/google/renameio/v2"
	"github.com/spf13/cobra"

	"firstaid/diagnostics"
	"firstaid/playbooks"
	"firstaid/playbooks/report"
)

type diagnoseOptions struct {
	*options
	from   source
	format string
	out    string
}

func newDiagnose(s streams, o *options) *cobra.Command {
	d := &diagnoseOptions{options: o}
	cmd := &cobra.Command{
		Use:   "diagnose [STACK]",
		Short: "Name the cause of a failed deployment, without the screen",
		Long: `Read a stack, or a saved incident, and print what failed and why.

Exit status: 0 nothing wrong, 1 findings, 2 could not do it. When reading ends early, what was read is diagnosed
and printed all the same, and the exit status is 2.`,
		Example: "  firstaid diagnose orders\n  firstaid diagnose orders --format html -o report.html\n  firstaid diagnose --incident orders.incident --format sarif",
		Args:    cobra.MaximumNArgs(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return d.run(cmd.Context(), s, args) },
	}
	f := cmd.Flags()
	d.from.flags(f)
	f.StringVar(&d.format, "format", "text", "text, json, markdown, html or sarif")
	f.StringVarP(&d.out, "output", "o", "", "file to write instead of standard output")
	return cmd
}

func (d *diagnoseOptions) run(ctx context.Context, s streams, args []string) error {
	format, err := report.ParseFormat(d.format)
	if err != nil {
		return err
	}
	lang, err := d.language()
	if err != nil {
		return err
	}
	catalog, err := loadCatalog(s.err)
	if err != nil {
		return err
	}
	snapshot, failed := d.from.read(ctx, d.options, args)
	if snapshot == nil || failed != nil && snapshot.StackID == "" {
		return failed
	}
	findings := playbooks.Diagnose(snapshot, catalog)
	r := report.Report{Snapshot: snapshot, Findings: findings, Catalog: catalog, Lang: lang, Version: version()}
	if err := d.write(s, format, r); err != nil {
		return err
	}
	switch {
	case failed != nil:
		return failed
	case anyWrong(findings):
		return errFindings
	default:
		return nil
	}
}

// write prints the report, or replaces a file by it as a whole.
func (d *diagnoseOptions) write(s streams, f report.Format, r report.Report) error {
	if d.out == "" || d.out == "-" {
		return report.Write(s.out, f, r)
	}
	var b bytes.Buffer
	if err := report.Write(&b, f, r); err != nil {
		return err
	}
	if info, err := os.Stat(d.out); err == nil && info.IsDir() {
		return fmt.Errorf("%s is a folder: name a file with -o", d.out)
	}
	if err := renameio.WriteFile(d.out, b.Bytes(), 0o644); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

// anyWrong reports whether there is a finding that is more than a note.
func anyWrong(findings []diagnostics.Finding) bool {
	for _, f := range findings {
		if f.Severity > diagnostics.Note {
			return true
		}
	}
	return false
}
