package template

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// sharedTemplates lists real templates lying beside the repository, or skips the test.
func sharedTemplates(tb testing.TB) []string {
	tb.Helper()
	root := os.Getenv("FIRSTAID_SHARED")
	for dir, _ := os.Getwd(); root == "" && dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			root = filepath.Join(filepath.Dir(dir), "shared")
			if _, err := os.Stat(root); err != nil { // a worktree one folder further down
				root = filepath.Join(filepath.Dir(filepath.Dir(dir)), "shared")
			}
			break
		}
	}
	var files []string
	_ = filepath.WalkDir(filepath.Join(root, "templates"), func(p string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && filepath.Ext(p) != ".md" {
			files = append(files, p)
		}
		return nil
	})
	if len(files) == 0 {
		tb.Skip("no shared templates here")
	}
	return files
}
