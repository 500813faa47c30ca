package playbooks

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"firstaid/diagnostics"
)

// refusedAnswer matches what runtimes and Lambda say when an answer that the
// handler gave was not taken. refusalWords are the words that it needs one of:
// they are looked for first, as a log may have a million lines.
var refusedAnswer = regexp.MustCompile(`(?i:exceeded (the )?maximum allowed payload size)|RequestEntityTooLarge|Function\.ResponseSizeTooLarge|(?i:post handler .{0,40}response).{0,20}\b413\b`)

var refusalWords = []string{"payload size", "Payload Size", "Payload size", "TooLarge", "413"}

// bytesSaid matches a size that an application's own log gives.
var bytesSaid = regexp.MustCompile(`(?i)\b(\d{7,12}) ?(?:bytes|B)\b`)

// findRefusedAnswers joins a refused answer with the call that gave it: when
// the call itself ended well, the answer's size is what failed, and nothing in
// the handler.
func findRefusedAnswers(s *diagnostics.Snapshot) []diagnostics.Finding {
	ix := newIndex(s)
	var list []diagnostics.Finding
	logged(s, func(f diagnostics.Function, g diagnostics.LogGroup, all []invocation) {
		if firstRefusal(g.Events) < 0 {
			return
		}
		var refused []invocation
		size, during := 0, linesOfCalls(g, all)
		for _, i := range all {
			lines := during[i.of.ID]
			at := firstRefusal(lines)
			if at < 0 || i.Status == "timeout" || full(i) {
				continue
			}
			i.of = diagnostics.Ref{Kind: diagnostics.KindLogEvent, ID: logEventID(g, lines[at])}
			i.at, i.quote = lines[at].Timestamp, quote(lines[at].Message)
			refused = append(refused, i)
			size = max(size, largestSize(lines))
		}
		if len(refused) > 0 {
			list = append(list, refusedFinding(ofInvocations(ix, f, refused), len(refused), len(all), size))
		}
	})
	return list
}

func refusedFinding(found diagnostics.Finding, refused, all, size int) diagnostics.Finding {
	said, inKorean := "", ""
	if size > 0 {
		found.Captures["size"] = strconv.Itoa(size)
		said, inKorean = fmt.Sprintf(" (%d bytes by its own log)", size), fmt.Sprintf("(로그상 %d바이트)", size)
	}
	function := found.Captures["function"]
	found.Summary = diagnostics.Text{
		En: fmt.Sprintf("%s answers with more%s than the %d bytes that Lambda passes on", function, said, responseLimit),
		Ko: fmt.Sprintf("%s의 응답%s이 Lambda가 전달하는 한도 %d바이트를 넘습니다", function, inKorean, responseLimit),
	}
	found.Because = diagnostics.Text{
		En: fmt.Sprintf("%d of %d calls ended without an error of their own, and Lambda refused what they answered", refused, all),
		Ko: fmt.Sprintf("호출 %d건 중 %d건이 자체 오류 없이 끝났지만 Lambda가 그 응답을 거부했습니다", all, refused),
	}
	return found
}

// linesOfCalls lists, by the id of each call's report, what was written to its
// log stream since the report before: one environment serves one call at a
// time.
func linesOfCalls(g diagnostics.LogGroup, all []invocation) map[string][]diagnostics.LogEvent {
	ends := map[string]bool{}
	for _, i := range all {
		ends[i.of.ID] = true
	}
	lines, since := map[string][]diagnostics.LogEvent{}, map[string][]diagnostics.LogEvent{}
	for _, e := range g.Events {
		id := logEventID(g, e)
		since[e.LogStreamName] = append(since[e.LogStreamName], e)
		if ends[id] {
			lines[id], since[e.LogStreamName] = since[e.LogStreamName], nil
		}
	}
	return lines
}

// firstRefusal is the index of the first line that speaks of a refused answer,
// or -1.
func firstRefusal(lines []diagnostics.LogEvent) int {
	return slices.IndexFunc(lines, func(e diagnostics.LogEvent) bool {
		says := func(word string) bool { return strings.Contains(e.Message, word) }
		return slices.ContainsFunc(refusalWords, says) && refusedAnswer.MatchString(e.Message)
	})
}

// largestSize is the largest number of bytes above the limit that the lines
// speak of; 0 for none.
func largestSize(lines []diagnostics.LogEvent) int {
	largest := 0
	for _, e := range lines {
		for _, m := range bytesSaid.FindAllStringSubmatch(e.Message, -1) {
			if n, err := strconv.Atoi(m[1]); err == nil && n > responseLimit {
				largest = max(largest, n)
			}
		}
	}
	return largest
}
