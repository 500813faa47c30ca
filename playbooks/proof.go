package playbooks

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"firstaid/diagnostics"
	"firstaid/diagnostics/policy"
	"firstaid/diagnostics/policy/proposal"
)

// An Asker asks IAM's simulation. What was answered before an error is
// returned with it.
type Asker func(context.Context, diagnostics.Question) ([]diagnostics.Simulation, error)

// trials lists what a grant is tried on, nothing decided yet.
func trials(p *proposal.Proposal) []diagnostics.Trial {
	var list []diagnostics.Trial
	for _, w := range p.Wanted {
		list = append(list, diagnostics.Trial{Purpose: diagnostics.Wanted, Action: w.Action, Resource: w.Resource, Context: contextKeys(w.Context)})
	}
	for _, c := range p.Controls {
		list = append(list, diagnostics.Trial{Purpose: diagnostics.Control, Kind: c.Kind, Action: c.Action, Resource: c.Resource, Context: contextKeys(c.Context)})
	}
	return list
}

func contextKeys(values map[string]string) []diagnostics.ContextKey {
	var keys []diagnostics.ContextKey
	for _, name := range slices.Sorted(maps.Keys(values)) {
		keys = append(keys, diagnostics.ContextKey{Name: name, Type: "string", Values: []string{values[name]}})
	}
	return keys
}

// TryHere tries a document on a proposal's pairs with firstaid's own
// evaluator: AWS did not check it. set is what decides for the principal
// today; a layer that was not read leaves what depends on it unknown.
func TryHere(set *policy.Set, principal string, known []diagnostics.ContextKey, p *proposal.Proposal, document string) (*diagnostics.Proof, error) {
	doc, err := policy.Parse([]byte(document))
	if err != nil {
		return nil, err
	}
	who, err := policy.NewPrincipal(principal)
	if err != nil {
		return nil, err
	}
	with := *set
	with.Identity = append(slices.Clip(set.Identity), policy.Policy{Name: diagnostics.GrantPolicy, Document: doc})
	proof := &diagnostics.Proof{Principal: principal, Document: document, Context: known, Trials: trials(p), Unchecked: notAsked}
	for i := range proof.Trials {
		t := &proof.Trials[i]
		r := policy.Request{Principal: who, Action: t.Action, Resource: t.Resource, Context: requestContext(known, t.Context)}
		t.Origin, t.Before = diagnostics.OriginLocal, string(set.Evaluate(r).Decision)
		after := with.Evaluate(r)
		t.After, t.Missing = string(after.Decision), after.Missing
		t.Layer, t.DecidedBy = decidedHere(after)
	}
	return proof, nil
}

var notAsked = diagnostics.Text{
	En: "The role's policies were evaluated here; AWS was not asked.",
	Ko: "역할의 정책을 여기서 평가했으며 AWS에 묻지 않았습니다.",
}

func requestContext(lists ...[]diagnostics.ContextKey) policy.Context {
	values := map[string][]string{}
	for _, list := range lists {
		for _, k := range list {
			values[k.Name] = k.Values
		}
	}
	return policy.NewContext(values, false)
}

// decidedHere names what decided: the statement's policy, else the layer that
// does not allow.
func decidedHere(r policy.Result) (layer, by string) {
	if len(r.Deciding) > 0 {
		ref := r.Deciding[0]
		for _, d := range r.Deciding {
			if d.Policy == diagnostics.GrantPolicy {
				ref = d
			}
		}
		if ref.Policy == diagnostics.GrantPolicy {
			return string(ref.Layer), ref.Policy
		}
		return string(ref.Layer), fmt.Sprintf("%s, statement %d", ref.Policy, ref.Index+1)
	}
	for _, b := range r.Blocking {
		if b.Layer == policy.LayerIdentity {
			return "", ""
		}
	}
	if len(r.Blocking) > 0 {
		return string(r.Blocking[0].Layer), ""
	}
	return "", ""
}

// Prove has IAM try a proof's document: the same pairs, decided without it and
// with exactly its bytes as PolicyInputList. Where IAM cannot be asked, the
// proof stays as it is and says why.
func Prove(ctx context.Context, p *diagnostics.Proof, ask Asker) *diagnostics.Proof {
	asked := *p
	asked.Trials = slices.Clone(p.Trials)
	if p.Principal == "" {
		return &asked
	}
	for _, group := range sameContext(asked.Trials) {
		if err := tryGroup(ctx, &asked, group, ask); err != nil {
			kept := *p
			kept.Unchecked = diagnostics.Text{
				En: "Not checked by AWS: " + err.Error(),
				Ko: "AWS가 확인하지 않았습니다: " + err.Error(),
			}
			return &kept
		}
	}
	asked.Unchecked = diagnostics.Text{}
	if !asked.ByAWS() {
		asked.Unchecked = diagnostics.Text{En: "IAM did not answer for every pair.", Ko: "IAM이 일부 항목에 답하지 않았습니다."}
	}
	return &asked
}

// sameContext gathers the trials that one call can ask about, by index.
func sameContext(list []diagnostics.Trial) [][]int {
	var groups [][]int
	at := map[string]int{}
	for i, t := range list {
		key := fmt.Sprint(t.Context)
		g, ok := at[key]
		if !ok {
			g = len(groups)
			at[key], groups = g, append(groups, nil)
		}
		groups[g] = append(groups[g], i)
	}
	return groups
}

// questionOf asks about a group of trials as the principal stands.
func questionOf(p *diagnostics.Proof, group []int) diagnostics.Question {
	q := diagnostics.Question{Principal: p.Principal, Context: append(slices.Clone(p.Context), p.Trials[group[0]].Context...)}
	for _, i := range group {
		t := p.Trials[i]
		if !slices.Contains(q.Actions, t.Action) {
			q.Actions = append(q.Actions, t.Action)
		}
		if !slices.Contains(q.Resources, t.Resource) {
			q.Resources = append(q.Resources, t.Resource)
		}
	}
	return q
}

// tryGroup asks twice: without the document, and with it.
func tryGroup(ctx context.Context, p *diagnostics.Proof, group []int, ask Asker) error {
	q := questionOf(p, group)
	before, err := ask(ctx, q)
	if err != nil {
		return err
	}
	q.Add = []string{p.Document}
	after, err := ask(ctx, q)
	if err != nil {
		return err
	}
	for _, i := range group {
		t := &p.Trials[i]
		was, ok := answerTo(before, t)
		is, ok2 := answerTo(after, t)
		if !ok || !ok2 {
			continue
		}
		t.Origin, t.Before, t.After = diagnostics.OriginAWS, decisionOf(was), decisionOf(is)
		t.Missing = is.MissingContextValues
		t.Layer, t.DecidedBy = decidedByAWS(is)
	}
	return nil
}

func answerTo(list []diagnostics.Simulation, t *diagnostics.Trial) (diagnostics.Simulation, bool) {
	for _, s := range list {
		if strings.EqualFold(s.EvalActionName, t.Action) && s.EvalResourceName == t.Resource {
			return s, true
		}
	}
	return diagnostics.Simulation{}, false
}

// decisionOf reads an answer. One that lacks context values is no answer,
// unless a Deny settled it.
func decisionOf(s diagnostics.Simulation) string {
	if len(s.MissingContextValues) > 0 && s.EvalDecision != diagnostics.DecisionExplicit {
		return diagnostics.DecisionUnknown
	}
	return s.EvalDecision
}

func decidedByAWS(s diagnostics.Simulation) (layer, by string) {
	switch {
	case s.AllowedByOrganizations != nil && !*s.AllowedByOrganizations:
		return string(policy.LayerSCP), ""
	case s.AllowedByBoundary != nil && !*s.AllowedByBoundary:
		return string(policy.LayerBoundary), ""
	}
	for i, m := range s.MatchedStatements {
		if i == 0 || m.SourcePolicyId == diagnostics.GrantPolicy {
			layer, by = string(layerOf(m.SourcePolicyType)), m.SourcePolicyId
		}
	}
	return layer, by
}
