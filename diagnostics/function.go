package diagnostics

import "time"

// Function is a Lambda function: its configuration and what hangs on it
// (GetFunction, ListAliases, ListProvisionedConcurrencyConfigs, GetPolicy,
// ListEventSourceMappings, GetFunctionUrlConfig).
type Function struct {
	FunctionName               string        `json:"functionName"`
	FunctionArn                string        `json:"functionArn,omitempty"`
	Version                    string        `json:"version,omitempty"`
	Role                       string        `json:"role,omitempty"`
	Runtime                    string        `json:"runtime,omitempty"`
	Handler                    string        `json:"handler,omitempty"`
	PackageType                string        `json:"packageType,omitempty"`
	Architectures              []string      `json:"architectures,omitempty"`
	ImageUri                   string        `json:"imageUri,omitempty"`
	ResolvedImageUri           string        `json:"resolvedImageUri,omitempty"`
	CodeSize                   int64         `json:"codeSize,omitempty"`
	MemorySize                 int           `json:"memorySize,omitempty"` // MB
	Timeout                    int           `json:"timeout,omitempty"`    // seconds
	EphemeralStorage           int           `json:"ephemeralStorage,omitempty"`
	Environment                []Variable    `json:"environment,omitempty"`
	Layers                     []string      `json:"layers,omitempty"`
	SubnetIds                  []string      `json:"subnetIds,omitempty"`
	SecurityGroupIds           []string      `json:"securityGroupIds,omitempty"`
	State                      string        `json:"state,omitempty"`
	StateReason                string        `json:"stateReason,omitempty"`
	StateReasonCode            string        `json:"stateReasonCode,omitempty"`
	LastUpdateStatus           string        `json:"lastUpdateStatus,omitempty"`
	LastUpdateStatusReason     string        `json:"lastUpdateStatusReason,omitempty"`
	LastUpdateStatusReasonCode string        `json:"lastUpdateStatusReasonCode,omitempty"`
	LastModified               string        `json:"lastModified,omitempty"`
	KMSKeyArn                  string        `json:"kmsKeyArn,omitempty"`
	TracingMode                string        `json:"tracingMode,omitempty"`
	LogGroup                   string        `json:"logGroup,omitempty"`
	LogFormat                  string        `json:"logFormat,omitempty"`
	ReservedConcurrency        *int          `json:"reservedConcurrentExecutions,omitempty"`
	Policy                     string        `json:"policy,omitempty"` // resource policy, JSON
	Aliases                    []Alias       `json:"aliases,omitempty"`
	EventSources               []EventSource `json:"eventSourceMappings,omitempty"`
	URL                        *FunctionURL  `json:"functionUrl,omitempty"`
	Tags                       []Tag         `json:"tags,omitempty"`
}

// Variable is an environment variable. Value is redacted in every snapshot
// unless its name says that it cannot be a secret.
type Variable struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Alias is a function's alias with its provisioned concurrency.
type Alias struct {
	Name            string             `json:"name"`
	AliasArn        string             `json:"aliasArn"`
	FunctionVersion string             `json:"functionVersion"`
	RoutingWeights  map[string]float64 `json:"additionalVersionWeights,omitempty"`
	Provisioned     *Provisioned       `json:"provisionedConcurrency,omitempty"`
}

// Provisioned is the provisioned concurrency of an alias or version.
type Provisioned struct {
	Requested    int    `json:"requestedProvisionedConcurrentExecutions"`
	Allocated    int    `json:"allocatedProvisionedConcurrentExecutions"`
	Available    int    `json:"availableProvisionedConcurrentExecutions"`
	Status       string `json:"status"`
	StatusReason string `json:"statusReason,omitempty"`
}

// EventSource is an event source mapping.
type EventSource struct {
	UUID                  string `json:"uuid"`
	EventSourceArn        string `json:"eventSourceArn"`
	FunctionArn           string `json:"functionArn,omitempty"`
	State                 string `json:"state"`
	StateTransitionReason string `json:"stateTransitionReason,omitempty"`
	LastProcessingResult  string `json:"lastProcessingResult,omitempty"`
}

// FunctionURL is a function's URL configuration.
type FunctionURL struct {
	FunctionUrl string `json:"functionUrl"`
	AuthType    string `json:"authType"`
	InvokeMode  string `json:"invokeMode,omitempty"`
	Cors        *Cors  `json:"cors,omitempty"`
}

// LogGroup holds what was read of one log group.
type LogGroup struct {
	LogGroupName string `json:"logGroupName"`
	// FunctionName is the function that writes there, if one does.
	FunctionName string    `json:"functionName,omitempty"`
	From         time.Time `json:"from,omitzero"`
	Until        time.Time `json:"until,omitzero"`
	// Truncated says that there are more events in the window than were read.
	Truncated bool `json:"truncated,omitempty"`
	// Events are ordered by time, oldest first.
	Events []LogEvent `json:"events,omitempty"`
}

// LogEvent is one event of a log group.
type LogEvent struct {
	EventId       string    `json:"eventId,omitempty"`
	Timestamp     time.Time `json:"timestamp"`
	LogStreamName string    `json:"logStreamName,omitempty"`
	Message       string    `json:"message"`
}
