package diagnostics

import (
	"regexp"
	"strings"
	"time"
)

var (
	isoTime   = regexp.MustCompile(`\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?`)
	epochTime = regexp.MustCompile(`(?:^|[^\d.])(1[4-9]\d{11})(?:[^\d]|$)`)
	wordyTime = regexp.MustCompile(`\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (\w{3} \d\d \d\d:\d\d:\d\d UTC \d{4})`)
)

// TimeOf reads the first time that a log record states near its beginning: ISO
// 8601, milliseconds since 1970, or as API Gateway writes it. It is the zero
// time where there is none; a time without a zone is taken for UTC.
func TimeOf(record string) time.Time {
	head := record[:min(len(record), 256)]
	if s := isoTime.FindString(head); s != "" {
		s = strings.Replace(strings.Replace(s, " ", "T", 1), ",", ".", 1)
		for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999-0700", "2006-01-02T15:04:05.999999999"} {
			if t, err := time.Parse(layout, s); err == nil {
				return t.UTC()
			}
		}
	}
	if m := wordyTime.FindStringSubmatch(head); m != nil {
		if t, err := time.Parse("Jan 02 15:04:05 UTC 2006", m[1]); err == nil {
			return t
		}
	}
	if m := epochTime.FindStringSubmatch(head); m != nil {
		return parseTime(m[1])
	}
	return time.Time{}
}
