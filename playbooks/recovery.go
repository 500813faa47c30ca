package playbooks

import (
	"strings"

	"firstaid/diagnostics"
)

// stackOf finds the stack that a finding is about.
func stackOf(s *diagnostics.Snapshot, f diagnostics.Finding) (diagnostics.Stack, bool) {
	name, _, _ := strings.Cut(f.Subject.ID, "/")
	for _, k := range s.Stacks {
		if k.StackName == name || f.Subject.Kind != diagnostics.KindResource && f.Subject.Kind != diagnostics.KindStack && k.StackId == s.StackID {
			return k, true
		}
	}
	return diagnostics.Stack{}, false
}

// fixStuckCreate deletes a stack whose creation was rolled back: nothing else
// is possible in ROLLBACK_COMPLETE and ROLLBACK_FAILED. A stack in another
// state is left alone whatever a text says.
func fixStuckCreate(s *diagnostics.Snapshot, f diagnostics.Finding) []Fix {
	k, ok := stackOf(s, f)
	if ok && k.StackStatus == "REVIEW_IN_PROGRESS" {
		return deleteForgotten(k)
	}
	if !ok || k.StackStatus != "ROLLBACK_COMPLETE" && k.StackStatus != "ROLLBACK_FAILED" {
		return nil
	}
	of := diagnostics.Ref{Kind: diagnostics.KindStack, ID: k.StackName}
	return []Fix{{
		Title: diagnostics.Text{En: "Delete the stack " + k.StackName + ", then deploy it anew", Ko: "스택 " + k.StackName + "을(를) 삭제한 뒤 새로 배포합니다"},
		Kind:  FixEnvironment, Risk: Permanent, Redeploy: true,
		Changes: diagnostics.Text{
			En: "The stack's first creation failed, so it holds nothing that ever worked. Resources with DeletionPolicy Retain stay and may collide with the next creation.",
			Ko: "첫 생성이 실패한 스택이므로 동작한 적이 있는 리소스가 없습니다. DeletionPolicy가 Retain인 리소스는 남아 다음 생성과 충돌할 수 있습니다.",
		},
		Notes: []diagnostics.Text{{En: "Mend the original cause first, or the next creation ends here again.", Ko: "원래 원인을 먼저 해결하지 않으면 다음 생성도 여기서 끝납니다."}},
		Steps: []Step{
			Call{Of: of, Service: "cloudformation", Operation: "DeleteStack", Args: map[string]any{"StackName": k.StackId}, Confirm: k.StackName},
			Manual{Of: of, Do: diagnostics.Text{En: "When the stack is gone, deploy again: sam deploy", Ko: "스택이 삭제되면 다시 배포하세요: sam deploy"}},
		},
	}}
}

// fixStuckRollback continues a rollback that failed, first without skipping
// anything, then skipping only what failed in it; an update that failed with
// rollback disabled is rolled back instead. Which call goes with which status:
// docs of ContinueUpdateRollback and RollbackStack.
func fixStuckRollback(s *diagnostics.Snapshot, f diagnostics.Finding) []Fix {
	k, ok := stackOf(s, f)
	if !ok {
		return nil
	}
	switch k.StackStatus {
	case "UPDATE_ROLLBACK_FAILED":
		fixes := []Fix{continueRollback(k, nil)}
		if skip := failedInRollback(s, k); len(skip) > 0 {
			fixes = append(fixes, continueRollback(k, skip))
		}
		return append(fixes, recoverStack(s, k))
	case "UPDATE_FAILED", "CREATE_FAILED":
		return []Fix{rollBack(k)}
	}
	return nil
}

func continueRollback(k diagnostics.Stack, skip []string) Fix {
	of := diagnostics.Ref{Kind: diagnostics.KindStack, ID: k.StackName}
	args := map[string]any{"StackName": k.StackId}
	f := Fix{
		Title: diagnostics.Text{En: "Continue the rollback of " + k.StackName, Ko: k.StackName + "의 롤백을 계속합니다"},
		Kind:  FixEnvironment, Risk: Disrupts,
		Changes: diagnostics.Text{
			En: "CloudFormation tries the same rollback again. Remove what blocked it first.",
			Ko: "CloudFormation이 같은 롤백을 다시 시도합니다. 막고 있던 원인을 먼저 제거하세요.",
		},
	}
	if len(skip) > 0 {
		args["ResourcesToSkip"] = skip
		names := strings.Join(skip, ", ")
		f.Title = diagnostics.Text{En: "Continue the rollback and skip " + names, Ko: names + "을(를) 건너뛰고 롤백을 계속합니다"}
		f.Risk = Permanent
		f.Changes = diagnostics.Text{
			En: "The skipped resources are marked UPDATE_COMPLETE as they are: they no longer match the template (drift), and the next update may fail on them.",
			Ko: "건너뛴 리소스는 현재 상태 그대로 UPDATE_COMPLETE로 표시됩니다. 템플릿과 달라지며(드리프트) 다음 업데이트가 실패할 수 있습니다.",
		}
	}
	f.Steps = []Step{Call{Of: of, Service: "cloudformation", Operation: "ContinueUpdateRollback", Args: args, Confirm: k.StackName}}
	return f
}

// recoverStack is the whole way out of a rollback that failed: what blocks it
// goes first, then the rollback to its end, and then the update again.
func recoverStack(s *diagnostics.Snapshot, k diagnostics.Stack) Fix {
	of := diagnostics.Ref{Kind: diagnostics.KindStack, ID: k.StackName}
	f := Fix{
		Title: diagnostics.Text{En: "Recover " + k.StackName + " step by step", Ko: k.StackName + "을(를) 단계별로 복구합니다"},
		Kind:  FixGuided, Risk: Disrupts, Redeploy: true,
		Changes: diagnostics.Text{
			En: "The place is kept from step to step: you can leave at any time and go on later.",
			Ko: "단계마다 진행 상황을 저장하므로 언제든 나갔다가 이어서 할 수 있습니다.",
		},
	}
	blocked := diagnostics.Text{En: "Remove what keeps the rollback from working; the events of the last rollback name it", Ko: "롤백을 막는 원인을 제거합니다. 마지막 롤백의 이벤트에 원인이 나옵니다"}
	for i, name := range failedInRollback(s, k) {
		if i == 0 {
			blocked = diagnostics.Text{En: "Remove what keeps these from going back:", Ko: "다음 리소스가 되돌아가지 못하는 원인을 제거합니다:"}
		}
		why := ""
		if e, ok := lastFailure(s, k, name); ok && e.ResourceStatusReason != "" {
			why = " (" + quote(e.ResourceStatusReason) + ")"
		}
		blocked.En, blocked.Ko = blocked.En+" "+name+why+";", blocked.Ko+" "+name+why+";"
	}
	blocked.En, blocked.Ko = strings.TrimSuffix(blocked.En, ";"), strings.TrimSuffix(blocked.Ko, ";")
	f.Steps = []Step{
		Manual{Of: of, Do: blocked},
		Call{Of: of, Service: "cloudformation", Operation: "ContinueUpdateRollback", Args: map[string]any{"StackName": k.StackId}, Confirm: k.StackName},
		Run{
			Argv: regional(s, "aws", "cloudformation", "wait", "stack-rollback-complete", "--stack-name", k.StackName),
			Why:  diagnostics.Text{En: "Wait until the rollback is complete", Ko: "롤백이 끝날 때까지 기다립니다"},
		},
		Manual{Of: of, Do: diagnostics.Text{En: "Mend what made the update fail in the first place", Ko: "처음에 업데이트가 실패한 원인을 고칩니다"}},
	}
	f.Steps = append(f.Steps, deploySteps(s)...)
	return f
}

func rollBack(k diagnostics.Stack) Fix {
	of := diagnostics.Ref{Kind: diagnostics.KindStack, ID: k.StackName}
	return Fix{
		Title: diagnostics.Text{En: "Roll " + k.StackName + " back to its last stable state", Ko: k.StackName + "을(를) 마지막 정상 상태로 롤백합니다"},
		Kind:  FixEnvironment, Risk: Disrupts,
		Changes: diagnostics.Text{
			En: "The stack failed with rollback disabled; the half-made changes are taken back.",
			Ko: "롤백이 비활성화된 상태에서 실패한 스택입니다. 절반만 적용된 변경을 되돌립니다.",
		},
		Steps: []Step{Call{Of: of, Service: "cloudformation", Operation: "RollbackStack", Args: map[string]any{"StackName": k.StackId}, Confirm: k.StackName}},
	}
}

// failedInRollback lists the resources that failed because the rollback
// failed, as ResourcesToSkip wants them: those of a nested stack with the
// child's stack name in front. Cancelled ones may not be named.
func failedInRollback(s *diagnostics.Snapshot, k diagnostics.Stack) []string {
	rolling := map[string]bool{}
	failed := map[string]bool{}
	var order []string
	for _, e := range s.Events {
		name := e.LogicalResourceId
		if e.StackId != k.StackId {
			name = e.StackName + "." + name
		}
		switch {
		case e.OfStack() && e.ResourceStatus == "UPDATE_ROLLBACK_IN_PROGRESS":
			rolling[e.StackId] = true
		case e.OfStack() || !rolling[e.StackId] || e.ResourceType == "AWS::CloudFormation::Stack":
		case e.ResourceStatus == "UPDATE_FAILED" && !strings.Contains(e.ResourceStatusReason, "cancelled") && !failed[name]:
			failed[name] = true
			order = append(order, name)
		}
	}
	return order
}
