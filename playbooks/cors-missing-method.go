package playbooks

import (
	"slices"
	"strings"

	"firstaid/diagnostics"
)

// findMissingMethod compares what each path serves with what its preflight
// answer allows: a browser asks the preflight first and never sends a method
// that is not in it, so the function's log stays empty.
func findMissingMethod(s *diagnostics.Snapshot) []diagnostics.Finding {
	ix := newIndex(s)
	var list []diagnostics.Finding
	for _, a := range s.APIs {
		for _, r := range a.Routes {
			if r.HttpMethod == "OPTIONS" || r.HttpMethod == "ANY" || simpleMethod(r.HttpMethod) {
				continue
			}
			allowed, field := preflight(a, r.Path)
			if allowed == nil || slices.Contains(allowed, "*") || slices.Contains(allowed, r.HttpMethod) {
				continue
			}
			quote := strings.Join(allowed, ",")
			list = append(list, diagnostics.Finding{
				Confidence: diagnostics.Confirmed, Subject: ix.ofAPI(a.ApiId), Count: 1,
				Captures: map[string]string{"method": r.HttpMethod, "path": r.Path, "allowed": quote},
				Summary: diagnostics.Text{
					En: "Browsers may not send " + r.HttpMethod + " to " + r.Path + ": the preflight allows " + quote + " only",
					Ko: "브라우저가 " + r.Path + "에 " + r.HttpMethod + " 요청을 보낼 수 없습니다: 프리플라이트는 " + quote + "만 허용합니다",
				},
				Because: diagnostics.Text{
					En: r.HttpMethod + " " + r.Path + " exists, and the preflight answer does not allow it",
					Ko: r.HttpMethod + " " + r.Path + " 경로는 있지만 프리플라이트 응답이 허용하지 않습니다",
				},
				Evidence: []diagnostics.Evidence{{Of: diagnostics.Ref{Kind: diagnostics.KindAPI, ID: a.ApiId}, Field: field, Quote: quote}},
			})
		}
	}
	return list
}

// simpleMethod reports whether browsers may send a method that the preflight
// answer does not list (Fetch standard, CORS-safelisted methods).
func simpleMethod(m string) bool { return m == "GET" || m == "HEAD" || m == "POST" }

// preflight is what the answer to an OPTIONS request on a path allows; nil
// when nothing here answers it.
func preflight(a diagnostics.API, path string) (methods []string, field string) {
	if a.Cors != nil {
		return upper(a.Cors.AllowMethods), "CorsConfiguration.AllowMethods"
	}
	for _, r := range a.Routes {
		if r.HttpMethod == "OPTIONS" && r.Path == path && r.AllowMethods != "" {
			return upper(strings.FieldsFunc(r.AllowMethods, func(c rune) bool { return c == ',' || c == ' ' })), "Access-Control-Allow-Methods of OPTIONS " + path
		}
	}
	return nil, ""
}

func upper(list []string) []string {
	out := make([]string, 0, len(list))
	for _, s := range list {
		out = append(out, strings.ToUpper(strings.TrimSpace(s)))
	}
	return out
}
