package policy

import "slices"

// Decision is the outcome of an evaluation.
type Decision string

// The decisions. Unknown: a context key or a layer that was not read can turn it.
const (
	Allowed      Decision = "allowed"
	ImplicitDeny Decision = "implicitDeny"
	ExplicitDeny Decision = "explicitDeny"
	Unknown      Decision = "unknown"
)

// Result is a decision and what led to it.
type Result struct {
	Decision Decision `json:"decision"`
	// Deciding holds the statements that decided: the denies of an explicit
	// deny, the allows of an allow, those that depend on unknown values of an
	// unknown. An implicit deny has none: see Blocking.
	Deciding []Ref `json:"deciding,omitempty"`
	// Blocking names the layers without an allow, the reason of an implicit deny.
	Blocking []Block `json:"blocking,omitempty"`
	// Missing lists the context keys, in lower case, whose values were asked
	// for and are not known.
	Missing []string  `json:"missing,omitempty"`
	Layers  []Opinion `json:"layers,omitempty"`
}

// Block is a layer that does not allow a request.
type Block struct {
	Layer Layer  `json:"layer"`
	Level string `json:"level,omitempty"`
}

// Opinion is what one layer says by itself.
type Opinion struct {
	Block
	Decision Decision `json:"decision"`
}

// Evaluate decides a request.
func (s *Set) Evaluate(req Request) Result {
	e := evaluation{request: prepare(&req), set: s}
	e.gather()
	return e.decide()
}

// evaluation is one run. The verdicts of the layers are combined by the
// formulas of the IAM user guide, in three-valued logic.
type evaluation struct {
	*request
	set      *Set
	verdicts []verdict
	owned    bool // AWS owns the resource: nothing can allow the call
	atOnce   bool // and no policy is looked at

	identity, boundary, session verdict
	resource                    verdict
}

// gather weighs the layers that apply to the principal.
func (e *evaluation) gather() {
	s, p := e.set, &e.Principal
	e.owned, e.atOnce = ownedByAWS(e.request)
	if p.Kind != KindAnonymous {
		e.identity = e.layer(LayerIdentity, s.Identity, identitySide)
		e.boundary = e.optional(LayerBoundary, s.Boundary)
		e.session = e.optional(LayerSession, s.Session)
	}
	if !serviceLinked(p) {
		if p.identified() {
			e.levels(LayerSCP, s.SCP, identitySide)
		}
		e.levels(LayerRCP, s.RCP, resourceSide)
	}
	if s.Endpoint != nil {
		e.layer(LayerEndpoint, s.Endpoint, optionalSide)
	}
	e.resource = weigh(e.request, LayerResource, "", s.Resource, resourceSide)
	if e.unread(LayerResource) {
		e.resource.allow, e.resource.deny = max(e.resource.allow, Maybe), max(e.resource.deny, Maybe)
		for i := range e.resource.grades {
			e.resource.grades[i] = max(e.resource.grades[i], Maybe)
		}
	}
	if s.Resource != nil || e.unread(LayerResource) {
		e.verdicts = append(e.verdicts, e.resource)
	}
}

func (e *evaluation) unread(l Layer) bool { return slices.Contains(e.set.Unread, l) }

// layer weighs a layer that must allow.
func (e *evaluation) layer(l Layer, list []Policy, on side) verdict {
	v := weigh(e.request, l, "", list, on)
	if e.unread(l) {
		v.allow, v.deny = max(v.allow, Maybe), max(v.deny, Maybe)
	}
	e.verdicts = append(e.verdicts, v)
	return v
}

// optional weighs a layer that limits only where it exists.
func (e *evaluation) optional(l Layer, list []Policy) verdict {
	if list == nil && !e.unread(l) {
		return verdict{layer: l, allow: Yes}
	}
	return e.layer(l, list, identitySide)
}

func (e *evaluation) levels(l Layer, levels []Level, on side) {
	for _, level := range levels {
		v := weigh(e.request, l, level.ID, level.Policies, on)
		if l == LayerRCP {
			v.allow = Yes // RCPFullAWSAccess is attached to every level
		}
		e.verdicts = append(e.verdicts, v)
	}
	if e.unread(l) {
		e.verdicts = append(e.verdicts, verdict{layer: l, allow: Maybe, deny: Maybe})
	}
}

// decide combines the verdicts.
func (e *evaluation) decide() Result {
	deny, guard := No, Yes
	for i := range e.verdicts {
		v := &e.verdicts[i]
		deny = max(deny, v.deny)
		switch v.layer {
		case LayerSCP, LayerRCP, LayerEndpoint:
			guard = min(guard, v.allow)
		}
	}
	deny = max(deny, e.excludedByBoundary())
	allow := min(guard, e.granted())
	r := Result{Layers: e.opinions()}
	switch {
	case e.atOnce:
		r.Decision = ImplicitDeny
	case deny == Yes:
		r.Decision = ExplicitDeny
	case allow == No || e.owned:
		r.Decision = ImplicitDeny
	case allow == Yes && deny == No:
		r.Decision = Allowed
	default:
		r.Decision = Unknown
	}
	e.explain(&r)
	return r
}

// granted combines identity and resource policies (IAM user guide, "Policy
// evaluation logic" and "Cross-account policy evaluation logic").
func (e *evaluation) granted() Truth {
	g := &e.resource.grades
	any := max(g[byAccount], g[byRole], g[byEveryone], g[byIdentity])
	direct := max(g[byIdentity], min(g[byEveryone], e.session.allow))
	limits := min(e.boundary.allow, e.session.allow)
	switch {
	case !e.Principal.identified():
		return any
	case e.Principal.Kind == KindRoot && e.sameAccount() && !e.needsResourcePolicy():
		return limits // the root user needs no identity policy
	case !e.sameAccount():
		return min(e.identity.allow, limits, any)
	case e.needsResourcePolicy():
		delegated := min(g[byAccount], e.identity.allow)
		return max(direct, min(max(g[byRole], delegated), limits))
	}
	return max(direct, min(max(e.identity.allow, g[byRole]), limits))
}

func (e *evaluation) sameAccount() bool {
	return e.account == "" || e.Principal.Account == "" || e.account == e.Principal.Account
}

// excludedByBoundary: a Deny with NotPrincipal always denies a principal that
// has a permissions boundary, whomever it lists (IAM user guide, "Permissions
// boundaries for IAM entities").
func (e *evaluation) excludedByBoundary() Truth {
	if e.set.Boundary == nil {
		return No
	}
	t := No
	for i := range e.set.Resource {
		p := &e.set.Resource[i]
		if p.Document == nil {
			continue
		}
		for k := range p.Statements {
			s := &p.Statements[k]
			if s.Effect == Deny && s.notPrincipal != nil && s.matchAction(e.request) {
				t = max(t, min(s.matchResource(e.request, resourceSide), s.conditionsHold(e.request)))
			}
		}
	}
	return t
}
