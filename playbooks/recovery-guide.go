package playbooks

import (
	"slices"
	"strings"

	"firstaid/diagnostics"
)

// deleteForgotten deletes a stack that a change set reserved and that holds
// nothing.
func deleteForgotten(k diagnostics.Stack) []Fix {
	of := diagnostics.Ref{Kind: diagnostics.KindStack, ID: k.StackName}
	return []Fix{{
		Title: diagnostics.Text{En: "Delete the empty stack " + k.StackName, Ko: "비어 있는 스택 " + k.StackName + "을(를) 삭제합니다"},
		Kind:  FixEnvironment, Risk: Disrupts,
		Changes: diagnostics.Text{
			En: "The stack was reserved by a change set and has no resources; its change sets go with it.",
			Ko: "변경 세트가 예약한 스택으로 리소스가 없습니다. 변경 세트도 함께 삭제됩니다.",
		},
		Steps: []Step{Call{Of: of, Service: "cloudformation", Operation: "DeleteStack", Args: map[string]any{"StackName": k.StackId}, Confirm: k.StackName}},
	}}
}

// fixUndeletable goes on with a deletion that stopped at something that is not
// empty: by retaining it, which loses nothing, or by emptying it by hand.
func fixUndeletable(s *diagnostics.Snapshot, f diagnostics.Finding) []Fix {
	return append(retaining(s, f), guide("Empty it, then delete again", "비운 뒤 다시 삭제합니다",
		diagnostics.Text{En: "Stop what writes there (access logs, replication, deliveries)", Ko: "쓰기를 멈춥니다(액세스 로그, 복제, 전송)"},
		emptying(s, f),
		diagnostics.Text{En: "Delete the stack again", Ko: "스택을 다시 삭제합니다"}))
}

// emptying says how the very thing is emptied that the finding is about. A
// bucket with versions keeps them and delete markers after an ordinary delete
// (S3 user guide, "Emptying a bucket").
func emptying(s *diagnostics.Snapshot, f diagnostics.Finding) diagnostics.Text {
	kind, name := "", ""
	for _, e := range s.Events {
		if e.ResourceRef() == f.Subject && e.PhysicalResourceId != "" {
			kind, name = e.ResourceType, shellWord(e.PhysicalResourceId, "NAME")
		}
	}
	switch kind {
	case "AWS::ECR::Repository":
		return diagnostics.Text{
			En: "Delete the images: `aws ecr list-images --repository-name " + name + "` lists them, `aws ecr batch-delete-image` removes them; what is removed cannot be brought back",
			Ko: "이미지를 지웁니다. `aws ecr list-images --repository-name " + name + "`로 보고 `aws ecr batch-delete-image`로 지웁니다. 지운 것은 되돌릴 수 없습니다",
		}
	case "AWS::S3::Bucket":
		return diagnostics.Text{
			En: "Empty the bucket: `aws s3 rm s3://" + name + " --recursive`, then every version and delete marker that `aws s3api list-object-versions --bucket " + name + "` still shows; what is removed cannot be brought back",
			Ko: "버킷을 비웁니다. `aws s3 rm s3://" + name + " --recursive` 뒤에 `aws s3api list-object-versions --bucket " + name + "`에 남은 모든 버전과 삭제 마커를 지웁니다. 지운 것은 되돌릴 수 없습니다",
		}
	}
	return diagnostics.Text{En: "Remove every object version and delete marker, or every image; what is removed cannot be brought back", Ko: "모든 객체 버전과 삭제 마커, 또는 모든 이미지를 지웁니다. 지운 것은 되돌릴 수 없습니다"}
}

// retaining is the deletion that goes on without what did not go; empty where
// the stack is in no state for it. RetainResources is taken in DELETE_FAILED
// only (API reference of DeleteStack).
func retaining(s *diagnostics.Snapshot, f diagnostics.Finding) []Fix {
	k, ok := stackOf(s, f)
	if !ok || k.StackStatus != "DELETE_FAILED" {
		return nil
	}
	kept := undeleted(s, k)
	if len(kept) == 0 {
		return nil
	}
	return []Fix{retain(k, kept)}
}

// fixInterface waits for Lambda to take its network interfaces away, or leaves
// the group or subnet behind.
func fixInterface(s *diagnostics.Snapshot, f diagnostics.Finding) []Fix {
	k, ok := stackOf(s, f)
	if !ok || !strings.HasPrefix(k.StackStatus, "DELETE") {
		return nil
	}
	wait := guide("Wait for Lambda's network interfaces, then delete again", "Lambda의 네트워크 인터페이스가 사라진 뒤 다시 삭제합니다",
		diagnostics.Text{En: "See who holds it: `aws ec2 describe-network-interfaces --filters Name=group-id,Values=<sg>` (or Name=subnet-id); Description names the function", Ko: "누가 쓰는지 봅니다: `aws ec2 describe-network-interfaces --filters Name=group-id,Values=<sg>`(또는 Name=subnet-id). Description에 함수가 나옵니다"},
		diagnostics.Text{En: "Take VpcConfig off every function and old version that uses it; Lambda removes the interfaces some 20 to 40 minutes later", Ko: "이를 쓰는 모든 함수와 이전 버전에서 VpcConfig를 제거합니다. Lambda는 20~40분 뒤 인터페이스를 지웁니다"},
		diagnostics.Text{En: "Delete the stack again", Ko: "스택을 다시 삭제합니다"})
	return append([]Fix{wait}, retaining(s, f)...)
}

func retain(k diagnostics.Stack, kept []string) Fix {
	of := diagnostics.Ref{Kind: diagnostics.KindStack, ID: k.StackName}
	names := strings.Join(kept, ", ")
	return Fix{
		Title: diagnostics.Text{En: "Delete the stack and keep " + names, Ko: names + "을(를) 남기고 스택을 삭제합니다"},
		Kind:  FixEnvironment, Risk: Permanent,
		Changes: diagnostics.Text{
			En: "The kept resources stay in the account with their content and belong to no stack afterwards. A later stack with the same names collides with them.",
			Ko: "남긴 리소스는 내용과 함께 계정에 남고 어떤 스택에도 속하지 않습니다. 같은 이름을 쓰는 이후의 스택과 충돌합니다.",
		},
		Steps: []Step{Call{
			Of: of, Service: "cloudformation", Operation: "DeleteStack",
			Args: map[string]any{"StackName": k.StackId, "RetainResources": kept}, Confirm: k.StackName,
		}},
	}
}

// undeleted lists the resources of a stack that are in DELETE_FAILED now.
func undeleted(s *diagnostics.Snapshot, k diagnostics.Stack) []string {
	last := map[string]string{}
	for _, e := range s.Events {
		if e.StackId == k.StackId && !e.OfStack() && e.LogicalResourceId != "" {
			last[e.LogicalResourceId] = e.ResourceStatus
		}
	}
	for _, r := range s.Resources {
		if r.StackId == k.StackId {
			last[r.LogicalResourceId] = r.ResourceStatus
		}
	}
	var ids []string
	for id, status := range last {
		if status == "DELETE_FAILED" {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// fixExport is the way of two deployments: CloudFormation lets nobody change
// an export while a stack imports it.
func fixExport(_ *diagnostics.Snapshot, f diagnostics.Finding) []Fix {
	export, importers := f.Captures["export"], f.Captures["importers"]
	if export == "" {
		export = "the export"
	}
	if importers == "" {
		importers = "the importing stacks"
	}
	return []Fix{guide("Let go of the export in two deployments", "두 번에 나누어 내보내기를 해제합니다",
		diagnostics.Text{En: "Put the output back as it was, so that " + export + " stays, and deploy this stack", Ko: "출력을 원래대로 되돌려 " + export + "을(를) 유지한 채 이 스택을 배포합니다"},
		diagnostics.Text{En: "Change " + importers + " so that nothing imports " + export + " any more, and deploy", Ko: importers + "에서 " + export + "을(를) 더 이상 가져오지 않도록 바꾸고 배포합니다"},
		diagnostics.Text{En: "Check with `aws cloudformation list-imports --export-name " + shellName(export) + "` that nothing is left", Ko: "`aws cloudformation list-imports --export-name " + shellName(export) + "`로 남은 곳이 없는지 확인합니다"},
		diagnostics.Text{En: "Change or remove the output, and deploy this stack again", Ko: "출력을 바꾸거나 지우고 이 스택을 다시 배포합니다"})}
}

// shellName is an export's name as it may stand in a command that somebody
// copies.
func shellName(name string) string { return shellWord(name, "<export>") }

// shellWord is a name as it may stand in a command; a text could hold
// anything, so what is no plain name is replaced.
func shellWord(name, otherwise string) string {
	plain := name != "" && !strings.HasPrefix(name, "-") && strings.IndexFunc(name, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune(":-_./", r)
	}) < 0
	if !plain {
		return otherwise
	}
	return name
}

// fixSilentCustomResource ends the waiting and keeps it short the next time.
// The fields are those of "Custom resource response objects" in the user guide;
// the empty Content-Type is what the URL was signed with.
func fixSilentCustomResource(s *diagnostics.Snapshot, f diagnostics.Finding) []Fix {
	where := diagnostics.Text{En: "the function's log", Ko: "함수 로그"}
	if at := requestLogged(s, f); at != "" {
		where = diagnostics.Text{En: "the function's log (" + at + ")", Ko: "함수 로그(" + at + ")"}
	}
	answer := guide("End the waiting, then answer on every path", "대기를 끝내고 모든 경로에서 응답하게 합니다",
		diagnostics.Text{En: "Take ResponseURL and RequestId of the request from " + where.En + "; without them only waiting for the timeout is left", Ko: where.Ko + "에서 요청의 ResponseURL과 RequestId를 찾습니다. 없으면 시간 초과를 기다리는 수밖에 없습니다"},
		diagnostics.Text{En: "Answer in the function's place, Status SUCCESS to finish a deletion or FAILED to roll back: `curl -X PUT -H 'Content-Type:' -d '" + reply(s, f) + "' \"$ResponseURL\"`", Ko: "함수 대신 응답합니다. 삭제를 끝내려면 Status를 SUCCESS로, 롤백하려면 FAILED로 합니다: `curl -X PUT -H 'Content-Type:' -d '" + reply(s, f) + "' \"$ResponseURL\"`"},
		diagnostics.Text{En: "Mend what kept the function from answering; send the answer in `finally`, for Delete too", Ko: "응답하지 못한 원인을 고치고, Delete를 포함해 `finally`에서 응답을 보냅니다"},
		diagnostics.Text{En: "Set ServiceTimeout on the custom resource, then deploy again", Ko: "사용자 지정 리소스에 ServiceTimeout을 지정하고 다시 배포합니다"})
	return append(retaining(s, f), answer)
}

// reply is the answer of a custom resource with what its events know filled in.
func reply(s *diagnostics.Snapshot, f diagnostics.Finding) string {
	stack, logical, physical := "STACK_ID", "LOGICAL_ID", "any-fixed-name"
	for _, e := range s.Events {
		if e.ResourceRef() == f.Subject {
			stack, logical = shellWord(e.StackId, stack), shellWord(e.LogicalResourceId, logical)
			physical = shellWord(e.PhysicalResourceId, physical)
		}
	}
	return `{"Status":"FAILED","Reason":"answered by hand","RequestId":"'"$RequestId"'","StackId":"` + stack + `","LogicalResourceId":"` + logical + `","PhysicalResourceId":"` + physical + `"}`
}

// requestLogged says where the function logged the request; the URL itself is
// a secret and is not shown.
func requestLogged(s *diagnostics.Snapshot, f diagnostics.Finding) string {
	for _, e := range s.Events {
		if e.ResourceRef() != f.Subject || !e.Failed() {
			continue
		}
		h, _ := handlerOf(s, e)
		for _, l := range h.events {
			if strings.Contains(l.Message, "ResponseURL") {
				return h.group.LogGroupName + ", " + l.Timestamp.UTC().Format("15:04:05Z")
			}
		}
	}
	return ""
}
