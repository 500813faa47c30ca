package collect

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"

	"firstaid/diagnostics"
)

type scalingAPI interface {
	DescribeScalableTargets(context.Context, *applicationautoscaling.DescribeScalableTargetsInput, ...func(*applicationautoscaling.Options)) (*applicationautoscaling.DescribeScalableTargetsOutput, error)
	DescribeScalingPolicies(context.Context, *applicationautoscaling.DescribeScalingPoliciesInput, ...func(*applicationautoscaling.Options)) (*applicationautoscaling.DescribeScalingPoliciesOutput, error)
}

// readScaling reads the scalable targets of all functions of the region: one
// that is left over from an earlier stack is as telling as one of this stack.
func (r *reading) readScaling(ctx context.Context) {
	of := diagnostics.Ref{Kind: diagnostics.KindScalableTarget}
	var targets []diagnostics.ScalableTarget
	in := &applicationautoscaling.DescribeScalableTargetsInput{ServiceNamespace: types.ServiceNamespaceLambda}
	for range maxPages {
		out, err := r.scaling.DescribeScalableTargets(ctx, in)
		if err != nil {
			r.unread(of, "DescribeScalableTargets", "", err)
			return
		}
		for _, t := range out.ScalableTargets {
			targets = append(targets, diagnostics.ScalableTarget{
				ServiceNamespace:  string(t.ServiceNamespace),
				ResourceId:        aws.ToString(t.ResourceId),
				ScalableDimension: string(t.ScalableDimension),
				MinCapacity:       int(aws.ToInt32(t.MinCapacity)),
				MaxCapacity:       int(aws.ToInt32(t.MaxCapacity)),
				CreationTime:      aws.ToTime(t.CreationTime),
			})
		}
		if in.NextToken = out.NextToken; aws.ToString(in.NextToken) == "" {
			break
		}
	}
	if len(targets) > 0 {
		policies := r.scalingPolicies(ctx, of)
		for i := range targets {
			targets[i].Policies = policies[targets[i].ResourceId]
		}
	}
	r.change(func(s *diagnostics.Snapshot) { s.ScalableTargets = targets })
}

// scalingPolicies are the names of the policies by resource id.
func (r *reading) scalingPolicies(ctx context.Context, of diagnostics.Ref) map[string][]string {
	names := map[string][]string{}
	in := &applicationautoscaling.DescribeScalingPoliciesInput{ServiceNamespace: types.ServiceNamespaceLambda}
	for range maxPages {
		out, err := r.scaling.DescribeScalingPolicies(ctx, in)
		if err != nil {
			r.unread(of, "DescribeScalingPolicies", "", err)
			break
		}
		for _, p := range out.ScalingPolicies {
			id := aws.ToString(p.ResourceId)
			names[id] = append(names[id], aws.ToString(p.PolicyName))
		}
		if in.NextToken = out.NextToken; aws.ToString(in.NextToken) == "" {
			break
		}
	}
	for _, list := range names {
		slices.Sort(list)
	}
	return names
}
