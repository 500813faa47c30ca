package check

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"firstaid/diagnostics/template"
)

var (
	fromLine     = regexp.MustCompile(`(?i)^FROM\s+(?:--platform=(\S+)\s+)?(\S+)(?:\s+AS\s+(\S+))?`)
	argLine      = regexp.MustCompile(`(?i)^ARG\s+([A-Za-z_][A-Za-z0-9_]*)(?:=["']?([^"'\s]*)["']?)?`)
	envLine      = regexp.MustCompile(`(?i)^ENV\s+(.+)$`)
	copyFromLine = regexp.MustCompile(`(?i)^COPY\s+(?:--\S+\s+)*--from=(\S+)`)
	buildArg     = regexp.MustCompile(`\$(?:\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}|([A-Za-z_][A-Za-z0-9_]*))`)
	// Flags that make Go, pip, Cargo, .NET and npm build for one architecture.
	buildFlag = regexp.MustCompile(`\bGOARCH=(amd64|arm64)\b|--platform[= ]manylinux\w*_(x86_64|aarch64)|--target[= ](x86_64|aarch64)-|\s--(arm64|x86-64)\b|-r[= ]linux-(arm64|x64)\b|--arch[= ](arm64|x64|x86_64)\b`)
)

// dockerEvidence reads the Dockerfile that sam build would use, and a Makefile of a zip function.
func (s *scope) dockerEvidence(r *template.Resource, meta *template.Node) []evidence {
	if !meta.Has("DockerContext") && !meta.Has("Dockerfile") {
		return s.makefileEvidence(r, meta)
	}
	src, at, ok := s.dockerfileOf(meta)
	if !ok {
		return nil
	}
	d := dockerfile{name: at, args: map[string]string{}, given: map[string]string{}, stages: map[string][]evidence{}}
	for _, p := range meta.Get("DockerBuildArgs").Entries() {
		d.given[p.Key.Text], _ = s.text(p.Value)
	}
	target, _ := meta.Get("DockerBuildTarget").Str()
	return d.read(src, strings.ToLower(target))
}

// dockerfileOf is the text and the path of the Dockerfile that sam build would use.
func (s *scope) dockerfileOf(meta *template.Node) (text, at string, ok bool) {
	context, inContext := meta.Get("DockerContext").Str()
	file, named := meta.Get("Dockerfile").Str()
	if !inContext && !named {
		return "", "", false
	}
	if !named {
		file = "Dockerfile"
	}
	src, at, ok := s.beside(s.t.Name, path.Join(context, file))
	return string(src), at, ok
}

// environment are the variables that a Dockerfile's last stage sets with plain values.
func environment(src string) map[string]string {
	all := map[string]string{}
	for _, line := range strings.Split(strings.ReplaceAll(src, "\\\n", " "), "\n") {
		line = strings.TrimSpace(line)
		if fromLine.MatchString(line) {
			clear(all)
		}
		m := envLine.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		if name, value, ok := strings.Cut(m[1], " "); ok && !strings.Contains(name, "=") { // the old form, one variable
			all[name] = strings.Trim(strings.TrimSpace(value), `"'`)
			continue
		}
		for _, word := range strings.Fields(m[1]) {
			if name, value, ok := strings.Cut(word, "="); ok && !strings.Contains(value, "$") {
				all[name] = strings.Trim(value, `"'`)
			}
		}
	}
	return all
}

// dockerfile is a Dockerfile while it is read.
type dockerfile struct {
	name   string
	given  map[string]string // build arguments from outside
	args   map[string]string // those that the file declares, with their values
	stages map[string][]evidence
	stage  string
	all    []evidence // of the stage so far
}

// read gives what the target stage, else the last one, is built for: its platform, its base image, what it copies
// from other images, and the target of a compiler in it or in a stage that it stands on or copies from.
func (d *dockerfile) read(src, target string) []evidence {
	for i, line := range strings.Split(src, "\n") {
		d.line(strings.TrimSpace(line), i+1)
		if d.stage != "" {
			d.stages[d.stage] = d.all
		}
	}
	if found, ok := d.stages[target]; ok {
		return found
	}
	return d.all
}

func (d *dockerfile) line(line string, number int) {
	if m := argLine.FindStringSubmatch(line); m != nil {
		if d.args[m[1]] = d.expand(m[2]); d.given[m[1]] != "" {
			d.args[m[1]] = d.given[m[1]]
		}
	} else if m := fromLine.FindStringSubmatch(line); m != nil {
		d.from(d.expand(m[1]), d.expand(m[2]), m[3], number)
	} else if m := copyFromLine.FindStringSubmatch(line); m != nil {
		d.copied(d.expand(m[1]), number)
	} else if arch := builtFor(line); arch != "" {
		d.note(evidence{arch: arch, flag: true, what: "the build in %s:%d"}, number)
	}
}

// note adds what a line of the stage shows.
func (d *dockerfile) note(e evidence, number int) {
	e.what, e.file, e.line = fmt.Sprintf(e.what, d.name, number), d.name, number
	d.all = append(d.all, e)
}

// from begins a stage on an image or an earlier stage.
func (d *dockerfile) from(platform, image, name string, number int) {
	d.stage = strings.ToLower(name)
	d.all = append([]evidence{}, d.stages[strings.ToLower(image)]...)
	for _, part := range []string{platform, image} {
		if mark := markOf(part); mark != "" && !strings.Contains(part, "$") {
			d.note(evidence{arch: mark, what: "the image of %s:%d (" + strings.ReplaceAll(part, "%", "%%") + ")"}, number)
			return
		}
	}
}

// copied is what a COPY brings from another image, or what the compilers of another stage were told.
func (d *dockerfile) copied(from string, number int) {
	if !strings.ContainsAny(from, "/:") {
		for _, e := range d.stages[strings.ToLower(from)] {
			if e.flag {
				d.all = append(d.all, e)
			}
		}
	} else if mark := markOf(from); mark != "" && !strings.Contains(from, "$") {
		d.note(evidence{arch: mark, what: "what %s:%d copies (" + strings.ReplaceAll(from, "%", "%%") + ")"}, number)
	}
}

// expand puts build arguments in. What only the builder knows (TARGETARCH and its like) stays a variable.
func (d *dockerfile) expand(text string) string {
	return buildArg.ReplaceAllStringFunc(text, func(v string) string {
		m := buildArg.FindStringSubmatch(v)
		if value := d.args[m[1]+m[3]]; value != "" {
			return value
		}
		if m[2] != "" && !strings.HasPrefix(m[1], "TARGET") && !strings.HasPrefix(m[1], "BUILD") {
			return m[2]
		}
		return v
	})
}

// builtFor is the architecture that a line's flags build for; "" for none, and for comments.
func builtFor(line string) string {
	m := buildFlag.FindStringSubmatch(line)
	if m == nil || strings.HasPrefix(line, "#") {
		return ""
	}
	return markOf(strings.Join(m[1:], ""))
}

func (s *scope) makefileEvidence(r *template.Resource, meta *template.Node) []evidence {
	uri, ok := r.Property("CodeUri").Str()
	if !ok || !meta.Get("BuildMethod").Is("makefile") {
		return nil
	}
	src, at, ok := s.beside(s.t.Name, path.Join(uri, "Makefile"))
	if !ok {
		return nil
	}
	var all []evidence
	for i, line := range strings.Split(string(src), "\n") {
		if arch := builtFor(strings.TrimSpace(line)); arch != "" {
			all = append(all, evidence{arch: arch, what: fmt.Sprintf("the build in %s:%d", at, i+1), file: at, line: i + 1})
		}
	}
	return all
}
