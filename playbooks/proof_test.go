package playbooks

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"firstaid/diagnostics"
)

// proofs are the proofs of a finding's fixes, by title.
func proofs(t *testing.T, s *diagnostics.Snapshot) map[string]Fix {
	t.Helper()
	_, list := diagnoseDenied(t, s)
	byTitle := map[string]Fix{}
	for _, f := range list {
		if f.Proof != nil {
			byTitle[f.Title.En] = f
		}
	}
	if len(byTitle) == 0 {
		t.Fatal("no fix carries a proof")
	}
	return byTitle
}

func patchOf(t *testing.T, fixes map[string]Fix) Fix {
	t.Helper()
	for title, f := range fixes {
		if strings.HasPrefix(title, "Hot patch") {
			return f
		}
	}
	t.Fatal("there is no hot patch")
	return Fix{}
}

func TestAGrantIsTriedOnTheRoleBeforeItIsOffered(t *testing.T) {
	s := denied(refused("dynamodb:PutItem", ordersTable), deniedTemplate)
	f := patchOf(t, proofs(t, s))
	if got := f.Proof.Verdict(); got != diagnostics.ProofHolds {
		t.Errorf("verdict %s of %+v", got, f.Proof.Trials)
	}
	kinds := map[string]string{}
	for _, x := range f.Proof.Trials {
		kinds[string(x.Purpose)+" "+x.Kind] = x.Before + " " + x.After + " " + x.DecidedBy + " " + x.Origin
	}
	for kind, want := range map[string]string{
		"wanted ":               "implicitDeny allowed PolicyInputList.1 local",
		"control sibling":       "implicitDeny implicitDeny  local",
		"control other-account": "implicitDeny implicitDeny  local",
		"control delete":        "implicitDeny implicitDeny  local",
	} {
		if kinds[kind] != want {
			t.Errorf("%s: %q, want %q", kind, kinds[kind], want)
		}
	}
	var b strings.Builder
	if err := WritePlan(&b, Plan{Fix: f}, diagnostics.English); err != nil || !strings.Contains(b.String(), "not checked by AWS") {
		t.Errorf("the preview does not say who checked: %v\n%s", err, b.String())
	}
	if p := (Plan{Fix: f}); p.Confirmation() != "" {
		t.Errorf("a grant whose proof holds asks for %q", p.Confirmation())
	}
}

func TestTheProofIsAboutExactlyTheBytesThatAreApplied(t *testing.T) {
	f := patchOf(t, proofs(t, denied(refused("dynamodb:PutItem", ordersTable), deniedTemplate)))
	sent := f.Steps[0].(Call).Args["PolicyDocument"]
	if f.Proof.Document != sent {
		t.Errorf("tried %s\napplied %s", f.Proof.Document, sent)
	}
	var asked []string
	Prove(context.Background(), f.Proof, func(_ context.Context, q diagnostics.Question) ([]diagnostics.Simulation, error) {
		asked = append(asked, q.Add...)
		return nil, nil
	})
	if !slices.Equal(asked, []string{f.Proof.Document}) {
		t.Errorf("PolicyInputList was %q", asked)
	}
}

func TestAControlThatBecomesAllowedTakesAwayTheSingleKey(t *testing.T) {
	s := denied(refused("dynamodb:PutItem", ordersTable), deniedTemplate)
	f := patchOf(t, proofs(t, s))
	f.Proof.Trials[1].After = diagnostics.DecisionAllowed
	if got := (Plan{Fix: f}).Confirmation(); got != "shop-FnRole-1" {
		t.Errorf("asks for %q", got)
	}
	f.Proof.Trials[1].Before = diagnostics.DecisionAllowed // it was so before: not this grant's doing
	if got := (Plan{Fix: f}).Confirmation(); got != "" {
		t.Errorf("asks for %q", got)
	}
}

func TestAGrantThatABoundaryHoldsBackIsNotEnough(t *testing.T) {
	s := denied(refused("dynamodb:PutItem", ordersTable), deniedTemplate)
	s.Roles[0].PermissionsBoundary = "arn:aws:iam::123456789012:policy/edge"
	s.Roles[0].Boundary = `{"Statement":{"Effect":"Allow","Action":"logs:*","Resource":"*"}}`
	f := patchOf(t, proofs(t, s))
	wanted := f.Proof.Trials[0]
	if f.Proof.Verdict() != diagnostics.ProofLacks || wanted.Layer != "permissions-boundary" || (Plan{Fix: f}).Confirmation() == "" {
		t.Errorf("%s: %+v", f.Proof.Verdict(), wanted)
	}
	s.Roles[0].Boundary = "" // it has one, and nobody could read it
	f = patchOf(t, proofs(t, s))
	if f.Proof.Verdict() != diagnostics.ProofUnknown || (Plan{Fix: f}).Confirmation() == "" {
		t.Errorf("%s: %+v", f.Proof.Verdict(), f.Proof.Trials[0])
	}
}

func TestPoliciesThatWereNotReadLeaveTheProofUnknown(t *testing.T) {
	s := denied(refused("dynamodb:PutItem", ordersTable), deniedTemplate)
	s.Unread = []diagnostics.Unread{{Of: diagnostics.Ref{Kind: diagnostics.KindRole, ID: "shop-FnRole-1"}, Action: "iam:GetRolePolicy"}}
	f := patchOf(t, proofs(t, s))
	if f.Proof.Verdict() != diagnostics.ProofUnknown {
		t.Errorf("%s: %+v", f.Proof.Verdict(), f.Proof.Trials)
	}
}

func TestIAMsAnswersReplaceOurs(t *testing.T) {
	f := patchOf(t, proofs(t, denied(refused("dynamodb:PutItem", ordersTable), deniedTemplate)))
	no := false
	answer := func(grant, lacking string) Asker {
		return func(_ context.Context, q diagnostics.Question) ([]diagnostics.Simulation, error) {
			var list []diagnostics.Simulation
			for _, action := range q.Actions {
				for _, resource := range q.Resources {
					x := diagnostics.Simulation{EvalActionName: action, EvalResourceName: resource, EvalDecision: "implicitDeny"}
					if len(q.Add) > 0 && action == "dynamodb:PutItem" && resource == ordersTable {
						x.EvalDecision, x.MatchedStatements = grant, []diagnostics.MatchedStatement{{SourcePolicyId: diagnostics.GrantPolicy, SourcePolicyType: "IAM Policy"}}
						if lacking == "scp" {
							x.AllowedByOrganizations = &no
						} else if lacking != "" {
							x.MissingContextValues = []string{lacking}
						}
					}
					list = append(list, x)
				}
			}
			return list, nil
		}
	}
	for name, c := range map[string]struct {
		ask     Asker
		want    diagnostics.ProofVerdict
		decider string
	}{
		"allowed":         {answer("allowed", ""), diagnostics.ProofHolds, "this grant"},
		"an SCP denies":   {answer("implicitDeny", "scp"), diagnostics.ProofLacks, "a service control policy"},
		"a key is absent": {answer("implicitDeny", "aws:SourceVpc"), diagnostics.ProofUnknown, "depends on aws:SourceVpc"},
	} {
		got := Prove(context.Background(), f.Proof, c.ask)
		if !got.ByAWS() || got.Verdict() != c.want || DecidedBy(got.Trials[0]).En != c.decider {
			t.Errorf("%s: %s by %q, by AWS %v", name, got.Verdict(), DecidedBy(got.Trials[0]).En, got.ByAWS())
		}
	}
	refusing := func(context.Context, diagnostics.Question) ([]diagnostics.Simulation, error) {
		return nil, errors.New("needs iam:SimulatePrincipalPolicy")
	}
	if got := Prove(context.Background(), f.Proof, refusing); got.ByAWS() || got.Verdict() != diagnostics.ProofHolds || !strings.Contains(got.Unchecked.En, "iam:SimulatePrincipalPolicy") {
		t.Errorf("where nobody may simulate: %+v", got)
	}
}

// TestIAMKnowsBetterThanTheText: the text blames the identity policies, IAM
// shows that an SCP alone blocks: there is nothing to grant, and a text for its
// owner.
func TestIAMKnowsBetterThanTheText(t *testing.T) {
	no := false
	for name, c := range map[string]struct {
		sim  diagnostics.Simulation
		want string // in the owner's text, "" for a grant
		why  string
	}{
		"an SCP alone":                {diagnostics.Simulation{EvalDecision: "explicitDeny", AllowedByOrganizations: &no, Without: map[string]string{"scp": "allowed"}}, "service control policies", "so a grant changes nothing"},
		"the boundary alone":          {diagnostics.Simulation{EvalDecision: "implicitDeny", AllowedByBoundary: &no, Without: map[string]string{"permission-boundary": "allowed"}}, "permissions boundary", "so a grant changes nothing"},
		"boundary and role lack it":   {diagnostics.Simulation{EvalDecision: "implicitDeny", AllowedByBoundary: &no, Without: map[string]string{"permission-boundary": "implicitDeny"}}, "", "both have to"},
		"a Deny of one policy":        {diagnostics.Simulation{EvalDecision: "explicitDeny", MatchedStatements: []diagnostics.MatchedStatement{{SourcePolicyId: "guard"}}}, "Deny", "of guard matches"},
		"the role alone lacks it":     {diagnostics.Simulation{EvalDecision: "implicitDeny"}, "", "no statement of the role"},
		"a key of the call is absent": {diagnostics.Simulation{EvalDecision: "implicitDeny", MissingContextValues: []string{"aws:SourceVpc"}}, "", "--context aws:SourceVpc=string:VALUE"},
	} {
		s := denied(refused("dynamodb:PutItem", ordersTable), deniedTemplate)
		c.sim.Origin, c.sim.PolicySourceArn, c.sim.EvalActionName, c.sim.EvalResourceName = "aws", s.Roles[0].Arn, "dynamodb:PutItem", ordersTable
		s.Simulations = []diagnostics.Simulation{c.sim}
		f, list := diagnoseDenied(t, s)
		if !strings.Contains(f.Because.En, c.why) {
			t.Errorf("%s: because %q", name, f.Because.En)
		}
		owner := ""
		for _, x := range list {
			for _, step := range x.Steps {
				if m, ok := step.(Manual); ok {
					owner += m.Do.En + "\n"
				}
			}
		}
		if c.want == "" && list[0].Proof == nil || c.want != "" && (list[0].Proof != nil || !strings.Contains(owner, "Please let") || !strings.Contains(owner, c.want)) {
			t.Errorf("%s: %+v\n%s", name, list[0].Title, owner)
		}
	}
}

// Every statement that is put on a live role is in one policy under one name:
// a second grant joins the first, and taking it back leaves the first.
func TestHotPatchesShareOnePolicy(t *testing.T) {
	s := denied(refused("dynamodb:PutItem", ordersTable), deniedTemplate)
	first := patchOf(t, proofs(t, s)).Steps[0].(Call)
	if first.Args["PolicyName"] != "firstaid" || first.Before != "" || first.Undo.Operation != "DeleteRolePolicy" {
		t.Errorf("%+v", first)
	}
	document, _ := first.Args["PolicyDocument"].(string)
	s = denied(refused("dynamodb:GetItem", ordersTable), deniedTemplate)
	s.Roles[0].Policies = append(s.Roles[0].Policies, diagnostics.RolePolicy{PolicyName: "firstaid", Document: document})
	f := patchOf(t, proofs(t, s))
	second := f.Steps[0].(Call)
	if second.Before != CanonicalJSON(document) || !strings.Contains(second.After, "dynamodb:PutItem") || !strings.Contains(second.After, "dynamodb:GetItem") ||
		second.Undo.Operation != "PutRolePolicy" || second.Undo.Args["PolicyDocument"] != document || f.Proof.Document != second.Args["PolicyDocument"] || f.Proof.Verdict() != diagnostics.ProofHolds {
		t.Errorf("%+v\n%+v", second, f.Proof)
	}
	s.Roles[0].Policies[0].Document = `{"Statement":[{"Effect":"Allow","Action":["logs:*","` + strings.Repeat("x", 10200) + `"],"Resource":"*"}]}`
	_, list := diagnoseDenied(t, s)
	for _, x := range list {
		if strings.HasPrefix(x.Title.En, "Hot patch") && (x.Declined.IsZero() || !strings.Contains(x.Declined.En, "10240")) {
			t.Errorf("a policy that is too long is offered: %+v", x)
		}
	}
}
