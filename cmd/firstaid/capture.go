package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"firstaid/diagnostics"
	"firstaid/diagnostics/incident"
)

type captureOptions struct {
	*options
	from  source
	out   string
	hide  bool
	force bool
}

func newCapture(s streams, o *options) *cobra.Command {
	c := &captureOptions{options: o}
	cmd := &cobra.Command{
		Use:   "capture [STACK] -o FILE",
		Short: "Save what there is to know about a stack as an incident file",
		Long: `Save what there is to know about a stack as an incident file: events, logs, roles, templates, the project's own files.
Secrets are taken out before anything is written. The file can be opened, diagnosed and shown anywhere, without AWS.
A name that ends in .json gives readable JSON, any other a compressed file.`,
		Example: "  firstaid capture orders -o orders.incident\n  firstaid capture orders --hide-accounts -o orders.json\n  firstaid capture --incident old.incident --hide-accounts -o shareable.json",
		Args:    cobra.MaximumNArgs(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return c.run(cmd.Context(), s, args) },
	}
	flags := cmd.Flags()
	c.from.flags(flags)
	flags.StringVarP(&c.out, "output", "o", "", "file to write")
	flags.BoolVar(&c.hide, "hide-accounts", false, "replace account ids by pseudonyms, the same one everywhere")
	flags.BoolVar(&c.force, "force", false, "replace the file if it exists")
	return cmd
}

func (c *captureOptions) run(ctx context.Context, s streams, args []string) error {
	if c.out == "" {
		return errors.New("where to? name a file with -o FILE")
	}
	if _, err := os.Stat(c.out); !errors.Is(err, fs.ErrNotExist) && !c.force {
		return fmt.Errorf("%s exists already: choose another name, or replace it with --force", c.out)
	}
	snapshot, failed := c.read(ctx, s, args)
	if snapshot == nil || failed != nil && snapshot.StackID == "" {
		return failed
	}
	if err := incident.Save(c.out, snapshot, diagnostics.RedactOptions{HideAccounts: c.hide}); err != nil {
		return err
	}
	if failed != nil {
		return fmt.Errorf("%w (what was read until then is in %s)", failed, c.out)
	}
	return c.summary(s, snapshot)
}

// read reads the incident or the account; progress goes to a person's terminal.
func (c *captureOptions) read(ctx context.Context, s streams, args []string) (*diagnostics.Snapshot, error) {
	if c.from.incident != "" {
		return c.from.read(ctx, c.options, args)
	}
	stack := ""
	if len(args) > 0 {
		stack = args[0]
	}
	a, err := c.account(ctx, stack, ".")
	if err != nil {
		return nil, err
	}
	watch := isTerminal(s.err)
	return a.read(ctx, func(snapshot *diagnostics.Snapshot) bool {
		if watch && snapshot.Reading != "" {
			fmt.Fprintln(s.err, snapshot.Reading)
		}
		return true
	})
}

func (c *captureOptions) summary(s streams, snapshot *diagnostics.Snapshot) error {
	lines := 0
	for _, g := range snapshot.LogGroups {
		lines += len(g.Events)
	}
	fmt.Fprintf(s.out, "Saved %s: %d events, %d log lines, %d functions, %d roles, %d files of the project.\n",
		c.out, len(snapshot.Events), lines, len(snapshot.Functions), len(snapshot.Roles), len(snapshot.Files))
	accounts := "Account ids are in it; --hide-accounts replaces them."
	if c.hide {
		accounts = "Account ids are replaced."
	}
	if n := len(snapshot.Unread); n > 0 {
		accounts += fmt.Sprintf(" %d things could not be read; the file says which and why.", n)
	}
	_, err := fmt.Fprintf(s.out, "Secrets are taken out. %s\nLook at it with: firstaid open %s\n", accounts, c.out)
	return err
}
