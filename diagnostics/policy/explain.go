package policy

import "slices"

// explain fills in which statements and layers led to the decision.
func (e *evaluation) explain(r *Result) {
	switch r.Decision {
	case ExplicitDeny:
		for i := range e.verdicts {
			if v := &e.verdicts[i]; v.deny == Yes {
				r.Deciding = append(r.Deciding, v.denied...)
			}
		}
	case Allowed:
		for i := range e.verdicts {
			r.Deciding = append(r.Deciding, e.verdicts[i].allowed...)
		}
	case ImplicitDeny:
		r.Blocking = e.blocking()
	default:
		for i := range e.verdicts {
			v := &e.verdicts[i]
			if v.deny == Maybe {
				r.Deciding = append(r.Deciding, v.denied...)
			}
			if v.allow == Maybe {
				r.Deciding = append(r.Deciding, v.allowed...)
			}
		}
		r.Missing = e.missing
		r.Blocking = e.blocking()
	}
	if r.Missing == nil && len(e.missing) > 0 && r.Decision == ImplicitDeny {
		r.Missing = slices.Clone(e.missing)
	}
}

// blocking lists the layers that hold back an allow.
func (e *evaluation) blocking() []Block {
	if e.owned {
		return []Block{{Layer: LayerOwned}}
	}
	var out []Block
	for i := range e.verdicts {
		v := &e.verdicts[i]
		if v.allow != Yes && v.layer != LayerResource && !(v.layer == LayerIdentity && e.resourceGrants()) {
			out = append(out, Block{v.layer, v.level})
		}
	}
	if e.resource.allow != Yes && (!e.sameAccount() || e.needsResourcePolicy() || !e.Principal.identified()) {
		out = append(out, Block{Layer: LayerResource})
	}
	return out
}

// resourceGrants: the resource policy stands in for an identity policy.
func (e *evaluation) resourceGrants() bool {
	return e.sameAccount() && max(e.resource.grades[byRole], e.resource.grades[byEveryone], e.resource.grades[byIdentity]) == Yes
}

// opinions states what each layer says by itself.
func (e *evaluation) opinions() []Opinion {
	out := make([]Opinion, 0, len(e.verdicts))
	for i := range e.verdicts {
		v := &e.verdicts[i]
		o := Opinion{Block: Block{v.layer, v.level}, Decision: Unknown}
		switch {
		case v.deny == Yes:
			o.Decision = ExplicitDeny
		case v.deny == Maybe:
		case v.allow == Yes:
			o.Decision = Allowed
		case v.allow == No:
			o.Decision = ImplicitDeny
		}
		out = append(out, o)
	}
	return out
}
