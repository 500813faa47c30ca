package replay

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"firstaid/diagnostics"
)

// told are the events of a replayed deployment and what they leave behind.
type told struct {
	begin, end time.Time
	failed     bool
	events     []diagnostics.Event // by time
	operations []*operation        // a nested stack after its parent
	status     map[string]string   // StackId → status
}

// operate replays the deployment of the stack under diagnosis.
func operate(d Deployment, j *judgement) *told {
	t := &told{begin: d.At, end: d.At, status: map[string]string{}}
	o := d.plan(d.Recorded.StackID, j)
	t.failed = o.failed
	t.stack(o, d.At)
	slices.SortStableFunc(t.events, func(a, b diagnostics.Event) int { return a.Timestamp.Compare(b.Timestamp) })
	return t
}

// stack tells one stack's operation, and what becomes of it.
func (t *told) stack(o *operation, begin time.Time) {
	t.operations = append(t.operations, o)
	if o.ParentId == "" {
		t.self(o, o.verb+"_IN_PROGRESS", begin, "User Initiated")
	} else {
		t.self(o, o.verb+"_IN_PROGRESS", begin, "")
	}
	for _, r := range o.rows {
		t.row(o, r, begin)
	}
	end := begin.Add(o.took)
	switch {
	case !o.failed && o.verb == "UPDATE":
		t.self(o, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", end, "")
		t.self(o, "UPDATE_COMPLETE", end.Add(1100*time.Millisecond), "")
	case !o.failed:
		t.self(o, o.verb+"_COMPLETE", end, "")
	case o.ParentId != "" || o.DisableRollback:
		t.self(o, o.verb+"_FAILED", end, o.blame())
	default:
		t.rollBack(o, end, begin)
	}
}

func (o *operation) blame() string {
	return "The following resource(s) failed to " + strings.ToLower(o.verb) + ": [" + strings.Join(o.broken(), ", ") + "]. "
}

// row tells what happens to one resource.
func (t *told) row(o *operation, r *row, begin time.Time) {
	from, end, physical := begin.Add(r.from), begin.Add(r.end()), r.physical
	if physical == "" {
		physical = o.StackName + "-" + r.id + "-" + strings.ToUpper(digits(o.StackName+r.id, 12))
	}
	before := physical
	if r.verb == "CREATE" {
		before = ""
	}
	t.resource(o, r, r.verb+"_IN_PROGRESS", from, before, "")
	if r.reason == "" && r.verb == "CREATE" || r.child != nil {
		t.resource(o, r, r.verb+"_IN_PROGRESS", from.Add(min(1200*time.Millisecond, r.took/2)), physical, "Resource creation Initiated")
	}
	if r.child != nil {
		t.stack(r.child, from.Add(1400*time.Millisecond))
	}
	if r.reason == "" {
		t.resource(o, r, r.verb+"_COMPLETE", end, physical, "")
		return
	}
	if r.child == nil {
		physical = before
	}
	t.resource(o, r, r.verb+"_FAILED", end, physical, r.reason)
}

// rollBack takes back what was done, the last first.
func (t *told) rollBack(o *operation, at, begin time.Time) {
	prefix := ""
	if o.verb == "UPDATE" {
		prefix = "UPDATE_"
	}
	t.self(o, prefix+"ROLLBACK_IN_PROGRESS", at, o.blame())
	at = at.Add(3 * time.Second)
	for _, r := range slices.Backward(o.rows) {
		if r.verb == "UPDATE" {
			t.resource(o, r, "UPDATE_IN_PROGRESS", at, r.physical, "")
			at = at.Add(1700 * time.Millisecond)
			t.resource(o, r, "UPDATE_COMPLETE", at.Add(4*time.Second), r.physical, "")
		}
	}
	if o.verb == "UPDATE" {
		at = at.Add(5 * time.Second)
		t.self(o, "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", at, "")
	}
	t.self(o, prefix+"ROLLBACK_COMPLETE", t.remove(o, at.Add(time.Second)).Add(time.Second), "")
}

// remove deletes what an operation created and returns when it was done.
func (t *told) remove(o *operation, at time.Time) time.Time {
	for _, r := range slices.Backward(o.rows) {
		if r.verb != "CREATE" {
			continue
		}
		t.resource(o, r, "DELETE_IN_PROGRESS", at, r.physical, "")
		at = at.Add(1400 * time.Millisecond)
		if r.child != nil {
			t.self(r.child, "DELETE_IN_PROGRESS", at, "")
			at = t.remove(r.child, at.Add(time.Second)).Add(time.Second)
			t.self(r.child, "DELETE_COMPLETE", at, "")
			at = at.Add(600 * time.Millisecond)
		}
		t.resource(o, r, "DELETE_COMPLETE", at, r.physical, "")
		at = at.Add(600 * time.Millisecond)
	}
	return at
}

// self adds an event of the stack itself.
func (t *told) self(o *operation, status string, at time.Time, reason string) {
	e := t.base(o, status, at)
	e.EventId = uuid(o.StackId + e.EventId)
	e.LogicalResourceId, e.PhysicalResourceId, e.ResourceType = o.StackName, o.StackId, "AWS::CloudFormation::Stack"
	e.ResourceStatusReason = reason
	t.status[o.StackId] = status
	t.events = append(t.events, e)
}

func (t *told) resource(o *operation, r *row, status string, at time.Time, physical, reason string) {
	e := t.base(o, status, at)
	e.EventId = r.id + "-" + e.EventId
	e.LogicalResourceId, e.PhysicalResourceId, e.ResourceType = r.id, physical, r.kind
	e.ResourceStatusReason = reason
	if !strings.HasPrefix(status, "DELETE") {
		e.ResourceProperties = r.properties
	}
	t.events = append(t.events, e)
}

func (t *told) base(o *operation, status string, at time.Time) diagnostics.Event {
	at = at.UTC().Truncate(time.Millisecond)
	if at.After(t.end) {
		t.end = at
	}
	return diagnostics.Event{
		EventId: status + "-" + at.Format("2006-01-02T15:04:05.000Z"), EventType: "STACK_EVENT",
		OperationId: o.id, OperationType: o.verb + "_STACK", StackId: o.StackId, StackName: o.StackName,
		Timestamp: at, ResourceStatus: status, ClientRequestToken: uuid("token " + o.id),
	}
}

// digits makes n hexadecimal digits, always the same for one label.
func digits(label string, n int) string {
	sum := sha256.Sum256([]byte(label))
	return hex.EncodeToString(sum[:])[:n]
}

func uuid(label string) string {
	h := digits(label, 32)
	return h[:8] + "-" + h[8:12] + "-4" + h[13:16] + "-a" + h[17:20] + "-" + h[20:]
}
