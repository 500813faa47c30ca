package replay

import (
	"slices"
	"strings"
	"time"

	"firstaid/diagnostics"
	"firstaid/diagnostics/template"
)

// A stack is one stack of the recorded operation.
type stack struct {
	diagnostics.Stack
	verb      string // CREATE or UPDATE
	began     time.Time
	forward   []diagnostics.Event // until it was taken back
	file      *template.Template  // of the project; nil when none makes it
	content   string              // of that file
	processed string              // what CloudFormation kept
	existing  map[string]bool     // logical ids that were there before
}

// An operation is what a replayed deployment does to a stack.
type operation struct {
	*stack
	rows   []*row
	cut    time.Duration // when the first failure stops what is not begun; 0 for none
	took   time.Duration // until it is over, before anything is taken back
	failed bool
	id     string
}

// plan works out what a deployment does to a stack, nested ones first.
func (d Deployment) plan(id string, j *judgement) *operation {
	k := d.stack(id)
	o := &operation{stack: k, rows: d.rowsOf(k, j), id: uuid("operation " + id + d.At.String())}
	for _, r := range o.rows {
		if slices.ContainsFunc(d.Recorded.Stacks, func(s diagnostics.Stack) bool { return s.ParentId == id && s.StackId == r.physical }) {
			r.child = d.plan(r.physical, j)
			r.took, r.reason = r.child.took+2600*time.Millisecond, ""
			if r.child.failed {
				r.reason = "Embedded stack " + r.physical + " was not successfully created: The following resource(s) failed to create: [" + strings.Join(r.child.broken(), ", ") + "]. "
			}
		}
	}
	k.place(o.rows)
	for _, r := range o.rows {
		if r.reason != "" && (o.cut == 0 || r.end() < o.cut) {
			o.cut, o.failed = r.end(), true
		}
	}
	o.stop()
	return o
}

// stop takes out what the first failure keeps from beginning, and cancels what
// is under way.
func (o *operation) stop() {
	if o.failed {
		o.rows = slices.DeleteFunc(o.rows, func(r *row) bool { return r.from >= o.cut })
	}
	for _, r := range o.rows {
		if o.failed && r.reason == "" && r.child == nil && r.end() > o.cut {
			verb := map[string]string{"CREATE": "creation", "UPDATE": "update"}[r.verb]
			r.reason, r.took = "Resource "+verb+" cancelled", o.cut+400*time.Millisecond-r.from
		}
		o.took = max(o.took, r.end())
	}
	o.took += 900 * time.Millisecond
}

// broken lists the resources that failed, by name.
func (o *operation) broken() []string {
	var list []string
	for _, r := range o.rows {
		if r.reason != "" {
			list = append(list, r.id)
		}
	}
	slices.Sort(list)
	return list
}

// stack reads a stack of the recording.
func (d Deployment) stack(id string) *stack {
	k := &stack{existing: map[string]bool{}, verb: "UPDATE"}
	if i := slices.IndexFunc(d.Recorded.Stacks, func(s diagnostics.Stack) bool { return s.StackId == id }); i >= 0 {
		k.Stack = d.Recorded.Stacks[i]
	}
	var begun []string
	for _, e := range d.Recorded.Events {
		if e.StackId != id {
			continue
		}
		if e.OfStack() {
			if k.turn(e) {
				break
			}
			continue
		}
		k.forward = append(k.forward, e)
		begun = append(begun, e.LogicalResourceId)
	}
	for _, r := range d.Recorded.Resources {
		if r.StackId == id && !slices.Contains(begun, r.LogicalResourceId) && !strings.HasPrefix(r.ResourceStatus, "DELETE") {
			k.existing[r.LogicalResourceId] = true
		}
	}
	for _, t := range d.Recorded.Templates {
		if t.StackId == id {
			k.processed = t.Processed
		}
	}
	k.file, k.content = d.templateOf(begun)
	return k
}

// turn reads an event of the stack itself, and reports whether the way forward
// ends with it.
func (k *stack) turn(e diagnostics.Event) bool {
	if verb, rest, _ := strings.Cut(e.ResourceStatus, "_"); k.began.IsZero() && rest == "IN_PROGRESS" && verb != "REVIEW" {
		k.verb, k.began = verb, e.Timestamp
		return false
	}
	return !k.began.IsZero()
}

// templateOf is the file of the project that makes most of these resources.
func (d Deployment) templateOf(ids []string) (best *template.Template, content string) {
	most := 0
	for _, f := range d.Files {
		t, err := template.Parse(f.Path, []byte(f.Content))
		if err != nil || template.IsConfig(f.Path) {
			continue
		}
		n := 0
		for _, id := range ids {
			if _, ok := t.Origin(id); ok {
				n++
			}
		}
		if n > most {
			best, content, most = t, f.Content, n
		}
	}
	return best, content
}
