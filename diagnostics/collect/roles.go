package collect

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"firstaid/diagnostics"
)

type roleAPI interface {
	GetRole(context.Context, *iam.GetRoleInput, ...func(*iam.Options)) (*iam.GetRoleOutput, error)
	ListRolePolicies(context.Context, *iam.ListRolePoliciesInput, ...func(*iam.Options)) (*iam.ListRolePoliciesOutput, error)
	GetRolePolicy(context.Context, *iam.GetRolePolicyInput, ...func(*iam.Options)) (*iam.GetRolePolicyOutput, error)
}

type policyAPI interface {
	ListAttachedRolePolicies(context.Context, *iam.ListAttachedRolePoliciesInput, ...func(*iam.Options)) (*iam.ListAttachedRolePoliciesOutput, error)
	GetPolicy(context.Context, *iam.GetPolicyInput, ...func(*iam.Options)) (*iam.GetPolicyOutput, error)
	GetPolicyVersion(context.Context, *iam.GetPolicyVersionInput, ...func(*iam.Options)) (*iam.GetPolicyVersionOutput, error)
}

// readRole reads a role by name, with everything that decides what it may do.
func (r *reading) readRole(ctx context.Context, name string) {
	if name == "" || !r.first(diagnostics.KindRole, name) {
		return
	}
	of := diagnostics.Ref{Kind: diagnostics.KindRole, ID: name}
	out, err := r.roles.GetRole(ctx, &iam.GetRoleInput{RoleName: aws.String(name)})
	if err != nil {
		if problemOf(err) == Missing {
			r.change(func(s *diagnostics.Snapshot) {
				s.Roles = append(s.Roles, diagnostics.Role{RoleName: name, Missing: true})
			})
			return
		}
		r.unread(of, "GetRole", "iam", err)
		return
	}
	if out.Role == nil {
		return
	}
	role := diagnostics.Role{
		RoleName:    name,
		Arn:         aws.ToString(out.Role.Arn),
		Path:        aws.ToString(out.Role.Path),
		TrustPolicy: document(out.Role.AssumeRolePolicyDocument),
	}
	for _, t := range out.Role.Tags {
		role.Tags = append(role.Tags, diagnostics.Tag{Key: aws.ToString(t.Key), Value: aws.ToString(t.Value)})
	}
	slices.SortFunc(role.Tags, by(func(t diagnostics.Tag) string { return t.Key }))
	role.Policies = append(r.inlinePolicies(ctx, name), r.attachedPolicies(ctx, name)...)
	if b := out.Role.PermissionsBoundary; b != nil {
		role.PermissionsBoundary = aws.ToString(b.PermissionsBoundaryArn)
		role.Boundary = r.managedPolicy(ctx, of, role.PermissionsBoundary)
	}
	r.memory.read(role)
	r.change(func(s *diagnostics.Snapshot) { s.Roles = append(s.Roles, role) })
}

func (r *reading) inlinePolicies(ctx context.Context, role string) []diagnostics.RolePolicy {
	of := diagnostics.Ref{Kind: diagnostics.KindRole, ID: role}
	var policies []diagnostics.RolePolicy
	in := &iam.ListRolePoliciesInput{RoleName: aws.String(role)}
	for range maxPages {
		out, err := r.roles.ListRolePolicies(ctx, in)
		if err != nil {
			r.unread(of, "ListRolePolicies", "iam", err)
			break
		}
		for _, name := range out.PolicyNames {
			p, err := r.roles.GetRolePolicy(ctx, &iam.GetRolePolicyInput{RoleName: aws.String(role), PolicyName: aws.String(name)})
			if err != nil {
				r.unread(of, "GetRolePolicy", "iam", err)
				continue
			}
			policies = append(policies, diagnostics.RolePolicy{PolicyName: name, Document: document(p.PolicyDocument)})
		}
		if in.Marker = out.Marker; !out.IsTruncated {
			break
		}
	}
	slices.SortFunc(policies, by(func(p diagnostics.RolePolicy) string { return p.PolicyName }))
	return policies
}

func (r *reading) attachedPolicies(ctx context.Context, role string) []diagnostics.RolePolicy {
	of := diagnostics.Ref{Kind: diagnostics.KindRole, ID: role}
	var policies []diagnostics.RolePolicy
	in := &iam.ListAttachedRolePoliciesInput{RoleName: aws.String(role)}
	for range maxPages {
		out, err := r.policies.ListAttachedRolePolicies(ctx, in)
		if err != nil {
			r.unread(of, "ListAttachedRolePolicies", "iam", err)
			break
		}
		for _, p := range out.AttachedPolicies {
			arn := aws.ToString(p.PolicyArn)
			policies = append(policies, diagnostics.RolePolicy{
				PolicyName: aws.ToString(p.PolicyName), PolicyArn: arn, Document: r.managedPolicy(ctx, of, arn),
			})
		}
		if in.Marker = out.Marker; !out.IsTruncated {
			break
		}
	}
	slices.SortFunc(policies, by(func(p diagnostics.RolePolicy) string { return p.PolicyArn }))
	return policies
}

// managedPolicy is the default version's document of a managed policy. Roles
// share them, so each is read once.
func (r *reading) managedPolicy(ctx context.Context, of diagnostics.Ref, arn string) string {
	r.mu.Lock()
	known, ok := r.managed[arn]
	r.mu.Unlock()
	if ok {
		return known
	}
	policy, err := r.policies.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: aws.String(arn)})
	if err != nil || policy.Policy == nil {
		r.unread(of, "GetPolicy", "iam", err)
		return ""
	}
	version, err := r.policies.GetPolicyVersion(ctx, &iam.GetPolicyVersionInput{PolicyArn: aws.String(arn), VersionId: policy.Policy.DefaultVersionId})
	if err != nil || version.PolicyVersion == nil {
		r.unread(of, "GetPolicyVersion", "iam", err)
		return ""
	}
	text := document(version.PolicyVersion.Document)
	r.mu.Lock()
	r.managed[arn] = text
	r.mu.Unlock()
	return text
}

// document decodes a policy: IAM sends JSON URL-encoded (RFC 3986), emulators
// often plain.
func document(encoded *string) string {
	text := aws.ToString(encoded)
	if strings.HasPrefix(strings.TrimSpace(text), "{") {
		return text
	}
	if decoded, err := url.PathUnescape(text); err == nil {
		return decoded
	}
	return text
}

// RoleARN finds a role's ARN by its name. Its path stands nowhere else; where
// GetRole is denied, a role without a path is assumed. The error is an *Error.
func (c *Collector) RoleARN(ctx context.Context, name string) (string, error) {
	out, err := c.roles.GetRole(ctx, &iam.GetRoleInput{RoleName: aws.String(name)})
	if err == nil && out.Role != nil {
		return aws.ToString(out.Role.Arn), nil
	}
	if err != nil && problemOf(err) != Denied {
		return "", c.explain(err)
	}
	who, err := c.Identity(ctx)
	if err != nil {
		return "", err
	}
	return "arn:" + who.Partition + ":iam::" + who.Account + ":role/" + name, nil
}

// roleName is the name at the end of a role's ARN, without its path.
func roleName(arn string) string {
	if !strings.Contains(arn, ":role/") {
		return ""
	}
	return arn[strings.LastIndexByte(arn, '/')+1:]
}
