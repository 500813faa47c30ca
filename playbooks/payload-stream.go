package playbooks

import (
	"strings"

	"firstaid/diagnostics"
	"firstaid/playbooks/edit"
)

// stream makes the answers of a function behind the Lambda Web Adapter stream
// end to end: the adapter's invoke mode and the mode of everything in front of
// it change together, or clients get the wrong half. An HTTP API cannot stream.
func (w *workpiece) stream() (Fix, bool) {
	ops, fronts, ok := w.streamingFronts()
	if len(ops) == 0 || !ok {
		return Fix{}, false
	}
	if !w.resource.Property("Environment", "Variables", "AWS_LWA_INVOKE_MODE").Is("response_stream") {
		ops = append(ops, edit.Set(edit.Text("response_stream"), w.path("Environment", "Variables", "AWS_LWA_INVOKE_MODE")...))
	}
	through, inKorean := strings.Join(fronts, " and "), strings.Join(fronts, ", ")
	f := templateFix("Stream the answers of "+w.resource.ID+" through "+through, w.resource.ID+"의 응답을 "+inKorean+"(으)로 스트리밍합니다")
	f.Risk = Disrupts
	f.Changes = diagnostics.Text{
		En: "End to end: the adapter streams, and what stands in front passes it on as it comes, up to 200 MB. Clients that need a Content-Length lose it; a REST API then compresses, caches and maps nothing.",
		Ko: "어댑터가 스트리밍하고 앞단이 그대로 전달합니다(최대 200MB). Content-Length가 없어지며 REST API는 압축, 캐시, 매핑을 하지 않습니다.",
	}
	if w.resource.Property("Environment", "Variables", "AWS_LWA_ENABLE_COMPRESSION").Is("true") {
		f.Notes = append(f.Notes, diagnostics.Text{
			En: "The adapter switches its compression off while streaming (AWS_LWA_ENABLE_COMPRESSION); compress in the application.",
			Ko: "스트리밍 중에는 어댑터가 압축(AWS_LWA_ENABLE_COMPRESSION)을 끕니다. 애플리케이션에서 압축하세요.",
		})
	}
	byHand := diagnostics.Text{
		En: "Set AWS_LWA_INVOKE_MODE to response_stream, FunctionUrlConfig.InvokeMode and ResponseTransferMode of the Api events to RESPONSE_STREAM",
		Ko: "AWS_LWA_INVOKE_MODE를 response_stream으로, FunctionUrlConfig.InvokeMode와 Api 이벤트의 ResponseTransferMode를 RESPONSE_STREAM으로 설정하세요",
	}
	return w.edited(f, w.template.Name, byHand, ops...)
}

// streamingFronts are the edits that make the function's URL and its REST
// events stream; ok is false where something in front cannot. SAM takes
// RESPONSE_STREAM as ResponseTransferMode and ignores the gateway's own word
// STREAM (SAM's property reference).
func (w *workpiece) streamingFronts() (ops []edit.Op, fronts []string, ok bool) {
	if w.resource.Own("FunctionUrlConfig") != nil && !w.resource.Property("FunctionUrlConfig", "InvokeMode").Is("RESPONSE_STREAM") {
		ops = append(ops, edit.Set(edit.Text("RESPONSE_STREAM"), w.path("FunctionUrlConfig", "InvokeMode")...))
		fronts = append(fronts, "its URL")
	}
	events := len(ops)
	for _, e := range w.resource.Own("Events").Entries() {
		switch kind, _ := e.Value.Get("Type").Str(); kind {
		case "HttpApi":
			return nil, nil, false
		case "Api":
			if !e.Value.At("Properties", "ResponseTransferMode").Is("RESPONSE_STREAM") {
				ops = append(ops, edit.Set(edit.Text("RESPONSE_STREAM"), w.path("Events", e.Key.Text, "Properties", "ResponseTransferMode")...))
			}
		}
	}
	if len(ops) > events {
		fronts = append(fronts, "API Gateway")
	}
	return ops, fronts, true
}
