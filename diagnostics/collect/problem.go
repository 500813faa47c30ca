package collect

import (
	"errors"
	"net"
	"net/http"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// Problem says why AWS could not be asked.
type Problem string

// The problems, by what a person has to do about them.
const (
	NoRegion           Problem = "no-region"
	NoCredentials      Problem = "no-credentials"
	ExpiredCredentials Problem = "expired-credentials"
	BadCredentials     Problem = "bad-credentials"
	NoNetwork          Problem = "no-network"
	NoStack            Problem = "no-stack"
	Denied             Problem = "denied"
	Throttled          Problem = "throttled"
	Missing            Problem = "missing"     // the thing asked for does not exist
	Unsupported        Problem = "unsupported" // the endpoint does not know the operation
	NotAWS             Problem = "not-aws"     // the answer is none that AWS gives
	Failed             Problem = "failed"
)

// Error is a problem with a sentence that says what to do next.
type Error struct {
	Problem  Problem
	Sentence string
	Err      error // what the SDK said; may be nil
}

// Error returns the sentence.
func (e *Error) Error() string { return e.Sentence }

// Unwrap returns what the SDK said.
func (e *Error) Unwrap() error { return e.Err }

// fatal problems end a reading: no other call would fare better.
func (p Problem) fatal() bool {
	switch p {
	case NoCredentials, ExpiredCredentials, BadCredentials, NoNetwork:
		return true
	default:
		return false
	}
}

// problemOf classifies an error of an SDK call.
func problemOf(err error) Problem {
	var signIn *ssocreds.InvalidTokenError
	var api smithy.APIError
	text := err.Error()
	switch {
	case errors.As(err, &signIn):
		return ExpiredCredentials
	case aboutCredentials(text):
		return credentialProblem(err, text)
	case notFromAWS(err):
		return NotAWS
	case errors.As(err, &api):
		return apiProblem(err, api)
	case unreachable(err):
		return NoNetwork
	default:
		return Failed
	}
}

func aboutCredentials(text string) bool {
	return strings.Contains(text, "get credentials:") || strings.Contains(text, "failed to refresh cached credentials")
}

// credentialProblem tells credentials that ran out from those that never were.
func credentialProblem(err error, text string) Problem {
	var api smithy.APIError
	if errors.As(err, &api) {
		if p := apiProblem(err, api); p == ExpiredCredentials || p == Denied {
			return p
		}
		if strings.Contains(text, "SSO") {
			return ExpiredCredentials
		}
		return BadCredentials
	}
	switch {
	case strings.Contains(text, "SSO") || strings.Contains(text, "expired"):
		return ExpiredCredentials
	case strings.Contains(text, "AssumeRole") && unreachable(err):
		return NoNetwork
	default:
		return NoCredentials
	}
}

var problemByCode = map[string]Problem{
	"ExpiredToken":                                  ExpiredCredentials,
	"ExpiredTokenException":                         ExpiredCredentials,
	"RequestExpired":                                ExpiredCredentials,
	"TokenRefreshRequired":                          ExpiredCredentials,
	"RequestTimeTooSkewed":                          BadCredentials,
	"InvalidClientTokenId":                          BadCredentials,
	"UnrecognizedClientException":                   BadCredentials,
	"InvalidAccessKeyId":                            BadCredentials,
	"AuthFailure":                                   BadCredentials,
	"SignatureDoesNotMatch":                         BadCredentials,
	"InvalidSignatureException":                     BadCredentials,
	"IncompleteSignature":                           BadCredentials,
	"InvalidToken":                                  BadCredentials,
	"MissingAuthenticationToken":                    BadCredentials,
	"AccessDenied":                                  Denied,
	"AccessDeniedException":                         Denied,
	"UnauthorizedOperation":                         Denied,
	"AuthorizationError":                            Denied,
	"AuthorizationErrorException":                   Denied,
	"NotAuthorized":                                 Denied,
	"UnauthorizedException":                         Denied,
	"ForbiddenException":                            Denied,
	"InvalidAction":                                 Unsupported,
	"UnknownOperation":                              Unsupported,
	"UnknownOperationException":                     Unsupported,
	"UnsupportedOperation":                          Unsupported,
	"UnsupportedOperationException":                 Unsupported,
	"NotImplemented":                                Unsupported,
	"NotImplementedException":                       Unsupported,
	"MethodNotAllowed":                              Unsupported,
	"NoSuchEntity":                                  Missing,
	"NotFoundException":                             Missing,
	"ResourceNotFoundException":                     Missing,
	"RepositoryNotFoundException":                   Missing,
	"ImageNotFoundException":                        Missing,
	"ProvisionedConcurrencyConfigNotFoundException": Missing,
	"ObjectNotFoundException":                       Missing,
	"RepositoryPolicyNotFoundException":             Missing,
	"LifecyclePolicyNotFoundException":              Missing,
}

func apiProblem(err error, api smithy.APIError) Problem {
	code, _, _ := strings.Cut(api.ErrorCode(), ":")
	if i := strings.LastIndexAny(code, "#."); i >= 0 { // "com.amazonaws.logs#AccessDeniedException"
		code = code[i+1:]
	}
	switch {
	case isThrottle(err):
		return Throttled
	case problemByCode[code] != "":
		return problemByCode[code]
	}
	switch status := statusOf(err); {
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return Denied
	case status == http.StatusNotImplemented || status == http.StatusMethodNotAllowed:
		return Unsupported
	case code == "UnknownError": // the SDK's word for an answer without a code
		return NotAWS
	default:
		return Failed
	}
}

// statusOf is the HTTP status of the answer, 0 without one.
func statusOf(err error) int {
	var answer *smithyhttp.ResponseError
	if errors.As(err, &answer) && answer.Response != nil && answer.Response.Response != nil {
		return answer.HTTPStatusCode()
	}
	return 0
}

func unreachable(err error) bool {
	var dns *net.DNSError
	var op *net.OpError
	var request *smithyhttp.RequestSendError
	return cutShort(err) || errors.As(err, &dns) || errors.As(err, &op) || errors.As(err, &request)
}

// codeOf is the API's error code, or the HTTP status, for a sentence.
func codeOf(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) && api.ErrorCode() != "" {
		return api.ErrorCode()
	}
	if status := statusOf(err); status != 0 {
		return "HTTP " + strconv.Itoa(status)
	}
	return "no code"
}

// messageOf is what the service said, without the SDK's wrapping.
func messageOf(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) && api.ErrorMessage() != "" {
		return oneLine(api.ErrorMessage())
	}
	return oneLine(err.Error())
}

const sentenceLimit = 400

// oneLine makes a foreign text fit for a sentence.
func oneLine(text string) string {
	text = strings.Join(strings.Fields(strings.ToValidUTF8(text, "�")), " ")
	if len(text) > sentenceLimit {
		text = strings.ToValidUTF8(text[:sentenceLimit], "") + "…"
	}
	return text
}
