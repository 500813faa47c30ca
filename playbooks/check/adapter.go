package check

import (
	"strings"

	"firstaid/diagnostics"
	"firstaid/diagnostics/template"
	"firstaid/playbooks/edit"
)

const (
	modeVariable        = "AWS_LWA_INVOKE_MODE"
	compressionVariable = "AWS_LWA_ENABLE_COMPRESSION"
)

// adapterOf is the Lambda Web Adapter's setting of a function; used is false when nothing shows that the
// function has the adapter.
type adapterOf struct {
	used              bool
	mode, compression *template.Node
	streams, known    bool // known is false when only a deployment knows the mode
}

func (s *scope) adapter(r *template.Resource) adapterOf {
	vars := r.Property("Environment", "Variables")
	a := adapterOf{mode: vars.Get(modeVariable), compression: vars.Get(compressionVariable), known: true}
	for _, p := range vars.Entries() {
		a.used = a.used || strings.HasPrefix(p.Key.Text, "AWS_LWA_")
	}
	for _, layer := range r.Property("Layers").List() {
		a.used = a.used || strings.Contains(layer.Flatten(), ":layer:LambdaAdapterLayer")
	}
	s.adapterImage(r, &a)
	if a.mode != nil {
		text, ok := s.text(a.mode)
		a.known = ok
		a.streams = strings.EqualFold(text, "response_stream")
	}
	if vars != nil && !vars.IsMap() {
		a.known = false
	}
	return a
}

// adapterImage adds what the image of the function sets. The template's variables come first; findings about the
// image's point at the Dockerfile's name in the template.
func (s *scope) adapterImage(r *template.Resource, a *adapterOf) {
	meta := r.Body.Get("Metadata")
	src, _, ok := s.dockerfileOf(meta)
	if !ok {
		return
	}
	a.used = a.used || strings.Contains(src, "aws-lambda-adapter")
	at := meta.Get("Dockerfile").Resolve()
	if at == nil {
		at = meta.Get("DockerContext").Resolve()
	}
	for name, value := range environment(src) {
		n := *at
		n.Kind, n.Fn, n.Text = template.String, "", value
		switch {
		case name == modeVariable && a.mode == nil:
			a.mode = &n
		case name == compressionVariable && a.compression == nil:
			a.compression = &n
		}
		a.used = a.used || strings.HasPrefix(name, "AWS_LWA_")
	}
}

// checkAdapter finds adapter settings that do not fit what stands in front of the function.
func checkAdapter(s *scope) {
	for _, r := range s.functions {
		a := s.adapter(r)
		if !a.used {
			continue
		}
		s.checkMode(r, a)
		s.checkTransfer(r, a)
		if s.compresses(a) {
			s.checkBinary(r, a)
		}
	}
	for _, r := range s.functions {
		s.checkEventModes(r)
	}
}

func (s *scope) compresses(a adapterOf) bool {
	text, ok := s.text(a.compression)
	return ok && strings.EqualFold(text, "true") && a.known && !a.streams
}

// checkMode reports values the adapter takes for "buffered" without a word, and compression that streaming
// switches off.
func (s *scope) checkMode(r *template.Resource, a adapterOf) {
	if text, ok := a.mode.Str(); ok && !strings.EqualFold(text, "response_stream") && !strings.EqualFold(text, "buffered") {
		s.report("payload-too-large-502", diagnostics.Error, a.mode, r.ID, bilingual(
			text+" is no value of "+modeVariable+": the adapter silently buffers; write response_stream or buffered",
			text+"은(는) "+modeVariable+"의 값이 아닙니다. 어댑터는 조용히 버퍼링합니다. response_stream 또는 buffered로 쓰십시오"),
			s.setVariable(r, modeVariable, "response_stream")...)
	}
	if text, ok := a.compression.Str(); ok && a.streams && strings.EqualFold(text, "true") {
		s.report("payload-too-large-502", diagnostics.Warning, a.compression, r.ID, bilingual(
			"The adapter does not compress while it streams: "+compressionVariable+" has no effect beside "+modeVariable+"=response_stream",
			"어댑터는 스트리밍 중에는 압축하지 않습니다. "+modeVariable+"=response_stream과 함께 쓰면 "+compressionVariable+"은 효과가 없습니다"))
	}
}

func (s *scope) setVariable(r *template.Resource, name, value string) []Mend {
	path := properties(r, "Environment", "Variables", name)
	if r.Own("Environment", "Variables", name) == nil && s.t.Root.At("Globals", "Function", "Environment", "Variables", name) != nil {
		path = []string{"Globals", "Function", "Environment", "Variables", name}
	}
	if !editable(r) {
		return nil
	}
	return []Mend{s.mend("Set "+name+" to "+value, name+"을(를) "+value+"(으)로 설정합니다", edit.Set(edit.Text(value), path...))}
}

// checkTransfer compares the adapter's mode with the mode of the URL or API in front.
func (s *scope) checkTransfer(r *template.Resource, a adapterOf) {
	if !a.known {
		return
	}
	if url := r.Property("FunctionUrlConfig"); url.IsMap() {
		s.compareURL(r, r, a, url.Get("InvokeMode"), url)
	}
	for _, u := range s.urls[r] {
		s.compareURL(u, r, a, u.Property("InvokeMode"), u.Key)
	}
	for _, rt := range s.fronts[r] {
		text, ok := rt.mode.Str()
		if rt.mode != nil && !ok {
			continue
		}
		s.compareAPI(r, a, rt, text == rt.streams)
	}
}

// compareURL holds a function URL against the adapter; holder has the URL's properties.
func (s *scope) compareURL(holder, fn *template.Resource, a adapterOf, mode, at *template.Node) {
	text, ok := mode.Str()
	if mode != nil && !ok || a.streams == (text == "RESPONSE_STREAM") {
		return
	}
	if mode != nil {
		at = mode
	}
	path := properties(holder, "InvokeMode")
	if holder == fn {
		path = properties(holder, "FunctionUrlConfig", "InvokeMode")
	}
	if a.streams {
		var mends []Mend
		if editable(holder) {
			mends = append(mends, s.mend("Let the URL stream", "URL이 스트리밍하게 합니다", edit.Set(edit.Text("RESPONSE_STREAM"), path...)))
		}
		s.report("payload-too-large-502", diagnostics.Error, a.mode, fn.ID, streamsInto(fn.ID, "URL", "URL", "InvokeMode: RESPONSE_STREAM"), mends...)
		return
	}
	s.report("payload-too-large-502", diagnostics.Error, at, fn.ID, buffersInto(fn.ID), s.setMode(fn, true)...)
}

// setMode lets the adapter stream or buffer, where nothing in front of the function wants it otherwise.
func (s *scope) setMode(fn *template.Resource, stream bool) []Mend {
	for _, rt := range s.fronts[fn] {
		if rt.mode.Is(rt.streams) != stream {
			return nil
		}
	}
	modes := []*template.Node{}
	if url := fn.Property("FunctionUrlConfig"); url.IsMap() {
		modes = append(modes, url.Get("InvokeMode"))
	}
	for _, u := range s.urls[fn] {
		modes = append(modes, u.Property("InvokeMode"))
	}
	for _, mode := range modes {
		if mode.Is("RESPONSE_STREAM") != stream {
			return nil
		}
	}
	if stream {
		return s.setVariable(fn, modeVariable, "response_stream")
	}
	return s.setVariable(fn, modeVariable, "buffered")
}

func streamsInto(id, en, ko, want string) diagnostics.Text {
	return bilingual(
		"The adapter of "+id+" streams, but its "+en+" does not: clients get metadata and NUL bytes before the body; set "+want,
		id+"의 어댑터는 스트리밍하지만 "+ko+"은(는) 그렇지 않습니다. 본문 앞에 메타데이터와 NUL 바이트가 붙습니다. "+want+"을(를) 설정하십시오")
}

func buffersInto(id string) diagnostics.Text {
	return bilingual(
		"The front of "+id+" streams, but the adapter buffers: clients get the JSON envelope; set "+modeVariable+" to response_stream",
		id+" 앞단은 스트리밍하지만 어댑터는 버퍼링합니다. 클라이언트가 JSON 봉투를 받습니다. "+modeVariable+"을(를) response_stream으로 설정하십시오")
}

func (s *scope) compareAPI(r *template.Resource, a adapterOf, rt route, streams bool) {
	switch {
	case a.streams == streams:
	case a.streams && rt.http:
		s.report("payload-too-large-502", diagnostics.Error, a.mode, r.ID, bilingual(
			"The adapter of "+r.ID+" streams, but HTTP APIs can't: "+rt.name()+" needs a REST API or a function URL, or buffered mode",
			r.ID+"의 어댑터는 스트리밍하지만 HTTP API는 스트리밍할 수 없습니다. "+rt.name()+"에는 REST API나 함수 URL, 또는 buffered 모드가 필요합니다"),
			s.setMode(r, false)...)
	case a.streams:
		var mends []Mend
		if rt.event != "" && editable(r) && r.Own("Events", rt.event) != nil {
			mends = append(mends, s.mend("Let the API stream", "API가 스트리밍하게 합니다",
				edit.Set(edit.Text("RESPONSE_STREAM"), properties(r, "Events", rt.event, "Properties", "ResponseTransferMode")...)))
		}
		s.report("payload-too-large-502", diagnostics.Error, a.mode, r.ID,
			streamsInto(r.ID, "API ("+rt.name()+")", "API("+rt.name()+")", "ResponseTransferMode: "+rt.streams), mends...)
	default:
		in := rt.in
		if in == nil {
			in = &s.t.Document
		}
		s.reportIn(in, "payload-too-large-502", diagnostics.Error, rt.mode, r.ID, buffersInto(r.ID), s.setMode(r, true)...)
	}
}

// checkEventModes reports ResponseTransferMode: STREAM, which SAM ignores without a word.
func (s *scope) checkEventModes(r *template.Resource) {
	for _, rt := range s.events[r] {
		mode := rt.mode
		text, ok := mode.Str()
		if !ok || text == "RESPONSE_STREAM" || text == "BUFFERED" {
			continue
		}
		var mends []Mend
		if editable(r) {
			mends = append(mends, s.mend("Write RESPONSE_STREAM", "RESPONSE_STREAM으로 씁니다",
				edit.Set(edit.Text("RESPONSE_STREAM"), properties(r, "Events", rt.event, "Properties", "ResponseTransferMode")...)))
		}
		s.report("payload-too-large-502", diagnostics.Error, mode, r.ID, bilingual(
			"ResponseTransferMode "+text+" is silently ignored: SAM knows RESPONSE_STREAM and BUFFERED",
			"ResponseTransferMode "+text+"은(는) 조용히 무시됩니다. SAM은 RESPONSE_STREAM과 BUFFERED만 압니다"), mends...)
	}
}
