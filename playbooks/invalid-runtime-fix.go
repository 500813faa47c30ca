package playbooks

import (
	"slices"
	"strings"

	"firstaid/diagnostics"
	"firstaid/playbooks/edit"
)

// runtimes are those that new functions can use, as of October 2026 (see
// retirements).
func runtimes() []string {
	return []string{
		"nodejs22.x", "nodejs24.x", "python3.12", "python3.13", "python3.14", "java21", "java25", "dotnet8", "dotnet10", "ruby3.3", "ruby3.4", "provided.al2023",
	}
}

// fixRuntime writes the runtime's successor, or the name that was meant, where
// the template has it.
func fixRuntime(s *diagnostics.Snapshot, f diagnostics.Finding) []Fix {
	p := newProject(s)
	var list fixes
	for _, w := range p.candidates(f.Subject, isFunction) {
		now, ok := w.resource.Property("Runtime").Str()
		if !ok || f.Captures["runtime"] != "" && !strings.EqualFold(now, f.Captures["runtime"]) {
			continue
		}
		if by := successor(now); by != "" && by != now {
			list.add(w.runtime(now, by))
		}
	}
	return distinct(list.ordered())
}

// successor is the runtime to use instead of one: what AWS names, or for a name
// that never was one the nearest that is.
func successor(runtime string) string {
	if i := slices.IndexFunc(retirements(), func(r retirement) bool { return r.runtime == runtime }); i >= 0 {
		return retirements()[i].successor
	}
	if slices.Contains(runtimes(), runtime) {
		return ""
	}
	best, least := "", 3 // further apart is a guess
	for _, name := range runtimes() {
		if d := distance(strings.ToLower(runtime), name); d < least {
			best, least = name, d
		}
	}
	return best
}

// runtime edits the place that says the runtime: the function's own, or the one
// in Globals for all.
func (w *workpiece) runtime(now, by string) (Fix, bool) {
	f := templateFix("Run "+w.resource.ID+" on "+by+" instead of "+now, w.resource.ID+"을(를) "+now+" 대신 "+by+"에서 실행합니다")
	f.Risk = Disrupts
	f.Changes = diagnostics.Text{
		En: "Build and test with the new runtime first: libraries with native parts are built for one version, and removed functions of the language break at the first call.",
		Ko: "먼저 새 런타임으로 빌드하고 시험하세요. 네이티브 라이브러리는 버전별로 빌드되며 언어에서 제거된 기능은 첫 호출에서 실패합니다.",
	}
	if by == "provided.al2023" && now != "provided" && now != "provided.al2" {
		f.Notes = append(f.Notes, diagnostics.Text{
			En: "The binary must be called bootstrap there: `Metadata: {BuildMethod: go1.x}` makes sam build do that, and Handler is `bootstrap`.",
			Ko: "실행 파일 이름이 bootstrap이어야 합니다. `Metadata: {BuildMethod: go1.x}`로 sam build가 처리하며 Handler는 `bootstrap`입니다.",
		})
	}
	at := w.path("Runtime")
	if w.resource.Own("Runtime") == nil {
		f.Title = diagnostics.Text{En: "Run the functions on " + by + " instead of " + now + " (Globals)", Ko: "함수를 " + now + " 대신 " + by + "에서 실행합니다(Globals)"}
		at = []string{"Globals", "Function", "Runtime"}
	}
	byHand := diagnostics.Text{En: "Set Runtime of " + w.resource.ID + " to " + by, Ko: w.resource.ID + "의 Runtime을 " + by + "(으)로 설정하세요"}
	return w.edited(f, w.template.Name, byHand, edit.Replace(now, by, at...))
}

// distinct drops fixes of the same title: several functions can share a place
// in Globals.
func distinct(list []Fix) []Fix {
	var out []Fix
	for _, f := range list {
		if !slices.ContainsFunc(out, func(o Fix) bool { return o.Title.En == f.Title.En }) {
			out = append(out, f)
		}
	}
	return out
}

// distance is how many letters have to be put in, left out or exchanged to make
// one name of another (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
