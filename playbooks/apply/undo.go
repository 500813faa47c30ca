package apply

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"firstaid/diagnostics"
	"firstaid/playbooks"
)

// An inverse is what takes one step back.
type inverse struct {
	step int
	file *playbooks.FileEdit // After is what will be written
	call *playbooks.Call
}

// Undo takes an entry back, last step first. It is all or nothing in intent:
// every inverse is worked out and guarded before the first one is carried out.
// Later changes of the same file are kept where they do not touch the fix.
func (t *Transaction) Undo(ctx context.Context, id int) (Record, error) {
	unlock, err := t.Journal.lock()
	if err != nil {
		return Record{}, err
	}
	defer unlock()
	r, err := t.Journal.Get(id)
	if err != nil {
		return r, err
	}
	switch {
	case r.Status == Undone:
		return r, fmt.Errorf("entry %d was taken back already", id)
	case !r.Changes() && !r.Unfinished():
		return r, fmt.Errorf("entry %d holds commands only: what they did is not firstaid's to take back", id)
	}
	w, err := t.openAt(r.Root)
	if err != nil {
		return r, err
	}
	defer w.close()
	inverses, err := t.inverses(ctx, w, r)
	if err != nil {
		return r, fmt.Errorf("entry %d cannot be taken back: %w", id, err)
	}
	r.Status = Undoing
	if err := t.Journal.write(r); err != nil {
		return r, err
	}
	t.fault("undo noted")
	return t.takeBack(ctx, w, r, inverses)
}

func (t *Transaction) takeBack(ctx context.Context, w *world, r Record, inverses []inverse) (Record, error) {
	for _, v := range inverses {
		t.fault(fmt.Sprintf("before undo of step %d", v.step+1))
		if err := w.takeBack(ctx, v); err != nil {
			return r, fmt.Errorf("take back step %d: %w", v.step+1, err)
		}
		t.fault(fmt.Sprintf("after undo of step %d", v.step+1))
		r.Steps[v.step].Done = false
		if err := t.Journal.write(r); err != nil {
			return r, err
		}
	}
	r.Status, r.State = Undone, diagnostics.Open
	return r, t.Journal.write(r)
}

// inverses works out how to take each step back that took effect.
func (t *Transaction) inverses(ctx context.Context, w *world, r Record) ([]inverse, error) {
	pending := map[string]string{}
	var list []inverse
	for i, s := range slices.Backward(r.Steps) {
		v := inverse{step: i}
		var err error
		switch {
		case s.File != nil:
			v.file, err = t.inverseFile(w, r, *s.File, s.Done, pending)
		case s.Call != nil:
			v.call, err = w.inverseCall(ctx, s)
		}
		if err != nil {
			return nil, err
		}
		if v.file != nil || v.call != nil {
			list = append(list, v)
		}
	}
	return list, nil
}

func (t *Transaction) inverseFile(w *world, r Record, e playbooks.FileEdit, done bool, pending map[string]string) (*playbooks.FileEdit, error) {
	live, seen := pending[e.Path]
	if !seen {
		var err error
		if live, err = w.files.read(e.Path); err != nil {
			return nil, err
		}
	}
	if live == e.Before || !done && live != e.After {
		return nil, nil // never took effect, or is taken back already
	}
	text, ok := merge(e, live)
	if !ok {
		return nil, fmt.Errorf("%s was changed at the same lines since%s", e.Path, t.blame(r, e.Path))
	}
	pending[e.Path] = text
	return &playbooks.FileEdit{Path: e.Path, Before: live, After: text}, nil
}

// blame names later entries that changed the same file.
func (t *Transaction) blame(r Record, path string) string {
	list, _ := t.Journal.List()
	var later []string
	for _, o := range list {
		if o.ID > r.ID && o.Status != Undone && o.Root == r.Root && slices.ContainsFunc(o.Steps, func(s StepRecord) bool { return s.File != nil && s.File.Path == path }) {
			later = append(later, fmt.Sprint(o.ID))
		}
	}
	if len(later) == 0 {
		return ": edit it by hand"
	}
	return ": take back entry " + strings.Join(later, ", ") + " first"
}

func (w *world) inverseCall(ctx context.Context, s StepRecord) (*playbooks.Call, error) {
	there, err := w.stillThere(ctx, s)
	if err != nil {
		return nil, err
	}
	if !there {
		if s.Done && s.Call.Field != "" {
			live, err := w.live.Value(ctx, *s.Call)
			if err == nil && live != s.Call.Before {
				return nil, &DriftError{Of: s.Call.Of, Want: s.Call.After, Live: live}
			}
		}
		return nil, nil
	}
	if s.Call.Undo == nil {
		return nil, fmt.Errorf("%s has no inverse", s.Call.Operation)
	}
	undo := *s.Call.Undo
	undo.Field, undo.Before, undo.After = s.Call.Field, s.Call.After, s.Call.Before
	return &undo, nil
}

func (w *world) takeBack(ctx context.Context, v inverse) error {
	if v.call != nil {
		return w.call(ctx, *v.call)
	}
	return w.writeFile(*v.file)
}
