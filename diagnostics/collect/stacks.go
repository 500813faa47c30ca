package collect

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/smithy-go"

	"firstaid/diagnostics"
)

type stackAPI interface {
	DescribeStacks(context.Context, *cloudformation.DescribeStacksInput, ...func(*cloudformation.Options)) (*cloudformation.DescribeStacksOutput, error)
	ListStacks(context.Context, *cloudformation.ListStacksInput, ...func(*cloudformation.Options)) (*cloudformation.ListStacksOutput, error)
}

const maxStackPages = 30 // of 100 stacks; a region has 2,000 unless the quota was raised

// Stacks lists the region's stacks that exist, failed ones first, then those
// that changed last. ListStacks is one call for a hundred stacks where
// DescribeStacks would be throttled. The error is an *Error; what was listed
// before it is returned with it.
func (c *Collector) Stacks(ctx context.Context) ([]diagnostics.Stack, error) {
	var existing []types.StackStatus
	for _, status := range types.StackStatus("").Values() {
		if status != types.StackStatusDeleteComplete {
			existing = append(existing, status)
		}
	}
	stacks, err := c.listStacks(ctx, existing)
	slices.SortStableFunc(stacks, compareStacks)
	return stacks, err
}

func (c *Collector) listStacks(ctx context.Context, statuses []types.StackStatus) ([]diagnostics.Stack, error) {
	var stacks []diagnostics.Stack
	in := &cloudformation.ListStacksInput{StackStatusFilter: statuses}
	for range maxStackPages {
		out, err := c.stacks.ListStacks(ctx, in)
		if err != nil {
			return stacks, c.explain(err)
		}
		for _, s := range out.StackSummaries {
			stacks = append(stacks, stackOfSummary(s))
		}
		if in.NextToken = out.NextToken; aws.ToString(in.NextToken) == "" {
			break
		}
	}
	return stacks, nil
}

// describe reads one stack by name or ARN. A name that no stack has any more
// is looked for among the deleted ones, which only their ARN finds.
func (c *Collector) describe(ctx context.Context, stack string) (diagnostics.Stack, error) {
	found, err := c.describeByID(ctx, stack)
	if err == nil || !stackMissing(err) {
		return found, err
	}
	if !strings.HasPrefix(stack, "arn:") {
		if id := c.deletedStack(ctx, stack); id != "" {
			return c.describeByID(ctx, id)
		}
	}
	return found, &Error{
		NoStack,
		"there is no stack " + stack + " in region " + c.identity.Region + ": check the name, --region and --profile; a stack deleted more than 90 days ago is gone",
		err,
	}
}

func (c *Collector) describeByID(ctx context.Context, stack string) (diagnostics.Stack, error) {
	out, err := c.stacks.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: aws.String(stack)})
	if err != nil {
		return diagnostics.Stack{}, err
	}
	if len(out.Stacks) == 0 {
		return diagnostics.Stack{}, &Error{Problem: NoStack, Sentence: "there is no stack " + stack}
	}
	return stackOf(out.Stacks[0]), nil
}

// deletedStack is the ARN of the stack of that name that was deleted last.
func (c *Collector) deletedStack(ctx context.Context, name string) string {
	stacks, err := c.listStacks(ctx, []types.StackStatus{types.StackStatusDeleteComplete})
	if err != nil {
		return ""
	}
	var last diagnostics.Stack
	for _, s := range stacks {
		if s.StackName == name && (last.StackId == "" || s.LastChanged().After(last.LastChanged())) {
			last = s
		}
	}
	return last.StackId
}

// stackMissing recognises CloudFormation's way to say that there is no such
// stack: a ValidationError like any other, told apart by its text only.
func stackMissing(err error) bool {
	var known *Error
	if errors.As(err, &known) {
		return known.Problem == NoStack
	}
	var api smithy.APIError
	return errors.As(err, &api) && api.ErrorCode() == "ValidationError" && strings.Contains(api.ErrorMessage(), "does not exist")
}

func stackOfSummary(s types.StackSummary) diagnostics.Stack {
	return diagnostics.Stack{
		StackId:           aws.ToString(s.StackId),
		StackName:         aws.ToString(s.StackName),
		Description:       aws.ToString(s.TemplateDescription),
		StackStatus:       string(s.StackStatus),
		StackStatusReason: aws.ToString(s.StackStatusReason),
		ParentId:          aws.ToString(s.ParentId),
		RootId:            aws.ToString(s.RootId),
		CreationTime:      aws.ToTime(s.CreationTime),
		LastUpdatedTime:   aws.ToTime(s.LastUpdatedTime),
		DeletionTime:      aws.ToTime(s.DeletionTime),
		LastOperations:    operations(s.LastOperations),
	}
}

func stackOf(s types.Stack) diagnostics.Stack {
	out := diagnostics.Stack{
		StackId:           aws.ToString(s.StackId),
		StackName:         aws.ToString(s.StackName),
		Description:       aws.ToString(s.Description),
		StackStatus:       string(s.StackStatus),
		StackStatusReason: aws.ToString(s.StackStatusReason),
		ParentId:          aws.ToString(s.ParentId),
		RootId:            aws.ToString(s.RootId),
		RoleARN:           aws.ToString(s.RoleARN),
		CreationTime:      aws.ToTime(s.CreationTime),
		LastUpdatedTime:   aws.ToTime(s.LastUpdatedTime),
		DeletionTime:      aws.ToTime(s.DeletionTime),
		DisableRollback:   aws.ToBool(s.DisableRollback),
		LastOperations:    operations(s.LastOperations),
	}
	for _, c := range s.Capabilities {
		out.Capabilities = append(out.Capabilities, string(c))
	}
	for _, p := range s.Parameters {
		out.Parameters = append(out.Parameters, diagnostics.Parameter{
			ParameterKey: aws.ToString(p.ParameterKey), ParameterValue: aws.ToString(p.ParameterValue), ResolvedValue: aws.ToString(p.ResolvedValue),
		})
	}
	for _, o := range s.Outputs {
		out.Outputs = append(out.Outputs, diagnostics.Output{
			OutputKey: aws.ToString(o.OutputKey), OutputValue: aws.ToString(o.OutputValue), ExportName: aws.ToString(o.ExportName),
		})
	}
	for _, t := range s.Tags {
		out.Tags = append(out.Tags, diagnostics.Tag{Key: aws.ToString(t.Key), Value: aws.ToString(t.Value)})
	}
	return out
}

func operations(entries []types.OperationEntry) []diagnostics.Operation {
	var out []diagnostics.Operation
	for _, e := range entries {
		out = append(out, diagnostics.Operation{OperationId: aws.ToString(e.OperationId), OperationType: string(e.OperationType)})
	}
	return out
}
