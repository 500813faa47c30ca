package playbooks

import (
	"bufio"
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"firstaid/diagnostics"
)

// A specimen is one real failure text with its class.
type specimen struct {
	ID     string             `json:"id"`
	Class  string             `json:"class"`
	Source diagnostics.Source `json:"source"`
	Text   string             `json:"text"`
}

// sharedFile finds a file of the corpus that lies beside the repository; the
// test is skipped where there is none.
func sharedFile(t testing.TB, name string) string {
	t.Helper()
	dir := os.Getenv("FIRSTAID_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared")
	}
	for _, d := range []string{dir, filepath.Join("..", dir), filepath.Join("..", "..", dir)} {
		path := filepath.Join(d, name)
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	t.Skipf("%s is not beside the repository; set FIRSTAID_SHARED to its folder", name)
	return ""
}

func specimens(t testing.TB) []specimen {
	t.Helper()
	b, err := os.ReadFile(sharedFile(t, filepath.Join("corpus", "dev.jsonl")))
	if err != nil {
		t.Fatal(err)
	}
	var list []specimen
	lines := bufio.NewScanner(bytes.NewReader(b))
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var s specimen
		if err := json.Unmarshal(lines.Bytes(), &s); err != nil {
			t.Fatal(err)
		}
		list = append(list, s)
	}
	return list
}

var coreClasses = []string{
	"arn-substitution", "alias-ordering", "role-policies-ignored", "access-denied", "arm64-mismatch",
	"cors-missing-method", "payload-too-large-502", "ecr-missing", "image-repositories-mapping",
}

// expected lists the playbooks that may come first for a class. The text alone
// never proves that policies were ignored.
func expected(class string) []string {
	if class == "role-policies-ignored" {
		return []string{class, "access-denied"}
	}
	return []string{class}
}

// TestCorpus counts over real texts how often the right playbook comes first.
func TestCorpus(t *testing.T) {
	c, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	type score struct{ right, all int }
	scores := map[string]*score{}
	var core, every score
	falseAlarms := 0
	for _, s := range specimens(t) {
		x := c.matcher.Explain(s.Text, Origin{Source: s.Source})
		first := ""
		if len(x.Matches) > 0 {
			first = x.Matches[0].Playbook
		}
		if s.Class == "cost-throughput" {
			checkReport(t, s, x.Reports)
		}
		if s.Class == "negative" || s.Class == "cost-throughput" {
			if x.Verdict != VerdictBenign || first != "" {
				falseAlarms++
				t.Logf("false alarm: %s %s: %s by %q", s.ID, s.Class, first, x.Matches[0].Quote)
			}
			continue
		}
		sc := scores[s.Class]
		if sc == nil {
			sc = &score{}
			scores[s.Class] = sc
		}
		right := slices.Contains(expected(s.Class), first)
		for _, sum := range []*score{sc, &every, &core} {
			if sum == &core && !slices.Contains(coreClasses, s.Class) {
				continue
			}
			sum.all++
			if right {
				sum.right++
			}
		}
		if !right {
			t.Logf("missed: %s %s: got %q for %.160q", s.ID, s.Class, first, s.Text)
		}
	}
	for _, class := range slices.Sorted(maps.Keys(scores)) {
		t.Logf("%-32s %d of %d", class, scores[class].right, scores[class].all)
	}
	t.Logf("core %d of %d (%.1f %%), all %d of %d (%.1f %%), false alarms %d",
		core.right, core.all, percent(core.right, core.all), every.right, every.all, percent(every.right, every.all), falseAlarms)
	if percent(core.right, core.all) < 97 || percent(every.right, every.all) < 95 || falseAlarms > 0 {
		t.Error("below the bars: 97 % of the core, 95 % of all, no false alarm")
	}
}

// checkReport: a text that ends an invocation has one report, and its figures
// are spelled in the text.
func checkReport(t *testing.T, s specimen, reports []diagnostics.Report) {
	t.Helper()
	if len(reports) != 1 || reports[0].RequestID == "" || !reports[0].DurationMs.Stated || !reports[0].BilledMs.Stated {
		t.Errorf("%s: reports %+v of %q", s.ID, reports, s.Text)
		return
	}
	r := reports[0]
	for _, f := range []diagnostics.Figure{r.DurationMs, r.BilledMs, r.MemoryMB, r.MaxMemoryMB, r.InitMs, r.RestoreMs, r.BilledRestoreMs} {
		if spelled := strconv.FormatFloat(f.Value, 'f', -1, 64); f.Stated && !strings.Contains(s.Text, spelled) {
			t.Errorf("%s: %s is not in %q", s.ID, spelled, s.Text)
		}
	}
	if got, want := strings.Count(s.Text, " ms")+strings.Count(s.Text, " MB")+strings.Count(s.Text, "Ms\":")+strings.Count(s.Text, "MB\":"), stated(r); got != want {
		t.Errorf("%s: %d figures read of %d in %q", s.ID, want, got, s.Text)
	}
}

func stated(r diagnostics.Report) int {
	n := 0
	for _, f := range []diagnostics.Figure{r.DurationMs, r.BilledMs, r.MemoryMB, r.MaxMemoryMB, r.InitMs, r.RestoreMs, r.BilledRestoreMs} {
		if f.Stated {
			n++
		}
	}
	return n
}

func percent(a, b int) float64 { return 100 * float64(a) / float64(max(b, 1)) }
