package iamtest

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"firstaid/diagnostics/actions"
	"firstaid/diagnostics/policy"
)

// question is a SimulatePrincipalPolicy request, read.
type question struct {
	role      *Role
	set       policy.Set
	principal policy.Principal
	resource  *policy.Document
	context   map[string][]string
	owner     string
}

type position struct{ Line, Column int }

type statementXML struct {
	SourcePolicyId, SourcePolicyType string
	StartPosition, EndPosition       position
}

type boundaryDetail struct{ AllowedByPermissionsBoundary bool }

type organizationsDetail struct{ AllowedByOrganizations bool }

type specificXML struct {
	EvalResourceName, EvalResourceDecision string
	MatchedStatements                      []statementXML  `xml:"MatchedStatements>member"`
	MissingContextValues                   []string        `xml:"MissingContextValues>member"`
	PermissionsBoundaryDecisionDetail      *boundaryDetail `xml:",omitempty"`
}

type evaluationXML struct {
	EvalActionName, EvalResourceName, EvalDecision string
	MatchedStatements                              []statementXML       `xml:"MatchedStatements>member"`
	MissingContextValues                           []string             `xml:"MissingContextValues>member"`
	PermissionsBoundaryDecisionDetail              *boundaryDetail      `xml:",omitempty"`
	OrganizationsDecisionDetail                    *organizationsDetail `xml:",omitempty"`
	ResourceSpecificResults                        []specificXML        `xml:"ResourceSpecificResults>member,omitempty"`
}

func (e *Endpoint) simulatePrincipalPolicy(form url.Values) (any, *failure) {
	q, failed := e.question(form)
	if failed != nil {
		return nil, failed
	}
	names, resources := members(form, "ActionNames"), members(form, "ResourceArns")
	if len(names) == 0 {
		return nil, invalid("Action names are required")
	}
	if len(resources) == 0 {
		resources = []string{"*"}
	}
	var all []evaluationXML
	for _, name := range names {
		if strings.ContainsAny(name, "*?") || !strings.Contains(name, ":") {
			return nil, invalid("Invalid Action Name: %s", name)
		}
		if e.Old {
			for _, r := range resources {
				all = append(all, q.top(name, r, []specificXML{q.decide(name, r)}, r))
			}
			continue
		}
		all = append(all, q.evaluate(name, resources))
	}
	part, next := page(e, form, all)
	return struct {
		EvaluationResults []evaluationXML `xml:"EvaluationResults>member"`
		IsTruncated       bool
		Marker            string `xml:",omitempty"`
	}{part, next != "", next}, nil
}

// question reads the request: the role's own policies, what is excluded from
// them, and what is added.
func (e *Endpoint) question(form url.Values) (*question, *failure) {
	source := form.Get("PolicySourceArn")
	r := e.roles[nameOf(source)]
	switch {
	case !strings.Contains(source, ":role/"):
		return nil, invalid("Invalid Entity Arn: %s does not clearly define entity type and name.", source)
	case r == nil || r.ARN() != source:
		return nil, noSuchEntity("The role with name %s cannot be found.", nameOf(source))
	}
	q := &question{role: r, context: map[string][]string{}}
	q.principal, _ = policy.NewPrincipal(source)
	if failed := e.attach(q, excluded(form)); failed != nil {
		return nil, failed
	}
	for i, text := range members(form, "PolicyInputList") {
		doc, err := policy.Parse([]byte(text))
		if err != nil {
			return nil, invalid("Invalid policy at PolicyInputList.%d: %v", i+1, err)
		}
		q.set.Identity = append(q.set.Identity, policy.Policy{Name: fmt.Sprintf("PolicyInputList.%d", i+1), Document: doc})
	}
	for i, text := range members(form, "PermissionsBoundaryPolicyInputList") {
		doc, err := policy.Parse([]byte(text))
		if err != nil {
			return nil, invalid("Invalid policy at PermissionsBoundaryPolicyInputList.%d: %v", i+1, err)
		}
		q.set.Boundary = []policy.Policy{{Name: "PermissionsBoundaryPolicyInputList.1", Document: doc}}
	}
	if text := form.Get("ResourcePolicy"); text != "" {
		doc, err := policy.Parse([]byte(text))
		if err != nil {
			return nil, invalid("Invalid resource policy: %v", err)
		}
		q.resource = doc
	}
	if owner := strings.Split(form.Get("ResourceOwner"), ":"); len(owner) > 4 {
		q.owner = owner[4]
	}
	for n := 1; form.Has(fmt.Sprintf("ContextEntries.member.%d.ContextKeyName", n)); n++ {
		at := fmt.Sprintf("ContextEntries.member.%d.", n)
		q.context[form.Get(at+"ContextKeyName")] = members(form, at+"ContextKeyValues")
	}
	return q, nil
}

// exclusion is one member of PolicyExclusionList.
type exclusion struct{ kind, arn, inline string }

func excluded(form url.Values) []exclusion {
	var list []exclusion
	for n := 1; ; n++ {
		at := fmt.Sprintf("PolicyExclusionList.member.%d.", n)
		x := exclusion{form.Get(at + "PolicyType"), form.Get(at + "PolicyArn"), form.Get(at + "InlinePolicyIdentifier.PolicyName")}
		if x == (exclusion{}) {
			return list
		}
		list = append(list, x)
	}
}

func drops(list []exclusion, kind, arn, inline string) bool {
	return slices.ContainsFunc(list, func(x exclusion) bool {
		return x.kind == kind || x.arn != "" && actions.Glob(x.arn, arn) || x.inline != "" && x.inline == inline
	})
}

// attach puts the role's policies into the set, but for what is excluded.
func (e *Endpoint) attach(q *question, out []exclusion) *failure {
	q.set.Identity = []policy.Policy{}
	add := func(name, text string) *failure {
		doc, err := policy.Parse([]byte(text))
		if err != nil {
			return &failure{500, "PolicyEvaluation", name + ": " + err.Error()}
		}
		q.set.Identity = append(q.set.Identity, policy.Policy{Name: name, Document: doc})
		return nil
	}
	for _, name := range sorted(q.role.Inline) {
		if !drops(out, "inline", "", name) {
			if f := add("role_"+q.role.Name+"_"+name, q.role.Inline[name]); f != nil {
				return f
			}
		}
	}
	for _, arn := range sorted(q.role.Attached) {
		kind := "user-managed"
		if strings.Contains(arn, ":iam::aws:") {
			kind = "aws-managed"
		}
		if !drops(out, kind, arn, "") {
			if f := add(nameOf(arn), q.role.Attached[arn]); f != nil {
				return f
			}
		}
	}
	if q.role.BoundaryARN != "" && !drops(out, "permission-boundary", q.role.BoundaryARN, "") {
		doc, err := policy.Parse([]byte(q.role.Boundary))
		if err != nil {
			return &failure{500, "PolicyEvaluation", err.Error()}
		}
		q.set.Boundary = []policy.Policy{{Name: nameOf(q.role.BoundaryARN), Document: doc}}
	}
	if !drops(out, "scp", "", "") {
		q.set.SCP = e.SCP
	}
	return nil
}

// evaluate decides one action on every resource.
func (q *question) evaluate(action string, resources []string) evaluationXML {
	var list []specificXML
	for _, r := range resources {
		list = append(list, q.decide(action, r))
	}
	template := "*"
	if a, ok := actions.Lookup(action); ok && len(a.Types) > 0 && len(a.Types[0].Patterns) > 0 {
		template = a.Types[0].Patterns[0] // never the ARN that was asked for
	}
	return q.top(action, template, list, resources...)
}

// top sums up: the most restrictive decision, the union of the rest. Results by
// resource are there unless the resource is "*" or the endpoint is old.
func (q *question) top(action, name string, list []specificXML, resources ...string) evaluationXML {
	x := evaluationXML{EvalActionName: action, EvalResourceName: name, EvalDecision: "allowed"}
	rank := map[string]int{"allowed": 0, "implicitDeny": 1, "explicitDeny": 2}
	organizations := true
	for i, s := range list {
		if rank[s.EvalResourceDecision] > rank[x.EvalDecision] {
			x.EvalDecision = s.EvalResourceDecision
		}
		x.MatchedStatements = append(x.MatchedStatements, s.MatchedStatements...)
		x.MissingContextValues = append(x.MissingContextValues, s.MissingContextValues...)
		if x.PermissionsBoundaryDecisionDetail == nil || !s.PermissionsBoundaryDecisionDetail.AllowedByPermissionsBoundary {
			x.PermissionsBoundaryDecisionDetail = s.PermissionsBoundaryDecisionDetail
		}
		organizations = organizations && q.organizations(action, resources[i])
	}
	if q.set.SCP != nil {
		x.OrganizationsDecisionDetail = &organizationsDetail{organizations}
	}
	if name != resources[0] && resources[0] != "*" {
		x.ResourceSpecificResults = list
	}
	return x
}

// request is what is decided. IAM's simulator takes a key that it was not told
// for absent (complete); which keys those are it lists.
func (q *question) request(action, resource string, complete bool) policy.Request {
	return policy.Request{Action: action, Resource: resource, ResourceAccount: q.owner, Principal: q.principal, Context: policy.NewContext(q.context, complete)}
}

func (q *question) sets(action string) policy.Set {
	set := q.set
	if q.resource != nil && !strings.HasPrefix(strings.ToLower(action), "sts:assume") { // aws/aws-cli#10314
		set.Resource = []policy.Policy{{Name: "ResourcePolicy", Document: q.resource}}
	}
	return set
}

func (q *question) decide(action, resource string) specificXML {
	set := q.sets(action)
	r := set.Evaluate(q.request(action, resource, true))
	x := specificXML{EvalResourceName: resource, EvalResourceDecision: string(r.Decision)}
	for _, d := range r.Deciding {
		if d.Layer == policy.LayerSCP {
			continue // the simulator shows none of them
		}
		kind := "IAM Policy"
		switch d.Layer {
		case policy.LayerBoundary:
			kind = "Permissions Boundary Policy"
		case policy.LayerResource:
			kind = "Resource Policy"
		}
		x.MatchedStatements = append(x.MatchedStatements, statementXML{
			SourcePolicyId: d.Policy, SourcePolicyType: kind,
			StartPosition: position{d.Span.Line, d.Span.Column}, EndPosition: position{d.Span.EndLine, d.Span.EndColumn},
		})
	}
	without := set
	without.SCP = nil // nor the keys that they ask for
	x.MissingContextValues = without.Evaluate(q.request(action, resource, false)).Missing
	if set.Boundary != nil {
		x.PermissionsBoundaryDecisionDetail = &boundaryDetail{says(r, policy.LayerBoundary)}
	}
	return x
}

func (q *question) organizations(action, resource string) bool {
	set := q.sets(action)
	return says(set.Evaluate(q.request(action, resource, true)), policy.LayerSCP)
}

// says reports whether every level of a layer allows.
func says(r policy.Result, l policy.Layer) bool {
	for _, o := range r.Layers {
		if o.Layer == l && o.Decision != policy.Allowed {
			return false
		}
	}
	return true
}
