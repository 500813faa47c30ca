package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"firstaid/diagnostics"
	"firstaid/diagnostics/collect"
	"firstaid/diagnostics/policy"
	"firstaid/playbooks"
)

// answers asks IAM, or decides here when there is no account to ask.
func (c *simulateOptions) answers(ctx context.Context, documents []string) ([]diagnostics.Simulation, error) {
	keys, err := contextKeys(c.context)
	if err != nil {
		return nil, err
	}
	if c.role == "" || c.local || c.from.incident != "" {
		return c.here(ctx, documents, keys)
	}
	a, err := c.account(ctx, "", ".")
	if err != nil {
		return nil, err
	}
	role := c.role
	if !strings.HasPrefix(role, "arn:") {
		who, err := a.collector.Identity(ctx)
		if err != nil {
			return nil, err
		}
		role = fmt.Sprintf("arn:%s:iam::%s:role/%s", who.Partition, who.Account, role)
	}
	q := collect.Question{Principal: role, Actions: c.actions, Resources: c.resources, Add: documents}
	for name, values := range keys {
		q.Context = append(q.Context, collect.ContextKey{Name: name, Type: "string", Values: values})
	}
	return a.collector.Simulate(ctx, q)
}

// contextKeys reads name=value pairs; a name that comes twice has two values.
func contextKeys(pairs []string) (map[string][]string, error) {
	keys := map[string][]string{}
	for _, p := range pairs {
		name, value, ok := strings.Cut(p, "=")
		if !ok || name == "" {
			return nil, fmt.Errorf("--context %q: write it as name=value", p)
		}
		keys[name] = append(keys[name], value)
	}
	return keys, nil
}

// here evaluates the role of an incident, or policies without a role.
func (c *simulateOptions) here(ctx context.Context, documents []string, keys map[string][]string) ([]diagnostics.Simulation, error) {
	set, arn, err := c.set(ctx)
	if err != nil {
		return nil, err
	}
	for i, src := range documents {
		doc, err := policy.Parse([]byte(src))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.policies[i], err)
		}
		set.Identity = append(set.Identity, policy.Policy{Name: c.policies[i], Document: doc})
	}
	principal, err := policy.NewPrincipal(arn)
	if err != nil {
		return nil, err
	}
	var list []diagnostics.Simulation
	for _, action := range c.actions {
		for _, resource := range c.resources {
			r := set.Evaluate(policy.Request{Principal: principal, Action: action, Resource: resource, Context: policy.NewContext(keys, false)})
			list = append(list, localAnswer(arn, action, resource, r))
		}
	}
	return list, nil
}

// set is what decides: the role's policies from an incident or account, or
// nothing but what --policy adds.
func (c *simulateOptions) set(ctx context.Context) (*policy.Set, string, error) {
	const nobody = "arn:aws:iam::123456789012:role/anybody"
	if c.role == "" {
		if len(c.policies) == 0 {
			return nil, "", errors.New("what decides? name a role with --role, or a document with --policy")
		}
		return &policy.Set{Identity: []policy.Policy{}}, nobody, nil
	}
	snapshot, err := c.from.read(ctx, c.options, nil)
	if snapshot == nil {
		return nil, "", err
	}
	for _, r := range snapshot.Roles {
		if r.RoleName != c.role && r.Arn != c.role {
			continue
		}
		return playbooks.RoleSet(snapshot, r), r.Arn, nil
	}
	return nil, "", fmt.Errorf("the role %s is not among what was read", c.role)
}

func localAnswer(arn, action, resource string, r policy.Result) diagnostics.Simulation {
	s := diagnostics.Simulation{
		Origin: "local", PolicySourceArn: arn, EvalActionName: action, EvalResourceName: resource,
		EvalDecision: string(r.Decision), MissingContextValues: r.Missing,
	}
	for _, d := range r.Deciding {
		s.MatchedStatements = append(s.MatchedStatements, diagnostics.MatchedStatement{
			SourcePolicyId: fmt.Sprintf("%s, statement %d", d.Policy, d.Index+1), SourcePolicyType: string(d.Layer),
		})
	}
	return s
}
