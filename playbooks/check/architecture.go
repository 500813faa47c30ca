package check

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"firstaid/diagnostics"
	"firstaid/diagnostics/template"
	"firstaid/playbooks/edit"
)

const (
	arm = "arm64"
	x86 = "x86_64"
)

var (
	armMark = regexp.MustCompile(`(?i)(^|[^a-z0-9])(arm64(v8)?|aarch64|arm)([^a-z0-9]|$)|[a-z]arm64([^a-z]|$)`)
	x86Mark = regexp.MustCompile(`(?i)(^|[^a-z0-9])(x86[_-]64|x86|amd64|x64)([^a-z0-9]|$)|[a-z]x86([^a-z0-9]|$)`)
	// These AWS layers have no mark for x86_64; their arm64 builds end in -Arm64 (documentation of each extension).
	unmarkedX86 = regexp.MustCompile(`:layer:(LambdaInsightsExtension|AWS-Parameters-and-Secrets-Lambda-Extension|AWS-AppConfig-Extension|Datadog-Extension|AWSLambdaPowertoolsPythonV2):`)
)

// markOf is the architecture a name speaks of, or "" when it speaks of none or of both.
func markOf(name string) string {
	a, x := armMark.MatchString(name), x86Mark.MatchString(name)
	switch {
	case a && !x:
		return arm
	case x && !a:
		return x86
	}
	return ""
}

// layerMark is markOf for layer ARNs.
func layerMark(arn string) string {
	if _, name, ok := strings.Cut(arn, ":layer:"); ok {
		if m := markOf(name); m != "" {
			return m
		}
	}
	if unmarkedX86.MatchString(arn) {
		return x86
	}
	return ""
}

// checkArchitecture compares a function's instruction set with the layers, images and build flags it names.
func checkArchitecture(s *scope) {
	for _, r := range s.t.Resources() {
		switch {
		case isFunction(r):
			s.checkFunctionArchitecture(r)
		case r.Type == "AWS::Serverless::LayerVersion":
			s.checkLayerArchitecture(r)
		}
	}
}

// architecture is the function's instruction set and where it is written; at is nil for the default. ok is
// false when only a deployment knows it.
func architecture(r *template.Resource) (name string, at *template.Node, path []string, ok bool) {
	n := r.Property("Architectures")
	if n.Missing() {
		return x86, nil, nil, true
	}
	items := n.List()
	if len(items) != 1 {
		return "", n, nil, false
	}
	name, ok = items[0].Str()
	path = properties(r, "Architectures", "0")
	if r.Own("Architectures") == nil {
		path = []string{"Globals", "Function", "Architectures", "0"}
	}
	return name, items[0], path, ok && (name == arm || name == x86)
}

func (s *scope) checkFunctionArchitecture(r *template.Resource) {
	s.checkArchitectureValue(r)
	arch, at, path, ok := architecture(r)
	if !ok {
		return
	}
	all := s.machineEvidence(r)
	for _, e := range all {
		if e.arch == arch {
			continue
		}
		s.reportArchitecture(r, arch, at, path, e, !slices.ContainsFunc(all, func(o evidence) bool { return o.arch == arch }))
		return
	}
	if !r.Property("PackageType").Is("Image") {
		s.checkRuntimeArchitecture(r, arch, at, path, len(all) == 0)
	}
}

// evidence is something that is built for one architecture.
type evidence struct {
	arch, what string
	at         *template.Node // where in the template, or nil
	file       string         // another file that says so, and its line from 1
	line       int
	flag       bool // a compiler's target, which holds wherever its output goes
}

// reportArchitecture reports evidence for another architecture. agreed says that nothing speaks for the present one.
func (s *scope) reportArchitecture(r *template.Resource, arch string, at *template.Node, path []string, e evidence, agreed bool) {
	var mends []Mend
	if editable(r) && agreed {
		set := edit.Set(edit.Text(e.arch), path...)
		if path == nil {
			set = edit.Set(edit.Texts(e.arch), properties(r, "Architectures")...)
		}
		m := s.mend("Run the function on "+e.arch, "함수를 "+e.arch+"에서 실행합니다", set)
		m.Changes = bilingual("Everything else the function loads must be built for "+e.arch+" too.", "함수가 사용하는 다른 모든 것도 "+e.arch+"용이어야 합니다.")
		mends = append(mends, m)
	}
	if at == nil {
		if at = e.at; at == nil {
			at = r.Key
		}
	}
	s.report("arm64-mismatch", diagnostics.Error, at, r.ID, bilingual(
		fmt.Sprintf("%s runs on %s, but %s is built for %s", r.ID, arch, e.what, e.arch),
		fmt.Sprintf("%s는 %s에서 실행되지만 %s은(는) %s용으로 빌드됩니다", r.ID, arch, e.what, e.arch)), mends...)
	s.capture("function", r.ID, "architecture", e.arch)
}

// checkArchitectureValue reports lists that Lambda refuses.
func (s *scope) checkArchitectureValue(r *template.Resource) {
	n := r.Property("Architectures")
	if n == nil || n.Fn != "" {
		return
	}
	items := n.List()
	if len(items) > 1 {
		s.reportSeveral(r, n, items)
		return
	}
	if len(items) == 1 {
		n = items[0]
	}
	name, ok := n.Str()
	if !ok || name == arm || name == x86 {
		return
	}
	right := markOf(name)
	var mends []Mend
	if right != "" && len(items) == 1 && editable(r) && r.Own("Architectures") != nil {
		mends = append(mends, s.mend("Write "+right, right+"(으)로 씁니다", edit.Set(edit.Text(right), properties(r, "Architectures", "0")...)))
	}
	s.report("arm64-mismatch", diagnostics.Error, n, r.ID, bilingual(
		name+" is no architecture of Lambda: write x86_64 or arm64", name+"은(는) Lambda의 아키텍처가 아닙니다. x86_64 또는 arm64로 쓰십시오"), mends...)
}

// reportSeveral reports more than one architecture. SAM appends a function's list to the one in Globals instead
// of replacing it (samtranslator/plugins/globals/globals.py), so each alone may look right.
func (s *scope) reportSeveral(r *template.Resource, n *template.Node, items []*template.Node) {
	own := r.Own("Architectures").List()
	if len(own) == len(items) || len(own) == 0 {
		s.report("arm64-mismatch", diagnostics.Error, n, r.ID, bilingual(
			r.ID+" names several architectures; a function has exactly one", r.ID+"에 아키텍처가 여러 개입니다. 함수는 하나만 가질 수 있습니다"))
		return
	}
	var mends []Mend
	if global, ok := items[0].Str(); ok && len(items) == 2 && items[1].Is(global) && editable(r) {
		mends = append(mends, s.mend("Leave it to Globals", "Globals에 맡깁니다", edit.Delete(properties(r, "Architectures")...)))
	}
	s.report("arm64-mismatch", diagnostics.Error, n, r.ID, bilingual(
		"SAM adds the Architectures of "+r.ID+" to those of Globals instead of replacing them, and Lambda refuses two",
		"SAM은 "+r.ID+"의 Architectures로 Globals의 값을 대체하지 않고 덧붙이며, Lambda는 둘을 거부합니다"), mends...)
}

// machineEvidence gathers what a function loads.
func (s *scope) machineEvidence(r *template.Resource) []evidence {
	var all []evidence
	for _, layer := range r.Property("Layers").List() {
		if !r.Property("PackageType").Is("Image") { // an image function can't have layers; see checkImageFunction
			all = append(all, s.layerEvidence(layer)...)
		}
	}
	image := r.Property("ImageUri")
	if image == nil {
		image = r.Property("Code", "ImageUri")
	}
	meta := r.Body.Get("Metadata")
	if flat := image.Flatten(); !unknowable(flat) && !meta.Has("Dockerfile") && !meta.Has("DockerContext") {
		if _, tag, ok := strings.Cut(flat[strings.LastIndexByte(flat, '/')+1:], ":"); ok {
			if m := markOf(tag); m != "" {
				all = append(all, evidence{arch: m, what: "the image " + flat, at: image})
			}
		}
	}
	all = append(all, buildEvidence(meta)...)
	return append(all, s.dockerEvidence(r, meta)...)
}

func (s *scope) layerEvidence(layer *template.Node) []evidence {
	if id, ok := layer.Ref(); ok {
		l := s.t.Resource(id)
		if l == nil {
			text, _ := s.text(layer)
			if m := layerMark(text); m != "" {
				return []evidence{{arch: m, what: "the layer " + text, at: layer}}
			}
			return nil
		}
		var can []string
		for _, item := range l.Property("CompatibleArchitectures").List() {
			name, ok := item.Str()
			if !ok {
				return nil
			}
			can = append(can, name)
		}
		if len(can) == 1 {
			return []evidence{{arch: can[0], what: "the layer " + id, at: layer}}
		}
		return nil
	}
	flat := layer.Flatten()
	if m := layerMark(flat); m != "" && !strings.ContainsRune(flat, 0) {
		return []evidence{{arch: m, what: "the layer " + flat, at: layer}}
	}
	return nil
}

// buildEvidence reads the build flags of sam build.
func buildEvidence(meta *template.Node) []evidence {
	var all []evidence
	for _, key := range []string{"DockerBuildArgs", "BuildProperties"} {
		template.Strings(meta.Get(key), func(n *template.Node, p template.Place) {
			if p.Key || p.In("Fn::Sub") {
				return
			}
			if m := markOf(n.Text); m != "" && len(n.Text) < 40 {
				all = append(all, evidence{arch: m, what: "the build (" + key + ": " + n.Text + ")", at: n})
			}
		})
	}
	return all
}

// checkRuntimeArchitecture reports runtimes that never ran on arm64 (Lambda developer guide, "Runtimes").
func (s *scope) checkRuntimeArchitecture(r *template.Resource, arch string, at *template.Node, path []string, agreed bool) {
	runtime, ok := r.Property("Runtime").Str()
	if arch != arm || !ok || !slices.Contains([]string{"go1.x", "java8", "provided", "python2.7", "python3.6", "python3.7", "nodejs10.x", "ruby2.5", "dotnetcore2.1"}, runtime) {
		return
	}
	s.reportArchitecture(r, arch, at, path, evidence{arch: x86, what: "the runtime " + runtime, at: r.Property("Runtime")}, agreed)
}

// checkLayerArchitecture compares what sam build makes of a layer with what the layer claims.
func (s *scope) checkLayerArchitecture(r *template.Resource) {
	meta := r.Body.Get("Metadata")
	n := meta.Get("BuildArchitecture")
	built, ok := n.Str()
	if meta.Get("BuildMethod").Missing() {
		return
	}
	if n.Missing() {
		built, ok, n = x86, true, meta.Get("BuildMethod")
	}
	var can []string
	for _, item := range r.Property("CompatibleArchitectures").List() {
		name, plain := item.Str()
		ok = ok && plain
		can = append(can, name)
	}
	if !ok || len(can) == 0 || slices.Contains(can, built) {
		return
	}
	var mends []Mend
	if editable(r) {
		mends = append(mends, s.mend("Build the layer for "+can[0], "레이어를 "+can[0]+"용으로 빌드합니다",
			edit.SetAfter("BuildMethod", edit.Text(can[0]), "Resources", r.ID, "Metadata", "BuildArchitecture")))
	}
	s.report("arm64-mismatch", diagnostics.Warning, n, r.ID, bilingual(
		fmt.Sprintf("sam build makes the layer %s for %s, but it is offered for %s only", r.ID, built, strings.Join(can, ", ")),
		fmt.Sprintf("sam build는 레이어 %s를 %s용으로 만들지만 %s에만 제공됩니다", r.ID, built, strings.Join(can, ", "))), mends...)
}
