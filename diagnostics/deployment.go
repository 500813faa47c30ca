package diagnostics

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Deployment is one operation of a stack that is over, as its events tell it.
type Deployment struct {
	// Operation is CREATE, UPDATE, DELETE or IMPORT.
	Operation string    `json:"operation"`
	Began     time.Time `json:"began"`
	Ended     time.Time `json:"ended"`
	// Status is the stack's own last status in it.
	Status string `json:"status"`
	// Resources that took a second or more on the way forward, slowest first;
	// nested stacks are left out, for what is in them took the time.
	Resources []Took `json:"resources,omitempty"`
}

// Took is how long one resource took.
type Took struct {
	LogicalResourceId string  `json:"logicalResourceId"`
	ResourceType      string  `json:"resourceType,omitempty"`
	Seconds           float64 `json:"seconds"` // rounded to a tenth
}

// Seconds is how long the deployment took.
func (d *Deployment) Seconds() float64 { return tenths(d.Ended.Sub(d.Began)) }

// Good reports whether the deployment succeeded.
func (d *Deployment) Good() bool {
	return strings.HasSuffix(d.Status, "_COMPLETE") && !strings.Contains(d.Status, "ROLLBACK")
}

// maxTook bounds the resources that a deployment remembers.
const maxTook = 60

// Deployments reads the operations of one stack that are over from its events,
// oldest first. An operation whose beginning or end is not among the events is
// left out.
func Deployments(events []Event, stackID string) []Deployment {
	var list []Deployment
	var open *Deployment
	began := map[string]time.Time{}
	back := false
	for _, e := range events {
		if e.StackId != stackID || e.ResourceStatus == "" || e.Timestamp.IsZero() {
			continue
		}
		if !e.OfStack() {
			if open != nil && !back {
				open.took(e, began)
			}
			continue
		}
		verb, rest, _ := strings.Cut(e.ResourceStatus, "_")
		switch {
		case rest == "IN_PROGRESS" && slices.Contains([]string{"CREATE", "UPDATE", "DELETE", "IMPORT"}, verb):
			open, began, back = &Deployment{Operation: verb, Began: e.Timestamp}, map[string]time.Time{}, false
		case open == nil:
		case strings.HasSuffix(e.ResourceStatus, "_IN_PROGRESS"):
			back = back || strings.Contains(e.ResourceStatus, "ROLLBACK")
			if e.ResourceStatus == "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS" {
				back = true // what was replaced is removed; the update itself is done
			}
		case strings.HasSuffix(e.ResourceStatus, "_FAILED") && !strings.Contains(e.ResourceStatus, "ROLLBACK") && verb != "DELETE":
			open.Ended, open.Status = e.Timestamp, e.ResourceStatus // a rollback may follow
			list = replace(list, *open)
		default:
			open.Ended, open.Status = e.Timestamp, e.ResourceStatus
			list = replace(list, *open)
			open = nil
		}
	}
	for i := range list {
		list[i].arrange()
	}
	return list
}

// replace adds a deployment, or completes it when it is the last of the list.
func replace(list []Deployment, d Deployment) []Deployment {
	if n := len(list); n > 0 && list[n-1].Began.Equal(d.Began) {
		list[n-1] = d
		return list
	}
	return append(list, d)
}

func (d *Deployment) took(e Event, began map[string]time.Time) {
	id := e.LogicalResourceId
	switch {
	case e.ResourceType == "AWS::CloudFormation::Stack":
	case strings.HasSuffix(e.ResourceStatus, "_IN_PROGRESS"):
		if began[id].IsZero() {
			began[id] = e.Timestamp
		}
	case strings.HasSuffix(e.ResourceStatus, "_COMPLETE") && !began[id].IsZero():
		if seconds := tenths(e.Timestamp.Sub(began[id])); seconds >= 1 {
			d.Resources = append(d.Resources, Took{id, e.ResourceType, seconds})
		}
		delete(began, id)
	}
}

func (d *Deployment) arrange() {
	slices.SortStableFunc(d.Resources, func(a, b Took) int {
		return cmp.Or(cmp.Compare(b.Seconds, a.Seconds), strings.Compare(a.LogicalResourceId, b.LogicalResourceId))
	})
	d.Resources = d.Resources[:min(len(d.Resources), maxTook)]
}

func tenths(d time.Duration) float64 {
	return float64(d.Round(100*time.Millisecond)) / float64(time.Second)
}
