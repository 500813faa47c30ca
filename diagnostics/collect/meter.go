package collect

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"

	"firstaid/diagnostics"
)

// meter counts the requests made on behalf of one reading, retries included.
type meter struct {
	mu       sync.Mutex
	calls    map[call]*diagnostics.Call
	answered bool // at least one request was answered, with whatever
}

type call struct{ service, operation string }

type meterKey struct{}

func (m *meter) in(ctx context.Context) context.Context {
	return context.WithValue(ctx, meterKey{}, m)
}

func (m *meter) count(service, operation string, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.calls == nil {
		m.calls = map[call]*diagnostics.Call{}
	}
	key := call{service, operation}
	c := m.calls[key]
	if c == nil {
		c = &diagnostics.Call{Service: service, Operation: operation}
		m.calls[key] = c
	}
	c.Count++
	switch {
	case err == nil:
		m.answered = true
	case isThrottle(err):
		m.answered = true
		c.Throttled++
	default:
		m.answered = m.answered || hasAnswer(err)
		c.Failed++
	}
}

// list is ordered by service and operation.
func (m *meter) list() []diagnostics.Call {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := make([]diagnostics.Call, 0, len(m.calls))
	for _, c := range m.calls {
		out = append(out, *c)
	}
	slices.SortFunc(out, func(a, b diagnostics.Call) int {
		return cmp.Or(strings.Compare(a.Service, b.Service), strings.Compare(a.Operation, b.Operation))
	})
	return out
}

// anyAnswer reports whether the network works.
func (m *meter) anyAnswer() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.answered
}

// metered waits for the rate limit before each attempt and counts it after.
func (c *Collector) metered(stack *middleware.Stack) error {
	return stack.Finalize.Insert(middleware.FinalizeMiddlewareFunc("Meter",
		func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
			service, operation := serviceName(awsmiddleware.GetServiceID(ctx)), awsmiddleware.GetOperationName(ctx)
			if err := c.limits.wait(ctx, service, operation); err != nil {
				return middleware.FinalizeOutput{}, middleware.Metadata{}, err
			}
			out, metadata, err := next.HandleFinalize(ctx, in)
			if m, ok := ctx.Value(meterKey{}).(*meter); ok {
				m.count(service, operation, err)
			}
			return out, metadata, err
		}), "Retry", middleware.After)
}

// serviceName is the AWS CLI's name of a service, from the SDK's service id.
func serviceName(id string) string {
	switch id {
	case "CloudWatch Logs":
		return "logs"
	case "API Gateway":
		return "apigateway"
	case "Application Auto Scaling":
		return "application-autoscaling"
	default:
		return strings.ToLower(id)
	}
}

func isThrottle(err error) bool {
	var api smithy.APIError
	if !errors.As(err, &api) {
		return false
	}
	_, ok := retry.DefaultThrottleErrorCodes[api.ErrorCode()]
	return ok
}

// hasAnswer reports whether somebody answered at all.
func hasAnswer(err error) bool {
	var api smithy.APIError
	return errors.As(err, &api) || notFromAWS(err)
}
