package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"firstaid/diagnostics"
	"firstaid/playbooks"
	"firstaid/playbooks/apply"
	"firstaid/playbooks/check"
	"firstaid/playbooks/edit"
	"firstaid/playbooks/report"
)

// checkOptions are the flags of check.
type checkOptions struct {
	*options
	format    string
	diff, fix bool
}

func newCheck(s streams, o *options) *cobra.Command {
	k := &checkOptions{options: o}
	cmd := &cobra.Command{
		Use:   "check [PATH…]",
		Short: "Find defects in templates and samconfig files before a deployment",
		Long: `Find defects in SAM and CloudFormation templates and in samconfig files, without AWS.

PATH is a file, or a folder that is searched; without one, the folder you are in.
A comment "# firstaid:ignore <playbook> reason" on the line, above it, above the
resource or at the top of the file leaves a finding out; so does ` + check.SettingsFile + `,
in the folder that is checked or one above it in the same repository.

Exit status: 0 nothing wrong, 1 findings, 2 something could not be read.`,
		RunE: func(cmd *cobra.Command, args []string) error { return k.run(cmd.Context(), s, args) },
	}
	f := cmd.Flags()
	f.StringVar(&k.format, "format", "text", "text, json or sarif")
	f.BoolVar(&k.diff, "diff", false, "print the fixes as one patch")
	f.BoolVar(&k.fix, "fix", false, "apply the fixes")
	return cmd
}

func (k *checkOptions) run(ctx context.Context, s streams, args []string) error {
	lang, err := k.language()
	if err != nil {
		return err
	}
	switch {
	case k.fix && k.readOnly:
		return errors.New("--read-only and --fix exclude each other")
	case k.fix && k.diff:
		return errors.New("--diff shows and --fix applies: use one of them")
	case !slices.Contains([]string{"text", "json", "sarif"}, k.format):
		return fmt.Errorf("there is no format %q: use text, json or sarif", k.format)
	}
	root, names, err := rootOf(args)
	if err != nil {
		return err
	}
	p, err := check.Read(os.DirFS(root), names...)
	if err != nil {
		return err
	}
	if name, src, ok := settingsNear(root, names); ok {
		useSettings(p, root, name, src)
	}
	for _, skipped := range p.Skipped {
		fmt.Fprintf(s.err, "firstaid: not checked: %s\n", clean(skipped))
	}
	for _, w := range p.Warnings() {
		fmt.Fprintf(s.err, "firstaid: %s\n", clean(w))
	}
	switch {
	case k.diff:
		return k.patch(s, p)
	case k.fix:
		return k.mend(ctx, s, p, root, lang)
	}
	return k.print(s, p, root, lang, p.Findings())
}

// rootOf is the folder that every path lies in, and the paths below it. Paths below the current folder keep
// their names.
func rootOf(args []string) (root string, names []string, err error) {
	if len(args) == 0 {
		args = []string{"."}
	}
	if !slices.ContainsFunc(args, func(a string) bool { return !filepath.IsLocal(a) }) {
		for _, a := range args {
			names = append(names, filepath.ToSlash(filepath.Clean(a)))
		}
		return ".", names, nil
	}
	var all []string
	for _, a := range args {
		abs, err := filepath.Abs(a)
		if err != nil {
			return "", nil, err
		}
		all = append(all, abs)
		dir := abs
		if info, err := os.Stat(abs); err != nil || !info.IsDir() {
			dir = filepath.Dir(abs)
		}
		if root == "" {
			root = dir
		}
		for root != filepath.Dir(root) && dir != root && !strings.HasPrefix(dir, strings.TrimSuffix(root, string(filepath.Separator))+string(filepath.Separator)) {
			root = filepath.Dir(root)
		}
	}
	for _, abs := range all {
		rel, err := filepath.Rel(root, abs)
		if err != nil {
			return "", nil, err
		}
		names = append(names, filepath.ToSlash(rel))
	}
	return root, names, nil
}

// settingsNear finds the nearest settings of check above what is checked, no further up than the repository's root.
func settingsNear(root string, names []string) (name string, src []byte, ok bool) {
	start := root
	if len(names) == 1 {
		start = filepath.Join(root, filepath.FromSlash(names[0]))
	}
	dir, err := filepath.Abs(start)
	for ; err == nil && dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		name = filepath.Join(dir, filepath.FromSlash(check.SettingsFile))
		if src, err := os.ReadFile(name); err == nil {
			return name, src, true
		}
		if _, err := os.Stat(filepath.Join(dir, ".git")); err == nil {
			break
		}
	}
	return "", nil, false
}

// useSettings hands settings of another folder than root to the project.
func useSettings(p *check.Project, root, name string, src []byte) {
	dir := strings.TrimSuffix(name, string(filepath.Separator)+filepath.FromSlash(check.SettingsFile))
	abs, err := filepath.Abs(root)
	if err != nil {
		return
	}
	if more, err := filepath.Rel(dir, abs); err == nil && filepath.IsLocal(more) {
		p.UseSettings(name, src, "", filepath.ToSlash(more))
	} else if less, err := filepath.Rel(abs, dir); err == nil {
		p.UseSettings(name, src, filepath.ToSlash(less), "")
	}
}

// shown is a file as it is named to the user.
func shown(root, file string) string {
	if root == "." {
		return file
	}
	return filepath.Join(root, filepath.FromSlash(file))
}

// patch prints the fixes of everything that can be fixed.
func (k *checkOptions) patch(s streams, p *check.Project) error {
	changed, _ := p.Mend()
	for _, file := range slices.Sorted(maps.Keys(changed)) {
		if _, err := io.WriteString(s.out, edit.Diff(file, p.Contents[file], changed[file])); err != nil {
			return err
		}
	}
	if len(p.Findings()) > 0 {
		return errFindings
	}
	return nil
}

// mend applies the fixes as one entry of the journal, so that undo takes them back.
func (k *checkOptions) mend(ctx context.Context, s streams, p *check.Project, root string, lang diagnostics.Lang) error {
	before := p.Findings()
	changed, left := p.Mend()
	if len(changed) > 0 {
		plan := mendPlan(p, changed, len(before)-len(left))
		t := &apply.Transaction{Root: root, Journal: journal()}
		r, err := t.Apply(ctx, plan)
		if err != nil {
			return err
		}
		if k.format == "text" {
			fmt.Fprintf(s.out, "%s in %s. Take it back with: firstaid undo %d\n", plan.Fix.Title.In(lang), strings.Join(slices.Sorted(maps.Keys(changed)), ", "), r.ID)
		}
	}
	return k.print(s, p, root, lang, left)
}

func mendPlan(p *check.Project, changed map[string][]byte, fixed int) playbooks.Plan {
	fix := playbooks.Fix{
		Title: diagnostics.Text{En: fmt.Sprintf("Fixed %d findings", fixed), Ko: fmt.Sprintf("발견 사항 %d건을 고쳤습니다", fixed)},
		Kind:  playbooks.FixTemplate, Risk: playbooks.Safe, Redeploy: true,
	}
	for _, file := range slices.Sorted(maps.Keys(changed)) {
		fix.Steps = append(fix.Steps, playbooks.FileEdit{Path: file, Before: string(p.Contents[file]), After: string(changed[file])})
	}
	return playbooks.Plan{Finding: diagnostics.Finding{Playbook: "check", Subject: diagnostics.Ref{Kind: diagnostics.KindFile, ID: "."}, Summary: fix.Title}, Fix: fix}
}

func (k *checkOptions) print(s streams, p *check.Project, root string, lang diagnostics.Lang, found []check.Finding) error {
	var err error
	switch k.format {
	case "json":
		err = printJSON(s.out, root, lang, found)
	case "sarif":
		err = printSARIF(s, p, root, lang, found)
	default:
		err = printText(s, root, lang, found)
	}
	if err == nil && len(found) > 0 {
		err = errFindings
	}
	return err
}

// checked is one finding in JSON; the names are part of the command's contract.
type checked struct {
	Playbook string               `json:"playbook"`
	Severity diagnostics.Severity `json:"severity"`
	File     string               `json:"file"`
	Line     int                  `json:"line"`
	Column   int                  `json:"column"`
	Resource string               `json:"resource"`
	Message  string               `json:"message"`
	Fixable  bool                 `json:"fixable"`
}

func printJSON(w io.Writer, root string, lang diagnostics.Lang, found []check.Finding) error {
	list := make([]checked, 0, len(found))
	for _, f := range found {
		list = append(list, checked{f.Playbook, f.Severity, shown(root, f.File), f.Line, f.Column, f.Resource, f.Message.In(lang), f.Fixable()})
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(list)
}

func printText(s streams, root string, lang diagnostics.Lang, found []check.Finding) error {
	var b strings.Builder
	fixable := 0
	for _, f := range found {
		fmt.Fprintf(&b, "%s:%d:%d: %s: %s [%s]\n", clean(shown(root, f.File)), f.Line, f.Column, f.Severity, clean(f.Message.In(lang)), f.Playbook)
		if f.Fixable() {
			fixable++
		}
	}
	if fixable > 0 {
		fmt.Fprintf(s.err, "%d of %d can be fixed: see --diff, apply with --fix\n", fixable, len(found))
	}
	_, err := io.WriteString(s.out, b.String())
	return err
}

// clean takes control characters out of what a template says, so that it cannot steer the terminal.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return '\ufffd'
		}
		return r
	}, text)
}

// printSARIF gives the findings the form that diagnose writes, for code scanners.
func printSARIF(s streams, p *check.Project, root string, lang diagnostics.Lang, found []check.Finding) error {
	catalog, err := loadCatalog(s.err)
	if err != nil {
		return err
	}
	snapshot := &diagnostics.Snapshot{Complete: true}
	for _, name := range slices.Sorted(maps.Keys(p.Contents)) {
		snapshot.Files = append(snapshot.Files, diagnostics.File{Path: name, Content: string(p.Contents[name])})
	}
	var list []diagnostics.Finding
	for i, f := range found {
		file := shown(root, f.File)
		list = append(list, diagnostics.Finding{
			Playbook: f.Playbook, Severity: f.Severity, Confidence: diagnostics.Possible, State: diagnostics.Open, Summary: f.Message, Rank: i + 1, Count: 1,
			Subject:  diagnostics.Ref{Kind: diagnostics.KindFile, ID: fmt.Sprintf("%s#%s", file, f.Resource)},
			Evidence: []diagnostics.Evidence{{Of: diagnostics.Ref{Kind: diagnostics.KindFile, ID: file}, Quote: f.Quote}},
			Source:   &diagnostics.Position{File: file, Line: f.Line, Column: f.Column},
		})
	}
	return report.Write(s.out, report.SARIF, report.Report{Snapshot: snapshot, Findings: list, Catalog: catalog, Lang: lang, Version: version()})
}
