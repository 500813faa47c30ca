package playbooks

import (
	"encoding/json"
	"strings"

	"firstaid/diagnostics"
	"firstaid/diagnostics/policy"
	"firstaid/diagnostics/policy/proposal"
	"firstaid/playbooks/edit"
)

// fixUntrusted lets a caller into a role's trust policy, in the template first,
// as a labelled hot patch second. It hands out the rights of a role, so the
// role's name is typed. What a condition or a Deny holds back is not edited.
func fixUntrusted(s *diagnostics.Snapshot, f diagnostics.Finding) []Fix {
	ix := newIndex(s)
	caller, action := firstOf(f.Captures["caller"], "lambda.amazonaws.com"), firstOf(f.Captures["action"], "sts:AssumeRole")
	target, ok := ix.role(f.Captures["role"])
	if !ok || target.Missing {
		return nil
	}
	t, ok := trustOf(s, target, caller, action)
	if !ok || t.result.Decision == policy.Allowed {
		return nil
	}
	statement := trustStatement(caller, action)
	if !t.lacksPrincipal() || foreign(s, caller) {
		return []Fix{trustGuide(t, statement)}
	}
	var list fixes
	if w, found := newProject(s).at(ix.physical[target.RoleName]); found && w.resource.Type == "AWS::IAM::Role" {
		x := templateFix("Let "+short(caller)+" assume the role "+w.resource.ID, short(caller)+"이(가) 역할 "+w.resource.ID+"을(를) 수임하도록 허용합니다")
		value := edit.Mapping(edit.Entry("Effect", edit.Text("Allow")), edit.Entry("Principal", edit.Mapping(edit.Entry(principalKind(caller), ix.principalValue(s, caller)))), edit.Entry("Action", edit.Text(action)))
		list.add(w.edited(x, w.template.Name, trustByHand(w.resource.ID, statement), edit.Append(w.path("AssumeRolePolicyDocument", "Statement"), value)))
	}
	if x, ok := trustPatch(target, statement); ok {
		list = append(list, x)
	}
	for i := range list {
		list[i].Risk, list[i].Confirm = Permanent, target.RoleName
		list[i].Proof = ix.triedTrust(t, action, statement)
		list[i].Changes = diagnostics.Text{
			En: short(caller) + " gets every right of the role " + target.RoleName + ", and nobody else does.",
			Ko: short(caller) + "이(가) 역할 " + target.RoleName + "의 모든 권한을 얻습니다. 다른 주체는 얻지 않습니다.",
		}
	}
	return list.ordered()
}

// foreign reports a caller of another account or partition: its grant is a
// decision of two owners.
func foreign(s *diagnostics.Snapshot, caller string) bool {
	p, err := policy.NewPrincipal(caller)
	return err != nil || p.Account != "" && p.Account != s.Identity.Account || strings.HasPrefix(caller, "arn:") && !strings.HasPrefix(caller, "arn:"+partition(s)+":")
}

func short(caller string) string { return caller[strings.LastIndexByte(caller, '/')+1:] }

func principalKind(caller string) string {
	if strings.HasPrefix(caller, "arn:") {
		return "AWS"
	}
	return "Service"
}

// trustStatement is the statement that lets a caller in, as JSON.
func trustStatement(caller, action string) string {
	text, err := json.Marshal(struct {
		Effect    string
		Principal map[string]string
		Action    string
	}{"Allow", map[string]string{principalKind(caller): caller}, action})
	if err != nil {
		return ""
	}
	return string(text)
}

// principalValue writes the caller for a template: through the stack's own role
// where it has it, never with a literal account id.
func (ix *index) principalValue(s *diagnostics.Snapshot, caller string) edit.Value {
	if principalKind(caller) == "Service" {
		return edit.Text(caller)
	}
	known := proposal.Known{Partition: partition(s), Account: s.Identity.Account, Region: s.Identity.Region}
	for _, r := range s.Resources {
		if r.ResourceType == "AWS::IAM::Role" && r.PhysicalResourceId == short(caller) {
			known.Resources = append(known.Resources, proposal.Resource{LogicalID: r.LogicalResourceId, Type: r.ResourceType, ARN: caller})
		}
	}
	return templateValue(known.Express(caller))
}

func trustByHand(role, statement string) diagnostics.Text {
	return diagnostics.Text{
		En: "Add to the AssumeRolePolicyDocument of " + role + ": " + statement,
		Ko: role + "의 AssumeRolePolicyDocument에 추가하세요: " + statement,
	}
}

// trustPatch changes the live role's trust policy.
func trustPatch(target diagnostics.Role, statement string) (Fix, bool) {
	document, ok := extended(target.TrustPolicy, statement)
	if !ok {
		return Fix{}, false
	}
	of := diagnostics.Ref{Kind: diagnostics.KindRole, ID: target.RoleName}
	args := func(text string) map[string]any {
		return map[string]any{"RoleName": target.RoleName, "PolicyDocument": text}
	}
	before := CanonicalJSON(target.TrustPolicy)
	c := Call{
		Of: of, Service: "iam", Operation: "UpdateAssumeRolePolicy", Field: "trustPolicy", Before: before, After: CanonicalJSON(document), Args: args(document),
		Undo: &Call{Of: of, Service: "iam", Operation: "UpdateAssumeRolePolicy", Field: "trustPolicy", Before: CanonicalJSON(document), After: before, Args: args(before)},
	}
	return Fix{
		Title: diagnostics.Text{En: "Hot patch: change the trust policy of the live role " + target.RoleName, Ko: "임시 조치: 실행 중인 역할 " + target.RoleName + "의 신뢰 정책을 바꿉니다"},
		Kind:  FixEnvironment, Risk: Permanent, Steps: []Step{c},
		Notes: []diagnostics.Text{{
			En: "Works within seconds and lives outside the template: the next deployment that changes the role puts its own trust policy back.",
			Ko: "몇 초 안에 적용되지만 템플릿에는 없습니다. 역할을 바꾸는 다음 배포가 템플릿의 신뢰 정책으로 되돌립니다.",
		}},
	}, true
}

// extended adds a statement to a document.
func extended(document, statement string) (string, bool) {
	var whole map[string]json.RawMessage
	if json.Unmarshal([]byte(document), &whole) != nil {
		return "", false
	}
	var list []json.RawMessage
	if json.Unmarshal(whole["Statement"], &list) != nil {
		list = []json.RawMessage{whole["Statement"]} // a single statement needs no list
	}
	joined, err := json.Marshal(append(list, json.RawMessage(statement)))
	if err != nil {
		return "", false
	}
	whole["Statement"] = joined
	out, err := json.Marshal(whole)
	return string(out), err == nil
}

// triedTrust tries the statement here: the caller, and somebody of a similar
// name that must stay outside. The proof names no principal to simulate for:
// IAM's simulation knows no trust policies.
func (ix *index) triedTrust(t trust, action, statement string) *diagnostics.Proof {
	document, ok := extended(t.target.TrustPolicy, statement)
	if !ok {
		return nil
	}
	with := t.target
	with.TrustPolicy = document
	proof := &diagnostics.Proof{Document: document, Unchecked: diagnostics.Text{
		En: "Evaluated here: IAM's simulation ignores trust policies.", Ko: "여기서 평가했습니다. IAM 시뮬레이션은 신뢰 정책을 보지 않습니다.",
	}}
	other := t.name() + "x"
	if principalKind(other) == "Service" {
		other = "x" + t.name()
	}
	for _, x := range []struct {
		purpose diagnostics.Purpose
		kind    string
		who     string
	}{{diagnostics.Wanted, "", t.name()}, {diagnostics.Control, "other-principal", other}} {
		before, ok := trustOf(ix.snapshot, t.target, x.who, action)
		after, ok2 := trustOf(ix.snapshot, with, x.who, action)
		if !ok || !ok2 {
			continue
		}
		layer, by := decidedHere(after.result)
		if after.result.Decision == policy.Allowed && before.result.Decision != policy.Allowed {
			by = diagnostics.GrantPolicy
		}
		proof.Trials = append(proof.Trials, diagnostics.Trial{
			Purpose: x.purpose, Kind: x.kind, Action: action, Resource: t.target.Arn, Context: []diagnostics.ContextKey{{Name: "aws:PrincipalArn", Type: "string", Values: []string{x.who}}},
			Before: string(before.result.Decision), After: string(after.result.Decision), Layer: layer, DecidedBy: by, Origin: diagnostics.OriginLocal,
		})
	}
	return proof
}

// trustGuide is what to do where no statement may be added by one key: a Deny,
// a condition, or a caller of another account.
func trustGuide(t trust, statement string) Fix {
	f := guide("Not a grant: what to do about the trust policy", "권한 추가로 해결되지 않습니다: 신뢰 정책에 대해 할 일")
	f.Declined = diagnostics.Text{En: "firstaid does not change this trust policy.", Ko: "이 신뢰 정책은 여기서 바꾸지 않습니다."}
	f.Steps = append(f.Steps, Manual{Of: diagnostics.Ref{Kind: diagnostics.KindRole, ID: t.target.RoleName}, Do: t.because()})
	if t.lacksPrincipal() {
		f.Steps = append(f.Steps, Manual{Do: diagnostics.Text{
			En: "Send this to the owner of the role: Please let " + t.name() + " assume " + t.target.Arn + ", with an sts:ExternalId condition where the caller is of another company: " + statement,
			Ko: "역할의 소유자에게 보낼 글: " + t.name() + "이(가) " + t.target.Arn + "을(를) 수임하도록 허용해 주세요. 다른 회사의 호출자라면 sts:ExternalId 조건을 두세요: " + statement,
		}})
	}
	return f
}
