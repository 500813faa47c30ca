package playbooks

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"firstaid/diagnostics"
	"firstaid/diagnostics/policy/proposal"
)

// hotPatchName is the one inline policy that holds every statement put on a
// live role, so that what is to be taken back is in one place.
const hotPatchName = "firstaid"

// maxInlinePolicies is how long a role's inline policies may be together,
// white space not counted (IAM user guide, "IAM and AWS STS quotas").
const maxInlinePolicies = 10240

// hotPatch puts the statements on the live role. The next deployment knows
// nothing of it, and a role with a policy of its own cannot be deleted with its
// stack (convox/rack#2672): it is to be taken back once the template has it.
func hotPatch(role diagnostics.Role, p *proposal.Proposal) Fix {
	before := ""
	if i := slices.IndexFunc(role.Policies, func(x diagnostics.RolePolicy) bool { return x.PolicyArn == "" && x.PolicyName == hotPatchName }); i >= 0 {
		before = role.Policies[i].Document
	}
	document, err := merged(before, p.Statements)
	if err != nil {
		return declinedPatch(role, p, err)
	}
	if n := inlineSize(role, document); n > maxInlinePolicies {
		return declinedPatch(role, p, fmt.Errorf("the role's inline policies would have %d characters, and IAM takes %d", n, maxInlinePolicies))
	}
	of := diagnostics.Ref{Kind: diagnostics.KindRole, ID: role.RoleName}
	name := map[string]any{"RoleName": role.RoleName, "PolicyName": hotPatchName}
	with := func(text string) map[string]any {
		return map[string]any{"RoleName": role.RoleName, "PolicyName": hotPatchName, "PolicyDocument": text}
	}
	undo := &Call{Of: of, Service: "iam", Operation: "DeleteRolePolicy", Args: name}
	if before != "" {
		undo = &Call{Of: of, Service: "iam", Operation: "PutRolePolicy", Args: with(before)}
	}
	f := patchFrame(role, p)
	f.Notes = []diagnostics.Text{{
		En: "Works within seconds and lives outside the template: take it back (u) once the template has the grant.",
		Ko: "몇 초 안에 적용되지만 템플릿에는 없습니다. 템플릿에 반영한 뒤 되돌리세요(u).",
	}}
	f.Steps = []Step{Call{
		Of: of, Service: "iam", Operation: "PutRolePolicy", Field: "rolePolicy",
		Before: CanonicalJSON(before), After: CanonicalJSON(document), Args: with(document), Undo: undo,
	}}
	f.Proof = &diagnostics.Proof{Document: document}
	return f
}

func patchFrame(role diagnostics.Role, p *proposal.Proposal) Fix {
	return Fix{
		Title: diagnostics.Text{En: "Hot patch: put the statement on the live role " + role.RoleName, Ko: "임시 조치: 실행 중인 역할 " + role.RoleName + "에 문장을 추가합니다"},
		Kind:  FixEnvironment, Risk: Disrupts, Changes: p.Radius,
	}
}

// declinedPatch is a patch that IAM would refuse.
func declinedPatch(role diagnostics.Role, p *proposal.Proposal, why error) Fix {
	f := patchFrame(role, p)
	f.Declined = diagnostics.Text{En: why.Error(), Ko: why.Error()}
	f.Steps = []Step{Manual{Of: diagnostics.Ref{Kind: diagnostics.KindRole, ID: role.RoleName}, Do: byHand(role.RoleName, p)}}
	return f
}

// merged is the document with the statements that it does not have yet: one
// statement a grant, each with the Sid of its day.
func merged(before string, add []proposal.Statement) (string, error) {
	document, err := proposal.Document(add)
	if before == "" || err != nil {
		return string(document), err
	}
	var whole struct{ Statement []json.RawMessage }
	if err := json.Unmarshal([]byte(before), &whole); err != nil {
		return "", fmt.Errorf("the role's policy %s cannot be read: %w", hotPatchName, err)
	}
	known, taken := map[string]bool{}, map[string]bool{}
	for _, s := range whole.Statement {
		known[withoutSid(s)] = true
		var named struct{ Sid string }
		if json.Unmarshal(s, &named) == nil {
			taken[named.Sid] = true
		}
	}
	for _, s := range add {
		for n := 2; taken[s.Sid]; n++ { // a Sid names one statement of a document
			s.Sid = fmt.Sprintf("%sN%d", strings.TrimRight(s.Sid, "N0123456789"), n)
		}
		text, err := json.Marshal(s)
		if err != nil {
			return "", err
		}
		if !known[withoutSid(text)] {
			taken[s.Sid] = true
			whole.Statement = append(whole.Statement, text)
		}
	}
	out, err := json.Marshal(struct {
		Version   string
		Statement []json.RawMessage
	}{"2012-10-17", whole.Statement})
	return string(out), err
}

// withoutSid is a statement by what it says.
func withoutSid(statement []byte) string {
	var fields map[string]json.RawMessage
	if json.Unmarshal(statement, &fields) != nil {
		return string(statement)
	}
	delete(fields, "Sid")
	text, err := json.Marshal(fields)
	if err != nil {
		return string(statement)
	}
	return CanonicalJSON(string(text))
}

// inlineSize is how long the role's inline policies are with the document.
func inlineSize(role diagnostics.Role, document string) int {
	n := len(strings.Join(strings.Fields(document), ""))
	for _, x := range role.Policies {
		if x.PolicyArn == "" && x.PolicyName != hotPatchName {
			n += len(strings.Join(strings.Fields(x.Document), ""))
		}
	}
	return n
}
