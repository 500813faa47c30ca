package collect

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"firstaid/diagnostics"
)

type tailAPI interface {
	StartLiveTail(context.Context, *cloudwatchlogs.StartLiveTailInput, ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.StartLiveTailOutput, error)
}

// MaxTailGroups is how many log groups one live tail follows.
const MaxTailGroups = 10

// TailUpdate is what arrived in one second.
type TailUpdate struct {
	LogGroupName string // the group, without the rest of its ARN
	Events       []diagnostics.LogEvent
	// Sampled says that AWS sent a part only: more than 500 events a second.
	Sampled bool
}

// Tail follows log groups (by name, at most MaxTailGroups) while they are
// written, until ctx ends, emit answers false, or AWS closes the session after
// three hours. AWS charges about $0.01 a minute beyond the free 1,800 minutes
// a month; the caller says so before. Texts are redacted. The error is an
// *Error, or nil when the tail ended as it should.
func (c *Collector) Tail(ctx context.Context, groups []string, emit func(TailUpdate) bool) error {
	if len(groups) == 0 || len(groups) > MaxTailGroups {
		return &Error{Problem: Failed, Sentence: fmt.Sprintf("a live tail follows 1 to %d log groups, not %d", MaxTailGroups, len(groups))}
	}
	arns, err := c.logGroupARNs(ctx, groups)
	if err != nil {
		return err
	}
	out, err := c.tail.StartLiveTail(ctx, &cloudwatchlogs.StartLiveTailInput{LogGroupIdentifiers: arns})
	if err != nil {
		return c.explain(err)
	}
	stream := out.GetStream()
	defer stream.Close()
	for {
		select {
		case <-ctx.Done():
			return nil
		case event, open := <-stream.Events():
			if !open {
				if err := stream.Err(); err != nil && ctx.Err() == nil {
					return c.explain(err)
				}
				return nil
			}
			if update, ok := event.(*types.StartLiveTailResponseStreamMemberSessionUpdate); ok && !emitAll(update.Value, emit) {
				return nil
			}
		}
	}
}

// emitAll hands on one update, group by group in the order of arrival.
func emitAll(u types.LiveTailSessionUpdate, emit func(TailUpdate) bool) bool {
	byGroup := map[string]*TailUpdate{}
	var order []*TailUpdate
	for _, e := range u.SessionResults {
		group := groupName(aws.ToString(e.LogGroupIdentifier))
		update := byGroup[group]
		if update == nil {
			update = &TailUpdate{LogGroupName: group, Sampled: u.SessionMetadata != nil && u.SessionMetadata.Sampled}
			byGroup[group] = update
			order = append(order, update)
		}
		update.Events = append(update.Events, diagnostics.LogEvent{
			Timestamp:     time.UnixMilli(aws.ToInt64(e.Timestamp)).UTC(),
			LogStreamName: aws.ToString(e.LogStreamName),
			Message:       diagnostics.RedactText(strings.ToValidUTF8(aws.ToString(e.Message), "�")),
		})
	}
	for _, update := range order {
		if !emit(*update) {
			return false
		}
	}
	return true
}

// logGroupARNs makes the ARNs that a live tail wants: without the ":*" that
// other calls print. Names need the account, which is asked for once.
func (c *Collector) logGroupARNs(ctx context.Context, groups []string) ([]string, error) {
	arns := make([]string, 0, len(groups))
	var id diagnostics.Identity
	for _, group := range groups {
		if strings.HasPrefix(group, "arn:") {
			arns = append(arns, strings.TrimSuffix(group, ":*"))
			continue
		}
		if id.Account == "" {
			var err error
			if id, err = c.Identity(ctx); err != nil {
				return nil, err
			}
		}
		arns = append(arns, fmt.Sprintf("arn:%s:logs:%s:%s:log-group:%s", firstOf(id.Partition, "aws"), id.Region, id.Account, group))
	}
	return arns, nil
}

// groupName is the name in a group's ARN, or in the "ACCOUNT:NAME" that live
// tail answers with.
func groupName(identifier string) string {
	if _, name, ok := strings.Cut(identifier, ":log-group:"); ok {
		return strings.TrimSuffix(name, ":*")
	}
	if _, name, ok := strings.Cut(identifier, ":"); ok {
		return name
	}
	return identifier
}

// withoutHostPrefix keeps the SDK from putting "stream-" before the host of a
// custom endpoint, where no such name resolves.
func withoutHostPrefix(o *cloudwatchlogs.Options) {
	if o.BaseEndpoint == nil {
		return
	}
	o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("NoHostPrefix",
			func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
				return next.HandleInitialize(smithyhttp.DisableEndpointHostPrefix(ctx, true), in)
			}), middleware.Before)
	})
}
