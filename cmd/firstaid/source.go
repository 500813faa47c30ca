package main

import (
	"context"
	"errors"

	"github.com/spf13/pflag"

	"firstaid/diagnostics"
	"firstaid/diagnostics/incident"
)

// A source is where a command's snapshot comes from: a saved incident, or an
// account.
type source struct{ incident string }

func (s *source) flags(f *pflag.FlagSet) {
	f.StringVar(&s.incident, "incident", "", "read this saved incident instead of an account")
}

// read returns the last snapshot of the source, and beside an error what was
// read until then.
func (s *source) read(ctx context.Context, o *options, args []string) (*diagnostics.Snapshot, error) {
	stack := ""
	if len(args) > 0 {
		stack = args[0]
	}
	switch {
	case s.incident != "" && stack != "":
		return nil, errors.New("give a stack or --incident, not both")
	case s.incident != "":
		return incident.Load(s.incident)
	}
	a, err := o.account(ctx, stack, ".")
	if err != nil {
		return nil, err
	}
	return a.read(ctx, func(*diagnostics.Snapshot) bool { return true })
}
