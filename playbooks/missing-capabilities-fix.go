package playbooks

import (
	"path"
	"slices"
	"strings"

	"firstaid/diagnostics"
	"firstaid/diagnostics/template"
	"firstaid/playbooks/edit"
)

// fixCapabilities lets every environment acknowledge what its template needs;
// the option on the command line is the alternative that changes no file.
func fixCapabilities(s *diagnostics.Snapshot, f diagnostics.Finding) []Fix {
	p := newProject(s)
	var list fixes
	for _, file := range s.Files {
		if !template.IsConfig(path.Base(file.Path)) {
			continue
		}
		if c, err := template.ParseConfig(file.Path, []byte(file.Content)); err == nil {
			list.add(p.acknowledge(c))
		}
	}
	names := strings.NewReplacer(",", " ", "[", "", "]", "").Replace(f.Captures["capabilities"])
	if names = strings.Join(strings.Fields(names), " "); names == "" {
		names = capabilityNamed
	}
	return append(list.ordered(), guide("Acknowledge it once, on the command line", "명령줄에서 한 번만 승인합니다",
		diagnostics.Text{En: "Deploy with `sam deploy --capabilities " + names + "`", Ko: "`sam deploy --capabilities " + names + "`로 배포하세요"}))
}

// acknowledge completes the capabilities of each environment that deploys.
func (p *project) acknowledge(c *template.Config) (Fix, bool) {
	f := Fix{
		Title: diagnostics.Text{En: "Complete capabilities in " + c.Name, Ko: c.Name + "의 capabilities를 채웁니다"},
		Kind:  FixConfig, Risk: Safe, Redeploy: true,
	}
	var ops []edit.Op
	var added []string
	for _, env := range c.Environments() {
		if c.Parameters(env, "deploy") == nil {
			continue
		}
		setting, set := c.Lookup(env, "deploy", "capabilities")
		missing := p.unacknowledged(c, env)
		if len(missing) == 0 {
			continue
		}
		added = append(added, env+": "+strings.Join(missing, " "))
		at := settingPath(c, env, "capabilities")
		if set && setting.Value.Kind == template.List {
			ops = append(ops, edit.Append(at, texts(missing)...))
			continue
		}
		var words []string
		if set {
			words = strings.Fields(setting.Value.Text)
		}
		ops = append(ops, edit.Set(edit.Text(strings.Join(append(words, missing...), " ")), at...))
	}
	if len(ops) == 0 {
		return f, false
	}
	f.Changes = diagnostics.Text{En: "Acknowledged in addition: " + strings.Join(added, "; "), Ko: "추가로 승인하는 기능: " + strings.Join(added, "; ")}
	byHand := diagnostics.Text{En: "Write the missing capabilities into samconfig: " + strings.Join(added, "; "), Ko: "빠진 기능을 samconfig에 적으세요: " + strings.Join(added, "; ")}
	return p.edited(f, c.Name, byHand, ops...)
}

// unacknowledged lists the capabilities that an environment's template needs
// and its settings do not give.
func (p *project) unacknowledged(c *template.Config, env string) []string {
	t := templateOf(p.snapshot, c, env)
	if t == nil {
		return nil
	}
	var given []string
	if setting, ok := c.Lookup(env, "deploy", "capabilities"); ok {
		for _, n := range c.Texts(setting.Value) {
			given = append(given, n.Text)
		}
	}
	var missing []string
	for _, n := range lacking(needs(t), given) {
		missing = append(missing, n.capability)
	}
	return missing
}

// lacking are the needs that a list of capabilities does not meet; the
// capability for named resources covers unnamed ones.
func lacking(all []need, given []string) []need {
	return slices.DeleteFunc(slices.Clone(all), func(n need) bool {
		return slices.Contains(given, n.capability) || n.capability == capabilityIAM && slices.Contains(given, capabilityNamed)
	})
}

func texts(words []string) []edit.Value {
	var list []edit.Value
	for _, w := range words {
		list = append(list, edit.Text(w))
	}
	return list
}
