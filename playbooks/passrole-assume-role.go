package playbooks

import (
	"encoding/json"
	"strings"

	"firstaid/diagnostics"
)

// notAssumable is what Lambda says of a role that it may not assume; it says
// the same of a role that was made a moment ago.
const notAssumable = "cannot be assumed by Lambda"

// findUntrustedRole reads the trust policies: a function's role that is
// missing or does not let Lambda assume it proves the cause, a role that does
// leaves only the time that IAM takes to spread a change.
func findUntrustedRole(s *diagnostics.Snapshot) []diagnostics.Finding {
	ix := newIndex(s)
	list := untrustedCallers(s, ix)
	for _, f := range s.Functions {
		if r, ok := ix.role(f.Role); ok && f.Role != "" {
			of := diagnostics.Ref{Kind: diagnostics.KindFunction, ID: f.FunctionName}
			if found, ok := untrusted(r, ix.ofFunction(f.FunctionName), diagnostics.Evidence{Of: of, Field: "Role", Quote: f.Role}); ok {
				list = append(list, found)
			}
		}
	}
	for _, e := range s.Events {
		if !e.Failed() || !strings.Contains(diagnostics.Normalize(e.Reason()), notAssumable) {
			continue
		}
		r, ok := ix.role(stringProperty(e.ResourceProperties, "Role"))
		if !ok {
			continue
		}
		saw := diagnostics.Evidence{Of: e.Ref(), Field: "ResourceStatusReason", At: e.Timestamp, Quote: quote(e.Reason())}
		found, bad := untrusted(r, ix.ofEvent(e), saw)
		if !bad {
			found = notSpreadYet(r, ix.ofEvent(e), saw)
		}
		found.First, found.Last = e.Timestamp, e.Timestamp
		list = append(list, found)
	}
	return list
}

// untrusted is the finding about a role that Lambda cannot assume; ok is false
// when it can, or when the trust policy was not read.
func untrusted(r diagnostics.Role, subject diagnostics.Ref, saw diagnostics.Evidence) (diagnostics.Finding, bool) {
	f := diagnostics.Finding{
		Confidence: diagnostics.Confirmed, Subject: subject, Count: 1,
		Captures: map[string]string{"role": r.RoleName}, Evidence: []diagnostics.Evidence{saw},
	}
	of := diagnostics.Ref{Kind: diagnostics.KindRole, ID: r.RoleName}
	if r.Missing {
		f.Because = diagnostics.Text{En: "the role " + r.RoleName + " does not exist", Ko: "역할 " + r.RoleName + "이(가) 없습니다"}
		f.Evidence = append(f.Evidence, diagnostics.Evidence{Of: of, Field: "GetRole", Quote: "NoSuchEntity: " + r.RoleName})
		return f, true
	}
	trusted, read := trusts(r.TrustPolicy, "lambda.amazonaws.com")
	if !read || trusted {
		return f, false
	}
	f.Because = diagnostics.Text{
		En: "the trust policy of " + r.RoleName + " does not let lambda.amazonaws.com assume it",
		Ko: r.RoleName + "의 신뢰 정책이 lambda.amazonaws.com의 역할 수임을 허용하지 않습니다",
	}
	f.Evidence = append(f.Evidence, diagnostics.Evidence{Of: of, Field: "AssumeRolePolicyDocument", Quote: quote(r.TrustPolicy)})
	return f, true
}

func notSpreadYet(r diagnostics.Role, subject diagnostics.Ref, saw diagnostics.Evidence) diagnostics.Finding {
	return diagnostics.Finding{
		Confidence: diagnostics.Likely, Subject: subject, Count: 1, Captures: map[string]string{"role": r.RoleName},
		Because: diagnostics.Text{
			En: "the role " + r.RoleName + " is there and trusts Lambda by now: it was too new, and the same deployment should pass",
			Ko: "역할 " + r.RoleName + "이(가) 있고 지금은 Lambda를 신뢰합니다. 막 만들어진 역할이었으므로 같은 배포를 다시 하면 될 것입니다",
		},
		Evidence: []diagnostics.Evidence{saw, {Of: diagnostics.Ref{Kind: diagnostics.KindRole, ID: r.RoleName}, Field: "AssumeRolePolicyDocument", Quote: quote(r.TrustPolicy)}},
	}
}

// trusts reports whether a trust policy has a statement that lets a service
// assume the role; conditions are taken as met. read is false for a policy
// that could not be read.
func trusts(policy, service string) (trusted, read bool) {
	var document struct{ Statement json.RawMessage }
	if policy == "" || json.Unmarshal([]byte(policy), &document) != nil {
		return false, false
	}
	type statement struct {
		Effect            string
		Action, Principal json.RawMessage
	}
	var statements []statement
	if json.Unmarshal(document.Statement, &statements) != nil {
		statements = make([]statement, 1)
		if json.Unmarshal(document.Statement, &statements[0]) != nil {
			return false, false
		}
	}
	for _, st := range statements {
		var principal struct{ Service, AWS json.RawMessage }
		anyone := json.Unmarshal(st.Principal, &principal) != nil && has(st.Principal, "*")
		who := anyone || has(principal.Service, service) || has(principal.Service, "*") || has(principal.AWS, "*")
		may := has(st.Action, "sts:AssumeRole") || has(st.Action, "sts:*") || has(st.Action, "*")
		if st.Effect == "Allow" && who && may {
			return true, true
		}
	}
	return false, true
}

// has reports whether a JSON text or list of texts holds a word, in any case.
func has(raw json.RawMessage, word string) bool {
	var one string
	if json.Unmarshal(raw, &one) == nil {
		return strings.EqualFold(one, word)
	}
	var many []string
	_ = json.Unmarshal(raw, &many) // anything else holds no word
	for _, m := range many {
		if strings.EqualFold(m, word) {
			return true
		}
	}
	return false
}

// stringProperty is a text property of an event's ResourceProperties.
func stringProperty(properties, name string) string {
	var all map[string]json.RawMessage
	var value string
	if json.Unmarshal([]byte(properties), &all) != nil || json.Unmarshal(all[name], &value) != nil {
		return ""
	}
	return value
}
