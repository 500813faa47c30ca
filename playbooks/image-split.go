package playbooks

import (
	"path"
	"slices"
	"strings"

	"firstaid/diagnostics"
	"firstaid/diagnostics/template"
	"firstaid/playbooks/edit"
)

// splits gives each environment whose image_repositories lacks functions that
// another environment names a template of its own, without them: it may well
// not want them. Each is a guided plan, since two templates have to be kept in
// step by people.
func (p *project) splits(c *template.Config) []Fix {
	var list []Fix
	for _, env := range c.Environments() {
		named, ok := p.namedImages(c, env)
		if !ok {
			continue
		}
		t := c.TemplateOf(env, p.template)
		lacking := slices.DeleteFunc(p.builtImages(t), func(id string) bool { return slices.Contains(named, id) })
		wanted := !slices.ContainsFunc(lacking, func(id string) bool { return !p.namedElsewhere(c, env, id) })
		if len(lacking) > 0 && wanted {
			list = append(list, p.split(c, env, t, lacking))
		}
	}
	return list
}

// namedImages are the functions that an environment's image_repositories
// names; ok is false where it has none, or the template is not known.
func (p *project) namedImages(c *template.Config, env string) (named []string, ok bool) {
	setting, ok := c.Lookup(env, "deploy", "image_repositories")
	t := c.TemplateOf(env, p.template)
	if !ok || t == nil {
		return nil, false
	}
	functions := p.builtImages(t)
	for _, n := range c.Texts(setting.Value) {
		id, _, _ := strings.Cut(n.Text, "=")
		named = append(named, p.entryName(id, functions, t))
	}
	return named, true
}

// namedElsewhere reports whether another environment names a function.
func (p *project) namedElsewhere(c *template.Config, env, id string) bool {
	return slices.ContainsFunc(c.Environments(), func(other string) bool {
		named, ok := p.namedImages(c, other)
		return other != env && ok && slices.Contains(named, id)
	})
}

// split is the plan for one environment.
func (p *project) split(c *template.Config, env string, t *template.Template, lacking []string) Fix {
	names := strings.Join(lacking, ", ")
	f := Fix{
		Title: diagnostics.Text{En: "Give " + env + " a template without " + names, Ko: env + "에 " + names + "이(가) 없는 템플릿을 만듭니다"},
		Kind:  FixGuided, Risk: Safe, Redeploy: true,
		Changes: diagnostics.Text{
			En: "For functions that " + env + " is not to have. From then on there are two templates to keep in step; a Condition does not help, because SAM CLI builds and pushes what a false condition keeps out of the stack, too.",
			Ko: env + "에 필요 없는 함수일 때의 방법입니다. 이후에는 두 템플릿을 함께 관리해야 합니다. 조건(Condition)이 거짓이어도 SAM CLI는 이미지를 빌드하고 푸시하므로 도움이 되지 않습니다.",
		},
	}
	made := splitName(t.Name, env)
	text, ok := p.without(t, lacking)
	config, err := edit.Apply(c.Name, []byte(p.source(c.Name)), edit.Set(edit.Text(path.Base(made)), env, "build", "parameters", "template_file"))
	if !ok || err != nil || p.source(made) != "" || path.Dir(c.Name) != path.Dir(t.Name) {
		f.Steps = []Step{
			Manual{Do: diagnostics.Text{En: "Copy " + t.Name + " to " + made + " and take " + names + " out of it, with all that refers to them", Ko: t.Name + "을(를) " + made + "(으)로 복사하고 " + names + "와(과) 이를 참조하는 것을 모두 지웁니다"}},
			Manual{Do: diagnostics.Text{En: "Set template_file = \"" + made + "\" under [" + env + ".build.parameters]", Ko: "[" + env + ".build.parameters]에 template_file = \"" + made + "\"를 설정합니다"}},
		}
	} else {
		f.Steps = []Step{
			FileEdit{Path: made, After: text},
			FileEdit{Path: c.Name, Before: p.source(c.Name), After: string(config)},
		}
	}
	arguments := []string{"--config-env", env}
	if env == template.DefaultEnvironment {
		arguments = nil
	}
	f.Steps = append(
		f.Steps,
		Run{Argv: append([]string{"sam", "build"}, arguments...), Why: diagnostics.Text{En: "Build the template of " + env, Ko: env + "의 템플릿을 빌드합니다"}},
		Run{Argv: append([]string{"sam", "deploy"}, arguments...), Why: diagnostics.Text{En: "Deploy " + env, Ko: env + "을(를) 배포합니다"}},
	)
	return f
}

// splitName is the template of an environment: template.prod.yaml.
func splitName(name, env string) string {
	ext := path.Ext(name)
	return strings.TrimSuffix(name, ext) + "." + env + ext
}

// without is a template's text without some functions, what cannot stand
// without them and the outputs that name them. ok is false when more would go
// than can be told.
func (p *project) without(t *template.Template, functions []string) (text string, ok bool) {
	var ids, outputs []string
	for _, id := range functions {
		r := t.Resource(id)
		if r == nil || r.Loop != nil {
			return "", false // a function of a nested stack: its parent is another file
		}
		w := &workpiece{p, t, r}
		more, named, ok := w.dependents()
		if !ok {
			return "", false
		}
		ids, outputs = append(ids, more...), append(outputs, named...)
	}
	slices.Sort(ids)
	slices.Sort(outputs)
	w := &workpiece{project: p, template: t}
	after, err := edit.Apply(t.Name, []byte(p.source(t.Name)), w.removals(slices.Compact(ids), slices.Compact(outputs))...)
	return string(after), err == nil
}
