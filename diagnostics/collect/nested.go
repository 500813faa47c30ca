package collect

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"

	"firstaid/diagnostics"
)

// nestedEvents follows the rows of nested stacks into their own events, from
// the time the parent's operation began. Stacks come in the order of their
// names, so that two readings agree.
func (r *reading) nestedEvents(ctx context.Context, parents []diagnostics.Event, since time.Time, seen map[string]bool, depth int) []diagnostics.Event {
	if depth > maxNesting {
		return nil
	}
	var all []diagnostics.Event
	for _, id := range r.children(ctx, parents, since) {
		if seen[id] {
			continue
		}
		seen[id] = true
		child, err := r.describeByID(ctx, id)
		r.unread(diagnostics.Ref{Kind: diagnostics.KindStack, ID: id}, "DescribeStacks", "", err)
		if err != nil {
			child = diagnostics.Stack{StackId: id, StackName: stackName(id)}
		} else {
			r.change(func(s *diagnostics.Snapshot) { s.Stacks = append(s.Stacks, child) })
		}
		events, err := r.stackEvents(ctx, child)
		r.unread(diagnostics.Ref{Kind: diagnostics.KindEvent, ID: id}, "DescribeStackEvents", "", err)
		events = slices.DeleteFunc(events, func(e diagnostics.Event) bool { return e.Timestamp.Before(since.Add(-time.Second)) })
		all = append(all, events...)
		all = append(all, r.nestedEvents(ctx, events, since, seen, depth+1)...)
	}
	return all
}

var stackARNPattern = regexp.MustCompile(`arn:aws[\w-]*:cloudformation:[\w-]+:\d{12}:stack/[\w-]+/[\w-]+`)

// children are the ids of the nested stacks that events speak of: in the
// resource's id, in the reason, or, where neither has it, as a stack that the
// parent created under the name PARENT-LOGICALID-SUFFIX.
func (r *reading) children(ctx context.Context, events []diagnostics.Event, since time.Time) []string {
	var ids, nameless []string
	found := map[string]bool{}
	for _, e := range events {
		if e.ResourceType != "AWS::CloudFormation::Stack" || e.OfStack() {
			continue
		}
		prefix := e.StackName + "-" + e.LogicalResourceId + "-"
		if id := stackARNPattern.FindString(e.PhysicalResourceId + " " + e.ResourceStatusReason); id != "" {
			ids = appendNew(ids, id)
			found[prefix] = true
		} else if e.Failed() {
			nameless = appendNew(nameless, prefix)
		}
	}
	nameless = slices.DeleteFunc(nameless, func(prefix string) bool { return found[prefix] })
	if len(nameless) > 0 {
		stacks, err := r.listStacks(ctx, nil)
		r.unread(diagnostics.Ref{Kind: diagnostics.KindStack}, "ListStacks", "", err)
		for _, s := range stacks {
			named := slices.ContainsFunc(nameless, func(prefix string) bool { return strings.HasPrefix(s.StackName, prefix) })
			if named && !s.CreationTime.Before(since.Add(-time.Second)) {
				ids = appendNew(ids, s.StackId)
			}
		}
	}
	slices.Sort(ids)
	return ids
}
