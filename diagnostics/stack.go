package diagnostics

import (
	"strings"
	"time"
)

// Stack is a CloudFormation stack (DescribeStacks, ListStacks).
type Stack struct {
	StackId           string      `json:"stackId"`
	StackName         string      `json:"stackName"`
	Description       string      `json:"description,omitempty"`
	StackStatus       string      `json:"stackStatus"`
	StackStatusReason string      `json:"stackStatusReason,omitempty"`
	ParentId          string      `json:"parentId,omitempty"`
	RootId            string      `json:"rootId,omitempty"`
	RoleARN           string      `json:"roleARN,omitempty"`
	CreationTime      time.Time   `json:"creationTime,omitzero"`
	LastUpdatedTime   time.Time   `json:"lastUpdatedTime,omitzero"`
	DeletionTime      time.Time   `json:"deletionTime,omitzero"`
	DisableRollback   bool        `json:"disableRollback,omitempty"`
	Capabilities      []string    `json:"capabilities,omitempty"`
	Parameters        []Parameter `json:"parameters,omitempty"`
	Outputs           []Output    `json:"outputs,omitempty"`
	Tags              []Tag       `json:"tags,omitempty"`
	LastOperations    []Operation `json:"lastOperations,omitempty"`
}

// Parameter is a stack's parameter.
type Parameter struct {
	ParameterKey   string `json:"parameterKey"`
	ParameterValue string `json:"parameterValue"`
	ResolvedValue  string `json:"resolvedValue,omitempty"`
}

// Output is a stack's output.
type Output struct {
	OutputKey   string `json:"outputKey"`
	OutputValue string `json:"outputValue"`
	ExportName  string `json:"exportName,omitempty"`
}

// Tag is a key and value on a stack, function or role.
type Tag struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// Operation names one create, update, delete or rollback of a stack.
type Operation struct {
	OperationId   string `json:"operationId"`
	OperationType string `json:"operationType,omitempty"`
}

// LastChanged is the time of the stack's latest operation that is known.
func (s Stack) LastChanged() time.Time {
	t := s.CreationTime
	for _, o := range []time.Time{s.LastUpdatedTime, s.DeletionTime} {
		if o.After(t) {
			t = o
		}
	}
	return t
}

// Failed reports whether the status says that the last operation failed.
// UPDATE_ROLLBACK_COMPLETE counts: the stack is healthy, the deployment is not.
func (s Stack) Failed() bool {
	return strings.HasSuffix(s.StackStatus, "_FAILED") || strings.Contains(s.StackStatus, "ROLLBACK")
}

// InProgress reports whether an operation is running.
func (s Stack) InProgress() bool { return strings.HasSuffix(s.StackStatus, "_IN_PROGRESS") }

// Resource is a stack's resource (ListStackResources, DescribeStackResources).
type Resource struct {
	StackId              string    `json:"stackId"`
	StackName            string    `json:"stackName,omitempty"`
	LogicalResourceId    string    `json:"logicalResourceId"`
	PhysicalResourceId   string    `json:"physicalResourceId,omitempty"`
	ResourceType         string    `json:"resourceType"`
	ResourceStatus       string    `json:"resourceStatus,omitempty"`
	ResourceStatusReason string    `json:"resourceStatusReason,omitempty"`
	Timestamp            time.Time `json:"timestamp,omitzero"`
	DriftStatus          string    `json:"driftStatus,omitempty"`
}

// Template is a stack's template as CloudFormation keeps it (GetTemplate).
type Template struct {
	StackId   string `json:"stackId"`
	Original  string `json:"original,omitempty"`
	Processed string `json:"processed,omitempty"`
}

// Event is a stack event. It joins StackEvent (DescribeStackEvents) and
// OperationEvent (DescribeEvents): the fields keep their API names, and those
// an API does not fill stay empty.
type Event struct {
	EventId              string    `json:"eventId"`
	EventType            string    `json:"eventType,omitempty"`
	OperationId          string    `json:"operationId,omitempty"`
	OperationType        string    `json:"operationType,omitempty"`
	OperationStatus      string    `json:"operationStatus,omitempty"`
	StackId              string    `json:"stackId"`
	StackName            string    `json:"stackName,omitempty"`
	LogicalResourceId    string    `json:"logicalResourceId,omitempty"`
	PhysicalResourceId   string    `json:"physicalResourceId,omitempty"`
	ResourceType         string    `json:"resourceType,omitempty"`
	Timestamp            time.Time `json:"timestamp"`
	ResourceStatus       string    `json:"resourceStatus,omitempty"`
	ResourceStatusReason string    `json:"resourceStatusReason,omitempty"`
	ResourceProperties   string    `json:"resourceProperties,omitempty"`
	DetailedStatus       string    `json:"detailedStatus,omitempty"`
	ClientRequestToken   string    `json:"clientRequestToken,omitempty"`

	HookType          string `json:"hookType,omitempty"`
	HookStatus        string `json:"hookStatus,omitempty"`
	HookStatusReason  string `json:"hookStatusReason,omitempty"`
	HookFailureMode   string `json:"hookFailureMode,omitempty"`
	ValidationName    string `json:"validationName,omitempty"`
	ValidationStatus  string `json:"validationStatus,omitempty"`
	ValidationReason  string `json:"validationStatusReason,omitempty"`
	ValidationPath    string `json:"validationPath,omitempty"`
	ValidationFailure string `json:"validationFailureMode,omitempty"`
}

// Failed reports whether the event says that something failed.
func (e Event) Failed() bool {
	return strings.HasSuffix(e.ResourceStatus, "_FAILED") ||
		e.ValidationStatus == "FAILED" || e.HookStatus == "HOOK_COMPLETE_FAILED" || e.HookStatus == "HOOK_FAILED"
}

// Reason is the text that says why, whichever field holds it.
func (e Event) Reason() string {
	for _, r := range []string{e.ResourceStatusReason, e.ValidationReason, e.HookStatusReason} {
		if r != "" {
			return r
		}
	}
	return ""
}

// OfStack reports whether the event is about the stack itself and not about
// one of its resources.
func (e Event) OfStack() bool {
	return e.ResourceType == "AWS::CloudFormation::Stack" && (e.PhysicalResourceId == e.StackId || e.LogicalResourceId == e.StackName)
}

// Ref names the event.
func (e Event) Ref() Ref { return Ref{KindEvent, e.EventId} }

// ResourceRef names the event's resource.
func (e Event) ResourceRef() Ref {
	return Ref{KindResource, e.StackName + "/" + e.LogicalResourceId}
}
