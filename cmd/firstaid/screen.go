package main

import (
	"context"
	"errors"
	"fmt"

	"firstaid/diagnostics"
	"firstaid/diagnostics/incident/demo"
	"firstaid/tui"
)

// runScreen opens the screen on a stack.
func runScreen(ctx context.Context, s streams, o *options, args []string) error {
	if !s.terminal() {
		return errors.New("there is no terminal to draw on: use `firstaid diagnose [STACK]`, or `firstaid --help` for what else works without one")
	}
	lang, err := o.language()
	if err != nil {
		return err
	}
	catalog := loadOnce(s.err)
	screen := tui.Options{LoadCatalog: catalog, Lang: lang, ReadOnly: o.readOnly, Exporter: exporter{catalog, lang}}
	stack := ""
	if len(args) > 0 {
		stack = args[0]
	}
	a, err := o.account(ctx, stack, ".")
	if err != nil {
		screen.Source = unreachable{err}
	} else {
		a.others = true
		screen.Source = a
		screen.Simulate, screen.Tail = a.simulate, a.tail
		screen.Fixer = &fixer{root: a.dir, journal: journal(), catalog: catalog, live: a.changer, again: a.again, ask: a.simulate, run: runCommand(s, a.dir)}
	}
	if screen.Notice, err = unfinished(journal(), lang); err != nil {
		fmt.Fprintln(s.err, "firstaid:", err)
	}
	waiting, err := underWay(journal(), ".", lang)
	if screen.Notice = append(screen.Notice, waiting...); err != nil {
		fmt.Fprintln(s.err, "firstaid:", err)
	}
	var played *stage
	screen.Demo = func() (source tui.Source, err error) {
		name := demo.List()[0].Name
		if o.readOnly {
			snapshot, err := demo.Open(name)
			return replay{snapshot: snapshot}, err
		}
		played, err = openStage(name, catalog, s.err)
		return played, err
	}
	err = tui.Run(ctx, screen)
	if played != nil {
		err = errors.Join(err, played.Close())
	}
	return err
}

// unreachable is an account that cannot even be asked; the screen says why and
// offers what works without one.
type unreachable struct{ err error }

// Collect returns the reason.
func (u unreachable) Collect(context.Context, tui.Target, func(*diagnostics.Snapshot) bool) error {
	return u.err
}
