package check

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"firstaid/diagnostics/template"
)

// SettingsFile is where a project says what check leaves alone. Each entry has a playbook and a reason, and may
// narrow to a file (a path pattern) and a resource:
//
//	ignore:
//	  - playbook: lambda-timeout
//	    file: services/*/template.yaml
//	    resource: Report
//	    reason: invoked by a queue as well
const SettingsFile = ".firstaid/check.yaml"

type ignored struct{ playbook, file, resource string }

type settings struct {
	less, more string // see UseSettings
	ignore     []ignored
	unclear    []string // entries that are not understood, as warnings
}

func (p *Project) readSettings() {
	p.settings = &settings{}
	src, err := p.open(SettingsFile)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		p.settings.warn("%s is not used: %v", SettingsFile, err)
	default:
		p.settings.parse(SettingsFile, src)
	}
}

// UseSettings takes the settings of a folder above or below the project's root, unless the root has some. The
// entries' file patterns begin in the folder of the settings: the file names that findings have lose the folder
// less in front, and get the folder more.
func (p *Project) UseSettings(name string, src []byte, less, more string) {
	if _, err := p.open(SettingsFile); errors.Is(err, fs.ErrNotExist) {
		p.settings = &settings{less: less, more: more}
		p.settings.parse(name, src)
	}
}

func (s *settings) parse(name string, src []byte) {
	d, err := template.ParseDocument(name, src)
	if err != nil {
		s.warn("%v: nothing of it is used", err)
		return
	}
	if !d.Root.IsMap() && d.Root.Kind != template.Null {
		s.warn("%s is not used: it must hold a list named ignore", name)
	}
	for _, key := range d.Root.Entries() {
		if key.Key.Text != "ignore" {
			s.warn("%s: there is no setting %s; there is only ignore", d.At(key.Key), key.Key.Text)
		}
	}
	if n := d.Root.Get("ignore"); n != nil && n.List() == nil {
		s.warn("%s: ignore must be a list of entries with a playbook and a reason", d.At(n))
	}
	for _, n := range d.Root.Get("ignore").List() {
		s.read(d, n)
	}
}

func (s *settings) warn(format string, args ...any) {
	s.unclear = append(s.unclear, fmt.Sprintf(format, args...))
}

// read takes one entry, or says what is wrong with it.
func (s *settings) read(d *template.Document, n *template.Node) {
	text := map[string]string{}
	for _, p := range n.Entries() {
		if !slices.Contains([]string{"playbook", "file", "resource", "reason"}, p.Key.Text) {
			s.warn("%s: an entry has no %s; it has playbook, file, resource and reason", d.At(p.Key), p.Key.Text)
		}
		text[p.Key.Text], _ = p.Value.Str()
	}
	if text["playbook"] == "" || text["reason"] == "" {
		s.warn("%s: this entry is not used: it needs a playbook and a reason", d.At(n))
		return
	}
	if _, err := path.Match(text["file"], ""); err != nil {
		s.warn("%s: this entry is not used: %s is no path pattern", d.At(n), text["file"])
		return
	}
	s.unclear = append(s.unclear, doubts(d.At(n).String(), text["reason"], text["playbook"])...)
	s.ignore = append(s.ignore, ignored{text["playbook"], text["file"], text["resource"]})
}

func (s *settings) ignores(f Finding) bool {
	file := path.Join(s.more, f.File)
	if s.less != "" {
		file = strings.TrimPrefix(file, s.less+"/")
	}
	return slices.ContainsFunc(s.ignore, func(i ignored) bool {
		matches, _ := path.Match(i.file, file)
		return (i.playbook == f.Playbook || i.playbook == "*") && (i.file == "" || i.file == file || matches) && (i.resource == "" || i.resource == f.Resource)
	})
}

// doubts says what is odd about a suppression: an id that check never reports, or no reason.
func doubts(at, reason string, ids ...string) []string {
	var all []string
	for _, id := range ids {
		if id != "*" && !slices.Contains(Playbooks(), id) {
			all = append(all, fmt.Sprintf("%s: check reports no %s, so nothing is left out; it reports %s", at, id, strings.Join(Playbooks(), ", ")))
		}
	}
	if strings.TrimSpace(reason) == "" {
		all = append(all, at+": say why the finding is left out: firstaid:ignore "+strings.Join(ids, ",")+" <reason>")
	}
	return all
}

// Warnings are comments, Metadata and settings about suppressed findings that are not understood.
func (p *Project) Warnings() []string {
	all := slices.Clone(p.settings.unclear)
	for _, t := range p.templates {
		all = append(all, p.marks(t.Name).unclear...)
		for _, r := range t.Resources() {
			for _, n := range metadataIgnore(r) {
				id, _ := n.Str()
				all = append(all, doubts(t.At(n).String(), "Metadata", id)...)
			}
		}
	}
	for _, c := range p.configs {
		all = append(all, p.marks(c.Name).unclear...)
	}
	return all
}
