package collect

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/smithy-go"

	"firstaid/diagnostics"
)

type logAPI interface {
	FilterLogEvents(context.Context, *cloudwatchlogs.FilterLogEventsInput, ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.FilterLogEventsOutput, error)
}

const (
	maxLogEvents = 500 // newest of a group
	maxLogPages  = 10  // an empty page with a token is not the end
	// failurePattern finds the failures of a group that is too busy to be read
	// whole. Terms are case-sensitive at AWS.
	failurePattern = `?ERROR ?Error ?error ?FATAL ?Exception ?exception ?"timed out" ?"not authorized" ?AccessDenied ?"exceeded maximum" ?"Status: timeout" ?"Status: error" ?"\"status\":\"timeout\"" ?"\"status\":\"error\"" ?"exec format error" ?errorType`
)

// logWindow is the time around the failure: a day up to now, or, when the
// stack's operation is older, a day up to an hour after its end.
func (r *reading) logWindow() (from, until time.Time) {
	until = r.now()
	r.mu.Lock()
	events := r.snap.Events
	r.mu.Unlock()
	if n := len(events); n > 0 {
		if end := events[n-1].Timestamp.Add(time.Hour); end.Before(until.Add(-23 * time.Hour)) {
			until = end
		}
	}
	window := r.target.Window
	if window <= 0 {
		window = 24 * time.Hour
	}
	return until.Add(-window), until
}

// readLogs reads the newest events of a log group. The group of a function
// that never ran does not exist; that is told only where it is expected to.
func (r *reading) readLogs(ctx context.Context, group, function string, expected bool) {
	if group == "" || !r.first(diagnostics.KindLogGroup, group) {
		return
	}
	from, until := r.logWindow()
	events, more, err := r.newestEvents(ctx, group, "", from, until)
	of := diagnostics.Ref{Kind: diagnostics.KindLogGroup, ID: group}
	if err != nil {
		switch {
		case problemOf(err) != Missing:
			r.unread(of, "FilterLogEvents", "logs", err)
		case expected:
			r.skipped(of, "there is no log group "+group+": the function has not run yet, or its role may not write logs (AWSLambdaBasicExecutionRole)")
		}
		if len(events) == 0 {
			return
		}
	}
	if more {
		failures, _, err := r.newestEvents(ctx, group, failurePattern, from, until)
		r.unread(of, "FilterLogEvents", "logs", err)
		events = join(events, failures)
	}
	read := diagnostics.LogGroup{LogGroupName: group, FunctionName: function, From: from, Until: until, Truncated: more, Events: events}
	r.change(func(s *diagnostics.Snapshot) { s.LogGroups = append(s.LogGroups, read) })
}

// newestEvents reads the newest events of a window, in their order of time,
// and whether there are more.
func (c *Collector) newestEvents(ctx context.Context, group, pattern string, from, until time.Time) ([]diagnostics.LogEvent, bool, error) {
	in := &cloudwatchlogs.FilterLogEventsInput{
		LogGroupName:  aws.String(group),
		StartTime:     aws.Int64(from.UnixMilli()),
		EndTime:       aws.Int64(until.UnixMilli()),
		Limit:         aws.Int32(maxLogEvents),
		StartFromHead: aws.Bool(false),
	}
	if pattern != "" {
		in.FilterPattern = aws.String(pattern)
	}
	if from.Before(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)) {
		in.StartFromHead = nil // AWS refuses newest first for older times
	}
	events, more, err := c.logPages(ctx, in)
	if refusesDirection(err) {
		in.StartFromHead, in.NextToken = nil, nil
		events, more, err = c.logPages(ctx, in)
	}
	return events, more, err
}

// logPages reads pages until there are enough events. An endpoint that does
// not know StartFromHead answers oldest first: then the pages are read to
// their end and the newest events kept.
func (c *Collector) logPages(ctx context.Context, in *cloudwatchlogs.FilterLogEventsInput) ([]diagnostics.LogEvent, bool, error) {
	var events []diagnostics.LogEvent
	newestFirst := in.StartFromHead != nil
	for range maxLogPages {
		out, err := c.logs.FilterLogEvents(ctx, in)
		if err != nil {
			return inOrder(events), len(events) > 0, err
		}
		if page := out.Events; len(page) > 1 && aws.ToInt64(page[0].Timestamp) < aws.ToInt64(page[len(page)-1].Timestamp) {
			newestFirst = false
		}
		for _, e := range out.Events {
			events = append(events, logEventOf(e))
		}
		in.NextToken = out.NextToken
		last := aws.ToString(in.NextToken) == ""
		if len(events) >= maxLogEvents && (newestFirst || last) {
			more := !last || len(events) > maxLogEvents
			events = inOrder(events)
			return events[len(events)-maxLogEvents:], more, nil
		}
		if last {
			return inOrder(events), false, nil
		}
	}
	events = inOrder(events)
	return events[max(0, len(events)-maxLogEvents):], true, nil
}

// refusesDirection recognises an endpoint that refuses StartFromHead.
func refusesDirection(err error) bool {
	var api smithy.APIError
	return errors.As(err, &api) && strings.Contains(strings.ToLower(api.ErrorMessage()), "startfromhead")
}

func logEventOf(e types.FilteredLogEvent) diagnostics.LogEvent {
	return diagnostics.LogEvent{
		EventId:       aws.ToString(e.EventId),
		Timestamp:     time.UnixMilli(aws.ToInt64(e.Timestamp)).UTC(),
		LogStreamName: aws.ToString(e.LogStreamName),
		Message:       aws.ToString(e.Message),
	}
}

// inOrder sorts by time. Events of one millisecond and stream keep the order
// in which they came, or its reverse when they came newest first.
func inOrder(events []diagnostics.LogEvent) []diagnostics.LogEvent {
	if n := len(events); n > 1 && events[0].Timestamp.After(events[n-1].Timestamp) {
		slices.Reverse(events)
	}
	slices.SortStableFunc(events, func(a, b diagnostics.LogEvent) int {
		return cmp.Or(a.Timestamp.Compare(b.Timestamp), strings.Compare(a.LogStreamName, b.LogStreamName))
	})
	return events
}

// join adds events that are not there yet.
func join(events, more []diagnostics.LogEvent) []diagnostics.LogEvent {
	type key struct {
		id, stream, message string
		at                  time.Time
	}
	of := func(e diagnostics.LogEvent) key { return key{e.EventId, e.LogStreamName, e.Message, e.Timestamp} }
	known := map[key]bool{}
	for _, e := range events {
		known[of(e)] = true
	}
	for _, e := range more {
		if !known[of(e)] {
			events = append(events, e)
		}
	}
	return inOrder(events)
}

// LogsSince reads what a log group got since a time, redacted; of very much
// the newest part. The error is an *Error.
func (c *Collector) LogsSince(ctx context.Context, group string, from time.Time) ([]diagnostics.LogEvent, error) {
	events, _, err := c.newestEvents(ctx, group, "", from, c.now().Add(time.Minute))
	if err != nil && problemOf(err) != Missing {
		return nil, c.explain(err)
	}
	s := &diagnostics.Snapshot{LogGroups: []diagnostics.LogGroup{{LogGroupName: group, Events: events}}}
	return diagnostics.Redact(s, diagnostics.RedactOptions{}).LogGroups[0].Events, nil
}
