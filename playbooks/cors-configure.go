package playbooks

import (
	"slices"
	"strings"

	"firstaid/diagnostics"
	"firstaid/diagnostics/template"
	"firstaid/playbooks/edit"
)

// A frontDoor is an API of SAM's: one of the template, or the one that SAM
// makes for events that name none, which is configured in Globals.
type frontDoor struct {
	template *template.Template
	name     string
	path     []string       // of its properties
	own      *template.Node // what stands at path
	set      *template.Node // what holds, with Globals
	http     bool
	methods  []string // that its events serve
}

// external reports an API whose OpenAPI document is a file of its own: SAM adds
// CORS settings and error answers to documents in the template only.
func (a frontDoor) external() bool { return a.set.Get("DefinitionUri") != nil }

// frontDoors lists the APIs that a finding may be about: the one that it names,
// else all.
func (p *project) frontDoors(subject diagnostics.Ref) []frontDoor {
	var list []frontDoor
	for _, w := range p.candidates(subject, ofType("AWS::Serverless::Api", "AWS::Serverless::HttpApi")) {
		list = append(list, frontDoor{
			template: w.template, name: w.resource.ID, path: w.path(), own: w.resource.Properties, set: w.resource.Effective(),
			http: w.resource.Type == "AWS::Serverless::HttpApi", methods: p.served(w.template, w.resource.ID),
		})
	}
	if w, ok := p.at(subject); ok && len(list) > 0 && w.resource.ID == list[0].name {
		return list
	}
	for _, t := range p.sources.files {
		for _, http := range []bool{false, true} {
			section, name := "Api", "ServerlessRestApi"
			if http {
				section, name = "HttpApi", "ServerlessHttpApi"
			}
			if methods := p.served(t, name); len(methods) > 0 {
				at := []string{"Globals", section}
				list = append(list, frontDoor{template: t, name: name, path: at, own: t.Root.At(at...), set: t.Root.At(at...), http: http, methods: methods})
			}
		}
	}
	return list
}

// served lists the methods of the events of an API, in alphabetical order.
func (p *project) served(t *template.Template, api string) []string {
	var methods []string
	for _, r := range t.Resources() {
		if r.Type != "AWS::Serverless::Function" {
			continue
		}
		for _, e := range r.Property("Events").Entries() {
			kind, _ := e.Value.Get("Type").Str()
			id, _ := firstRef(e.Value.At("Properties", "RestApiId"), e.Value.At("Properties", "ApiId"))
			if id == "" {
				id = map[string]string{"Api": "ServerlessRestApi", "HttpApi": "ServerlessHttpApi"}[kind]
			}
			method, _ := e.Value.At("Properties", "Method").Str()
			if id == api && method != "" {
				methods = append(methods, strings.ToUpper(method))
			}
		}
	}
	slices.Sort(methods)
	return slices.Compact(methods)
}

func firstRef(nodes ...*template.Node) (string, bool) {
	for _, n := range nodes {
		if id, ok := n.Ref(); ok {
			return id, true
		}
	}
	return "", false
}

// configureCORS gives an API that has no CORS settings at all some: an HTTP API
// then answers preflights itself and sets the headers of every answer; a REST
// API answers preflights with the methods that its events serve.
func (p *project) configureCORS(a frontDoor, origin, method string) (Fix, bool) {
	key := "Cors"
	if a.http {
		key = "CorsConfiguration"
	}
	if a.set.Get(key) != nil || len(a.methods) == 0 || a.external() {
		return Fix{}, false
	}
	f := templateFix("Answer preflights of "+a.name+" ("+key+")", a.name+"의 프리플라이트에 응답합니다("+key+")")
	if origin == "" {
		origin = "*"
		f.Notes = append(f.Notes, diagnostics.Text{
			En: "Every origin may call. Name your own instead of * where cookies or an Authorization header are sent.",
			Ko: "모든 오리진의 호출을 허용합니다. 쿠키나 Authorization 헤더를 보낸다면 * 대신 오리진을 명시하세요.",
		})
	}
	byHand := diagnostics.Text{En: "Add " + key + " to " + a.name + ", with the origin " + origin, Ko: a.name + "에 오리진 " + origin + "(으)로 " + key + "를 추가하세요"}
	at := append(slices.Clone(a.path), key)
	if !a.http {
		f.Changes = diagnostics.Text{
			En: "SAM adds an OPTIONS method to every path, which names that path's methods. The function's own answers still have to carry Access-Control-Allow-Origin.",
			Ko: "SAM이 모든 경로에 해당 경로의 메서드를 알려 주는 OPTIONS 메서드를 추가합니다. 함수의 응답에도 Access-Control-Allow-Origin이 있어야 합니다.",
		}
		return p.edited(f, a.template.Name, byHand, edit.Set(edit.Text("'"+origin+"'"), at...))
	}
	f.Changes = diagnostics.Text{
		En: "The API answers preflights itself, and sets the CORS headers of every answer in place of the function's.",
		Ko: "API가 프리플라이트에 직접 응답하고 함수 대신 모든 응답의 CORS 헤더를 설정합니다.",
	}
	return p.edited(f, a.template.Name, byHand, edit.Set(edit.Mapping(
		edit.Entry("AllowOrigins", edit.Texts(origin)), edit.Entry("AllowMethods", edit.Texts(allowedMethods(a.methods, method)...)),
		edit.Entry("AllowHeaders", edit.Texts("content-type", "authorization"))), at...))
}

// allowedMethods are the methods that a preflight names: those that are served,
// and the one that was asked for.
func allowedMethods(served []string, method string) []string {
	if slices.ContainsFunc(served, func(m string) bool { return m == "ANY" || m == "X-AMAZON-APIGATEWAY-ANY-METHOD" }) {
		return []string{"*"}
	}
	list := slices.Clone(served)
	if method != "" && !slices.Contains(list, method) {
		list = append(list, method)
	}
	slices.Sort(list)
	return list
}

// answerErrors gives the gateway's own 4xx and 5xx answers a CORS header, so
// that the browser shows the error instead of blocking it. HTTP APIs set it by
// themselves.
func (p *project) answerErrors(a frontDoor) (Fix, bool) {
	if a.http || a.external() {
		return Fix{}, false
	}
	value := edit.Text("'*'")
	for _, o := range []*template.Node{a.set.At("Cors", "AllowOrigin"), a.set.Get("Cors")} {
		if text, ok := o.Str(); ok {
			value = edit.Text(text)
			break
		}
	}
	const header = "Access-Control-Allow-Origin"
	var ops []edit.Op
	for _, name := range []string{"DEFAULT_4XX", "DEFAULT_5XX"} {
		headers := a.set.At("GatewayResponses", name, "ResponseParameters", "Headers")
		if slices.ContainsFunc(headers.Entries(), func(e template.Pair) bool { return strings.EqualFold(e.Key.Text, header) }) {
			continue
		}
		at := append(slices.Clone(a.path), "GatewayResponses", name, "ResponseParameters", "Headers", header)
		ops = append(ops, edit.Set(value, at...))
	}
	if len(ops) == 0 || a.set.Get("GatewayResponses") != nil && a.own.Get("GatewayResponses") == nil {
		return Fix{}, false
	}
	f := templateFix("Give the gateway's error answers a CORS header", "게이트웨이 오류 응답에 CORS 헤더를 넣습니다")
	f.Changes = diagnostics.Text{
		En: "Errors of the gateway itself (403, 429, 5xx) become readable in the browser: today they look like CORS failures.",
		Ko: "게이트웨이 자체 오류(403, 429, 5xx)를 브라우저에서 읽을 수 있습니다. 지금은 CORS 오류처럼 보입니다.",
	}
	byHand := diagnostics.Text{En: "Add GatewayResponses DEFAULT_4XX and DEFAULT_5XX with " + header, Ko: "GatewayResponses에 DEFAULT_4XX, DEFAULT_5XX와 " + header + "을 추가하세요"}
	return p.edited(f, a.template.Name, byHand, ops...)
}
