package main

import (
	"context"
	"io"
	"sync"

	"firstaid/diagnostics"
	"firstaid/playbooks"
	"firstaid/tui"
)

// A curtain stands for a stage until somebody looks: the screen's first frame
// does not wait for the incident to be read and its project to be copied. It is
// a tui.Source, a tui.Fixer, a tui.Guide and a tui.Journal.
type curtain struct {
	name    string
	catalog loader
	out     io.Writer

	once  sync.Once
	stage *stage
	err   error
}

func (c *curtain) raise() (*stage, error) {
	c.once.Do(func() { c.stage, c.err = openStage(c.name, c.catalog, c.out) })
	return c.stage, c.err
}

// Close throws the copy of the project away, where one was made.
func (c *curtain) Close() error {
	c.once.Do(func() {})
	if c.stage == nil {
		return nil
	}
	return c.stage.Close()
}

// Collect hands out the incident.
func (c *curtain) Collect(ctx context.Context, t tui.Target, emit func(*diagnostics.Snapshot) bool) error {
	g, err := c.raise()
	if err != nil {
		return err
	}
	return g.Collect(ctx, t, emit)
}

// Apply changes the copy.
func (c *curtain) Apply(ctx context.Context, p playbooks.Plan) (tui.Outcome, error) {
	g, err := c.raise()
	if err != nil {
		return tui.Outcome{}, err
	}
	return g.Apply(ctx, p)
}

// Begun lists the guided plans of the copy that are not at their end.
func (c *curtain) Begun(ctx context.Context) ([]playbooks.Plan, error) {
	g, err := c.raise()
	if err != nil {
		return nil, err
	}
	return g.Begun(ctx)
}

// Advance takes the next step of a guided plan.
func (c *curtain) Advance(ctx context.Context, p playbooks.Plan, byHand bool) (tui.Outcome, error) {
	g, err := c.raise()
	if err != nil {
		return tui.Outcome{}, err
	}
	return g.Advance(ctx, p, byHand)
}

// Undo takes an entry back.
func (c *curtain) Undo(ctx context.Context, entry int) (tui.Outcome, error) {
	g, err := c.raise()
	if err != nil {
		return tui.Outcome{}, err
	}
	return g.Undo(ctx, entry)
}

// Verify looks again.
func (c *curtain) Verify(ctx context.Context, f diagnostics.Finding) (tui.Outcome, error) {
	g, err := c.raise()
	if err != nil {
		return tui.Outcome{}, err
	}
	return g.Verify(ctx, f)
}

// Entries lists what was done.
func (c *curtain) Entries(ctx context.Context) ([]playbooks.Entry, error) {
	g, err := c.raise()
	if err != nil {
		return nil, err
	}
	return g.Entries(ctx)
}
