package diagnostics

// Kind says what a Ref points at.
type Kind string

// The kinds of things a snapshot holds.
const (
	KindIdentity       Kind = "identity"
	KindAccount        Kind = "account"
	KindStack          Kind = "stack"
	KindEvent          Kind = "event"
	KindDeployment     Kind = "deployment"
	KindResource       Kind = "resource"
	KindTemplate       Kind = "template"
	KindFunction       Kind = "function"
	KindLogGroup       Kind = "log-group"
	KindLogEvent       Kind = "log-event"
	KindRole           Kind = "role"
	KindSimulation     Kind = "simulation"
	KindMessage        Kind = "authorization-message"
	KindRepository     Kind = "repository"
	KindAPI            Kind = "api"
	KindScalableTarget Kind = "scalable-target"
	KindMetric         Kind = "metric"
	KindSubnet         Kind = "subnet"
	KindInterface      Kind = "network-interface"
	KindKey            Kind = "key"
	KindLayer          Kind = "layer"
	KindExport         Kind = "export"
	KindClaim          Kind = "claim"
	KindFile           Kind = "file"
	KindText           Kind = "text"
)

// Ref names one thing of a snapshot. It is comparable.
//
// The ID is the thing's natural key: the stack's id, the event's id, the
// stack name and logical id joined by a slash for a resource, a function's or
// role's name, a log group's name, an image repository's name, an API's id, a
// file's path.
type Ref struct {
	Kind Kind   `json:"kind"`
	ID   string `json:"id"`
}

// String returns "kind id".
func (r Ref) String() string { return string(r.Kind) + " " + r.ID }

// Position is a place in a text file; Line and Column are 1-based and count
// characters, not bytes. The zero Line means the whole file.
type Position struct {
	File   string `json:"file"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
}
