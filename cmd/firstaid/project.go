package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"firstaid/diagnostics"
)

// withProject replaces the project files of a snapshot by those that stand in
// a folder now, where they do: a fix is a change of the file as it is.
func withProject(s *diagnostics.Snapshot, dir string) (*diagnostics.Snapshot, error) {
	out := *s
	out.Files = make([]diagnostics.File, 0, len(s.Files))
	for _, f := range s.Files {
		if !filepath.IsLocal(filepath.FromSlash(f.Path)) {
			return nil, fmt.Errorf("the incident names a file outside its project: %s", f.Path)
		}
		src, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(f.Path)))
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return nil, err
		default:
			f.Content = string(src)
		}
		out.Files = append(out.Files, f)
	}
	return &out, nil
}
