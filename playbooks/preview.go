package playbooks

import (
	"fmt"
	"io"
	"strings"
	"time"

	"firstaid/diagnostics"
	"firstaid/playbooks/edit"
)

// Diff is the edit as a unified diff with a/ and b/ names, as git and patch
// read it.
func (e FileEdit) Diff() string {
	return edit.Diff(e.Path, []byte(e.Before), []byte(e.After))
}

// WritePlan prints what a plan would do: every diff, call and command in full.
func WritePlan(w io.Writer, p Plan, lang diagnostics.Lang) error {
	var b strings.Builder
	f := p.Fix
	fmt.Fprintf(&b, "%s\n", f.Title.In(lang))
	fmt.Fprintf(&b, "  %s · %s: %s", label(lang, string(f.Kind)), label(lang, "risk"), label(lang, string(f.Risk)))
	if f.Redeploy {
		fmt.Fprintf(&b, " · %s", label(lang, "redeploy"))
	}
	b.WriteString("\n")
	for _, t := range append([]diagnostics.Text{f.Changes, f.Declined}, f.Notes...) {
		if !t.IsZero() {
			fmt.Fprintf(&b, "  %s\n", t.In(lang))
		}
	}
	writeStanding(&b, f, lang)
	for i, s := range f.Steps {
		text := describeStep(s, lang)
		if f.Progress != nil && i < f.Next() {
			text = label(lang, "done") + " " + Clock(f.Progress.Taken[i].Done) + ": " + Brief(s).In(lang)
		}
		fmt.Fprintf(&b, "\n%d. %s\n", i+1, text)
	}
	if f.Proof != nil {
		b.WriteString("\n" + strings.Join(ProofLines(f.Proof, lang), "\n") + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// writeStanding says how far a guided plan got, and why it starts over.
func writeStanding(b *strings.Builder, f Fix, lang diagnostics.Lang) {
	if f.Progress == nil {
		return
	}
	if over := f.Progress.Over; !over.IsZero() {
		fmt.Fprintf(b, "  %s: %s\n", label(lang, "starts over"), over.In(lang))
	}
	if t := f.Standing(Clock); !t.IsZero() {
		fmt.Fprintf(b, "  %s\n", t.In(lang))
	}
}

// Clock writes a time for people here: of today the hour, else the day too.
func Clock(t time.Time) string {
	t = t.Local()
	if now := time.Now(); t.YearDay() == now.YearDay() && t.Year() == now.Year() {
		return t.Format("15:04")
	}
	return t.Format("2006-01-02 15:04")
}

func describeStep(s Step, lang diagnostics.Lang) string {
	switch s := s.(type) {
	case FileEdit:
		return s.Path + "\n" + strings.TrimRight(s.Diff(), "\n")
	case Call:
		text := s.Service + " " + s.Operation + "\n   " + ShellQuote(s.Command())
		if s.Undo == nil {
			text += "\n   " + label(lang, "no undo")
		}
		return text
	case Run:
		return s.Why.In(lang) + "\n   " + ShellQuote(s.Argv)
	case Manual:
		text := label(lang, "by hand") + ": " + s.Do.In(lang)
		if s.URL != "" {
			text += "\n   " + s.URL
		}
		return text
	}
	return ""
}

// label is a short word of a plan in a language.
func label(lang diagnostics.Lang, word string) string {
	words := map[string]diagnostics.Text{
		string(FixTemplate):    {En: "changes the template", Ko: "템플릿 변경"},
		string(FixConfig):      {En: "changes samconfig", Ko: "samconfig 변경"},
		string(FixEnvironment): {En: "changes the account", Ko: "계정 변경"},
		string(FixGuided):      {En: "guided", Ko: "안내"},
		string(Safe):           {En: "safe", Ko: "안전"},
		string(Disrupts):       {En: "may disrupt", Ko: "영향 가능"},
		string(Permanent):      {En: "permanent", Ko: "되돌릴 수 없음"},
		"risk":                 {En: "risk", Ko: "위험"},
		"redeploy":             {En: "needs a deployment afterwards", Ko: "이후 배포 필요"},
		"no undo":              {En: "This call cannot be taken back.", Ko: "이 호출은 되돌릴 수 없습니다."},
		"done":                 {En: "Done", Ko: "완료"},
		"starts over":          {En: "The plan starts over", Ko: "계획을 처음부터 다시 시작합니다"},
		"by hand":              {En: "By hand", Ko: "직접"},
	}
	if t, ok := words[word]; ok {
		return t.In(lang)
	}
	return word
}
