package denial

import (
	"strings"

	"firstaid/diagnostics"
)

// ActorKind says what was behind the principal of a denial.
type ActorKind string

// The kinds of actor.
const (
	ActorUnknown        ActorKind = "unknown"
	ActorFunction       ActorKind = "lambda-function"
	ActorCloudFormation ActorKind = "cloudformation"
	ActorCI             ActorKind = "ci"
	ActorCLI            ActorKind = "cli-session"
	ActorEC2            ActorKind = "ec2-instance"
	ActorECS            ActorKind = "ecs-task"
	ActorCognito        ActorKind = "cognito-identity"
	ActorSSO            ActorKind = "sso"
	ActorServiceLinked  ActorKind = "service-linked"
	ActorRole           ActorKind = "role-session"
	ActorUser           ActorKind = "user"
	ActorRoot           ActorKind = "root"
	ActorFederated      ActorKind = "federated-user"
	ActorAnonymous      ActorKind = "anonymous"
	ActorService        ActorKind = "aws-service"
)

// Ours says whether the policy that would have to change is part of the
// application.
type Ours string

// MaybeOurs: the role is a plain one, and only the account can tell whose.
const (
	NotOurs   Ours = "no"
	MaybeOurs Ours = "maybe"
	IsOurs    Ours = "yes"
)

// Actor is who was denied, and whose policy would have to change.
type Actor struct {
	Kind     ActorKind `json:"kind"`
	Role     string    `json:"role,omitempty"`     // name for iam:GetRole; the ARN of the session lacks its path
	Function string    `json:"function,omitempty"` // of ActorFunction
	Ours     Ours      `json:"ours"`
	// Modifiable: IAM accepts changes to the principal's own policies.
	Modifiable bool             `json:"modifiable"`
	Whose      diagnostics.Text `json:"whose"`
}

// Who tells the actor of a denial from its principal. functions are the names
// of the stack's functions: a role session that carries one of them is that
// function. A session can be named by whoever assumes the role, so a caller
// that is about to change a role compares it with the function's own.
func (d *Denial) Who(functions ...string) Actor {
	switch d.PrincipalKind {
	case AssumedRole:
		return d.session(functions)
	case Role:
		a := Actor{Kind: ActorRole, Role: d.Role, Ours: MaybeOurs, Modifiable: true, Whose: whose(ActorRole)}
		if strings.Contains(d.Principal, "/aws-service-role/") || strings.HasPrefix(d.Role, "AWSServiceRoleFor") {
			a.Kind, a.Ours, a.Modifiable, a.Whose = ActorServiceLinked, NotOurs, false, whose(ActorServiceLinked)
		}
		return a
	case User:
		return other(ActorUser, true)
	case Root:
		return other(ActorRoot, false)
	case FederatedUser:
		return other(ActorFederated, false)
	case Anonymous:
		return other(ActorAnonymous, false)
	case Service:
		return other(ActorService, false)
	}
	if d.Form == FormExecutionRole || d.Form == FormStream || d.Form == FormEnvironmentKey {
		// Lambda speaks of the function's role and does not name it.
		return Actor{Kind: ActorFunction, Ours: IsOurs, Modifiable: true, Whose: whose(ActorFunction)}
	}
	return Actor{Kind: ActorUnknown, Ours: MaybeOurs, Whose: whose(ActorUnknown)}
}

func other(k ActorKind, modifiable bool) Actor {
	return Actor{Kind: k, Ours: NotOurs, Modifiable: modifiable, Whose: whose(k)}
}

// session tells the actor behind an assumed role from the session's name.
func (d *Denial) session(functions []string) Actor {
	a := Actor{Kind: ActorRole, Role: d.Role, Ours: MaybeOurs, Modifiable: true}
	s := d.Session
	switch {
	case strings.HasPrefix(d.Role, "AWSReservedSSO_"):
		a.Kind, a.Ours, a.Modifiable = ActorSSO, NotOurs, false
	case strings.HasPrefix(d.Role, "AWSServiceRoleFor"):
		a.Kind, a.Ours, a.Modifiable = ActorServiceLinked, NotOurs, false
	case s == "AWSCloudFormation" || strings.Contains(d.Role, "-cfn-exec-role-"):
		a.Kind, a.Ours = ActorCloudFormation, NotOurs
	case s == "CognitoIdentityCredentials":
		a.Kind, a.Ours = ActorCognito, MaybeOurs
	case deployer(d.Role, s):
		a.Kind, a.Ours = ActorCI, NotOurs
	case strings.HasPrefix(s, "botocore-session-") || strings.HasPrefix(s, "AWS-CLI-session-") || s == "aws-cdk-node":
		a.Kind, a.Ours = ActorCLI, NotOurs
	case functionOf(d.Role, s, functions) != "":
		a.Kind, a.Ours, a.Function = ActorFunction, IsOurs, functionOf(d.Role, s, functions)
	case instance(s):
		a.Kind = ActorEC2
	case len(s) == 32 && strings.Trim(s, "0123456789abcdef") == "":
		a.Kind = ActorECS
	}
	a.Whose = whose(a.Kind)
	return a
}

func deployer(role, session string) bool {
	for _, prefix := range [...]string{"AWSCodeBuild-", "GitHubActions", "GitHub_to_AWS", "gitlab", "GitLabRunner", "bitbucket", "circleci", "terraform-", "aws-go-sdk-"} {
		if strings.HasPrefix(strings.ToLower(session), strings.ToLower(prefix)) {
			return true
		}
	}
	return strings.HasPrefix(role, "cdk-") && (strings.Contains(role, "-deploy-role-") || strings.Contains(role, "-publishing-role-") || strings.Contains(role, "-lookup-role-"))
}

func instance(session string) bool {
	id, ok := strings.CutPrefix(session, "i-")
	return ok && len(id) >= 8 && strings.Trim(id, "0123456789abcdef") == ""
}

// functionOf returns the function whose session it is: one that is known, or a
// name that goes with the role: NAME with NAME-role-xxxxxxxx (the console) and
// STACK-ID-SUFFIX with STACK-IDRole-SUFFIX (SAM).
func functionOf(role, session string, functions []string) string {
	for _, f := range functions {
		if f == session {
			return f
		}
	}
	if suffix, ok := strings.CutPrefix(role, session+"-role-"); ok && len(suffix) == 8 && session != "" {
		return session
	}
	r, s := strings.LastIndexByte(role, '-'), strings.LastIndexByte(session, '-')
	if r > 0 && s > 0 && len(role)-r >= 12 && len(session)-s >= 12 && role[:r] == session[:s]+"Role" {
		return session
	}
	return ""
}

func whose(k ActorKind) diagnostics.Text {
	switch k {
	case ActorFunction:
		return diagnostics.Text{En: "the function's role", Ko: "함수의 역할"}
	case ActorCloudFormation:
		return diagnostics.Text{En: "the role CloudFormation deploys with, not the application's", Ko: "애플리케이션이 아니라 CloudFormation이 배포에 쓰는 역할"}
	case ActorCI:
		return diagnostics.Text{En: "the role of the pipeline that deploys", Ko: "배포 파이프라인의 역할"}
	case ActorCLI:
		return diagnostics.Text{En: "the role of the person or tool at the command line", Ko: "명령줄 사용자나 도구의 역할"}
	case ActorEC2:
		return diagnostics.Text{En: "the instance profile's role", Ko: "인스턴스 프로파일의 역할"}
	case ActorECS:
		return diagnostics.Text{En: "the task role", Ko: "태스크 역할"}
	case ActorCognito:
		return diagnostics.Text{
			En: "a Cognito identity's role; for unauthenticated identities AWS's own session policy limits it, and no grant helps",
			Ko: "Cognito 자격 증명의 역할. 인증되지 않은 사용자는 AWS의 세션 정책에 막히므로 권한을 더해도 풀리지 않음",
		}
	case ActorSSO:
		return diagnostics.Text{En: "the permission set in IAM Identity Center; the role itself cannot be changed", Ko: "IAM Identity Center의 권한 세트. 역할 자체는 바꿀 수 없음"}
	case ActorServiceLinked:
		return diagnostics.Text{En: "nobody: a service-linked role cannot be changed", Ko: "없음: 서비스 연결 역할은 바꿀 수 없음"}
	case ActorUser:
		return diagnostics.Text{En: "the IAM user or its groups", Ko: "IAM 사용자나 그룹"}
	case ActorRoot:
		return diagnostics.Text{En: "the resource's policy: the caller is another account", Ko: "리소스 정책: 호출자가 다른 계정임"}
	case ActorFederated:
		return diagnostics.Text{En: "whoever issues the federated session", Ko: "페더레이션 세션을 발급하는 쪽"}
	case ActorAnonymous:
		return diagnostics.Text{En: "nobody: the request was not signed", Ko: "없음: 서명되지 않은 요청"}
	case ActorService:
		return diagnostics.Text{En: "the resource's policy or the role that the service was given", Ko: "리소스 정책 또는 서비스에 준 역할"}
	case ActorRole:
		return diagnostics.Text{En: "the role", Ko: "해당 역할"}
	}
	return diagnostics.Text{En: "not said by the text", Ko: "텍스트에 나와 있지 않음"}
}
