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
// lets SAM keep the repositories itself, or gives an environment that does not
// want some functions a template of its own.
func fixImageRepositories(s *diagnostics.Snapshot, _ diagnostics.Finding) []Fix {
	p := newProject(s)
	if len(p.builtImages(nil)) == 0 {
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
		list.add(p.completeRepositories(c))
		list.add(p.resolveRepositories(c))
		list = append(list, p.splits(c)...)
	}
	if len(list) == 0 {
		list = append(list, resolveByFlag())
	}
	return list.ordered()
}

// builtImages names the functions whose image sam build makes, as SAM CLI does
// in image_repositories; an ImageUri without Metadata is pushed already. t is
// the template that is deployed; nil stands for every one.
func (p *project) builtImages(t *template.Template) []string {
	roots := []*template.Template{t}
	if t == nil {
		roots = p.sources.files
	}
	var names []string
	for _, root := range roots {
		for _, f := range root.ImageFunctions(p.template).Functions {
			if f.Built {
				names = append(names, f.Path)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// template is the project's template with a path, or nil.
func (p *project) template(name string) *template.Template {
	if i := slices.IndexFunc(p.sources.files, func(t *template.Template) bool { return t.Name == name }); i >= 0 {
		return p.sources.files[i]
	}
	return nil
}

// completeRepositories makes the keys of image_repositories equal the image
// functions, in each environment that has the setting: SAM wants equality, so
// stale keys go too.
func (p *project) completeRepositories(c *template.Config) (Fix, bool) {
	f := Fix{Title: diagnostics.Text{En: "Complete image_repositories in " + c.Name, Ko: c.Name + "의 image_repositories를 채웁니다"}, Kind: FixConfig, Risk: Safe, Redeploy: true}
	var ops []edit.Op
	var by, wanted []string
	for _, env := range c.Environments() {
		setting, ok := c.Lookup(env, "deploy", "image_repositories")
		if !ok {
			continue
		}
		t := c.TemplateOf(env, p.template)
		functions := p.builtImages(t)
		entries, changed := p.completed(c, setting.Value, functions, t)
		if entries == nil {
			f.Declined = diagnostics.Text{
				En: "The repositories of " + env + " differ from function to function: which one a new function belongs to is yours to say.",
				Ko: env + "의 리포지토리가 함수마다 다릅니다. 새 함수의 리포지토리는 직접 정해야 합니다.",
			}
			continue
		}
		if changed {
			by, wanted = append(by, env), append(wanted, functions...)
			ops = append(ops, setRepositories(setting, entries, settingPath(c, env, "image_repositories"))...)
		}
	}
	if len(ops) == 0 {
		return f, !f.Declined.IsZero()
	}
	slices.Sort(wanted)
	names := strings.Join(slices.Compact(wanted), ", ")
	f.Changes = diagnostics.Text{En: "Environments changed: " + strings.Join(by, ", "), Ko: "변경되는 환경: " + strings.Join(by, ", ")}
	byHand := diagnostics.Text{En: "Name every image function once in image_repositories: " + names, Ko: "image_repositories에 모든 이미지 함수를 한 번씩 적으세요: " + names}
	return p.edited(f, c.Name, byHand, ops...)
}

// completed is the list that a setting should hold; nil when the repository of
// a missing function cannot be told from the others. A function of a nested
// stack that stands there by its bare id gets its full name: SAM CLI accepts
// the id and finds no repository when it pushes.
func (p *project) completed(c *template.Config, value *template.Node, functions []string, t *template.Template) (entries []string, changed bool) {
	have := map[string]string{}
	var uris []string
	for _, n := range c.Texts(value) {
		id, uri, _ := strings.Cut(n.Text, "=")
		name := p.entryName(id, functions, t)
		if name != id {
			changed = true
		}
		if have[id] = uri; name == "" {
			continue
		}
		have[name] = uri
		entries = append(entries, name+"="+uri)
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

// entryName is the function that an entry means, "" when there is none. What a
// nested template that was not read has is left alone.
func (p *project) entryName(id string, functions []string, t *template.Template) string {
	if slices.Contains(functions, id) {
		return id
	}
	if t != nil && slices.ContainsFunc(t.ImageFunctions(p.template).Unread, func(stack string) bool { return strings.HasPrefix(id, stack+"/") }) {
		return id
	}
	found := ""
	for _, name := range functions {
		if strings.HasSuffix(name, "/"+id) {
			if found != "" {
				return ""
			}
			found = name
		}
	}
	return found
}

// siblingRepository is the repository for another function: one named after it
// where the others' are named after theirs, else the one that all share.
func siblingRepository(have map[string]string, uris []string, id string) string {
	pattern, named := "", 0
	for other, uri := range have {
		before, ok := strings.CutSuffix(uri, strings.ToLower(path.Base(other)))
		if ok && (pattern == "" || pattern == before) {
			pattern, named = before, named+1
		}
	}
	switch {
	case named > 0 && named == len(have):
		return pattern + strings.ToLower(path.Base(id))
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
		var there []string
		for i, n := range slices.Backward(setting.Value.List()) {
			item := append(slices.Clone(at), strconv.Itoa(i))
			named := slices.IndexFunc(entries, func(e string) bool { return strings.HasSuffix("/"+e, "/"+n.Text) })
			switch {
			case slices.Contains(entries, n.Text):
				there = append(there, n.Text)
			case named >= 0: // the bare id of a nested stack's function
				there = append(there, entries[named])
				ops = append(ops, edit.Set(edit.Text(entries[named]), item...))
			default:
				ops = append(ops, edit.Delete(item...))
			}
		}
		var add []edit.Value
		for _, e := range entries {
			if !slices.Contains(there, e) {
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
