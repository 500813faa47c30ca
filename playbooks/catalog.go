package playbooks

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"sort"
	"strings"
	"sync"

	"go.yaml.in/yaml/v4"

	"firstaid/diagnostics"
)

//go:embed catalog/*.yaml
var catalogFiles embed.FS

// unrecognisedFile holds the hypotheses about failures that no playbook knows.
//
//go:embed unrecognised.yaml
var unrecognisedFile []byte

// Catalog is a list of playbooks with their text signals compiled.
type Catalog struct {
	entries []entry
	all     func() []Playbook
	byID    map[string]int
	matcher *Matcher
	// unrecognised are the hypotheses about what no playbook knows.
	unrecognised func() []Hypothesis
}

// An entry is a playbook of which most is read when it is wanted: recognising
// a text needs a fifth of it.
type entry struct {
	head  Playbook // has id, verdict, severity, signals and code
	whole func() Playbook
}

// Builtin loads the playbooks that firstaid ships. It fails only when a file
// is broken, which a test rules out.
func Builtin() (*Catalog, error) {
	entries, err := load(catalogFiles, "catalog")
	if err != nil {
		return nil, err
	}
	return newCatalog(entries)
}

// NewCatalog compiles a list of playbooks. It fails when two have one id or a
// pattern is wrong.
func NewCatalog(list []Playbook) (*Catalog, error) {
	entries := make([]entry, 0, len(list))
	for _, p := range list {
		entries = append(entries, entry{p, func() Playbook { return p }})
	}
	return newCatalog(entries)
}

func newCatalog(entries []entry) (*Catalog, error) {
	c := &Catalog{entries: entries, byID: make(map[string]int, len(entries))}
	for i, e := range entries {
		if _, taken := c.byID[e.head.ID]; taken {
			return nil, fmt.Errorf("playbook %s: the id is taken", e.head.ID)
		}
		c.byID[e.head.ID] = i
	}
	c.all = sync.OnceValue(func() []Playbook {
		list := make([]Playbook, 0, len(entries))
		for _, e := range entries {
			list = append(list, e.whole())
		}
		return list
	})
	c.unrecognised = sync.OnceValue(func() []Hypothesis {
		p, err := Parse(Unrecognised+".yaml", unrecognisedFile)
		if err != nil {
			return nil // a test rules it out
		}
		return p.Hypotheses
	})
	m, err := NewMatcher(c.heads())
	c.matcher = m
	return c, err
}

// heads lists the playbooks with what recognising needs.
func (c *Catalog) heads() []Playbook {
	list := make([]Playbook, 0, len(c.entries))
	for _, e := range c.entries {
		list = append(list, e.head)
	}
	return list
}

// hypotheses are those of a playbook, by id.
func (c *Catalog) hypotheses(id string) []Hypothesis {
	if id == Unrecognised {
		return c.unrecognised()
	}
	p, _ := c.Get(id)
	return p.Hypotheses
}

// Playbooks lists them in order of id. The caller must not change the slice.
func (c *Catalog) Playbooks() []Playbook { return c.all() }

// Get returns the playbook with an id.
func (c *Catalog) Get(id string) (Playbook, bool) {
	i, ok := c.byID[id]
	if !ok {
		return Playbook{}, false
	}
	return c.entries[i].whole(), true
}

// Matcher returns the compiled signals.
func (c *Catalog) Matcher() *Matcher { return c.matcher }

// load reads the heads of all .yaml files of a folder, in order of name.
func load(files fs.FS, dir string) ([]entry, error) {
	names, err := fs.Glob(files, path.Join(dir, "*.yaml"))
	if err != nil {
		return nil, err
	}
	sort.Strings(names)
	entries := make([]entry, 0, len(names))
	find, fix := finders(), fixers()
	for _, name := range names {
		src, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		head, err := Parse(name, headOf(src))
		if err != nil {
			return nil, err
		}
		head.Find, head.Fixes = find[head.ID], fix[head.ID]
		entries = append(entries, entry{head, sync.OnceValue(func() Playbook {
			p, err := parseFile(files, name)
			if err != nil {
				return head // a test rules it out
			}
			p.Find, p.Fixes = head.Find, head.Fixes
			return p
		})})
	}
	return entries, nil
}

func parseFile(files fs.FS, name string) (Playbook, error) {
	src, err := fs.ReadFile(files, name)
	if err != nil {
		return Playbook{}, err
	}
	return Parse(name, src)
}

// headOf takes from the text of a playbook what recognising needs. Only keys
// begin at the beginning of a line.
func headOf(src []byte) []byte {
	head := make([]byte, 0, len(src)/4)
	keep := false
	for line := range bytes.Lines(src) {
		if line[0] >= 'a' && line[0] <= 'z' {
			switch key, _, _ := bytes.Cut(line, []byte(":")); string(key) {
			case "id", "verdict", "severity", "signals":
				keep = true
			default:
				keep = false
			}
		}
		if keep {
			head = append(head, line...)
		}
	}
	return head
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
