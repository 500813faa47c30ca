package diagnostics

import (
	"encoding/json"
	"regexp"
	"sort"
	"strconv"
	"strings"
)

// Figure is a number that a text states, or does not.
type Figure struct {
	Value  float64
	Stated bool
}

// IsZero reports whether the figure was not stated; a stated 0 is a figure.
func (f Figure) IsZero() bool { return !f.Stated }

// MarshalJSON writes the number, or null.
func (f Figure) MarshalJSON() ([]byte, error) {
	if !f.Stated {
		return []byte("null"), nil
	}
	return json.Marshal(f.Value)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (f *Figure) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*f = Figure{}
		return nil
	}
	f.Stated = true
	return json.Unmarshal(b, &f.Value)
}

// Report is what Lambda says at the end of an invocation, in a REPORT line or
// a platform.report record. Times are milliseconds, memory is MB (MiB).
//
// BilledMs is not Duration rounded up: it holds the initialisation of some
// cold starts, the restore of a snapshot, full 100 ms before December 2020, and
// is capped by a timeout. sam local prints the configured memory as the used.
type Report struct {
	RequestID       string `json:"requestId,omitempty"`
	DurationMs      Figure `json:"durationMs,omitzero"`
	BilledMs        Figure `json:"billedMs,omitzero"`
	MemoryMB        Figure `json:"memoryMB,omitzero"`
	MaxMemoryMB     Figure `json:"maxMemoryMB,omitzero"`
	InitMs          Figure `json:"initMs,omitzero"`
	RestoreMs       Figure `json:"restoreMs,omitzero"`
	BilledRestoreMs Figure `json:"billedRestoreMs,omitzero"`
	// Status is success, timeout, error or failure; empty where none is given.
	Status    string `json:"status,omitempty"`
	ErrorType string `json:"errorType,omitempty"`
}

// Reports reads all reports of a raw text, in order.
func Reports(text string) []Report {
	if !strings.Contains(text, "REPORT") && !strings.Contains(text, "platform.report") {
		return nil
	}
	return reportsOf(Clean(text))
}

func reportsOf(clean string) []Report {
	type found struct {
		at     int
		report Report
	}
	var all []found
	for _, at := range reportHead.FindAllStringSubmatchIndex(clean, -1) {
		r := Report{RequestID: clean[at[2]:at[3]]}
		if r.readLine(clean[at[1]:]) {
			all = append(all, found{at[0], r})
		}
	}
	for _, at := range platformReport.FindAllStringIndex(clean, -1) {
		if r, ok := readRecord(enclosingObject(clean, at[0])); ok {
			all = append(all, found{at[0], r})
		}
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].at < all[j].at })
	list := make([]Report, 0, len(all))
	for _, f := range all {
		list = append(list, f.report)
	}
	return list
}

var (
	reportHead = regexp.MustCompile(`\bREPORT[ \t]+RequestId:[ \t]*([^\s|,;"]+)`)
	// reportField is anchored: fields are read one after the other, so that the
	// words of the next log line are never taken for figures of this one.
	reportField = regexp.MustCompile(`^[\s|,]*(?:` +
		`((?:Billed Restore |Billed |Restore |Init )?Duration|Memory Size|Max Memory Used):\s*([0-9][0-9.]*|[^\s|,"]+)(?:\s*(?:ms|MB)\b)?` +
		`|(Status|Error Type|XRAY TraceId|SegmentId|Sampled):\s*([^\s|,"]+))`)
	platformReport = regexp.MustCompile(`"?type"?\s*:\s*"platform\.report"`)
)

// readLine reads the fields after the request id, whatever their order and
// separators; a line feed stands before the X-Ray fields. It reports whether
// there was one.
func (r *Report) readLine(s string) bool {
	any := false
	for {
		at := reportField.FindStringSubmatchIndex(s)
		if at == nil {
			return any
		}
		if at[2] >= 0 {
			any = r.setFigure(s[at[2]:at[3]], s[at[4]:at[5]]) || any
		} else {
			r.setWord(s[at[6]:at[7]], s[at[8]:at[9]])
		}
		s = s[at[1]:]
	}
}

func (r *Report) setWord(name, value string) {
	switch name {
	case "Status":
		r.Status = value
	case "Error Type":
		r.ErrorType = value
	}
}

// setFigure keeps a figure. A masked value (xxx) is not stated.
func (r *Report) setFigure(name, value string) bool {
	v, err := strconv.ParseFloat(strings.TrimRight(value, "."), 64)
	if err != nil {
		return false
	}
	fields := map[string]*Figure{
		"Duration": &r.DurationMs, "Billed Duration": &r.BilledMs,
		"Memory Size": &r.MemoryMB, "Max Memory Used": &r.MaxMemoryMB,
		"Init Duration": &r.InitMs, "Restore Duration": &r.RestoreMs,
		"Billed Restore Duration": &r.BilledRestoreMs,
		"durationMs":              &r.DurationMs, "billedDurationMs": &r.BilledMs,
		"memorySizeMB": &r.MemoryMB, "maxMemoryUsedMB": &r.MaxMemoryMB,
		"initDurationMs": &r.InitMs, "restoreDurationMs": &r.RestoreMs,
		"billedRestoreDurationMs": &r.BilledRestoreMs,
	}
	f, ok := fields[name]
	if ok {
		*f = Figure{v, true}
	}
	return ok
}

var (
	recordFigure = regexp.MustCompile(`"([a-zA-Z]+M[sB])"\s*:\s*"?([0-9][0-9.]*(?:[eE][+-]?[0-9]+)?)`)
	recordWord   = regexp.MustCompile(`"(requestId|status|errorType)"\s*:\s*"([^"]*)"`)
)

// readRecord reads the object of a platform.report, which may have been cut.
func readRecord(s string) (Report, bool) {
	var r Report
	any := false
	for _, m := range recordFigure.FindAllStringSubmatch(s, -1) {
		any = r.setFigure(m[1], m[2]) || any
	}
	for _, m := range recordWord.FindAllStringSubmatch(s, -1) {
		switch m[1] {
		case "requestId":
			r.RequestID = m[2]
		case "status":
			r.Status = m[2]
		case "errorType":
			r.ErrorType = m[2]
		}
	}
	return r, any
}

// maxRecord is longer than any platform.report, and bounds the search for its
// braces in a text that has thousands.
const maxRecord = 4 << 10

// enclosingObject returns the innermost {...} around an offset, up to the end
// of the text where its end is missing.
func enclosingObject(s string, at int) string {
	from := at
	for depth := 0; from > max(0, at-maxRecord); {
		from--
		if s[from] == '}' {
			depth++
		}
		if s[from] == '{' {
			if depth == 0 {
				break
			}
			depth--
		}
	}
	s = s[from:min(len(s), from+maxRecord)]
	depth := 0
	for i := range len(s) {
		switch s[i] {
		case '{':
			depth++
		case '}':
			if depth--; depth <= 0 {
				return s[:i+1]
			}
		}
	}
	return s
}
