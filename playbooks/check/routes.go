package check

import (
	"slices"
	"strings"

	"firstaid/diagnostics/template"
)

// implicit is the API that SAM makes for events that name none.
const implicit = ""

// route is one method and path of an API, and the event or OpenAPI operation that makes it.
type route struct {
	api, method, path string
	http              bool // HTTP API, not REST
	event             string
	of                *template.Resource // whose event it is; nil for an operation
	node              *template.Node
	at                *template.Node     // where to point
	in                *template.Document // the OpenAPI file that it stands in; nil for the template

	timeout *template.Node // TimeoutInMillis or its like, nil for the default
	mode    *template.Node // ResponseTransferMode or its like, nil for the default
	streams string         // the value of mode that streams
	async   bool           // the gateway does not wait for the function
}

// eventsOf lists the API events of a function or state machine.
func (s *scope) eventsOf(r *template.Resource) []route {
	var all []route
	for _, p := range r.Property("Events").Entries() {
		kind, _ := p.Value.Get("Type").Str()
		if kind != "Api" && kind != "HttpApi" {
			continue
		}
		ref := p.Value.At("Properties", "RestApiId")
		if kind == "HttpApi" {
			ref = p.Value.At("Properties", "ApiId")
		}
		api, ok := ref.Ref()
		if !ok && !ref.Missing() {
			continue
		}
		method, _ := s.text(p.Value.At("Properties", "Method"))
		path, _ := s.text(p.Value.At("Properties", "Path"))
		if kind == "HttpApi" && method == "" {
			method = "any"
		}
		all = append(all, route{
			api: api, method: normal(method), path: path, http: kind == "HttpApi", event: p.Key.Text, of: r, node: p.Value, at: p.Key,
			timeout: p.Value.At("Properties", "TimeoutInMillis"), mode: p.Value.At("Properties", "ResponseTransferMode"), streams: "RESPONSE_STREAM",
		})
	}
	return all
}

// normal writes a method in capitals; every spelling of "any" is ANY.
func normal(method string) string {
	method = strings.ToUpper(strings.TrimSpace(method))
	if method == "X-AMAZON-APIGATEWAY-ANY-METHOD" || method == "*" || method == "$DEFAULT" {
		return "ANY"
	}
	return method
}

// routes lists what is known of an API's routes: events, and the operations of its OpenAPI body.
func (s *scope) routes(api string, http bool) []route { return s.gateways[gateway{api, http}] }

// readOperations notes the operations of an API's OpenAPI document, and which functions they call.
func (s *scope) readOperations(b body) {
	at := gateway{b.of.ID, b.http}
	for _, op := range b.operations() {
		s.gateways[at] = append(s.gateways[at], op)
		if fn := s.functionOf(op.node.At("x-amazon-apigateway-integration", "uri")); fn != nil {
			s.fronts[fn] = append(s.fronts[fn], op)
		}
	}
}

// operations lists the operations of an OpenAPI document.
func (b body) operations() []route {
	var all []route
	for _, path := range b.root.Get("paths").Entries() {
		for _, m := range path.Value.Entries() {
			if method := normal(m.Key.Text); known(method) {
				integration := m.Value.Get("x-amazon-apigateway-integration")
				all = append(all, route{
					api: b.of.ID, method: method, path: path.Key.Text, http: b.http, in: b.doc, node: m.Value, at: m.Key,
					timeout: integration.Get("timeoutInMillis"), mode: integration.Get("responseTransferMode"), streams: "STREAM", async: invokesAsync(integration),
				})
			}
		}
	}
	return all
}

// readMethod notes which function a hand-written method calls.
func (s *scope) readMethod(r *template.Resource) {
	fn := s.functionOf(r.Property("Integration", "Uri"))
	if fn == nil {
		return
	}
	api, _ := r.Property("RestApiId").Ref()
	method, _ := s.text(r.Property("HttpMethod"))
	s.fronts[fn] = append(s.fronts[fn], route{
		api: api, method: normal(method), event: r.ID, node: r.Body, at: r.Key,
		timeout: r.Property("Integration", "TimeoutInMillis"), mode: r.Property("Integration", "ResponseTransferMode"), streams: "STREAM",
		async: invokesAsync(r.Property("Integration")),
	})
}

// invokesAsync reports integrations that ask Lambda for an asynchronous invocation: the answer comes at once.
func invokesAsync(integration *template.Node) bool {
	found := false
	template.Walk(integration, func(n *template.Node, p template.Place) bool {
		found = found || p.Key && strings.HasSuffix(strings.ToLower(n.Text), "x-amz-invocation-type")
		return !found
	})
	return found
}

// name says which route is meant.
func (r route) name() string {
	if r.event != "" {
		return r.event
	}
	return r.method + " " + r.path
}

func known(method string) bool {
	switch method {
	case "GET", "PUT", "POST", "PATCH", "DELETE", "HEAD", "OPTIONS", "ANY":
		return true
	}
	return false
}

// simple methods need no permission by preflight: browsers send them whatever Allow-Methods says (Fetch
// standard, "CORS-safelisted method").
func simple(method string) bool { return method == "GET" || method == "HEAD" || method == "POST" }

// lacking lists the methods of routes that allowed does not have, sorted. decisive is true when a preflight
// fails for one of them.
func lacking(routes []route, allowed []string) (missing []string, decisive bool) {
	have := map[string]bool{}
	for _, m := range allowed {
		have[normal(m)] = true
	}
	if have["ANY"] {
		return nil, false
	}
	for _, r := range routes {
		if !known(r.method) || r.method == "OPTIONS" || r.method == "ANY" || r.method == "HEAD" || have[r.method] {
			continue
		}
		have[r.method] = true
		missing = append(missing, r.method)
		decisive = decisive || !simple(r.method)
	}
	slices.Sort(missing)
	return missing, decisive
}
