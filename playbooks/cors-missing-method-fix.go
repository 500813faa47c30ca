package playbooks

import (
	"net/url"
	"slices"
	"strings"

	"firstaid/diagnostics"
	"firstaid/diagnostics/template"
	"firstaid/playbooks/edit"
)

// fixCORS lets the method through at every place that can hold it back: the
// list of allowed methods, the route itself, the authorizer on the preflight,
// and the gateway's own error answers.
func fixCORS(s *diagnostics.Snapshot, f diagnostics.Finding) []Fix {
	p := newProject(s)
	method, path := strings.ToUpper(f.Captures["method"]), requestPath(f.Captures)
	var list fixes
	for _, w := range p.candidates(f.Subject, ofType("AWS::Serverless::Api", "AWS::Serverless::HttpApi")) {
		list.add(w.allowMethod(method))
		list.add(w.openPreflight())
	}
	list = append(list, p.globalCORS(method)...)
	list = append(list, p.addRoute(method, path)...)
	for _, a := range p.frontDoors(f.Subject) {
		list.add(p.configureCORS(a, f.Captures["origin"], method))
		list.add(p.answerErrors(a))
	}
	if len(list) == 0 {
		list = append(list, answerInCode())
	}
	return list.ordered()
}

// requestPath is the path that a browser asked for, without the stage when it
// went to API Gateway's own host.
func requestPath(captures map[string]string) string {
	if captures["path"] != "" {
		return captures["path"]
	}
	u, err := url.Parse(captures["url"])
	if err != nil || u.Path == "" {
		return ""
	}
	if strings.Contains(u.Host, ".execute-api.") {
		_, rest, _ := strings.Cut(strings.TrimPrefix(u.Path, "/"), "/")
		return "/" + rest
	}
	return u.Path
}

// allowMethod completes the list of allowed methods. A REST API's is a string
// in a second pair of quotes, used verbatim; an HTTP API's is a list.
func (w *workpiece) allowMethod(method string) (Fix, bool) {
	if method == "" {
		return Fix{}, false
	}
	f := templateFix("Allow "+method+" in the preflight answer of "+w.resource.ID, w.resource.ID+"의 프리플라이트 응답에서 "+method+"를 허용합니다")
	byHand := diagnostics.Text{En: "Add " + method + " to AllowMethods of " + w.resource.ID, Ko: w.resource.ID + "의 AllowMethods에 " + method + "를 추가하세요"}
	op, ok := allow(w.resource.Properties, w.path(), corsKey(w.resource.Type), method)
	if !ok {
		return Fix{}, false
	}
	return w.edited(f, w.template.Name, byHand, op)
}

func corsKey(kind string) string {
	if kind == "AWS::Serverless::HttpApi" {
		return "CorsConfiguration"
	}
	return "Cors"
}

// globalCORS completes the methods in Globals, where the APIs that SAM makes by
// itself are configured.
func (p *project) globalCORS(method string) []Fix {
	var list fixes
	for _, t := range p.sources.files {
		for section, key := range map[string]string{"Api": "Cors", "HttpApi": "CorsConfiguration"} {
			at := []string{"Globals", section}
			op, ok := allow(t.Root.At(at...), at, key, method)
			if !ok || method == "" {
				continue
			}
			f := templateFix("Allow "+method+" in the preflight answer (Globals."+section+")", "프리플라이트 응답에서 "+method+"를 허용합니다(Globals."+section+")")
			byHand := diagnostics.Text{En: "Add " + method + " to AllowMethods in Globals." + section, Ko: "Globals." + section + "의 AllowMethods에 " + method + "를 추가하세요"}
			list.add(p.edited(f, t.Name, byHand, op))
		}
	}
	slices.SortFunc(list, func(a, b Fix) int { return strings.Compare(a.Title.En, b.Title.En) })
	return list
}

// allow is the edit that adds a method below key, when a list of methods stands
// there that lacks it. A Cors that is a plain origin needs none: SAM works its
// methods out.
func allow(properties *template.Node, at []string, key, method string) (edit.Op, bool) {
	methods := properties.At(key, "AllowMethods")
	if methods == nil {
		return nil, false
	}
	path := append(slices.Clone(at), key, "AllowMethods")
	if items := methods.List(); len(items) > 0 {
		for _, i := range items {
			if i.Is(method) || i.Is("*") {
				return nil, false
			}
		}
		return edit.Append(path, edit.Text(method)), true
	}
	text, ok := methods.Str()
	if !ok || !methods.Plainly() {
		return nil, false
	}
	inner := strings.Trim(text, "'")
	have := upper(strings.Split(inner, ","))
	if slices.Contains(have, method) || slices.Contains(have, "*") {
		return nil, false
	}
	return edit.Set(edit.Text("'"+strings.TrimRight(inner, ", ")+","+method+"'"), path...), true
}

// openPreflight takes the authorizer off OPTIONS: browsers send the preflight
// without credentials (aws-amplify/amplify-js#3456).
func (w *workpiece) openPreflight() (Fix, bool) {
	if w.resource.Type != "AWS::Serverless::Api" || w.resource.Property("Auth", "DefaultAuthorizer") == nil || w.resource.Property("Cors") == nil ||
		w.resource.Property("Auth", "AddDefaultAuthorizerToCorsPreflight").Is("false") {
		return Fix{}, false
	}
	f := templateFix("Answer the preflight of "+w.resource.ID+" without the authorizer", w.resource.ID+"의 프리플라이트에 권한 부여자를 적용하지 않습니다")
	f.Changes = diagnostics.Text{
		En: "OPTIONS is answered without credentials; every other method keeps its authorizer.",
		Ko: "OPTIONS는 자격 증명 없이 응답하고 다른 메서드는 그대로 권한 부여자를 거칩니다.",
	}
	byHand := diagnostics.Text{En: "Set Auth.AddDefaultAuthorizerToCorsPreflight to false", Ko: "Auth.AddDefaultAuthorizerToCorsPreflight를 false로 설정하세요"}
	return w.edited(f, w.template.Name, byHand, edit.Set(edit.Bool(false), w.path("Auth", "AddDefaultAuthorizerToCorsPreflight")...))
}

// addRoute adds the event for a method that no function serves on a path that
// one does serve, with everything as its sibling has it.
func (p *project) addRoute(method, path string) []Fix {
	if method == "" || path == "" || method == "OPTIONS" {
		return nil
	}
	var list fixes
	for _, w := range p.all(ofType("AWS::Serverless::Function")) {
		sibling, served := w.sibling(method, path)
		if sibling == nil || served {
			continue
		}
		name := w.eventName(sibling.Key.Text, method)
		f := templateFix("Serve "+method+" "+path+" with "+w.resource.ID, w.resource.ID+"에서 "+method+" "+path+"를 처리합니다")
		f.Changes = diagnostics.Text{
			En: "A new event " + name + ", otherwise as " + sibling.Key.Text + " is: same path, API and authorizer.",
			Ko: "새 이벤트 " + name + "이(가) 추가됩니다. 경로, API, 권한 부여자는 " + sibling.Key.Text + "과(와) 같습니다.",
		}
		byHand := diagnostics.Text{En: "Add an event with Method " + strings.ToLower(method) + " beside " + sibling.Key.Text, Ko: sibling.Key.Text + " 옆에 Method가 " + strings.ToLower(method) + "인 이벤트를 추가하세요"}
		op := edit.SetAfter(sibling.Key.Text, withMethod(sibling.Value, method), w.path("Events", name)...)
		list.add(w.edited(f, w.template.Name, byHand, op))
	}
	return list
}

// sibling is an event of the function on the same path; served is true when
// the method is served already.
func (w *workpiece) sibling(method, path string) (found *template.Pair, served bool) {
	for _, e := range w.resource.Own("Events").Entries() {
		kind, _ := e.Value.Get("Type").Str()
		m, plain := e.Value.At("Properties", "Method").Str()
		own, _ := e.Value.At("Properties", "Path").Str()
		if kind != "Api" && kind != "HttpApi" || !plain || !samePath(own, path) {
			continue
		}
		if strings.EqualFold(m, method) || strings.EqualFold(m, "any") {
			return nil, true
		}
		if found == nil {
			found = &e
		}
	}
	return found, false
}

// samePath compares a template's path with one that was asked for: {id} fits
// any one segment, {proxy+} the rest.
func samePath(pattern, path string) bool {
	if pattern == path {
		return true
	}
	want, got := strings.Split(strings.Trim(pattern, "/"), "/"), strings.Split(strings.Trim(path, "/"), "/")
	for i, part := range want {
		if strings.HasSuffix(part, "+}") {
			return i < len(got)
		}
		if i >= len(got) || part != got[i] && !strings.HasPrefix(part, "{") {
			return false
		}
	}
	return len(want) == len(got)
}

func (w *workpiece) eventName(sibling, method string) string {
	name := sibling + method[:1] + strings.ToLower(method[1:])
	for w.resource.Own("Events").Has(name) {
		name += "2"
	}
	return name
}

// withMethod copies an event with another method.
func withMethod(event *template.Node, method string) edit.Value {
	var pairs []template.Pair
	for _, e := range event.Entries() {
		if e.Key.Text != "Properties" {
			pairs = append(pairs, edit.Entry(e.Key.Text, edit.Copy(e.Value)))
			continue
		}
		var properties []template.Pair
		for _, p := range e.Value.Entries() {
			value := edit.Copy(p.Value)
			if p.Key.Text == "Method" {
				value = edit.Text(sameCase(p.Value.Text, method))
			}
			properties = append(properties, edit.Entry(p.Key.Text, value))
		}
		pairs = append(pairs, edit.Entry("Properties", edit.Mapping(properties...)))
	}
	return edit.Mapping(pairs...)
}

// sameCase writes a method as the sibling's is written.
func sameCase(sibling, method string) string {
	if sibling == strings.ToUpper(sibling) {
		return strings.ToUpper(method)
	}
	return strings.ToLower(method)
}

func answerInCode() Fix {
	return guide("Answer with CORS headers from the function", "함수에서 CORS 헤더로 응답합니다",
		diagnostics.Text{
			En: "With a proxy integration the function's own answer must carry Access-Control-Allow-Origin, also on errors",
			Ko: "프록시 통합에서는 오류 응답을 포함해 함수의 응답에 Access-Control-Allow-Origin이 있어야 합니다",
		},
		diagnostics.Text{
			En: "Add the method to the API's preflight answer (Cors.AllowMethods, CorsConfiguration.AllowMethods or the OPTIONS method)",
			Ko: "API의 프리플라이트 응답(Cors.AllowMethods, CorsConfiguration.AllowMethods 또는 OPTIONS 메서드)에 메서드를 추가하세요",
		})
}
