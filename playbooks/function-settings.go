package playbooks

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"firstaid/diagnostics"
	"firstaid/playbooks/edit"
)

// Lambda's own bounds (docs: lambda/latest/dg/gettingstarted-limits.html).
const (
	maxTimeout   = 900   // seconds
	maxMemory    = 10240 // MB
	maxEphemeral = 10240 // MB
)

// number is a setting of a function: as the template has it, with Globals, else
// as it is deployed. ok is false where only a deployment knows it.
func (w *workpiece) number(deployed, otherwise int, property ...string) (value int, ok bool) {
	n := w.resource.Property(property...)
	text, _ := n.Str()
	value, err := strconv.Atoi(text)
	switch {
	case err == nil:
		return value, true
	case deployed > 0:
		return deployed, true
	default:
		return otherwise, n.Missing()
	}
}

// deployed is the function as it was read; zero when it was not.
func (w *workpiece) deployed(f diagnostics.Finding) diagnostics.Function {
	fn, _ := newIndex(w.snapshot).function(f.Subject)
	return fn
}

// setNumber writes a setting on the function itself. One that a parameter or a
// mapping gives is not overwritten: other stacks may use it.
func (w *workpiece) setNumber(f Fix, value int, property ...string) (Fix, bool) {
	name := strings.Join(property, ".")
	byHand := diagnostics.Text{
		En: fmt.Sprintf("Set %s of %s to %d", name, w.resource.ID, value),
		Ko: fmt.Sprintf("%s의 %s을(를) %d(으)로 설정하세요", w.resource.ID, name, value),
	}
	if own := w.resource.Own(property...); own != nil && own.Fn != "" {
		f.Declined = diagnostics.Text{
			En: name + " is given by " + own.Fn + ": change what it refers to",
			Ko: name + "은(는) " + own.Fn + "이(가) 정합니다. 참조하는 값을 바꾸세요",
		}
		f.Steps = append(f.Steps, Manual{Of: diagnostics.Ref{Kind: diagnostics.KindFile, ID: w.template.Name}, Do: byHand})
		return f, true
	}
	return w.edited(f, w.template.Name, byHand, edit.Set(edit.Number(strconv.Itoa(value)), w.path(property...)...))
}

// function is the function of the template that a finding is about.
func (p *project) function(f diagnostics.Finding) (*workpiece, bool) {
	w, ok := p.at(f.Subject)
	return w, ok && isFunction(w.resource)
}

// fixMemory doubles the memory of a function that ran out of it.
func fixMemory(s *diagnostics.Snapshot, f diagnostics.Finding) []Fix {
	w, ok := newProject(s).function(f)
	if !ok {
		return nil
	}
	var list fixes
	list.add(w.moreMemory(f))
	return list
}

func (w *workpiece) moreMemory(f diagnostics.Finding) (Fix, bool) {
	live, err := strconv.Atoi(f.Captures["memory"])
	if err != nil {
		live = w.deployed(f).MemorySize
	}
	now, ok := w.number(live, 128, "MemorySize")
	if !ok || now >= maxMemory {
		return Fix{}, false
	}
	by := min(maxMemory, 2*now)
	fix := templateFix(fmt.Sprintf("Give %s %d MB of memory instead of %d", w.resource.ID, by, now), fmt.Sprintf("%s의 메모리를 %dMB에서 %dMB로 늘립니다", w.resource.ID, now, by))
	fix.Changes = diagnostics.Text{
		En: "CPU grows with memory. A call costs twice as much at most, and less where it gets faster; `firstaid cost` shows what it uses.",
		Ko: "메모리와 함께 CPU도 늘어납니다. 호출 비용은 최대 두 배이며 빨라지면 그보다 적습니다. `firstaid cost`로 사용량을 확인하세요.",
	}
	return w.setNumber(fix, by, "MemorySize")
}

// fixTimeout doubles the limit as far as the API in front waits, and offers
// more memory, which makes calls that compute faster.
func fixTimeout(s *diagnostics.Snapshot, f diagnostics.Finding) []Fix {
	w, ok := newProject(s).function(f)
	if !ok {
		return nil
	}
	now, known := w.number(w.deployed(f).Timeout, 3, "Timeout")
	limit, api := w.patience()
	var list fixes
	if by := min(limit, 2*now); known && by > now {
		fix := templateFix(fmt.Sprintf("Give %s %d s instead of %d", w.resource.ID, by, now), fmt.Sprintf("%s의 제한 시간을 %d초에서 %d초로 늘립니다", w.resource.ID, now, by))
		fix.Changes = diagnostics.Text{
			En: "Calls that hang are paid for longer. Find out first what they wait for: a call without an answer needs a timeout of its own.",
			Ko: "멈춘 호출에 더 오래 비용이 듭니다. 먼저 무엇을 기다리는지 확인하세요. 응답 없는 호출에는 자체 제한 시간이 필요합니다.",
		}
		list.add(w.setNumber(fix, by, "Timeout"))
	}
	list.add(w.moreMemory(f))
	if api && known && now >= limit {
		list = append(list, guide("Answer before the API gives up", "API가 포기하기 전에 응답합니다",
			diagnostics.Text{
				En: fmt.Sprintf("The API answers its caller with an error after %d s whatever the function does: accept the work, put it into a queue, and answer 202", limit),
				Ko: fmt.Sprintf("함수와 관계없이 API는 %d초 뒤에 호출자에게 오류로 응답합니다. 작업을 큐에 넣고 202로 응답하세요", limit),
			},
			diagnostics.Text{En: "Do the work in a second function that the queue invokes, with a timeout of its own", Ko: "큐가 호출하는 두 번째 함수에서 별도의 제한 시간으로 작업을 처리하세요"}))
	}
	return list.ordered()
}

// patience is how long, in seconds, a function may run before what is in front
// of it gives up: 29 for a REST API, 30 for an HTTP API (API Gateway developer
// guide, "Quotas"), else Lambda's own limit.
func (w *workpiece) patience() (seconds int, api bool) {
	seconds = maxTimeout
	for _, e := range w.resource.Property("Events").Entries() {
		switch kind, _ := e.Value.Get("Type").Str(); {
		case kind == "Api" && e.Value.At("Properties", "ResponseTransferMode") == nil && e.Value.At("Properties", "TimeoutInMillis") == nil:
			seconds, api = min(seconds, 29), true
		case kind == "HttpApi":
			seconds, api = min(seconds, 30), true
		}
	}
	return seconds, api
}

// fixDisk gives /tmp more room. A write outside /tmp is another matter: nothing
// else of a function's file system can be written.
func fixDisk(s *diagnostics.Snapshot, f diagnostics.Finding) []Fix {
	w, ok := newProject(s).function(f)
	path := f.Captures["path"]
	readOnly := slices.ContainsFunc(f.Evidence, func(e diagnostics.Evidence) bool {
		return strings.Contains(strings.ToLower(e.Quote), "read-only") || strings.Contains(e.Quote, "EROFS")
	})
	if readOnly || path != "" && path != "/tmp" && !strings.HasPrefix(path, "/tmp/") {
		return []Fix{guide("Write to /tmp only", "/tmp에만 씁니다",
			diagnostics.Text{En: "Send caches, uploads and home directories to /tmp (TMPDIR, HOME, XDG_CACHE_HOME); the rest of the file system is read-only", Ko: "캐시, 업로드, 홈 디렉터리를 /tmp로 지정하세요(TMPDIR, HOME, XDG_CACHE_HOME). 나머지 파일 시스템은 읽기 전용입니다"})}
	}
	if !ok {
		return nil
	}
	now, known := w.number(0, 512, "EphemeralStorage", "Size")
	if !known || now >= maxEphemeral {
		return nil
	}
	by := min(maxEphemeral, 2*now)
	fix := templateFix(fmt.Sprintf("Give %s %d MB of /tmp instead of %d", w.resource.ID, by, now), fmt.Sprintf("%s의 /tmp를 %dMB에서 %dMB로 늘립니다", w.resource.ID, now, by))
	fix.Changes = diagnostics.Text{
		En: "Files in /tmp stay while the instance lives: delete what a call leaves behind, or this fills up again. More than 512 MB cost extra.",
		Ko: "/tmp의 파일은 인스턴스가 살아 있는 동안 남습니다. 호출이 남긴 파일을 지우지 않으면 다시 가득 찹니다. 512MB를 넘으면 추가 비용이 듭니다.",
	}
	var list fixes
	list.add(w.setNumber(fix, by, "EphemeralStorage", "Size"))
	return list
}

// fixConcurrency reserves no more than the account can spare, or nothing.
func fixConcurrency(s *diagnostics.Snapshot, f diagnostics.Finding) []Fix {
	w, ok := newProject(s).function(f)
	const property = "ReservedConcurrentExecutions"
	if !ok || w.resource.Property(property) == nil {
		return nil
	}
	var list fixes
	unreserved, err1 := strconv.Atoi(f.Captures["unreserved"])
	minimum, err2 := strconv.Atoi(f.Captures["minimum"])
	if spare := unreserved - minimum; err1 == nil && err2 == nil && spare > 0 {
		fix := templateFix(fmt.Sprintf("Reserve %d for %s, which the account can spare", spare, w.resource.ID), fmt.Sprintf("계정이 허용하는 %d만 %s에 예약합니다", spare, w.resource.ID))
		fix.Risk = Disrupts
		fix.Changes = diagnostics.Text{
			En: fmt.Sprintf("The function runs at most %d times at once; every other function of the account shares the remaining %d.", spare, minimum),
			Ko: fmt.Sprintf("함수는 동시에 최대 %d개까지 실행되고 계정의 다른 모든 함수가 나머지 %d개를 나누어 씁니다.", spare, minimum),
		}
		list.add(w.setNumber(fix, spare, property))
	}
	if w.resource.Own(property) != nil {
		fix := templateFix("Reserve nothing for "+w.resource.ID, w.resource.ID+"에 예약하지 않습니다")
		fix.Risk = Disrupts
		fix.Changes = diagnostics.Text{
			En: "The function shares the account's concurrency: it is no longer guaranteed any, and no longer limited to its own.",
			Ko: "함수가 계정의 동시성을 공유합니다. 보장된 몫도, 자체 한도도 없어집니다.",
		}
		byHand := diagnostics.Text{En: "Delete " + property + " from " + w.resource.ID, Ko: w.resource.ID + "에서 " + property + "를 지우세요"}
		list.add(w.edited(fix, w.template.Name, byHand, edit.Delete(w.path(property)...)))
	}
	return append(list.ordered(), guide("Ask for a higher quota", "할당량 상향을 요청합니다",
		diagnostics.Text{En: "Request more concurrent executions for the account in Service Quotas (Lambda, Concurrent executions)", Ko: "Service Quotas에서 계정의 동시 실행 수(Lambda, Concurrent executions) 상향을 요청하세요"}))
}
