package diagnostics

import (
	"regexp"
	"strings"
	"time"
)

var (
	rowStatus = regexp.MustCompile(`^(?:CREATE|UPDATE|DELETE|IMPORT|REVIEW|ROLLBACK|UPDATE_ROLLBACK|IMPORT_ROLLBACK)_(?:COMPLETE|FAILED|IN_PROGRESS|SKIPPED|COMPLETE_CLEANUP_IN_PROGRESS|ROLLBACK_COMPLETE|ROLLBACK_FAILED|ROLLBACK_IN_PROGRESS)$`)
	rowType   = regexp.MustCompile(`^(?:AWS|Custom|Alexa|[A-Z][A-Za-z0-9]+::[A-Z][A-Za-z0-9]+)::[\w:@-]+$`)
	rowTime   = regexp.MustCompile(`^(?:\[?\d+/\d+\]?|\d{4}-\d\d-\d\d[T ].*|\d{1,2}:\d\d:\d\d.*|\d{13}|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) \w{3} .*\))$`)
	// scriptDate is how JavaScript prints a time: Amplify has it in its rows,
	// with one blank before the reason.
	scriptDate = regexp.MustCompile(`\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) \w{3} \d\d \d{4} [\d:]{8} GMT[+-]\d{4} \([^)]*\)`)
	// fieldBorder separates the cells of a row.
	fieldBorder = regexp.MustCompile(`\s*\|\s*|\t+|\s{2,}`)
	// serverlessRow is the head of an event of the Serverless Framework, and
	// the bare status and type that people copy.
	serverlessRow = regexp.MustCompile(`^\s*(?P<status>[A-Z_]+_FAILED)(?:: (?P<id>\w+) \((?P<type>[\w:@-]+)\)| - (?P<bare>[\w@-]+::[\w:@-]+))\s*$`)
)

// eventRows finds the stack events of a clean text. What stands between them
// becomes records of its own; a text without events is one record.
func eventRows(clean string) []Record {
	var list []Record
	var rest []string
	flush := func() {
		if text := strings.Trim(strings.Join(rest, "\n"), "\n \t"); text != "" {
			list = append(list, Record{Text: text})
		}
		rest = rest[:0]
	}
	lines := strings.Split(clean, "\n")
	for i := 0; i < len(lines); {
		r, ok := eventRow(lines[i])
		if !ok {
			rest = append(rest, lines[i])
			i++
			continue
		}
		flush()
		n := reasonLines(lines[i+1:], r.Text == "")
		more := "\n" + strings.Join(lines[i+1:i+1+n], "\n")
		r.Text, r.Row = strings.TrimSpace(r.Text+more), strings.TrimSpace(lines[i]+more)
		list = append(list, r)
		i += 1 + n
	}
	flush()
	return list
}

// eventRow reads the line that an event begins with.
func eventRow(line string) (Record, bool) {
	r := Record{Event: true, Source: SourceCFNEvent}
	if m := serverlessRow.FindStringSubmatch(line); m != nil {
		r.Status, r.LogicalID, r.Type = m[1], m[2], m[3]+m[4]
		return r, true
	}
	line = scriptDate.ReplaceAllString(line, "  $0  ")
	for _, field := range fieldBorder.Split(strings.TrimSpace(line), -1) {
		switch {
		case r.Status == "" && rowStatus.MatchString(field):
			r.Status = field
		case r.Type == "" && rowType.MatchString(field):
			r.Type = field
		case rowTime.MatchString(field) && r.Text == "":
			if r.clock == 0 {
				r.At, r.clock = parseTime(field), clock(field)
			}
		case r.Status == "" && r.Type == "":
			r.Stack = field
		case r.LogicalID == "":
			r.LogicalID, r.Text = splitID(field)
		default:
			r.Text = strings.TrimSpace(r.Text + " " + field)
		}
	}
	if r.Text == "-" {
		r.Text = ""
	}
	return r, r.Status != "" && r.Type != ""
}

// clock reads a time of day, or a date with one.
func clock(field string) int64 {
	if t := parseTime(field); !t.IsZero() {
		return t.UnixNano()
	}
	for _, layout := range []string{"3:04:05 PM", "15:04:05", "15:04:05 UTC-0700"} {
		if t, err := time.Parse(layout, field); err == nil {
			return int64(time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute + time.Duration(t.Second())*time.Second)
		}
	}
	return 0
}

var cdkID = regexp.MustCompile(`^\S+(?: \(\w+\))?`)

// splitID parts the id from the reason that CDK prints behind it:
// Path/To/Resource (LogicalId) reason.
func splitID(field string) (id, reason string) {
	id = cdkID.FindString(field)
	return id, strings.TrimSpace(field[len(id):])
}

// reasonLines counts the lines after a row that go on with its reason: up to a
// blank line, the next row, or the start of something else. A reason that has
// not begun yet may come after a blank line.
func reasonLines(lines []string, pending bool) int {
	for i, line := range lines {
		if strings.TrimSpace(line) == "" {
			if i == 0 && pending {
				continue
			}
			return i
		}
		if _, row := eventRow(line); row || otherMatter.MatchString(line) {
			return i
		}
	}
	return len(lines)
}

// otherMatter begins what is no part of a reason: the final error of the tool,
// a stack trace of CDK, the next line of a log.
var otherMatter = regexp.MustCompile(`^\s*(?:Error:|error:|❌|✅|\\_ |new \w+ \(|Stack ARN|Successfully|Failed to create/update|ResourceStatus\s|CloudFormation (?:events|outputs)|\d+/\d+ Currently|Failed resources:|\d{4}-\d\d-\d\d[T ]\d\d:)`)
