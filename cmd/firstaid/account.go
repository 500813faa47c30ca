package main

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"

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
	// elsewhere are samconfig's further environments, offered beside the stack.
	elsewhere []collect.Place
}

// account finds out where to look: flags, then the folder's samconfig, then the
// AWS environment. stack may be empty.
func (o *options) account(ctx context.Context, stack, dir string) (*account, error) {
	flags := collect.Place{Stack: stack, Region: o.region, Profile: o.profile}
	places, err := collect.Where(os.DirFS(dir), flags, o.configEnv)
	if err != nil {
		return nil, err
	}
	a := &account{options: o, place: places[0], elsewhere: places[1:], dir: dir}
	a.collector, err = a.at(ctx, a.place)
	return a, err
}

// at prepares a collector for a place. It asks nobody.
func (a *account) at(ctx context.Context, p collect.Place) (*collect.Collector, error) {
	return collect.New(ctx, collect.Options{Region: p.Region, Profile: p.Profile, Endpoint: a.endpoint})
}

// offered marks a stack of another environment in the list; its id names the
// environment, because the same name may stand for a stack of each region.
const offered = "environment:"

// move goes to another environment when the target names one.
func (a *account) move(ctx context.Context, target string) (stack string, err error) {
	env, ok := strings.CutPrefix(target, offered)
	if !ok {
		return target, nil
	}
	for i, p := range a.elsewhere {
		if p.Environment != env {
			continue
		}
		c, err := a.at(ctx, p)
		if err != nil {
			return "", err
		}
		a.collector, a.elsewhere[i], a.place = c, a.place, p
		return p.Stack, nil
	}
	return a.place.Stack, nil
}

// offer adds the other environments' stacks to the list of stacks.
func (a *account) offer(s *diagnostics.Snapshot) {
	for _, p := range a.elsewhere {
		if p.Stack == "" || p.Environment == "" || p.Environment == a.place.Environment {
			continue
		}
		s.Stacks = append(slices.Clip(s.Stacks), diagnostics.Stack{
			StackId: offered + p.Environment, StackName: p.Stack, StackStatus: "NOT_READ", Description: p.String(),
		})
	}
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
		if stack, err = a.move(ctx, t.Stack); err != nil {
			return err
		}
	}
	return a.collector.Collect(ctx, collect.Target{Stack: stack, Operation: t.Operation, Others: a.others}, func(s *diagnostics.Snapshot) bool {
		joined := *s
		joined.Files, joined.ConfigEnv = files, a.place.Environment
		if a.others {
			a.offer(&joined)
		}
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

// simulate asks IAM about calls of a role of the account that is read.
func (a *account) simulate(ctx context.Context, q diagnostics.Question) ([]diagnostics.Simulation, error) {
	return a.collector.Simulate(ctx, q)
}

// tail follows log groups of the account that is read.
func (a *account) tail(ctx context.Context, groups []string, emit func(tui.TailUpdate) bool) error {
	return a.collector.Tail(ctx, groups, func(u collect.TailUpdate) bool {
		return emit(tui.TailUpdate{LogGroupName: u.LogGroupName, Events: u.Events, Sampled: u.Sampled})
	})
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
