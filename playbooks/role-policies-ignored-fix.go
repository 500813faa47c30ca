package playbooks

import "firstaid/diagnostics"

// fixIgnoredPolicies moves the policies to the role that is used, or lets SAM
// make a role with them; where neither can be written, a person is told how.
func fixIgnoredPolicies(s *diagnostics.Snapshot, f diagnostics.Finding) []Fix {
	p := newProject(s)
	list := p.mends(f)
	w, ok := p.at(f.Subject)
	if !ok || w.resource.Own("Role") == nil || w.resource.Own("Policies") == nil || w.resource.Property("Role").Fn == "Fn::If" {
		return append(list.ordered(), referToRole())
	}
	role, known := w.ownRole(f)
	list.add(w.otherRole(role.RoleName))
	if !known {
		return append(list.ordered(), referToRole())
	}
	keep := w.keepRole(role)
	if keep.Kind == FixTemplate { // nothing is lacking
		return append([]Fix{keep}, list.ordered()...)
	}
	if w.ofStack(role) {
		return append(list.ordered(), referToRole())
	}
	return append(list.ordered(), keep)
}

func referToRole() Fix {
	return guide("Keep the role, and give it what is missing", "역할을 유지하고 빠진 권한을 줍니다",
		diagnostics.Text{
			En: "Compare the Policies of the function with what its role grants (`aws iam list-attached-role-policies`, `aws iam list-role-policies`)",
			Ko: "함수의 Policies와 역할이 실제로 가진 권한을 비교하세요(`aws iam list-attached-role-policies`, `aws iam list-role-policies`)",
		},
		diagnostics.Text{
			En: "Add to the role what it lacks; a role of one's own also needs AWSLambdaBasicExecutionRole, with a VPC AWSLambdaVPCAccessExecutionRole, with tracing AWSXRayDaemonWriteAccess",
			Ko: "부족한 권한을 역할에 추가하세요. 직접 만든 역할에는 AWSLambdaBasicExecutionRole도 필요하고, VPC라면 AWSLambdaVPCAccessExecutionRole, 추적에는 AWSXRayDaemonWriteAccess가 필요합니다",
		},
		diagnostics.Text{
			En: "Delete Policies from the function, so that nobody takes them for effective",
			Ko: "효과가 있다고 오해하지 않도록 함수에서 Policies를 지우세요",
		})
}
