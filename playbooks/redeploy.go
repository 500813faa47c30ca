package playbooks

import (
	"path"
	"slices"

	"firstaid/diagnostics"
	"firstaid/diagnostics/template"
)

// Redeploy is the way to prove a fix of the project's files: build and deploy
// again with the project's own settings. ok is false where there is no SAM
// project. The commands are put together from the user's own choice of
// environment, never from what an account or a log says.
func Redeploy(s *diagnostics.Snapshot) (Fix, bool) {
	if !slices.ContainsFunc(s.Files, isSAM) {
		return Fix{}, false
	}
	build, deploy := []string{"sam", "build"}, []string{"sam", "deploy"}
	if s.ConfigEnv != "" {
		build, deploy = append(build, "--config-env", s.ConfigEnv), append(deploy, "--config-env", s.ConfigEnv)
	}
	return Fix{
		Title: diagnostics.Text{En: "Build and deploy again", Ko: "다시 빌드하고 배포합니다"},
		Kind:  FixGuided, Risk: Disrupts,
		Changes: diagnostics.Text{
			En: "What you changed goes live. When the deployment ends, `v` says whether the failure came back.",
			Ko: "변경한 내용이 실제로 반영됩니다. 배포가 끝나면 `v`로 재발 여부를 확인합니다.",
		},
		Steps: []Step{
			Run{Argv: build, Why: diagnostics.Text{En: "Build what the template names", Ko: "템플릿이 지정한 것을 빌드합니다"}},
			Run{Argv: deploy, Why: diagnostics.Text{En: "Deploy it with the project's settings", Ko: "프로젝트 설정으로 배포합니다"}},
		},
	}, true
}

// isSAM reports whether a file is a template that SAM builds.
func isSAM(f diagnostics.File) bool {
	if !isTemplateName(f.Path) || path.Dir(f.Path) != "." {
		return false
	}
	t, err := template.Parse(f.Path, []byte(f.Content))
	return err == nil && t.SAM()
}
