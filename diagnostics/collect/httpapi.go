package collect

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"firstaid/diagnostics"
)

type httpAPI interface {
	GetApi(context.Context, *apigatewayv2.GetApiInput, ...func(*apigatewayv2.Options)) (*apigatewayv2.GetApiOutput, error)
	GetRoutes(context.Context, *apigatewayv2.GetRoutesInput, ...func(*apigatewayv2.Options)) (*apigatewayv2.GetRoutesOutput, error)
	GetIntegrations(context.Context, *apigatewayv2.GetIntegrationsInput, ...func(*apigatewayv2.Options)) (*apigatewayv2.GetIntegrationsOutput, error)
	GetStages(context.Context, *apigatewayv2.GetStagesInput, ...func(*apigatewayv2.Options)) (*apigatewayv2.GetStagesOutput, error)
}

// readHTTP reads an HTTP API (or WebSocket API) with routes, CORS and stages.
func (r *reading) readHTTP(ctx context.Context, id string) {
	if !r.first(diagnostics.KindAPI, id) {
		return
	}
	of := diagnostics.Ref{Kind: diagnostics.KindAPI, ID: id}
	out, err := r.http.GetApi(ctx, &apigatewayv2.GetApiInput{ApiId: aws.String(id)})
	if err != nil {
		r.unread(of, "GetApi", "", err)
		return
	}
	api := diagnostics.API{
		ApiId: id, Name: aws.ToString(out.Name), Protocol: firstOf(string(out.ProtocolType), "HTTP"), ApiEndpoint: aws.ToString(out.ApiEndpoint),
	}
	if c := out.CorsConfiguration; c != nil {
		api.Cors = &diagnostics.Cors{
			AllowOrigins: c.AllowOrigins, AllowMethods: c.AllowMethods, AllowHeaders: c.AllowHeaders, AllowCredentials: aws.ToBool(c.AllowCredentials),
		}
	}
	together(
		func() { api.Routes = r.httpRoutes(ctx, of) },
		func() { api.Stages = r.httpStages(ctx, of) },
	)
	r.change(func(s *diagnostics.Snapshot) { s.APIs = append(s.APIs, api) })
}

func (r *reading) httpRoutes(ctx context.Context, of diagnostics.Ref) []diagnostics.Route {
	integrations := r.httpIntegrations(ctx, of)
	var routes []diagnostics.Route
	in := &apigatewayv2.GetRoutesInput{ApiId: aws.String(of.ID), MaxResults: aws.String("500")}
	for range maxPages {
		out, err := r.http.GetRoutes(ctx, in)
		if err != nil {
			r.unread(of, "GetRoutes", "", err)
			break
		}
		for _, x := range out.Items {
			routes = append(routes, httpRoute(x, integrations))
		}
		if in.NextToken = out.NextToken; aws.ToString(in.NextToken) == "" {
			break
		}
	}
	return inRouteOrder(routes)
}

// httpRoute reads the key "GET /items"; "$default" and WebSocket keys have no method.
func httpRoute(x types.Route, integrations map[string]types.Integration) diagnostics.Route {
	method, path, found := strings.Cut(aws.ToString(x.RouteKey), " ")
	if !found {
		method, path = "", method
	}
	route := diagnostics.Route{
		HttpMethod:        method,
		Path:              path,
		AuthorizationType: string(x.AuthorizationType),
		AuthorizerId:      aws.ToString(x.AuthorizerId),
		ApiKeyRequired:    aws.ToBool(x.ApiKeyRequired),
	}
	if i, ok := integrations[strings.TrimPrefix(aws.ToString(x.Target), "integrations/")]; ok {
		route.IntegrationType = string(i.IntegrationType)
		route.IntegrationUri = aws.ToString(i.IntegrationUri)
		route.Credentials = aws.ToString(i.CredentialsArn)
		route.TimeoutInMillis = int(aws.ToInt32(i.TimeoutInMillis))
	}
	return route
}

func (r *reading) httpIntegrations(ctx context.Context, of diagnostics.Ref) map[string]types.Integration {
	integrations := map[string]types.Integration{}
	in := &apigatewayv2.GetIntegrationsInput{ApiId: aws.String(of.ID), MaxResults: aws.String("500")}
	for range maxPages {
		out, err := r.http.GetIntegrations(ctx, in)
		if err != nil {
			r.unread(of, "GetIntegrations", "", err)
			break
		}
		for _, i := range out.Items {
			integrations[aws.ToString(i.IntegrationId)] = i
		}
		if in.NextToken = out.NextToken; aws.ToString(in.NextToken) == "" {
			break
		}
	}
	return integrations
}

func (r *reading) httpStages(ctx context.Context, of diagnostics.Ref) []diagnostics.Stage {
	out, err := r.http.GetStages(ctx, &apigatewayv2.GetStagesInput{ApiId: aws.String(of.ID)})
	if err != nil {
		r.unread(of, "GetStages", "apigatewayv2", err)
		return nil
	}
	var stages []diagnostics.Stage
	for _, s := range out.Items {
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
