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

// read returns the last snapshot of the source.
func (s *source) read(_ context.Context, _ *options, args []string) (*diagnostics.Snapshot, error) {
	if s.incident != "" {
		if len(args) > 0 {
			return nil, errors.New("give a stack or --incident, not both")
		}
		return incident.Load(s.incident)
	}
	return nil, errors.New("reading an account is not part of this build yet: give --incident FILE")
}
