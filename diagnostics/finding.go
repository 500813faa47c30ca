package diagnostics

import (
	"fmt"
	"time"
)

// Severity says how much a finding matters. The zero value is none of them.
type Severity int

// Severities, in rising order.
const (
	Note Severity = iota + 1
	Warning
	Error
)

var severityNames = []string{"", "note", "warning", "error"}

// String returns note, warning or error.
func (s Severity) String() string { return name(severityNames, int(s)) }

// MarshalText makes severities readable in JSON.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (s *Severity) UnmarshalText(b []byte) error {
	i, err := index(severityNames, string(b), "severity")
	*s = Severity(i)
	return err
}

// Confidence says how well a finding is proven. It is earned: Possible when a
// text matched, Likely when two independent sources agree, Confirmed when a
// state check or a simulation proved it.
type Confidence int

// Confidences, in rising order.
const (
	Possible Confidence = iota + 1
	Likely
	Confirmed
)

var confidenceNames = []string{"", "possible", "likely", "confirmed"}

// String returns possible, likely or confirmed.
func (c Confidence) String() string { return name(confidenceNames, int(c)) }

// MarshalText makes confidences readable in JSON.
func (c Confidence) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (c *Confidence) UnmarshalText(b []byte) error {
	i, err := index(confidenceNames, string(b), "confidence")
	*c = Confidence(i)
	return err
}

// State says what became of a finding.
type State string

// The states of a finding.
const (
	Open      State = "open"
	FixedHere State = "fixed-here" // the check passes on the new file or live value; not deployed yet
	Proven    State = "proven"     // the operation was repeated and did not fail again
)

// Evidence is a verbatim quotation from the snapshot; Quote is never empty.
type Evidence struct {
	Of    Ref       `json:"of"`
	Field string    `json:"field,omitempty"`
	At    time.Time `json:"at,omitzero"`
	Quote string    `json:"quote"`
}

// Link is one step of the chain that leads from the first sign of a failure to
// the line that causes it: event, resource, function, log line, role,
// statement, template line.
type Link struct {
	Of     Ref       `json:"of"`
	Text   string    `json:"text"`
	Source *Position `json:"source,omitempty"`
}

// Finding is a failure that was recognised.
type Finding struct {
	Playbook   string     `json:"playbook"`
	Severity   Severity   `json:"severity"`
	Confidence Confidence `json:"confidence"`
	// Because says which evidence earned the confidence.
	Because Text  `json:"because"`
	State   State `json:"state"`
	// Subject is what is broken.
	Subject Ref  `json:"subject"`
	Summary Text `json:"summary"`
	// Captures are the variable parts of the recognised text.
	Captures map[string]string `json:"captures,omitempty"`
	Evidence []Evidence        `json:"evidence"`
	Chain    []Link            `json:"chain,omitempty"`
	// Source is the line of the user's own file to look at.
	Source *Position `json:"source,omitempty"`
	// CausedBy is the ID of the finding that this one follows from.
	CausedBy string `json:"causedBy,omitempty"`
	// Hides counts the consequences folded under this finding.
	Hides int `json:"hides,omitempty"`
	// Rank is the place in the list, 1 for the first; Why says why it has it.
	Rank int  `json:"rank"`
	Why  Text `json:"why,omitzero"`
	// Alternatives are other causes with the same text, by playbook id.
	Alternatives []Alternative `json:"alternatives,omitempty"`
	// Hypotheses are the causes that the text leaves open, those that
	// something speaks for first and those that are ruled out last.
	Hypotheses []Hypothesis `json:"hypotheses,omitempty"`
	// Unknown is what would have to be read to know more.
	Unknown []Unread  `json:"unknown,omitempty"`
	Count   int       `json:"count,omitempty"`
	First   time.Time `json:"first,omitzero"`
	Last    time.Time `json:"last,omitzero"`
}

// Alternative is another cause that a text is compatible with.
type Alternative struct {
	Playbook string `json:"playbook"`
	Why      Text   `json:"why"`
}

// ID identifies the finding across snapshots: the playbook and its subject.
func (f Finding) ID() string { return f.Playbook + "@" + f.Subject.ID }

func name(names []string, i int) string {
	if i <= 0 || i >= len(names) {
		return ""
	}
	return names[i]
}

func index(names []string, s, what string) (int, error) {
	for i, n := range names {
		if n == s {
			return i, nil
		}
	}
	return 0, fmt.Errorf("unknown %s %q", what, s)
}
