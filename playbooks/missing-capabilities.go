package playbooks

import (
	"path"
	"slices"
	"strings"

	"firstaid/diagnostics"
	"firstaid/diagnostics/template"
)

// The capabilities that CloudFormation wants to be acknowledged (API reference
// of CreateStack).
const (
	capabilityIAM    = "CAPABILITY_IAM"
	capabilityNamed  = "CAPABILITY_NAMED_IAM"
	capabilityExpand = "CAPABILITY_AUTO_EXPAND"
)

// A need is a capability with the place that asks for it.
type need struct {
	capability string
	field      string // Resources.X.Type
	quote      string
}

// findMissingCapabilities compares what a template needs acknowledged with
// what samconfig gives. A list that is too short is worth a warning by itself;
// once a deployment was refused for it, it is the cause.
func findMissingCapabilities(s *diagnostics.Snapshot) []diagnostics.Finding {
	refused := refusedForCapabilities(s)
	var list []diagnostics.Finding
	for _, file := range s.Files {
		if !template.IsConfig(path.Base(file.Path)) {
			continue
		}
		config, err := template.ParseConfig(file.Path, []byte(file.Content))
		if err != nil {
			continue
		}
		for _, env := range config.Environments() {
			if f, ok := shortList(s, config, env, refused); ok {
				list = append(list, f)
				break // one finding a file: its subject is the file
			}
		}
	}
	return list
}

func shortList(s *diagnostics.Snapshot, config *template.Config, env string, refused bool) (diagnostics.Finding, bool) {
	setting, ok := config.Lookup(env, "deploy", "capabilities")
	t := templateOf(s, config, env)
	if !ok || t == nil {
		return diagnostics.Finding{}, false
	}
	var given []string
	for _, n := range config.Texts(setting.Value) {
		given = append(given, n.Text)
	}
	var missing []string
	var evidence []diagnostics.Evidence
	for _, n := range lacking(needs(t), given) {
		missing = append(missing, n.capability)
		evidence = append(evidence, diagnostics.Evidence{Of: diagnostics.Ref{Kind: diagnostics.KindFile, ID: t.Name}, Field: n.field, Quote: n.quote})
	}
	if len(missing) == 0 {
		return diagnostics.Finding{}, false
	}
	at := config.At(setting.Value)
	of := diagnostics.Ref{Kind: diagnostics.KindFile, ID: config.Name}
	names := strings.Join(missing, " ")
	f := diagnostics.Finding{
		Severity: diagnostics.Warning, Confidence: diagnostics.Possible, Subject: of, Count: 1,
		Source:   &diagnostics.Position{File: at.File, Line: at.Line, Column: at.Column},
		Captures: map[string]string{"capabilities": names, "environment": env},
		Because: diagnostics.Text{
			En: "environment " + env + " does not acknowledge " + names + ", and the template needs it",
			Ko: "환경 " + env + "에서 " + names + "을(를) 승인하지 않았으나 템플릿에는 필요합니다",
		},
		Evidence: append([]diagnostics.Evidence{{Of: of, Field: env + ".deploy.parameters.capabilities", Quote: config.Raw(setting.Value)}}, evidence...),
	}
	if refused {
		f.Severity, f.Confidence = diagnostics.Error, diagnostics.Likely
	}
	return f, true
}

// needs lists the capabilities that a template wants, each once, with the
// first resource that asks for it. Macros of the template itself do not count:
// deployments go through change sets, which expand them for review.
func needs(t *template.Template) []need {
	var list []need
	want := func(capability, field, quote string) {
		if !slices.ContainsFunc(list, func(n need) bool { return n.capability == capability }) {
			list = append(list, need{capability, field, quote})
		}
	}
	for _, r := range t.Resources() {
		if name := fixedName(r); name != "" {
			want(capabilityNamed, "Resources."+r.ID+".Properties."+name, t.Raw(r.Own(name)))
		} else if strings.HasPrefix(r.Type, "AWS::IAM::") && r.Type != "AWS::IAM::ServiceLinkedRole" {
			want(capabilityIAM, "Resources."+r.ID+".Type", r.Type)
		}
		if r.Type == "AWS::Serverless::Application" {
			want(capabilityExpand, "Resources."+r.ID+".Type", r.Type)
		}
	}
	for _, g := range t.Generated() {
		if strings.HasPrefix(g.Type, "AWS::IAM::") {
			if r := t.Resource(g.Source); r != nil {
				want(capabilityIAM, "Resources."+g.Source+".Type", r.Type)
			}
		}
	}
	if slices.ContainsFunc(list, func(n need) bool { return n.capability == capabilityNamed }) {
		list = slices.DeleteFunc(list, func(n need) bool { return n.capability == capabilityIAM })
	}
	return list
}

// fixedName is the property that gives an IAM resource a name of its own, or
// empty.
func fixedName(r *template.Resource) string {
	property := map[string]string{
		"AWS::IAM::Role": "RoleName", "AWS::IAM::User": "UserName", "AWS::IAM::Group": "GroupName",
		"AWS::IAM::ManagedPolicy": "ManagedPolicyName", "AWS::IAM::InstanceProfile": "InstanceProfileName",
	}[r.Type]
	if property == "" || r.Own(property).Missing() {
		return ""
	}
	return property
}

// templateOf is the template that an environment deploys: the one it names, or
// SAM CLI's default names beside the config.
func templateOf(s *diagnostics.Snapshot, config *template.Config, env string) *template.Template {
	dir := path.Dir(config.Name)
	names := []string{"template.yaml", "template.yml", "template.json"}
	for _, command := range []string{"deploy", "build"} {
		for _, key := range []string{"template_file", "template"} {
			if p, ok := config.Lookup(env, command, key); ok && !template.IsBuilt(p.Value.Text) {
				names = append([]string{p.Value.Text}, names...)
			}
		}
	}
	for _, name := range names {
		for _, f := range s.Files {
			if f.Path != path.Join(dir, name) {
				continue
			}
			if t, err := template.Parse(f.Path, []byte(f.Content)); err == nil {
				return t
			}
		}
	}
	return nil
}

// refusedForCapabilities reports whether any text of the snapshot says that a
// capability was missing.
func refusedForCapabilities(s *diagnostics.Snapshot) bool {
	const says = "equires capabilities"
	for _, e := range s.Events {
		if strings.Contains(e.Reason(), says) {
			return true
		}
	}
	for _, t := range s.Texts {
		if strings.Contains(diagnostics.Normalize(t.Text), says) {
			return true
		}
	}
	return slices.ContainsFunc(s.Stacks, func(k diagnostics.Stack) bool { return strings.Contains(k.StackStatusReason, says) })
}
