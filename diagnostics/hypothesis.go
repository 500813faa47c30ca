package diagnostics

// Standing is what the probes said of a hypothesis.
type Standing string

// The standings of a hypothesis.
const (
	// Unsettled means that nothing that was read decides it.
	Unsettled Standing = "open"
	// Favoured means that something that was read speaks for it.
	Favoured Standing = "likely"
	// RuledOut means that something that was read contradicts it.
	RuledOut Standing = "ruled-out"
)

// Hypothesis is one of several causes that the same text is compatible with,
// and what became of it when the snapshot was asked.
type Hypothesis struct {
	ID string `json:"id"`
	// Playbook is the failure it would be, where that is another one.
	Playbook string   `json:"playbook,omitempty"`
	Cause    Text     `json:"cause"`
	Standing Standing `json:"standing"`
	// Why says what was seen; zero for one that nothing decides.
	Why Text `json:"why,omitzero"`
	// Probe says how a person settles it; zero where it is settled.
	Probe Text `json:"probe,omitzero"`
	// Of is what was looked at; zero where it was the text itself.
	Of Ref `json:"of,omitzero"`
}
