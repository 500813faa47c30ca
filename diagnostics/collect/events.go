package collect

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"firstaid/diagnostics"
)

type eventAPI interface {
	DescribeEvents(context.Context, *cloudformation.DescribeEventsInput, ...func(*cloudformation.Options)) (*cloudformation.DescribeEventsOutput, error)
	DescribeStackEvents(context.Context, *cloudformation.DescribeStackEventsInput, ...func(*cloudformation.Options)) (*cloudformation.DescribeStackEventsOutput, error)
}

const (
	maxEventPages = 20 // of 1 MB
	maxNesting    = 5
	maxOperations = 4
)

// readEvents reads the events of the stack's latest operation, then those of
// the nested stacks that took part in it. The failed ones come first, where
// the endpoint can tell them apart, so that a cause shows early. It returns the
// stack, with the id that the events know when DescribeStacks was denied.
func (r *reading) readEvents(ctx context.Context, stack diagnostics.Stack) diagnostics.Stack {
	if failed, err := r.operationEvents(ctx, stack, true); err == nil && len(failed) > 0 {
		r.setEvents(r.ofOperation(failed))
		r.publish("reading the events of " + stack.StackName)
	}
	events, err := r.stackEvents(ctx, stack)
	r.unread(diagnostics.Ref{Kind: diagnostics.KindEvent}, "DescribeStackEvents", "", err)
	events = r.ofOperation(events)
	if len(events) == 0 {
		return stack
	}
	r.setEvents(events)
	if stack.StackId == "" {
		stack.StackId = events[0].StackId
		r.setStack(stack)
	}
	r.publish("reading nested stacks")
	seen := map[string]bool{stack.StackId: true}
	r.setEvents(append(events, r.nestedEvents(ctx, events, events[0].Timestamp, seen, 1)...))
	return stack
}

// ofOperation cuts the events down to the operation that is looked at.
func (r *reading) ofOperation(events []diagnostics.Event) []diagnostics.Event {
	id := r.target.Operation
	if id == "" {
		return latestOperation(events)
	}
	return slices.DeleteFunc(events, func(e diagnostics.Event) bool { return e.OperationId != id })
}

func (r *reading) setEvents(events []diagnostics.Event) {
	r.change(func(s *diagnostics.Snapshot) { s.Events = events })
}

// stackEvents reads one stack's events, oldest first, back to the beginning of
// its latest operation at least. DescribeEvents knows more (validation, hooks,
// operations) but is young: where it is refused, unknown, or holds no stack
// events, DescribeStackEvents is asked.
func (r *reading) stackEvents(ctx context.Context, stack diagnostics.Stack) ([]diagnostics.Event, error) {
	events, err := r.operationEvents(ctx, stack, false)
	if err == nil && slices.ContainsFunc(events, func(e diagnostics.Event) bool { return e.EventType == string(types.EventTypeStackEvent) }) {
		return events, nil
	}
	old, err := r.describeStackEvents(ctx, stack)
	if len(old) > 0 {
		events = merge(old, events)
	}
	return events, err
}

// operationEvents asks DescribeEvents for the stack's latest operations.
func (r *reading) operationEvents(ctx context.Context, stack diagnostics.Stack, failed bool) ([]diagnostics.Event, error) {
	var events []diagnostics.Event
	for _, in := range r.operationInputs(stack) {
		if failed {
			in.Filters = &types.EventFilter{FailedEvents: aws.Bool(true)}
		}
		for range maxEventPages {
			out, err := r.events.DescribeEvents(ctx, in)
			if err != nil {
				return nil, err
			}
			for _, e := range out.OperationEvents {
				events = append(events, eventOfOperation(e))
			}
			if in.NextToken = out.NextToken; aws.ToString(in.NextToken) == "" {
				break
			}
		}
	}
	slices.Reverse(events) // the newest come first
	slices.SortStableFunc(events, byTime)
	return events, nil
}

// operationInputs ask for the operation that was chosen, for those that the
// stack names, or for all of the stack.
func (r *reading) operationInputs(stack diagnostics.Stack) []*cloudformation.DescribeEventsInput {
	if id := r.target.Operation; id != "" && stack.StackId == r.snap.StackID {
		return []*cloudformation.DescribeEventsInput{{OperationId: aws.String(id)}}
	}
	var inputs []*cloudformation.DescribeEventsInput
	for _, o := range stack.LastOperations[:min(len(stack.LastOperations), maxOperations)] {
		inputs = append(inputs, &cloudformation.DescribeEventsInput{OperationId: aws.String(o.OperationId)})
	}
	if inputs == nil {
		inputs = []*cloudformation.DescribeEventsInput{{StackName: aws.String(idOrName(stack))}}
	}
	return inputs
}

// describeStackEvents pages back until the latest operation has begun.
func (r *reading) describeStackEvents(ctx context.Context, stack diagnostics.Stack) ([]diagnostics.Event, error) {
	var newest []diagnostics.Event
	in := &cloudformation.DescribeStackEventsInput{StackName: aws.String(idOrName(stack))}
	for range maxEventPages {
		out, err := r.events.DescribeStackEvents(ctx, in)
		if err != nil {
			return oldestFirst(newest), err
		}
		for _, e := range out.StackEvents {
			newest = append(newest, eventOf(e))
		}
		if in.NextToken = out.NextToken; aws.ToString(in.NextToken) == "" {
			break
		}
		if r.target.Operation == "" && beginning(oldestFirst(newest)) > 0 {
			break
		}
	}
	r.change(func(*diagnostics.Snapshot) {
		if r.past == nil { // the stack under diagnosis is read first
			r.past = &past{newest, in.NextToken}
		}
	})
	return oldestFirst(newest), nil
}

func oldestFirst(newest []diagnostics.Event) []diagnostics.Event {
	events := slices.Clone(newest)
	slices.Reverse(events)
	slices.SortStableFunc(events, byTime)
	return events
}

func byTime(a, b diagnostics.Event) int { return a.Timestamp.Compare(b.Timestamp) }

// merge adds to stack events what only DescribeEvents knows.
func merge(stack, operation []diagnostics.Event) []diagnostics.Event {
	type key struct{ stack, logical, status, reason string }
	known := map[key]bool{}
	of := func(e diagnostics.Event) key {
		return key{e.StackId, e.LogicalResourceId, e.ResourceStatus, e.ResourceStatusReason}
	}
	for _, e := range stack {
		known[of(e)] = true
	}
	events := slices.Clone(stack)
	for _, e := range operation {
		if e.ResourceStatus == "" || !known[of(e)] {
			events = append(events, e)
		}
	}
	slices.SortStableFunc(events, byTime)
	return events
}

func idOrName(s diagnostics.Stack) string { return firstOf(s.StackId, s.StackName) }

// stackName is the name inside a stack's ARN.
func stackName(id string) string {
	if _, rest, ok := strings.Cut(id, ":stack/"); ok {
		name, _, _ := strings.Cut(rest, "/")
		return name
	}
	return id
}
