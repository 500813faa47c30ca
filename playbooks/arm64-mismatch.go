package playbooks

import (
	"slices"
	"strings"

	"firstaid/diagnostics"
)

// findArchitectureMismatch compares the architecture of each image function
// with those that its image was built for.
func findArchitectureMismatch(s *diagnostics.Snapshot) []diagnostics.Finding {
	ix := newIndex(s)
	var list []diagnostics.Finding
	for _, f := range s.Functions {
		img, ok := ix.image(f.ImageUri)
		if !ok || len(img.Architectures) == 0 || len(f.Architectures) == 0 {
			continue
		}
		if slices.ContainsFunc(img.Architectures, func(a string) bool { return lambdaArchitecture(a) == f.Architectures[0] }) {
			continue
		}
		built := strings.Join(img.Architectures, ", ")
		list = append(list, diagnostics.Finding{
			Confidence: diagnostics.Confirmed, Subject: ix.ofFunction(f.FunctionName), Count: 1,
			Summary: diagnostics.Text{
				En: "The image of " + f.FunctionName + " is built for " + built + " and cannot run on " + f.Architectures[0],
				Ko: f.FunctionName + "의 이미지는 " + built + "용으로 빌드되어 " + f.Architectures[0] + "에서 실행할 수 없습니다",
			},
			Because: diagnostics.Text{
				En: "the image is built for " + built + ", the function runs on " + f.Architectures[0],
				Ko: "이미지는 " + built + "용으로 빌드되었고 함수는 " + f.Architectures[0] + "에서 실행됩니다",
			},
			Captures: map[string]string{"architecture": f.Architectures[0], "built": built},
			Evidence: []diagnostics.Evidence{
				{Of: diagnostics.Ref{Kind: diagnostics.KindFunction, ID: f.FunctionName}, Field: "Architectures", Quote: f.Architectures[0]},
				{Of: diagnostics.Ref{Kind: diagnostics.KindRepository, ID: imageRepository(f.ImageUri)}, Field: "Architectures of " + img.ImageDigest, Quote: built},
			},
		})
	}
	return list
}

// lambdaArchitecture translates an OCI architecture to Lambda's name for it.
func lambdaArchitecture(oci string) string {
	switch oci {
	case "amd64", "x86_64":
		return "x86_64"
	case "arm64", "aarch64":
		return "arm64"
	}
	return oci
}
