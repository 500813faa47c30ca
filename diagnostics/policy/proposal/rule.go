package proposal

import "firstaid/diagnostics"

// Rule names a reason against a grant, or against granting it with one key.
type Rule string

// Rules that stop a proposal.
const (
	RuleNoAction         Rule = "no-action"
	RuleLookAlike        Rule = "look-alike"
	RuleControl          Rule = "control-characters"
	RuleMasked           Rule = "masked"
	RulePlaceholder      Rule = "placeholder"
	RuleTruncated        Rule = "truncated"
	RuleWildcardAction   Rule = "wildcard-action"
	RuleUnknownAction    Rule = "unknown-action"
	RuleActionMismatch   Rule = "action-mismatch"
	RuleNoResource       Rule = "no-resource"
	RuleWildcardResource Rule = "wildcard-resource"
	RuleNotAnARN         Rule = "not-an-arn"
	RuleWrongType        Rule = "wrong-type"
	RuleAlias            Rule = "key-alias"
	RuleWrongName        Rule = "wrong-name"
	RuleMissingKey       Rule = "missing-key"
	RuleExplicitDeny     Rule = "explicit-deny"
	RuleBoundary         Rule = "permissions-boundary"
	RuleSession          Rule = "session-policy"
	RuleSCP              Rule = "service-control-policy"
	RuleRCP              Rule = "resource-control-policy"
	RuleEndpoint         Rule = "vpc-endpoint-policy"
	RuleTrust            Rule = "trust-policy"
	RuleS3Setting        Rule = "s3-setting"
	RuleAuthorizer       Rule = "authorizer"
	RuleLambdaPermission Rule = "lambda-permission"
	RuleStaleGrant       Rule = "stale-grant"
	RuleNotPermission    Rule = "not-a-permission"
	RuleDeployer         Rule = "deployer"
	RuleUnmodifiable     Rule = "unmodifiable"
	RuleOtherRole        Rule = "other-role"
	RuleOtherAccount     Rule = "principal-of-another-account"
	RuleOtherPartition   Rule = "another-partition"
)

// Rules of the red list.
const (
	RuleIAM           Rule = "iam"
	RuleAssumeRole    Rule = "sts-assume-role"
	RuleKeyControl    Rule = "kms-grant-or-key-policy"
	RuleFunctionCode  Rule = "lambda-code-or-permission"
	RuleOrganizations Rule = "organizations"
	RulePermissions   Rule = "permissions-management"
	RuleManagement    Rule = "management-action"
	RuleStarWrite     Rule = "write-on-star"
	RuleForeign       Rule = "foreign-account"
	RuleNotReferenced Rule = "not-referenced"
	RuleServiceUnused Rule = "service-not-used"
	RuleUnverified    Rule = "unverified-account"
	RuleNobody        Rule = "unknown-principal"
	RuleUnproven      Rule = "role-not-confirmed"
	RuleAmbiguous     Rule = "ambiguous"
	RuleResourceSide  Rule = "resource-policy-side"
	RuleServiceNew    Rule = "service-not-known"
)

// Text says what the rule means, for a person.
func (r Rule) Text() diagnostics.Text {
	for _, x := range ruleTexts {
		if x.rule == r {
			return diagnostics.Text{En: x.en, Ko: x.ko}
		}
	}
	return diagnostics.Text{En: string(r)}
}

var ruleTexts = [...]struct {
	rule   Rule
	en, ko string
}{
	{RuleNoAction, "The text names no IAM action; simulate, or look it up in CloudTrail.", "텍스트에 IAM 작업이 없습니다. 시뮬레이션하거나 CloudTrail에서 확인하세요."},
	{RuleLookAlike, "The text holds letters that only look like those of an AWS name.", "AWS 이름처럼 보이지만 다른 문자가 섞여 있습니다."},
	{RuleControl, "The text hides control characters inside a name.", "이름 안에 제어 문자가 숨어 있습니다."},
	{RuleMasked, "Part of the resource or action is masked.", "리소스나 작업의 일부가 가려져 있습니다."},
	{RulePlaceholder, "The text holds a placeholder where a value belongs.", "값이 있어야 할 곳에 자리표시자가 있습니다."},
	{RuleTruncated, "The text is cut off before the resource ends.", "리소스가 끝나기 전에 텍스트가 잘렸습니다."},
	{RuleWildcardAction, "AWS names one action in a denial, never a pattern.", "AWS는 거부 메시지에 작업 하나만 적으며 패턴을 쓰지 않습니다."},
	{RuleUnknownAction, "IAM has no such action.", "IAM에 없는 작업입니다."},
	{RuleActionMismatch, "The reason in the text names another action.", "텍스트의 이유가 다른 작업을 가리킵니다."},
	{RuleNoResource, "The text names no resource, and the action needs one.", "리소스가 적혀 있지 않은데 이 작업에는 리소스가 필요합니다."},
	{RuleWildcardResource, "The text names a pattern; a grant needs the exact resource.", "텍스트가 패턴을 가리킵니다. 권한에는 정확한 리소스가 필요합니다."},
	{RuleNotAnARN, "The text names the resource by a name that does not lead to an ARN.", "텍스트의 이름만으로는 ARN을 알 수 없습니다."},
	{RuleWrongType, "The action cannot be granted on a resource of this type.", "이 유형의 리소스에는 이 작업을 허용할 수 없습니다."},
	{RuleAlias, "A key's alias is no resource for this action; the key's own ARN is needed.", "별칭에는 이 작업을 허용할 수 없습니다. 키의 ARN이 필요합니다."},
	{RuleWrongName, "The stack has a resource with a similar name: fix the name, not the policy.", "스택에 비슷한 이름의 리소스가 있습니다. 정책이 아니라 이름을 고치세요."},
	{RuleMissingKey, "The object does not exist: S3 answers 403 to callers that may not list the bucket. Fix the key.", "객체가 없습니다. 버킷을 나열할 수 없는 호출자에게 S3는 403으로 답합니다. 키를 고치세요."},
	{RuleExplicitDeny, "A Deny statement matched; no Allow can win against it.", "Deny 문이 일치했습니다. Allow로는 이길 수 없습니다."},
	{RuleBoundary, "The permissions boundary does not allow it; its owner has to.", "권한 경계가 허용하지 않습니다. 경계의 소유자가 바꿔야 합니다."},
	{RuleSession, "The session policy does not allow it; whoever starts the session has to.", "세션 정책이 허용하지 않습니다. 세션을 시작하는 쪽에서 바꿔야 합니다."},
	{RuleSCP, "A service control policy of the organisation does not allow it.", "조직의 서비스 제어 정책이 허용하지 않습니다."},
	{RuleRCP, "A resource control policy of the organisation does not allow it.", "조직의 리소스 제어 정책이 허용하지 않습니다."},
	{RuleEndpoint, "The VPC endpoint's policy does not allow it.", "VPC 엔드포인트 정책이 허용하지 않습니다."},
	{RuleTrust, "The role's trust policy decides, not the caller's policies.", "호출자의 정책이 아니라 역할의 신뢰 정책이 결정합니다."},
	{RuleS3Setting, "A setting of the bucket blocks the request; no policy allows it.", "버킷 설정이 요청을 막습니다. 정책으로는 허용할 수 없습니다."},
	{RuleAuthorizer, "The policy that the Lambda authorizer returned denies it; an IAM grant changes nothing.", "Lambda 권한 부여자가 돌려준 정책이 거부했습니다. IAM 권한으로는 바뀌지 않습니다."},
	{RuleLambdaPermission, "The function's resource policy lacks the caller: add an AWS::Lambda::Permission.", "함수의 리소스 정책에 호출자가 없습니다. AWS::Lambda::Permission을 추가하세요."},
	{RuleStaleGrant, "The role was deleted and created again; set another role and back. No policy change helps.", "역할이 삭제된 뒤 다시 만들어졌습니다. 다른 역할로 바꿨다가 되돌리세요. 정책 변경은 소용없습니다."},
	{RuleNotPermission, "This is no missing permission of the function.", "함수의 권한 부족이 아닙니다."},
	{RuleDeployer, "Whoever deploys was denied, not the application; its role is not changed from here.", "애플리케이션이 아니라 배포하는 쪽이 거부되었습니다. 그 역할은 여기서 바꾸지 않습니다."},
	{RuleUnmodifiable, "The principal's policies cannot be changed here.", "이 주체의 정책은 여기서 바꿀 수 없습니다."},
	{RuleOtherRole, "The text speaks of another role than the function's.", "텍스트가 함수의 역할이 아닌 다른 역할을 가리킵니다."},
	{RuleOtherPartition, "It is of another AWS partition than the stack, and partitions share no identities.", "스택과 다른 AWS 파티션에 속합니다. 파티션은 자격 증명을 공유하지 않습니다."},
	{RuleOtherAccount, "The principal belongs to another account.", "주체가 다른 계정에 속합니다."},

	{RuleIAM, "It changes who may do what.", "누가 무엇을 할 수 있는지를 바꿉니다."},
	{RuleAssumeRole, "It gives the rights of another role.", "다른 역할의 권한을 줍니다."},
	{RuleKeyControl, "It hands out rights to a key.", "키에 대한 권한을 나눠 줄 수 있습니다."},
	{RuleFunctionCode, "It lets the function replace code or let others invoke it.", "코드를 바꾸거나 다른 쪽의 호출을 허용할 수 있습니다."},
	{RuleOrganizations, "It reaches the whole organisation.", "조직 전체에 미칩니다."},
	{RulePermissions, "AWS counts it as permissions management.", "AWS가 권한 관리로 분류하는 작업입니다."},
	{RuleManagement, "It changes or deletes the resource itself, not the data in it.", "데이터가 아니라 리소스 자체를 바꾸거나 지웁니다."},
	{RuleStarWrite, "It writes, and can be granted on every resource only.", "쓰기 작업인데 모든 리소스에만 허용할 수 있습니다."},
	{RuleForeign, "The resource belongs to another account: its own policy has to allow it too.", "리소스가 다른 계정에 속합니다. 그쪽 정책도 허용해야 합니다."},
	{RuleNotReferenced, "Neither the stack nor its settings name this resource.", "스택에도 설정에도 없는 리소스입니다."},
	{RuleServiceUnused, "Nothing in the function's code or environment uses this service.", "함수의 코드나 환경에서 이 서비스를 쓰지 않습니다."},
	{RuleUnverified, "The account of the stack is not known, so the resource's cannot be compared.", "스택의 계정을 몰라 리소스의 계정과 비교할 수 없습니다."},
	{RuleNobody, "The text does not say who was denied.", "누가 거부되었는지 적혀 있지 않습니다."},
	{RuleUnproven, "It is not confirmed that this role is the function's.", "이 역할이 함수의 역할인지 확인되지 않았습니다."},
	{RuleAmbiguous, "The text gives several causes; a grant helps against one of them.", "텍스트가 여러 원인을 듭니다. 권한은 그중 하나에만 도움이 됩니다."},
	{RuleResourceSide, "The text names the resource's policy as the one that does not allow it.", "허용하지 않는 것은 리소스 정책이라고 적혀 있습니다."},
	{RuleServiceNew, "The actions of this service are not known here, so nothing about it is checked.", "이 서비스의 작업 목록이 없어 확인할 수 없습니다."},
}
