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
// RetainResources is taken in DELETE_FAILED only (API reference of DeleteStack).
func fixUndeletable(s *diagnostics.Snapshot, f diagnostics.Finding) []Fix {
	var list []Fix
	if k, ok := stackOf(s, f); ok && k.StackStatus == "DELETE_FAILED" {
		if kept := undeleted(s, k); len(kept) > 0 {
			list = append(list, retain(k, kept))
		}
	}
	return append(list, guide("Empty it, then delete again", "비운 뒤 다시 삭제합니다",
		diagnostics.Text{En: "Stop what writes there (access logs, replication, deliveries)", Ko: "쓰기를 멈춥니다(액세스 로그, 복제, 전송)"},
		diagnostics.Text{En: "Remove every object version and delete marker, or every image; what is removed cannot be brought back", Ko: "모든 객체 버전과 삭제 마커, 또는 모든 이미지를 지웁니다. 지운 것은 되돌릴 수 없습니다"},
		diagnostics.Text{En: "Delete the stack again", Ko: "스택을 다시 삭제합니다"}))
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

// shellName is a name as it may stand in a command that somebody copies; a
// text could hold anything, so what is no plain export name is left out.
func shellName(name string) string {
	plain := name != "" && strings.IndexFunc(name, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune(":-_./", r)
	}) < 0
	if !plain {
		return "<export>"
	}
	return name
}

// fixSilentCustomResource ends the waiting and keeps it short the next time.
func fixSilentCustomResource(*diagnostics.Snapshot, diagnostics.Finding) []Fix {
	return []Fix{guide("End the waiting, then answer on every path", "대기를 끝내고 모든 경로에서 응답하게 합니다",
		diagnostics.Text{En: "Find ResponseURL, StackId, RequestId and LogicalResourceId of the request in the function's log", Ko: "함수 로그에서 요청의 ResponseURL, StackId, RequestId, LogicalResourceId를 찾습니다"},
		diagnostics.Text{En: "PUT a JSON object with these ids, a PhysicalResourceId and Status SUCCESS (to finish a deletion) or FAILED (to roll back) to ResponseURL, with an empty Content-Type", Ko: "이 ID들과 PhysicalResourceId, Status를 SUCCESS(삭제를 끝낼 때) 또는 FAILED(롤백할 때)로 담은 JSON을 빈 Content-Type으로 ResponseURL에 PUT합니다"},
		diagnostics.Text{En: "Mend what kept the function from answering; send the answer in `finally`, for Delete too", Ko: "응답하지 못한 원인을 고치고, Delete를 포함해 `finally`에서 응답을 보냅니다"},
		diagnostics.Text{En: "Set ServiceTimeout on the custom resource, then deploy again", Ko: "사용자 지정 리소스에 ServiceTimeout을 지정하고 다시 배포합니다"})}
}
