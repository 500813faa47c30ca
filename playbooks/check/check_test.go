package check

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/rogpeppe/go-internal/txtar"

	"firstaid/diagnostics/template"
)

// wantComment is `# want playbook… [fixable]` on the line of a finding, or `want-next` on the line above.
var wantComment = regexp.MustCompile(`# want(-next)? ([a-z0-9 -]+)`)

// wanted reads what a case expects: one "file:line playbook" for each finding, "fixable" behind those that are.
func wanted(a *txtar.Archive) []string {
	var all []string
	for _, f := range a.Files {
		for i, line := range strings.Split(string(f.Data), "\n") {
			m := wantComment.FindStringSubmatch(line)
			if m == nil {
				continue
			}
			at, words := i+1, strings.Fields(m[2])
			if m[1] != "" {
				at++
			}
			fix := words[len(words)-1] == "fixable"
			if fix {
				words = words[:len(words)-1]
			}
			for _, w := range words {
				all = append(all, fmt.Sprintf("%s:%d %s fixable=%v", f.Name, at, w, fix))
			}
		}
	}
	slices.Sort(all)
	return all
}

func archiveFS(a *txtar.Archive) fstest.MapFS {
	fsys := fstest.MapFS{}
	for _, f := range a.Files {
		fsys[f.Name] = &fstest.MapFile{Data: f.Data}
	}
	return fsys
}

func archives(t *testing.T) map[string]*txtar.Archive {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	all := map[string]*txtar.Archive{}
	for _, file := range files {
		a, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all[strings.TrimSuffix(filepath.Base(file), ".txtar")] = a
	}
	return all
}

func TestCases(t *testing.T) {
	for name, a := range archives(t) {
		t.Run(name, func(t *testing.T) {
			found, err := files(archiveFS(a), ".")
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range found {
				got = append(got, fmt.Sprintf("%s:%d %s fixable=%v", f.File, f.Line, f.Playbook, f.Fixable()))
				if f.Message.En == "" || f.Message.Ko == "" || f.Column < 1 || f.Quote == "" {
					t.Errorf("incomplete finding %+v", f)
				}
			}
			slices.Sort(got)
			for _, w := range wanted(a) {
				if i := slices.Index(got, w); i >= 0 {
					got = slices.Delete(got, i, i+1)
				} else {
					t.Errorf("not found: %s", w)
				}
			}
			for _, g := range got {
				t.Errorf("not wanted: %s", g)
			}
		})
	}
}

// Every mend, applied alone, removes its finding, adds none, and leaves a file that parses.
func TestMendsMend(t *testing.T) {
	for name, a := range archives(t) {
		p, err := Read(archiveFS(a), ".")
		if err != nil {
			t.Fatal(err)
		}
		before := p.Findings()
		for _, f := range before {
			for i, m := range f.Mends {
				changed, err := m.Apply(p.Contents)
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				fsys := archiveFS(a)
				for file, src := range changed {
					fsys[file] = &fstest.MapFile{Data: src}
				}
				after, err := files(fsys, ".")
				if err != nil || len(after) >= len(before) {
					t.Errorf("%s: mend %d (%s) of %s:%d leaves %d of %d findings: %v", name, i, m.Title.En, f.File, f.Line, len(after), len(before), err)
				}
			}
		}
	}
}

func TestWhatIsAskedForMustBeThere(t *testing.T) {
	fsys := fstest.MapFS{"a.yaml": {Data: []byte("x: 1\n")}}
	for path, want := range map[string]string{"none": "not exist", "a.yaml": "no Resources map"} {
		if _, err := files(fsys, path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", path, err)
		}
	}
	if found, err := files(fsys, "."); err != nil || len(found) != 0 {
		t.Errorf("a folder may hold other YAML: %v %v", found, err)
	}
}

// Whatever the files hold, findings have a place, and what is mended can still be read.
func FuzzFindings(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.txtar")
	for _, file := range files {
		if a, err := txtar.ParseFile(file); err == nil {
			for _, one := range a.Files {
				f.Add(one.Data)
			}
		}
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		if len(src) > 1<<16 {
			return
		}
		fsys := fstest.MapFS{
			"template.yaml": {Data: src}, "samconfig.toml": {Data: src}, "api/included.yaml": {Data: src}, "api/uploaded.yaml": {Data: src},
			"app/Dockerfile": {Data: src}, SettingsFile: {Data: src},
		}
		p, err := Read(fsys, ".")
		if err != nil {
			return
		}
		for _, x := range p.Findings() {
			if x.Line < 1 || x.Column < 1 {
				t.Fatalf("%+v", x)
			}
		}
		p.Warnings()
		changed, _ := p.Mend()
		for name, after := range changed {
			if _, err := template.ParseDocument(name, after); err != nil {
				t.Fatalf("%s can't be read after mending: %v\n%s", name, err, after)
			}
		}
	})
}

// files reads the templates and samconfig files at paths and checks them.
func files(fsys fs.FS, paths ...string) ([]Finding, error) {
	p, err := Read(fsys, paths...)
	if err != nil {
		return nil, err
	}
	return p.Findings(), nil
}
