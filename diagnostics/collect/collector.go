// Package collect reads an account through the AWS SDK and hands out what it
// saw as a series of immutable snapshots. It only reads: every call it can make
// stands in the table of calls.go, with the permission it needs.
package collect

import (
	"context"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"firstaid/diagnostics"
)

// Options say which account and region to read. What is empty comes from the
// AWS environment: variables, then the profile.
type Options struct {
	Region  string
	Profile string
	// Endpoint replaces the address of every service, as AWS_ENDPOINT_URL does.
	Endpoint string
	// Config, when set, is used as it is and the fields above only name it.
	Config *aws.Config
	// Now is the clock; time.Now when nil.
	Now func() time.Time
}

// A Collector reads one account in one region. It may be used by several
// goroutines; they share its rate limits.
type Collector struct {
	identity diagnostics.Identity // region, profile and endpoint; the rest is read
	sso      bool                 // the profile signs in through IAM Identity Center
	now      func() time.Time
	limits   *limits
	memory   *memory

	sts       identityAPI
	stacks    stackAPI
	events    eventAPI
	resources resourceAPI
	functions functionAPI
	bindings  bindingAPI
	account   accountAPI
	logs      logAPI
	tail      tailAPI
	roles     roleAPI
	policies  policyAPI
	simulator simulatorAPI
	registry  registryAPI
	images    imageAPI
	rest      restAPI
	http      httpAPI
	scaling   scalingAPI
	metrics   metricAPI
	claims    claimAPI
	layers    layerAPI
	plain     *plain
}

// New prepares a collector. It asks nobody: an error is about the local
// configuration (profile, region, files) and is an *Error with a sentence that
// says what to do.
func New(ctx context.Context, o Options) (*Collector, error) {
	cfg, err := Load(ctx, o)
	if err != nil {
		return nil, err
	}
	c := &Collector{
		identity: diagnostics.Identity{
			Region:   cfg.Region,
			Profile:  firstOf(o.Profile, os.Getenv("AWS_PROFILE")),
			Endpoint: aws.ToString(cfg.BaseEndpoint),
		},
		sso:    signsInThroughSSO(cfg),
		now:    o.Now,
		limits: newLimits(),
		memory: newMemory(),
	}
	if c.now == nil {
		c.now = time.Now
	}
	cfg.APIOptions = append(cfg.APIOptions, c.metered)
	if cfg.Retryer == nil {
		cfg.Retryer = newRetryer
	}
	c.connect(cfg)
	return c, nil
}

func (c *Collector) connect(cfg aws.Config) {
	stacks := cloudformation.NewFromConfig(cfg)
	functions := lambda.NewFromConfig(cfg)
	logs := cloudwatchlogs.NewFromConfig(cfg, withoutHostPrefix)
	roles := iam.NewFromConfig(cfg)
	registry := ecr.NewFromConfig(cfg)

	c.sts = sts.NewFromConfig(cfg)
	c.stacks, c.events, c.resources, c.claims = stacks, stacks, stacks, stacks
	c.functions, c.bindings, c.account, c.layers = functions, functions, functions, functions
	c.logs, c.tail = logs, logs
	c.roles, c.policies, c.simulator = roles, roles, roles
	c.registry, c.images = registry, registry
	c.rest = apigateway.NewFromConfig(cfg)
	c.http = apigatewayv2.NewFromConfig(cfg)
	c.scaling = applicationautoscaling.NewFromConfig(cfg)
	c.metrics = cloudwatch.NewFromConfig(cfg)
	c.plain = &plain{cfg: cfg, limits: c.limits}
}

// Place is where the collector reads: region, profile and endpoint.
func (c *Collector) Place() diagnostics.Identity { return c.identity }

func firstOf(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}
