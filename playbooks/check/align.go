package check

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"firstaid/diagnostics"
	"firstaid/diagnostics/template"
	"firstaid/playbooks/edit"
)

// An Alignment is what makes all that a function loads be of one architecture.
type Alignment struct {
	Layers, Builds []edit.Op         // on the template: layers, and build arguments
	Files          map[string]string // other files of the project, as they are to be
	// LeftLayers and LeftBuilds say what has no counterpart that is known.
	LeftLayers, LeftBuilds []diagnostics.Text
}

// Align works out how the layers, base images and build flags of a function
// become ones of an architecture.
func (p *Project) Align(name, id, arch string) Alignment {
	a := Alignment{Files: map[string]string{}}
	t := p.byName[name]
	if t == nil || t.Resource(id) == nil {
		return a
	}
	s, r := newScope(p, t), t.Resource(id)
	a.layers(s, r, arch)
	meta := r.Body.Get("Metadata")
	a.buildArguments(s, r, arch)
	for _, e := range slices.Concat(s.dockerEvidence(r, meta), s.makefileEvidence(r, meta)) {
		if e.arch != arch && e.file != "" {
			a.line(p, e, arch)
		}
	}
	return a
}

// layers exchanges the ARNs of the function's own list.
func (a *Alignment) layers(s *scope, r *template.Resource, arch string) {
	for i, layer := range r.Property("Layers").List() {
		evidence := s.layerEvidence(layer)
		if len(evidence) == 0 || evidence[0].arch == arch {
			continue
		}
		old, by, ok := counterpart(layer.Flatten(), arch)
		op := s.replacement(old, by, properties(r, "Layers", strconv.Itoa(i)))
		if !ok || op == nil || r.Own("Layers") == nil {
			a.LeftLayers = append(a.LeftLayers, bilingual(
				"Use the "+arch+" build of "+evidence[0].what+": its name and version are in its documentation",
				evidence[0].what+"의 "+arch+" 빌드를 사용하세요. 이름과 버전은 해당 문서에 있습니다"))
			continue
		}
		a.Layers = append(a.Layers, op)
	}
}

// replacement changes a part of the text at a path, whichever way Fn::Sub is
// written there; nil where it can't be made.
func (s *scope) replacement(old, by string, at []string) edit.Op {
	for _, path := range [][]string{at, append(slices.Clone(at), "Fn::Sub")} {
		op := edit.Replace(old, by, path...)
		if old != "" && edit.NewDraft(&s.t.Document).Possible(op) == nil {
			return op
		}
	}
	return nil
}

func (a *Alignment) buildArguments(s *scope, r *template.Resource, arch string) {
	for _, key := range []string{"DockerBuildArgs", "BuildProperties"} {
		for _, p := range r.Body.At("Metadata", key).Entries() {
			text, ok := p.Value.Str()
			if mark := markOf(text); !ok || mark == "" || mark == arch || len(text) >= 40 {
				continue
			}
			old, by := swapped(text, arch)
			if op := s.replacement(old, by, []string{"Resources", r.ID, "Metadata", key, p.Key.Text}); op != nil {
				a.Builds = append(a.Builds, op)
			}
		}
	}
}

// line rewrites one line of a Dockerfile or Makefile.
func (a *Alignment) line(p *Project, e evidence, arch string) {
	text, seen := a.Files[e.file]
	if !seen {
		src, err := p.open(e.file)
		if err != nil {
			return
		}
		text = string(src)
	}
	lines := strings.Split(text, "\n")
	before := lines[e.line-1]
	lines[e.line-1] = realigned(before, arch)
	if lines[e.line-1] == before {
		a.LeftBuilds = append(a.LeftBuilds, bilingual("Use the "+arch+" build in "+e.what, e.what+"에서 "+arch+" 빌드를 사용하세요"))
		return
	}
	a.Files[e.file] = strings.Join(lines, "\n")
}

// realigned is a line that builds or loads something, for an architecture.
func realigned(line, arch string) string {
	trimmed := strings.TrimSpace(line)
	if m := fromLine.FindStringSubmatch(trimmed); m != nil {
		for _, part := range m[1:3] {
			if mark := markOf(part); mark != "" && mark != arch && !strings.Contains(part, "$") {
				old, by := swapped(part, arch)
				line = strings.Replace(line, part, strings.ReplaceAll(part, old, by), 1)
			}
		}
		return line
	}
	if m := copyFromLine.FindStringSubmatch(trimmed); m != nil {
		old, by := swapped(m[1], arch)
		return strings.Replace(line, m[1], strings.ReplaceAll(m[1], old, by), 1)
	}
	return buildFlag.ReplaceAllStringFunc(line, func(flag string) string {
		old, by := swapped(flag, arch)
		return strings.ReplaceAll(flag, old, by)
	})
}

// machineWord matches the names that an architecture goes by, longest first.
var machineWord = regexp.MustCompile(`arm64v8|aarch64|arm64|x86_64|x86-64|amd64|x64|Arm64|X86`)

// swapped names the part of a name, tag or flag that says the architecture,
// and what it is called for the other one. AWS's base images say x86_64 and
// arm64, Docker says amd64 and arm64, compilers say x86_64 and aarch64.
func swapped(text, arch string) (old, by string) {
	old = machineWord.FindString(text)
	awsImage := strings.Contains(text, "public.ecr.aws/lambda/") || strings.Contains(text, "amazon/aws-lambda-")
	switch {
	case arch == arm && old == "x86_64" && !awsImage && !strings.Contains(text, "arch"):
		return old, "aarch64"
	case arch == arm && old == "X86":
		return old, "Arm64"
	case arch == arm:
		return old, "arm64"
	case old == "Arm64":
		return old, "X86"
	case old == "aarch64" || old == "arm64" && awsImage:
		return old, x86
	case strings.HasPrefix(text, "--arm64") || strings.HasPrefix(text, " --arm64"):
		return old, "x86-64"
	case strings.Contains(text, "linux-arm64") || strings.Contains(text, "--arch"):
		return old, "x64"
	}
	return old, "amd64"
}

// counterpart names the part of a layer's ARN that says the architecture, and
// what it is for the other one. ok is false where the two builds are numbered
// apart, as with LambdaInsightsExtension and AWS-AppConfig-Extension, or where
// it is not known how the other is called. The pairs are those of each layer's
// own documentation.
func counterpart(arn, arch string) (old, by string, ok bool) {
	_, name, ok := strings.Cut(arn, ":layer:")
	name, _, _ = strings.Cut(name, ":")
	if !ok || name == "" {
		return "", "", false
	}
	for _, pair := range [][2]string{ // x86_64, arm64
		{"AWS-Parameters-and-Secrets-Lambda-Extension", "AWS-Parameters-and-Secrets-Lambda-Extension-Arm64"},
		{"AWSLambdaPowertoolsPythonV2", "AWSLambdaPowertoolsPythonV2-Arm64"},
		{"Datadog-Extension", "Datadog-Extension-ARM"},
		{"LambdaAdapterLayerX86", "LambdaAdapterLayerArm64"},
	} {
		if arch == arm && name == pair[0] || arch == x86 && name == pair[1] {
			if arch == arm {
				return ":" + pair[0] + ":", ":" + pair[1] + ":", true
			}
			return ":" + pair[1] + ":", ":" + pair[0] + ":", true
		}
	}
	for _, mark := range []struct{ starts, x86 string }{
		{"AWSLambdaPowertools", "x86_64"},
		{"aws-otel-", "amd64"},
		{"opentelemetry-", "amd64"},
		{"sumologic-", "amd64"},
		{"elastic-apm-", "x86_64"},
		{"pyroscope-", "x86_64"},
		{"rotel-", "amd64"},
	} {
		from, to := mark.x86, arm
		if arch == x86 {
			from, to = to, from
		}
		if strings.HasPrefix(name, mark.starts) && strings.Contains(name, from) {
			return name, strings.Replace(name, from, to, 1), true
		}
	}
	return "", "", false
}
