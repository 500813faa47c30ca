package check

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"firstaid/diagnostics"
	"firstaid/diagnostics/template"
)

// Project is a set of files that belong together.
type Project struct {
	Contents  map[string][]byte // what was read, by path
	templates []*template.Template
	configs   []*template.Config
	settings  *settings
	broken    []*template.Error
	// Skipped says which files were not checked and why.
	Skipped []string
	open    func(string) ([]byte, error) // for files that are only looked at when something names them

	docs    map[string]*template.Document // every parsed file by name
	byName  map[string]*template.Template
	marked  map[string]*marks             // see marks
	outside map[string]*template.Document // OpenAPI documents that templates name, nil for what is none
}

func newProject(open func(string) ([]byte, error)) *Project {
	return &Project{
		Contents: map[string][]byte{}, open: open,
		docs: map[string]*template.Document{}, byName: map[string]*template.Template{}, marked: map[string]*marks{}, outside: map[string]*template.Document{},
	}
}

// Read collects the templates and samconfig files at paths: files as they are named, folders with everything
// below them that is a template.
func Read(fsys fs.FS, paths ...string) (*Project, error) {
	p := newProject(func(name string) ([]byte, error) { return fs.ReadFile(fsys, name) })
	for _, at := range paths {
		info, err := fs.Stat(fsys, at)
		if err != nil {
			return nil, fmt.Errorf("check %s: %w", at, err)
		}
		if info.IsDir() {
			err = p.readDir(fsys, at)
		} else {
			at = p.source(fsys, at)
			err = p.readFile(fsys, at, true)
			p.nearbyConfig(fsys, path.Dir(at))
		}
		if err != nil {
			return nil, err
		}
	}
	p.readSettings()
	return p, nil
}

// source is the template that SAM's copy in .aws-sam/build was made from: an edit of the copy would be lost with
// the next build. Any other file is its own source, and so is a copy whose source is not there.
func (p *Project) source(fsys fs.FS, name string) string {
	source, err := template.SourceOf(fsys, name, "")
	if err != nil || source == name {
		return name
	}
	p.Skipped = append(p.Skipped, name+": SAM made it from "+source+", which is checked instead")
	return source
}

// Of makes a project of contents that were read before.
func Of(files []diagnostics.File) *Project {
	all := map[string][]byte{}
	for _, f := range files {
		all[f.Path] = []byte(f.Content)
	}
	p := newProject(func(name string) ([]byte, error) {
		if b, ok := all[name]; ok {
			return b, nil
		}
		return nil, fs.ErrNotExist
	})
	for _, f := range files {
		if named(f.Path) && !template.IsBuilt(f.Path) {
			// Nothing named these files, so one that can't be read is no error of the user's.
			_ = p.add(f.Path, []byte(f.Content), false)
		}
	}
	p.readSettings()
	return p
}

// skipped folders hold copies, other people's files, or output.
func skipped(name string) bool {
	return slices.Contains([]string{".git", ".aws-sam", "node_modules", "vendor", "cdk.out", ".venv", "venv", "__pycache__", ".terraform", "dist", "target"}, name)
}

func (p *Project) readDir(fsys fs.FS, dir string) error {
	return fs.WalkDir(fsys, dir, func(at string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return fmt.Errorf("read %s: %w", at, err)
		case e.IsDir() && at != dir && skipped(e.Name()):
			return fs.SkipDir
		case !e.Type().IsRegular() || !named(at):
			return nil
		}
		return p.readFile(fsys, at, false)
	})
}

// named reports whether a file could be a template or a samconfig by its name.
func named(name string) bool {
	return slices.Contains([]string{".yaml", ".yml", ".json", ".template"}, path.Ext(name)) || template.IsConfig(name)
}

func (p *Project) nearbyConfig(fsys fs.FS, dir string) {
	for _, name := range []string{"samconfig.toml", "samconfig.yaml", "samconfig.yml"} {
		at := path.Join(dir, name)
		if src, err := fs.ReadFile(fsys, at); err == nil && p.Contents[at] == nil {
			// Nobody asked for this file by name; when it is broken the samconfig check says so.
			_ = p.add(at, src, false)
			return
		}
	}
}

func (p *Project) readFile(fsys fs.FS, name string, asked bool) error {
	if p.Contents[name] != nil {
		return nil
	}
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return fmt.Errorf("check %s: %w", name, err)
	}
	if info.Size() > template.MaxBytes {
		if asked {
			return fmt.Errorf("check %s: %d bytes are more than any template may have", name, info.Size())
		}
		return nil
	}
	src, err := fs.ReadFile(fsys, name)
	if err != nil {
		return fmt.Errorf("check %s: %w", name, err)
	}
	return p.add(name, src, asked)
}

// mentions reports whether a file can be a template at all.
func mentions(src []byte) bool {
	return bytes.Contains(src, []byte("AWS::")) || bytes.Contains(src, []byte("Custom::")) || bytes.Contains(src, []byte("AWSTemplateFormatVersion"))
}

// looksLike tells a template that does not parse from any other file that does not.
var looksLike = regexp.MustCompile(`(?m)^\s*["']?(AWSTemplateFormatVersion|Transform["']?:\s*["'\[\s-]*AWS::|Type["']?:\s*["']?AWS::[A-Za-z0-9]+::)`)

// add parses one file. asked files must be what they are taken for; others are passed over silently.
func (p *Project) add(name string, src []byte, asked bool) error {
	if template.IsConfig(name) {
		return p.addConfig(name, src)
	}
	if !asked && !mentions(src) {
		return nil
	}
	t, err := template.Parse(name, src)
	var e *template.Error
	switch {
	case err == nil && (asked || isTemplate(t)):
		p.Contents[name] = src
		p.templates = append(p.templates, t)
		p.docs[name], p.byName[name] = &t.Document, t
	case errors.As(err, &e) && e.Reason == template.NotTemplate && !asked:
	case errors.As(err, &e) && e.Reason == template.Syntax && looksLike.Match(src):
		p.Contents[name] = src
		p.broken = append(p.broken, e)
	case errors.As(err, &e) && !asked:
		p.Skipped = append(p.Skipped, e.Error())
	case err != nil:
		return fmt.Errorf("check: %w", err)
	}
	return nil
}

func (p *Project) addConfig(name string, src []byte) error {
	c, err := template.ParseConfig(name, src)
	var e *template.Error
	switch {
	case err == nil:
		p.configs = append(p.configs, c)
		p.docs[name] = &c.Document
	case errors.As(err, &e) && e.Reason == template.Syntax:
		p.broken = append(p.broken, e)
	case errors.As(err, &e):
		p.Skipped = append(p.Skipped, e.Error())
		return nil
	}
	p.Contents[name] = src
	return nil
}

// isTemplate asks for a resource with an AWS or custom type: other tools have a Resources key too.
func isTemplate(t *template.Template) bool {
	for _, r := range t.Resources() {
		if strings.Contains(r.Type, "::") {
			return true
		}
	}
	return t.Root.Has("AWSTemplateFormatVersion") || t.SAM()
}

// beside reads a file named by a path relative to another file's folder.
func (p *Project) beside(name, relative string) ([]byte, string, bool) {
	at := path.Join(path.Dir(name), strings.ReplaceAll(relative, "\\", "/"))
	if p.open == nil || path.IsAbs(relative) || strings.HasPrefix(at, "..") {
		return nil, at, false
	}
	src, err := p.open(at)
	if err != nil || len(src) > 1<<20 || bytes.IndexByte(src, 0) >= 0 {
		return nil, at, false
	}
	return src, at, true
}
