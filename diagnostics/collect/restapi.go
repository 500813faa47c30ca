package collect

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"firstaid/diagnostics"
)

type restAPI interface {
	GetRestApi(context.Context, *apigateway.GetRestApiInput, ...func(*apigateway.Options)) (*apigateway.GetRestApiOutput, error)
	GetResources(context.Context, *apigateway.GetResourcesInput, ...func(*apigateway.Options)) (*apigateway.GetResourcesOutput, error)
	GetStages(context.Context, *apigateway.GetStagesInput, ...func(*apigateway.Options)) (*apigateway.GetStagesOutput, error)
	GetDeployments(context.Context, *apigateway.GetDeploymentsInput, ...func(*apigateway.Options)) (*apigateway.GetDeploymentsOutput, error)
	GetGatewayResponses(context.Context, *apigateway.GetGatewayResponsesInput, ...func(*apigateway.Options)) (*apigateway.GetGatewayResponsesOutput, error)
}

// readREST reads a REST API with its methods, CORS, stages and gateway responses.
func (r *reading) readREST(ctx context.Context, id string) {
	if !r.first(diagnostics.KindAPI, id) {
		return
	}
	of := diagnostics.Ref{Kind: diagnostics.KindAPI, ID: id}
	out, err := r.rest.GetRestApi(ctx, &apigateway.GetRestApiInput{RestApiId: aws.String(id)})
	if err != nil {
		r.unread(of, "GetRestApi", "", err)
		return
	}
	api := diagnostics.API{
		ApiId: id, Name: aws.ToString(out.Name), Protocol: "REST", BinaryMediaTypes: out.BinaryMediaTypes,
	}
	together(
		func() { api.Routes = r.restRoutes(ctx, of) },
		func() { api.Stages = r.restStages(ctx, of) },
		func() { api.LatestDeployment = r.latestDeployment(ctx, of) },
		func() { api.GatewayResponses = r.gatewayResponses(ctx, of) },
	)
	r.change(func(s *diagnostics.Snapshot) { s.APIs = append(s.APIs, api) })
}

func (r *reading) restRoutes(ctx context.Context, of diagnostics.Ref) []diagnostics.Route {
	var routes []diagnostics.Route
	in := &apigateway.GetResourcesInput{RestApiId: aws.String(of.ID), Embed: []string{"methods"}, Limit: aws.Int32(500)}
	for range maxPages {
		out, err := r.rest.GetResources(ctx, in)
		if err != nil {
			r.unread(of, "GetResources", "", err)
			break
		}
		for _, resource := range out.Items {
			for _, method := range slices.Sorted(maps.Keys(resource.ResourceMethods)) {
				routes = append(routes, restRoute(aws.ToString(resource.Path), method, resource.ResourceMethods[method]))
			}
		}
		if in.Position = out.Position; aws.ToString(in.Position) == "" {
			break
		}
	}
	return inRouteOrder(routes)
}

func restRoute(path, method string, m types.Method) diagnostics.Route {
	route := diagnostics.Route{
		Path:              path,
		HttpMethod:        method,
		AuthorizationType: aws.ToString(m.AuthorizationType),
		AuthorizerId:      aws.ToString(m.AuthorizerId),
		ApiKeyRequired:    aws.ToBool(m.ApiKeyRequired),
	}
	i := m.MethodIntegration
	if i == nil {
		return route
	}
	route.IntegrationType = string(i.Type)
	route.IntegrationUri = aws.ToString(i.Uri)
	route.Credentials = aws.ToString(i.Credentials)
	route.ResponseTransferMode = string(i.ResponseTransferMode)
	route.TimeoutInMillis = int(i.TimeoutInMillis)
	for _, status := range slices.Sorted(maps.Keys(i.IntegrationResponses)) {
		for name, value := range i.IntegrationResponses[status].ResponseParameters {
			value = strings.Trim(value, "'")
			switch strings.ToLower(strings.TrimPrefix(name, "method.response.header.")) {
			case "access-control-allow-methods":
				route.AllowMethods = firstOf(route.AllowMethods, value)
			case "access-control-allow-origin":
				route.AllowOrigin = firstOf(route.AllowOrigin, value)
			case "access-control-allow-headers":
				route.AllowHeaders = firstOf(route.AllowHeaders, value)
			}
		}
	}
	return route
}

func (r *reading) restStages(ctx context.Context, of diagnostics.Ref) []diagnostics.Stage {
	out, err := r.rest.GetStages(ctx, &apigateway.GetStagesInput{RestApiId: aws.String(of.ID)})
	if err != nil {
		r.unread(of, "GetStages", "apigateway", err)
		return nil
	}
	var stages []diagnostics.Stage
	for _, s := range out.Item {
		stage := diagnostics.Stage{
			StageName: aws.ToString(s.StageName), DeploymentId: aws.ToString(s.DeploymentId), LastUpdated: aws.ToTime(s.LastUpdatedDate),
		}
		if s.AccessLogSettings != nil {
			stage.LogGroupArn = aws.ToString(s.AccessLogSettings.DestinationArn)
		}
		stages = append(stages, stage)
	}
	slices.SortFunc(stages, by(func(s diagnostics.Stage) string { return s.StageName }))
	return stages
}

// latestDeployment is the id of the deployment of a REST API that was made
// last; "" when there is none or they could not be read.
func (r *reading) latestDeployment(ctx context.Context, of diagnostics.Ref) string {
	var latest types.Deployment
	in := &apigateway.GetDeploymentsInput{RestApiId: aws.String(of.ID), Limit: aws.Int32(500)}
	for range maxPages {
		out, err := r.rest.GetDeployments(ctx, in)
		if err != nil {
			r.aside(of, "GetDeployments", "apigateway", err)
			return ""
		}
		for _, d := range out.Items {
			if latest.Id == nil || aws.ToTime(d.CreatedDate).After(aws.ToTime(latest.CreatedDate)) {
				latest = d
			}
		}
		if in.Position = out.Position; aws.ToString(in.Position) == "" {
			break
		}
	}
	return aws.ToString(latest.Id)
}

func (r *reading) gatewayResponses(ctx context.Context, of diagnostics.Ref) []diagnostics.GatewayResponse {
	var responses []diagnostics.GatewayResponse
	in := &apigateway.GetGatewayResponsesInput{RestApiId: aws.String(of.ID), Limit: aws.Int32(500)}
	for range maxPages {
		out, err := r.rest.GetGatewayResponses(ctx, in)
		if err != nil {
			r.unread(of, "GetGatewayResponses", "", err)
			break
		}
		for _, g := range out.Items {
			if g.DefaultResponse && len(g.ResponseParameters) == 0 {
				continue // API Gateway lists every type; those nobody defined say nothing
			}
			responses = append(responses, diagnostics.GatewayResponse{
				ResponseType: string(g.ResponseType), StatusCode: aws.ToString(g.StatusCode), ResponseParameters: g.ResponseParameters,
			})
		}
		if in.Position = out.Position; aws.ToString(in.Position) == "" {
			break
		}
	}
	slices.SortFunc(responses, by(func(g diagnostics.GatewayResponse) string { return g.ResponseType }))
	return responses
}

func inRouteOrder(routes []diagnostics.Route) []diagnostics.Route {
	slices.SortStableFunc(routes, by(func(r diagnostics.Route) string { return r.Path + "\x00" + r.HttpMethod }))
	return routes
}
