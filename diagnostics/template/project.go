package template

import (
	"errors"
	"io/fs"
	"path"
	"strings"
)

// Project is what SAM CLI would work on in a folder. Paths are relative to the file system's root.
type Project struct {
	Template string // "" when there is none
	Config   string // "" when there is none
	Built    string // .aws-sam/build/template.yaml, when it is there
}

// ErrNoTemplate is returned by Find for a folder without template and without samconfig.
var ErrNoTemplate = errors.New("no template.yaml, template.yml or template.json here, and no template_file in samconfig.toml; name the template, or change to the project's folder")

// Find looks for the template of env in dir the way SAM CLI does: samconfig's template_file, then
// template.yaml, .yml, .json. A template_file below .aws-sam/build is mapped back to its source.
func Find(fsys fs.FS, dir, env string) (Project, error) {
	var p Project
	for _, name := range []string{"samconfig.toml", "samconfig.yaml", "samconfig.yml"} {
		if at := path.Join(dir, name); exists(fsys, at) {
			p.Config = at
			break
		}
	}
	if built := path.Join(dir, ".aws-sam/build/template.yaml"); exists(fsys, built) {
		p.Built = built
	}
	if p.Config != "" {
		named, err := namedTemplate(fsys, p.Config, env)
		if err != nil {
			return p, err
		}
		if named != "" && !IsBuilt(named) && exists(fsys, path.Join(dir, named)) {
			p.Template = path.Join(dir, named)
			return p, nil
		}
	}
	for _, name := range []string{"template.yaml", "template.yml", "template.json"} {
		if at := path.Join(dir, name); exists(fsys, at) {
			p.Template = at
			return p, nil
		}
	}
	return p, ErrNoTemplate
}

// IsBuilt reports whether a path lies in SAM's build folder: a copy that the next build overwrites.
func IsBuilt(name string) bool {
	return strings.Contains("/"+strings.ReplaceAll(name, "\\", "/"), "/.aws-sam/")
}

// SourceOf maps .aws-sam/build/template.yaml to the source it was built from; other paths stay. (Templates of nested
// applications stand below the built one under their logical ids, which do not say where they came from.)
func SourceOf(fsys fs.FS, built, env string) (string, error) {
	dir, ok := strings.CutSuffix(path.Join("/", strings.ReplaceAll(built, "\\", "/")), "/.aws-sam/build/template.yaml")
	if !ok {
		return built, nil
	}
	p, err := Find(fsys, path.Join(".", dir), env)
	return p.Template, err
}

func namedTemplate(fsys fs.FS, config, env string) (string, error) {
	src, err := fs.ReadFile(fsys, config)
	if err != nil {
		return "", err
	}
	c, err := ParseConfig(config, src)
	if err != nil {
		return "", err
	}
	if env == "" {
		env = DefaultEnvironment
	}
	for _, command := range []string{"build", "deploy", "validate"} {
		for _, key := range []string{"template_file", "template"} {
			if p, ok := c.Lookup(env, command, key); ok {
				if s, ok := p.Value.Str(); ok && !IsBuilt(s) {
					return strings.TrimPrefix(s, "./"), nil
				}
			}
		}
	}
	return "", nil
}

func exists(fsys fs.FS, name string) bool {
	info, err := fs.Stat(fsys, name)
	return err == nil && !info.IsDir()
}
