package collect

import (
	"context"
	"sync"
	"time"
)

// limits keep the calls of one collector below the rates that AWS publishes,
// per account and region. Rate and burst together stay under the published
// calls per second, so that no single second exceeds it.
type limits struct {
	byService   map[string]*limiter
	byOperation map[string]*limiter // operations with a rate of their own
}

func newLimits() *limits {
	return &limits{
		byService: map[string]*limiter{
			"cloudformation":          newLimiter(5, 5),  // not published; 1 Hz over several stacks was throttled (taimos/cfn-tail#2)
			"lambda":                  newLimiter(12, 3), // 15 a second but for GetFunction
			"iam":                     newLimiter(10, 5),
			"ecr":                     newLimiter(10, 5),
			"apigateway":              newLimiter(5, 5),
			"apigatewayv2":            newLimiter(5, 5),
			"application-autoscaling": newLimiter(5, 5),
			"cloudwatch":              newLimiter(10, 5),
			"logs":                    newLimiter(5, 2),
			"sts":                     newLimiter(10, 5),
		},
		byOperation: map[string]*limiter{
			"GetFunction":             newLimiter(40, 10), // 100 a second
			"FilterLogEvents":         newLimiter(4, 1),   // 5 a second, cannot be raised
			"SimulatePrincipalPolicy": newLimiter(2, 2),   // not published; throttled after bursts (nccgroup/PMapper#1)
		},
	}
}

func (l *limits) wait(ctx context.Context, service, operation string) error {
	limiter := l.byOperation[operation]
	if limiter == nil {
		limiter = l.byService[service]
	}
	if limiter == nil {
		return ctx.Err()
	}
	return limiter.wait(ctx)
}

// limiter lets burst calls pass at once and then one every interval.
type limiter struct {
	interval time.Duration
	slack    time.Duration
	mu       sync.Mutex
	next     time.Time // when the next call would be due if calls came evenly
}

func newLimiter(perSecond, burst int) *limiter {
	interval := time.Second / time.Duration(perSecond)
	return &limiter{interval: interval, slack: time.Duration(burst-1) * interval}
}

func (l *limiter) wait(ctx context.Context) error {
	l.mu.Lock()
	now := time.Now()
	if earliest := now.Add(-l.slack); l.next.Before(earliest) {
		l.next = earliest
	}
	delay := l.next.Sub(now)
	l.next = l.next.Add(l.interval)
	l.mu.Unlock()
	return sleep(ctx, delay)
}

func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
