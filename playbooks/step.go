package playbooks

import (
	"strings"
	"time"

	"firstaid/diagnostics"
)

// FixKind says what a fix changes.
type FixKind string

// The kinds of fixes.
const (
	FixTemplate    FixKind = "template"
	FixConfig      FixKind = "config"
	FixEnvironment FixKind = "environment"
	FixGuided      FixKind = "guided" // steps that a person takes
)

// Risk says what applying a fix can do beyond its purpose.
type Risk string

// The risks, in rising order.
const (
	Safe      Risk = "safe"      // a file of the project, or something that is undone without loss
	Disrupts  Risk = "disrupts"  // running requests or other stacks can notice
	Permanent Risk = "permanent" // cannot be taken back, or widens access
)

// Fix is one way to mend a finding. The fixes of a finding are alternatives:
// at most one is applied.
type Fix struct {
	Title    diagnostics.Text   `json:"title"`
	Kind     FixKind            `json:"kind"`
	Risk     Risk               `json:"risk"`
	Redeploy bool               `json:"redeploy"` // a deployment is needed before it takes effect
	Changes  diagnostics.Text   `json:"changes,omitzero"`
	Notes    []diagnostics.Text `json:"notes,omitempty"`
	// Declined says why the fix cannot be applied by firstaid; its steps are
	// then manual.
	Declined diagnostics.Text `json:"declined,omitzero"`
	// Confirm is what must be typed before the fix is applied, because it
	// widens access or cannot be taken back; empty for none.
	Confirm string `json:"confirm,omitempty"`
	// Proof is what a grant changes, pair by pair; nil for a fix that grants
	// nothing.
	Proof *diagnostics.Proof `json:"proof,omitempty"`
	Steps []Step             `json:"-"`
	// Progress is how far a guided plan got; see Continue.
	Progress *Progress `json:"progress,omitempty"`
}

// doubted is the name that must be typed for a grant whose proof speaks
// against it; what could not be told asks for it only on a live role.
func (f Fix) doubted() string {
	if f.Proof == nil {
		return ""
	}
	switch f.Proof.Verdict() {
	case diagnostics.ProofHolds:
		return ""
	case diagnostics.ProofUnknown:
		if f.Kind != FixEnvironment {
			return ""
		}
	}
	return firstOf(f.Proof.Principal[strings.LastIndexByte(f.Proof.Principal, '/')+1:], "grant")
}

// Plan is what is shown, confirmed and applied.
type Plan struct {
	Finding diagnostics.Finding
	Fix     Fix
}

// Confirmation is the word that must be typed before the plan is applied, ""
// when a key is enough.
func (p Plan) Confirmation() string {
	if p.Fix.Confirm != "" {
		return p.Fix.Confirm
	}
	if word := p.Fix.doubted(); word != "" {
		return word
	}
	for _, s := range p.Fix.Steps {
		c, ok := s.(Call)
		switch {
		case !ok:
		case c.Confirm != "":
			return c.Confirm
		case p.Fix.Risk == Permanent:
			return c.Of.ID
		}
	}
	return ""
}

// Step is one step of a fix. The set is closed: FileEdit, Call, Run, Manual.
type Step interface {
	Target() diagnostics.Ref
	step()
}

// FileEdit replaces the text of one file of the project. Before is the whole
// file as it was read; nothing is written when the file no longer equals it.
type FileEdit struct {
	Path   string `json:"path"` // relative to the project folder, forward slashes
	Before string `json:"before"`
	After  string `json:"after"`
}

// Call is one AWS API call that changes something. Before and After are the
// live value's states in canonical JSON ("" = absent), as Field of Of reads;
// a call without an inverse has Undo nil and says so.
type Call struct {
	Of        diagnostics.Ref `json:"of"`
	Service   string          `json:"service"`   // SDK service id in lower case: iam, ecr, cloudformation
	Operation string          `json:"operation"` // PutRolePolicy
	Args      map[string]any  `json:"args"`      // the request, by API field names
	Field     string          `json:"field,omitempty"`
	Before    string          `json:"before"`
	After     string          `json:"after"`
	Undo      *Call           `json:"undo,omitempty"`
	// Confirm must be typed before the call is sent; empty for none.
	Confirm string `json:"confirm,omitempty"`
}

// Run is a command of the user's own tools; it is shown as argv, runs in the
// foreground after confirmation and is never put together from what logs or
// events say.
type Run struct {
	Argv []string         `json:"argv"`
	Dir  string           `json:"dir,omitempty"`
	Why  diagnostics.Text `json:"why"`
}

// Manual is what only a person can do.
type Manual struct {
	Of  diagnostics.Ref  `json:"of"`
	Do  diagnostics.Text `json:"do"`
	URL string           `json:"url,omitempty"`
}

// Target names the file.
func (e FileEdit) Target() diagnostics.Ref {
	return diagnostics.Ref{Kind: diagnostics.KindFile, ID: e.Path}
}

// Target names what the call changes.
func (c Call) Target() diagnostics.Ref { return c.Of }

// Target is the zero Ref: a command may change anything.
func (r Run) Target() diagnostics.Ref { return diagnostics.Ref{} }

// Target names what a person is to change.
func (m Manual) Target() diagnostics.Ref { return m.Of }

func (FileEdit) step() {}
func (Call) step()     {}
func (Run) step()      {}
func (Manual) step()   {}

// Entry is one line of the journal: what was applied, when, and what became of
// it.
type Entry struct {
	ID      int               `json:"id"`
	At      time.Time         `json:"at"`
	Finding string            `json:"finding"` // Finding.ID
	Title   diagnostics.Text  `json:"title"`
	Status  string            `json:"status"` // applying, applied, undoing, undone, failed
	State   diagnostics.State `json:"state"`
}
