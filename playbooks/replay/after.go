package replay

import (
	"slices"
	"strings"
	"time"

	"firstaid/diagnostics"
	"firstaid/diagnostics/template"
)

// stacks are the recorded ones with the replayed operation's states and times.
func (t *told) stacks(list []diagnostics.Stack) []diagnostics.Stack {
	list = slices.Clone(list)
	for i := range list {
		k := &list[i]
		n := slices.IndexFunc(t.operations, func(o *operation) bool { return o.StackId == k.StackId })
		if n < 0 {
			continue
		}
		o := t.operations[n]
		k.StackStatus, k.StackStatusReason = t.status[k.StackId], ""
		k.LastOperations = []diagnostics.Operation{{OperationId: o.id, OperationType: o.verb + "_STACK"}}
		k.LastUpdatedTime, k.DeletionTime = t.begin, time.Time{}
		if o.verb == "CREATE" {
			k.CreationTime, k.LastUpdatedTime = t.begin, time.Time{}
		}
	}
	return list
}

// resources are the recorded ones, with the state in which the replayed
// operation left those that it touched.
func (t *told) resources(list []diagnostics.Resource) []diagnostics.Resource {
	list = slices.Clone(list)
	for _, e := range t.events {
		if e.OfStack() {
			continue
		}
		i := slices.IndexFunc(list, func(r diagnostics.Resource) bool {
			return r.StackId == e.StackId && r.LogicalResourceId == e.LogicalResourceId
		})
		if i < 0 {
			i = len(list)
			list = append(list, diagnostics.Resource{StackId: e.StackId, StackName: e.StackName, LogicalResourceId: e.LogicalResourceId, ResourceType: e.ResourceType})
		}
		list[i].ResourceStatus, list[i].ResourceStatusReason, list[i].Timestamp = e.ResourceStatus, e.ResourceStatusReason, e.Timestamp
		if e.PhysicalResourceId != "" {
			list[i].PhysicalResourceId = e.PhysicalResourceId
		}
	}
	slices.SortStableFunc(list, func(a, b diagnostics.Resource) int {
		return strings.Compare(a.StackName+"/"+a.LogicalResourceId, b.StackName+"/"+b.LogicalResourceId)
	})
	return list
}

// templates are what CloudFormation keeps after a deployment that went well:
// the project's files.
func (t *told) templates(list []diagnostics.Template) []diagnostics.Template {
	list = slices.Clone(list)
	for _, o := range t.operations {
		if o.content == "" {
			continue
		}
		i := slices.IndexFunc(list, func(x diagnostics.Template) bool { return x.StackId == o.StackId })
		if i < 0 {
			i = len(list)
			list = append(list, diagnostics.Template{StackId: o.StackId})
		}
		list[i].Original = o.content
	}
	return list
}

// settle is what runs after a deployment that went well: functions and APIs as
// the files say, and calls like the recorded ones, without what is mended.
func (j *judgement) settle(s *diagnostics.Snapshot, t *told) {
	s.Functions, s.APIs, s.Simulations = slices.Clone(s.Functions), slices.Clone(s.APIs), slices.Clone(s.Simulations)
	for _, o := range t.operations {
		if o.file == nil {
			continue
		}
		for i := range s.Functions {
			if f := &s.Functions[i]; madeBy(f.Tags, "aws:cloudformation:stack-name") == o.StackName {
				configure(f, o.file.Resource(madeBy(f.Tags, "aws:cloudformation:logical-id")), t.end)
			}
		}
		for i := range s.APIs {
			allow(&s.APIs[i], o, s.Resources)
		}
	}
	j.fitImages(s)
	for _, f := range s.Functions {
		if j.mendedAccess(f) {
			s.Simulations = slices.DeleteFunc(s.Simulations, func(x diagnostics.Simulation) bool { return x.PolicySourceArn == f.Role && x.EvalDecision != "allowed" })
		}
	}
	j.calls(s, t)
}

func madeBy(tags []diagnostics.Tag, key string) string {
	for _, t := range tags {
		if t.Key == key {
			return t.Value
		}
	}
	return ""
}

// configure gives a function what its template says in plain values.
func configure(f *diagnostics.Function, r *template.Resource, at time.Time) {
	if r == nil {
		return
	}
	f.LastModified = at.Format("2006-01-02T15:04:05.000-0700")
	if list := r.Property("Architectures").List(); len(list) > 0 {
		if a, ok := list[0].Str(); ok {
			f.Architectures = []string{a}
		}
	}
}

// allow gives an API the preflight answer that its template says.
func allow(a *diagnostics.API, o *operation, resources []diagnostics.Resource) {
	i := slices.IndexFunc(resources, func(r diagnostics.Resource) bool {
		return r.StackId == o.StackId && r.PhysicalResourceId == a.ApiId
	})
	if i < 0 {
		return
	}
	r := o.file.Resource(resources[i].LogicalResourceId)
	if r == nil {
		return
	}
	if text, ok := r.Property("Cors", "AllowMethods").Str(); ok {
		a.Routes = slices.Clone(a.Routes)
		for i := range a.Routes {
			if a.Routes[i].HttpMethod == "OPTIONS" {
				a.Routes[i].AllowMethods = strings.Trim(text, "'")
			}
		}
	}
	if list := r.Property("CorsConfiguration", "AllowMethods").List(); a.Cors != nil && len(list) > 0 {
		cors := *a.Cors
		cors.AllowMethods = nil
		for _, n := range list {
			cors.AllowMethods = append(cors.AllowMethods, n.Text)
		}
		a.Cors = &cors
	}
}

// ofFunction lists the findings about a function.
func (j *judgement) ofFunction(f diagnostics.Function) []diagnostics.Finding {
	subject := madeBy(f.Tags, "aws:cloudformation:stack-name") + "/" + madeBy(f.Tags, "aws:cloudformation:logical-id")
	return slices.DeleteFunc(slices.Clone(j.findings), func(x diagnostics.Finding) bool { return x.Subject.ID != subject && x.Subject.ID != f.FunctionName })
}

// fitImages builds the images anew that did not fit their functions.
func (j *judgement) fitImages(s *diagnostics.Snapshot) {
	for _, f := range s.Functions {
		for _, x := range j.ofFunction(f) {
			if x.Playbook != "arm64-mismatch" || !j.mended[x.ID()] || len(f.Architectures) == 0 {
				continue
			}
			s.Repositories = slices.Clone(s.Repositories)
			for i := range s.Repositories {
				r := &s.Repositories[i]
				if r.RepositoryName != "" && strings.Contains(f.ImageUri, "/"+r.RepositoryName+":") {
					r.Images = slices.Clone(r.Images)
					for n := range r.Images {
						r.Images[n].Architectures = []string{strings.ReplaceAll(f.Architectures[0], "x86_64", "amd64")}
					}
				}
			}
		}
	}
}

// mendedAccess reports whether a function was given the permission that it
// lacked.
func (j *judgement) mendedAccess(f diagnostics.Function) bool {
	return slices.ContainsFunc(j.ofFunction(f), func(x diagnostics.Finding) bool {
		return (x.Playbook == "access-denied" || x.Playbook == "role-policies-ignored") && j.mended[x.ID()]
	})
}
