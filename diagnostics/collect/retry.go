package collect

import (
	"errors"
	"io"
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
			o.Retryables = append([]retry.IsErrorRetryable{retry.IsErrorRetryableFunc(worthwhile)}, o.Retryables...)
		})
	})
}

// worthwhile says no to retrying what a second attempt cannot mend (a name that
// does not resolve, a port where nobody listens, an answer that is not AWS's),
// and yes to an answer that the network cut short, which the SDK takes for one
// that cannot be read.
func worthwhile(err error) aws.Ternary {
	var dns *net.DNSError
	switch {
	case cutShort(err):
		return aws.TrueTernary
	case errors.As(err, &dns) && dns.IsNotFound, errors.Is(err, syscall.ECONNREFUSED), notFromAWS(err):
		return aws.FalseTernary
	default:
		return aws.UnknownTernary
	}
}

// cutShort reports whether the connection broke in the middle of an answer.
func cutShort(err error) bool {
	var unreadable *smithy.DeserializationError
	if !errors.As(err, &unreadable) {
		return false
	}
	var op *net.OpError
	return errors.As(err, &op) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed)
}

// notFromAWS reports whether the answer is none that AWS would give: an HTML
// page (emulators, captive portals, proxies) or a body that cannot be read.
func notFromAWS(err error) bool {
	var unreadable *smithy.DeserializationError
	if errors.As(err, &unreadable) {
		return !cutShort(err)
	}
	var answer *smithyhttp.ResponseError
	return errors.As(err, &answer) && answer.Response != nil && answer.Response.Response != nil &&
		isHTML(answer.Response.Header)
}

func isHTML(h http.Header) bool { return strings.HasPrefix(h.Get("Content-Type"), "text/html") }
