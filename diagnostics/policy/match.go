package policy

// role of a policy decides what its statements must have.
type side int8

const (
	identitySide side = iota // the principal is whose policy it is
	resourceSide             // a statement without Principal matches nobody
	optionalSide             // a VPC endpoint policy: Principal may be left out
)

// matchAction compares Action or NotAction; names are case-insensitive.
func (s *Statement) matchAction(r *request) bool {
	if s.notAction != nil {
		for i := range s.notAction {
			if s.notAction[i].matches(r.action) {
				return false
			}
		}
		return true
	}
	for i := range s.action {
		if s.action[i].matches(r.action) {
			return true
		}
	}
	return false
}

// matchResource compares Resource or NotResource. A statement of a resource
// policy may have neither: it speaks of the resource it is attached to.
func (s *Statement) matchResource(r *request, on side) Truth {
	if s.notResource != nil {
		return noResource(s.notResource, r)
	}
	if s.resource == nil {
		return truth(on != identitySide)
	}
	return anyResource(s.resource, r)
}

func anyResource(list []pattern, r *request) Truth {
	t := No
	for i := range list {
		if t = max(t, list[i].matchResource(r)); t == Yes {
			return Yes
		}
	}
	return t
}

// noResource decides NotResource. A variable without a value keeps the
// statement from applying, so that it cannot turn into "everything"; unless
// the fields before the variable name another kind of resource anyway.
func noResource(list []pattern, r *request) Truth {
	t := Yes
	for i := range list {
		p := &list[i]
		if p.vars {
			if _, known := r.substitute(p.text); known == No {
				if p.sameFields(r.Resource) {
					return No
				}
				continue
			}
		}
		t = min(t, p.matchResource(r).not())
	}
	return t
}

// matchPrincipal returns how a statement names the requester.
func (s *Statement) matchPrincipal(r *request, on side) grade {
	switch {
	case on == identitySide:
		return byIdentity
	case s.principal != nil:
		return s.principal.names(&r.Principal)
	case s.notPrincipal != nil:
		return s.notPrincipal.excludes(&r.Principal)
	case on == optionalSide:
		return byIdentity
	}
	return notNamed
}

// excludes decides NotPrincipal: the grade a requester has that is not listed.
func (p *principals) excludes(q *Principal) grade {
	switch {
	case p.names(q) != notNamed:
		return notNamed
	case q.Kind == KindRole:
		return byRole
	}
	return byEveryone
}

// conditionsHold is the conjunction of the statement's conditions.
func (s *Statement) conditionsHold(r *request) Truth {
	t := Yes
	for i := range s.conditions {
		if t = min(t, s.conditions[i].holds(r)); t == No {
			return No
		}
	}
	return t
}

// match decides whether the statement speaks of the request.
func (s *Statement) match(r *request, on side) (Truth, grade) {
	if !s.matchAction(r) {
		return No, notNamed
	}
	g := s.matchPrincipal(r, on)
	if g == notNamed {
		return No, notNamed
	}
	t := s.matchResource(r, on)
	if t == No {
		return No, notNamed
	}
	return min(t, s.conditionsHold(r)), g
}
