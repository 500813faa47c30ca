package main

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"firstaid/diagnostics"
	"firstaid/playbooks/apply"
)

// live connects to the account that a plan was made for; a connection to any
// other account is refused before anything is sent.
func (o *options) live(ctx context.Context, want diagnostics.Identity) (apply.Live, error) {
	region := want.Region
	if region == "" {
		region = o.region
	}
	load := []func(*config.LoadOptions) error{config.WithRegion(region)}
	if o.profile != "" {
		load = append(load, config.WithSharedConfigProfile(o.profile))
	}
	if o.endpoint != "" {
		load = append(load, config.WithBaseEndpoint(o.endpoint))
	}
	cfg, err := config.LoadDefaultConfig(ctx, load...)
	if err != nil {
		return nil, fmt.Errorf("read the AWS configuration: %w", err)
	}
	who, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return nil, fmt.Errorf("ask AWS who you are: %w", err)
	}
	if got := aws.ToString(who.Account); want.Account != "" && got != want.Account {
		return nil, fmt.Errorf("these credentials belong to account %s, the fix is for account %s: nothing was sent", got, want.Account)
	}
	return apply.NewAWS(cfg), nil
}
