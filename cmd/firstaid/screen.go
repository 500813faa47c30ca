package main

import (
	"context"
	"errors"
)

// runScreen opens the screen on a stack.
func runScreen(_ context.Context, s streams, _ *options, _ []string) error {
	if !s.terminal() {
		return errors.New("there is no terminal to draw on: use `firstaid diagnose [STACK]`, or `firstaid --help` for what else works without one")
	}
	return errors.New("the screen is not part of this build yet: use `firstaid diagnose`")
}
