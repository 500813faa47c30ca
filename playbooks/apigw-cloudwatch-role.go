package playbooks

import (
	"strings"

	"firstaid/diagnostics"
	"firstaid/diagnostics/template"
)

// findMissingLogRole tells the two causes of the refusal apart: the template
// sets no account role at all, or it sets one and the stage does not wait for
// it.
func findMissingLogRole(s *diagnostics.Snapshot) []diagnostics.Finding {
	ix, src := newIndex(s), readSources(s)
	var list []diagnostics.Finding
	for _, e := range s.Events {
		if !e.Failed() || !strings.Contains(diagnostics.Normalize(e.Reason()), "role ARN must be set in account settings") {
			continue
		}
		subject := ix.ofEvent(e)
		t, id := src.of(s, subject)
		if t == nil {
			continue
		}
		f := diagnostics.Finding{
			Confidence: diagnostics.Likely, Subject: subject, Count: 1, First: e.Timestamp, Last: e.Timestamp,
			Source:   src.locate(s, subject),
			Evidence: []diagnostics.Evidence{{Of: e.Ref(), Field: "ResourceStatusReason", At: e.Timestamp, Quote: quote(e.Reason())}},
		}
		account := resourceOfType(t, "AWS::ApiGateway::Account")
		switch {
		case account == nil:
			f.Because = diagnostics.Text{En: "the template has no AWS::ApiGateway::Account", Ko: "템플릿에 AWS::ApiGateway::Account가 없습니다"}
		case !t.WaitsFor(id)[account.ID]:
			f.Because = diagnostics.Text{
				En: "the template sets the role in " + account.ID + ", but the stage does not wait for it (no DependsOn)",
				Ko: "템플릿이 " + account.ID + "에서 역할을 설정하지만 스테이지가 기다리지 않습니다(DependsOn 없음)",
			}
			f.Captures = map[string]string{"account": account.ID}
			f.Evidence = append(f.Evidence, diagnostics.Evidence{
				Of: diagnostics.Ref{Kind: diagnostics.KindFile, ID: t.Name}, Field: "Resources." + account.ID + ".Type", Quote: account.Type,
			})
		default:
			continue
		}
		list = append(list, f)
	}
	return list
}

// resourceOfType is the first resource of a type, or nil.
func resourceOfType(t *template.Template, kind string) *template.Resource {
	for _, r := range t.Resources() {
		if r.Type == kind {
			return r
		}
	}
	return nil
}
