package replay

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"firstaid/diagnostics"
	"firstaid/diagnostics/template"
)

// A row is what a deployment does to one resource of a stack.
type row struct {
	id, kind, verb string // verb is CREATE or UPDATE
	physical       string
	properties     string
	from, took     time.Duration // since the stack's operation began
	reason         string        // set: it fails
	child          *operation    // of a nested stack
	// settled says that the recording knows when the row begins and ends.
	settled bool
	placed  bool
}

func (r *row) end() time.Duration { return r.from + r.took }

// usual says how long resources take that the recording did not come to.
func usual(kind string) time.Duration {
	switch kind {
	case "AWS::IAM::Role":
		return 17 * time.Second
	case "AWS::Lambda::EventSourceMapping":
		return 22 * time.Second
	case "AWS::Lambda::Function":
		return 8 * time.Second
	case "AWS::Lambda::Alias":
		return 3 * time.Second
	}
	return 1900 * time.Millisecond
}

// rowsOf reads what was done to a stack's resources, and adds what the
// recording did not come to.
func (d Deployment) rowsOf(k *stack, j *judgement) []*row {
	var rows []*row
	at := map[string]*row{}
	for _, e := range slices.Concat(k.forward, hiddenOf(d.Hidden, k)) {
		if e.OfStack() {
			continue
		}
		r := at[e.LogicalResourceId]
		if r == nil {
			verb, _, _ := strings.Cut(e.ResourceStatus, "_")
			r = &row{id: e.LogicalResourceId, kind: e.ResourceType, verb: verb, from: e.Timestamp.Sub(k.began)}
			at[r.id] = r
			rows = append(rows, r)
		}
		r.tell(e, k, j)
	}
	for id, kind := range k.unreached(at) {
		rows = append(rows, &row{id: id, kind: kind, verb: "CREATE", took: usual(kind)})
	}
	slices.SortStableFunc(rows, func(a, b *row) int { return strings.Compare(a.id, b.id) })
	return rows
}

// tell takes one event of the recording into the row.
func (r *row) tell(e diagnostics.Event, k *stack, j *judgement) {
	if e.PhysicalResourceId != "" {
		r.physical = e.PhysicalResourceId
	}
	switch {
	case strings.HasSuffix(e.ResourceStatus, "_COMPLETE"):
		r.took, r.settled, r.properties = e.Timestamp.Sub(k.began)-r.from, true, e.ResourceProperties
	case e.Failed() && j.fails(e):
		r.took, r.reason, r.properties = max(e.Timestamp.Sub(k.began)-r.from, usual(r.kind)/2), e.Reason(), e.ResourceProperties
	case e.Failed():
		r.took = max(e.Timestamp.Sub(k.began)-r.from, usual(r.kind))
	}
}

func hiddenOf(hidden []diagnostics.Event, k *stack) []diagnostics.Event {
	return slices.DeleteFunc(slices.Clone(hidden), func(e diagnostics.Event) bool { return e.StackId != k.StackId })
}

// unreached are the resources that the stack's template has, that are not
// there yet and that the recording did not begin, with their types.
func (k *stack) unreached(begun map[string]*row) map[string]string {
	all := map[string]string{}
	var processed struct {
		Resources map[string]struct{ Type string }
	}
	if k.verb == "CREATE" && json.Unmarshal([]byte(k.processed), &processed) == nil {
		for id, r := range processed.Resources {
			all[id] = r.Type
		}
	} else if k.file != nil {
		all = madeOf(k.file)
	}
	maps.DeleteFunc(all, func(id, kind string) bool {
		_, is := begun[id]
		return is || k.existing[id] || strings.HasPrefix(kind, "AWS::Serverless::")
	})
	return all
}

// madeOf lists the resources that are certain to be made of a template.
func madeOf(t *template.Template) map[string]string {
	all := map[string]string{}
	for _, r := range t.Resources() {
		switch {
		case r.Loop != nil:
		case r.Type == "AWS::Serverless::Function":
			all[r.ID] = "AWS::Lambda::Function"
		default:
			all[r.ID] = r.Type
		}
	}
	for _, g := range t.Generated() {
		certain := g.ID == g.Source+"Role" || slices.Contains([]string{"AWS::Lambda::Alias", "AWS::Lambda::EventSourceMapping", "AWS::Lambda::Version"}, g.Type)
		switch {
		case certain && g.Hashed:
			all[g.ID+digits(g.ID, 10)] = g.Type
		case certain:
			all[g.ID] = g.Type
		}
	}
	return all
}

// place gives every row its time: what the recording knows stays, the others
// begin when all that they wait for is there.
func (k *stack) place(rows []*row) {
	for _, r := range rows {
		r.placed = r.settled && r.child == nil
	}
	for range rows {
		for _, r := range rows {
			needs := k.needs(r, rows)
			if r.placed || slices.ContainsFunc(needs, func(n *row) bool { return !n.placed }) {
				continue
			}
			for _, n := range needs {
				r.from = max(r.from, n.end()+700*time.Millisecond)
			}
			r.from, r.placed = max(r.from, 2*time.Second), true
		}
	}
	slices.SortStableFunc(rows, func(a, b *row) int { return int(a.from - b.from) })
}

// needs lists the rows that a row waits for.
func (k *stack) needs(r *row, rows []*row) []*row {
	if k.file == nil {
		return nil
	}
	waits := k.file.WaitsFor(r.id)
	from, _ := k.file.Origin(r.id)
	var list []*row
	for _, o := range rows {
		made, ok := k.file.Origin(o.id)
		version := r.kind == "AWS::Lambda::Alias" && o.kind == "AWS::Lambda::Version" && made.Source == from.Source
		role := r.kind == "AWS::Lambda::Function" && o.id == r.id+"Role"
		if o != r && (waits[o.id] || ok && waits[made.ID] || version || role) {
			list = append(list, o)
		}
	}
	return list
}
