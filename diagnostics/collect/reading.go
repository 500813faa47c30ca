package collect

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"firstaid/diagnostics"
)

// reading is one run of Collect: the snapshot as it grows. Elements of its
// slices are never changed after they were added, so that a shallow copy is
// an immutable snapshot.
type reading struct {
	*Collector
	target Target
	emit   func(*diagnostics.Snapshot) bool
	stop   context.CancelCauseFunc
	meter  *meter

	mu    sync.Mutex
	snap  diagnostics.Snapshot
	fatal *Error
	// asked remembers what was read already: leads repeat.
	asked map[diagnostics.Ref]bool
	// managed keeps the documents of managed policies, which roles share.
	managed map[string]string

	past *past

	emitting sync.Mutex
	quiet    bool // nobody listens any more
	doing    string
	due      time.Time // of the next snapshot between two waves
}

// errNobodyListens ends a reading whose snapshots are not wanted any more.
var errNobodyListens = errors.New("nobody listens")

// change adds to the snapshot.
func (r *reading) change(f func(*diagnostics.Snapshot)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f(&r.snap)
}

// first reports whether a thing is asked for the first time.
func (r *reading) first(kind diagnostics.Kind, id string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	ref := diagnostics.Ref{Kind: kind, ID: id}
	if r.asked[ref] {
		return false
	}
	r.asked[ref] = true
	return true
}

// unread records that something could not be read and why. It reports whether
// reading on makes sense.
func (r *reading) unread(of diagnostics.Ref, operation, service string, err error) {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return
	}
	e := r.explain(err)
	u := diagnostics.Unread{Of: of, Reason: e.Sentence}
	if e.Problem == Denied {
		u.Action = actionOf(operation, service)
		u.Reason = "needs " + u.Action + ", which these credentials do not allow (" + messageOf(err) + "); `firstaid permissions` prints the policy to ask for"
	}
	fatal := e.Problem.fatal() && (e.Problem != NoNetwork || !r.meter.anyAnswer())
	r.mu.Lock()
	defer r.mu.Unlock()
	if fatal {
		if r.fatal == nil {
			r.fatal = e
			r.stop(e)
		}
	}
	if !slices.Contains(r.snap.Unread, u) {
		r.snap.Unread = append(r.snap.Unread, u)
	}
}

// skipped records something that was not even tried, with the reason.
func (r *reading) skipped(of diagnostics.Ref, reason string) {
	r.change(func(s *diagnostics.Snapshot) {
		s.Unread = append(s.Unread, diagnostics.Unread{Of: of, Reason: reason})
	})
}

// publish hands out what has been read so far. next says what is read now.
func (r *reading) publish(next string) {
	r.emitting.Lock()
	defer r.emitting.Unlock()
	if r.quiet {
		return
	}
	r.doing = next
	r.hand(next)
}

// progress hands out a snapshot in the middle of a wave that takes long, not
// so often that making snapshots would be what takes long.
func (r *reading) progress() {
	r.emitting.Lock()
	defer r.emitting.Unlock()
	if !r.quiet && r.doing != "" && time.Now().After(r.due) {
		r.hand(r.doing)
	}
}

// hand is called with the emitting lock held.
func (r *reading) hand(next string) {
	began := time.Now()
	s := r.copy()
	s.Reading = next
	s.Complete = next == ""
	if !r.emit(s) {
		r.quiet = true
		r.stop(errNobodyListens)
	}
	r.due = time.Now().Add(max(300*time.Millisecond, 10*time.Since(began)))
}

// copy is the snapshot as it stands, in its canonical order.
func (r *reading) copy() *diagnostics.Snapshot {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.snap
	for _, clone := range []func(){
		func() { s.Stacks = slices.Clone(s.Stacks) },
		func() { s.Events = slices.Clone(s.Events) },
		func() { s.Earlier = slices.Clone(s.Earlier) },
		func() { s.Resources = slices.Clone(s.Resources) },
		func() { s.Templates = slices.Clone(s.Templates) },
		func() { s.Functions = slices.Clone(s.Functions) },
		func() { s.LogGroups = slices.Clone(s.LogGroups) },
		func() { s.Roles = slices.Clone(s.Roles) },
		func() { s.Simulations = slices.Clone(s.Simulations) },
		func() { s.Messages = slices.Clone(s.Messages) },
		func() { s.Repositories = slices.Clone(s.Repositories) },
		func() { s.APIs = slices.Clone(s.APIs) },
		func() { s.ScalableTargets = slices.Clone(s.ScalableTargets) },
		func() { s.Metrics = slices.Clone(s.Metrics) },
		func() { s.Layers = slices.Clone(s.Layers) },
		func() { s.Occupants = slices.Clone(s.Occupants) },
		func() { s.Keys = slices.Clone(s.Keys) },
		func() { s.Exports = slices.Clone(s.Exports) },
		func() { s.Claims = slices.Clone(s.Claims) },
		func() { s.Unread = slices.Clone(s.Unread) },
	} {
		clone()
	}
	s.Calls = r.meter.list()
	arrange(&s)
	return &s
}

// together runs tasks side by side, a few at a time, and waits for all.
func together(tasks ...func()) {
	var group errgroup.Group
	group.SetLimit(8)
	for _, task := range tasks {
		group.Go(func() error { task(); return nil })
	}
	_ = group.Wait() // tasks record their errors themselves
}

// each runs one task for every item, a few at a time, and shows how far it got.
func each[T any](r *reading, items []T, task func(T)) {
	tasks := make([]func(), len(items))
	for i, item := range items {
		tasks[i] = func() { task(item); r.progress() }
	}
	together(tasks...)
}
