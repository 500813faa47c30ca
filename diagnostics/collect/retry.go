package collect

import (
	"errors"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// newRetryer is the SDK's adaptive mode, which slows down when it is throttled,
// without the retries that cannot help.
func newRetryer() aws.Retryer {
	return retry.NewAdaptiveMode(func(o *retry.AdaptiveModeOptions) {
		o.StandardOptions = append(o.StandardOptions, func(o *retry.StandardOptions) {
			o.MaxAttempts = 5
			o.MaxBackoff = 8 * time.Second
			o.Retryables = append([]retry.IsErrorRetryable{retry.IsErrorRetryableFunc(hopeless)}, o.Retryables...)
		})
	})
}

// hopeless says no to retrying what a second attempt cannot mend: a name that
// does not resolve, a port where nobody listens, an answer that is not AWS's.
func hopeless(err error) aws.Ternary {
	var dns *net.DNSError
	if errors.As(err, &dns) && dns.IsNotFound || errors.Is(err, syscall.ECONNREFUSED) || notFromAWS(err) {
		return aws.FalseTernary
	}
	return aws.UnknownTernary
}

// notFromAWS reports whether the answer is none that AWS would give: an HTML
// page (emulators, captive portals, proxies) or a body that cannot be read.
func notFromAWS(err error) bool {
	var unreadable *smithy.DeserializationError
	if errors.As(err, &unreadable) {
		return true
	}
	var answer *smithyhttp.ResponseError
	return errors.As(err, &answer) && answer.Response != nil && answer.Response.Response != nil &&
		isHTML(answer.Response.Header)
}

func isHTML(h http.Header) bool { return strings.HasPrefix(h.Get("Content-Type"), "text/html") }
