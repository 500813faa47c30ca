package check

import "firstaid/diagnostics/template"

// scope is one template under check, with what several rules ask about it.
type scope struct {
	*Project
	t      *template.Template
	found  []Finding
	filled *bool                // see preprocessed
	ids    []string             // see closest
	slips  map[string]neighbour // by unknown name, see slip

	functions []*template.Resource // Lambda functions, SAM's and CloudFormation's
	named     []namedFunction
	events    map[*template.Resource][]route              // API events, by what they belong to
	gateways  map[gateway][]route                         // routes, by API
	fronts    map[*template.Resource][]route              // routes that call a function
	urls      map[*template.Resource][]*template.Resource // AWS::Lambda::Url resources, by function
	apis      []api
	rest      map[string]api // REST APIs by id
	order     *template.Order
	bodies    map[string]body // OpenAPI documents by API
}

// gateway names an API: one of the template, or the one that SAM makes for events that name none.
type gateway struct {
	id   string
	http bool
}

func newScope(p *Project, t *template.Template) *scope {
	s := &scope{
		Project: p, t: t, order: t.Order(),
		events: map[*template.Resource][]route{}, gateways: map[gateway][]route{}, fronts: map[*template.Resource][]route{},
		urls: map[*template.Resource][]*template.Resource{}, slips: map[string]neighbour{},
	}
	for _, r := range t.Resources() {
		if isFunction(r) {
			s.functions = append(s.functions, r)
			if name := r.Property("FunctionName").Flatten(); !unknowable(name) {
				s.named = append(s.named, namedFunction{name, r})
			}
		}
	}
	s.readBodies()
	for _, r := range t.Resources() {
		s.readRoutes(r)
		if r.Type == "AWS::Lambda::Url" {
			fn := s.functionOf(r.Property("TargetFunctionArn"))
			s.urls[fn] = append(s.urls[fn], r)
		}
	}
	s.readAPIs()
	return s
}

// readRoutes notes the routes that a resource makes, by API and by the function they call.
func (s *scope) readRoutes(r *template.Resource) {
	events := s.eventsOf(r)
	if len(events) > 0 {
		s.events[r] = events
	}
	if isFunction(r) {
		s.fronts[r] = append(events, s.fronts[r]...)
	}
	for _, rt := range events {
		at := gateway{rt.api, rt.http}
		s.gateways[at] = append(s.gateways[at], rt)
	}
	if b := s.bodies[r.ID]; b.root != nil {
		s.readOperations(b)
	}
	if r.Type == "AWS::ApiGateway::Method" {
		s.readMethod(r)
	}
}
