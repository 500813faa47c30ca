package diagnostics

import (
	"regexp"
	"strings"
)

var (
	rowStatus = regexp.MustCompile(`^(?:CREATE|UPDATE|DELETE|IMPORT|REVIEW|ROLLBACK|UPDATE_ROLLBACK|IMPORT_ROLLBACK)_(?:COMPLETE|FAILED|IN_PROGRESS|SKIPPED|COMPLETE_CLEANUP_IN_PROGRESS|ROLLBACK_COMPLETE|ROLLBACK_FAILED|ROLLBACK_IN_PROGRESS)$`)
	rowType   = regexp.MustCompile(`^(?:AWS|Custom|Alexa|[A-Z][A-Za-z0-9]+::[A-Z][A-Za-z0-9]+)::[\w:@-]+$`)
	rowTime   = regexp.MustCompile(`^(?:\[?\d+/\d+\]?|\d{4}-\d\d-\d\d[T ].*|\d{1,2}:\d\d:\d\d.*|\d{13}|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) .*)$`)
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
	for _, field := range fieldBorder.Split(strings.TrimSpace(line), -1) {
		switch {
		case r.Status == "" && rowStatus.MatchString(field):
			r.Status = field
		case r.Type == "" && rowType.MatchString(field):
			r.Type = field
		case rowTime.MatchString(field) && r.LogicalID == "":
			if r.At.IsZero() {
				r.At = parseTime(field)
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
