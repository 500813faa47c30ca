package diagnostics

import (
	"cmp"
	"encoding/csv"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Record is one entry of a text that holds several: a log event, a stack
// event, or the text between them.
type Record struct {
	Text   string
	Source Source
	// Event is set for a stack event; the fields below are then known, and
	// Text is its reason, which may be empty. Row is the whole event as one
	// text: status, type, logical id and reason.
	Event     bool
	Row       string
	Stack     string
	LogicalID string
	Type      string
	Status    string
	At        time.Time

	// clock is what the time of an event reads, in nanoseconds: since 1970
	// where there is a date, else since midnight.
	clock int64
}

// Failed reports whether the record is a stack event that failed.
func (r Record) Failed() bool { return r.Event && strings.HasSuffix(r.Status, "_FAILED") }

// Records takes a text apart: exports in JSON or CSV, the event tables of sam
// deploy, CDK, the Serverless Framework and the CloudFormation console. A text
// that is none of these is one record. Stack events come in order of time.
func Records(text string) []Record {
	if list := jsonRecords(text); list != nil {
		return chronological(list)
	}
	if list := csvRecords(text); list != nil {
		return list
	}
	return chronological(eventRows(Clean(text)))
}

// chronological puts the stack events in order: the console and the API list
// the newest first. A clock without a date only tells which way a list runs.
func chronological(list []Record) []Record {
	var places []int
	var events []Record
	dated, falling := true, 0
	for i, r := range list {
		if !r.Event {
			continue
		}
		if n := len(events); n > 0 {
			falling -= cmp.Compare(r.clock, events[n-1].clock)
		}
		dated = dated && !r.At.IsZero()
		places, events = append(places, i), append(events, r)
	}
	if falling > 0 {
		slices.Reverse(events)
	}
	if dated {
		slices.SortStableFunc(events, func(a, b Record) int { return a.At.Compare(b.At) })
	}
	for i, place := range places {
		list[place] = events[i]
	}
	return list
}

// jsonRecords reads what the AWS CLI and the console export: StackEvents and
// OperationEvents, events and logEvents with messages, Logs Insights results.
func jsonRecords(text string) []Record {
	text = strings.TrimSpace(text)
	if text == "" || text[0] != '{' && text[0] != '[' {
		return nil
	}
	var doc any
	if json.Unmarshal([]byte(text), &doc) != nil {
		return nil
	}
	return jsonList(doc)
}

func jsonList(doc any) []Record {
	switch v := doc.(type) {
	case []any:
		return jsonItems(v)
	case map[string]any:
		for _, key := range []string{"StackEvents", "OperationEvents", "events", "logEvents", "results", "Events"} {
			if items, ok := v[key].([]any); ok {
				return jsonItems(items)
			}
		}
		if r, ok := stackEvent(v); ok {
			return []Record{r}
		}
	}
	return nil
}

// jsonItems reads a list in which every item is an event; any other list is
// not an export.
func jsonItems(items []any) []Record {
	var list []Record
	for _, item := range items {
		r, ok := jsonItem(item)
		if !ok {
			return nil
		}
		list = append(list, r)
	}
	return list
}

func jsonItem(item any) (Record, bool) {
	if fields, ok := item.([]any); ok {
		item = insightsRow(fields)
	}
	object, ok := item.(map[string]any)
	if !ok {
		return Record{}, false
	}
	if r, ok := stackEvent(object); ok {
		return r, true
	}
	for _, key := range []string{"message", "@message", "Message"} {
		if text, ok := object[key].(string); ok {
			return Record{Text: text, At: jsonTime(object)}, true
		}
	}
	return Record{}, false
}

// insightsRow turns [{"field":"@message","value":"..."}] into an object.
func insightsRow(fields []any) map[string]any {
	row := map[string]any{}
	for _, f := range fields {
		pair, _ := f.(map[string]any)
		if name, ok := pair["field"].(string); ok {
			row[name] = pair["value"]
		}
	}
	return row
}

func stackEvent(object map[string]any) (Record, bool) {
	word := func(keys ...string) string {
		for _, k := range keys {
			if s, ok := object[k].(string); ok && s != "" {
				return s
			}
		}
		return ""
	}
	status := word("ResourceStatus", "HookStatus", "ValidationStatus")
	if status == "" {
		return Record{}, false
	}
	r := Record{
		Event: true, Source: SourceCFNEvent, Status: status,
		Text:  word("ResourceStatusReason", "ValidationStatusReason", "HookStatusReason"),
		Stack: word("StackName"), LogicalID: word("LogicalResourceId"), Type: word("ResourceType"), At: jsonTime(object),
	}
	r.clock = r.At.UnixNano()
	r.Row = strings.Join([]string{r.Status, r.Type, r.LogicalID, r.Text}, " | ")
	return r, true
}

func jsonTime(object map[string]any) time.Time {
	for _, key := range []string{"Timestamp", "timestamp", "@timestamp"} {
		switch v := object[key].(type) {
		case float64:
			return time.UnixMilli(int64(v)).UTC()
		case string:
			return parseTime(v)
		}
	}
	return time.Time{}
}

func parseTime(s string) time.Time {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02 15:04:05.999999999", "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05 UTC-0700"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC()
		}
	}
	if ms, err := strconv.ParseInt(s, 10, 64); err == nil && len(s) == 13 {
		return time.UnixMilli(ms).UTC()
	}
	return time.Time{}
}

// csvRecords reads the CSV exports of CloudWatch Logs and Logs Insights. A
// message that holds a line feed spans two lines of the file.
func csvRecords(text string) []Record {
	head, _, _ := strings.Cut(text, "\n")
	message := -1
	columns := strings.Split(strings.TrimSpace(head), ",")
	for i, c := range columns {
		if c = strings.Trim(c, `"`); c == "message" || c == "@message" {
			message = i
		}
	}
	if message < 0 || len(columns) < 2 {
		return nil
	}
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord, r.LazyQuotes = -1, true
	rows, err := r.ReadAll()
	if err != nil || len(rows) < 2 {
		return nil
	}
	var list []Record
	for _, row := range rows[1:] {
		if message < len(row) {
			list = append(list, Record{Text: row[message], At: parseTime(row[0])})
		}
	}
	return list
}
