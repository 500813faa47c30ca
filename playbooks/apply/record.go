package apply

import (
	"fmt"
	"slices"
	"time"

	"firstaid/diagnostics"
	"firstaid/playbooks"
)

// Status says how far a journal entry got.
type Status string

// The statuses of an entry.
const (
	Applying Status = "applying" // begun; after a crash: to be finished or taken back
	Applied  Status = "applied"
	Undoing  Status = "undoing"
	Undone   Status = "undone"
	Failed   Status = "failed" // a command ended with an error, and nothing else had been done
)

// Record is one entry of the journal.
type Record struct {
	ID      int              `json:"id"`
	At      time.Time        `json:"at"`
	Status  Status           `json:"status"`
	Root    string           `json:"root"` // absolute path of the project folder
	Account string           `json:"account,omitempty"`
	Region  string           `json:"region,omitempty"`
	Finding string           `json:"finding"` // Finding.ID
	Summary diagnostics.Text `json:"summary"`
	// Of is the finding as it was when the fix was applied; nil in entries of
	// older versions.
	Of    *diagnostics.Finding `json:"of,omitempty"`
	Title diagnostics.Text     `json:"title"`
	// State is open until a check says fixed-here or proven.
	State diagnostics.State `json:"state"`
	Steps []StepRecord      `json:"steps"`
	// Plan and Stage are set for a step of a guided plan: its key, and which
	// step it is, from 1.
	Plan  string `json:"plan,omitempty"`
	Stage int    `json:"stage,omitempty"`
}

// StepRecord is one step of an entry; exactly one of File, Call, Run and
// Manual is set.
type StepRecord struct {
	File   *playbooks.FileEdit `json:"file,omitempty"`
	Call   *playbooks.Call     `json:"call,omitempty"`
	Run    *playbooks.Run      `json:"run,omitempty"`
	Manual *playbooks.Manual   `json:"manual,omitempty"`
	Done   bool                `json:"done,omitempty"`
	// Left says that the step is the user's: a manual one, or a command that
	// was not run.
	Left bool `json:"left,omitempty"`
}

func (s StepRecord) empty() bool {
	return s.File == nil && s.Call == nil && s.Run == nil && s.Manual == nil
}

// Step gives the step back as a value of the closed set.
func (s StepRecord) Step() playbooks.Step {
	switch {
	case s.File != nil:
		return *s.File
	case s.Call != nil:
		return *s.Call
	case s.Run != nil:
		return *s.Run
	default:
		return *s.Manual
	}
}

func recordStep(s playbooks.Step) (StepRecord, error) {
	switch s := s.(type) {
	case playbooks.FileEdit:
		return StepRecord{File: &s}, nil
	case playbooks.Call:
		return StepRecord{Call: &s}, nil
	case playbooks.Run:
		return StepRecord{Run: &s}, nil
	case playbooks.Manual:
		return StepRecord{Manual: &s, Left: true}, nil
	default:
		return StepRecord{}, fmt.Errorf("a step of type %T cannot be applied", s)
	}
}

// Entry is the record as the journal's list shows it.
func (r Record) Entry() playbooks.Entry {
	return playbooks.Entry{ID: r.ID, At: r.At, Finding: r.Finding, Title: r.Title, Status: string(r.Status), State: r.State}
}

// Changes reports whether there is a step that changed something of its own: a
// file or a value in the account, not what a command did.
func (r Record) Changes() bool {
	for _, s := range r.Steps {
		if s.File != nil || s.Call != nil {
			return true
		}
	}
	return false
}

// Reversible reports whether the entry can be taken back: it changed something,
// and no call among its steps is without an inverse (deleting a stack, say).
func (r Record) Reversible() bool {
	return r.Changes() && !slices.ContainsFunc(r.Steps, func(s StepRecord) bool { return s.Call != nil && s.Call.Undo == nil })
}

// Unfinished reports whether a crash or a failure left the entry half done.
func (r Record) Unfinished() bool { return r.Status == Applying || r.Status == Undoing }

// Calls reports whether the entry has steps that call AWS.
func (r Record) Calls() bool {
	for _, s := range r.Steps {
		if s.Call != nil {
			return true
		}
	}
	return false
}
