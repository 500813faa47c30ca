package playbooks

import (
	"bufio"
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
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
}

func percent(a, b int) float64 { return 100 * float64(a) / float64(max(b, 1)) }
