package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"firstaid/diagnostics"
	"firstaid/diagnostics/policy"
	"firstaid/playbooks"
)

// nobody stands for the principal where none is named: its ARN matters only to
// conditions and resource policies.
const nobody = "arn:aws:iam::123456789012:role/anybody"

// answers asks IAM, or decides here when there is no account to ask. IAM's
// simulation takes no service control policies for a principal, so those are
// evaluated here.
func (c *simulateOptions) answers(ctx context.Context, d documents) ([]diagnostics.Simulation, string, error) {
	keys, err := contextKeys(c.context)
	if err != nil {
		return nil, "", err
	}
	if c.role == "" || c.local || c.from.incident != "" || len(d.scps) > 0 {
		return c.here(ctx, d, keys)
	}
	if c.principal != "" {
		return nil, "", errors.New("IAM simulates for the role itself: leave --principal out, or add --local to evaluate as somebody else")
	}
	a, err := c.account(ctx, "", ".")
	if err != nil {
		return nil, "", err
	}
	role := c.role
	if !strings.HasPrefix(role, "arn:") {
		if role, err = a.collector.RoleARN(ctx, role); err != nil {
			return nil, "", err
		}
	}
	q := diagnostics.Question{Principal: role, Actions: c.actions, Resources: c.resources, Context: keys}
	for _, p := range d.identity {
		q.Add = append(q.Add, p.text)
	}
	q.Boundary, q.ResourcePolicy = d.boundary.text, d.resource.text
	list, err := a.collector.Simulate(ctx, q)
	return list, "IAM decided, as " + role + d.with() + ".", err
}

// contextTypes are the types that IAM knows of condition keys.
var contextTypes = []string{"string", "stringList", "numeric", "numericList", "boolean", "booleanList", "ip", "ipList", "binary", "binaryList", "date", "dateList"}

// contextKeys reads key=type:value, or key=value for a text; a key that comes
// twice has two values.
func contextKeys(pairs []string) ([]diagnostics.ContextKey, error) {
	var keys []diagnostics.ContextKey
	for _, p := range pairs {
		name, value, ok := strings.Cut(p, "=")
		if !ok || name == "" {
			return nil, fmt.Errorf("--context %q: write it as key=type:value, such as aws:SourceVpc=string:vpc-1", p)
		}
		kind := "string"
		if before, after, typed := strings.Cut(value, ":"); typed && slices.Contains(contextTypes, before) {
			kind, value = before, after
		}
		i := slices.IndexFunc(keys, func(k diagnostics.ContextKey) bool { return strings.EqualFold(k.Name, name) })
		if i < 0 {
			keys = append(keys, diagnostics.ContextKey{Name: name, Type: kind, Values: []string{value}})
			continue
		}
		keys[i].Values = append(keys[i].Values, value)
		if !strings.HasSuffix(keys[i].Type, "List") {
			keys[i].Type += "List"
		}
	}
	return keys, nil
}

// here evaluates the role of an incident, or policies without a role.
func (c *simulateOptions) here(ctx context.Context, d documents, keys []diagnostics.ContextKey) ([]diagnostics.Simulation, string, error) {
	set, arn, err := c.set(ctx, d)
	if err != nil {
		return nil, "", err
	}
	what := "Evaluated here, not checked by AWS: " + c.subject(arn) + d.with() + "."
	principal, err := policy.NewPrincipal(arn)
	if err != nil {
		return nil, "", err
	}
	values := map[string][]string{}
	for _, k := range keys {
		values[k.Name] = k.Values
	}
	var list []diagnostics.Simulation
	for _, action := range c.actions {
		for _, resource := range c.resources {
			r := set.Evaluate(policy.Request{Principal: principal, Action: action, Resource: resource, Context: policy.NewContext(values, false)})
			list = append(list, localAnswer(arn, action, resource, r))
		}
	}
	return list, what, nil
}

// subject says whose policies were evaluated.
func (c *simulateOptions) subject(arn string) string {
	switch {
	case c.role != "":
		return "the policies of " + arn + " as they were read"
	case c.principal != "":
		return "only the documents given, as " + arn + "; no policy of an account was read"
	}
	return "only the documents given, as somebody of account 123456789012; no policy of an account was read"
}

// set is what decides: the role's policies from an incident or account, or
// nothing, and the documents of the command line.
func (c *simulateOptions) set(ctx context.Context, d documents) (*policy.Set, string, error) {
	set, arn := &policy.Set{Identity: []policy.Policy{}}, nobody
	switch {
	case c.role != "":
		var err error
		if set, arn, err = c.roleSet(ctx); err != nil {
			return nil, "", err
		}
	case d.empty():
		return nil, "", errors.New("what decides? name a role with --role, or a document with --policy or --resource-policy")
	}
	if c.principal != "" {
		arn = c.principal
	}
	for _, p := range d.identity {
		set.Identity = append(set.Identity, p.policy())
	}
	if d.boundary.text != "" {
		set.Boundary = []policy.Policy{d.boundary.policy()}
		set.Unread = slices.DeleteFunc(slices.Clone(set.Unread), func(l policy.Layer) bool { return l == policy.LayerBoundary })
	}
	for _, p := range d.scps {
		set.SCP = append(set.SCP, policy.Level{ID: p.name, Policies: []policy.Policy{p.policy()}})
	}
	if d.resource.text != "" {
		set.Resource = []policy.Policy{d.resource.policy()}
	}
	return set, arn, nil
}

func (c *simulateOptions) roleSet(ctx context.Context) (*policy.Set, string, error) {
	snapshot, err := c.from.read(ctx, c.options, nil)
	if snapshot == nil {
		return nil, "", err
	}
	for _, r := range snapshot.Roles {
		if r.RoleName == c.role || r.Arn == c.role {
			return playbooks.RoleSet(snapshot, r), r.Arn, nil
		}
	}
	var names []string
	for _, r := range snapshot.Roles {
		names = append(names, r.RoleName)
	}
	return nil, "", fmt.Errorf("the role %s is not among what was read: there are %s", c.role, strings.Join(names, ", "))
}

func localAnswer(arn, action, resource string, r policy.Result) diagnostics.Simulation {
	s := diagnostics.Simulation{
		Origin: diagnostics.OriginLocal, PolicySourceArn: arn, EvalActionName: action, EvalResourceName: resource,
		EvalDecision: string(r.Decision), MissingContextValues: r.Missing,
		AllowedByBoundary: layerAllows(r, policy.LayerBoundary), AllowedByOrganizations: layerAllows(r, policy.LayerSCP),
	}
	for _, d := range r.Deciding {
		s.MatchedStatements = append(s.MatchedStatements, diagnostics.MatchedStatement{
			SourcePolicyId: fmt.Sprintf("%s, statement %d", d.Policy, d.Index+1), SourcePolicyType: string(d.Layer),
		})
	}
	return s
}

// layerAllows reports whether a layer allows by itself: nil where it does not
// exist or cannot be told.
func layerAllows(r policy.Result, l policy.Layer) *bool {
	there, allows := false, true
	for _, o := range r.Layers {
		if o.Layer == l {
			if o.Decision == policy.Unknown {
				return nil
			}
			there, allows = true, allows && o.Decision == policy.Allowed
		}
	}
	if !there {
		return nil
	}
	return &allows
}

// document is a policy document of the command line: minified text, parsed.
type document struct {
	name, text string
	parsed     *policy.Document
}

func (d document) policy() policy.Policy { return policy.Policy{Name: d.name, Document: d.parsed} }

// documents are the documents of the command line by what they are.
type documents struct {
	identity           []document
	boundary, resource document
	scps               []document
}

func (d documents) empty() bool { return len(d.identity) == 0 && d.resource.text == "" }

// with lists the documents in words.
func (d documents) with() string {
	kinds := map[string][]string{}
	for _, p := range d.identity {
		kinds["policy"] = append(kinds["policy"], p.name)
	}
	for _, p := range d.scps {
		kinds["service control policy"] = append(kinds["service control policy"], p.name)
	}
	if d.boundary.text != "" {
		kinds["permissions boundary"] = []string{d.boundary.name}
	}
	if d.resource.text != "" {
		kinds["resource policy"] = []string{d.resource.name}
	}
	var list []string
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		list = append(list, kind+" "+strings.Join(kinds[kind], ", "))
	}
	if len(list) == 0 {
		return ""
	}
	return ", with " + strings.Join(list, "; ")
}
