// Package replay repeats the deployment of a recorded incident without AWS:
// what comes out belongs to the project's files as they are now. Every replay
// starts where the recorded deployment started, and nothing is sent or run.
package replay

import (
	"slices"
	"time"

	"firstaid/diagnostics"
	"firstaid/playbooks"
)

// Label is what a replayed snapshot says of itself, after the incident's own
// words.
const Label = " Replayed with the files of this project: nothing was built, run or sent."

// Deployment is a deployment to repeat.
type Deployment struct {
	// Recorded is the incident with the project's files as they were.
	Recorded *diagnostics.Snapshot
	// Hidden are failures that the recorded ones hid: events of resources that
	// the recorded deployment did not come to.
	Hidden []diagnostics.Event
	// Files are the project's files as they are now.
	Files []diagnostics.File
	// Called reports whether the AWS calls of a fix of this finding (its ID)
	// count as made.
	Called func(finding string) bool
	// At is when the deployment begins.
	At time.Time
}

// Outcome is what became of a replayed deployment.
type Outcome struct {
	Snapshot *diagnostics.Snapshot
	// Refused says that the deployment did not get as far as CloudFormation.
	Refused string
	// Failed says that the operation failed.
	Failed bool
}

// Run repeats the deployment. It is pure: the same deployment gives the same
// outcome.
func (d Deployment) Run(c *playbooks.Catalog) Outcome {
	j := judge(d, c)
	s := *d.Recorded
	s.Files, s.Example = d.Files, d.Recorded.Example+Label
	s.Repositories = j.repositories()
	s.Texts = slices.DeleteFunc(slices.Clone(s.Texts), func(t diagnostics.TextItem) bool { return j.mendedText(t.ID) })
	if i := slices.IndexFunc(s.Texts, func(t diagnostics.TextItem) bool { return t.Source == diagnostics.SourceCLI && j.tells(t.ID) }); i >= 0 {
		s.Taken = d.At.Add(time.Minute)
		return Outcome{Snapshot: &s, Refused: s.Texts[i].Text}
	}
	o := operate(d, j)
	s.Events, s.Stacks, s.Resources = o.events, o.stacks(s.Stacks), o.resources(s.Resources)
	s.Taken = o.end.Add(time.Minute)
	if o.failed {
		return Outcome{Snapshot: &s, Failed: true}
	}
	s.Templates = o.templates(s.Templates)
	j.settle(&s, o)
	return Outcome{Snapshot: &s}
}
