package playbooks

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"firstaid/diagnostics"
)

// An invocation is what a function's log says of the end of one call.
type invocation struct {
	diagnostics.Report
	of     diagnostics.Ref // the log event
	at     time.Time
	stream string
	quote  string
}

// invocations reads the reports of a log group, oldest first.
func invocations(g diagnostics.LogGroup) []invocation {
	var list []invocation
	for _, e := range g.Events {
		for _, r := range diagnostics.Reports(e.Message) {
			list = append(list, invocation{
				Report: r, of: diagnostics.Ref{Kind: diagnostics.KindLogEvent, ID: logEventID(g, e)},
				at: e.Timestamp, stream: e.LogStreamName, quote: quote(e.Message),
			})
		}
	}
	return list
}

// logged pairs every function of the snapshot with its invocations.
func logged(s *diagnostics.Snapshot, visit func(diagnostics.Function, diagnostics.LogGroup, []invocation)) {
	for _, f := range s.Functions {
		for _, g := range s.LogGroups {
			if g.FunctionName == f.FunctionName && g.FunctionName != "" {
				visit(f, g, invocations(g))
			}
		}
	}
}

// findTimeouts compares how long calls took with the function's limit: a call
// that Lambda reports as timed out, or that took the whole limit, was cut off.
func findTimeouts(s *diagnostics.Snapshot) []diagnostics.Finding {
	ix := newIndex(s)
	var list []diagnostics.Finding
	logged(s, func(f diagnostics.Function, _ diagnostics.LogGroup, all []invocation) {
		var cut []invocation
		squeezed := 0
		for _, i := range all {
			limit := float64(f.Timeout) * 1000
			if i.Status == "timeout" || f.Timeout > 0 && i.Status == "" && i.DurationMs.Value >= limit {
				cut = append(cut, i)
				if full(i) {
					squeezed++
				}
			}
		}
		if len(cut) == 0 {
			return
		}
		found := ofInvocations(ix, f, cut)
		found.Captures["seconds"] = strconv.Itoa(f.Timeout)
		found.Because = diagnostics.Text{
			En: fmt.Sprintf("%d of %d calls in the log took the whole limit of %d s", len(cut), len(all), f.Timeout),
			Ko: fmt.Sprintf("로그에 있는 호출 %d건 중 %d건이 제한 시간 %d초를 모두 사용했습니다", len(all), len(cut), f.Timeout),
		}
		if squeezed > 0 {
			found.Alternatives = []diagnostics.Alternative{{Playbook: "lambda-oom", Why: diagnostics.Text{
				En: fmt.Sprintf("%d of them also used all of the memory; too little memory makes calls slow", squeezed),
				Ko: fmt.Sprintf("그중 %d건은 메모리도 모두 사용했습니다. 메모리가 부족하면 호출이 느려집니다", squeezed),
			}}}
		}
		list = append(list, found)
	})
	return list
}

// findExhaustedMemory compares the memory that killed calls used with the
// function's setting. A call that was killed with memory to spare died of
// something else (aws/aws-lambda-dotnet#480), and one that used all of it and
// ended well is no failure (sam local always prints that).
func findExhaustedMemory(s *diagnostics.Snapshot) []diagnostics.Finding {
	ix := newIndex(s)
	var list []diagnostics.Finding
	logged(s, func(f diagnostics.Function, g diagnostics.LogGroup, all []invocation) {
		var dead []invocation
		kills := killsOf(g)
		for _, i := range all {
			if full(i) && (strings.Contains(i.ErrorType, "OutOfMemory") || killed(kills, i)) {
				dead = append(dead, i)
			}
		}
		if len(dead) == 0 {
			return
		}
		found := ofInvocations(ix, f, dead)
		size := strconv.FormatFloat(dead[0].MemoryMB.Value, 'f', -1, 64)
		found.Captures["memory"] = size
		found.Because = diagnostics.Text{
			En: fmt.Sprintf("%d calls were killed after they had used all of the %s MB", len(dead), size),
			Ko: fmt.Sprintf("호출 %d건이 메모리 %sMB를 모두 사용한 뒤 강제 종료되었습니다", len(dead), size),
		}
		list = append(list, found)
	})
	return list
}

// full reports whether a call used (almost) all of its memory; Lambda rounds
// the figure it prints.
func full(i invocation) bool {
	return i.MemoryMB.Stated && i.MaxMemoryMB.Stated && i.MemoryMB.Value > 0 && i.MaxMemoryMB.Value >= 0.98*i.MemoryMB.Value
}

// killed reports whether the log says that the call's process was killed: on a
// line with its request id, or in its stream within a second of its report.
func killed(kills []diagnostics.LogEvent, i invocation) bool {
	return slices.ContainsFunc(kills, func(e diagnostics.LogEvent) bool {
		if i.RequestID != "" && strings.Contains(e.Message, i.RequestID) {
			return true
		}
		return e.LogStreamName == i.stream && e.Timestamp.Sub(i.at).Abs() <= time.Second && !strings.Contains(e.Message, "RequestId: ")
	})
}

// killsOf lists what the log says of processes that were killed.
func killsOf(g diagnostics.LogGroup) []diagnostics.LogEvent {
	var list []diagnostics.LogEvent
	for _, e := range g.Events {
		if strings.Contains(e.Message, "signal: killed") {
			list = append(list, e)
		}
	}
	return list
}

// ofInvocations is a confirmed finding about a function that quotes some of
// its calls.
func ofInvocations(ix *index, f diagnostics.Function, calls []invocation) diagnostics.Finding {
	const most = 3
	found := diagnostics.Finding{
		Confidence: diagnostics.Confirmed, Subject: ix.ofFunction(f.FunctionName),
		First: calls[0].at, Last: calls[len(calls)-1].at, Captures: map[string]string{"function": f.FunctionName},
	}
	for _, c := range calls[:min(most, len(calls))] {
		found.Evidence = append(found.Evidence, diagnostics.Evidence{Of: c.of, Field: "Message", At: c.at, Quote: c.quote})
	}
	return found
}
