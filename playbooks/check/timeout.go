package check

import (
	"fmt"
	"strconv"
	"strings"

	"firstaid/diagnostics"
)

// The longest an API waits for a function, in seconds. REST APIs: 29 unless the account's quota was raised
// and TimeoutInMillis says so; HTTP APIs: 30, fixed (API Gateway developer guide, "Quotas").
const (
	restLimit = 29
	httpLimit = 30
)

// checkTimeout finds functions that may run longer than the API in front of them waits. Streamed responses
// have other limits and are left alone.
func checkTimeout(s *scope) {
	for _, r := range s.t.Resources() {
		if !isFunction(r) {
			continue
		}
		at := r.Property("Timeout")
		text, _ := s.text(at)
		seconds, err := strconv.ParseFloat(text, 64)
		if err != nil {
			continue
		}
		for _, route := range s.fronts[r] {
			limit, ok := s.limit(route)
			if !ok || seconds <= limit {
				continue
			}
			severity := diagnostics.Warning
			if seconds <= limit+1 { // 30 s behind a REST API: no more than a second is lost
				severity = diagnostics.Note
			}
			s.report("lambda-timeout", severity, at, r.ID, bilingual(
				fmt.Sprintf("%s may run %s s, but the API of %s answers the caller with an error after %s s", r.ID, text, route.name(), trim(limit)),
				fmt.Sprintf("%s는 %s초까지 실행될 수 있지만, %s의 API는 %s초가 지나면 호출자에게 오류로 답합니다", r.ID, text, route.name(), trim(limit))))
			s.capture("function", r.ID, "timeout", text)
			break
		}
	}
}

func trim(seconds float64) string {
	return strconv.FormatFloat(seconds, 'f', -1, 64)
}

// limit is how long the API of a route waits; ok is false when that is not known here.
func (s *scope) limit(r route) (float64, bool) {
	limit := float64(restLimit)
	if r.http {
		limit = httpLimit
	}
	if r.async {
		return 0, false
	}
	if r.mode != nil && !r.mode.Is("BUFFERED") && (!r.mode.Is("STREAM") || r.streams == "STREAM") {
		return 0, false
	}
	n := r.timeout
	if n.Missing() {
		return limit, true
	}
	text, ok := n.Str()
	ms, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if !ok || err != nil {
		return 0, false
	}
	return ms / 1000, true
}
