package apply

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/google/renameio/v2"
	"github.com/rogpeppe/go-internal/lockedfile"

	"firstaid/diagnostics"
	"firstaid/playbooks"
)

// A guide is a guided plan that was begun, as the journal keeps it: the steps
// as they were shown, and what became of each. It is written ahead of every
// step and removed after the last.
type guide struct {
	Root    string              `json:"root"`
	Account string              `json:"account,omitempty"`
	Region  string              `json:"region,omitempty"`
	Finding diagnostics.Finding `json:"finding"`
	Fix     playbooks.Fix       `json:"fix"` // with its progress
	Steps   []StepRecord        `json:"steps"`
}

// Begun returns the guided plans of a project folder that were begun and are
// not at their end, with how far they got. What a crash kept from being noted is
// read from the journal's entries; a step that was taken back is to do again.
func (j *Journal) Begun(root string) ([]playbooks.Plan, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return nil, err
	}
	names, err := filepath.Glob(filepath.Join(j.dir, "guides", "*.json"))
	if err != nil || len(names) == 0 {
		return nil, err
	}
	entries, err := j.List()
	errs := []error{err}
	var list []playbooks.Plan
	for _, name := range names {
		g, err := readGuide(name)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if g.Root != root {
			continue
		}
		g.settle(strings.TrimSuffix(filepath.Base(name), ".json"), entries)
		if g.Fix.Next() < len(g.Steps) {
			list = append(list, playbooks.Plan{Finding: g.Finding, Fix: g.Fix})
		}
	}
	return list, errors.Join(errs...)
}

// settle brings the progress in line with the entries of the journal.
func (g *guide) settle(key string, entries []Record) {
	taken := g.Fix.Progress.Taken
	for i := range taken {
		if taken[i].Begun.IsZero() {
			continue
		}
		for _, r := range entries {
			if r.Plan != key || r.Stage != i+1 || r.At.Before(taken[i].Begun) {
				continue
			}
			switch taken[i].Entry = r.ID; {
			case r.Status == Undone:
				taken[i] = playbooks.Taken{}
			case r.Status != Applied:
				taken[i].Done = time.Time{}
			case taken[i].Done.IsZero():
				taken[i].Done = r.At
			}
		}
	}
	if next := g.Fix.Next(); next < len(taken) {
		clear(taken[next+1:])
	}
}

func readGuide(name string) (guide, error) {
	var g guide
	src, err := os.ReadFile(name)
	if err != nil {
		return g, err
	}
	if err := json.Unmarshal(src, &g); err != nil {
		return g, fmt.Errorf("guided plan %s cannot be read: %w", name, err)
	}
	for _, step := range g.Steps {
		if step.empty() {
			return g, fmt.Errorf("guided plan %s cannot be read: one of its steps is of no kind", name)
		}
		g.Fix.Steps = append(g.Fix.Steps, step.Step())
	}
	if g.Fix.Progress == nil || len(g.Fix.Progress.Taken) != len(g.Steps) {
		return g, fmt.Errorf("guided plan %s cannot be read: its steps and its progress do not fit", name)
	}
	return g, nil
}

// Advance takes the next step of a guided plan and returns the plan with its
// new so. What firstaid does becomes an entry of the journal; a person's
// step, and with byHand a command that was run elsewhere, is noted as done.
func (t *Transaction) Advance(ctx context.Context, p playbooks.Plan, byHand bool) (playbooks.Plan, Record, error) {
	key, g, err := t.guide(p)
	if err != nil {
		return p, Record{}, err
	}
	unlock, err := t.Journal.lockGuides()
	if err != nil {
		return p, Record{}, err
	}
	defer unlock()
	if err := t.Journal.agrees(key, p); err != nil {
		return p, Record{}, err
	}
	i := p.Fix.Next()
	so := *p.Fix.Progress
	so.Taken, so.Over = slices.Clone(so.Taken), diagnostics.Text{}
	g.Fix.Progress = &so
	if so.Taken[i].Entry == 0 { // else it was interrupted, and its entry is as old as its beginning
		so.Taken[i].Begun = t.now()
	}
	if so.Begun.IsZero() {
		so.Begun = so.Taken[i].Begun
	}
	if err := t.Journal.writeGuide(key, g); err != nil {
		return p, Record{}, err
	}
	t.fault("progress noted")
	r, err := t.takeStep(ctx, p, key, byHand)
	if err != nil {
		return p, r, err
	}
	t.fault("step taken")
	so.Taken[i].Done, so.Taken[i].Entry = t.now(), r.ID
	p.Fix.Progress = &so
	return p, r, t.Journal.writeGuide(key, g)
}

// guide checks that the plan has a step that can be taken.
func (t *Transaction) guide(p playbooks.Plan) (key string, g guide, err error) {
	root, err := filepath.Abs(t.Root)
	switch {
	case err != nil:
		return "", g, err
	case !p.Fix.Staged() || p.Fix.Progress == nil:
		return "", g, errors.New("this fix is no guided plan: it is applied as a whole")
	case p.Fix.Next() == len(p.Fix.Steps):
		return "", g, errors.New("every step of this plan is done")
	}
	g = guide{Root: root, Account: t.Account, Region: t.Region, Finding: p.Finding, Fix: p.Fix}
	for _, s := range p.Fix.Steps {
		step, err := recordStep(s)
		if err != nil {
			return "", g, err
		}
		g.Steps = append(g.Steps, step)
	}
	return guideKey(root, p), g, nil
}

// takeStep carries out the next step of a plan. One that was interrupted goes
// on where it stopped.
func (t *Transaction) takeStep(ctx context.Context, p playbooks.Plan, key string, byHand bool) (Record, error) {
	i := p.Fix.Next()
	switch p.Fix.Steps[i].(type) {
	case playbooks.Manual:
		return Record{}, nil
	case playbooks.Run:
		if byHand {
			return Record{}, nil
		}
		if t.Run == nil {
			return Record{}, errors.New("this step is a command, and nothing is run from here: run it, then note it as done")
		}
	}
	if entry := p.Fix.Progress.Taken[i].Entry; entry > 0 {
		if r, err := t.Journal.Get(entry); err == nil && r.Status == Applying {
			return t.Resume(ctx, entry)
		}
	}
	return t.apply(ctx, p.NextStep(), key, i+1)
}

// agrees checks that nobody took a step of the plan since it was shown.
func (j *Journal) agrees(key string, p playbooks.Plan) error {
	stored, err := readGuide(j.guidePath(key))
	switch {
	case errors.Is(err, fs.ErrNotExist), err == nil && !p.Fix.Progress.Over.IsZero():
		return nil
	case err != nil:
		return err
	}
	entries, err := j.List()
	if err != nil {
		return err
	}
	stored.settle(key, entries)
	if !stored.Fix.Progress.Begun.Equal(p.Fix.Progress.Begun) || stored.Fix.Next() != p.Fix.Next() {
		return fmt.Errorf("step %d of this plan was taken elsewhere since it was shown: look at it again; nothing was done", stored.Fix.Next())
	}
	return nil
}

// Forget gives a begun plan up. What its steps changed stays as it is, and in
// the journal.
func (t *Transaction) Forget(p playbooks.Plan) error {
	root, err := filepath.Abs(t.Root)
	if err != nil {
		return err
	}
	unlock, err := t.Journal.lockGuides()
	if err != nil {
		return err
	}
	defer unlock()
	return os.Remove(t.Journal.guidePath(guideKey(root, p)))
}

// guideKey names a plan: the project, the stack, the finding and which of its
// fixes it is.
func guideKey(root string, p playbooks.Plan) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{root, p.Fix.Progress.Scope(), p.Finding.ID(), p.Fix.Title.En}, "\x00")))
	return hex.EncodeToString(sum[:12])
}

func (j *Journal) guidePath(key string) string {
	return filepath.Join(j.dir, "guides", key+".json")
}

// lockGuides keeps other firstaids from taking steps of guided plans.
func (j *Journal) lockGuides() (unlock func(), err error) {
	dir := filepath.Join(j.dir, "guides")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of guided plans: %w", err)
	}
	if unlock, err = lockedfile.MutexAt(filepath.Join(dir, "lock")).Lock(); err != nil {
		return nil, fmt.Errorf("lock the guided plans: %w", err)
	}
	return unlock, nil
}

// writeGuide keeps a plan with its progress, or removes it when it is at its end.
func (j *Journal) writeGuide(key string, g guide) error {
	if g.Fix.Next() == len(g.Steps) {
		return os.Remove(j.guidePath(key))
	}
	src, err := json.MarshalIndent(g, "", "  ")
	if err != nil {
		return err
	}
	if err := renameio.WriteFile(j.guidePath(key), src, 0o600); err != nil {
		return fmt.Errorf("write the guided plan: %w", err)
	}
	return nil
}
