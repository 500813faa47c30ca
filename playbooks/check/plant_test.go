package check

import (
	"bytes"
	"slices"
	"strings"
	"testing/fstest"

	"firstaid/diagnostics/template"
	"firstaid/playbooks/edit"
)

// plantedIn is the file that defects are planted in; JSON is told by its first byte.
const plantedIn = "template.yaml"

// planted is a real template with one defect in it.
type planted struct {
	kind, playbook string
	src            []byte
	files          map[string]string // beside the template
	file           string            // where it must be found; "" for the template
	resource       string            // what it must be found on
	path           []string          // or the value at this path, when set
	byHand         bool              // nothing can be edited safely
}

func (p planted) fs() fstest.MapFS {
	fsys := fstest.MapFS{plantedIn: {Data: p.src}}
	for name, text := range p.files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

// found reports whether the defect is among the findings, at its line or on its resource.
func (p planted) found() (bool, []Finding) {
	all, err := files(p.fs(), plantedIn)
	if err != nil {
		return false, nil
	}
	line, file := 0, p.file
	if file == "" {
		file = plantedIn
	}
	if p.path != nil {
		if d, err := template.ParseDocument(plantedIn, p.src); err == nil {
			if n := d.Root.At(p.path...); n != nil {
				line = d.At(n).Line
			}
		}
	}
	return slices.ContainsFunc(all, func(f Finding) bool {
		return f.Playbook == p.playbook && f.File == file && (p.path != nil && f.Line == line || p.path == nil && f.Resource == p.resource)
	}), all
}

// plant is every defect in every place of a template where it can stand.
func plant(t *template.Template) []planted {
	g := &garden{s: newScope(newProject(nil), t)}
	g.texts()
	g.slips()
	if t.SAM() && t.Root.At("Resources", "Planted") == nil {
		for _, r := range t.Resources() {
			switch {
			case !editable(r):
			case r.Type == "AWS::Serverless::Function":
				g.alias(r)
				g.function(r)
				g.events(r)
			case r.Type == "AWS::Serverless::Api" || r.Type == "AWS::Serverless::HttpApi":
				g.api(r)
			}
		}
		g.images()
	}
	return g.all
}

type garden struct {
	s   *scope
	all []planted
}

// add plants what edits make, if they can be made.
func (g *garden) add(p planted, ops ...edit.Op) {
	var err error
	if p.src, err = edit.Apply(g.s.t.Name, g.s.t.Source, ops...); err == nil {
		g.all = append(g.all, p)
	}
}

// splice plants a text in place of a part of the file.
func (g *garden) splice(p planted, start, end int, text string) {
	p.src = slices.Concat(g.s.t.Source[:start], []byte(text), g.s.t.Source[end:])
	g.all = append(g.all, p)
}

// texts plants into every Fn::Sub.
func (g *garden) texts() {
	t := g.s.t
	template.Walk(t.Root, func(n *template.Node, p template.Place) bool {
		text, own, ok := n.Sub()
		if p.Key || !ok || own != nil || inCode(p) || n.Short && n.Kind != template.String || g.s.preprocessed() {
			return true
		}
		path := p.Clone().Path
		inside := append(slices.Clone(path), "Fn::Sub")
		raw := string(t.Source[text.Body:text.End])
		for _, v := range template.Variables(text.Text) {
			id, _ := v.ID()
			if v.Literal || !t.Known(id) || strings.Contains(v.Name, " ") {
				continue
			}
			variable := "${" + v.Name + "}"
			p := planted{playbook: "arn-substitution", path: inside}
			if addressLike.MatchString(text.Text) && !(text.Style == template.Plain && strings.HasPrefix(raw, "$")) && !strings.Contains(text.Text, "/GET/") && strings.Contains(raw, variable) {
				p.kind = "no $"
				g.splice(p, text.Body, text.End, strings.Replace(raw, variable, variable[1:], 1))
			}
			if template.IsPseudo(v.Name) && strings.Contains(raw, variable) {
				p.kind = "wrong case"
				g.splice(p, text.Body, text.End, strings.Replace(raw, variable, "${AWS::"+strings.ToLower(v.Name[5:])+"}", 1))
			}
			p.kind, p.path = "no Sub", path
			g.splice(p, n.Start, n.End, raw)
			break
		}
		return true
	})
}

// inCode are places where the rules stay silent on purpose.
func inCode(p template.Place) bool {
	return p.Path[0] != "Resources" && p.Path[0] != "Outputs" && p.Path[0] != "Globals" || inScript(p) || len(p.Loops) > 0 ||
		p.Under("Description", "InlineCode", "ZipFile", "UserData", "Fn::Transform", "TemplateBody", "Instruction", "Metadata", "RequestTemplates",
			"requestTemplates", "RequestMappingTemplate", "ResponseMappingTemplate", "Fn::GetAtt", "Script", "Condition", "Fn::ForEach::Loop", "Sql")
}

// slips drops a letter from the names in references.
func (g *garden) slips() {
	t := g.s.t
	if len(t.Declined) > 0 || len(t.Includes) > 0 || g.s.macros() || g.s.preprocessed() {
		return
	}
	template.Walk(t.Root, func(n *template.Node, p template.Place) bool {
		id, ok := n.Ref()
		if p.Key || !ok || n.Arg.Kind != template.String || len(p.Path) == 0 || p.Path[0] != "Resources" || p.Under("Metadata", "Condition") || len(p.Loops) > 0 {
			return true
		}
		raw := string(t.Source[n.Arg.Body:n.Arg.End])
		if len(id) < 8 || strings.ContainsAny(id, ".:0123456789") || t.Root.At("Parameters", id) == nil && t.Resource(id) == nil || strings.Count(raw, id) != 1 {
			return true
		}
		if wrong := id[:4] + id[5:]; !t.Known(wrong) {
			if right, sure := g.s.closest(wrong); right == id && sure {
				g.splice(planted{kind: "slip", playbook: "unresolved-reference", path: p.Clone().Path}, n.Arg.Body, n.Arg.End, strings.Replace(raw, id, wrong, 1))
			}
		}
		return true
	})
}

// alias plants everything that can race with a function's alias.
func (g *garden) alias(r *template.Resource) {
	if r.Property("AutoPublishAlias") != nil {
		return
	}
	at := func(path ...string) []string { return properties(r, path...) }
	if r.Property("ProvisionedConcurrencyConfig") == nil {
		g.add(planted{kind: "provisioned", playbook: "alias-ordering", resource: r.ID},
			edit.Set(edit.Mapping(edit.Entry("ProvisionedConcurrentExecutions", edit.Number("1"))), at("ProvisionedConcurrencyConfig")...))
	}
	consumer := func(kind, resource string, pairs ...template.Pair) {
		g.add(planted{kind: kind, playbook: "alias-ordering", resource: "Planted"}, edit.Set(edit.Text("live"), at("AutoPublishAlias")...),
			edit.Set(edit.Mapping(edit.Entry("Type", edit.Text(resource)), edit.Entry("Properties", edit.Mapping(pairs...))), "Resources", "Planted"))
	}
	consumer("target", "AWS::ApplicationAutoScaling::ScalableTarget",
		edit.Entry("ResourceId", edit.Sub("function:${"+r.ID+"}:live")), edit.Entry("ServiceNamespace", edit.Text("lambda")),
		edit.Entry("ScalableDimension", edit.Text("lambda:function:ProvisionedConcurrency")),
		edit.Entry("MinCapacity", edit.Number("1")), edit.Entry("MaxCapacity", edit.Number("2")))
	consumer("permission", "AWS::Lambda::Permission", edit.Entry("FunctionName", edit.Sub("${"+r.ID+".Arn}:live")),
		edit.Entry("Action", edit.Text("lambda:InvokeFunction")), edit.Entry("Principal", edit.Text("sns.amazonaws.com")))
	consumer("event source", "AWS::Lambda::EventSourceMapping", edit.Entry("FunctionName", edit.Sub("${"+r.ID+"}:live")),
		edit.Entry("EventSourceArn", edit.Text("arn:aws:sqs:eu-west-1:111122223333:q")))
	consumer("invoke config", "AWS::Lambda::EventInvokeConfig", edit.Entry("FunctionName", edit.Ref(r.ID)), edit.Entry("Qualifier", edit.Text("live")))
	consumer("url", "AWS::Lambda::Url", edit.Entry("TargetFunctionArn", edit.GetAtt(r.ID+".Arn")), edit.Entry("Qualifier", edit.Text("live")),
		edit.Entry("AuthType", edit.Text("AWS_IAM")))
}

// function plants into the properties of a function.
func (g *garden) function(r *template.Resource) {
	at := func(path ...string) []string { return properties(r, path...) }
	if r.Property("Policies") != nil && r.Property("Role") == nil {
		g.add(planted{kind: "role", playbook: "role-policies-ignored", resource: r.ID}, edit.Set(edit.GetAtt("Other.Arn"), at("Role")...))
	}
	zip := !r.Property("PackageType").Is("Image")
	if r.Property("Architectures") == nil && r.Own("Layers") == nil && zip {
		g.add(planted{kind: "layer", playbook: "arm64-mismatch", resource: r.ID}, edit.Set(edit.Texts("arm64"), at("Architectures")...),
			edit.Set(edit.Texts("arn:aws:lambda:eu-west-1:580247275435:layer:LambdaInsightsExtension:53"), at("Layers")...))
		if r.Property("InlineCode") == nil {
			g.add(planted{
				kind: "build image", playbook: "arm64-mismatch", file: "samconfig.toml", resource: "default",
				files: map[string]string{"samconfig.toml": "[default.build.parameters]\nuse_container = true\nbuild_image = [\"" + r.ID + "=public.ecr.aws/sam/build-python3.13:latest-x86_64\"]\n"},
			}, edit.Set(edit.Texts("arm64"), at("Architectures")...))
		}
	}
	if r.Property("FunctionUrlConfig") == nil && r.Property("Environment") == nil {
		url := edit.Set(edit.Mapping(edit.Entry("AuthType", edit.Text("NONE")), edit.Entry("InvokeMode", edit.Text("RESPONSE_STREAM"))), at("FunctionUrlConfig")...)
		g.add(planted{kind: "streaming url", playbook: "payload-too-large-502", resource: r.ID}, url,
			edit.Set(edit.Text("8080"), at("Environment", "Variables", "AWS_LWA_PORT")...))
		g.add(planted{kind: "invoke mode", playbook: "payload-too-large-502", resource: r.ID}, url,
			edit.Set(edit.Text("streaming"), at("Environment", "Variables", modeVariable)...))
	}
}

// events plants into a function that an API calls.
func (g *garden) events(r *template.Resource) {
	routes := g.s.events[r]
	if len(routes) == 0 || r.Own("Events", routes[0].event) == nil {
		return
	}
	at := func(path ...string) []string { return properties(r, path...) }
	first := routes[0]
	if limit, ok := g.s.limit(first); ok && limit < 100 {
		late := planted{kind: "timeout", playbook: "lambda-timeout", resource: r.ID, byHand: true}
		g.add(late, edit.Delete(at("Timeout")...), edit.Set(edit.Number("120"), at("Timeout")...))
		g.add(late, edit.Set(edit.Number("120"), at("Timeout")...))
	}
	if first.http {
		return
	}
	if first.mode == nil {
		g.add(planted{kind: "transfer mode", playbook: "payload-too-large-502", resource: r.ID},
			edit.Set(edit.Text("STREAM"), at("Events", first.event, "Properties", "ResponseTransferMode")...))
	}
	api := g.s.t.Resource(first.api)
	if !g.s.t.Root.At("Globals", "Api").Has("BinaryMediaTypes") && (first.api == "" || api != nil && g.s.lacksBinary(g.s.rest[first.api])) {
		g.add(planted{kind: "compression", playbook: "payload-too-large-502", resource: r.ID}, edit.Set(edit.Text("true"), at("Environment", "Variables", compressionVariable)...))
	}
	if first.api == "" || api == nil || api.Type != "AWS::Serverless::Api" || api.Property("Cors") != nil || api.Property("CorsConfiguration") != nil {
		return
	}
	g.add(planted{kind: "cors", playbook: "cors-missing-method", resource: first.api},
		edit.Set(edit.Text("'GET,POST'"), "Resources", first.api, "Properties", "Cors", "AllowMethods"),
		edit.Set(edit.Text("patch"), at("Events", first.event, "Properties", "Method")...))
	if api.Property("Auth") == nil && editable(api) {
		g.add(planted{kind: "options route", playbook: "cors-missing-method", resource: r.ID},
			edit.Set(edit.Text("Planted"), properties(api, "Auth", "DefaultAuthorizer")...), authorizers(api),
			edit.Set(edit.Text("options"), at("Events", first.event, "Properties", "Method")...))
	}
}

func authorizers(api *template.Resource) edit.Op {
	return edit.Set(edit.Mapping(edit.Entry("Planted", edit.Mapping(edit.Entry("UserPoolArn", edit.Text("arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_a"))))),
		properties(api, "Auth", "Authorizers")...)
}

// api plants into the CORS settings of an API, and names an OpenAPI document with a defect.
func (g *garden) api(r *template.Resource) {
	http := r.Type == "AWS::Serverless::HttpApi"
	key, routes := "Cors", g.s.routes(r.ID, http)
	if http {
		key = "CorsConfiguration"
	}
	if r.Property(key) != nil || r.Property("Auth") != nil {
		return
	}
	at := func(path ...string) []string { return properties(r, path...) }
	if http {
		g.add(planted{kind: "credentials", playbook: "cors-missing-method", resource: r.ID, byHand: true}, edit.Set(edit.Mapping(
			edit.Entry("AllowCredentials", edit.Bool(true)), edit.Entry("AllowOrigins", edit.Texts("*")), edit.Entry("AllowMethods", edit.Texts("*"))), at(key)...))
		return
	}
	g.add(planted{kind: "credentials", playbook: "cors-missing-method", resource: r.ID, byHand: true}, edit.Set(edit.Mapping(
		edit.Entry("AllowCredentials", edit.Bool(true)), edit.Entry("AllowOrigin", edit.Text("'*'"))), at(key)...))
	g.add(planted{kind: "quotes", playbook: "cors-missing-method", resource: r.ID}, edit.Set(edit.Text("https://shop.example"), at(key)...))
	if len(routes) > 0 {
		g.add(planted{kind: "preflight", playbook: "cors-missing-method", resource: r.ID}, edit.Set(edit.Text("'*'"), at(key)...),
			edit.Set(edit.Text("Planted"), at("Auth", "DefaultAuthorizer")...), authorizers(r))
	}
	if _, has := g.s.bodies[r.ID]; has {
		return
	}
	const document = `openapi: 3.0.1
paths:
  /planted:
    patch:
      x-amazon-apigateway-integration: {type: http_proxy, httpMethod: PATCH, uri: 'https://shop.example'}
    options:
      x-amazon-apigateway-integration:
        type: mock
        responses:
          default:
            statusCode: "200"
            responseParameters:
              method.response.header.Access-Control-Allow-Methods: "'GET,OPTIONS'"
`
	p := planted{kind: "document", playbook: "cors-missing-method", file: "api/planted.yaml", resource: r.ID, files: map[string]string{"api/planted.yaml": document}}
	g.add(p, edit.Set(edit.Text("./api/planted.yaml"), at("DefinitionUri")...))
	p.kind = "included"
	g.add(p, edit.Set(edit.Mapping(edit.Entry("Fn::Transform", edit.Mapping(edit.Entry("Name", edit.Text("AWS::Include")),
		edit.Entry("Parameters", edit.Mapping(edit.Entry("Location", edit.Text("api/planted.yaml"))))))), at("DefinitionBody")...))
}

// images adds an image function, with a Dockerfile and a samconfig that do not fit it.
func (g *garden) images() {
	image := func(arch string) edit.Op {
		return edit.Set(edit.Mapping(edit.Entry("Type", edit.Text("AWS::Serverless::Function")),
			edit.Entry("Metadata", edit.Mapping(edit.Entry("Dockerfile", edit.Text("Dockerfile")), edit.Entry("DockerContext", edit.Text("planted")))),
			edit.Entry("Properties", edit.Mapping(edit.Entry("PackageType", edit.Text("Image")), edit.Entry("Architectures", edit.Texts(arch))))), "Resources", "Planted")
	}
	globals := g.s.t.Root.At("Globals", "Function") // what only zip functions take makes an image function another defect
	if !globals.Has("Architectures") && !globals.Has("Runtime") && !globals.Has("Handler") && !globals.Has("Layers") {
		g.add(planted{
			kind: "dockerfile", playbook: "arm64-mismatch", resource: "Planted",
			files: map[string]string{"planted/Dockerfile": "ARG CPU=arm64\nFROM --platform=linux/${CPU} public.ecr.aws/lambda/python:3.13\n"},
		}, image(x86))
	}
	for kind, lines := range map[string]string{
		"image lacking":     `image_repositories = ["Other=111122223333.dkr.ecr.eu-west-1.amazonaws.com/x"]`,
		"image superfluous": `image_repositories = ["Planted=u", "Gone=u"]`,
		"image none":        `stack_name = "x"`,
		"image conflict":    "image_repository = \"u\"\nresolve_image_repos = true",
	} {
		g.add(planted{
			kind: kind, playbook: "image-repositories-mapping", file: "samconfig.toml", resource: "default", byHand: kind == "image conflict",
			files: map[string]string{"samconfig.toml": "version = 0.1\n[default.deploy.parameters]\n" + lines + "\n"},
		}, image(x86))
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

// changedLines counts the lines that a diff takes away or adds.
func changedLines(before, after []byte) (removed, added int) {
	for _, line := range bytes.Split([]byte(edit.Diff("t", before, after)), []byte("\n")) {
		switch {
		case bytes.HasPrefix(line, []byte("--- ")), bytes.HasPrefix(line, []byte("+++ ")):
		case bytes.HasPrefix(line, []byte("-")):
			removed++
		case bytes.HasPrefix(line, []byte("+")):
			added++
		}
	}
	return removed, added
}
