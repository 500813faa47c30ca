package replay

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"firstaid/diagnostics"
)

// requestOf matches the request id that leads a line of API Gateway's
// execution log.
var requestOf = regexp.MustCompile(`^\(([0-9a-fA-F-]{8,})\)`)

// outcomeOf matches the part of a REPORT line that says how a call ended.
var outcomeOf = regexp.MustCompile(`\tStatus: \S+(\tError Type: \S+)?`)

// calls repeats the recorded calls after a deployment: those that are mended
// end well, the others as they did.
func (j *judgement) calls(s *diagnostics.Snapshot, t *told) {
	first := time.Time{}
	for _, g := range s.LogGroups {
		if len(g.Events) > 0 && (first.IsZero() || g.Events[0].Timestamp.Before(first)) {
			first = g.Events[0].Timestamp
		}
	}
	later := t.end.Add(time.Minute).Sub(first)
	groups := make([]diagnostics.LogGroup, 0, len(s.LogGroups))
	for _, g := range s.LogGroups {
		g.Events = j.heal(g)
		for i := range g.Events {
			g.Events[i].Timestamp = g.Events[i].Timestamp.Add(later)
			if at := g.Events[i].Timestamp.Add(time.Minute); at.After(s.Taken) {
				s.Taken = at
			}
		}
		g.From, g.Until = shifted(g.From, later), shifted(g.Until, later)
		groups = append(groups, g)
	}
	s.LogGroups = groups
}

func shifted(at time.Time, by time.Duration) time.Time {
	if at.IsZero() {
		return at
	}
	return at.Add(by)
}

// heal copies a group's lines. Of a call that said something mended only the
// lines of the platform stay, and they say that it ended well.
func (j *judgement) heal(g diagnostics.LogGroup) []diagnostics.LogEvent {
	calls, healed := map[string]int{}, map[string]bool{}
	keys := make([]string, len(g.Events))
	for i, e := range g.Events {
		keys[i] = callOf(e, calls)
		if j.healed(g, e) {
			healed[keys[i]] = true
		}
	}
	var list []diagnostics.LogEvent
	for i, e := range g.Events {
		if healed[keys[i]] {
			if g.FunctionName == "" || !platform(e.Message) {
				continue
			}
			e.Message = outcomeOf.ReplaceAllString(e.Message, "")
		}
		list = append(list, e)
	}
	return slices.Clip(list)
}

// callOf names the call that a line belongs to: its request, or the lines of
// its stream until the next REPORT.
func callOf(e diagnostics.LogEvent, calls map[string]int) string {
	if m := requestOf.FindStringSubmatch(e.Message); m != nil {
		return m[1]
	}
	key := e.LogStreamName + " " + strconv.Itoa(calls[e.LogStreamName])
	if strings.HasPrefix(e.Message, "REPORT ") {
		calls[e.LogStreamName]++
	}
	return key
}

// platform reports whether Lambda wrote a line about a call, and not the
// function.
func platform(line string) bool {
	return strings.HasPrefix(line, "START ") || strings.HasPrefix(line, "END ") || strings.HasPrefix(line, "REPORT ") || strings.HasPrefix(line, "INIT_START ")
}
