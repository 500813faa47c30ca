package main

import (
	"fmt"

	"firstaid/diagnostics"
	"firstaid/playbooks/apply"
)

// unfinished says of every entry that a crash left half done what was done and
// how to go on, in a paragraph each.
func unfinished(j *apply.Journal, lang diagnostics.Lang) ([]string, error) {
	list, err := j.Unfinished()
	var paragraphs []string
	for _, r := range list {
		paragraphs = append(paragraphs, interrupted(r).In(lang))
	}
	return paragraphs, err
}

// warn says on standard error what a crash left half done, but for the entry
// that is being dealt with.
func warn(s streams, lang diagnostics.Lang, but int) {
	list, err := journal().Unfinished()
	if err != nil {
		fmt.Fprintln(s.err, "firstaid:", err)
	}
	for _, r := range list {
		if r.ID != but {
			fmt.Fprintln(s.err, "firstaid:", interrupted(r).In(lang))
		}
	}
}

// interrupted says what was done of an entry that was not finished.
func interrupted(r apply.Record) diagnostics.Text {
	done, all := 0, 0
	for _, step := range r.Steps {
		if step.Done {
			done++
		}
		if !step.Left {
			all++
		}
	}
	doing, inKorean := "being applied", "적용하던"
	if r.Status == apply.Undoing {
		doing, inKorean = "being taken back", "되돌리던"
	}
	return diagnostics.Text{
		En: fmt.Sprintf("Entry %d (%s, in %s) was interrupted while it was %s: %d of %d steps are noted as done. `firstaid undo %d` takes it back, `firstaid undo %d --resume` finishes it.",
			r.ID, r.Title.En, r.Root, doing, done, all, r.ID, r.ID),
		Ko: fmt.Sprintf("%d번 항목(%s, %s)이 %s 중에 중단되었습니다: %d/%d단계가 완료로 기록되어 있습니다. `firstaid undo %d`로 되돌리거나 `firstaid undo %d --resume`으로 마칩니다.",
			r.ID, r.Title.In(diagnostics.Korean), r.Root, inKorean, done, all, r.ID, r.ID),
	}
}
