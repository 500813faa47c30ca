package collect

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"firstaid/diagnostics"
)

type simulatorAPI interface {
	SimulatePrincipalPolicy(context.Context, *iam.SimulatePrincipalPolicyInput, ...func(*iam.Options)) (*iam.SimulatePrincipalPolicyOutput, error)
}

// A Question asks IAM what a principal may do.
type Question = diagnostics.Question

// A ContextKey is a condition key with its values.
type ContextKey = diagnostics.ContextKey

const (
	maxPairs         = 200 // of action and resource in one reading
	resourcesPerCall = 20  // what others send (nccgroup/PMapper#6)
)

// Simulate asks SimulatePrincipalPolicy. The answers are AWS's own (Origin
// "aws"), one for each pair that was answered, in the order of actions and
// resources. The error is an *Error; what was answered before it is returned.
func (c *Collector) Simulate(ctx context.Context, q Question) ([]diagnostics.Simulation, error) {
	resources := q.Resources
	if len(resources) == 0 {
		resources = []string{"*"}
	}
	var all []diagnostics.Simulation
	for chunk := range slices.Chunk(resources, resourcesPerCall) {
		answers, err := c.simulateKnown(ctx, q, chunk)
		all = append(all, answers...)
		if err != nil {
			return all, c.explain(err)
		}
		// Endpoints from before 2026 and emulators answer for the first resource only.
		for _, resource := range chunk {
			if len(chunk) == 1 || answered(all, q.Actions, resource) {
				continue
			}
			more, err := c.simulateKnown(ctx, q, []string{resource})
			all = append(all, more...)
			if err != nil {
				return all, c.explain(err)
			}
		}
	}
	return all, nil
}

func answered(all []diagnostics.Simulation, actions []string, resource string) bool {
	for _, action := range actions {
		if !slices.ContainsFunc(all, func(s diagnostics.Simulation) bool {
			return s.EvalActionName == action && s.EvalResourceName == resource
		}) {
			return false
		}
	}
	return true
}

func (c *Collector) simulateOnce(ctx context.Context, q Question, resources []string) ([]diagnostics.Simulation, error) {
	in := simulationInput(q, resources)
	var all []diagnostics.Simulation
	for range maxPages {
		out, err := c.simulator.SimulatePrincipalPolicy(ctx, in)
		if err != nil {
			return all, err
		}
		for _, result := range out.EvaluationResults {
			all = append(all, simulationsOf(q.Principal, resources, result)...)
		}
		if in.Marker = out.Marker; !out.IsTruncated {
			break
		}
	}
	return all, nil
}

func simulationInput(q Question, resources []string) *iam.SimulatePrincipalPolicyInput {
	in := &iam.SimulatePrincipalPolicyInput{
		PolicySourceArn: aws.String(q.Principal),
		ActionNames:     q.Actions,
		ResourceArns:    resources,
		PolicyInputList: q.Add,
	}
	for _, k := range q.Context {
		in.ContextEntries = append(in.ContextEntries, types.ContextEntry{
			ContextKeyName: aws.String(k.Name), ContextKeyType: types.ContextKeyTypeEnum(k.Type), ContextKeyValues: k.Values,
		})
	}
	if q.Boundary != "" {
		in.PermissionsBoundaryPolicyInputList = []string{q.Boundary}
	}
	if q.ResourcePolicy != "" {
		in.ResourcePolicy, in.CallerArn = aws.String(q.ResourcePolicy), aws.String(q.Principal)
	}
	if q.Owner != "" { // a bare account id was refused (boto/botocore#1346)
		in.ResourceOwner = aws.String("arn:" + arnPartition(q.Principal) + ":iam::" + q.Owner + ":root")
	}
	for _, x := range q.Without {
		if strings.HasPrefix(x, "arn:") {
			in.PolicyExclusionList = append(in.PolicyExclusionList, &types.PolicyIdentifierMemberPolicyArn{Value: x})
			continue
		}
		in.PolicyExclusionList = append(in.PolicyExclusionList,
			&types.PolicyIdentifierMemberPolicyType{Value: types.PolicyIdentifierPolicyType(x)})
	}
	for _, name := range q.WithoutInline {
		in.PolicyExclusionList = append(in.PolicyExclusionList, &types.PolicyIdentifierMemberInlinePolicyIdentifier{Value: types.InlinePolicyIdentifierType{
			PolicyName: aws.String(name), AttachmentType: types.AttachmentTypeRole, AttachmentName: aws.String(roleName(q.Principal)),
		}})
	}
	return in
}

func arnPartition(arn string) string {
	_, rest, _ := strings.Cut(arn, ":")
	p, _, _ := strings.Cut(rest, ":")
	return p
}

// simulationsOf reads one result. Since 2026-07-30 the top-level resource is
// the ARN's template and the ARN that was asked for stands in the specific
// results; before, and on emulators, only the top level is there.
func simulationsOf(principal string, resources []string, r types.EvaluationResult) []diagnostics.Simulation {
	base := diagnostics.Simulation{
		Origin:               "aws",
		PolicySourceArn:      principal,
		EvalActionName:       aws.ToString(r.EvalActionName),
		EvalResourceName:     aws.ToString(r.EvalResourceName),
		EvalDecision:         string(r.EvalDecision),
		MatchedStatements:    statements(r.MatchedStatements),
		MissingContextValues: r.MissingContextValues,
		AllowedByBoundary:    boundary(r.PermissionsBoundaryDecisionDetail),
	}
	if o := r.OrganizationsDecisionDetail; o != nil {
		base.AllowedByOrganizations = &o.AllowedByOrganizations
	}
	if len(r.ResourceSpecificResults) == 0 {
		if len(resources) == 1 {
			base.EvalResourceName = resources[0]
		}
		return []diagnostics.Simulation{base}
	}
	var all []diagnostics.Simulation
	for _, x := range r.ResourceSpecificResults {
		s := base
		s.EvalResourceName = aws.ToString(x.EvalResourceName)
		s.EvalDecision = string(x.EvalResourceDecision)
		s.MatchedStatements = statements(x.MatchedStatements)
		s.MissingContextValues = x.MissingContextValues
		if b := boundary(x.PermissionsBoundaryDecisionDetail); b != nil {
			s.AllowedByBoundary = b
		}
		all = append(all, s)
	}
	return all
}

func boundary(d *types.PermissionsBoundaryDecisionDetail) *bool {
	if d == nil {
		return nil
	}
	return &d.AllowedByPermissionsBoundary
}

func statements(list []types.Statement) []diagnostics.MatchedStatement {
	var out []diagnostics.MatchedStatement
	for _, s := range list {
		m := diagnostics.MatchedStatement{SourcePolicyId: aws.ToString(s.SourcePolicyId), SourcePolicyType: string(s.SourcePolicyType)}
		if s.EndPosition != nil {
			m.EndLine, m.EndColumn = int(s.EndPosition.Line), int(s.EndPosition.Column)
		}
		out = append(out, m)
	}
	return out
}
