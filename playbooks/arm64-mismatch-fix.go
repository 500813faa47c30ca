package playbooks

import (
	"strings"

	"firstaid/diagnostics"
	"firstaid/playbooks/edit"
)

// fixArchitecture aligns the function with what was built, or the build with
// the function. An image whose manifest Lambda does not take has nothing to do
// with the CPU (docker/buildx#1533).
func fixArchitecture(s *diagnostics.Snapshot, f diagnostics.Finding) []Fix {
	for _, e := range f.Evidence {
		if strings.Contains(e.Quote, "layer media type") {
			return []Fix{withoutProvenance()}
		}
	}
	p := newProject(s)
	w, ok := p.at(f.Subject)
	if !ok || !isFunction(w.resource) {
		return []Fix{buildFor("linux/amd64 (x86_64) or linux/arm64 (arm64)")}
	}
	now, other := "x86_64", "arm64"
	if a := w.resource.Property("Architectures").List(); len(a) == 1 && a[0].Is("arm64") {
		now, other = "arm64", "x86_64"
	}
	var list fixes
	list.add(w.runOn(other))
	list = append(list, buildFor(platform(now)))
	return list.ordered()
}

func platform(architecture string) string {
	if architecture == "arm64" {
		return "linux/arm64"
	}
	return "linux/amd64"
}

func (w *workpiece) runOn(architecture string) (Fix, bool) {
	f := templateFix("Run "+w.resource.ID+" on "+architecture, w.resource.ID+"을(를) "+architecture+"에서 실행합니다")
	f.Risk = Disrupts
	f.Changes = diagnostics.Text{
		En: "The function runs on what was built. Layers and extensions must be of this architecture too.",
		Ko: "빌드된 아키텍처에서 함수를 실행합니다. 레이어와 확장도 같은 아키텍처여야 합니다.",
	}
	byHand := diagnostics.Text{En: "Set `Architectures: [" + architecture + "]` on " + w.resource.ID, Ko: w.resource.ID + "에 `Architectures: [" + architecture + "]`를 설정하세요"}
	op := edit.Set(edit.Texts(architecture), w.path("Architectures")...)
	if own := w.resource.Own("Architectures"); own != nil && len(own.List()) == 1 {
		op = edit.Set(edit.Text(architecture), w.path("Architectures", "0")...)
	}
	return w.edited(f, w.template.Name, byHand, op)
}

func buildFor(platform string) Fix {
	return guide("Build for the architecture that the function runs on", "함수가 실행되는 아키텍처용으로 빌드합니다",
		diagnostics.Text{
			En: "Build the image with `docker buildx build --platform " + platform + " --provenance=false`, and use a base image tag of that architecture",
			Ko: "`docker buildx build --platform " + platform + " --provenance=false`로 이미지를 빌드하고 해당 아키텍처의 베이스 이미지를 사용하세요",
		},
		diagnostics.Text{
			En: "For a zip: `sam build --use-container`, and layers whose ARN names the architecture",
			Ko: "zip 패키지라면 `sam build --use-container`로 빌드하고 아키텍처에 맞는 레이어 ARN을 사용하세요",
		})
}

func withoutProvenance() Fix {
	return guide("Build the image without attestations", "증명 정보 없이 이미지를 빌드합니다",
		diagnostics.Text{
			En: "buildx added provenance to the image, which makes an index that Lambda does not take. Build again with `--provenance=false --sbom=false` (or BUILDX_NO_DEFAULT_ATTESTATIONS=1) and push",
			Ko: "buildx가 이미지에 provenance를 추가하여 Lambda가 받지 못하는 인덱스가 되었습니다. `--provenance=false --sbom=false`(또는 BUILDX_NO_DEFAULT_ATTESTATIONS=1)로 다시 빌드해 푸시하세요",
		})
}
