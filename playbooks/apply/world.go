package apply

import (
	"context"
	"errors"
	"fmt"

	"firstaid/playbooks"
)

// A world is what steps change: the files of a folder and an AWS account.
type world struct {
	files *folder
	live  Live
	run   Runner
}

func (t *Transaction) open() (*world, error) { return t.openAt(t.Root) }

func (t *Transaction) openAt(root string) (*world, error) {
	files, err := openFolder(root)
	if err != nil {
		return nil, err
	}
	return &world{files: files, live: t.Live, run: t.Run}, nil
}

func (w *world) close() { w.files.close() }

var errNoAWS = errors.New("this step calls AWS, and there is no connection to an account here")

// guard checks that the world is as the preview showed it, or already as the
// step wants it. Several edits of one file build on each other.
func (w *world) guard(ctx context.Context, steps []StepRecord) error {
	pending := map[string]string{}
	for _, s := range steps {
		switch {
		case s.File != nil:
			live, seen := pending[s.File.Path]
			if !seen {
				var err error
				if live, err = w.files.read(s.File.Path); err != nil {
					return err
				}
			}
			if live != s.File.Before && live != s.File.After {
				return &DriftError{Of: s.File.Target(), Want: s.File.Before, Live: live}
			}
			pending[s.File.Path] = s.File.After
		case s.Call != nil:
			if err := w.guardCall(ctx, *s.Call); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *world) guardCall(ctx context.Context, c playbooks.Call) error {
	if w.live == nil {
		return errNoAWS
	}
	if c.Field == "" {
		return nil
	}
	live, err := w.live.Value(ctx, c)
	if err != nil {
		return fmt.Errorf("read %s before changing it: %w", c.Of, err)
	}
	if live != c.Before && live != c.After {
		return &DriftError{Of: c.Of, Want: c.Before, Live: live}
	}
	return nil
}

// do carries out one step; it does nothing when the live value is already the
// wanted one. left is true for a command that the user is to run.
func (w *world) do(ctx context.Context, s StepRecord) (left bool, err error) {
	switch {
	case s.File != nil:
		return false, w.writeFile(*s.File)
	case s.Call != nil:
		return false, w.call(ctx, *s.Call)
	case w.run == nil:
		return true, nil
	default:
		return false, w.run(ctx, *s.Run)
	}
}

func (w *world) writeFile(e playbooks.FileEdit) error {
	live, err := w.files.read(e.Path)
	switch {
	case err != nil:
		return err
	case live == e.After:
		return nil
	case live != e.Before:
		return &DriftError{Of: e.Target(), Want: e.Before, Live: live}
	}
	return w.files.write(e.Path, e.After, e.After == "")
}

func (w *world) call(ctx context.Context, c playbooks.Call) error {
	if w.live == nil {
		return errNoAWS
	}
	if c.Field != "" {
		live, err := w.live.Value(ctx, c)
		switch {
		case err != nil:
			return err
		case live == c.After:
			return nil
		case live != c.Before:
			return &DriftError{Of: c.Of, Want: c.Before, Live: live}
		}
	}
	return w.live.Send(ctx, c)
}

// stillThere reports whether a step took effect, for an entry that was
// interrupted between the change and the note about it.
func (w *world) stillThere(ctx context.Context, s StepRecord) (bool, error) {
	switch {
	case s.Left || s.Run != nil || s.Manual != nil:
		return false, nil
	case s.File != nil:
		live, err := w.files.read(s.File.Path)
		return err == nil && live == s.File.After, err
	case s.Call.Field == "":
		return s.Done, nil
	default:
		if w.live == nil {
			return false, errNoAWS
		}
		live, err := w.live.Value(ctx, *s.Call)
		return err == nil && live == s.Call.After, err
	}
}
