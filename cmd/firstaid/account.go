package main

import (
	"context"
	"errors"
	"os"

	"firstaid/diagnostics"
	"firstaid/diagnostics/collect"
	"firstaid/playbooks/apply"
	"firstaid/tui"
)

// account reads a stack of an AWS account together with the project in a
// folder. It is a tui.Source.
type account struct {
	*options
	collector *collect.Collector
	place     collect.Place
	dir       string
	others    bool // list the region's other stacks too, to choose from
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
	return &account{options: o, collector: c, place: p, dir: dir}, nil
}

// Collect hands out snapshots, each with the project's files as they are on
// disk: a fix is a change of those bytes.
func (a *account) Collect(ctx context.Context, t tui.Target, emit func(*diagnostics.Snapshot) bool) error {
	files, err := projectFiles(os.DirFS(a.dir), a.place.Environment)
	if err != nil {
		return err
	}
	stack := a.place.Stack
	if t.Stack != "" {
		stack = t.Stack
	}
	return a.collector.Collect(ctx, collect.Target{Stack: stack, Operation: t.Operation, Others: a.others}, func(s *diagnostics.Snapshot) bool {
		joined := *s
		joined.Files, joined.ConfigEnv = files, a.place.Environment
		return emit(&joined)
	})
}

// read hands out snapshots and returns the last one, redacted as a whole: a
// secret of the account may stand in a file too. When there is an error as
// well, it is what was read until then; nil when that is nothing.
func (a *account) read(ctx context.Context, emit func(*diagnostics.Snapshot) bool) (*diagnostics.Snapshot, error) {
	var last *diagnostics.Snapshot
	err := a.Collect(ctx, tui.Target{}, func(s *diagnostics.Snapshot) bool {
		last = s
		return emit(s)
	})
	if last != nil {
		last = diagnostics.Redact(last, diagnostics.RedactOptions{})
	}
	return last, err
}

// again reads the stack once more, to the last wave.
func (a *account) again(ctx context.Context) (*diagnostics.Snapshot, error) {
	var last *diagnostics.Snapshot
	err := a.Collect(ctx, tui.Target{}, func(s *diagnostics.Snapshot) bool {
		last = s
		return true
	})
	if last == nil && err == nil {
		err = errors.New("nothing could be read")
	}
	return last, err
}

// changer connects to the account for changes, and says which one it is.
func (a *account) changer(ctx context.Context) (apply.Live, diagnostics.Identity, error) {
	who, err := a.collector.Identity(ctx)
	if err != nil {
		return nil, who, err
	}
	with := *a.options
	with.profile = a.place.Profile
	live, err := with.live(ctx, who)
	return live, who, err
}
