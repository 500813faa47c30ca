// Package templatetest gives tests the real templates that may lie beside the repository.
package templatetest

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// Files lists the shared real templates and samconfig files, or skips the test when there are none. The
// folder is $FIRSTAID_SHARED, else `shared` beside the repository.
func Files(tb testing.TB) []string {
	tb.Helper()
	var files []string
	_ = filepath.WalkDir(filepath.Join(root(), "templates"), func(p string, e fs.DirEntry, err error) error {
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

func root() string {
	if dir := os.Getenv("FIRSTAID_SHARED"); dir != "" {
		return dir
	}
	dir, err := os.Getwd()
	for ; err == nil && dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err != nil {
			continue
		}
		// Beside the repository, or beside the folder that holds its worktrees.
		for _, up := range []string{"../shared", "../../shared"} {
			if info, err := os.Stat(filepath.Join(dir, up)); err == nil && info.IsDir() {
				return filepath.Join(dir, up)
			}
		}
	}
	return ""
}
