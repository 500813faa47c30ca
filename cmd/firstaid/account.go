package main

import (
	"context"
	"os"

	"firstaid/diagnostics"
	"firstaid/diagnostics/collect"
)

// account reads a stack of an AWS account together with the project in a
// folder. It is a tui.Source.
type account struct {
	collector *collect.Collector
	place     collect.Place
	dir       string
}

// account finds out where to look: flags, then the folder's samconfig, then the
// AWS environment. stack may be empty.
func (o *options) account(ctx context.Context, stack, dir string) (*account, error) {
	flags := collect.Place{Stack: stack, Region: o.region, Profile: o.profile}
	places, err := collect.Where(os.DirFS(dir), flags, o.configEnv)
	if err != nil {
		return nil, err
	}
	p := places[0]
	c, err := collect.New(ctx, collect.Options{Region: p.Region, Profile: p.Profile, Endpoint: o.endpoint})
	if err != nil {
		return nil, err
	}
	return &account{collector: c, place: p, dir: dir}, nil
}

// read hands out snapshots, each with the project's files, and returns the
// last one. It is what was read until then when there is an error as well; nil
// when that is nothing.
func (a *account) read(ctx context.Context, emit func(*diagnostics.Snapshot) bool) (*diagnostics.Snapshot, error) {
	files, err := projectFiles(os.DirFS(a.dir), a.place.Environment)
	if err != nil {
		return nil, err
	}
	files = diagnostics.Redact(&diagnostics.Snapshot{Files: files}, diagnostics.RedactOptions{}).Files
	var last *diagnostics.Snapshot
	err = a.collector.Collect(ctx, collect.Target{Stack: a.place.Stack}, func(s *diagnostics.Snapshot) bool {
		joined := *s
		joined.Files = files
		last = &joined
		return emit(last)
	})
	if last != nil {
		// Once more as a whole: a secret of the account may stand in a file.
		reading := last.Reading
		last = diagnostics.Redact(last, diagnostics.RedactOptions{})
		last.Reading = reading
	}
	return last, err
}
