package tui

import (
	"context"
	"time"

	tea "github.com/charmbracelet/bubbletea"
)

// query produces items until it is done or ctx ends; emit reports false once
// nobody listens.
type query[T any] func(ctx context.Context, emit func(T) bool) error

// gather is how long items are collected before they are handed on together:
// one frame.
const gather = 16 * time.Millisecond

// stream is a pane's one query: a new one cancels the old, and what the old
// one still sends is dropped.
type stream[T any] struct {
	pane   paneID
	gen    uint64
	cancel context.CancelFunc
}

// chunk is what arrived since the last one. It is addressed to the pane that
// asked.
type chunk[T any] struct {
	pane  paneID
	gen   uint64
	items []T
	done  bool
	err   error
	next  tea.Cmd
}

func (c chunk[T]) target() paneID { return c.pane }

// start begins a query and returns the work it takes. It is called in Update.
func (s *stream[T]) start(parent context.Context, q query[T]) tea.Cmd {
	s.stop()
	ctx, cancel := context.WithCancel(parent)
	s.cancel = cancel
	items, result := make(chan T, 64), make(chan error, 1)
	emit := func(v T) bool {
		select {
		case items <- v:
			return true
		case <-ctx.Done():
			return false
		}
	}
	// A command and not a bare go statement: Bubble Tea restores the terminal
	// when a command panics.
	produce := func() tea.Msg {
		defer close(items)
		result <- q(ctx, emit)
		return nil
	}
	return tea.Batch(produce, receive(ctx, s.pane, s.gen, items, result))
}

// stop cancels the running query, if any, and disowns what it still sends.
func (s *stream[T]) stop() {
	if s.cancel != nil {
		s.cancel()
		s.cancel = nil
	}
	s.gen++
}

// accept returns the items of a chunk and the work that fetches the next one;
// ok is false for a chunk of an earlier query.
func (s *stream[T]) accept(c chunk[T]) (items []T, next tea.Cmd, ok bool) {
	if c.gen != s.gen {
		return nil, nil, false
	}
	return c.items, c.next, true
}

func receive[T any](ctx context.Context, pane paneID, gen uint64, items <-chan T, result <-chan error) tea.Cmd {
	var cmd tea.Cmd
	cmd = func() tea.Msg {
		c := chunk[T]{pane: pane, gen: gen}
		var full <-chan time.Time
		for {
			select {
			case v, open := <-items:
				if !open {
					c.done, c.err = true, lastError(result)
					return c
				}
				c.items = append(c.items, v)
				if full == nil {
					full = time.After(gather)
				}
			case <-full:
				c.next = cmd
				return c
			case <-ctx.Done():
				return nil
			}
		}
	}
	return cmd
}

// lastError returns the query's result; there is none when it panicked.
func lastError(result <-chan error) error {
	select {
	case err := <-result:
		return err
	default:
		return nil
	}
}
