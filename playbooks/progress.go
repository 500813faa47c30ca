package playbooks

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"firstaid/diagnostics"
)

// Progress is how far a guided plan got, and what it rests on. It outlives the
// program: between two steps can lie a deployment, or a night.
type Progress struct {
	Stack   string    `json:"stack,omitempty"`   // name of the stack under diagnosis
	StackID string    `json:"stackId,omitempty"` // its ARN when the plan was begun
	Begun   time.Time `json:"begun,omitzero"`    // zero until the first step is taken
	Taken   []Taken   `json:"taken"`             // one for each step of the fix
	// Over says why an earlier start of the plan counts no more; zero when
	// there was none.
	Over diagnostics.Text `json:"over,omitzero"`
}

// Taken is what became of one step of a guided plan.
type Taken struct {
	Begun time.Time `json:"begun,omitzero"` // noted before anything was done
	Done  time.Time `json:"done,omitzero"`
	Entry int       `json:"entry,omitempty"` // of the journal; 0 for a person's step
}

// Staged reports whether the steps of a fix are taken one at a time: a guided
// plan that is more than a series of commands.
func (f Fix) Staged() bool {
	return f.Kind == FixGuided && len(f.Steps) > 1 && f.Declined.IsZero() &&
		slices.ContainsFunc(f.Steps, func(s Step) bool { _, run := s.(Run); return !run })
}

// Next is the index of the step that comes next; len(f.Steps) when none is
// left.
func (f Fix) Next() int {
	if f.Progress == nil {
		return 0
	}
	if i := slices.IndexFunc(f.Progress.Taken, func(t Taken) bool { return t.Done.IsZero() }); i >= 0 {
		return i
	}
	return len(f.Steps)
}

// NextStep is a staged plan reduced to the step that comes next: what is asked
// about, confirmed and applied. Any other plan is returned as it is.
func (p Plan) NextStep() Plan {
	i := p.Fix.Next()
	if !p.Fix.Staged() || i >= len(p.Fix.Steps) {
		return p
	}
	s := p.Fix.Steps[i]
	p.Fix.Steps, p.Fix.Progress = []Step{s}, nil
	switch s.(type) {
	case FileEdit:
		p.Fix.Kind = FixTemplate
	case Call:
		p.Fix.Kind = FixEnvironment
	}
	return p
}

// Standing says how far a staged plan got and what comes next, zero when it
// was not begun. clock writes times.
func (f Fix) Standing(clock func(time.Time) string) diagnostics.Text {
	if f.Progress == nil || f.Progress.Begun.IsZero() {
		return diagnostics.Text{}
	}
	next, all := f.Next(), len(f.Steps)
	if next == all {
		return diagnostics.Text{En: fmt.Sprintf("all %d steps done", all), Ko: fmt.Sprintf("%d단계를 모두 마쳤습니다", all)}
	}
	follows := Brief(f.Steps[next])
	if f.Interrupted() {
		at := clock(f.Progress.Taken[next].Begun)
		return diagnostics.Text{
			En: fmt.Sprintf("step %d of %d was begun at %s and not finished; next: %s", next+1, all, at, follows.En),
			Ko: fmt.Sprintf("%d/%d단계를 %s에 시작했으나 끝내지 못했습니다. 다음: %s", next+1, all, at, follows.In(diagnostics.Korean)),
		}
	}
	if next == 0 {
		return diagnostics.Text{
			En: fmt.Sprintf("begun at %s, no step done; next: %s", clock(f.Progress.Begun), follows.En),
			Ko: fmt.Sprintf("%s에 시작했고 끝낸 단계가 없습니다. 다음: %s", clock(f.Progress.Begun), follows.In(diagnostics.Korean)),
		}
	}
	at := clock(f.Progress.Taken[next-1].Done)
	return diagnostics.Text{
		En: fmt.Sprintf("step %d of %d done at %s; next: %s", next, all, at, follows.En),
		Ko: fmt.Sprintf("%d/%d단계를 %s에 마쳤습니다. 다음: %s", next, all, at, follows.In(diagnostics.Korean)),
	}
}

// Interrupted reports whether the next step was begun and its end not noted.
func (f Fix) Interrupted() bool {
	i := f.Next()
	return f.Progress != nil && i < len(f.Progress.Taken) && !f.Progress.Taken[i].Begun.IsZero()
}

// Brief is a step in a few words.
func Brief(s Step) diagnostics.Text {
	switch s := s.(type) {
	case FileEdit:
		return diagnostics.Text{En: "change " + s.Path, Ko: s.Path + " 수정"}
	case Call:
		return diagnostics.Text{En: s.Service + " " + s.Operation, Ko: s.Service + " " + s.Operation}
	case Run:
		return diagnostics.Text{En: ShellQuote(s.Argv), Ko: ShellQuote(s.Argv)}
	case Manual:
		return s.Do
	}
	return diagnostics.Text{}
}

// Continue gives the staged fixes of a finding their progress. A plan that was
// begun comes first, as it was begun; one whose basis is gone is offered from
// its start and says why. begun are the unfinished plans of the project.
func Continue(begun []Plan, s *diagnostics.Snapshot, f diagnostics.Finding, list []Fix) []Fix {
	stack, id := stackName(s)
	out := slices.Clone(list)
	for i, x := range out {
		if x.Staged() {
			out[i].Progress = &Progress{Stack: stack, StackID: id, Taken: make([]Taken, len(x.Steps))}
		}
	}
	for _, p := range begun {
		if p.Finding.ID() != f.ID() || !p.concerns(s) {
			continue
		}
		i := slices.IndexFunc(out, func(x Fix) bool { return x.Staged() && x.Title.En == p.Fix.Title.En })
		if over := p.overtaken(s); !over.IsZero() {
			if i >= 0 {
				out[i].Progress.Over = over
			}
			continue
		}
		if i >= 0 {
			out = slices.Delete(out, i, i+1)
		}
		out = slices.Insert(out, 0, p.Fix)
	}
	return out
}

// Waiting returns the findings of begun plans that are not found any more
// while their plans go on, such as when the first of two deployments worked.
// They come before the others.
func Waiting(begun []Plan, s *diagnostics.Snapshot, found []diagnostics.Finding) []diagnostics.Finding {
	var list []diagnostics.Finding
	for _, p := range begun {
		if !p.concerns(s) || !p.overtaken(s).IsZero() || slices.ContainsFunc(found, func(f diagnostics.Finding) bool { return f.ID() == p.Finding.ID() }) {
			continue
		}
		f := p.Finding
		f.CausedBy, f.Hides, f.Alternatives = "", 0, nil
		if f.Why = (diagnostics.Text{}); !s.Complete {
			list = append(list, f) // it may yet be found
			continue
		}
		f.Why = diagnostics.Text{
			En: "It is not found any more, but its plan is not at its end: " + p.Fix.Title.En,
			Ko: "더 이상 발견되지 않지만 계획이 아직 끝나지 않았습니다: " + p.Fix.Title.In(diagnostics.Korean),
		}
		list = append(list, f)
	}
	return append(list, found...)
}

// concerns reports whether a begun plan is about the stack of a snapshot.
func (p Plan) concerns(s *diagnostics.Snapshot) bool {
	name, id := stackName(s)
	return p.Fix.Progress != nil && p.Fix.Progress.Scope() == (&Progress{Stack: name, StackID: id}).Scope()
}

// Scope is what tells the stack from those of other accounts and regions, and
// not from one of its name that was deleted.
func (p *Progress) Scope() string {
	if i := strings.LastIndexByte(p.StackID, '/'); i >= 0 {
		return p.StackID[:i]
	}
	return p.Stack
}

// settled is how much later than a step's end its own operation may still
// touch the stack; clocks differ, too.
const settled = 2 * time.Minute

// overtaken says why a begun plan may not go on: the files or the stack that
// its next step was made for are other ones now. Zero when it may.
func (p Plan) overtaken(s *diagnostics.Snapshot) diagnostics.Text {
	if path := p.otherFile(s); path != "" {
		return diagnostics.Text{
			En: path + " is not as step " + fmt.Sprint(p.Fix.Next()+1) + " expects it: it was changed since." + p.backOut().En,
			Ko: path + "이(가) " + fmt.Sprint(p.Fix.Next()+1) + "단계가 기대하는 내용과 다릅니다. 그 뒤에 변경되었습니다." + p.backOut().Ko,
		}
	}
	so := p.Fix.Progress
	if _, id := stackName(s); id != "" && so.StackID != "" && id != so.StackID {
		return diagnostics.Text{
			En: "the stack " + so.Stack + " was deleted and made anew since." + p.backOut().En,
			Ko: "그 뒤에 스택 " + so.Stack + "이(가) 삭제되고 새로 만들어졌습니다." + p.backOut().Ko,
		}
	}
	if at, ok := p.deployedSince(s); ok {
		return diagnostics.Text{
			En: "the stack " + so.Stack + " was changed by another operation since (" + at.UTC().Format(time.RFC3339) + ")." + p.backOut().En,
			Ko: "그 뒤에 다른 작업이 스택 " + so.Stack + "을(를) 변경했습니다(" + at.UTC().Format(time.RFC3339) + ")." + p.backOut().Ko,
		}
	}
	return diagnostics.Text{}
}

// otherFile names a file that is not as the steps so far left it.
func (p Plan) otherFile(s *diagnostics.Snapshot) string {
	want := map[string][]string{}
	for i, step := range p.Fix.Steps {
		e, ok := step.(FileEdit)
		switch {
		case !ok:
		case i < p.Fix.Next():
			want[e.Path] = []string{e.After}
		case want[e.Path] == nil:
			want[e.Path] = []string{e.Before, e.After}
		case i == p.Fix.Next():
			want[e.Path] = append(want[e.Path], e.After)
		}
	}
	for _, f := range s.Files {
		if w := want[f.Path]; w != nil && !slices.Contains(w, f.Content) {
			return f.Path
		}
	}
	return ""
}

// deployedSince reports when somebody else operated on the stack after the
// latest step, where the next step is one that firstaid would take on the
// strength of what it saw then. A person's own step and a command may well be
// such an operation, taken outside.
func (p Plan) deployedSince(s *diagnostics.Snapshot) (time.Time, bool) {
	next, so := p.Fix.Next(), p.Fix.Progress
	if next >= len(p.Fix.Steps) || p.Fix.Interrupted() {
		return time.Time{}, false
	}
	switch p.Fix.Steps[next].(type) {
	case Run, Manual:
		return time.Time{}, false
	}
	since := so.Begun
	if next > 0 {
		since = so.Taken[next-1].Done
		if _, call := p.Fix.Steps[next-1].(Call); call {
			return time.Time{}, false
		}
	}
	k, ok := stackUnderDiagnosis(s)
	at := k.LastChanged()
	return at, ok && at.After(since.Add(settled))
}

// backOut says how to take back what an abandoned plan changed.
func (p Plan) backOut() diagnostics.Text {
	var entries []string
	for _, t := range p.Fix.Progress.Taken {
		if t.Entry > 0 {
			entries = append(entries, fmt.Sprint(t.Entry))
		}
	}
	if len(entries) == 0 {
		return diagnostics.Text{}
	}
	list := strings.Join(entries, ", ")
	return diagnostics.Text{
		En: " What it changed stands in the journal: entry " + list + "; `firstaid undo` takes it back.",
		Ko: " 변경한 내용은 저널 " + list + "번 항목에 있으며 `firstaid undo`로 되돌릴 수 있습니다.",
	}
}

func stackName(s *diagnostics.Snapshot) (name, id string) {
	k, ok := stackUnderDiagnosis(s)
	if !ok {
		return "", s.StackID
	}
	return k.StackName, k.StackId
}
