package playbooks

import (
	"strings"

	"firstaid/diagnostics"
)

// findStuckRollback reads from the status of the stack that a rollback failed,
// or that none was made because rollback is disabled, and names the resources
// that did not go back.
func findStuckRollback(s *diagnostics.Snapshot) []diagnostics.Finding {
	k, ok := stackUnderDiagnosis(s)
	if !ok {
		return nil
	}
	switch k.StackStatus {
	case "UPDATE_ROLLBACK_FAILED":
		return []diagnostics.Finding{failedRollback(s, k)}
	case "UPDATE_FAILED", "CREATE_FAILED":
		return []diagnostics.Finding{notRolledBack(k)}
	}
	return nil
}

func failedRollback(s *diagnostics.Snapshot, k diagnostics.Stack) diagnostics.Finding {
	skip := failedInRollback(s, k)
	names := strings.Join(skip, ", ")
	f := statusFinding(k, diagnostics.Text{
		En: "the stack's status is UPDATE_ROLLBACK_FAILED", Ko: "스택의 상태가 UPDATE_ROLLBACK_FAILED입니다",
	})
	if names == "" {
		return f
	}
	f.Because.En += "; these did not go back: " + names
	f.Because.Ko += ". 되돌아가지 못한 리소스: " + names
	f.Captures["resources"] = names
	for _, name := range skip {
		if e, ok := lastFailure(s, k, name); ok && e.ResourceStatusReason != "" {
			f.Evidence = append(f.Evidence, diagnostics.Evidence{
				Of: e.Ref(), Field: "ResourceStatusReason", At: e.Timestamp, Quote: quote(e.ResourceStatusReason),
			})
		}
	}
	return f
}

// lastFailure is the last UPDATE_FAILED event of a resource as failedInRollback
// names it.
func lastFailure(s *diagnostics.Snapshot, k diagnostics.Stack, name string) (diagnostics.Event, bool) {
	for i := len(s.Events) - 1; i >= 0; i-- {
		e := s.Events[i]
		known := e.LogicalResourceId
		if e.StackId != k.StackId {
			known = e.StackName + "." + known
		}
		if known == name && e.ResourceStatus == "UPDATE_FAILED" {
			return e, true
		}
	}
	return diagnostics.Event{}, false
}

// notRolledBack is the state that an operation with rollback disabled leaves:
// what worked is kept, and RollbackStack or a corrected deployment goes on.
func notRolledBack(k diagnostics.Stack) diagnostics.Finding {
	f := statusFinding(k, diagnostics.Text{
		En: "the stack's status is " + k.StackStatus + ", which it keeps only when rollback is disabled",
		Ko: "스택의 상태가 " + k.StackStatus + "입니다. 롤백을 끈 경우에만 이 상태로 남습니다",
	})
	f.Summary = diagnostics.Text{
		En: "The stack stopped in " + k.StackStatus + " without going back; deploy the correction, or roll it back",
		Ko: "스택이 롤백하지 않고 " + k.StackStatus + " 상태로 멈추었습니다. 고친 템플릿을 배포하거나 롤백하세요",
	}
	return f
}
