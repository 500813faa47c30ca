package collect

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go/logging"
)

// Load reads the AWS configuration the way every AWS tool does. The error is an
// *Error with a sentence that says what to do.
func Load(ctx context.Context, o Options) (aws.Config, error) {
	if o.Config != nil {
		return o.Config.Copy(), nil
	}
	// The SDK's own warnings go to stderr, which is the screen.
	options := []func(*config.LoadOptions) error{config.WithRetryer(newRetryer), config.WithLogger(logging.Nop{})}
	if o.Region != "" {
		options = append(options, config.WithRegion(o.Region))
	}
	if o.Profile != "" {
		options = append(options, config.WithSharedConfigProfile(o.Profile))
	}
	if o.Endpoint != "" {
		options = append(options, config.WithBaseEndpoint(o.Endpoint))
	}
	cfg, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return aws.Config{}, configurationError(o, err)
	}
	if cfg.Region == "" {
		return aws.Config{}, &Error{
			Problem:  NoRegion,
			Sentence: "no AWS region is set: pass --region, set AWS_REGION, or run `aws configure set region eu-west-1`",
		}
	}
	return cfg, nil
}

func configurationError(o Options, err error) *Error {
	var noProfile config.SharedConfigProfileNotExistError
	var noMFA config.AssumeRoleTokenProviderNotSetError
	switch {
	case errors.As(err, &noProfile):
		return &Error{
			NoCredentials,
			"there is no AWS profile " + noProfile.Profile + ": `aws configure list-profiles` shows those there are; pass one with --profile",
			err,
		}
	case errors.As(err, &noMFA):
		return &Error{NoCredentials, mfaSentence(o.Profile), err}
	default:
		return &Error{NoCredentials, "the AWS configuration cannot be used: " + oneLine(err.Error()), err}
	}
}

// mfaSentence: firstaid never asks for a code itself, a session that is open is what it uses.
func mfaSentence(profile string) string {
	if profile == "" {
		profile = "the profile"
	} else {
		profile = "profile " + profile
	}
	return profile + " assumes a role with an MFA code, which firstaid does not ask for: " +
		"get session credentials first (`aws sts get-session-token`, aws-vault, granted) and start firstaid with them"
}

func signsInThroughSSO(cfg aws.Config) bool {
	for _, source := range cfg.ConfigSources {
		if shared, ok := source.(config.SharedConfig); ok && (shared.SSOSessionName != "" || shared.SSOStartURL != "") {
			return true
		}
	}
	return false
}
