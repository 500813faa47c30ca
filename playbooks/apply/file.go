package apply

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/aymanbagabas/go-udiff"
	"github.com/google/renameio/v2"

	"firstaid/playbooks"
)

// A folder is the project's: nothing outside it is read or written, and no
// symbolic link in it is followed.
type folder struct{ root *os.Root }

func openFolder(dir string) (*folder, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open the project folder: %w", err)
	}
	return &folder{root: root}, nil
}

func (f *folder) close() { f.root.Close() }

// read returns a file's text, "" for one that does not exist.
func (f *folder) read(path string) (string, error) {
	if err := f.check(path); err != nil {
		return "", err
	}
	src, err := f.root.ReadFile(filepath.FromSlash(path))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return string(src), err
}

// check refuses paths that leave the folder and symbolic links on the way: the
// file that would be replaced might be somebody else's.
func (f *folder) check(path string) error {
	if !filepath.IsLocal(filepath.FromSlash(path)) {
		return fmt.Errorf("%s is outside the project folder: firstaid changes files of the project only", path)
	}
	at := ""
	for part := range strings.SplitSeq(path, "/") {
		at = filepath.Join(at, part)
		info, err := f.root.Lstat(at)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		if info.Mode()&fs.ModeSymlink != 0 {
			return fmt.Errorf("%s is a symbolic link: change the file that it points to by hand", filepath.ToSlash(at))
		}
	}
	return nil
}

// write replaces a file's text in one step, keeping its mode and, where the
// system allows it, its owner. An empty text of a file that a fix made removes
// the file.
func (f *folder) write(path, text string, remove bool) error {
	name := filepath.FromSlash(path)
	if remove {
		return f.root.Remove(name)
	}
	mode := fs.FileMode(0o644)
	info, err := f.root.Lstat(name)
	if err == nil {
		mode = info.Mode().Perm()
	}
	if err := renameio.WriteFile(name, []byte(text), mode, renameio.WithRoot(f.root), renameio.WithStaticPermissions(mode)); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if info != nil {
		keepOwner(f.root, name, info)
	}
	return nil
}

// merge takes an edit back from a text that may have changed since: the
// inverse of the edit and the later changes are both kept when they do not
// touch. ok is false when they do.
func merge(e playbooks.FileEdit, live string) (text string, ok bool) {
	edits, ok := udiff.Merge(udiff.Lines(e.After, live), udiff.Lines(e.After, e.Before))
	if !ok {
		return "", false
	}
	text, err := udiff.Apply(e.After, edits)
	return text, err == nil
}
