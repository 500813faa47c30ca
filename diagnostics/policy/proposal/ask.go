package proposal

import (
	"fmt"
	"strings"

	"firstaid/diagnostics"
	"firstaid/diagnostics/denial"
)

// ask writes the text to send to the owner of a policy that is not the
// application's: who needs what on which resource, and which policy says no.
func ask(r Rule, d *denial.Denial) diagnostics.Text {
	var en, ko string
	switch r {
	case RuleBoundary:
		en, ko = "the permissions boundary", "권한 경계"
	case RuleSession:
		en, ko = "the session policy", "세션 정책"
	case RuleSCP:
		en, ko = "the service control policies of the account", "계정의 서비스 제어 정책"
	case RuleRCP:
		en, ko = "the resource control policies of the account", "계정의 리소스 제어 정책"
	case RuleEndpoint:
		en, ko = "the VPC endpoint's policy", "VPC 엔드포인트 정책"
	case RuleExplicitDeny:
		en, ko = "the policy with the Deny statement", "Deny 문이 있는 정책"
	default:
		return diagnostics.Text{}
	}
	if d.Action == "" {
		return diagnostics.Text{}
	}
	if d.PolicyARN != "" {
		en, ko = en+" ("+d.PolicyARN+")", ko+"("+d.PolicyARN+")"
	}
	who, where := d.Principal, d.Resource
	if who == "" {
		who = "the caller"
	}
	if where == "" {
		where = "the resource"
	}
	quote := strings.Join(strings.Fields(d.Quote), " ")
	return diagnostics.Text{
		En: fmt.Sprintf("Please let %s do %s on %s: %s does not allow it.\nAWS says: %s", who, d.Action, where, en, quote),
		Ko: fmt.Sprintf("%s에서 %s이(가) %s에 %s을(를) 할 수 있도록 허용해 주세요.\nAWS 메시지: %s", ko, who, where, d.Action, quote),
	}
}
