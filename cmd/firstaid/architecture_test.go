package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A wall says what the packages below a path must never depend on.
type wall struct {
	under  string   // import path of a folder, itself included
	except []string // folders under it that may
	never  []string // prefixes of import paths
}

var walls = []wall{
	{under: "firstaid/diagnostics", never: []string{"firstaid/playbooks", "firstaid/tui", "firstaid/cmd"}},
	{under: "firstaid/playbooks", never: []string{"firstaid/tui", "firstaid/cmd"}},
	{under: "firstaid/tui", never: []string{"firstaid/cmd", "github.com/aws/"}},
	{under: "firstaid/diagnostics", except: []string{"firstaid/diagnostics/collect"}, never: []string{"github.com/aws/"}},
	{under: "firstaid/playbooks", except: []string{"firstaid/playbooks/apply"}, never: []string{"github.com/aws/"}},
	{under: "firstaid/diagnostics", never: []string{"github.com/charmbracelet/"}},
	{under: "firstaid/playbooks", never: []string{"github.com/charmbracelet/"}},
}

// TestDirection holds the arrows cmd → tui → playbooks → diagnostics and the
// rules on who may import the AWS SDK and Bubble Tea.
func TestDirection(t *testing.T) {
	for pkg, deps := range dependencies(t) {
		for _, w := range walls {
			if !within(pkg, w.under) || slices.ContainsFunc(w.except, func(e string) bool { return within(pkg, e) }) {
				continue
			}
			for _, d := range deps {
				for _, n := range w.never {
					if strings.HasPrefix(d, n) {
						t.Errorf("%s depends on %s", pkg, d)
					}
				}
			}
		}
	}
}

// TestStandardLibraryOnly holds the packages that have no dependencies.
func TestStandardLibraryOnly(t *testing.T) {
	all := dependencies(t)
	for _, pkg := range []string{"firstaid/diagnostics", "firstaid/diagnostics/denial", "firstaid/diagnostics/policy"} {
		for _, d := range all[pkg] {
			if strings.Contains(strings.Split(d, "/")[0], ".") {
				t.Errorf("%s depends on %s", pkg, d)
			}
		}
	}
}

// TestDirectImports holds who may import the SDK, the screen's libraries and
// the fuzzy finder by name.
func TestDirectImports(t *testing.T) {
	may := map[string][]string{
		"github.com/aws/":                    {"firstaid/diagnostics/collect", "firstaid/playbooks/apply", "firstaid/cmd"},
		"github.com/charmbracelet/bubbletea": {"firstaid/tui"},
		"github.com/charmbracelet/bubbles":   {"firstaid/tui"},
		"github.com/charmbracelet/lipgloss":  {"firstaid/tui"},
		"github.com/sahilm/fuzzy":            {"firstaid/tui/widget"},
	}
	for pkg, imports := range list(t, `{{.ImportPath}} {{join .Imports " "}}`) {
		for _, i := range imports {
			for prefix, allowed := range may {
				if strings.HasPrefix(i, prefix) && !slices.ContainsFunc(allowed, func(a string) bool { return within(pkg, a) }) {
					t.Errorf("%s imports %s", pkg, i)
				}
			}
		}
	}
}

// TestTopLevel holds that a stranger sees four folders.
func TestTopLevel(t *testing.T) {
	entries, err := os.ReadDir(root(t))
	if err != nil {
		t.Fatal(err)
	}
	files := []string{"cmd", "diagnostics", "playbooks", "tui", "go.mod", "go.sum", "README.md", "LICENSE"}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") && !slices.Contains(files, e.Name()) && !ignored(t, e.Name()) {
			t.Errorf("%s stands at the top level", e.Name())
		}
	}
}

func within(pkg, folder string) bool { return pkg == folder || strings.HasPrefix(pkg, folder+"/") }

func dependencies(t *testing.T) map[string][]string {
	t.Helper()
	return list(t, `{{.ImportPath}} {{join .Deps " "}}`)
}

func list(t *testing.T, format string) map[string][]string {
	t.Helper()
	cmd := exec.Command("go", "list", "-f", format, "./...")
	cmd.Dir = root(t)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	deps := map[string][]string{}
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		deps[fields[0]] = fields[1:]
	}
	return deps
}

func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// ignored reports whether git ignores the entry: a build or test left it.
func ignored(t *testing.T, name string) bool {
	t.Helper()
	cmd := exec.Command("git", "check-ignore", "-q", name)
	cmd.Dir = root(t)
	return cmd.Run() == nil
}
