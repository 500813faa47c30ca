package playbooks

import (
	"maps"
	"slices"
	"strings"

	"firstaid/diagnostics"
	"firstaid/playbooks/check"
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
	list.add(w.loadFor(now))
	list = append(list, buildFor(platform(now)))
	return list.ordered()
}

// loadFor makes what the function loads fit the architecture that it has: the
// base images and flags of its Dockerfile, and the layers.
func (w *workpiece) loadFor(architecture string) (Fix, bool) {
	a := check.Of(w.snapshot.Files).Align(w.template.Name, w.resource.ID, architecture)
	if len(a.Layers)+len(a.Builds)+len(a.Files) == 0 {
		return Fix{}, false
	}
	f := templateFix("Build and load "+architecture+" for "+w.resource.ID, w.resource.ID+"에 "+architecture+"용을 빌드하고 사용합니다")
	f.Risk = Disrupts
	f.Changes = diagnostics.Text{
		En: "The function keeps its architecture; base images, build flags and layers become those of " + architecture + ". Build and push again.",
		Ko: "함수의 아키텍처는 그대로 두고 베이스 이미지, 빌드 옵션, 레이어를 " + architecture + "용으로 바꿉니다. 다시 빌드하고 푸시하세요.",
	}
	return w.aligned(f, a)
}

// aligned adds the edits of an alignment to a fix; what could not be edited is
// left to a person.
func (w *workpiece) aligned(f Fix, a check.Alignment) (Fix, bool) {
	ok := len(a.Files) > 0
	if ops := slices.Concat(a.Layers, a.Builds); len(ops) > 0 {
		byHand := diagnostics.Text{En: "Exchange the layers of " + w.resource.ID, Ko: w.resource.ID + "의 레이어를 교체하세요"}
		var edited bool
		f, edited = w.edited(f, w.template.Name, byHand, ops...)
		ok = ok || edited
	}
	for _, name := range slices.Sorted(maps.Keys(a.Files)) {
		f.Steps = append(f.Steps, FileEdit{Path: name, Before: w.source(name), After: a.Files[name]})
	}
	for _, left := range slices.Concat(a.LeftLayers, a.LeftBuilds) {
		f.Steps = append(f.Steps, Manual{Do: left})
	}
	return f, ok
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
	a := check.Of(w.snapshot.Files).Align(w.template.Name, w.resource.ID, architecture)
	// The image is what was built; only the layers have to follow.
	f, ok := w.edited(f, w.template.Name, byHand, append([]edit.Op{op}, a.Layers...)...)
	for _, left := range a.LeftLayers {
		f.Steps = append(f.Steps, Manual{Do: left})
	}
	return f, ok
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
