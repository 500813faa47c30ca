package playbooks

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"firstaid/diagnostics"
	"firstaid/diagnostics/template"
	"firstaid/playbooks/edit"
)

// responseLimit is what Lambda's synchronous response may hold, in bytes: the
// whole JSON envelope, a binary body in base64 (docs:
// lambda/latest/dg/gettingstarted-limits.html).
const responseLimit = 6_291_556

// compressedLimit is the largest compressed body: base64 makes four bytes of
// three, and the envelope takes some.
const compressedLimit = responseLimit/4*3 - 4096

// fixPayload makes answers smaller, or streams them; what only the application
// can do is told.
func fixPayload(s *diagnostics.Snapshot, f diagnostics.Finding) []Fix {
	p := newProject(s)
	var list fixes
	for _, w := range p.candidates(f.Subject, isFunction) {
		if !w.webAdapter() {
			continue
		}
		fix, ok := w.compress()
		fix.Notes = append(fix.Notes, arithmetic(f.Captures["size"])...)
		list.add(fix, ok)
		list.add(w.stream())
	}
	list = append(list, smallerAnswers(f.Captures["size"]))
	return list.ordered()
}

// webAdapter reports whether the function runs behind the Lambda Web Adapter:
// its variables, its layer, or its line in the Dockerfile say so.
func (w *workpiece) webAdapter() bool {
	for _, e := range w.resource.Property("Environment", "Variables").Entries() {
		if strings.HasPrefix(e.Key.Text, "AWS_LWA_") || e.Key.Text == "AWS_LAMBDA_EXEC_WRAPPER" && e.Value.Is("/opt/bootstrap") {
			return true
		}
	}
	found := false
	template.Strings(w.resource.Property("Layers"), func(n *template.Node, _ template.Place) {
		found = found || strings.Contains(n.Text, "LambdaAdapterLayer")
	})
	for _, f := range w.snapshot.Files {
		if strings.Contains(strings.ToLower(f.Path), "dockerfile") && strings.Contains(f.Content, "aws-lambda-adapter") {
			found = true
		}
	}
	return found
}

func (w *workpiece) compress() (Fix, bool) {
	f := templateFix("Compress the answers of "+w.resource.ID, w.resource.ID+"의 응답을 압축합니다")
	f.Changes = diagnostics.Text{
		En: "The Lambda Web Adapter compresses answers for clients that accept it (gzip or brotli).",
		Ko: "Lambda Web Adapter가 지원하는 클라이언트에게 응답을 압축해 보냅니다(gzip 또는 brotli).",
	}
	byHand := diagnostics.Text{En: `Set the variable AWS_LWA_ENABLE_COMPRESSION to "true"`, Ko: `환경 변수 AWS_LWA_ENABLE_COMPRESSION을 "true"로 설정하세요`}
	ops := []edit.Op{edit.Set(edit.Text("true"), w.path("Environment", "Variables", "AWS_LWA_ENABLE_COMPRESSION")...)}
	if op, ok := w.binaryMedia(); ok {
		ops = append(ops, op)
		f.Notes = append(f.Notes, diagnostics.Text{
			En: "A REST API passes compressed answers only with BinaryMediaTypes. Request bodies then arrive in base64; the adapter decodes them.",
			Ko: "REST API는 BinaryMediaTypes가 있어야 압축된 응답을 전달합니다. 요청 본문은 base64로 도착하지만 어댑터가 디코딩합니다.",
		})
	}
	return w.edited(f, w.template.Name, byHand, ops...)
}

// binaryMedia is the edit that a compressing function behind a REST API needs:
// with Content-Encoding the answer is base64, and the gateway decodes only the
// types it was told of.
func (w *workpiece) binaryMedia() (edit.Op, bool) {
	for _, e := range w.resource.Property("Events").Entries() {
		if kind, _ := e.Value.Get("Type").Str(); kind != "Api" {
			continue
		}
		at, node := []string{"Globals", "Api", "BinaryMediaTypes"}, w.template.Root.At("Globals", "Api", "BinaryMediaTypes")
		if id, ok := e.Value.At("Properties", "RestApiId").Ref(); ok {
			api, found := w.other(id)
			if !found || api.resource.Type != "AWS::Serverless::Api" {
				return nil, false
			}
			at, node = api.path("BinaryMediaTypes"), api.resource.Property("BinaryMediaTypes")
		}
		if slices.ContainsFunc(node.List(), func(n *template.Node) bool { return n.Is("*/*") || n.Is("*~1*") }) {
			return nil, false
		}
		return edit.Append(at, edit.Text("*~1*")), true
	}
	return nil, false
}

// arithmetic says what compression has to reach.
func arithmetic(size string) []diagnostics.Text {
	n, err := strconv.ParseInt(strings.ReplaceAll(size, ",", ""), 10, 64)
	if err != nil || n <= 0 {
		return nil
	}
	ratio := float64(n) / compressedLimit
	return []diagnostics.Text{{
		En: fmt.Sprintf("%.1f MB must become at most %.1f MB compressed (1 : %.1f), because base64 adds a third and the limit is %d bytes. JSON usually shrinks to between a fifth and a tenth.",
			megabytes(n), megabytes(compressedLimit), max(1, ratio), responseLimit),
		Ko: fmt.Sprintf("%.1fMB를 압축해 %.1fMB 이하(1 : %.1f)로 줄여야 합니다. base64가 3분의 1을 더하고 한도는 %d바이트입니다. JSON은 보통 5분의 1에서 10분의 1로 줄어듭니다.",
			megabytes(n), megabytes(compressedLimit), max(1, ratio), responseLimit),
	}}
}

func megabytes(n int64) float64 { return float64(n) / 1e6 }

func smallerAnswers(size string) Fix {
	f := guide("Answer with less", "응답을 줄입니다",
		diagnostics.Text{En: "Give pages: a limit and a cursor on every list that can grow", Ko: "늘어날 수 있는 목록에는 한도와 커서로 페이지를 나누세요"},
		diagnostics.Text{En: "Put large objects into S3 and answer with a presigned URL", Ko: "큰 객체는 S3에 두고 미리 서명된 URL로 응답하세요"},
		diagnostics.Text{En: "Compress in the application, or stream the response end to end (200 MB)", Ko: "애플리케이션에서 압축하거나 응답을 끝까지 스트리밍하세요(200MB)"})
	f.Notes = arithmetic(size)
	return f
}
