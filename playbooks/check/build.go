package check

import (
	"fmt"
	"slices"
	"strings"

	"firstaid/diagnostics"
	"firstaid/diagnostics/template"
	"firstaid/playbooks/edit"
)

// checkBuild compares what sam build is told in samconfig with the architecture of the functions: the image that
// zip functions are built in, and variables of it that compilers and package managers follow (AWS SAM CLI
// reference, "sam build", --build-image and --container-env-var).
func (s *configScope) checkBuild() {
	if s.t == nil {
		return
	}
	for _, key := range []string{"build_image", "container_env_var"} {
		option, ok := s.c.Lookup(s.env, "build", key)
		if !set(option, ok) {
			continue
		}
		for i, item := range s.c.Texts(option.Value) {
			text, ok := item.Str()
			if !ok {
				continue
			}
			path := []string{fmt.Sprint(i)}
			if option.Value.List() == nil {
				path = nil
			}
			at := append(append(s.where("build", key), key), path...)
			if key == "build_image" {
				s.checkBuildImage(item, text, at)
			} else {
				s.checkBuildVariable(item, text, at)
			}
		}
	}
}

// checkBuildImage looks at one `[Function=]image`.
func (s *configScope) checkBuildImage(at *template.Node, text string, path []string) {
	id, image, ok := strings.Cut(text, "=")
	if !ok {
		id, image = "", text
	}
	s.compareBuild(at, id, markOf(image[strings.LastIndexByte(image, '/')+1:]), "the build image "+image, path)
}

// checkBuildVariable looks at one `[Function.]VARIABLE=value`.
func (s *configScope) checkBuildVariable(at *template.Node, text string, path []string) {
	name, value, _ := strings.Cut(text, "=")
	id, variable, ok := strings.Cut(name, ".")
	if !ok {
		id, variable = "", name
	}
	if slices.Contains([]string{"goarch", "cargo_build_target", "npm_config_arch", "npm_config_target_arch", "pip_platform"}, strings.ToLower(variable)) {
		s.compareBuild(at, id, markOf(value), "the build variable "+text, path)
	}
}

// compareBuild reports functions, or the one named, whose architecture is another than what is built for.
func (s *configScope) compareBuild(at *template.Node, id, built, what string, path []string) {
	var wrong, right []string
	for _, r := range s.t.Resources() {
		arch, _, _, ok := architecture(r)
		switch {
		case built == "" || !isFunction(r) || !ok || id != "" && r.ID != id || r.Property("PackageType").Is("Image") || !r.Property("InlineCode").Missing():
		case arch != built:
			wrong = append(wrong, r.ID)
		default:
			right = append(right, r.ID)
		}
	}
	if len(wrong) == 0 {
		return
	}
	want := arm
	if built == arm {
		want = x86
	}
	var mends []Mend
	for _, mark := range []string{"x86_64", "amd64", "arm64"} {
		if strings.Count(at.Text, mark) == 1 && len(right) == 0 && s.c.Raw(at) != "" && len(strings.Fields(at.Text)) == 1 {
			by := want
			if mark == "amd64" || mark == "arm64" && strings.Contains(strings.ToLower(at.Text), "goarch") && want == x86 {
				by = map[string]string{arm: "arm64", x86: "amd64"}[want]
			}
			mends = append(mends, s.mend("Build for "+want, want+"용으로 빌드합니다", edit.Replace(mark, by, path...)))
		}
	}
	list := strings.Join(wrong, ", ")
	s.reportAs("arm64-mismatch", diagnostics.Error, at, bilingual(
		fmt.Sprintf("%s runs on %s, but %s of environment %s builds for %s", list, want, what, s.env, built),
		fmt.Sprintf("%s는 %s에서 실행되지만 환경 %s의 %s은(는) %s용으로 빌드합니다", list, want, s.env, what, built)), mends...)
}
