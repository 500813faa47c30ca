package apply

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/google/renameio/v2"
	"github.com/rogpeppe/go-internal/lockedfile"
)

// Journal keeps the entries of all that firstaid changed, one file each, in a
// folder of the user's state.
type Journal struct{ dir string }

// OpenJournal uses a folder, which is made when the first entry is written.
func OpenJournal(dir string) *Journal { return &Journal{dir: dir} }

// List returns every entry, oldest first. A file that is no entry is reported
// beside the entries that could be read.
func (j *Journal) List() ([]Record, error) {
	names, err := filepath.Glob(filepath.Join(j.dir, "*.json"))
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	var list []Record
	var errs []error
	for _, name := range names {
		r, err := read(name)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		list = append(list, r)
	}
	return list, errors.Join(errs...)
}

// Get returns one entry.
func (j *Journal) Get(id int) (Record, error) {
	r, err := read(j.path(id))
	if errors.Is(err, fs.ErrNotExist) {
		return r, fmt.Errorf("the journal has no entry %d: `firstaid journal` lists them", id)
	}
	return r, err
}

// Last returns the newest entry that can be taken back.
func (j *Journal) Last() (Record, error) {
	list, err := j.List()
	if err != nil {
		return Record{}, err
	}
	for _, r := range slices.Backward(list) {
		if r.Status != Undone && r.Status != Failed && r.Changes() {
			return r, nil
		}
	}
	return Record{}, errors.New("nothing to take back: the journal has no applied fix")
}

// Unfinished returns the entries that a crash or failure left half done.
func (j *Journal) Unfinished() ([]Record, error) {
	list, err := j.List()
	return slices.DeleteFunc(list, func(r Record) bool { return !r.Unfinished() }), err
}

func (j *Journal) path(id int) string { return filepath.Join(j.dir, fmt.Sprintf("%06d.json", id)) }

func read(name string) (Record, error) {
	var r Record
	src, err := os.ReadFile(name)
	if err != nil {
		return r, err
	}
	if err := json.Unmarshal(src, &r); err != nil {
		return r, fmt.Errorf("journal entry %s cannot be read: %w", name, err)
	}
	return r, nil
}

// lock keeps other firstaids from changing anything until unlock is called.
func (j *Journal) lock() (unlock func(), err error) {
	if err := os.MkdirAll(j.dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the journal's folder: %w", err)
	}
	unlock, err = lockedfile.MutexAt(filepath.Join(j.dir, "lock")).Lock()
	if err != nil {
		return nil, fmt.Errorf("lock the journal: %w", err)
	}
	return unlock, nil
}

// add writes a new entry under the next free number. The journal is locked.
func (j *Journal) add(r *Record) error {
	names, err := filepath.Glob(filepath.Join(j.dir, "*.json"))
	if err != nil {
		return err
	}
	for _, name := range names {
		n, err := strconv.Atoi(strings.TrimSuffix(filepath.Base(name), ".json"))
		if err == nil && n > r.ID {
			r.ID = n
		}
	}
	r.ID++
	return j.write(*r)
}

// write replaces an entry. The file is complete at any moment: it is written
// beside, synced and renamed. It holds whole files of the project, so nobody
// else may read it.
func (j *Journal) write(r Record) error {
	src, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	if err := renameio.WriteFile(j.path(r.ID), src, 0o600); err != nil {
		return fmt.Errorf("write the journal: %w", err)
	}
	return nil
}
