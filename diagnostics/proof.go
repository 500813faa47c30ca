package diagnostics

// The origins of a decision: IAM's own simulation, or firstaid's evaluator.
const (
	OriginAWS   = "aws"
	OriginLocal = "local" // not checked by AWS
)

// The decisions of a simulation, as SimulatePrincipalPolicy spells them, and
// unknown: a value that was not read can turn it.
const (
	DecisionAllowed  = "allowed"
	DecisionExplicit = "explicitDeny"
	DecisionImplicit = "implicitDeny"
	DecisionUnknown  = "unknown"
)

// GrantPolicy is what a grant's own document is called as the source of a
// deciding statement: the name that IAM gives to the first of PolicyInputList.
const GrantPolicy = "PolicyInputList.1"

// Purpose says why a pair of action and resource is decided.
type Purpose string

// The purposes of a trial.
const (
	Wanted  Purpose = "wanted"  // it was denied, and the grant has to allow it
	Control Purpose = "control" // the grant must not allow it
)

// A Trial is one action on one resource, decided without a grant and with it.
type Trial struct {
	Purpose Purpose `json:"purpose"`
	// Kind of a control: sibling, other-account, delete, other-condition.
	Kind     string       `json:"kind,omitempty"`
	Action   string       `json:"action"`
	Resource string       `json:"resource"`
	Context  []ContextKey `json:"context,omitempty"` // besides the proof's
	Before   string       `json:"before"`
	After    string       `json:"after"`
	// Layer is the kind of policy that decided the state after, and DecidedBy
	// the policy: GrantPolicy for the grant itself. Both are empty where no
	// statement speaks of the pair.
	Layer     string   `json:"layer,omitempty"`
	DecidedBy string   `json:"decidedBy,omitempty"`
	Missing   []string `json:"missingContextValues,omitempty"`
	Origin    string   `json:"checkedBy"` // OriginAWS or OriginLocal
}

// Widens reports a control that the grant would allow.
func (t Trial) Widens() bool {
	return t.Purpose == Control && t.After == DecisionAllowed && t.Before != DecisionAllowed
}

// Proof is what exactly one policy document would change for a principal. It
// is evidence only for the bytes of Document.
type Proof struct {
	Principal string       `json:"principal"` // ARN
	Document  string       `json:"document"`
	Context   []ContextKey `json:"context,omitempty"`
	Trials    []Trial      `json:"trials"`
	// Unchecked says why IAM did not decide; zero where it did.
	Unchecked Text `json:"unchecked,omitzero"`
}

// ByAWS reports whether IAM itself decided every trial.
func (p *Proof) ByAWS() bool {
	for _, t := range p.Trials {
		if t.Origin != OriginAWS {
			return false
		}
	}
	return len(p.Trials) > 0
}

// ProofVerdict is what a proof says of its grant.
type ProofVerdict string

// The verdicts, the worst first.
const (
	ProofWidens   ProofVerdict = "widens"       // a control becomes allowed
	ProofLacks    ProofVerdict = "insufficient" // a wanted pair stays denied
	ProofNeedless ProofVerdict = "needless"     // every wanted pair is allowed already
	ProofUnknown  ProofVerdict = "unknown"
	ProofHolds    ProofVerdict = "holds"
)

// Verdict sums up the trials; without a wanted pair nothing is proven.
func (p *Proof) Verdict() ProofVerdict {
	wanted, before, unknown, lacks := 0, 0, false, false
	for _, t := range p.Trials {
		if t.Widens() {
			return ProofWidens
		}
		unknown = unknown || t.After == DecisionUnknown
		if t.Purpose != Wanted {
			continue
		}
		wanted++
		if t.Before == DecisionAllowed {
			before++
		}
		lacks = lacks || t.After == DecisionImplicit || t.After == DecisionExplicit
	}
	switch {
	case lacks:
		return ProofLacks
	case wanted > 0 && wanted == before:
		return ProofNeedless
	case unknown || wanted == 0:
		return ProofUnknown
	}
	return ProofHolds
}
