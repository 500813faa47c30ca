package check

import (
	"bytes"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"firstaid/diagnostics/template"
	"firstaid/diagnostics/template/templatetest"
	"firstaid/playbooks/edit"
)

// plantedIn is the file that defects are planted in; JSON is told by its first byte.
const plantedIn = "template.yaml"

// planted is a real template with one defect in it.
type planted struct {
	kind, playbook string
	src            []byte
	resource       string   // where it must be found
	path           []string // or the value at this path, when set
}

// plantText plants defects into every Fn::Sub of a template.
func plantText(t *template.Template) []planted {
	var all []planted
	template.Walk(t.Root, func(n *template.Node, p template.Place) bool {
		text, own, ok := n.Sub()
		if p.Key || !ok || own != nil || inCode(p) || n.Short && n.Kind != template.String {
			return true
		}
		path := p.Clone().Path
		inside := append(slices.Clone(path), "Fn::Sub")
		for _, v := range template.Variables(text.Text) {
			id, _ := v.ID()
			if v.Literal || !t.Known(id) || strings.Contains(v.Name, " ") {
				continue
			}
			variable := "${" + v.Name + "}"
			all = append(all, planted{"no Sub", "arn-substitution", slices.Concat(t.Source[:n.Start], t.Source[text.Body:text.End], t.Source[n.End:]), "", path})
			if addressLike.MatchString(text.Text) && !strings.Contains(text.Text, "/GET/") && bytes.Contains(t.Source[text.Body:text.End], []byte(variable)) {
				raw := strings.Replace(string(t.Source[text.Body:text.End]), variable, variable[1:], 1)
				all = append(all, planted{"no $", "arn-substitution", slices.Concat(t.Source[:text.Body], []byte(raw), t.Source[text.End:]), "", inside})
			}
			if template.IsPseudo(v.Name) {
				raw := strings.Replace(string(t.Source[text.Body:text.End]), variable, "${AWS::"+strings.ToLower(v.Name[5:])+"}", 1)
				all = append(all, planted{"wrong case", "arn-substitution", slices.Concat(t.Source[:text.Body], []byte(raw), t.Source[text.End:]), "", inside})
			}
			break
		}
		return true
	})
	return all
}

// inCode are places where the rules stay silent on purpose.
func inCode(p template.Place) bool {
	return p.Path[0] != "Resources" && p.Path[0] != "Outputs" && p.Path[0] != "Globals" || inScript(p) || len(p.Loops) > 0 ||
		p.Under("Description", "InlineCode", "ZipFile", "UserData", "Fn::Transform", "TemplateBody", "Instruction", "Metadata", "RequestTemplates",
			"requestTemplates", "RequestMappingTemplate", "ResponseMappingTemplate", "Fn::GetAtt", "Script", "Condition", "Fn::ForEach::Loop", "Sql")
}

// plantResources plants defects that need several edits.
func plantResources(t *template.Template) []planted {
	var all []planted
	add := func(kind, playbook, resource string, ops ...edit.Op) {
		if src, err := edit.Apply(t.Name, t.Source, ops...); err == nil {
			all = append(all, planted{kind: kind, playbook: playbook, src: src, resource: resource})
		}
	}
	s := newScope(newProject(nil), t)
	for _, r := range t.Resources() {
		if r.Type != "AWS::Serverless::Function" || !editable(r) {
			continue
		}
		at := func(path ...string) []string { return properties(r, path...) }
		if alias := r.Property("AutoPublishAlias"); alias == nil {
			publish := edit.Set(edit.Text("live"), at("AutoPublishAlias")...)
			add("target", "alias-ordering", "Planted", publish, edit.Set(edit.Mapping(
				edit.Entry("Type", edit.Text("AWS::ApplicationAutoScaling::ScalableTarget")),
				edit.Entry("Properties", edit.Mapping(
					edit.Entry("ResourceId", edit.Sub("function:${"+r.ID+"}:live")), edit.Entry("ServiceNamespace", edit.Text("lambda")),
					edit.Entry("ScalableDimension", edit.Text("lambda:function:ProvisionedConcurrency")),
					edit.Entry("MinCapacity", edit.Number("1")), edit.Entry("MaxCapacity", edit.Number("2"))))), "Resources", "Planted"))
			add("permission", "alias-ordering", "Planted", publish, edit.Set(edit.Mapping(
				edit.Entry("Type", edit.Text("AWS::Lambda::Permission")),
				edit.Entry("Properties", edit.Mapping(
					edit.Entry("FunctionName", edit.Sub("${"+r.ID+".Arn}:live")), edit.Entry("Action", edit.Text("lambda:InvokeFunction")),
					edit.Entry("Principal", edit.Text("sns.amazonaws.com"))))), "Resources", "Planted"))
			if r.Property("ProvisionedConcurrencyConfig") == nil {
				add("provisioned", "alias-ordering", r.ID, edit.Set(edit.Mapping(edit.Entry("ProvisionedConcurrentExecutions", edit.Number("1"))), at("ProvisionedConcurrencyConfig")...))
			}
		}
		if r.Property("Policies") != nil && r.Property("Role") == nil {
			add("role", "role-policies-ignored", r.ID, edit.Set(edit.GetAtt("Other.Arn"), at("Role")...))
		}
		if r.Property("Architectures") == nil && r.Own("Layers") == nil && !r.Property("PackageType").Is("Image") {
			add("layer", "arm64-mismatch", r.ID, edit.Set(edit.Texts("arm64"), at("Architectures")...),
				edit.Set(edit.Texts("arn:aws:lambda:eu-west-1:580247275435:layer:LambdaInsightsExtension:53"), at("Layers")...))
		}
		routes := s.events[r]
		if len(routes) == 0 || r.Own("Events", routes[0].event) == nil {
			continue
		}
		if limit, ok := s.limit(routes[0]); ok && limit < 100 {
			add("timeout", "lambda-timeout", r.ID, edit.Delete(at("Timeout")...), edit.Set(edit.Number("120"), at("Timeout")...))
			add("timeout", "lambda-timeout", r.ID, edit.Set(edit.Number("120"), at("Timeout")...))
		}
		if rt := routes[0]; !rt.http && !t.Root.At("Globals", "Api").Has("BinaryMediaTypes") && (rt.api == "" || t.Resource(rt.api) != nil && s.lacksBinary(api{id: rt.api, props: t.Resource(rt.api).Effective()})) {
			add("compression", "payload-too-large-502", r.ID, edit.Set(edit.Text("true"), at("Environment", "Variables", compressionVariable)...))
		}
		if rt := routes[0]; rt.api != "" && t.Resource(rt.api) != nil && t.Resource(rt.api).Property("Cors") == nil && t.Resource(rt.api).Property("CorsConfiguration") == nil && !rt.http {
			add("cors", "cors-missing-method", rt.api,
				edit.Set(edit.Text("'GET,POST'"), "Resources", rt.api, "Properties", "Cors", "AllowMethods"),
				edit.Set(edit.Text("patch"), at("Events", rt.event, "Properties", "Method")...))
		}
	}
	return all
}

// found reports whether the defect is among the findings, at its line or on its resource.
func (p planted) found(fsys fstest.MapFS) (bool, []Finding) {
	all, err := Files(fsys, plantedIn)
	if err != nil {
		return false, nil
	}
	line := 0
	if p.path != nil {
		if d, err := template.ParseDocument(plantedIn, p.src); err == nil {
			if n := d.Root.At(p.path...); n != nil {
				line = d.At(n).Line
			}
		}
	}
	return slices.ContainsFunc(all, func(f Finding) bool {
		return f.Playbook == p.playbook && (p.path != nil && f.Line == line || p.path == nil && (f.Resource == p.resource))
	}), all
}

// stride thins the real templates out, so that the suite stays fast; 1 looks at all.
func stride() int {
	if os.Getenv("FIRSTAID_ALL_TEMPLATES") != "" {
		return 1
	}
	return 24
}

func TestPlantedDefectsAreFoundAndMended(t *testing.T) {
	count, missed, unmended := map[string]int{}, map[string]int{}, map[string]int{}
	for i, file := range templatetest.Files(t) {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		tpl, err := template.Parse(plantedIn, src)
		if err != nil || i%stride() != 0 || len(tpl.Duplicates) > 0 {
			continue
		}
		clean, _ := Files(fstest.MapFS{plantedIn: {Data: src}}, plantedIn)
		for _, p := range slices.Concat(plantText(tpl), plantResources(tpl)) {
			count[p.kind]++
			fsys := fstest.MapFS{plantedIn: {Data: p.src}}
			ok, all := p.found(fsys)
			if !ok {
				missed[p.kind]++
				t.Logf("%s: %s not found in %s at %v %s", file, p.kind, p.playbook, p.path, p.resource)
				continue
			}
			project, err := Read(fsys, plantedIn)
			if err != nil {
				t.Fatal(err)
			}
			changed, left := project.Mend()
			if p.kind != "timeout" && len(left) >= len(all) && len(left) > len(clean) {
				unmended[p.kind]++
				t.Logf("%s: %s at %v %s is not mended", file, p.kind, p.path, p.resource)
			}
			if out := changed[plantedIn]; p.path != nil && len(clean) == 0 && !bytes.Equal(out, src) && len(left) == 0 && p.kind != "no $" && !sameMeaning(out, src) {
				t.Errorf("%s: %s mended to something else than it was:\n%s", file, p.kind, edit.Diff("t", src, out))
			}
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(count)) {
		t.Logf("%-12s %5d planted, %3d missed, %3d not mended", kind, count[kind], missed[kind], unmended[kind])
		if missed[kind] > count[kind]/50 || unmended[kind] > count[kind]/10 {
			t.Errorf("%s: too many missed or not mended", kind)
		}
	}
}

// sameMeaning compares two files; both forms of an intrinsic mean the same.
func sameMeaning(a, b []byte) bool {
	x, err1 := template.ParseDocument(plantedIn, a)
	y, err2 := template.ParseDocument(plantedIn, b)
	return err1 == nil && err2 == nil && sameNode(x.Root, y.Root)
}

func sameNode(a, b *template.Node) bool {
	if a.Fn != b.Fn || len(a.Items) != len(b.Items) && a.Fn == "" || len(a.Pairs) != len(b.Pairs) && a.Fn == "" {
		return false
	}
	if a.Fn != "" {
		return sameNode(a.Arg, b.Arg)
	}
	for i := range a.Items {
		if !sameNode(a.Items[i], b.Items[i]) {
			return false
		}
	}
	for i := range a.Pairs {
		if a.Pairs[i].Key.Text != b.Pairs[i].Key.Text || !sameNode(a.Pairs[i].Value, b.Pairs[i].Value) {
			return false
		}
	}
	return a.Text == b.Text
}
