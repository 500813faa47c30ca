package collect

import (
	"errors"

	"github.com/aws/smithy-go"
)

// explain turns the error of a call into a problem and a sentence that says
// what to do about it.
func (c *Collector) explain(err error) *Error {
	var known *Error
	if errors.As(err, &known) {
		return known
	}
	p := problemOf(err)
	return &Error{Problem: p, Sentence: c.sentence(p, err), Err: err}
}

func (c *Collector) sentence(p Problem, err error) string {
	switch p {
	case ExpiredCredentials:
		return "the credentials have expired: " + c.renew()
	case BadCredentials:
		return "AWS does not accept the credentials (" + codeOf(err) + ": " + messageOf(err) + "): " +
			"check the access key, the session token and this machine's clock, or sign in again"
	case NoCredentials:
		return "no AWS credentials were found: " + c.signIn() + " (" + innermost(err) + ")"
	case NoNetwork:
		return "AWS could not be reached at " + c.address() + ": check the network, the proxy and the region's name (" + innermost(err) + ")"
	case Throttled:
		return "AWS slowed the calls down and still refused after several tries (" + codeOf(err) + "): wait a minute and read again"
	case Denied:
		return "not allowed: " + messageOf(err)
	case Missing:
		return "it does not exist: " + messageOf(err)
	case Unsupported:
		return "the endpoint " + c.address() + " does not know " + operationOf(err) + " (" + codeOf(err) + ")"
	case NotAWS:
		return "the endpoint " + c.address() + " did not answer " + operationOf(err) + " as AWS does (" + codeOf(err) + "): check AWS_ENDPOINT_URL and the proxy"
	default:
		return operationOf(err) + " failed (" + codeOf(err) + "): " + messageOf(err)
	}
}

// renew says how to get fresh credentials, by how the profile signs in.
func (c *Collector) renew() string {
	switch {
	case c.sso && c.identity.Profile != "":
		return "run `aws sso login --profile " + c.identity.Profile + "`, then try again"
	case c.sso:
		return "run `aws sso login`, then try again"
	default:
		return "sign in again (aws sso login, aws-vault, your company's tool), or for an MFA or assume-role session get a new one, then try again"
	}
}

func (c *Collector) signIn() string {
	if c.identity.Profile != "" {
		return "give profile " + c.identity.Profile + " keys or a sign-in with `aws configure sso --profile " + c.identity.Profile + "`"
	}
	return "run `aws configure sso` or `aws configure`, set AWS_PROFILE, or pass --profile"
}

func (c *Collector) address() string {
	if c.identity.Endpoint != "" {
		return c.identity.Endpoint
	}
	return "region " + c.identity.Region
}

// operationOf names the call, "FilterLogEvents" for example.
func operationOf(err error) string {
	var op *smithy.OperationError
	if errors.As(err, &op) {
		return op.Operation()
	}
	return "the call"
}

// innermost is the root of a chain of errors, which says most in fewest words.
func innermost(err error) string {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return oneLine(err.Error())
		}
		err = next
	}
}
