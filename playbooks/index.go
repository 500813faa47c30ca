package playbooks

import (
	"strings"

	"firstaid/diagnostics"
	"firstaid/diagnostics/policy/proposal"
)

// An index answers which thing of a snapshot a name stands for, so that an
// event, a log line and a state check about one resource speak of one subject.
type index struct {
	snapshot  *diagnostics.Snapshot
	physical  map[string]diagnostics.Ref // physical id → resource
	functions map[string]int             // function name → place in Snapshot.Functions
	roles     map[string]int             // role name → place in Snapshot.Roles
	resources []proposal.Resource        // see stackResources
	decider   *Decider                   // see decide
	names     map[string]*misnaming      // see misnamed
	project   *project                   // see holds
}

func newIndex(s *diagnostics.Snapshot) *index {
	ix := &index{snapshot: s, physical: map[string]diagnostics.Ref{}, functions: map[string]int{}, roles: map[string]int{}}
	for _, e := range s.Events {
		if e.PhysicalResourceId != "" && !e.OfStack() {
			ix.physical[e.PhysicalResourceId] = e.ResourceRef()
		}
	}
	for _, r := range s.Resources {
		if r.PhysicalResourceId != "" {
			ix.physical[r.PhysicalResourceId] = resourceRef(r)
		}
	}
	for i, f := range s.Functions {
		ix.functions[f.FunctionName] = i
	}
	for i, r := range s.Roles {
		ix.roles[r.RoleName] = i
	}
	return ix
}

func resourceRef(r diagnostics.Resource) diagnostics.Ref {
	return diagnostics.Ref{Kind: diagnostics.KindResource, ID: r.StackName + "/" + r.LogicalResourceId}
}

// ofEvent is the event's resource, or the stack when the event is about the
// stack itself.
func (ix *index) ofEvent(e diagnostics.Event) diagnostics.Ref {
	if e.OfStack() {
		return diagnostics.Ref{Kind: diagnostics.KindStack, ID: e.StackName}
	}
	return e.ResourceRef()
}

// ofFunction is the resource that made the function, or the function itself.
func (ix *index) ofFunction(name string) diagnostics.Ref {
	if r, ok := ix.physical[name]; ok {
		return r
	}
	return diagnostics.Ref{Kind: diagnostics.KindFunction, ID: name}
}

// ofAPILog is the API that an execution log group belongs to
// (API-Gateway-Execution-Logs_<api id>/<stage>), or the group.
func (ix *index) ofAPILog(group string) diagnostics.Ref {
	for _, a := range ix.snapshot.APIs {
		if strings.Contains(group, "_"+a.ApiId+"/") || strings.HasSuffix(group, "/"+a.Name) {
			if r, ok := ix.physical[a.ApiId]; ok {
				return r
			}
			return diagnostics.Ref{Kind: diagnostics.KindAPI, ID: a.ApiId}
		}
	}
	return diagnostics.Ref{Kind: diagnostics.KindLogGroup, ID: group}
}

// function finds the function that a resource stands for.
func (ix *index) function(subject diagnostics.Ref) (diagnostics.Function, bool) {
	for _, f := range ix.snapshot.Functions {
		if subject == ix.ofFunction(f.FunctionName) || subject == (diagnostics.Ref{Kind: diagnostics.KindFunction, ID: f.FunctionName}) {
			return f, true
		}
	}
	return diagnostics.Function{}, false
}

// role finds a role by its ARN or name.
func (ix *index) role(arn string) (diagnostics.Role, bool) {
	i, ok := ix.roles[arn[strings.LastIndexByte(arn, '/')+1:]]
	if !ok {
		return diagnostics.Role{}, false
	}
	return ix.snapshot.Roles[i], true
}

// behind reports whether a function stands behind an API.
func (ix *index) behind(function, api diagnostics.Ref) bool {
	f, ok := ix.function(function)
	if !ok {
		return false
	}
	for _, a := range ix.snapshot.APIs {
		if ix.ofAPI(a.ApiId) != api {
			continue
		}
		for _, r := range a.Routes {
			if strings.Contains(r.IntegrationUri, ":function:"+f.FunctionName) {
				return true
			}
		}
	}
	return false
}
