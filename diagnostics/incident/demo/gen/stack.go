package main

import (
	"encoding/json"
	"fmt"
	"sort"
	"strings"
	"time"

	"firstaid/diagnostics"
)

// stack is a stack of a story: its resources and the operation that is told.
type stack struct {
	st       *story
	name, id string
	parent   string // StackId of the parent
	at       time.Time
	verb     string // CREATE or UPDATE
	op       string // operation id
	token    string
	params   map[string]string
	images   map[string]string
	res      map[string]resource // of the template that was deployed now
	old      map[string]resource // of the template before, for an update
	ids      map[string]string   // logical → physical, where it is not derived
	status   string
	events   []diagnostics.Event
	end      time.Time
}

type resource struct {
	Type           string
	DeletionPolicy string
	Properties     map[string]any
}

// step is what happens to one resource, in seconds after the operation began.
type step struct {
	id       string
	from, to float64
	reason   string // set: it failed
	never    bool   // it failed before the service began to make it
	verb     string // when it is not the operation's
}

// stack adds a stack to the story. The first one is the one under diagnosis.
func (st *story) stack(name, verb, template string, at time.Time) *stack {
	k := &stack{
		st: st, name: name, verb: verb, at: at, end: at,
		id:    fmt.Sprintf("arn:aws:cloudformation:%s:%s:stack/%s/%s", region, account, name, st.uuid("stack "+name)),
		op:    st.uuid("operation " + name),
		token: st.uuid("token " + name), params: map[string]string{}, images: map[string]string{}, ids: map[string]string{},
	}
	k.res = st.resources(template)
	if st.s.StackID == "" {
		st.s.StackID = k.id
	}
	return k
}

// previously names the template that an update starts from.
func (k *stack) previously(template string) { k.old = k.st.resources(template) }

func (st *story) resources(template string) map[string]resource {
	var t struct{ Resources map[string]resource }
	st.fail(json.Unmarshal(st.read(template), &t))
	return t.Resources
}

// run tells the operation: its begin, and what becomes of each resource.
func (k *stack) run(steps ...step) {
	if k.verb == "CREATE" && k.parent == "" {
		k.self("REVIEW_IN_PROGRESS", -7.4, "User Initiated")
	}
	reason := "User Initiated"
	if k.parent != "" {
		reason = ""
	}
	k.self(k.verb+"_IN_PROGRESS", 0, reason)
	for _, s := range steps {
		k.tell(s)
	}
}

func (k *stack) tell(s step) {
	r, ok := k.res[s.id]
	if !ok {
		k.st.fail(fmt.Errorf("no resource %s in the template of %s", s.id, k.name))
		return
	}
	verb := k.verb
	if s.verb != "" {
		verb = s.verb
	}
	physical := k.physical(s.id)
	before := ""
	if verb == "UPDATE" {
		before = physical
	}
	k.event(s.id, r, verb+"_IN_PROGRESS", s.from, before, "", "")
	if verb == "CREATE" && !s.never {
		began := s.from + min(1.2, (s.to-s.from)/2)
		k.event(s.id, r, "CREATE_IN_PROGRESS", began, physical, "Resource creation Initiated", "")
		if eventual[r.Type] && s.reason == "" {
			k.event(s.id, r, "CREATE_IN_PROGRESS", began+(s.to-began)*0.4, physical, "Eventual consistency check initiated", "CONFIGURATION_COMPLETE")
		}
	}
	if s.never && verb == "CREATE" {
		physical = ""
	}
	if s.reason != "" {
		k.event(s.id, r, verb+"_FAILED", s.to, physical, s.reason, "")
		return
	}
	k.event(s.id, r, verb+"_COMPLETE", s.to, physical, "", "")
}

// eventual are the types whose creation CloudFormation reports before the
// service is consistent.
var eventual = map[string]bool{"AWS::IAM::Role": true, "AWS::Lambda::Function": true}

// hide tells what would fail next, if what fails before it did not: nothing of
// it is in the incident.
func (k *stack) hide(id string, took float64, reason string) {
	n, end := len(k.events), k.end
	at := k.end.Sub(k.at).Seconds()
	k.event(id, k.res[id], k.verb+"_IN_PROGRESS", at, "", "", "")
	k.event(id, k.res[id], k.verb+"_FAILED", at+took, "", reason, "")
	k.st.hidden = append(k.st.hidden, k.events[n:]...)
	k.events, k.end = k.events[:n:n], end
}

// self adds an event of the stack itself.
func (k *stack) self(status string, at float64, reason string) {
	k.status = status
	e := k.base(at)
	e.EventId = k.st.uuid(fmt.Sprint("self ", k.name, status, at))
	e.LogicalResourceId, e.PhysicalResourceId, e.ResourceType = k.name, k.id, "AWS::CloudFormation::Stack"
	e.ResourceStatus, e.ResourceStatusReason = status, reason
	k.events = append(k.events, e)
}

func (k *stack) event(id string, r resource, status string, at float64, physical, reason, detail string) {
	e := k.base(at)
	e.EventId = id + "-" + status + "-" + e.Timestamp.Format("2006-01-02T15:04:05.000Z")
	e.LogicalResourceId, e.PhysicalResourceId, e.ResourceType = id, physical, r.Type
	e.ResourceStatus, e.ResourceStatusReason, e.DetailedStatus = status, reason, detail
	if !strings.HasPrefix(status, "DELETE") {
		e.ResourceProperties = compact(texts(k.resolve(anyMap(r.Properties))))
	}
	k.events = append(k.events, e)
}

func (k *stack) base(at float64) diagnostics.Event {
	when := k.at.Add(ms(at))
	if when.After(k.end) {
		k.end = when
	}
	return diagnostics.Event{
		EventType: "STACK_EVENT", OperationId: k.op, OperationType: k.verb + "_STACK",
		StackId: k.id, StackName: k.name, Timestamp: when, ClientRequestToken: k.token,
	}
}

// done ends an operation that went well.
func (k *stack) done(at float64) {
	k.self(k.verb+"_COMPLETE", at, "")
	k.close()
}

// rollBack takes back what was done, the last first, as CloudFormation does.
func (k *stack) rollBack(at float64, by string) {
	failed := k.failed()
	reason := "The following resource(s) failed to " + strings.ToLower(k.verb) + ": [" + strings.Join(failed, ", ") + "]. " + by
	if k.verb == "CREATE" {
		k.self("ROLLBACK_IN_PROGRESS", at, reason)
		k.self("ROLLBACK_COMPLETE", k.remove(at+3, k.started("CREATE"))+1.1, "")
		k.close()
		return
	}
	k.self("UPDATE_ROLLBACK_IN_PROGRESS", at, reason)
	at += 4
	for _, id := range k.started("UPDATE") {
		r, ok := k.old[id]
		if !ok {
			r = k.res[id]
		}
		k.event(id, r, "UPDATE_IN_PROGRESS", at, k.physical(id), "", "")
		k.event(id, r, "UPDATE_COMPLETE", at+6.3, k.physical(id), "", "")
		at += 1.7
	}
	k.self("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", at+8, "")
	k.self("UPDATE_ROLLBACK_COMPLETE", k.remove(at+9, k.started("CREATE"))+1, "")
	k.close()
}

// stay ends a failed operation whose rollback is switched off.
func (k *stack) stay(at float64) {
	k.self(k.verb+"_FAILED", at, "The following resource(s) failed to "+strings.ToLower(k.verb)+": ["+strings.Join(k.failed(), ", ")+"]. ")
	k.close()
}

func (k *stack) failed() []string {
	var list []string
	for _, e := range k.events {
		if e.Failed() && !e.OfStack() {
			list = append(list, e.LogicalResourceId)
		}
	}
	sort.Strings(list)
	return list
}

// started lists the resources with a verb, the last that was touched first.
func (k *stack) started(verb string) []string {
	events := append([]diagnostics.Event(nil), k.events...)
	sort.SliceStable(events, func(i, j int) bool { return events[i].Timestamp.After(events[j].Timestamp) })
	var list []string
	seen := map[string]bool{}
	for _, e := range events {
		if id := e.LogicalResourceId; !e.OfStack() && strings.HasPrefix(e.ResourceStatus, verb) && !seen[id] {
			seen[id] = true
			list = append(list, id)
		}
	}
	return list
}

// remove deletes resources one after the other and returns when it was done.
func (k *stack) remove(at float64, ids []string) float64 {
	for _, id := range ids {
		r, physical := k.res[id], k.made(id)
		if r.DeletionPolicy == "Retain" && physical != "" {
			k.event(id, r, "DELETE_SKIPPED", at, physical, "", "")
			at += 0.9
			continue
		}
		if physical != "" {
			k.event(id, r, "DELETE_IN_PROGRESS", at, physical, "", "")
			at += 1.4
			if r.Type == "AWS::CloudFormation::Stack" {
				at += 9.5 // its own resources go first
			}
		}
		k.event(id, r, "DELETE_COMPLETE", at, physical, "", "")
		at += 0.6
	}
	return at
}

// made returns the physical id if the service gave one.
func (k *stack) made(id string) string {
	for _, e := range k.events {
		if e.LogicalResourceId == id && e.PhysicalResourceId != "" {
			return e.PhysicalResourceId
		}
	}
	return ""
}

// close puts the stack, its events and its resources into the snapshot.
func (k *stack) close() {
	s := k.st.s
	s.Events = append(s.Events, k.events...)
	sort.SliceStable(s.Events, func(i, j int) bool { return s.Events[i].Timestamp.Before(s.Events[j].Timestamp) })
	made := diagnostics.Stack{
		StackId: k.id, StackName: k.name, StackStatus: k.status, ParentId: k.parent, RootId: k.parent,
		CreationTime: k.at.Add(-7400 * time.Millisecond), DisableRollback: strings.HasSuffix(k.status, "_FAILED"),
		Capabilities:   []string{"CAPABILITY_IAM"},
		Tags:           []diagnostics.Tag{{Key: "team", Value: "shop"}},
		LastOperations: []diagnostics.Operation{{OperationId: k.op, OperationType: k.verb + "_STACK"}},
	}
	if k.verb == "UPDATE" {
		made.CreationTime = k.at.Add(-31*24*time.Hour - 5*time.Minute)
		made.LastUpdatedTime = k.at
	}
	for _, p := range sorted(k.params) {
		made.Parameters = append(made.Parameters, diagnostics.Parameter{ParameterKey: p, ParameterValue: k.params[p]})
	}
	s.Stacks = append(s.Stacks, made)
	k.listResources()
}

func (k *stack) listResources() {
	last := map[string]diagnostics.Event{}
	for _, e := range k.events {
		if old, ok := last[e.LogicalResourceId]; !e.OfStack() && (!ok || !e.Timestamp.Before(old.Timestamp)) {
			last[e.LogicalResourceId] = e
		}
	}
	for _, id := range sorted(k.res) {
		r := diagnostics.Resource{StackId: k.id, StackName: k.name, LogicalResourceId: id, ResourceType: k.res[id].Type}
		if e, ok := last[id]; ok {
			r.ResourceStatus, r.ResourceStatusReason, r.Timestamp, r.PhysicalResourceId = e.ResourceStatus, e.ResourceStatusReason, e.Timestamp, k.made(id)
		} else if _, was := k.old[id]; k.verb == "UPDATE" && (was || k.old == nil) {
			r.ResourceStatus, r.Timestamp, r.PhysicalResourceId = "CREATE_COMPLETE", k.at.Add(-31*24*time.Hour), k.physical(id)
		} else {
			continue
		}
		k.st.s.Resources = append(k.st.s.Resources, r)
	}
}

// other adds a stack that has nothing to do with the failure.
func (st *story) other(name, status string, ago time.Duration) {
	at := st.s.Taken.Add(-ago).Truncate(time.Second)
	st.s.Stacks = append(st.s.Stacks, diagnostics.Stack{
		StackId:   fmt.Sprintf("arn:aws:cloudformation:%s:%s:stack/%s/%s", region, account, name, st.uuid("stack "+name)),
		StackName: name, StackStatus: status, CreationTime: at.Add(-90 * 24 * time.Hour), LastUpdatedTime: at,
	})
}

func sorted[V any](m map[string]V) []string {
	list := make([]string, 0, len(m))
	for k := range m {
		list = append(list, k)
	}
	sort.Strings(list)
	return list
}
