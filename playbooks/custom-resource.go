package playbooks

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"firstaid/diagnostics"
)

// noAnswer is what CloudFormation says when a custom resource's function never
// answered.
var noAnswer = regexp.MustCompile(`(?i)did not receive a response from your custom resource|custom resource failed to stabilize in expected time`)

// failureLine recognises the lines of a function's log that speak of an
// exception, whatever its language.
var failureLine = regexp.MustCompile(`\[ERROR\]|\tERROR\t|"level": ?"(?:ERROR|FATAL)"|Traceback \(most recent call last\)|^\s*(?:[\w.]+(?:Error|Exception)): |Task timed out after|Runtime exited|errorMessage`)

// A handler is the function behind a custom resource, with what it wrote while
// CloudFormation waited for it.
type handler struct {
	name     string
	function diagnostics.Function
	known    bool // the function was read
	group    diagnostics.LogGroup
	read     bool // its log was read for the whole time
	events   []diagnostics.LogEvent
}

// findSilentCustomResource looks into the log of a custom resource that did
// not answer: nothing written means that the function never ran.
func findSilentCustomResource(s *diagnostics.Snapshot) []diagnostics.Finding {
	ix := newIndex(s)
	return customResources(s, func(f *diagnostics.Finding, h handler) bool {
		switch {
		case h.known && h.function.ReservedConcurrency != nil && *h.function.ReservedConcurrency == 0:
			f.Confidence = diagnostics.Confirmed
			f.Because = diagnostics.Text{
				En: "the reserved concurrency of " + h.function.FunctionName + " is 0, so it never runs",
				Ko: h.function.FunctionName + "의 예약된 동시 실행이 0이어서 실행되지 않습니다",
			}
			of := diagnostics.Ref{Kind: diagnostics.KindFunction, ID: h.function.FunctionName}
			f.Evidence = append(f.Evidence, diagnostics.Evidence{Of: of, Field: "ReservedConcurrentExecutions", Quote: "0"})
			return true
		case h.read && len(h.events) == 0:
			f.Confidence = diagnostics.Likely
			f.Because = diagnostics.Text{
				En: "its function wrote nothing to " + h.group.LogGroupName + " while CloudFormation waited: it was never started (throttled, or not to be invoked)",
				Ko: "CloudFormation이 기다리는 동안 함수가 " + h.group.LogGroupName + "에 아무것도 기록하지 않았습니다. 시작되지 않은 것입니다(동시 실행 부족 또는 호출 불가)",
			}
			return true
		}
		if !quoteFailures(f, h, diagnostics.Text{
			En: "its function failed before it answered", Ko: "함수가 응답하기 전에 실패했습니다",
		}) {
			return false
		}
		if slices.ContainsFunc(h.events, func(l diagnostics.LogEvent) bool { return strings.Contains(l.Message, "Task timed out after ") }) {
			f.CausedBy = "lambda-timeout@" + ix.ofFunction(h.name).ID
		}
		return true
	}, true)
}

// findFailedCustomResource quotes the function's own log beside what it told
// CloudFormation.
func findFailedCustomResource(s *diagnostics.Snapshot) []diagnostics.Finding {
	return customResources(s, func(f *diagnostics.Finding, h handler) bool {
		return quoteFailures(f, h, diagnostics.Text{
			En: "the log of its function holds the error", Ko: "함수의 로그에 오류가 남아 있습니다",
		})
	}, false)
}

// customResources asks judge about every failed custom resource; silent says
// whether those that never answered are wanted or those that answered FAILED.
func customResources(s *diagnostics.Snapshot, judge func(*diagnostics.Finding, handler) bool, silent bool) []diagnostics.Finding {
	ix := newIndex(s)
	var list []diagnostics.Finding
	for _, e := range s.Events {
		reason := diagnostics.Normalize(e.Reason())
		if !e.Failed() || !isCustom(e.ResourceType) || noAnswer.MatchString(reason) != silent {
			continue
		}
		if !silent && !strings.Contains(reason, "from custom resource") && !strings.Contains(reason, " resource. ") {
			continue
		}
		h, ok := handlerOf(s, e)
		if !ok {
			continue
		}
		f := diagnostics.Finding{
			Subject: ix.ofEvent(e), Count: 1, First: e.Timestamp, Last: e.Timestamp,
			Evidence: []diagnostics.Evidence{{Of: e.Ref(), Field: "ResourceStatusReason", At: e.Timestamp, Quote: quote(e.Reason())}},
		}
		if judge(&f, h) {
			list = append(list, f)
		}
	}
	return list
}

func isCustom(resourceType string) bool {
	return strings.HasPrefix(resourceType, "Custom::") || resourceType == "AWS::CloudFormation::CustomResource"
}

// handlerOf finds the function that ServiceToken names, and its log between
// the request and the failure. ok is false when neither was read.
func handlerOf(s *diagnostics.Snapshot, e diagnostics.Event) (handler, bool) {
	token := strings.Split(stringProperty(e.ResourceProperties, "ServiceToken"), ":")
	if len(token) < 7 || token[2] != "lambda" {
		return handler{}, false
	}
	name := token[6]
	h := handler{name: name}
	for _, f := range s.Functions {
		if f.FunctionName == name {
			h.function, h.known = f, true
		}
	}
	from := requested(s, e)
	for _, g := range s.LogGroups {
		if g.FunctionName != name && g.LogGroupName != "/aws/lambda/"+name {
			continue
		}
		h.group = g
		h.read = !g.Truncated && !g.From.IsZero() && !g.From.After(from) && !g.Until.Before(e.Timestamp)
		for _, l := range g.Events {
			if !l.Timestamp.Before(from) && !l.Timestamp.After(e.Timestamp.Add(time.Minute)) {
				h.events = append(h.events, l)
			}
		}
		return h, true
	}
	return h, h.known
}

// requested is when CloudFormation called the function: the last event of the
// same resource that is in progress, before it failed.
func requested(s *diagnostics.Snapshot, failed diagnostics.Event) time.Time {
	from := failed.Timestamp.Add(-time.Hour)
	for _, e := range s.Events {
		if e.StackId == failed.StackId && e.LogicalResourceId == failed.LogicalResourceId &&
			strings.HasSuffix(e.ResourceStatus, "_IN_PROGRESS") && e.Timestamp.After(from) && e.Timestamp.Before(failed.Timestamp) {
			from = e.Timestamp
		}
	}
	return from
}

// quoteFailures adds the lines of the function's log that speak of an
// exception, the first ones first.
func quoteFailures(f *diagnostics.Finding, h handler, because diagnostics.Text) bool {
	const most = 3
	n := 0
	for _, l := range h.events {
		if n < most && failureLine.MatchString(l.Message) {
			of := diagnostics.Ref{Kind: diagnostics.KindLogEvent, ID: logEventID(h.group, l)}
			f.Evidence = append(f.Evidence, diagnostics.Evidence{Of: of, Field: "Message", At: l.Timestamp, Quote: quote(l.Message)})
			n++
		}
	}
	f.Confidence, f.Because = diagnostics.Likely, because
	return n > 0
}
