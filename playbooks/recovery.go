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
	return []Fix{deleteAndRecreate(s, k)}
}

// deleteAndRecreate names the original cause before anything is deleted, and
// what stays behind. Deleting is the only operation that ROLLBACK_COMPLETE
// takes (user guide, "Stack status codes").
func deleteAndRecreate(s *diagnostics.Snapshot, k diagnostics.Stack) Fix {
	of := diagnostics.Ref{Kind: diagnostics.KindStack, ID: k.StackName}
	f := Fix{
		Title: diagnostics.Text{En: "Delete the stack " + k.StackName + ", then deploy it anew", Ko: "스택 " + k.StackName + "을(를) 삭제한 뒤 새로 배포합니다"},
		Kind:  FixEnvironment, Risk: Permanent, Redeploy: true,
		Changes: diagnostics.Text{
			En: "The stack's first creation failed, so it holds nothing that ever worked. Resources with DeletionPolicy Retain stay and may collide with the next creation.",
			Ko: "첫 생성이 실패한 스택이므로 동작한 적이 있는 리소스가 없습니다. DeletionPolicy가 Retain인 리소스는 남아 다음 생성과 충돌할 수 있습니다.",
		},
		Notes: []diagnostics.Text{{En: "Mend the original cause first, or the next creation ends here again.", Ko: "원래 원인을 먼저 해결하지 않으면 다음 생성도 여기서 끝납니다."}},
	}
	if e, ok := firstFailure(s); ok {
		f.Notes[0].En += " It was " + e.LogicalResourceId + ": " + firstLine(e.Reason())
		f.Notes[0].Ko += " 원인: " + e.LogicalResourceId + ": " + firstLine(e.Reason())
	}
	if kept := strings.Join(keptBehind(s, k), ", "); kept != "" {
		f.Notes = append(f.Notes, diagnostics.Text{
			En: "These stayed when the creation was rolled back; remove or import them, or the next creation meets their names: " + kept,
			Ko: "생성이 롤백될 때 다음이 남았습니다. 지우거나 가져오지 않으면 다음 생성에서 이름이 충돌합니다: " + kept,
		})
	}
	f.Steps = []Step{
		Call{Of: of, Service: "cloudformation", Operation: "DeleteStack", Args: map[string]any{"StackName": k.StackId}, Confirm: k.StackName},
		Manual{Of: of, Do: diagnostics.Text{En: "When the stack is gone, deploy again: sam deploy", Ko: "스택이 삭제되면 다시 배포하세요: sam deploy"}},
	}
	return f
}

// firstFailure is the first event that says why something failed, the words of
// consequences aside.
func firstFailure(s *diagnostics.Snapshot) (diagnostics.Event, bool) {
	for _, e := range s.Events {
		if e.Failed() && !e.OfStack() && e.Reason() != "" && !strings.Contains(e.Reason(), "cancelled") && e.ResourceType != "AWS::CloudFormation::Stack" {
			return e, true
		}
	}
	return diagnostics.Event{}, false
}

// keptBehind lists what a rollback did not delete: CloudFormation skips what
// is to be retained (DELETE_SKIPPED).
func keptBehind(s *diagnostics.Snapshot, k diagnostics.Stack) []string {
	var list []string
	for _, e := range s.Events {
		if e.StackId == k.StackId && e.ResourceStatus == "DELETE_SKIPPED" {
			list = append(list, strings.TrimSpace(e.LogicalResourceId+" "+e.PhysicalResourceId))
		}
	}
	return list
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
		skip := failedInRollback(s, k)
		fixes := []Fix{blockedBy(s, k, skip, continueRollback(k, nil))}
		if len(skip) > 0 {
			fixes = append(fixes, blockedBy(s, k, skip, continueRollback(k, skip)))
		}
		return append(fixes, recoverStack(s, k))
	case "UPDATE_FAILED":
		return []Fix{rollBack(k), correctAndDeploy(s, k)}
	case "CREATE_FAILED":
		return []Fix{correctAndDeploy(s, k), rollBackCreation(k)}
	}
	return nil
}

// blockedBy says beside a fix what did not go back, and why.
func blockedBy(s *diagnostics.Snapshot, k diagnostics.Stack, names []string, f Fix) Fix {
	for _, name := range names {
		e, ok := lastFailure(s, k, name)
		if !ok || e.ResourceStatusReason == "" {
			continue
		}
		f.Notes = append(f.Notes, diagnostics.Text{
			En: name + " did not go back: " + firstLine(e.ResourceStatusReason), Ko: name + "이(가) 되돌아가지 못했습니다: " + firstLine(e.ResourceStatusReason),
		})
	}
	return f
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
	if len(skip) > 0 {
		names := strings.Join(skip, ", ")
		f.Steps = append(f.Steps, Manual{Of: of, Do: diagnostics.Text{
			En: "Look at the drift (`aws cloudformation detect-stack-drift --stack-name " + k.StackName + "`), and bring " + names + " and the template together before the next update",
			Ko: "드리프트를 확인하고(`aws cloudformation detect-stack-drift --stack-name " + k.StackName + "`), 다음 업데이트 전에 " + names + "과(와) 템플릿을 맞춥니다",
		}})
	}
	return f
}

// rollBackCreation takes back a creation that failed with rollback disabled.
// There is no state to go back to, so RollbackStack deletes the stack (API
// reference of RollbackStack).
func rollBackCreation(k diagnostics.Stack) Fix {
	f := rollBack(k)
	f.Title = diagnostics.Text{En: "Roll the creation of " + k.StackName + " back, which deletes the stack", Ko: k.StackName + "의 생성을 롤백합니다. 스택이 삭제됩니다"}
	f.Risk = Permanent
	f.Changes = diagnostics.Text{
		En: "The stack never reached a stable state, so rolling back deletes it with everything in it that worked.",
		Ko: "한 번도 정상 상태가 된 적이 없는 스택이므로 롤백하면 정상 생성된 것까지 모두 삭제됩니다.",
	}
	return f
}

// correctAndDeploy keeps what worked: a stack that stopped with rollback
// disabled takes another update (user guide, "Stack failure options").
func correctAndDeploy(s *diagnostics.Snapshot, k diagnostics.Stack) Fix {
	f := guide("Correct the cause and deploy again; what worked is kept", "원인을 고쳐 다시 배포합니다. 성공한 것은 유지됩니다",
		diagnostics.Text{En: "Mend the failure that stands first here", Ko: "여기서 첫째로 나온 장애를 고칩니다"})
	if e, ok := firstFailure(s); ok {
		f.Steps[0] = Manual{Do: diagnostics.Text{
			En: "Mend what failed first: " + e.LogicalResourceId + ": " + firstLine(e.Reason()), Ko: "먼저 실패한 것을 고칩니다: " + e.LogicalResourceId + ": " + firstLine(e.Reason()),
		}}
	}
	f.Notes = []diagnostics.Text{{
		En: "It goes to the same stack " + k.StackName + "; add --disable-rollback if it should stop once more instead of going back.",
		Ko: "같은 스택 " + k.StackName + "에 배포됩니다. 실패하면 다시 멈추게 하려면 --disable-rollback을 붙입니다.",
	}}
	f.Steps = append(f.Steps, deploySteps(s)...)
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
