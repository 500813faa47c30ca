package check

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"firstaid/diagnostics"
	"firstaid/diagnostics/template"
	"firstaid/playbooks/edit"
)

// configScope is one environment of a samconfig file under check.
type configScope struct {
	*Project
	c     *template.Config
	env   string
	t     *template.Template
	found []Finding
}

// checkConfig compares the image and build settings of every environment with the template's functions.
func (p *Project) checkConfig(c *template.Config) []Finding {
	var all []Finding
	for _, env := range c.Environments() {
		s := &configScope{Project: p, c: c, env: env, t: c.TemplateOf(env, p.find)}
		for _, command := range []string{"deploy", "package", "sync"} {
			if c.Parameters(env, command) != nil {
				s.checkCommand(command)
			}
		}
		s.checkBuild()
		all = append(all, s.found...)
	}
	return all
}

// find is a template by its path; one that nothing named before is read.
func (p *Project) find(name string) *template.Template {
	if t := p.byName[name]; t != nil {
		return t
	}
	for _, t := range p.templates {
		if path.Clean(t.Name) == name {
			return t
		}
	}
	src, err := p.open(name)
	if err != nil {
		return nil
	}
	t, err := template.Parse(name, src)
	if err != nil {
		return nil
	}
	return t
}

func (s *configScope) report(severity diagnostics.Severity, at *template.Node, message diagnostics.Text, mends ...Mend) {
	s.reportAs("image-repositories-mapping", severity, at, message, mends...)
}

func (s *configScope) reportAs(playbook string, severity diagnostics.Severity, at *template.Node, message diagnostics.Text, mends ...Mend) {
	pos := s.c.At(at)
	s.found = append(s.found, Finding{
		Playbook: playbook, Severity: severity, File: s.c.Name, Line: pos.Line, Column: pos.Column,
		Resource: s.env, Message: message, Quote: quote(s.c.Source, pos.Offset), Mends: mends,
	})
}

func (s *configScope) mend(en, ko string, ops ...op) Mend {
	return Mend{Title: bilingual(en, ko), Edits: []FileEdits{{s.c.Name, ops}}}
}

// set reports whether an option is given and does something.
func set(p template.Pair, ok bool) bool {
	return ok && !p.Value.Missing() && !p.Value.Is("false") && !p.Value.Is("") && (p.Value.List() == nil || len(p.Value.List()) > 0)
}

func (s *configScope) checkCommand(command string) {
	one, hasOne := s.c.Lookup(s.env, command, "image_repository")
	many, hasMany := s.c.Lookup(s.env, command, "image_repositories")
	resolve, hasResolve := s.c.Lookup(s.env, command, "resolve_image_repos")
	hasOne, hasMany, hasResolve = set(one, hasOne), set(many, hasMany), set(resolve, hasResolve)
	s.checkConflict(one, many, resolve, hasOne, hasMany, hasResolve)
	if s.t == nil {
		return
	}
	images := s.imageFunctions(s.t)
	switch {
	case hasMany && !hasResolve && !hasOne:
		s.compareList(command, many, images)
	case !hasMany && !hasOne && !hasResolve && len(images.local) > 0 && command == "deploy":
		s.reportNone(command, images)
	}
}

func (s *configScope) checkConflict(one, many, resolve template.Pair, hasOne, hasMany, hasResolve bool) {
	const en = "SAM CLI takes only one of image_repository, image_repositories and resolve_image_repos; environment %s sets %s"
	const ko = "SAM CLI는 image_repository, image_repositories, resolve_image_repos 중 하나만 받습니다. 환경 %s은(는) %s을(를) 설정합니다"
	var names []string
	var at *template.Node
	for _, o := range []struct {
		has  bool
		name string
		pair template.Pair
	}{{hasOne, "image_repository", one}, {hasMany, "image_repositories", many}, {hasResolve, "resolve_image_repos", resolve}} {
		if o.has {
			names = append(names, o.name)
			at = o.pair.Key
		}
	}
	if len(names) < 2 {
		return
	}
	list := strings.Join(names, ", ")
	s.report(diagnostics.Error, at, bilingual(fmt.Sprintf(en, s.env, list), fmt.Sprintf(ko, s.env, list)))
}

// images are the image functions of a template and of those nested in it, as
// image_repositories names them.
type images struct {
	local  []string // built here by sam build
	all    []string
	unread []string // nested stacks whose template was not found
}

func (p *Project) imageFunctions(t *template.Template) images {
	known := t.ImageFunctions(p.find)
	i := images{unread: known.Unread}
	for _, f := range known.Functions {
		i.all = append(i.all, f.Path)
		if f.Built {
			i.local = append(i.local, f.Path)
		}
	}
	return i
}

// knows reports whether an entry names an image function, or one of a nested
// stack that was not read.
func (i images) knows(id string) bool {
	return slices.Contains(i.all, id) || slices.ContainsFunc(i.unread, func(stack string) bool { return strings.HasPrefix(id, stack+"/") })
}

// nested is the full name of the only function of a nested stack that has a
// logical id, "" when there is none or several.
func (i images) nested(id string) string {
	found := ""
	for _, name := range i.local {
		if strings.HasSuffix(name, "/"+id) {
			if found != "" {
				return ""
			}
			found = name
		}
	}
	return found
}

// renamed gives an entry another function's name.
func (s *configScope) renamed(command string, many template.Pair, m mapping, name string) op {
	at := append(s.where(command, "image_repositories"), "image_repositories")
	if many.Value.Kind == template.List {
		return edit.Set(edit.Text(name+"="+m.uri), append(at, fmt.Sprint(m.index))...)
	}
	return edit.Replace(m.id+"=", name+"=", at...)
}

// mapping is one "Function=uri" of image_repositories.
type mapping struct {
	id, uri string
	at      *template.Node
	index   int
}

func (s *configScope) mappings(n *template.Node) ([]mapping, bool) {
	var all []mapping
	for i, item := range s.c.Texts(n) {
		text, ok := item.Str()
		if !ok {
			return nil, false
		}
		for _, word := range strings.Fields(text) {
			id, uri, ok := strings.Cut(word, "=")
			if !ok {
				return nil, false
			}
			all = append(all, mapping{id, uri, item, i})
		}
	}
	return all, true
}

// compareList reports functions that the list lacks and entries for functions that are not there.
func (s *configScope) compareList(command string, many template.Pair, img images) {
	have, ok := s.mappings(many.Value)
	if !ok {
		return
	}
	var ids, missing []string
	for _, m := range have {
		ids = append(ids, m.id, img.nested(m.id))
		s.checkSuperfluous(command, many, m, img, len(have))
	}
	for _, id := range img.local {
		if !slices.Contains(ids, id) {
			missing = append(missing, id)
		}
	}
	if len(missing) == 0 {
		return
	}
	list := strings.Join(missing, ", ")
	s.report(diagnostics.Error, many.Key, bilingual(
		fmt.Sprintf("image_repositories of environment %s lacks %s: sam deploy stops with \"Incomplete list of function logical ids\"", s.env, list),
		fmt.Sprintf("환경 %s의 image_repositories에 %s이(가) 없습니다. sam deploy가 \"Incomplete list of function logical ids\"로 멈춥니다", s.env, list)),
		s.completions(command, many, have, missing)...)
}

// completions add the missing functions, with the one repository that all others use; where they use several,
// only SAM's own repositories are offered.
func (s *configScope) completions(command string, many template.Pair, have []mapping, missing []string) []Mend {
	var mends []Mend
	uris := map[string]bool{}
	for _, m := range have {
		uris[m.uri] = true
	}
	list := append(s.where(command, "image_repositories"), "image_repositories")
	if len(uris) == 1 && len(have) > 0 {
		var items []edit.Value
		for _, id := range missing {
			items = append(items, edit.Text(id+"="+have[0].uri))
		}
		m := s.mend("Map "+strings.Join(missing, ", ")+" to the same repository", strings.Join(missing, ", ")+"을(를) 같은 저장소에 연결합니다", edit.Append(list, items...))
		m.Changes = bilingual("Images of several functions then share one repository; their tags keep them apart.", "여러 함수의 이미지가 한 저장소를 함께 씁니다. 태그로 구분됩니다.")
		mends = append(mends, m)
	}
	resolve := s.mend("Let SAM make a repository for each function: resolve_image_repos = true", "SAM이 함수마다 저장소를 만들게 합니다: resolve_image_repos = true",
		edit.Set(edit.Bool(true), append(s.where(command, "image_repositories"), "resolve_image_repos")...), edit.Delete(list...))
	return append(mends, resolve)
}

// where is the path of the table that an option is written in.
func (s *configScope) where(command, key string) []string {
	if s.c.Parameters(s.env, command).Has(key) || !s.c.Parameters(s.env, "global").Has(key) {
		return []string{s.env, command, "parameters"}
	}
	return []string{s.env, "global", "parameters"}
}

func (s *configScope) checkSuperfluous(command string, many template.Pair, m mapping, img images, total int) {
	if img.knows(m.id) || len(s.t.Declined) > 0 {
		return
	}
	why, ko := "there is no such function in the template", "템플릿에 그런 함수가 없습니다"
	var mends []Mend
	switch nested := img.nested(m.id); {
	case s.t.Resource(m.id) != nil:
		why, ko = "it is no image function", "이미지 함수가 아닙니다"
	case nested != "":
		why, ko = "it belongs to a nested stack: SAM CLI looks for "+nested+" when it pushes", "중첩 스택의 함수입니다. SAM CLI는 푸시할 때 "+nested+"을(를) 찾습니다"
		mends = append(mends, s.mend("Name it "+nested, nested+"(으)로 적습니다", s.renamed(command, many, m, nested)))
	}
	if many.Value.Kind == template.List && total > 1 && len(mends) == 0 {
		mends = append(mends, s.mend("Drop the entry", "항목을 제거합니다",
			edit.Delete(append(s.where(command, "image_repositories"), "image_repositories", fmt.Sprint(m.index))...)))
	}
	s.report(diagnostics.Error, m.at, bilingual(
		fmt.Sprintf("image_repositories of environment %s names %s, but %s", s.env, m.id, why),
		fmt.Sprintf("환경 %s의 image_repositories에 %s이(가) 있지만 %s", s.env, m.id, ko)), mends...)
}

// reportNone reports an environment that deploys image functions and says nowhere where to push them.
func (s *configScope) reportNone(command string, img images) {
	if guided, ok := s.c.Lookup(s.env, command, "guided"); set(guided, ok) {
		return
	}
	entry, _ := s.c.Root.At(s.env, command).Entry("parameters")
	s.report(diagnostics.Warning, entry.Key, bilingual(
		fmt.Sprintf("Environment %s deploys the image function %s but sets none of image_repositories, image_repository and resolve_image_repos: sam deploy stops with \"Missing option\"", s.env, strings.Join(img.local, ", ")),
		fmt.Sprintf("환경 %s은(는) 이미지 함수 %s을(를) 배포하지만 image_repositories, image_repository, resolve_image_repos가 모두 없습니다. sam deploy가 \"Missing option\"으로 멈춥니다", s.env, strings.Join(img.local, ", "))),
		s.mend("Let SAM make the repositories: resolve_image_repos = true", "SAM이 저장소를 만들게 합니다: resolve_image_repos = true",
			edit.Set(edit.Bool(true), s.env, command, "parameters", "resolve_image_repos")))
}
