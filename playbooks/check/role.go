package check

import (
	"firstaid/diagnostics"
	"firstaid/playbooks/edit"
)

// checkRolePolicies finds functions whose Policies SAM drops because a Role is given. A null Role and a Role
// that Fn::If may leave out do not count: then SAM makes the role and the policies apply.
func checkRolePolicies(s *scope) {
	for _, r := range s.t.Resources() {
		if r.Type != "AWS::Serverless::Function" && r.Type != "AWS::Serverless::StateMachine" {
			continue
		}
		role, policies := r.Property("Role"), r.Property("Policies")
		if role.Missing() || role.Fn == "Fn::If" || policies.Missing() || policies.List() != nil && len(policies.List()) == 0 {
			continue
		}
		at := policies
		if p, ok := r.Effective().Entry("Policies"); ok {
			at = p.Key
		}
		message := bilingual(
			r.ID+" has both Role and Policies: SAM uses the Role and silently ignores every policy listed here",
			r.ID+"에 Role과 Policies가 함께 있습니다. SAM은 Role을 사용하고 여기 적힌 정책을 모두 조용히 무시합니다")
		if r.Type == "AWS::Serverless::StateMachine" {
			message = bilingual(
				r.ID+" has both Role and Policies: SAM refuses a state machine with both",
				r.ID+"에 Role과 Policies가 함께 있습니다. SAM은 둘 다 있는 상태 머신을 거부합니다")
		}
		mends := s.moveToRole(r)
		if editable(r) && r.Own("Role") != nil {
			m := s.mend("Drop Role: SAM then makes a role with these policies", "Role을 제거합니다. SAM이 이 정책들로 역할을 만듭니다", edit.Delete(properties(r, "Role")...))
			m.Changes = bilingual(
				"The function gets a new role with the basic execution policy and these policies; permissions that only the old role had are gone.",
				"함수는 기본 실행 정책과 이 정책들을 가진 새 역할을 받습니다. 이전 역할에만 있던 권한은 사라집니다.")
			mends = append(mends, m)
		}
		s.report("role-policies-ignored", diagnostics.Error, at, r.ID, message, mends...)
	}
}
