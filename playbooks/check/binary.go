package check

import (
	"strings"

	"firstaid/diagnostics"
	"firstaid/diagnostics/template"
	"firstaid/playbooks/edit"
)

// checkBinary finds REST APIs that would hand out compressed bodies as base64 text.
func (s *scope) checkBinary(r *template.Resource, a adapterOf) {
	seen := map[string]bool{}
	for _, rt := range s.fronts[r] {
		if rt.http || seen[rt.api] {
			continue
		}
		seen[rt.api] = true
		if one, ok := s.rest[rt.api]; ok && s.lacksBinary(one) {
			s.reportBinary(r, a, one)
		}
	}
}

func (s *scope) reportBinary(r *template.Resource, a adapterOf, one api) {
	path := one.path("BinaryMediaTypes")
	if one.resource != nil && one.props.Get("BinaryMediaTypes") == nil {
		path = properties(one.resource, "BinaryMediaTypes")
	}
	m := s.mend("Let "+one.name+" decode every body: BinaryMediaTypes */*", one.name+"가 모든 본문을 디코딩하게 합니다: BinaryMediaTypes */*",
		edit.Append(path, edit.Text("*/*")))
	m.Changes = bilingual("Request bodies then reach the function in base64 (the adapter decodes them); hand-written OPTIONS mocks need contentHandling: CONVERT_TO_TEXT.",
		"이후 요청 본문이 base64로 함수에 전달됩니다(어댑터가 디코딩). 직접 작성한 OPTIONS 목 통합에는 contentHandling: CONVERT_TO_TEXT가 필요합니다.")
	s.report("payload-too-large-502", diagnostics.Error, a.compression, r.ID, bilingual(
		"The adapter of "+r.ID+" compresses, but "+one.name+" has no BinaryMediaTypes: clients get base64 text labelled as compressed",
		r.ID+"의 어댑터는 압축하지만 "+one.name+"에 BinaryMediaTypes가 없습니다. 클라이언트가 압축으로 표시된 base64 텍스트를 받습니다"), m)
}

// lacksBinary reports whether an API leaves some content type undecoded; unknown settings count as present.
func (s *scope) lacksBinary(a api) bool {
	n := a.props.Get("BinaryMediaTypes").Resolve()
	document := s.bodies[a.id].root.Get("x-amazon-apigateway-binary-media-types").Resolve()
	for _, list := range []*template.Node{n, document} {
		if !list.Missing() && list.List() == nil {
			return false
		}
	}
	if s.unknown(a.id) {
		return false
	}
	for _, item := range append(append([]*template.Node{}, n.List()...), document.List()...) {
		text, ok := item.Str()
		// ~1 is how SAM takes a slash in this list.
		if text = strings.ReplaceAll(text, "~1", "/"); !ok || text == "*/*" {
			return false
		}
	}
	return true
}
