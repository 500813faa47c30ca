package policy

import (
	"slices"
	"strings"
)

// Miss is an Allow statement that would have applied but for one element: the
// place where a person has most likely meant the request.
type Miss struct {
	Ref
	Why Element `json:"why"`
	// Values holds the statement's patterns of that element, or the keys of the
	// conditions that do not hold.
	Values []string `json:"values"`
}

// Element names an element of a statement.
type Element string

// The elements that can keep a statement from applying.
const (
	ElementAction    Element = "Action" // of Beside only
	ElementResource  Element = "Resource"
	ElementCondition Element = "Condition"
	ElementPrincipal Element = "Principal"
)

// NearMisses returns the Allow statements of identity, boundary, session and
// resource policies that name the action, and why they do not apply. Wildcard
// actions count: they name it too.
func (s *Set) NearMisses(req Request) []Miss {
	r := prepare(&req)
	var out []Miss
	for _, l := range [...]struct {
		layer Layer
		list  []Policy
		on    side
	}{
		{LayerIdentity, s.Identity, identitySide},
		{LayerBoundary, s.Boundary, identitySide},
		{LayerSession, s.Session, identitySide},
		{LayerResource, s.Resource, resourceSide},
	} {
		for i := range l.list {
			p := &l.list[i]
			if p.Document == nil {
				continue
			}
			for k := range p.Statements {
				st := &p.Statements[k]
				if why, values, ok := st.misses(r, l.on); ok {
					out = append(out, Miss{refTo(l.layer, "", p, st), why, values})
				}
			}
		}
	}
	return out
}

// Beside returns the Allow statements of identity policies that speak of the
// request's resource and of other actions of its service: where the action was
// most likely forgotten. Values holds what they allow.
func (s *Set) Beside(req Request) []Miss {
	r := prepare(&req)
	service, _, _ := strings.Cut(r.action, ":")
	var out []Miss
	for i := range s.Identity {
		p := &s.Identity[i]
		if p.Document == nil {
			continue
		}
		for k := range p.Statements {
			st := &p.Statements[k]
			if st.Effect != Allow || len(st.action) == 0 || st.matchAction(r) || st.matchResource(r, identitySide) == No {
				continue
			}
			if slices.ContainsFunc(st.Actions(), func(a string) bool { return strings.HasPrefix(a, service+":") }) {
				out = append(out, Miss{refTo(LayerIdentity, "", p, st), ElementAction, st.Actions()})
			}
		}
	}
	return out
}

// misses tells the element that keeps an Allow from applying.
func (s *Statement) misses(r *request, on side) (Element, []string, bool) {
	if s.Effect != Allow || !s.matchAction(r) {
		return "", nil, false
	}
	if s.matchPrincipal(r, on) == notNamed {
		return ElementPrincipal, s.principal.all(), true
	}
	if s.matchResource(r, on) == No {
		return ElementResource, append(s.Resources(), s.NotResources()...), true
	}
	var keys []string
	for i := range s.conditions {
		if c := &s.conditions[i]; c.holds(r) != Yes {
			keys = append(keys, c.name+" "+c.key)
		}
	}
	return ElementCondition, keys, keys != nil
}

func (p *principals) all() []string {
	if p == nil {
		return nil
	}
	out := append([]string(nil), p.aws...)
	return append(out, p.others...)
}
