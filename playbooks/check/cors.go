package check

import (
	"strings"

	"firstaid/diagnostics"
	"firstaid/diagnostics/template"
	"firstaid/playbooks/edit"
)

// api is an API of SAM's with what is set for it.
type api struct {
	id       string // "" for the implicit one
	name     string // for messages
	resource *template.Resource
	props    *template.Node // effective properties
	http     bool
}

// path is where a property of the API is written: its own, or in Globals.
func (a api) path(keys ...string) []string {
	if a.resource != nil && a.resource.Own(keys...) != nil {
		return append([]string{"Resources", a.id, "Properties"}, keys...)
	}
	section := "Api"
	if a.http {
		section = "HttpApi"
	}
	return append([]string{"Globals", section}, keys...)
}

// readAPIs lists the implicit APIs that events make and the explicit ones, and REST APIs by id.
func (s *scope) readAPIs() {
	s.rest = map[string]api{}
	globals := s.t.Root.Get("Globals")
	for _, http := range []bool{false, true} {
		key, name := "Api", "ServerlessRestApi"
		if http {
			key, name = "HttpApi", "ServerlessHttpApi"
		}
		if len(s.routes(implicit, http)) > 0 {
			s.apis = append(s.apis, api{implicit, name, nil, globals.Get(key), http})
		}
	}
	for _, r := range s.t.Resources() {
		switch {
		case !editable(r):
		case r.Type == "AWS::Serverless::Api" || r.Type == "AWS::Serverless::HttpApi":
			s.apis = append(s.apis, api{r.ID, r.ID, r, r.Effective(), r.Type == "AWS::Serverless::HttpApi"})
		case r.Type == "AWS::ApiGateway::RestApi":
			s.rest[r.ID] = api{id: r.ID, name: r.ID, resource: r, props: r.Effective()}
		}
	}
	for _, a := range s.apis {
		if !a.http {
			s.rest[a.id] = a
		}
	}
}

// checkCors finds CORS settings of SAM APIs that a browser will trip over.
func checkCors(s *scope) {
	for _, a := range s.apis {
		if a.http {
			s.checkHTTPCors(a)
			continue
		}
		cors := a.props.Get("Cors").Resolve()
		if cors.Missing() {
			continue
		}
		s.checkRestMethods(a, cors)
		s.checkQuotes(a, cors)
		s.checkCredentials(a, cors)
		s.checkPreflight(a)
	}
	for _, a := range s.apis {
		s.checkUnrouted(a)
		s.checkOptionsRoutes(a)
	}
}

// checkUnrouted finds the one method that CORS names and no route serves, when all others of the list are served:
// somebody forgot the route. Lists that name everything are a habit and left alone.
func (s *scope) checkUnrouted(a api) {
	var allowed []string
	n := a.props.At("Cors", "AllowMethods")
	if a.http {
		n = a.props.At("CorsConfiguration", "AllowMethods")
	}
	if text, ok := n.Str(); ok {
		allowed = strings.Split(strings.Trim(text, "'"), ",")
	}
	for _, item := range n.List() {
		text, _ := item.Str()
		allowed = append(allowed, text)
	}
	if s.unknown(a.id) || s.bodies[a.id].partial() || len(s.t.Declined) > 0 {
		return
	}
	served := map[string]bool{}
	for _, r := range s.routes(a.id, a.http) {
		served[r.method] = true
	}
	var missing, there []string
	for _, m := range allowed {
		switch m = normal(m); {
		case !known(m) || m == "ANY":
			return
		case m == "OPTIONS" || m == "HEAD":
		case served[m]:
			there = append(there, m)
		default:
			missing = append(missing, m)
		}
	}
	if len(missing) != 1 || len(there) == 0 || served["ANY"] || simple(missing[0]) {
		return
	}
	s.report("cors-missing-method", diagnostics.Warning, n, a.id, bilingual(
		"CORS of "+a.name+" allows "+missing[0]+", but no route serves it: such requests end in 403 or 404 at the gateway",
		a.name+"의 CORS는 "+missing[0]+"을(를) 허용하지만 처리하는 경로가 없습니다. 이런 요청은 게이트웨이에서 403 또는 404로 끝납니다"))
	s.capture("method", missing[0])
}

// checkOptionsRoutes finds OPTIONS events that an authorizer stands in front of: their own, or the default one.
func (s *scope) checkOptionsRoutes(a api) {
	if a.http {
		return
	}
	auth := a.props.Get("Auth").Resolve()
	fallback := auth.IsMap() && !auth.Get("DefaultAuthorizer").Missing() && !auth.Get("DefaultAuthorizer").Is("NONE") &&
		!auth.Get("AddDefaultAuthorizerToCorsPreflight").Is("false")
	for _, rt := range s.routes(a.id, false) {
		r, own := rt.of, rt.node.At("Properties", "Auth", "Authorizer")
		if r == nil || rt.method != "OPTIONS" || own == nil && !fallback {
			continue
		}
		if name, ok := own.Str(); own != nil && (!ok || name == "NONE") {
			continue
		}
		var mends []Mend
		if editable(r) && r.Own("Events", rt.event) != nil {
			mends = append(mends, s.mend("Leave the preflight open", "사전 요청을 열어 둡니다",
				edit.Set(edit.Text("NONE"), properties(r, "Events", rt.event, "Properties", "Auth", "Authorizer")...)))
		}
		s.report("cors-missing-method", diagnostics.Error, rt.at, r.ID, behindAuthorizer("OPTIONS "+rt.path), mends...)
	}
}

// checkRestMethods compares AllowMethods, which SAM copies verbatim, with the routes.
func (s *scope) checkRestMethods(a api, cors *template.Node) {
	n := cors.Get("AllowMethods")
	text := n.Flatten()
	if n == nil || unknowable(text) || strings.Contains(text, "${") { // what is not substituted is another rule's
		return
	}
	bare := strings.Trim(strings.TrimSpace(text), "'")
	missing, decisive := lacking(s.routes(a.id, false), strings.Split(bare, ","))
	wanted := "'" + joinMethods(bare, missing) + "'"
	s.reportLacking(&s.t.Document, n, a.id, a.name, missing, decisive, edit.Set(edit.Text(wanted), a.path("Cors", "AllowMethods")...))
}

// reportLacking reports methods that CORS does not name; a note when browsers send them all the same.
func (s *scope) reportLacking(in *template.Document, at *template.Node, resource, name string, missing []string, decisive bool, mend op) {
	if len(missing) == 0 {
		return
	}
	list := strings.Join(missing, ", ")
	m := mendIn(in, "Allow "+list, list+"을(를) 허용합니다", mend)
	defer func() { s.capture("method", missing[0]) }()
	if decisive {
		s.reportIn(in, "cors-missing-method", diagnostics.Error, at, resource, bilingual(
			name+" has routes for "+list+", but its CORS AllowMethods does not name them: the browser stops after the preflight, and no Lambda log appears",
			name+"에는 "+list+" 경로가 있지만 CORS AllowMethods에 없습니다. 브라우저가 사전 요청 뒤에 멈추고 Lambda 로그는 남지 않습니다"), m)
		return
	}
	s.reportIn(in, "cors-missing-method", diagnostics.Note, at, resource, bilingual(
		name+" has routes for "+list+", but its CORS AllowMethods does not name them; browsers send these even so, stricter clients do not",
		name+"에는 "+list+" 경로가 있지만 CORS AllowMethods에 없습니다. 브라우저는 그래도 보내지만 더 엄격한 클라이언트는 보내지 않습니다"), m)
}

// values makes a list of texts to append.
func values(texts []string) []edit.Value { return edit.Texts(texts...).Items }

func joinMethods(have string, missing []string) string {
	sep := ","
	if strings.Contains(have, ", ") {
		sep = ", "
	}
	if strings.TrimSpace(have) == "" {
		return strings.Join(missing, sep)
	}
	return have + sep + strings.Join(missing, sep)
}

// checkHTTPCors does the same for HTTP APIs; there the setting is a list and overrides the function's headers.
func (s *scope) checkHTTPCors(a api) {
	cors := a.props.Get("CorsConfiguration").Resolve()
	if !cors.IsMap() {
		return
	}
	s.compareMethods(&s.t.Document, cors, cors.Get("AllowMethods"), a.path("CorsConfiguration", "AllowMethods"), s.routes(a.id, true), a.id, a.name)
	if credentials := cors.Get("AllowCredentials"); credentials.Is("true") && anyOrigin(cors.Get("AllowOrigins")) {
		s.report("cors-missing-method", diagnostics.Error, credentials, a.id, credentialsText(a.name))
	}
}

func credentialsText(name string) diagnostics.Text {
	return bilingual(
		name+" allows credentials for every origin (*): that combination is refused; name the origins",
		name+"이(가) 모든 오리진(*)에 자격 증명을 허용합니다. 이 조합은 거부되므로 오리진을 명시하십시오")
}

// checkCredentials mirrors the transform's own refusal.
func (s *scope) checkCredentials(a api, cors *template.Node) {
	credentials := cors.Get("AllowCredentials")
	origin := cors.Get("AllowOrigin")
	if !credentials.Is("true") || credentials.Kind != template.Bool || !origin.Missing() && !origin.Is("'*'") {
		return
	}
	s.report("cors-missing-method", diagnostics.Error, credentials, a.id, credentialsText(a.name))
}

// checkQuotes finds header values without the single quotes that mapping expressions need.
func (s *scope) checkQuotes(a api, cors *template.Node) {
	values := map[string]*template.Node{"": cors}
	if cors.IsMap() {
		values = map[string]*template.Node{}
		for _, key := range []string{"AllowOrigin", "AllowMethods", "AllowHeaders"} {
			values[key] = cors.Get(key)
		}
	}
	for key, n := range values {
		text, ok := n.Str()
		if !ok || n.Kind != template.String || text == "" || strings.HasPrefix(text, "'") && strings.HasSuffix(text, "'") {
			continue
		}
		keys := []string{"Cors"}
		if key != "" {
			keys = append(keys, key)
		}
		name := strings.Join(keys, ".")
		s.report("cors-missing-method", diagnostics.Error, n, a.id, bilingual(
			name+" of "+a.name+" lacks its inner quotes: API Gateway reads "+text+" as an expression; write \"'"+text+"'\"",
			a.name+"의 "+name+"에 안쪽 따옴표가 없습니다. API Gateway가 "+text+"을(를) 식으로 읽으므로 \"'"+text+"'\"로 쓰십시오"),
			s.mend("Quote the value twice", "값을 두 번 따옴표로 감쌉니다", edit.Set(edit.Text("'"+text+"'"), a.path(keys...)...)))
	}
}

// checkPreflight finds generated OPTIONS methods that ask for what a preflight never sends.
func (s *scope) checkPreflight(a api) {
	auth := a.props.Get("Auth").Resolve()
	if !auth.IsMap() || len(s.routes(a.id, false)) == 0 {
		return
	}
	for _, c := range []struct{ key, off, en, ko string }{
		{"DefaultAuthorizer", "AddDefaultAuthorizerToCorsPreflight", "the default authorizer", "기본 권한 부여자"},
		{"ApiKeyRequired", "AddApiKeyRequiredToCorsPreflight", "an API key", "API 키"},
	} {
		n := auth.Get(c.key)
		off := auth.Get(c.off)
		if n.Missing() || n.Is("NONE") || n.Is("false") || off != nil && !off.Is("true") {
			continue
		}
		at := n
		if p, ok := auth.Entry(c.key); ok {
			at = p.Key
		}
		if off != nil {
			at = off
		}
		s.report("cors-missing-method", diagnostics.Error, at, a.id, bilingual(
			"The preflight (OPTIONS) of "+a.name+" asks for "+c.en+", which browsers never send with it: set "+c.off+" to false",
			a.name+"의 사전 요청(OPTIONS)이 "+c.ko+"을(를) 요구하지만 브라우저는 이를 보내지 않습니다. "+c.off+"를 false로 설정하십시오"),
			s.mend("Leave the preflight open", "사전 요청을 열어 둡니다", edit.SetAfter(c.key, edit.Bool(false), append(a.path("Auth"), c.off)...)))
	}
}
