package playbooks

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"firstaid/diagnostics"
	"firstaid/diagnostics/template"
	"firstaid/playbooks/edit"
)

// fixImageRepositories completes image_repositories in every environment, or
// lets SAM keep the repositories itself.
func fixImageRepositories(s *diagnostics.Snapshot, _ diagnostics.Finding) []Fix {
	p := newProject(s)
	functions := p.builtImages()
	if len(functions) == 0 {
		return nil
	}
	var list fixes
	for _, f := range s.Files {
		if !template.IsConfig(path.Base(f.Path)) {
			continue
		}
		c, err := template.ParseConfig(f.Path, []byte(f.Content))
		if err != nil {
			continue
		}
		list.add(p.completeRepositories(c, functions))
		list.add(p.resolveRepositories(c))
	}
	if len(list) == 0 {
		list = append(list, resolveByFlag())
	}
	return list.ordered()
}

// builtImages lists the logical ids of the functions whose image sam build
// makes; an ImageUri without Metadata is pushed already.
func (p *project) builtImages() []string {
	var ids []string
	for _, w := range p.all(ofType("AWS::Serverless::Function", "AWS::Lambda::Function")) {
		if w.resource.Property("PackageType").Is("Image") && w.resource.Body.At("Metadata", "Dockerfile") != nil {
			ids = append(ids, w.resource.ID)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// completeRepositories makes the keys of image_repositories equal the image
// functions, in each environment that has the setting: SAM wants equality, so
// stale keys go too.
func (p *project) completeRepositories(c *template.Config, functions []string) (Fix, bool) {
	f := Fix{Title: diagnostics.Text{En: "Complete image_repositories in " + c.Name, Ko: c.Name + "의 image_repositories를 채웁니다"}, Kind: FixConfig, Risk: Safe, Redeploy: true}
	var ops []edit.Op
	var by []string
	for _, env := range c.Environments() {
		setting, ok := c.Lookup(env, "deploy", "image_repositories")
		if !ok {
			continue
		}
		entries, changed := completed(c, setting.Value, functions)
		if entries == nil {
			f.Declined = diagnostics.Text{
				En: "The repositories of " + env + " differ from function to function: which one a new function belongs to is yours to say.",
				Ko: env + "의 리포지토리가 함수마다 다릅니다. 새 함수의 리포지토리는 직접 정해야 합니다.",
			}
			continue
		}
		if changed {
			by = append(by, env)
			ops = append(ops, setRepositories(setting, entries, settingPath(c, env, "image_repositories"))...)
		}
	}
	if len(ops) == 0 {
		return f, !f.Declined.IsZero()
	}
	f.Changes = diagnostics.Text{En: "Environments changed: " + strings.Join(by, ", "), Ko: "변경되는 환경: " + strings.Join(by, ", ")}
	byHand := diagnostics.Text{En: "Name every image function once in image_repositories: " + strings.Join(functions, ", "), Ko: "image_repositories에 모든 이미지 함수를 한 번씩 적으세요: " + strings.Join(functions, ", ")}
	return p.edited(f, c.Name, byHand, ops...)
}

// completed is the list that a setting should hold; nil when the repository of
// a missing function cannot be told from the others.
func completed(c *template.Config, value *template.Node, functions []string) (entries []string, changed bool) {
	have := map[string]string{}
	var uris []string
	for _, n := range c.Texts(value) {
		id, uri, _ := strings.Cut(n.Text, "=")
		have[id] = uri
		if !slices.Contains(functions, id) {
			changed = true
			continue
		}
		entries = append(entries, n.Text)
		if !slices.Contains(uris, uri) {
			uris = append(uris, uri)
		}
	}
	for _, id := range functions {
		if have[id] != "" {
			continue
		}
		uri := siblingRepository(have, uris, id)
		if uri == "" {
			return nil, false
		}
		entries, changed = append(entries, id+"="+uri), true
	}
	return entries, changed
}

// siblingRepository is the repository for another function: one named after it
// where the others' are named after theirs, else the one that all share.
func siblingRepository(have map[string]string, uris []string, id string) string {
	pattern, named := "", 0
	for other, uri := range have {
		before, ok := strings.CutSuffix(uri, strings.ToLower(other))
		if ok && (pattern == "" || pattern == before) {
			pattern, named = before, named+1
		}
	}
	switch {
	case named > 0 && named == len(have):
		return pattern + strings.ToLower(id)
	case len(uris) == 1:
		return uris[0]
	default:
		return ""
	}
}

// setRepositories keeps the form of the setting: a list stays a list, a string
// a string.
func setRepositories(setting template.Pair, entries, at []string) []edit.Op {
	if setting.Value.Kind == template.List {
		var ops []edit.Op
		for i, n := range slices.Backward(setting.Value.List()) {
			if !slices.Contains(entries, n.Text) {
				ops = append(ops, edit.Delete(append(slices.Clone(at), strconv.Itoa(i))...))
			}
		}
		var add []edit.Value
		for _, e := range entries {
			if !slices.ContainsFunc(setting.Value.List(), func(n *template.Node) bool { return n.Is(e) }) {
				add = append(add, edit.Text(e))
			}
		}
		if len(add) > 0 {
			ops = append(ops, edit.Append(at, add...))
		}
		return ops
	}
	return []edit.Op{edit.Set(edit.Text(strings.Join(entries, " ")), at...)}
}

// resolveRepositories lets SAM make one repository for each function, in a
// companion stack; the options exclude each other.
func (p *project) resolveRepositories(c *template.Config) (Fix, bool) {
	f := Fix{
		Title: diagnostics.Text{En: "Let SAM keep the repositories (resolve_image_repos)", Ko: "SAM이 리포지토리를 관리하게 합니다(resolve_image_repos)"},
		Kind:  FixConfig, Risk: Safe, Redeploy: true,
		Changes: diagnostics.Text{
			En: "SAM makes one ECR repository for each function in a companion stack. Images in the old repositories stay where they are.",
			Ko: "SAM이 함수마다 ECR 리포지토리를 보조 스택에 만듭니다. 기존 리포지토리의 이미지는 그대로 남습니다.",
		},
	}
	var ops []edit.Op
	for _, env := range c.Environments() {
		if c.Parameters(env, "deploy") == nil {
			continue
		}
		for _, key := range []string{"image_repositories", "image_repository"} {
			if c.Parameters(env, "deploy").Has(key) {
				ops = append(ops, edit.Delete(settingPath(c, env, key)...))
			}
		}
		if on, ok := c.Lookup(env, "deploy", "resolve_image_repos"); !ok || !on.Value.Is("true") {
			ops = append(ops, edit.Set(edit.Bool(true), settingPath(c, env, "resolve_image_repos")...))
		}
	}
	if len(ops) == 0 {
		return f, false
	}
	byHand := diagnostics.Text{En: "Remove image_repositories and set resolve_image_repos = true", Ko: "image_repositories를 지우고 resolve_image_repos = true를 설정하세요"}
	return p.edited(f, c.Name, byHand, ops...)
}

func resolveByFlag() Fix {
	return guide("Name the repositories once", "리포지토리를 한 번만 지정합니다",
		diagnostics.Text{En: "Deploy with `sam deploy --resolve-image-repos`, or put resolve_image_repos = true into samconfig.toml", Ko: "`sam deploy --resolve-image-repos`로 배포하거나 samconfig.toml에 resolve_image_repos = true를 넣으세요"})
}

// settingPath is where a setting of sam deploy stands, or is to stand: in the
// command's own table unless only the environment's global one has it.
func settingPath(c *template.Config, env, key string) []string {
	command := "deploy"
	if !c.Parameters(env, "deploy").Has(key) && c.Parameters(env, "global").Has(key) {
		command = "global"
	}
	return []string{env, command, "parameters", key}
}
