package main

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"firstaid/diagnostics"
	"firstaid/diagnostics/template"
)

// Bounds of what is read of a project folder.
const (
	maxProjectDepth = 6
	maxProjectFiles = 200
	maxProjectFile  = 1 << 20 // bytes
	maxProjectWalk  = 20_000  // entries looked at
)

// projectFiles reads what findings may point at: templates, samconfig and
// Dockerfiles. A folder that is no SAM project has none; nothing is read of it.
func projectFiles(fsys fs.FS, environment string) ([]diagnostics.File, error) {
	p, err := template.Find(fsys, ".", environment)
	if errors.Is(err, template.ErrNoTemplate) && p.Config == "" {
		return nil, nil
	}
	var files []diagnostics.File
	walked := 0
	err = fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil //nolint:nilerr // a folder that cannot be read holds nothing for us
		}
		if walked++; walked > maxProjectWalk || len(files) >= maxProjectFiles {
			return fs.SkipAll
		}
		if d.IsDir() {
			if name != "." && (skippedFolder(d.Name()) || strings.Count(name, "/") >= maxProjectDepth) {
				return fs.SkipDir
			}
			return nil
		}
		if !d.Type().IsRegular() || !projectName(d.Name()) && name != p.Template {
			return nil
		}
		f, ok, err := projectFile(fsys, name)
		if ok {
			files = append(files, f)
		}
		return err
	})
	return files, err
}

// projectFile reads one file, unless it is too large or is none of ours.
func projectFile(fsys fs.FS, name string) (diagnostics.File, bool, error) {
	info, err := fs.Stat(fsys, name)
	if err != nil || info.Size() > maxProjectFile {
		return diagnostics.File{}, false, nil //nolint:nilerr // gone since it was listed
	}
	text, err := fs.ReadFile(fsys, name)
	if err != nil {
		return diagnostics.File{}, false, fmt.Errorf("read the project: %w", err)
	}
	f := diagnostics.File{Path: name, Content: string(text)}
	return f, !templateName(name) || strings.Contains(f.Content, "AWS::") || strings.Contains(f.Content, "x-amazon-apigateway"), nil
}

func projectName(name string) bool {
	return template.IsConfig(name) || templateName(name) || name == "Dockerfile" ||
		strings.HasPrefix(name, "Dockerfile.") || strings.HasSuffix(name, ".Dockerfile")
}

func templateName(name string) bool {
	return !template.IsConfig(path.Base(name)) && slices.Contains([]string{".yaml", ".yml", ".json", ".template"}, path.Ext(name))
}

// skippedFolder names folders of things that were installed or built.
func skippedFolder(name string) bool {
	return strings.HasPrefix(name, ".") ||
		slices.Contains([]string{"node_modules", "venv", "__pycache__", "dist", "build", "target", "vendor", "cdk.out", "site-packages"}, name)
}
