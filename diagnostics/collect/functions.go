package collect

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"firstaid/diagnostics"
)

type functionAPI interface {
	GetFunction(context.Context, *lambda.GetFunctionInput, ...func(*lambda.Options)) (*lambda.GetFunctionOutput, error)
	ListAliases(context.Context, *lambda.ListAliasesInput, ...func(*lambda.Options)) (*lambda.ListAliasesOutput, error)
	ListProvisionedConcurrencyConfigs(context.Context, *lambda.ListProvisionedConcurrencyConfigsInput, ...func(*lambda.Options)) (*lambda.ListProvisionedConcurrencyConfigsOutput, error)
}

type accountAPI interface {
	GetAccountSettings(context.Context, *lambda.GetAccountSettingsInput, ...func(*lambda.Options)) (*lambda.GetAccountSettingsOutput, error)
}

const maxPages = 10 // of lists that are short in every account that was looked at

// readFunction reads a function with all that hangs on it, by name.
func (r *reading) readFunction(ctx context.Context, name string) {
	if !r.first(diagnostics.KindFunction, name) {
		return
	}
	of := diagnostics.Ref{Kind: diagnostics.KindFunction, ID: name}
	out, err := r.functions.GetFunction(ctx, &lambda.GetFunctionInput{FunctionName: aws.String(name)})
	if err != nil {
		r.unread(of, "GetFunction", "lambda", err)
		return
	}
	if out.Configuration == nil {
		return
	}
	f := functionOf(*out.Configuration)
	if out.Code != nil {
		f.ImageUri, f.ResolvedImageUri = aws.ToString(out.Code.ImageUri), aws.ToString(out.Code.ResolvedImageUri)
	}
	if out.Concurrency != nil && out.Concurrency.ReservedConcurrentExecutions != nil {
		reserved := int(*out.Concurrency.ReservedConcurrentExecutions)
		f.ReservedConcurrency = &reserved
	}
	for _, key := range slices.Sorted(maps.Keys(out.Tags)) {
		f.Tags = append(f.Tags, diagnostics.Tag{Key: key, Value: out.Tags[key]})
	}
	together(
		func() { f.Aliases = r.aliases(ctx, name) },
		func() { f.Policy = r.functionPolicy(ctx, name) },
		func() { f.EventSources = r.eventSources(ctx, name) },
		func() { f.URL = r.functionURL(ctx, name) },
	)
	r.change(func(s *diagnostics.Snapshot) { s.Functions = append(s.Functions, f) })
}

// aliases are ordered by name.
func (r *reading) aliases(ctx context.Context, name string) []diagnostics.Alias {
	var aliases []diagnostics.Alias
	in := &lambda.ListAliasesInput{FunctionName: aws.String(name)}
	for range maxPages {
		out, err := r.functions.ListAliases(ctx, in)
		if err != nil {
			r.unread(diagnostics.Ref{Kind: diagnostics.KindFunction, ID: name}, "ListAliases", "lambda", err)
			break
		}
		for _, a := range out.Aliases {
			alias := diagnostics.Alias{
				Name: aws.ToString(a.Name), AliasArn: aws.ToString(a.AliasArn), FunctionVersion: aws.ToString(a.FunctionVersion),
			}
			if a.RoutingConfig != nil {
				alias.RoutingWeights = a.RoutingConfig.AdditionalVersionWeights
			}
			aliases = append(aliases, alias)
		}
		if in.Marker = out.NextMarker; aws.ToString(in.Marker) == "" {
			break
		}
	}
	slices.SortFunc(aliases, by(func(a diagnostics.Alias) string { return a.Name }))
	if len(aliases) > 0 {
		r.provision(ctx, name, aliases)
	}
	return aliases
}

// provision adds the provisioned concurrency to its aliases.
func (r *reading) provision(ctx context.Context, name string, aliases []diagnostics.Alias) {
	in := &lambda.ListProvisionedConcurrencyConfigsInput{FunctionName: aws.String(name)}
	for range maxPages {
		out, err := r.functions.ListProvisionedConcurrencyConfigs(ctx, in)
		if err != nil {
			r.absentOr(diagnostics.Ref{Kind: diagnostics.KindFunction, ID: name}, "ListProvisionedConcurrencyConfigs", "lambda", err)
			return
		}
		for _, p := range out.ProvisionedConcurrencyConfigs {
			i := slices.IndexFunc(aliases, func(a diagnostics.Alias) bool { return strings.HasSuffix(aws.ToString(p.FunctionArn), ":"+a.Name) })
			if i >= 0 {
				aliases[i].Provisioned = provisionedOf(p)
			}
		}
		if in.Marker = out.NextMarker; aws.ToString(in.Marker) == "" {
			return
		}
	}
}

func provisionedOf(p types.ProvisionedConcurrencyConfigListItem) *diagnostics.Provisioned {
	return &diagnostics.Provisioned{
		Requested:    int(aws.ToInt32(p.RequestedProvisionedConcurrentExecutions)),
		Allocated:    int(aws.ToInt32(p.AllocatedProvisionedConcurrentExecutions)),
		Available:    int(aws.ToInt32(p.AvailableProvisionedConcurrentExecutions)),
		Status:       string(p.Status),
		StatusReason: aws.ToString(p.StatusReason),
	}
}

func functionOf(c types.FunctionConfiguration) diagnostics.Function {
	f := diagnostics.Function{
		FunctionName:               aws.ToString(c.FunctionName),
		FunctionArn:                aws.ToString(c.FunctionArn),
		Version:                    aws.ToString(c.Version),
		Role:                       aws.ToString(c.Role),
		Runtime:                    string(c.Runtime),
		Handler:                    aws.ToString(c.Handler),
		PackageType:                string(c.PackageType),
		CodeSize:                   c.CodeSize,
		MemorySize:                 int(aws.ToInt32(c.MemorySize)),
		Timeout:                    int(aws.ToInt32(c.Timeout)),
		State:                      string(c.State),
		StateReason:                aws.ToString(c.StateReason),
		StateReasonCode:            string(c.StateReasonCode),
		LastUpdateStatus:           string(c.LastUpdateStatus),
		LastUpdateStatusReason:     aws.ToString(c.LastUpdateStatusReason),
		LastUpdateStatusReasonCode: string(c.LastUpdateStatusReasonCode),
		LastModified:               aws.ToString(c.LastModified),
		KMSKeyArn:                  aws.ToString(c.KMSKeyArn),
		LogGroup:                   "/aws/lambda/" + aws.ToString(c.FunctionName),
	}
	for _, a := range c.Architectures {
		f.Architectures = append(f.Architectures, string(a))
	}
	for _, l := range c.Layers {
		f.Layers = append(f.Layers, aws.ToString(l.Arn))
	}
	if c.EphemeralStorage != nil {
		f.EphemeralStorage = int(aws.ToInt32(c.EphemeralStorage.Size))
	}
	if c.VpcConfig != nil {
		f.SubnetIds, f.SecurityGroupIds = c.VpcConfig.SubnetIds, c.VpcConfig.SecurityGroupIds
	}
	if c.TracingConfig != nil {
		f.TracingMode = string(c.TracingConfig.Mode)
	}
	if c.LoggingConfig != nil {
		f.LogGroup = firstOf(aws.ToString(c.LoggingConfig.LogGroup), f.LogGroup)
		f.LogFormat = string(c.LoggingConfig.LogFormat)
	}
	if c.Environment != nil {
		for _, name := range slices.Sorted(maps.Keys(c.Environment.Variables)) {
			f.Environment = append(f.Environment, diagnostics.Variable{Name: name, Value: c.Environment.Variables[name]})
		}
	}
	return f
}

// readAccount reads Lambda's limits of the account.
func (r *reading) readAccount(ctx context.Context) {
	out, err := r.account.GetAccountSettings(ctx, &lambda.GetAccountSettingsInput{})
	if err != nil {
		r.unread(diagnostics.Ref{Kind: diagnostics.KindAccount}, "GetAccountSettings", "lambda", err)
		return
	}
	if l := out.AccountLimit; l != nil {
		limits := &diagnostics.AccountLimits{
			ConcurrentExecutions:           int(l.ConcurrentExecutions),
			UnreservedConcurrentExecutions: int(aws.ToInt32(l.UnreservedConcurrentExecutions)),
			TotalCodeSize:                  l.TotalCodeSize,
			CodeSizeZipped:                 l.CodeSizeZipped,
			CodeSizeUnzipped:               l.CodeSizeUnzipped,
		}
		r.change(func(s *diagnostics.Snapshot) { s.Account = limits })
	}
}
