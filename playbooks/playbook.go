// Package playbooks is what is known about failures: how each is recognised in
// texts and in a snapshot, what causes it, and what mends it. It depends on
// diagnostics only; nothing in it talks to AWS or writes a file.
package playbooks

import "firstaid/diagnostics"

// Playbook is one failure that people meet. Everything that data can say
// stands in catalog/<id>.yaml; Find and Fixes hold what text cannot prove.
type Playbook struct {
	ID string `yaml:"id"`
	// Verdict is what a match means; empty means VerdictFailure.
	Verdict  Verdict              `yaml:"verdict,omitempty"`
	Severity diagnostics.Severity `yaml:"severity"`
	Title    diagnostics.Text     `yaml:"title"`
	// Summary is one line about one occurrence; {name} stands for a capture.
	// Where a capture is missing, Title is shown instead.
	Summary diagnostics.Text `yaml:"summary"`
	// Cause explains in two sentences what went wrong.
	Cause diagnostics.Text `yaml:"cause"`
	// Look says where to look, best first.
	Look []diagnostics.Text `yaml:"look,omitempty"`
	// Do says what to do, best first, for those who do it by hand.
	Do []diagnostics.Text `yaml:"do,omitempty"`
	// Steps are shown for copying; a user's playbook has no other fix.
	Steps []GuidedStep `yaml:"steps,omitempty"`
	// Reads are the kinds of things that Find wants; one that is unread makes
	// the finding's answer unknown instead of fine.
	Reads []diagnostics.Kind `yaml:"reads,omitempty"`
	// Permissions are the IAM actions that reading them needs.
	Permissions    []string        `yaml:"permissions,omitempty"`
	Signals        []Signal        `yaml:"signals"`
	FalsePositives []FalsePositive `yaml:"falsepositives,omitempty"`
	// Hypotheses are the causes that the texts of this playbook leave open,
	// each with the tests that tell it from the others.
	Hypotheses []Hypothesis `yaml:"hypotheses,omitempty"`
	// Explains lists playbooks whose findings about the same subject follow
	// from this one, once this one is confirmed.
	Explains   []string    `yaml:"explains,omitempty"`
	References []Reference `yaml:"references,omitempty"`
	Examples   Examples    `yaml:"examples"`

	// User is set for a playbook that came from a user's folder: the file.
	User string `yaml:"-"`
	// Find looks for the failure in a snapshot; it is pure. Nil means that
	// signals alone find it.
	Find func(*diagnostics.Snapshot) []diagnostics.Finding `yaml:"-"`
	// Fixes computes the fixes of a finding, best first; it is pure and is
	// called only when somebody looks. Nil means that there are none.
	Fixes func(*diagnostics.Snapshot, diagnostics.Finding) []Fix `yaml:"-"`
}

// Verdict is what a recognised text is.
type Verdict string

// The verdicts on a text.
const (
	VerdictFailure Verdict = "failure"
	VerdictCascade Verdict = "cascade" // follows from another failure
	VerdictBenign  Verdict = "benign"  // looks like a failure and is none
)

// Signal recognises a failure in a text. The text has been normalised
// (diagnostics.Normalize) before patterns see it.
type Signal struct {
	// Sources says which texts the signal speaks of; empty means all.
	Sources []diagnostics.Source `yaml:"sources,omitempty"`
	// Pattern is an RE2 expression, matched without regard to case; its named
	// groups are the captures.
	Pattern string `yaml:"pattern"`
	// Also must match too, anywhere in the text.
	Also []string `yaml:"also,omitempty"`
	// Unless must not match anywhere in the text.
	Unless []string `yaml:"unless,omitempty"`
	// Types and Statuses restrict the signal to events of such resources;
	// they hold only where the text is an event. A type may end in *.
	Types    []string `yaml:"types,omitempty"`
	Statuses []string `yaml:"statuses,omitempty"`
	// Weight is the specificity of the signal, 1 to 100; 50 when unset. Of two
	// signals that match the same text the heavier one names the failure.
	Weight int `yaml:"weight,omitempty"`
}

// FalsePositive names a failure that looks alike, and what tells them apart.
type FalsePositive struct {
	Playbook string           `yaml:"playbook,omitempty"`
	Why      diagnostics.Text `yaml:"why"`
}

// Reference is a page to read.
type Reference struct {
	Title string `yaml:"title"`
	URL   string `yaml:"url"`
}

// Examples are the playbook's own tests.
type Examples struct {
	Match  []Example `yaml:"match"`
	Ignore []Example `yaml:"ignore"`
}

// Example is a text with what is expected of it.
type Example struct {
	Text     string             `yaml:"text"`
	Source   diagnostics.Source `yaml:"source,omitempty"`
	Type     string             `yaml:"type,omitempty"`
	Status   string             `yaml:"status,omitempty"`
	Captures map[string]string  `yaml:"captures,omitempty"`
}
