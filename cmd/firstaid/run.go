package main

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"

	"firstaid/playbooks"
	"firstaid/playbooks/apply"
)

// runCommand runs the commands of a plan in the user's terminal and in the
// project's folder. No shell reads them.
func runCommand(s streams, dir string) apply.Runner {
	return func(ctx context.Context, r playbooks.Run) error {
		fmt.Fprintf(s.err, "\n$ %s\n", playbooks.ShellQuote(r.Argv))
		c := exec.CommandContext(ctx, r.Argv[0], r.Argv[1:]...)
		c.Dir = filepath.Join(dir, filepath.FromSlash(r.Dir))
		c.Stdin, c.Stdout, c.Stderr = s.in, s.out, s.err
		return c.Run()
	}
}
