package playbooks

import (
	"time"

	"firstaid/diagnostics"
)

// leftOver is how old a stack in REVIEW_IN_PROGRESS has to be before it counts
// as forgotten: somebody may be looking at its change set.
const leftOver = time.Hour

// findStuckCreate reads from the status of the stack what no text has to say:
// its first creation was rolled back, and only deleting it is left.
func findStuckCreate(s *diagnostics.Snapshot) []diagnostics.Finding {
	k, ok := stackUnderDiagnosis(s)
	if !ok {
		return nil
	}
	switch k.StackStatus {
	case "ROLLBACK_COMPLETE", "ROLLBACK_FAILED":
		return []diagnostics.Finding{statusFinding(k, diagnostics.Text{
			En: "the stack's status is " + k.StackStatus, Ko: "스택의 상태가 " + k.StackStatus + "입니다",
		})}
	case "REVIEW_IN_PROGRESS":
		return forgottenReview(s, k)
	}
	return nil
}

// forgottenReview reports a stack that a change set reserved and nobody
// executed. It holds nothing and costs nothing, but it keeps the name.
func forgottenReview(s *diagnostics.Snapshot, k diagnostics.Stack) []diagnostics.Finding {
	if s.Taken.IsZero() || k.CreationTime.IsZero() || s.Taken.Sub(k.CreationTime) < leftOver {
		return nil
	}
	for _, r := range s.Resources {
		if r.StackId == k.StackId {
			return nil
		}
	}
	f := statusFinding(k, diagnostics.Text{
		En: "the stack has been in REVIEW_IN_PROGRESS since its creation and has no resources",
		Ko: "스택이 생성된 뒤 계속 REVIEW_IN_PROGRESS 상태이고 리소스가 없습니다",
	})
	f.Severity = diagnostics.Warning
	f.Summary = diagnostics.Text{
		En: "A change set reserved the stack " + k.StackName + " and was never executed; the stack holds nothing",
		Ko: "변경 세트가 스택 " + k.StackName + "을(를) 예약했으나 실행되지 않았습니다. 스택은 비어 있습니다",
	}
	return []diagnostics.Finding{f}
}

// stackUnderDiagnosis is the stack that the snapshot was taken of.
func stackUnderDiagnosis(s *diagnostics.Snapshot) (diagnostics.Stack, bool) {
	for _, k := range s.Stacks {
		if k.StackId == s.StackID && s.StackID != "" {
			return k, true
		}
	}
	return diagnostics.Stack{}, false
}

// statusFinding is a finding that the stack's own status proves.
func statusFinding(k diagnostics.Stack, because diagnostics.Text) diagnostics.Finding {
	of := diagnostics.Ref{Kind: diagnostics.KindStack, ID: k.StackName}
	return diagnostics.Finding{
		Confidence: diagnostics.Confirmed, Because: because, Subject: of, Count: 1,
		First: k.LastChanged(), Last: k.LastChanged(),
		Captures: map[string]string{"status": k.StackStatus, "stack": k.StackName},
		Evidence: []diagnostics.Evidence{{Of: of, Field: "StackStatus", At: k.LastChanged(), Quote: k.StackStatus}},
	}
}
