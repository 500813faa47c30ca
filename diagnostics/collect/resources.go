package collect

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"firstaid/diagnostics"
)

type resourceAPI interface {
	ListStackResources(context.Context, *cloudformation.ListStackResourcesInput, ...func(*cloudformation.Options)) (*cloudformation.ListStackResourcesOutput, error)
	GetTemplate(context.Context, *cloudformation.GetTemplateInput, ...func(*cloudformation.Options)) (*cloudformation.GetTemplateOutput, error)
}

const maxResourcePages = 30 // of 100; a stack has 500 unless the quota was raised

// readResources reads what a stack consists of.
func (r *reading) readResources(ctx context.Context, stack diagnostics.Stack) {
	if !r.first(diagnostics.KindResource, stack.StackId) {
		return
	}
	var resources []diagnostics.Resource
	in := &cloudformation.ListStackResourcesInput{StackName: aws.String(idOrName(stack))}
	for range maxResourcePages {
		out, err := r.resources.ListStackResources(ctx, in)
		if err != nil {
			r.unread(diagnostics.Ref{Kind: diagnostics.KindResource, ID: stack.StackName}, "ListStackResources", "", err)
			break
		}
		for _, x := range out.StackResourceSummaries {
			resources = append(resources, resourceOf(stack, x))
		}
		if in.NextToken = out.NextToken; aws.ToString(in.NextToken) == "" {
			break
		}
	}
	r.change(func(s *diagnostics.Snapshot) { s.Resources = append(s.Resources, resources...) })
}

func resourceOf(stack diagnostics.Stack, x types.StackResourceSummary) diagnostics.Resource {
	out := diagnostics.Resource{
		StackId:              stack.StackId,
		StackName:            stack.StackName,
		LogicalResourceId:    aws.ToString(x.LogicalResourceId),
		PhysicalResourceId:   aws.ToString(x.PhysicalResourceId),
		ResourceType:         aws.ToString(x.ResourceType),
		ResourceStatus:       string(x.ResourceStatus),
		ResourceStatusReason: aws.ToString(x.ResourceStatusReason),
		Timestamp:            aws.ToTime(x.LastUpdatedTimestamp),
	}
	if x.DriftInformation != nil {
		out.DriftStatus = string(x.DriftInformation.StackResourceDriftStatus)
	}
	return out
}

// readTemplate reads the template as it was sent and as transforms left it.
func (r *reading) readTemplate(ctx context.Context, stack diagnostics.Stack) {
	if !r.first(diagnostics.KindTemplate, stack.StackId) {
		return
	}
	template := diagnostics.Template{StackId: stack.StackId}
	for stage, body := range map[types.TemplateStage]*string{
		types.TemplateStageOriginal:  &template.Original,
		types.TemplateStageProcessed: &template.Processed,
	} {
		out, err := r.resources.GetTemplate(ctx, &cloudformation.GetTemplateInput{
			StackName: aws.String(idOrName(stack)), TemplateStage: stage,
		})
		if err != nil {
			r.unread(diagnostics.Ref{Kind: diagnostics.KindTemplate, ID: stack.StackId}, "GetTemplate", "", err)
			continue
		}
		*body = aws.ToString(out.TemplateBody)
	}
	if template.Original != "" || template.Processed != "" {
		r.change(func(s *diagnostics.Snapshot) { s.Templates = append(s.Templates, template) })
	}
}
