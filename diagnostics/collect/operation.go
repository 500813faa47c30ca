package collect

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"firstaid/diagnostics"
)

// latestOperation cuts the events, oldest first, down to the stack's latest
// operation. A rollback belongs to the operation that it takes back.
func latestOperation(events []diagnostics.Event) []diagnostics.Event {
	return events[max(beginning(events), 0):]
}

// beginning is the index of the event that began the latest operation, or -1
// when it is not among the events. Deleting a stack without trouble says
// nothing about why it was deleted: then the operation before it counts.
func beginning(events []diagnostics.Event) int {
	start, failed := -1, false
	for i := len(events) - 1; i >= 0; i-- {
		e := events[i]
		failed = failed || e.Failed()
		if !e.OfStack() {
			continue
		}
		switch e.ResourceStatus {
		case "CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "IMPORT_IN_PROGRESS":
			return i
		case "DELETE_IN_PROGRESS":
			start = i
			if failed {
				return i
			}
		}
	}
	return start
}

func eventOf(e types.StackEvent) diagnostics.Event {
	return diagnostics.Event{
		EventId:              aws.ToString(e.EventId),
		EventType:            string(types.EventTypeStackEvent),
		OperationId:          aws.ToString(e.OperationId),
		StackId:              aws.ToString(e.StackId),
		StackName:            firstOf(aws.ToString(e.StackName), stackName(aws.ToString(e.StackId))),
		LogicalResourceId:    aws.ToString(e.LogicalResourceId),
		PhysicalResourceId:   aws.ToString(e.PhysicalResourceId),
		ResourceType:         aws.ToString(e.ResourceType),
		Timestamp:            aws.ToTime(e.Timestamp),
		ResourceStatus:       string(e.ResourceStatus),
		ResourceStatusReason: aws.ToString(e.ResourceStatusReason),
		ResourceProperties:   aws.ToString(e.ResourceProperties),
		DetailedStatus:       string(e.DetailedStatus),
		ClientRequestToken:   aws.ToString(e.ClientRequestToken),
		HookType:             aws.ToString(e.HookType),
		HookStatus:           string(e.HookStatus),
		HookStatusReason:     aws.ToString(e.HookStatusReason),
		HookFailureMode:      string(e.HookFailureMode),
	}
}

func eventOfOperation(e types.OperationEvent) diagnostics.Event {
	at := e.Timestamp
	if at == nil {
		at = e.EndTime
	}
	if at == nil {
		at = e.StartTime
	}
	return diagnostics.Event{
		EventId:              aws.ToString(e.EventId),
		EventType:            string(e.EventType),
		OperationId:          aws.ToString(e.OperationId),
		OperationType:        string(e.OperationType),
		OperationStatus:      string(e.OperationStatus),
		StackId:              aws.ToString(e.StackId),
		StackName:            stackName(aws.ToString(e.StackId)),
		LogicalResourceId:    aws.ToString(e.LogicalResourceId),
		PhysicalResourceId:   aws.ToString(e.PhysicalResourceId),
		ResourceType:         aws.ToString(e.ResourceType),
		Timestamp:            aws.ToTime(at),
		ResourceStatus:       string(e.ResourceStatus),
		ResourceStatusReason: aws.ToString(e.ResourceStatusReason),
		ResourceProperties:   aws.ToString(e.ResourceProperties),
		DetailedStatus:       string(e.DetailedStatus),
		ClientRequestToken:   aws.ToString(e.ClientRequestToken),
		HookType:             aws.ToString(e.HookType),
		HookStatus:           string(e.HookStatus),
		HookStatusReason:     aws.ToString(e.HookStatusReason),
		HookFailureMode:      string(e.HookFailureMode),
		ValidationName:       aws.ToString(e.ValidationName),
		ValidationStatus:     string(e.ValidationStatus),
		ValidationReason:     aws.ToString(e.ValidationStatusReason),
		ValidationPath:       aws.ToString(e.ValidationPath),
		ValidationFailure:    string(e.ValidationFailureMode),
	}
}
