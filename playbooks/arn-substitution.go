package playbooks

import (
	"regexp"

	"firstaid/diagnostics"
)

// unsubstituted matches a placeholder that CloudFormation would have replaced
// inside Fn::Sub. Stage variables keep this form on purpose.
var unsubstituted = regexp.MustCompile(`\$\{(AWS::[A-Za-z]+|[A-Za-z][A-Za-z0-9]*(\.[A-Za-z][A-Za-z0-9.]*)?)\}`)

var stageVariable = regexp.MustCompile(`^\$\{stageVariables\.`)

// findUnsubstituted looks at what was deployed: an integration or credential
// that still holds a placeholder proves that nothing replaced it.
func findUnsubstituted(s *diagnostics.Snapshot) []diagnostics.Finding {
	ix := newIndex(s)
	var list []diagnostics.Finding
	for _, a := range s.APIs {
		for _, r := range a.Routes {
			for _, v := range [][2]string{{"IntegrationUri", r.IntegrationUri}, {"Credentials", r.Credentials}} {
				field, value := v[0], v[1]
				p := placeholder(value)
				if p == "" {
					continue
				}
				ref := diagnostics.Ref{Kind: diagnostics.KindAPI, ID: a.ApiId}
				list = append(list, diagnostics.Finding{
					Confidence: diagnostics.Confirmed, Subject: ix.ofAPI(a.ApiId), Count: 1,
					Because:  diagnostics.Text{En: "the deployed value still holds the placeholder", Ko: "배포된 값에 자리표시자가 그대로 남아 있습니다"},
					Captures: map[string]string{"placeholder": p, "value": value},
					Evidence: []diagnostics.Evidence{{Of: ref, Field: field + " of " + r.HttpMethod + " " + r.Path, Quote: value}},
				})
			}
		}
	}
	return list
}

func placeholder(value string) string {
	for _, p := range unsubstituted.FindAllString(value, -1) {
		if !stageVariable.MatchString(p) {
			return p
		}
	}
	return ""
}
