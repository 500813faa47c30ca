package collect

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"

	"firstaid/diagnostics"
)

// The bounds of looking back: what a deployment usually takes shows in a few.
const (
	maxHistoryPages = 5
	maxEarlier      = 6
)

// past is how far DescribeStackEvents was paged back already.
type past struct {
	newest []diagnostics.Event // newest first
	next   *string             // the token of the next page; nil when there is none
}

// readHistory measures the stack's operations before the one that is looked
// at. It pages on from where the reading of events stopped: most stacks need
// no or one further page of a hundred events.
func (r *reading) readHistory(ctx context.Context, stack diagnostics.Stack) {
	r.mu.Lock()
	events, p := r.snap.Events, r.past
	r.mu.Unlock()
	if len(events) == 0 {
		return
	}
	began, more := events[0], true
	if p == nil {
		p = &past{}
	} else {
		more = aws.ToString(p.next) != ""
	}
	newest := slices.Clone(p.newest)
	in := &cloudformation.DescribeStackEventsInput{StackName: aws.String(idOrName(stack)), NextToken: p.next}
	var earlier []diagnostics.Deployment
	for page := 0; ; page++ {
		earlier = deploymentsBefore(newest, began)
		if !more || len(earlier) >= maxEarlier || page == maxHistoryPages {
			break
		}
		out, err := r.events.DescribeStackEvents(ctx, in)
		if err != nil {
			r.unread(diagnostics.Ref{Kind: diagnostics.KindDeployment}, "DescribeStackEvents", "", err)
			break
		}
		for _, e := range out.StackEvents {
			newest = append(newest, eventOf(e))
		}
		in.NextToken = out.NextToken
		more = aws.ToString(in.NextToken) != ""
	}
	earlier = earlier[max(len(earlier)-maxEarlier, 0):]
	r.change(func(s *diagnostics.Snapshot) { s.Earlier = earlier })
}

// deploymentsBefore are the operations that ended before an event.
func deploymentsBefore(newest []diagnostics.Event, began diagnostics.Event) []diagnostics.Deployment {
	before := slices.DeleteFunc(oldestFirst(newest), func(e diagnostics.Event) bool { return !e.Timestamp.Before(began.Timestamp) })
	return diagnostics.Deployments(before, began.StackId)
}
