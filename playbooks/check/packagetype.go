package check

import (
	"firstaid/diagnostics"
	"firstaid/diagnostics/template"
	"firstaid/playbooks/edit"
)

// checkPackageType finds image functions with what only zip functions may have, and the reverse: the transform
// refuses both (samtranslator/model/sam_resources.py, _validate_package_type).
func checkPackageType(s *scope) {
	for _, r := range s.t.Resources() {
		if r.Type != "AWS::Serverless::Function" {
			continue
		}
		kind := r.Property("PackageType")
		if kind.Is("Image") {
			s.checkImageFunction(r)
		}
		if image := r.Property("ImageUri"); kind == nil && !image.Missing() && r.Property("Runtime").Missing() && r.Property("CodeUri").Missing() && r.Property("InlineCode").Missing() {
			var mends []Mend
			if editable(r) {
				mends = append(mends, s.mend("Say that it is an image: PackageType: Image", "이미지 함수임을 명시합니다: PackageType: Image",
					edit.Set(edit.Text("Image"), properties(r, "PackageType")...)))
			}
			s.report("template-validation", diagnostics.Error, image, r.ID, bilingual(
				r.ID+" has ImageUri but not PackageType: Image, so SAM takes it for a zip function and refuses it",
				r.ID+"에 ImageUri가 있지만 PackageType: Image가 없어 SAM이 zip 함수로 보고 거부합니다"), mends...)
		}
	}
}

func (s *scope) checkImageFunction(r *template.Resource) {
	for _, key := range []string{"Runtime", "Handler", "Layers"} {
		n := r.Property(key)
		if n.Missing() || n.Fn == "Fn::If" || n.Plainly() && n.Kind == template.List && len(n.Items) == 0 {
			continue
		}
		at, p := n, []string{"Globals", "Function", key}
		if r.Own(key) != nil {
			p = properties(r, key)
		}
		if entry, ok := r.Effective().Entry(key); ok {
			at = entry.Key
		}
		var mends []Mend
		if editable(r) && r.Own(key) != nil {
			mends = append(mends, s.mend("Drop "+key, key+"을(를) 제거합니다", edit.Delete(p...)))
		}
		s.report("template-validation", diagnostics.Error, at, r.ID, bilingual(
			r.ID+" is an image function and has "+key+" (from Globals, if not its own): SAM refuses that",
			r.ID+"는 이미지 함수인데 "+key+"이(가) 있습니다(Globals에서 왔을 수 있음). SAM이 거부합니다"), mends...)
	}
}
