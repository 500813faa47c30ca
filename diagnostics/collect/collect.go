package collect

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"firstaid/diagnostics"
)

// Target says what to read.
type Target struct {
	// Stack is a stack's name or ARN; a deleted stack is found by its ARN, or
	// by its name for 90 days. Empty means the stack that failed last.
	Stack string
	// Operation is the id of one of the stack's operations; empty means the
	// latest one.
	Operation string
	// Others lists the region's other stacks too, to choose from.
	Others bool
	// Window is how far back logs are read; a day when zero.
	Window time.Duration
}

// Collect reads a stack and what its failures point at, and hands out a
// snapshot after each wave: identity, stack and events first; then resources,
// templates, functions, roles, APIs, images; then their logs; then what the
// logs point at. Snapshots are immutable and redacted; the last one is
// Complete. emit answers false once nobody listens, which ends the reading
// without an error.
//
// What could not be read is in the snapshot's Unread. An error (an *Error, or
// the context's) means that no further reading made sense; the snapshots
// handed out before keep what was read.
func (c *Collector) Collect(ctx context.Context, target Target, emit func(*diagnostics.Snapshot) bool) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	r := &reading{
		Collector: c,
		target:    target,
		emit: func(s *diagnostics.Snapshot) bool {
			return emit(diagnostics.Redact(s, diagnostics.RedactOptions{}))
		},
		stop:    stop,
		meter:   &meter{},
		asked:   map[diagnostics.Ref]bool{},
		managed: map[string]string{},
	}
	r.snap.Taken = c.now().UTC()
	r.snap.Identity = c.identity
	ctx = r.meter.in(ctx)
	err := r.run(ctx)
	return r.end(ctx, err)
}

// run reads wave after wave. Its error is about the stack itself.
func (r *reading) run(ctx context.Context) error {
	var stack diagnostics.Stack
	var err error
	together(
		func() { r.readIdentity(ctx) },
		func() { stack, err = r.chooseStack(ctx) },
	)
	if err != nil || ctx.Err() != nil {
		return err
	}
	r.publish("reading the events of " + stack.StackName)
	stack = r.readEvents(ctx, stack) // alone: the cause is worth the first calls that the rate allows
	r.publish("reading resources and templates")
	together(
		func() { r.readResources(ctx, stack) },
		func() { r.readTemplate(ctx, stack) },
		func() { r.readAccount(ctx) },
		func() { r.readOthers(ctx) },
	)
	each(r, r.nestedStacks(), func(s diagnostics.Stack) { r.readResources(ctx, s); r.readTemplate(ctx, s) })
	r.publish("reading functions, roles, APIs and images")
	r.followResources(ctx)
	r.publish("reading logs")
	r.followLogs(ctx)
	r.publish("reading what the logs point at")
	r.followResources(ctx)
	r.publish("asking who uses what the failures name")
	together(func() { r.readClaims(ctx) }, func() { r.readNetwork(ctx) })
	r.publish("asking IAM about what was denied")
	r.decodeMessages(ctx)
	r.simulateDenials(ctx)
	r.publish("looking back at earlier deployments")
	r.readHistory(ctx, stack)
	return nil
}

// end publishes what there is and says how the reading ended.
func (r *reading) end(ctx context.Context, err error) error {
	r.mu.Lock()
	fatal := r.fatal
	r.mu.Unlock()
	switch cause := context.Cause(ctx); {
	case errors.Is(cause, errNobodyListens):
		return nil
	case fatal != nil:
		r.publish("stopped")
		return fatal
	case cause != nil:
		return cause
	case err != nil:
		r.publish("stopped")
		return err
	}
	r.publish("")
	return nil
}

// chooseStack finds the stack to diagnose and puts it into the snapshot. When
// only DescribeStacks is denied, the name alone serves for most other calls.
func (r *reading) chooseStack(ctx context.Context) (diagnostics.Stack, error) {
	name := r.target.Stack
	if name == "" {
		var err error
		if name, err = r.lastFailed(ctx); err != nil {
			return diagnostics.Stack{}, err
		}
	}
	stack, err := r.describe(ctx, name)
	if err != nil {
		if e := r.explain(err); e.Problem == NoStack || e.Problem.fatal() || ctx.Err() != nil {
			r.unread(diagnostics.Ref{Kind: diagnostics.KindStack, ID: name}, "DescribeStacks", "", err)
			return stack, e
		}
		r.unread(diagnostics.Ref{Kind: diagnostics.KindStack, ID: name}, "DescribeStacks", "", err)
		stack = diagnostics.Stack{StackName: stackName(name)}
		if strings.HasPrefix(name, "arn:") {
			stack.StackId = name
		}
	}
	r.setStack(stack)
	return stack, nil
}

// setStack makes a stack the one under diagnosis.
func (r *reading) setStack(stack diagnostics.Stack) {
	r.change(func(s *diagnostics.Snapshot) {
		others := s.Stacks
		s.StackID = stack.StackId
		s.Stacks = []diagnostics.Stack{stack}
		for _, o := range others {
			if o.StackId != stack.StackId && o.StackName != stack.StackName {
				s.Stacks = append(s.Stacks, o)
			}
		}
	})
}

// lastFailed is the root stack that failed last, else the one that changed last.
func (r *reading) lastFailed(ctx context.Context) (string, error) {
	stacks, err := r.Stacks(ctx)
	if len(stacks) == 0 {
		if err == nil {
			err = &Error{
				Problem:  NoStack,
				Sentence: fmt.Sprintf("there is no stack in region %s of this account: check --region and --profile", r.identity.Region),
			}
		}
		r.unread(diagnostics.Ref{Kind: diagnostics.KindStack}, "ListStacks", "", err)
		return "", err
	}
	r.unread(diagnostics.Ref{Kind: diagnostics.KindStack}, "ListStacks", "", err)
	r.change(func(s *diagnostics.Snapshot) { s.Stacks = stacks })
	return firstOf(stacks[0].RootId, stacks[0].StackId, stacks[0].StackName), nil
}

// readOthers lists the other stacks, unless that was how the stack was chosen.
func (r *reading) readOthers(ctx context.Context) {
	if !r.target.Others || r.target.Stack == "" {
		return
	}
	stacks, err := r.Stacks(ctx)
	r.unread(diagnostics.Ref{Kind: diagnostics.KindStack}, "ListStacks", "", err)
	r.change(func(s *diagnostics.Snapshot) {
		known := map[string]bool{}
		for _, stack := range s.Stacks {
			known[stack.StackId] = true
		}
		for _, stack := range stacks {
			if !known[stack.StackId] {
				s.Stacks = append(s.Stacks, stack)
			}
		}
	})
}

// nestedStacks are the stacks under the one that is diagnosed.
func (r *reading) nestedStacks() []diagnostics.Stack {
	r.mu.Lock()
	defer r.mu.Unlock()
	var nested []diagnostics.Stack
	for _, s := range r.snap.Stacks {
		if s.StackId != r.snap.StackID && r.hasEventsOf(s.StackId) {
			nested = append(nested, s)
		}
	}
	return nested
}

// hasEventsOf is called with the lock held.
func (r *reading) hasEventsOf(stackID string) bool {
	for _, e := range r.snap.Events {
		if e.StackId == stackID {
			return true
		}
	}
	return false
}
