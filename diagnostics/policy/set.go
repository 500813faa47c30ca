package policy

// Policy is a document with the name that a person knows it by.
type Policy struct {
	Name string
	*Document
}

// Level is one step of an organisation's hierarchy (root, unit, account) and
// the policies attached to it: each level must allow.
type Level struct {
	ID       string
	Policies []Policy
}

// Set is everything that decides a request. A layer that is nil does not
// exist; one that exists but was not read belongs in Unread, and then what
// depends on it is unknown.
type Set struct {
	Identity []Policy
	Boundary []Policy
	Session  []Policy
	SCP      []Level // root first; nil: no organisation
	RCP      []Level // each level has AWS's RCPFullAWSAccess besides
	Resource []Policy
	Endpoint []Policy
	Unread   []Layer
}

// Layer names a kind of policy in a Result.
type Layer string

// The layers, and Owned: a rule of AWS about resources that it owns.
const (
	LayerIdentity Layer = "identity"
	LayerBoundary Layer = "permissions-boundary"
	LayerSession  Layer = "session"
	LayerSCP      Layer = "service-control"
	LayerRCP      Layer = "resource-control"
	LayerResource Layer = "resource"
	LayerEndpoint Layer = "vpc-endpoint"
	LayerOwned    Layer = "aws-owned"
)

// Ref names a statement of the set.
type Ref struct {
	Layer  Layer  `json:"layer"`
	Level  string `json:"level,omitempty"` // of SCPs and RCPs
	Policy string `json:"policy"`
	Index  int    `json:"statement"` // 0-based
	Sid    string `json:"sid,omitempty"`
	Span   Span   `json:"span"`
}

func refTo(l Layer, level string, p *Policy, s *Statement) Ref {
	return Ref{Layer: l, Level: level, Policy: p.Name, Index: s.Index, Sid: s.Sid, Span: s.Span}
}

// verdict is what one layer says of a request.
type verdict struct {
	layer       Layer
	level       string
	allow, deny Truth
	allowed     []Ref // statements that allow, or may
	denied      []Ref
	grades      [byIdentity + 1]Truth // of a resource policy: allow by grade
}

// weigh matches all statements of a layer.
func weigh(r *request, l Layer, level string, list []Policy, on side) verdict {
	v := verdict{layer: l, level: level}
	for i := range list {
		p := &list[i]
		if p.Document == nil {
			continue
		}
		for k := range p.Statements {
			s := &p.Statements[k]
			t, g := s.match(r, on)
			if t == No {
				continue
			}
			if s.Effect == Deny {
				v.deny = max(v.deny, t)
				v.denied = append(v.denied, refTo(l, level, p, s))
				continue
			}
			v.allow = max(v.allow, t)
			v.grades[g] = max(v.grades[g], t)
			v.allowed = append(v.allowed, refTo(l, level, p, s))
		}
	}
	return v
}
