package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/renameio/v2"
	"github.com/spf13/cobra"

	"firstaid/diagnostics"
	"firstaid/playbooks"
)

func newPlaybooks(s streams, o *options) *cobra.Command {
	c := &cobra.Command{
		Use:   "playbooks",
		Short: "List, show, test and write playbooks",
		Long: `Playbooks say how a failure is recognised, what causes it and what to do. Those of
firstaid are built in; yours are read from ~/.config/firstaid/playbooks/*.yaml and
from .firstaid/playbooks/*.yaml in the project.`,
	}
	c.AddCommand(newPlaybooksList(s, o), newPlaybooksShow(s, o), newPlaybooksTest(s), newPlaybooksSchema(s), newPlaybooksNew(s), newPlaybooksFacts(s))
	return c
}

func newPlaybooksList(s streams, o *options) *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:   "list",
		Short: "List all playbooks",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			lang, err := o.language()
			if err != nil {
				return err
			}
			catalog, err := loadCatalog(s.err)
			if err != nil {
				return err
			}
			switch format {
			case "text":
				return listPlaybooks(s, catalog, lang)
			case "json":
				return writeJSON(s.out, playbookList(catalog, lang), "  ")
			}
			return fmt.Errorf("there is no format %q: use text or json", format)
		},
	}
	c.Flags().StringVar(&format, "format", "text", "text or json")
	return c
}

func newPlaybooksFacts(s streams) *cobra.Command {
	return &cobra.Command{
		Use:   "facts",
		Short: "List what the tests of hypotheses may ask for",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			facts := playbooks.Facts()
			width := 0
			for _, f := range facts {
				width = max(width, len(f.Name))
			}
			for _, f := range facts {
				fmt.Fprintf(s.out, "%-*s  %s\n", width, f.Name, f.About)
			}
			return nil
		},
	}
}

func listPlaybooks(s streams, c *playbooks.Catalog, lang diagnostics.Lang) error {
	width := 0
	for _, p := range c.Playbooks() {
		width = max(width, len(p.ID))
	}
	for _, p := range c.Playbooks() {
		from := ""
		if p.User != "" {
			from = "  (" + p.User + ")"
		}
		fmt.Fprintf(s.out, "%-*s  %-7s  %s%s\n", width, p.ID, p.Severity, p.Title.In(lang), from)
	}
	return nil
}

type listedPlaybook struct {
	ID       string               `json:"id"`
	Verdict  playbooks.Verdict    `json:"verdict"`
	Severity diagnostics.Severity `json:"severity"`
	Title    string               `json:"title"`
	File     string               `json:"file,omitempty"`
}

func playbookList(c *playbooks.Catalog, lang diagnostics.Lang) []listedPlaybook {
	list := []listedPlaybook{}
	for _, p := range c.Playbooks() {
		list = append(list, listedPlaybook{p.ID, p.Verdict, p.Severity, p.Title.In(lang), p.User})
	}
	return list
}

func newPlaybooksShow(s streams, o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "show ID",
		Short: "Show one playbook",
		Args:  cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			lang, err := o.language()
			if err != nil {
				return err
			}
			catalog, err := loadCatalog(s.err)
			if err != nil {
				return err
			}
			p, ok := catalog.Get(args[0])
			if !ok {
				return fmt.Errorf("there is no playbook %q%s", args[0], nearest(catalog, args[0]))
			}
			printPlaybook(s.out, p, lang)
			return nil
		},
	}
}

// nearest proposes ids that share a word with the one that was asked for.
func nearest(c *playbooks.Catalog, id string) string {
	var like []string
	for _, p := range c.Playbooks() {
		for word := range strings.SplitSeq(id, "-") {
			if len(word) > 2 && strings.Contains(p.ID, word) {
				like = append(like, p.ID)
				break
			}
		}
	}
	if len(like) == 0 {
		return "; `firstaid playbooks list` names them all"
	}
	return "; did you mean " + strings.Join(like, ", ") + "?"
}

func newPlaybooksTest(s streams) *cobra.Command {
	return &cobra.Command{
		Use:   "test [FILE|FOLDER…]",
		Short: "Run the examples of playbooks",
		Long: `Run the examples of all playbooks together, or only those of the given files.

Every "match" example must be recognised as its own playbook first, every "ignore"
example must not be recognised as its own at all.`,
		RunE: func(_ *cobra.Command, args []string) error { return testPlaybooks(s, args) },
	}
}

func testPlaybooks(s streams, paths []string) error {
	builtin, err := playbooks.Builtin()
	if err != nil {
		return err
	}
	only := len(paths) > 0
	if !only {
		paths = playbookFolders()
	}
	c, broken := playbooks.WithUser(builtin, paths...)
	for _, path := range paths {
		if _, err := os.Stat(path); err != nil && only {
			broken = append(broken, err)
		}
	}
	failed, run := c.RunExamples(func(p playbooks.Playbook) bool { return !only || p.User != "" })
	for _, err := range append(failed, broken...) {
		fmt.Fprintln(s.out, err)
	}
	fmt.Fprintf(s.out, "%d of %d examples pass\n", run-len(failed), run)
	switch {
	case len(broken) > 0:
		return errors.New("some playbooks could not be read; correct the places named above")
	case len(failed) > 0:
		return errFindings
	}
	return nil
}

func newPlaybooksSchema(s streams) *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of a playbook file",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := s.out.Write(playbooks.Schema())
			return err
		},
	}
}

func newPlaybooksNew(s streams) *cobra.Command {
	var from, output string
	c := &cobra.Command{
		Use:   "new ID",
		Short: "Write a playbook to begin with, from the text of an error",
		Long: `Write .firstaid/playbooks/ID.yaml. With --from-text the pattern is made from an
error message (a FILE, or standard input), its variable parts proposed as captures:

  pbpaste | firstaid playbooks new queue-full --from-text`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(c *cobra.Command, args []string) error {
			text := ""
			if c.Flags().Changed("from-text") {
				if len(args) > 1 {
					from = args[1] // --from-text FILE, as people write it
				}
				var err error
				e := &explainer{streams: s}
				if text, err = e.read(c.Context(), from); err != nil {
					return err
				}
			} else if len(args) > 1 {
				return fmt.Errorf("what is %q for? Give a text with --from-text=FILE", args[1])
			}
			return writePlaybook(s, args[0], text, output)
		},
	}
	c.Flags().StringVar(&from, "from-text", "", "make the pattern from the text of this file; \"-\" is standard input")
	c.Flags().Lookup("from-text").NoOptDefVal = "-"
	c.Flags().StringVarP(&output, "output", "o", "", "write to this file; \"-\" prints it (default .firstaid/playbooks/ID.yaml)")
	return c
}

func writePlaybook(s streams, id, text, output string) error {
	src, err := playbooks.Skeleton(id, text)
	if err != nil {
		return err
	}
	if output == "-" {
		_, err := s.out.Write(src)
		return err
	}
	if output == "" {
		output = filepath.Join(projectPlaybooks, id+".yaml")
	}
	if _, err := os.Lstat(output); err == nil {
		return fmt.Errorf("%s is there already; remove it or choose another id", output)
	}
	if err := os.MkdirAll(filepath.Dir(output), 0o755); err != nil {
		return err
	}
	if err := renameio.WriteFile(output, src, 0o644); err != nil {
		return fmt.Errorf("write the playbook: %w", err)
	}
	fmt.Fprintf(s.out, "%s written. Edit its words, then run `firstaid playbooks test %s`.\n", output, output)
	return nil
}
