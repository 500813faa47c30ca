package playbooks

import (
	"regexp"
	"slices"
	"strings"

	"firstaid/diagnostics"
)

// Verify says what became of a finding, from a later snapshot. It is proven
// when the operation was repeated and the failure did not come back, and fixed
// here when the state check passes on the new files or live values. What was
// not read again proves nothing. applied is the title of the fix, empty when
// none is known.
func Verify(now *diagnostics.Snapshot, f diagnostics.Finding, c *Catalog, applied diagnostics.Text) (diagnostics.State, diagnostics.Text) {
	list := Diagnose(now, c)
	i := slices.IndexFunc(list, func(again diagnostics.Finding) bool { return sameAgain(again, f) })
	if i >= 0 {
		if state, text := permitted(now, f, list[i]); !text.IsZero() {
			return state, text
		}
	}
	switch {
	case i >= 0 && list[i].Last.After(f.Last):
		return diagnostics.Open, diagnostics.Text{En: "It happened again since.", Ko: "그 뒤에 다시 발생했습니다."}
	case i >= 0 && (cleared(f, list[i]) || done(c.Fixes(now, f), applied)):
		return diagnostics.FixedHere, diagnostics.Text{
			En: "Checked: the cause is no longer in the files here. Deploy to prove it.",
			Ko: "확인됨: 여기 파일에는 원인이 더 이상 없습니다. 배포하여 증명하세요.",
		}
	case i >= 0:
		return diagnostics.Open, diagnostics.Text{En: "It is still there.", Ko: "아직 남아 있습니다."}
	case slices.ContainsFunc(now.Unread, func(u diagnostics.Unread) bool { return restsOn(f, u.Of.Kind) }):
		return diagnostics.Open, diagnostics.Text{En: "Unknown: not everything could be read again.", Ko: "알 수 없음: 모두 다시 읽지는 못했습니다."}
	}
	if onlyFile(f) {
		return diagnostics.FixedHere, diagnostics.Text{En: "Checked: the files here no longer have it.", Ko: "확인됨: 여기 파일에는 더 이상 없습니다."}
	}
	switch stack, ok := deployedIn(now, f); {
	case !ok || !stack.LastChanged().After(f.Last):
		return diagnostics.FixedHere, diagnostics.Text{
			En: "Checked: it is no longer found. Nothing was deployed since that could prove it.",
			Ko: "확인됨: 더 이상 발견되지 않습니다. 이를 증명할 배포는 아직 없습니다.",
		}
	case stack.InProgress():
		return diagnostics.FixedHere, diagnostics.Text{
			En: "Checked: it has not come back so far. The deployment is still running.",
			Ko: "확인됨: 아직 재발하지 않았습니다. 배포가 진행 중입니다.",
		}
	case stack.Failed():
		return diagnostics.FixedHere, diagnostics.Text{
			En: "Checked: it did not come back, but the deployment failed of something else. Only one that succeeds proves it.",
			Ko: "확인됨: 재발하지 않았지만 배포가 다른 이유로 실패했습니다. 배포가 성공해야 증명됩니다.",
		}
	}
	return diagnostics.Proven, diagnostics.Text{En: "Proven: deployed again, and it did not come back.", Ko: "증명됨: 다시 배포했고 재발하지 않았습니다."}
}

// Mended reports whether the files of a snapshot no longer have the cause of a
// finding. was is the snapshot that the finding was made from, now the same
// with other files, and again what Diagnose finds in now.
func (c *Catalog) Mended(was, now *diagnostics.Snapshot, f diagnostics.Finding, again []diagnostics.Finding) bool {
	i := slices.IndexFunc(again, func(a diagnostics.Finding) bool { return sameAgain(a, f) })
	if i < 0 || cleared(f, again[i]) {
		return true
	}
	offered := c.Fixes(now, again[i])
	return slices.ContainsFunc(c.Fixes(was, f), func(x Fix) bool { return edits(x) && done(offered, x.Title) })
}

// cleared reports whether a finding that the files confirmed is confirmed by
// them no longer.
func cleared(f, again diagnostics.Finding) bool {
	return again.State == diagnostics.FixedHere || fromFile(f) && !fromFile(again)
}

// done reports whether a fix that was applied is no longer offered: its edits
// are in the files.
func done(offered []Fix, applied diagnostics.Text) bool {
	return applied.En != "" && !slices.ContainsFunc(offered, func(f Fix) bool { return f.Title.En == applied.En })
}

func edits(f Fix) bool {
	return !f.Staged() && slices.ContainsFunc(f.Steps, func(s Step) bool { _, ok := s.(FileEdit); return ok })
}

// givenName matches what CloudFormation appends to the name of a nested stack;
// the next creation appends something else.
var givenName = regexp.MustCompile(`-[0-9A-Z]{12,13}/`)

// sameAgain reports whether two findings of different snapshots are one.
func sameAgain(a, b diagnostics.Finding) bool {
	return a.Playbook == b.Playbook && givenName.ReplaceAllString(a.Subject.ID, "/") == givenName.ReplaceAllString(b.Subject.ID, "/")
}

// deployedIn is the stack whose deployment would show a finding again: its own,
// or the one under diagnosis where a nested stack is gone or was made anew.
func deployedIn(now *diagnostics.Snapshot, f diagnostics.Finding) (diagnostics.Stack, bool) {
	if k, ok := stackOf(now, f); ok && !strings.HasPrefix(k.StackStatus, "DELETE") {
		return k, true
	}
	i := slices.IndexFunc(now.Stacks, func(k diagnostics.Stack) bool { return k.StackId == now.StackID })
	if i < 0 {
		return diagnostics.Stack{}, false
	}
	return now.Stacks[i], true
}

// restsOn reports whether a finding could not be told without a kind of thing:
// its stack's events, and whatever its evidence was taken from.
func restsOn(f diagnostics.Finding, kind diagnostics.Kind) bool {
	if kind == diagnostics.KindStack || kind == diagnostics.KindEvent || kind == diagnostics.KindIdentity {
		return true
	}
	return slices.ContainsFunc(f.Evidence, func(e diagnostics.Evidence) bool {
		return e.Of.Kind == kind || e.Of.Kind == diagnostics.KindLogEvent && kind == diagnostics.KindLogGroup
	})
}
