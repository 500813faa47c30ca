package playbooks

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"firstaid/diagnostics"
)

// WithUser adds the playbooks of folders to a catalogue. A folder that does not
// exist holds none. A file that is broken, or whose id is taken, is left out
// and has its error in the list; all others count.
func WithUser(c *Catalog, folders ...string) (*Catalog, []error) {
	entries, list := slices.Clone(c.entries), c.heads()
	var errs []error
	for _, folder := range folders {
		files, err := playbookFiles(folder)
		errs = append(errs, err...)
		for _, file := range files {
			p, err := readUser(file, list)
			if len(err) > 0 {
				errs = append(errs, err...)
				continue
			}
			list = append(list, p)
			entries = append(entries, entry{p, func() Playbook { return p }})
		}
	}
	if len(entries) == len(c.entries) {
		return c, errs
	}
	all, err := newCatalog(entries)
	if err != nil {
		return c, append(errs, err)
	}
	return all, errs
}

// playbookFiles lists the .yaml files of a folder, in order of name. A file
// stands for itself.
func playbookFiles(folder string) (files []string, errs []error) {
	if info, err := os.Stat(folder); err == nil && info.Mode().IsRegular() {
		return []string{folder}, nil
	}
	entries, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, []error{fmt.Errorf("read the playbooks: %w", err)}
	}
	for _, e := range entries {
		path := filepath.Join(folder, e.Name())
		switch filepath.Ext(e.Name()) {
		case ".yaml":
			files = append(files, path)
		case ".yml", ".json":
			errs = append(errs, &Problem{File: path, Message: "playbooks are read from files that end in .yaml; rename it"})
		}
	}
	return files, errs
}

// readUser reads one file of a user and checks that its id is free.
func readUser(file string, taken []Playbook) (Playbook, []error) {
	info, err := os.Stat(file)
	if err != nil {
		return Playbook{}, []error{err}
	}
	if !info.Mode().IsRegular() {
		return Playbook{}, []error{&Problem{File: file, Message: "this is no regular file"}}
	}
	if info.Size() > maxPlaybook {
		return Playbook{}, []error{&Problem{File: file, Message: fmt.Sprintf("the file is larger than %d KB", maxPlaybook>>10)}}
	}
	src, err := os.ReadFile(file)
	if err != nil {
		return Playbook{}, []error{err}
	}
	p, errs := Validate(file, src)
	if len(errs) > 0 {
		return p, errs
	}
	for _, t := range taken {
		if t.ID != p.ID {
			continue
		}
		where := "a built-in playbook"
		if t.User != "" {
			where = t.User
		}
		return p, []error{idTaken(file, src, where, p.ID)}
	}
	p.User = file
	p.Fixes = guided(p)
	return p, nil
}

// idTaken says where an id is used already. Shadowing would change what a
// finding means without anybody noticing.
func idTaken(file string, src []byte, where, id string) error {
	d, err := parseDocument(file, src)
	if err != nil {
		return err
	}
	return d.problem(d.find([]string{"id"}), "id %q is taken by %s; choose another", id, where)
}

// GuidedStep is a step of a playbook file: something to do by hand, or a
// command shown for copying.
type GuidedStep struct {
	Manual diagnostics.Text `yaml:"manual,omitempty"`
	URL    string           `yaml:"url,omitempty"`
	Run    []string         `yaml:"run,omitempty"`
	Why    diagnostics.Text `yaml:"why,omitempty"`
}

// guided turns the steps of a file into one fix that a person carries out. A
// file from a folder must not be able to run anything, so its commands are
// words to copy and never a Run.
func guided(p Playbook) func(*diagnostics.Snapshot, diagnostics.Finding) []Fix {
	if len(p.Steps) == 0 {
		return nil
	}
	return func(_ *diagnostics.Snapshot, f diagnostics.Finding) []Fix {
		fix := Fix{Title: p.Title, Kind: FixGuided, Risk: Safe}
		for _, s := range p.Steps {
			do := s.Manual
			if len(s.Run) > 0 {
				command := ": " + ShellQuote(s.Run)
				do = diagnostics.Text{En: strings.TrimRight(s.Why.En, ".") + command, Ko: strings.TrimRight(s.Why.In(diagnostics.Korean), ".") + command}
			}
			fix.Steps = append(fix.Steps, Manual{Of: f.Subject, Do: do, URL: s.URL})
		}
		return []Fix{fix}
	}
}
