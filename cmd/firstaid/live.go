package main

import (
	"context"
	"fmt"

	"firstaid/diagnostics"
	"firstaid/diagnostics/collect"
	"firstaid/playbooks/apply"
)

// live connects to the account that a plan was made for; a connection to any
// other account is refused before anything is sent.
func (o *options) live(ctx context.Context, want diagnostics.Identity) (apply.Live, error) {
	region := want.Region
	if region == "" {
		region = o.region
	}
	cfg, err := collect.Load(ctx, collect.Options{Region: region, Profile: o.profile, Endpoint: o.endpoint})
	if err != nil {
		return nil, err
	}
	c, err := collect.New(ctx, collect.Options{Config: &cfg})
	if err != nil {
		return nil, err
	}
	who, err := c.Identity(ctx)
	if err != nil {
		return nil, err
	}
	if want.Account != "" && who.Account != want.Account {
		return nil, fmt.Errorf("these credentials belong to account %s, the fix is for account %s: nothing was sent", who.Account, want.Account)
	}
	return apply.NewAWS(cfg), nil
}
