package check

import (
	"slices"
	"strings"

	"firstaid/diagnostics"
	"firstaid/diagnostics/template"
	"firstaid/playbooks/edit"
)

const allowMethodsHeader = "method.response.header.access-control-allow-methods"

// checkMethodCors compares hand-written preflights with the methods beside them: AWS::ApiGateway::Method
// resources, OPTIONS operations of inline OpenAPI bodies, and AWS::ApiGatewayV2::Api with its routes.
func checkMethodCors(s *scope) {
	s.checkGatewayMethods()
	s.checkGatewayV2()
	for _, r := range s.t.Resources() {
		b := s.bodies[r.ID]
		switch {
		case b.root == nil || !editable(r):
		case b.http:
			s.checkDocumentCors(b)
		default:
			s.checkOpenAPI(b)
		}
	}
}

// checkGatewayMethods groups methods by the resource they stand on.
func (s *scope) checkGatewayMethods() {
	groups := map[string][]*template.Resource{}
	var order []string
	for _, r := range s.t.Resources() {
		if r.Type != "AWS::ApiGateway::Method" {
			continue
		}
		key := r.Property("RestApiId").Flatten() + "|" + r.Property("ResourceId").Flatten()
		if unknowable(key) {
			continue
		}
		if groups[key] == nil {
			order = append(order, key)
		}
		groups[key] = append(groups[key], r)
	}
	for _, key := range order {
		s.checkGroup(groups[key])
	}
}

func (s *scope) checkGroup(methods []*template.Resource) {
	var routes []route
	var options *template.Resource
	for _, r := range methods {
		method, _ := s.text(r.Property("HttpMethod"))
		if normal(method) == "OPTIONS" {
			options = r
		}
		routes = append(routes, route{method: normal(method), node: r.Body, at: r.Key})
	}
	if options == nil || len(methods) < 2 {
		return
	}
	if kind, _ := options.Property("Integration", "Type").Str(); kind != "MOCK" {
		return
	}
	if auth := options.Property("AuthorizationType"); auth != nil && !auth.Is("NONE") && !auth.Missing() {
		if _, ok := auth.Str(); ok {
			s.report("cors-missing-method", diagnostics.Error, auth, options.ID, behindAuthorizer(options.ID),
				s.mend("Leave the preflight open", "사전 요청을 열어 둡니다", edit.Set(edit.Text("NONE"), properties(options, "AuthorizationType")...)))
		}
	}
	n, path := findHeader(options.Property("Integration", "IntegrationResponses"), properties(options, "Integration", "IntegrationResponses"))
	s.compareHeader(&s.t.Document, n, path, routes, options.ID, options.ID)
}

func behindAuthorizer(name string) diagnostics.Text {
	return bilingual(
		"The preflight "+name+" is behind an authorizer: browsers send no credentials with it",
		"사전 요청 "+name+"이(가) 권한 부여자 뒤에 있습니다. 브라우저는 사전 요청에 자격 증명을 보내지 않습니다")
}

// findHeader looks for the Allow-Methods value below n.
func findHeader(n *template.Node, path []string) (*template.Node, []string) {
	var found *template.Node
	var at []string
	template.Walk(n, func(m *template.Node, p template.Place) bool {
		if !p.Key && found == nil && len(p.Path) > 0 && strings.EqualFold(p.Path[len(p.Path)-1], allowMethodsHeader) {
			found, at = m, append(append([]string{}, path...), p.Clone().Path...)
		}
		return found == nil
	})
	return found, at
}

func (s *scope) compareHeader(in *template.Document, n *template.Node, path []string, routes []route, resource, name string) {
	text, ok := n.Str()
	if !ok || !strings.HasPrefix(text, "'") || strings.Contains(text, "${") {
		return
	}
	bare := strings.Trim(text, "'")
	missing, decisive := lacking(routes, strings.Split(bare, ","))
	s.reportLacking(in, n, resource, name, missing, decisive, edit.Set(edit.Text("'"+joinMethods(bare, missing)+"'"), path...))
}

// checkOpenAPI looks at the OPTIONS operations of a REST API's OpenAPI document.
func (s *scope) checkOpenAPI(b body) {
	for _, path := range b.root.Get("paths").Entries() {
		options, ok := path.Value.Entry("options")
		if !ok {
			continue
		}
		integration := options.Value.Get("x-amazon-apigateway-integration")
		kind, _ := integration.Get("type").Str()
		if !strings.EqualFold(kind, "mock") {
			continue
		}
		var routes []route
		for _, m := range path.Value.Entries() {
			routes = append(routes, route{method: normal(m.Key.Text), at: m.Key})
		}
		base := b.at("paths", path.Key.Text, "options")
		n, at := findHeader(integration, append(base, "x-amazon-apigateway-integration"))
		s.compareHeader(b.doc, n, at, routes, b.of.ID, "OPTIONS "+path.Key.Text)
		if security := options.Value.Get("security"); len(security.List()) > 0 {
			s.reportIn(b.doc, "cors-missing-method", diagnostics.Error, options.Key, b.of.ID, behindAuthorizer("OPTIONS "+path.Key.Text),
				mendIn(b.doc, "Leave the preflight open", "사전 요청을 열어 둡니다", edit.Delete(append(base, "security")...)))
		}
	}
}

// checkDocumentCors compares x-amazon-apigateway-cors of an HTTP API's OpenAPI document with its routes. A
// CorsConfiguration beside it takes its place.
func (s *scope) checkDocumentCors(b body) {
	const key = "x-amazon-apigateway-cors"
	cors := b.root.Get(key)
	if !cors.IsMap() || !b.of.Property("CorsConfiguration").Missing() {
		return
	}
	if credentials := cors.Get("allowCredentials"); credentials.Is("true") && anyOrigin(cors.Get("allowOrigins")) {
		s.reportIn(b.doc, "cors-missing-method", diagnostics.Error, credentials, b.of.ID, credentialsText(b.of.ID))
	}
	entry, _ := b.root.Entry(key)
	s.compareMethods(b.doc, entry.Key, cors.Get("allowMethods"), b.at(key, "allowMethods"), s.routes(b.of.ID, true), b.of.ID, b.of.ID)
}

// compareMethods compares a list of allowed methods with routes; around is where to point when there is no list.
func (s *scope) compareMethods(in *template.Document, around, n *template.Node, path []string, routes []route, resource, name string) {
	var allowed []string
	for _, item := range n.List() {
		text, ok := s.text(item)
		if !ok {
			return
		}
		allowed = append(allowed, strings.Split(text, ",")...)
	}
	if n != nil {
		if around = n; n.List() == nil {
			return
		}
	}
	missing, decisive := lacking(routes, allowed)
	s.reportLacking(in, around, resource, name, missing, decisive, edit.Append(path, values(missing)...))
}

// anyOrigin reports a list of origins that names all of them.
func anyOrigin(origins *template.Node) bool {
	return slices.ContainsFunc(origins.List(), func(o *template.Node) bool { return o.Is("*") })
}

// checkGatewayV2 compares AWS::ApiGatewayV2::Api with the routes that belong to it.
func (s *scope) checkGatewayV2() {
	routes := map[string][]route{}
	for _, r := range s.t.Resources() {
		if id, ok := r.Property("ApiId").Ref(); ok && r.Type == "AWS::ApiGatewayV2::Route" {
			text, _ := r.Property("RouteKey").Str()
			method, _, _ := strings.Cut(text, " ")
			routes[id] = append(routes[id], route{method: normal(method), at: r.Key})
		}
	}
	for _, r := range s.t.Resources() {
		cors := r.Property("CorsConfiguration")
		if r.Type != "AWS::ApiGatewayV2::Api" || !cors.IsMap() || !editable(r) {
			continue
		}
		if credentials := cors.Get("AllowCredentials"); credentials.Is("true") && anyOrigin(cors.Get("AllowOrigins")) {
			s.report("cors-missing-method", diagnostics.Error, credentials, r.ID, credentialsText(r.ID))
		}
		all := append(routes[r.ID], s.routes(r.ID, true)...)
		s.compareMethods(&s.t.Document, cors, cors.Get("AllowMethods"), properties(r, "CorsConfiguration", "AllowMethods"), all, r.ID, r.ID)
	}
}
