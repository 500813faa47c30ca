package playbooks

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"sort"
	"strings"

	"go.yaml.in/yaml/v4"

	"firstaid/diagnostics"
)

//go:embed catalog/*.yaml
var catalogFiles embed.FS

// Catalog is a list of playbooks with their text signals compiled.
type Catalog struct {
	playbooks []Playbook
	byID      map[string]int
	matcher   *Matcher
}

// Builtin loads the playbooks that firstaid ships. It fails only when a file
// is broken, which a test rules out.
func Builtin() (*Catalog, error) {
	list, err := load(catalogFiles, "catalog")
	if err != nil {
		return nil, err
	}
	attach(list)
	return NewCatalog(list)
}

// NewCatalog compiles a list of playbooks. It fails when two have one id or a
// pattern is wrong.
func NewCatalog(list []Playbook) (*Catalog, error) {
	c := &Catalog{playbooks: list, byID: make(map[string]int, len(list))}
	for i, p := range list {
		if _, taken := c.byID[p.ID]; taken {
			return nil, fmt.Errorf("playbook %s: the id is taken", p.ID)
		}
		c.byID[p.ID] = i
	}
	m, err := NewMatcher(list)
	c.matcher = m
	return c, err
}

// Playbooks lists them in order of id. The caller must not change the slice.
func (c *Catalog) Playbooks() []Playbook { return c.playbooks }

// Get returns the playbook with an id.
func (c *Catalog) Get(id string) (Playbook, bool) {
	i, ok := c.byID[id]
	if !ok {
		return Playbook{}, false
	}
	return c.playbooks[i], true
}

// Matcher returns the compiled signals.
func (c *Catalog) Matcher() *Matcher { return c.matcher }

// load reads every .yaml file of a folder, in order of name.
func load(files fs.FS, dir string) ([]Playbook, error) {
	names, err := fs.Glob(files, path.Join(dir, "*.yaml"))
	if err != nil {
		return nil, err
	}
	sort.Strings(names)
	list := make([]Playbook, 0, len(names))
	for _, name := range names {
		src, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		p, err := Parse(name, src)
		if err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return list, nil
}

// Parse reads one playbook. Errors name the file and, where yaml knows it, the
// line.
func Parse(name string, src []byte) (Playbook, error) {
	var p Playbook
	if err := yaml.Load(src, &p, yaml.WithKnownFields()); err != nil {
		return p, fmt.Errorf("%s: %w", name, err)
	}
	if want := strings.TrimSuffix(path.Base(name), ".yaml"); p.ID != want {
		return p, fmt.Errorf("%s: id is %q, the file's name says %q", name, p.ID, want)
	}
	if p.Verdict == "" {
		p.Verdict = VerdictFailure
	}
	return p, nil
}

// attach gives the built-in playbooks their code.
func attach(list []Playbook) {
	find, fix := finders(), fixers()
	for i := range list {
		list[i].Find = find[list[i].ID]
		list[i].Fixes = fix[list[i].ID]
	}
}

// Fixes computes the fixes of a finding, best first; none where the playbook
// has none. What is fixed here already wants a deployment to prove it.
func (c *Catalog) Fixes(s *diagnostics.Snapshot, f diagnostics.Finding) []Fix {
	var list []Fix
	if f.State == diagnostics.FixedHere {
		if again, ok := Redeploy(s); ok {
			list = append(list, again)
		}
	}
	if p, ok := c.Get(f.Playbook); ok && p.Fixes != nil {
		list = append(list, p.Fixes(s, f)...)
	}
	return withMends(list, s, f)
}
