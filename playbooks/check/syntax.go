package check

import (
	"fmt"

	"firstaid/diagnostics"
	"firstaid/diagnostics/template"
)

// syntaxFinding reports a template or samconfig file that no tool can read.
func syntaxFinding(p *Project, e *template.Error) Finding {
	en, ko := "The file can't be read: "+e.Message, "파일을 읽을 수 없습니다: "+e.Message
	if e.Context.Line > 0 && e.Context.Line != e.Line {
		en += fmt.Sprintf(" (it began at line %d; the cause is often there)", e.Context.Line)
		ko += fmt.Sprintf(" (%d번째 줄에서 시작되었습니다. 원인은 그곳에 있는 경우가 많습니다)", e.Context.Line)
	}
	return Finding{
		Playbook: "template-validation", Severity: diagnostics.Error, File: e.File, Line: max(e.Line, 1), Column: max(e.Column, 1),
		Message: bilingual(en, ko), Quote: quote(p.Contents[e.File], e.Offset),
	}
}
