package edit

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// Behind a hunk with two changes the numbers are still those of the two files.
func TestDiffCountsLinesBehindSeveralChanges(t *testing.T) {
	var lines []string
	for i := range 40 {
		lines = append(lines, strconv.Itoa(i))
	}
	before := strings.Join(lines, "\n") + "\n"
	lines[4], lines[8], lines[30] = "four\nand a half", "eight", "thirty"
	got := Diff("f", []byte(before), []byte(strings.Join(lines, "\n")+"\n"))
	for _, want := range []string{"@@ -2,11 +2,12 @@\n", "@@ -28,7 +29,7 @@\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	for name, c := range map[string][3]string{
		"new":     {"", "a\n", "@@ -0,0 +1 @@\n+a\n"},
		"gone":    {"a\n", "", "@@ -1 +0,0 @@\n-a\n"},
		"no end":  {"a\nb", "a\nc", "@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+c\n\\ No newline at end of file\n"},
		"an end":  {"a", "a\n", "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n"},
		"nothing": {"a", "a", ""},
	} {
		if got := Diff("f", []byte(c[0]), []byte(c[1])); strings.TrimPrefix(got, "--- a/f\n+++ b/f\n") != c[2] {
			t.Errorf("%s: %q", name, got)
		}
	}
}

var header = regexp.MustCompile(`(?m)^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@$`)

// Every hunk stands where the hunks before it moved it, and git applies the whole.
func TestGitAppliesDiffs(t *testing.T) {
	git, err := exec.LookPath("git")
	if err != nil {
		t.Skip("no git here")
	}
	dir, random := t.TempDir(), rand.New(rand.NewPCG(1, 2))
	var patch strings.Builder
	want := map[string]string{}
	for n := range 50 {
		before, after := changed(random)
		name := fmt.Sprintf("f%d", n)
		if err := os.WriteFile(filepath.Join(dir, name), []byte(before), 0o600); err != nil {
			t.Fatal(err)
		}
		diff := Diff(name, []byte(before), []byte(after))
		patch.WriteString(diff)
		want[name] = after
		shift := 0
		for _, m := range header.FindAllStringSubmatch(diff, -1) {
			at := [4]int{0, 1, 0, 1}
			for i := range at {
				if m[i+1] != "" {
					at[i], _ = strconv.Atoi(m[i+1])
				}
			}
			if at[1] > 0 && at[3] > 0 && at[2]-at[0] != shift {
				t.Errorf("%s: %s should be %d lines further", name, m[0], shift)
			}
			shift += at[3] - at[1]
		}
	}
	cmd := exec.Command(git, "apply", "--whitespace=nowarn", "-")
	cmd.Dir, cmd.Stdin = dir, strings.NewReader(patch.String())
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git apply: %v\n%s", err, out)
	}
	for name, after := range want {
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(got) != after {
			t.Errorf("%s: %v\n%s\nwant\n%s", name, err, got, after)
		}
	}
}

// changed makes a text and a version of it with some lines changed, added and gone.
func changed(r *rand.Rand) (string, string) {
	var before, after []string
	for i := range 5 + r.IntN(60) {
		line := strconv.Itoa(i) + "\n"
		before = append(before, line)
		switch r.IntN(8) {
		case 0:
			after = append(after, "new "+line)
		case 1:
			after = append(after, line, "more\n")
		case 2:
		default:
			after = append(after, line)
		}
	}
	a, b := strings.Join(before, ""), strings.Join(after, "")+"end\n"
	if r.IntN(2) == 0 {
		a = strings.TrimSuffix(a, "\n")
	}
	if r.IntN(2) == 0 {
		b = strings.TrimSuffix(b, "\n")
	}
	return a, b
}
