package collect_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"firstaid/diagnostics"
	"firstaid/diagnostics/collect"
)

type eventLike = diagnostics.Event

var shopEvents = []string{
	"shop CREATE_IN_PROGRESS", "Queue CREATE_IN_PROGRESS", "Queue CREATE_FAILED", "shop ROLLBACK_IN_PROGRESS", "shop ROLLBACK_COMPLETE",
}

// last is the last snapshot of the stack shop.
func last(t *testing.T, c *collect.Collector) *diagnostics.Snapshot {
	t.Helper()
	all := waves(t, c, collect.Target{Stack: "shop"})
	return all[len(all)-1]
}

// Where DescribeEvents is unknown or denied, DescribeStackEvents answers and
// nothing is missing.
func TestWireEventsFallBack(t *testing.T) {
	t.Parallel()
	for name, refusal := range map[string]answer{
		"unknown":     fault(400, "InvalidAction", "Could not find operation DescribeEvents"),
		"denied":      fault(403, "AccessDenied", "User: arn:aws:iam::123456789012:user/dev is not authorized to perform: cloudformation:DescribeEvents"),
		"HTML":        {status: 500, contentType: "text/html; charset=utf-8", body: "<!doctype html><title>500 Internal Server Error</title>"},
		"empty":       query("DescribeEvents", "<OperationEvents/>"),
		"no protocol": {status: 405, contentType: "application/xml", body: "<Error><Code>MethodNotAllowed</Code></Error>"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWire(t)
			w.shop()
			w.on("DescribeEvents", always(refusal))
			s := last(t, w.collector())
			if got := logicals(s.Events); !slices.Equal(got, shopEvents) {
				t.Errorf("events %v", got)
			}
			if i := slices.IndexFunc(s.Unread, func(u diagnostics.Unread) bool { return u.Of.Kind == diagnostics.KindEvent }); i >= 0 {
				t.Errorf("unread %+v although the events were read", s.Unread[i])
			}
		})
	}
}

// The stack names its operations: those are asked for, and validation errors,
// which no stack event tells, are among the events.
func TestWireEventsByOperation(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	w.shop()
	w.on("DescribeStacks", always(query("DescribeStacks", "<Stacks>"+stackRow(shopID, "ROLLBACK_COMPLETE",
		"<LastOperations><member><OperationId>op-2</OperationId><OperationType>ROLLBACK</OperationType></member>"+
			"<member><OperationId>op-1</OperationId><OperationType>CREATE_STACK</OperationType></member></LastOperations>")+"</Stacks>")))
	row := func(id, kind, rest string) string {
		return fmt.Sprintf("<member><EventId>%s</EventId><EventType>%s</EventType><StackId>%s</StackId>%s</member>", id, kind, shopID, rest)
	}
	w.on("DescribeEvents", func(r request) answer {
		failed := r.form.Get("Filters.FailedEvents") == "true"
		switch r.form.Get("OperationId") + r.form.Get("NextToken") {
		case "op-1":
			rows := row("v", "VALIDATION_ERROR", "<LogicalResourceId>Queue</LogicalResourceId><Timestamp>2026-11-22T10:00:02Z</Timestamp><ValidationStatus>FAILED</ValidationStatus><ValidationName>PROPERTY_VALIDATION</ValidationName><ValidationPath>/Resources/Queue/Properties/DelaySeconds</ValidationPath><ValidationStatusReason>#: extraneous key</ValidationStatusReason>")
			if failed {
				return query("DescribeEvents", "<OperationEvents>"+rows+"</OperationEvents>")
			}
			return query("DescribeEvents", "<OperationEvents>"+rows+"</OperationEvents><NextToken>-2</NextToken>")
		case "op-1-2":
			return query("DescribeEvents", "<OperationEvents>"+
				row("a", "STACK_EVENT", "<LogicalResourceId>shop</LogicalResourceId><PhysicalResourceId>"+shopID+"</PhysicalResourceId><ResourceType>AWS::CloudFormation::Stack</ResourceType><ResourceStatus>CREATE_IN_PROGRESS</ResourceStatus><StartTime>2026-11-22T10:00:00Z</StartTime>")+"</OperationEvents>")
		default:
			if failed {
				return query("DescribeEvents", "<OperationEvents/>")
			}
			return query("DescribeEvents", "<OperationEvents>"+
				row("z", "STACK_EVENT", "<LogicalResourceId>shop</LogicalResourceId><PhysicalResourceId>"+shopID+"</PhysicalResourceId><ResourceType>AWS::CloudFormation::Stack</ResourceType><ResourceStatus>ROLLBACK_COMPLETE</ResourceStatus><Timestamp>2026-11-22T10:00:09Z</Timestamp>")+"</OperationEvents>")
		}
	})
	all := waves(t, w.collector(), collect.Target{Stack: "shop"})
	s := all[len(all)-1]
	var ids []string
	for _, e := range s.Events {
		ids = append(ids, e.EventId)
	}
	if want := []string{"a", "v", "z"}; !slices.Equal(ids, want) {
		t.Fatalf("events %v, want %v", ids, want)
	}
	if v := s.Events[1]; !v.Failed() || v.Reason() != "#: extraneous key" || v.ValidationPath != "/Resources/Queue/Properties/DelaySeconds" {
		t.Errorf("validation error %+v", v)
	}
	if w.times("DescribeStackEvents") != 1 {
		t.Error("DescribeStackEvents was asked for more than the earlier deployments, although DescribeEvents had the stack's events")
	}
	if early := all[1]; len(early.Events) != 1 || early.Events[0].EventId != "v" {
		t.Errorf("the failed event does not come first: %+v", early.Events)
	}
}

// One operation of several can be chosen, with either API.
func TestWireEventsOfAChosenOperation(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	w.shop()
	with := func(row, operation string) string {
		return strings.Replace(row, "</EventId>", "</EventId><OperationId>"+operation+"</OperationId>", 1)
	}
	w.on("DescribeStackEvents", always(query("DescribeStackEvents", "<StackEvents>"+
		with(eventRow(shopID, 61, "shop", "", "UPDATE_COMPLETE", ""), "op-2")+with(eventRow(shopID, 60, "shop", "", "UPDATE_IN_PROGRESS", ""), "op-2")+
		with(eventRow(shopID, 2, "Queue", "AWS::SQS::Queue", "CREATE_FAILED", "no"), "op-1")+with(eventRow(shopID, 0, "shop", "", "CREATE_IN_PROGRESS", ""), "op-1")+"</StackEvents>")))
	all := waves(t, w.collector(), collect.Target{Stack: "shop", Operation: "op-1"})
	if got, want := logicals(all[len(all)-1].Events), []string{"shop CREATE_IN_PROGRESS", "Queue CREATE_FAILED"}; !slices.Equal(got, want) {
		t.Errorf("events %v", got)
	}
	i := slices.IndexFunc(w.asked, func(r request) bool { return r.operation == "DescribeEvents" })
	if w.asked[i].form.Get("OperationId") != "op-1" {
		t.Errorf("asked %v", w.asked[i].form)
	}
}

// An update's events end where the operation before it ended, however many
// pages there are.
func TestWireEventsOfTheLatestOperation(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	w.shop()
	page := func(token, rows string) answer {
		if token != "" {
			token = "<NextToken>" + token + "</NextToken>"
		}
		return query("DescribeStackEvents", "<StackEvents>"+rows+"</StackEvents>"+token)
	}
	w.on("DescribeStackEvents", func(r request) answer {
		switch r.form.Get("NextToken") {
		case "":
			return page("2", eventRow(shopID, 99, "shop", "", "UPDATE_ROLLBACK_COMPLETE", "")+eventRow(shopID, 98, "shop", "", "UPDATE_ROLLBACK_IN_PROGRESS", ""))
		case "2":
			return page("3", eventRow(shopID, 97, "Queue", "AWS::SQS::Queue", "UPDATE_FAILED", "no")+eventRow(shopID, 96, "shop", "", "UPDATE_IN_PROGRESS", "User Initiated")+
				eventRow(shopID, 5, "shop", "", "CREATE_COMPLETE", ""))
		default:
			return page("", eventRow(shopID, 4, "Queue", "AWS::SQS::Queue", "CREATE_COMPLETE", "")+eventRow(shopID, 1, "Queue", "AWS::SQS::Queue", "CREATE_IN_PROGRESS", "")+
				eventRow(shopID, 0, "shop", "", "CREATE_IN_PROGRESS", ""))
		}
	})
	want := []string{"shop UPDATE_IN_PROGRESS", "Queue UPDATE_FAILED", "shop UPDATE_ROLLBACK_IN_PROGRESS", "shop UPDATE_ROLLBACK_COMPLETE"}
	all := waves(t, w.collector(), collect.Target{Stack: "shop"})
	for _, s := range all {
		if len(s.Earlier) > 0 && !s.Complete {
			t.Error("a page before the operation was read while the cause was still looked for")
		}
	}
	s := all[len(all)-1]
	if got := logicals(s.Events); !slices.Equal(got, want) {
		t.Errorf("events %v", got)
	}
	// The page before it is read last: it measures the deployment before.
	if len(s.Earlier) != 1 || s.Earlier[0].Operation != "CREATE" || s.Earlier[0].Seconds() != 5 || len(s.Earlier[0].Resources) != 1 || s.Earlier[0].Resources[0].Seconds != 3 {
		t.Errorf("earlier deployments %+v", s.Earlier)
	}
	if n := w.times("DescribeStackEvents"); n != 3 {
		t.Errorf("%d pages were read, want 3", n)
	}
}

// A stack that was deleted is found by name, and why it failed before that is told.
func TestWireDeletedStack(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	w.shop()
	w.on("DescribeStacks", func(r request) answer {
		if r.form.Get("StackName") != shopID {
			return fault(400, "ValidationError", "Stack with id shop does not exist")
		}
		return query("DescribeStacks", "<Stacks>"+stackRow(shopID, "DELETE_COMPLETE", "")+"</Stacks>")
	})
	w.on("ListStacks", always(query("ListStacks", "<StackSummaries>"+
		stackRow(strings.Replace(shopID, "/1", "/0", 1), "DELETE_COMPLETE", "<DeletionTime>2026-11-01T00:00:00Z</DeletionTime>")+
		stackRow(shopID, "DELETE_COMPLETE", "<DeletionTime>2026-11-22T11:00:00Z</DeletionTime>")+"</StackSummaries>")))
	w.on("DescribeStackEvents", always(query("DescribeStackEvents", "<StackEvents>"+
		eventRow(shopID, 60, "shop", "", "DELETE_COMPLETE", "")+eventRow(shopID, 50, "shop", "", "DELETE_IN_PROGRESS", "User Initiated")+
		eventRow(shopID, 2, "Queue", "AWS::SQS::Queue", "CREATE_FAILED", "no")+eventRow(shopID, 0, "shop", "", "CREATE_IN_PROGRESS", "User Initiated")+"</StackEvents>")))
	s := last(t, w.collector())
	if s.StackID != shopID {
		t.Errorf("stack %s", s.StackID)
	}
	if want := []string{"shop CREATE_IN_PROGRESS", "Queue CREATE_FAILED", "shop DELETE_IN_PROGRESS", "shop DELETE_COMPLETE"}; !slices.Equal(logicals(s.Events), want) {
		t.Errorf("events %v", logicals(s.Events))
	}
}

// The events of nested stacks are read from the time of the operation on.
func TestWireNestedStacks(t *testing.T) {
	t.Parallel()
	const child = "arn:aws:cloudformation:eu-west-1:123456789012:stack/shop-Nested-1/9"
	w := newWire(t)
	w.shop()
	w.on("DescribeStacks", func(r request) answer {
		id := shopID
		if r.form.Get("StackName") == child {
			id = child
		}
		return query("DescribeStacks", "<Stacks>"+stackRow(id, "ROLLBACK_COMPLETE", "")+"</Stacks>")
	})
	w.on("DescribeStackEvents", func(r request) answer {
		rows := eventRow(child, 31, "Fn", "AWS::Lambda::Function", "CREATE_FAILED", "no such role") + eventRow(child, 30, "shop-Nested-1", "", "CREATE_IN_PROGRESS", "") +
			eventRow(child, 1, "Old", "AWS::SQS::Queue", "CREATE_FAILED", "long ago")
		if r.form.Get("StackName") == shopID {
			nested := eventRow(shopID, 32, "Nested", "AWS::CloudFormation::Stack", "CREATE_FAILED", "Embedded stack "+child+" was not successfully created")
			nested = strings.Replace(nested, "<PhysicalResourceId></PhysicalResourceId>", "<PhysicalResourceId>"+child+"</PhysicalResourceId>", 1)
			rows = nested + eventRow(shopID, 29, "shop", "", "CREATE_IN_PROGRESS", "User Initiated")
		}
		return query("DescribeStackEvents", "<StackEvents>"+rows+"</StackEvents>")
	})
	s := last(t, w.collector())
	want := []string{"shop CREATE_IN_PROGRESS", "shop-Nested-1 CREATE_IN_PROGRESS", "Fn CREATE_FAILED", "Nested CREATE_FAILED"}
	if got := logicals(s.Events); !slices.Equal(got, want) {
		t.Errorf("events %v", got)
	}
	if len(s.Stacks) != 2 || s.Stacks[0].StackId != shopID || s.Stacks[1].StackName != "shop-Nested-1" || len(s.Templates) != 2 {
		t.Errorf("%d templates, stacks %+v", len(s.Templates), s.Stacks)
	}
}
