package collect

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"firstaid/diagnostics"
)

// bindingAPI is what leads into a function: who may invoke it, what it polls, its URL.
type bindingAPI interface {
	GetPolicy(context.Context, *lambda.GetPolicyInput, ...func(*lambda.Options)) (*lambda.GetPolicyOutput, error)
	ListEventSourceMappings(context.Context, *lambda.ListEventSourceMappingsInput, ...func(*lambda.Options)) (*lambda.ListEventSourceMappingsOutput, error)
	GetFunctionUrlConfig(context.Context, *lambda.GetFunctionUrlConfigInput, ...func(*lambda.Options)) (*lambda.GetFunctionUrlConfigOutput, error)
}

// functionPolicy is the resource policy as JSON, "" when the function has none.
func (r *reading) functionPolicy(ctx context.Context, name string) string {
	out, err := r.bindings.GetPolicy(ctx, &lambda.GetPolicyInput{FunctionName: aws.String(name)})
	if err != nil {
		r.absentOr(diagnostics.Ref{Kind: diagnostics.KindFunction, ID: name}, "GetPolicy", "lambda", err)
		return ""
	}
	return aws.ToString(out.Policy)
}

// absentOr records an error unless it says that there is no such thing, which
// is an answer.
func (r *reading) absentOr(of diagnostics.Ref, operation, service string, err error) {
	if problemOf(err) != Missing {
		r.unread(of, operation, service, err)
	}
}

func (r *reading) eventSources(ctx context.Context, name string) []diagnostics.EventSource {
	var sources []diagnostics.EventSource
	in := &lambda.ListEventSourceMappingsInput{FunctionName: aws.String(name)}
	for range maxPages {
		out, err := r.bindings.ListEventSourceMappings(ctx, in)
		if err != nil {
			r.unread(diagnostics.Ref{Kind: diagnostics.KindFunction, ID: name}, "ListEventSourceMappings", "lambda", err)
			break
		}
		for _, m := range out.EventSourceMappings {
			sources = append(sources, diagnostics.EventSource{
				UUID:                  aws.ToString(m.UUID),
				EventSourceArn:        aws.ToString(m.EventSourceArn),
				FunctionArn:           aws.ToString(m.FunctionArn),
				State:                 aws.ToString(m.State),
				StateTransitionReason: aws.ToString(m.StateTransitionReason),
				LastProcessingResult:  aws.ToString(m.LastProcessingResult),
			})
		}
		if in.Marker = out.NextMarker; aws.ToString(in.Marker) == "" {
			break
		}
	}
	return sources
}

func (r *reading) functionURL(ctx context.Context, name string) *diagnostics.FunctionURL {
	out, err := r.bindings.GetFunctionUrlConfig(ctx, &lambda.GetFunctionUrlConfigInput{FunctionName: aws.String(name)})
	if err != nil {
		r.absentOr(diagnostics.Ref{Kind: diagnostics.KindFunction, ID: name}, "GetFunctionUrlConfig", "lambda", err)
		return nil
	}
	url := &diagnostics.FunctionURL{
		FunctionUrl: aws.ToString(out.FunctionUrl), AuthType: string(out.AuthType), InvokeMode: string(out.InvokeMode),
	}
	if c := out.Cors; c != nil {
		url.Cors = &diagnostics.Cors{
			AllowOrigins: c.AllowOrigins, AllowMethods: c.AllowMethods, AllowHeaders: c.AllowHeaders, AllowCredentials: aws.ToBool(c.AllowCredentials),
		}
	}
	return url
}
