package diagnostics

import "time"

// Snapshot is everything that was read about one stack at one time. It is
// immutable once it has been handed out: a later wave of reading makes a new
// one. Slices are ordered as their comments say, so that two snapshots of one
// incident serialise to the same bytes.
type Snapshot struct {
	Taken time.Time `json:"taken"`
	// Example says, in words, that the snapshot was made up; empty for one
	// that was read from an account.
	Example string `json:"example,omitempty"`
	// Complete is set on the last wave.
	Complete bool `json:"complete"`
	// Reading says what is being read now, for the progress line.
	Reading string `json:"-"`

	Identity Identity       `json:"identity"`
	Account  *AccountLimits `json:"account,omitempty"`

	// StackID is the StackId of the stack under diagnosis.
	StackID string `json:"stackId,omitempty"`
	// Stacks holds the stack under diagnosis, its nested stacks, and, as far
	// as they were listed, the other stacks of the region: failed first, then
	// by time of the last change, newest first.
	Stacks []Stack `json:"stacks,omitempty"`
	// Events of the chosen operation, nested stacks included, oldest first.
	Events []Event `json:"events,omitempty"`
	// Earlier are the operations of the stack before that one, oldest first.
	Earlier   []Deployment `json:"earlier,omitempty"`
	Resources []Resource   `json:"resources,omitempty"`
	Templates []Template   `json:"templates,omitempty"`

	Functions   []Function   `json:"functions,omitempty"`
	LogGroups   []LogGroup   `json:"logGroups,omitempty"`
	Roles       []Role       `json:"roles,omitempty"`
	Simulations []Simulation `json:"simulations,omitempty"`
	// Messages are the encoded authorization messages of the texts, decoded.
	Messages        []AuthorizationMessage `json:"authorizationMessages,omitempty"`
	Repositories    []Repository           `json:"repositories,omitempty"`
	APIs            []API                  `json:"apis,omitempty"`
	ScalableTargets []ScalableTarget       `json:"scalableTargets,omitempty"`
	Metrics         []Metric               `json:"metrics,omitempty"`
	Layers          []LayerVersion         `json:"layers,omitempty"`
	Subnets         []Subnet               `json:"subnets,omitempty"`
	Occupants       []Occupants            `json:"occupants,omitempty"`
	Keys            []Key                  `json:"keys,omitempty"`
	Exports         []Export               `json:"exports,omitempty"`
	Claims          []Claim                `json:"claims,omitempty"`

	// ConfigEnv is the environment of samconfig that led to the stack.
	ConfigEnv string `json:"configEnv,omitempty"`
	// Files are the project's own files: templates, samconfig, Dockerfiles.
	Files []File `json:"files,omitempty"`
	// Texts are pasted or piped texts of unknown origin.
	Texts []TextItem `json:"texts,omitempty"`

	Unread []Unread `json:"unread,omitempty"`
	Calls  []Call   `json:"calls,omitempty"`
}

// Identity is who asked and where.
type Identity struct {
	Account   string `json:"account,omitempty"`
	Arn       string `json:"arn,omitempty"`
	UserID    string `json:"userId,omitempty"`
	Partition string `json:"partition,omitempty"`
	Region    string `json:"region,omitempty"`
	Profile   string `json:"profile,omitempty"`
	Endpoint  string `json:"endpoint,omitempty"`
}

// AccountLimits are Lambda's account settings (GetAccountSettings).
type AccountLimits struct {
	ConcurrentExecutions           int   `json:"concurrentExecutions"`
	UnreservedConcurrentExecutions int   `json:"unreservedConcurrentExecutions"`
	TotalCodeSize                  int64 `json:"totalCodeSize,omitempty"`
	CodeSizeZipped                 int64 `json:"codeSizeZipped,omitempty"`
	CodeSizeUnzipped               int64 `json:"codeSizeUnzipped,omitempty"`
}

// File is a file of the user's project. Path is relative to the project
// folder, with forward slashes.
type File struct {
	Path    string `json:"path"`
	Content string `json:"content"`
}

// TextItem is a text whose origin firstaid did not read itself.
type TextItem struct {
	ID     string `json:"id,omitempty"`
	Source Source `json:"source,omitempty"`
	Text   string `json:"text"`
}

// Source is where a text comes from. Signals say which sources they speak of;
// a text of unknown source is matched against all.
type Source string

// The sources of texts.
const (
	SourceCFNEvent  Source = "cfn_event"
	SourceLambdaLog Source = "lambda_log"
	SourceAPIGWLog  Source = "apigw_log"
	SourceCLI       Source = "cli"
	SourceBrowser   Source = "browser"
	SourceTemplate  Source = "template"
	SourceUnknown   Source = ""
)

// Unread says that something could not be read, and why. What depends on it is
// unknown, never fine.
type Unread struct {
	// Of is what was to be read; its ID may be empty when a whole kind is
	// missing.
	Of Ref `json:"of"`
	// Action is the IAM action that is needed, such as
	// "logs:FilterLogEvents"; empty when permission is not the reason.
	Action string `json:"action,omitempty"`
	// Reason is a sentence that says what to do next.
	Reason string `json:"reason"`
}

// Call counts the requests made of one API operation.
type Call struct {
	Service   string `json:"service"`
	Operation string `json:"operation"`
	Count     int    `json:"count"`
	Throttled int    `json:"throttled,omitempty"`
	Failed    int    `json:"failed,omitempty"`
}
