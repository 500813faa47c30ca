package check

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"firstaid/diagnostics/template"
	"firstaid/diagnostics/template/templatetest"
)

// transform runs the SAM transform over the templates named on its standard input and prints, for each, whether
// it was accepted. Conditions and parameters have their defaults.
const transform = `
import json, sys
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse
class Policies:
    def load(self): return {}
def package(properties):
    # What sam package does: local code becomes an object in S3, a built image one in ECR, and an included file
    # is there when the transform runs.
    if not isinstance(properties, dict):
        return
    for key in ("CodeUri", "ContentUri", "DefinitionUri", "Location"):
        if isinstance(properties.get(key), str) and not properties[key].startswith("s3://"):
            properties[key] = "s3://bucket/key"
    if properties.get("PackageType") == "Image":
        properties.setdefault("ImageUri", "1.dkr.ecr.eu-west-1.amazonaws.com/x:1")
answers = []
for name in json.load(sys.stdin):
    try:
        with open(name, encoding="utf-8-sig") as f:
            template = yaml_parse(f.read())
        for resource in template["Resources"].values():
            package(resource.get("Properties"))
        for section in (template.get("Globals") or {}).values():
            package(section)
        values = {k: v.get("Default", "x") for k, v in (template.get("Parameters") or {}).items()}
        transform(template, values, Policies())
        answers.append("")
    except Exception as e:
        answers.append(str(getattr(e, "causes", e)) or repr(e))
json.dump(answers, sys.stdout)
`

// Bounds of what is asked, so that it takes well under a minute: of the shared real templates and of all defects
// planted in them a part is taken, always the same one.
const (
	maxAccepted = 50 // pairs of real templates for the transform, beside our own
	maxLinted   = 30 // pairs for cfn-lint, which takes much longer for each
)

// pair is a template before a defect was planted in it, and after it was planted and mended.
type pair struct{ what, before, after string }

// TestOtherToolsAcceptWhatIsMended plants defects in templates, mends them, and holds that the SAM transform takes
// every mended file whose original it took, and that cfn-lint finds no new error in it. The templates are those of
// testdata/clean.txtar, and real ones where they are.
func TestOtherToolsAcceptWhatIsMended(t *testing.T) {
	if os.Getenv("FIRSTAID_ACCEPTANCE") == "" {
		t.Skip("slow: set FIRSTAID_ACCEPTANCE=1, after .ci/emulators has installed the SAM transform and cfn-lint")
	}
	python, lint := acceptors(t)
	g := &grove{dir: t.TempDir()}
	for _, f := range archives(t)["clean"].Files {
		g.grow(t, f.Name, f.Data, 1)
		if !strings.HasSuffix(f.Name, ".json") {
			g.grow(t, f.Name+" with CRLF", bytes.ReplaceAll(f.Data, []byte("\n"), []byte("\r\n")), 2)
		}
	}
	if own := len(g.pairs); own < 60 {
		t.Fatalf("only %d mended templates of our own", own)
	}
	own := len(g.pairs)
	t.Run("shared", func(t *testing.T) {
		for i, file := range templatetest.Files(t) {
			if src, err := os.ReadFile(file); err == nil && i%19 == 0 && len(g.pairs) < own+maxAccepted {
				g.grow(t, filepath.Base(file), src, 7)
			}
		}
	})
	t.Run("transform", func(t *testing.T) { t.Parallel(); holdTransform(t, python, g.pairs) })
	t.Run("cfn-lint", func(t *testing.T) { t.Parallel(); holdLint(t, lint, thinned(g.pairs, maxLinted)) })
}

// acceptors finds the programs where .ci/emulators puts them, else on PATH. Where they are missing the test is
// skipped; under CI it fails.
func acceptors(t *testing.T) (python, lint string) {
	t.Helper()
	missing := t.Skipf
	if os.Getenv("CI") != "" || os.Getenv("FIRSTAID_EMULATORS") == "required" {
		missing = t.Fatalf
	}
	dir := os.Getenv("FIRSTAID_EMULATORS_DIR")
	if dir == "" {
		dir = filepath.Join("..", "..", ".venv")
	}
	var err error
	if lint, err = filepath.Abs(filepath.Join(dir, "cfn-lint", "bin", "cfn-lint")); err == nil {
		_, err = os.Stat(lint)
	}
	python = filepath.Join(filepath.Dir(lint), "python")
	if err != nil {
		if lint, err = exec.LookPath("cfn-lint"); err == nil {
			python, err = exec.LookPath("python3")
		}
	}
	if err == nil {
		err = exec.Command(python, "-c", "import samtranslator").Run()
	}
	if err != nil {
		missing("cfn-lint and the SAM transform are not installed (.ci/emulators does that): %v", err)
	}
	return python, lint
}

// grove is where templates with planted and mended defects stand.
type grove struct {
	dir   string
	pairs []pair
}

// grow plants into one template and mends; of the defects every nth is taken.
func (g *grove) grow(t *testing.T, name string, src []byte, nth int) {
	t.Helper()
	tpl, err := template.Parse(plantedIn, src)
	if err != nil || !tpl.SAM() || len(tpl.Duplicates) > 0 {
		return
	}
	for i, p := range plant(tpl) {
		if i%nth != 0 {
			continue
		}
		project, err := Read(p.fs(), plantedIn)
		if err != nil {
			t.Fatal(err)
		}
		if changed, _ := project.Mend(); changed[plantedIn] != nil {
			n := strconv.Itoa(len(g.pairs))
			g.pairs = append(g.pairs, pair{fmt.Sprintf("%s in %s", p.kind, name), g.write(t, n+"-before.yaml", src), g.write(t, n+"-after.yaml", changed[plantedIn])})
		}
	}
}

func (g *grove) write(t *testing.T, name string, src []byte) string {
	t.Helper()
	file := filepath.Join(g.dir, name)
	if err := os.WriteFile(file, src, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// thinned takes at most n, spread evenly.
func thinned(pairs []pair, n int) []pair {
	if len(pairs) <= n {
		return pairs
	}
	var some []pair
	for i := range n {
		some = append(some, pairs[i*len(pairs)/n])
	}
	return some
}

// holdTransform compares what the transform says of each original and of its mended version.
func holdTransform(t *testing.T, python string, pairs []pair) {
	var files []string
	for _, p := range pairs {
		files = append(files, p.before, p.after)
	}
	names, err := json.Marshal(files)
	if err != nil {
		t.Fatal(err)
	}
	var complaints bytes.Buffer
	cmd := exec.Command(python, "-c", transform)
	cmd.Env, cmd.Stdin, cmd.Stderr = append(os.Environ(), "AWS_DEFAULT_REGION=eu-west-1"), bytes.NewReader(names), &complaints
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, complaints.Bytes())
	}
	var answers []string
	if err := json.Unmarshal(out, &answers); err != nil || len(answers) != len(files) {
		t.Fatalf("%d answers about %d files: %v", len(answers), len(files), err)
	}
	asked := 0
	for i, p := range pairs {
		if answers[2*i] != "" {
			continue
		}
		asked++
		if refusal := answers[2*i+1]; refusal != "" {
			mended, _ := os.ReadFile(p.after)
			t.Errorf("%s: refused after mending: %s\n%s", p.what, refusal, mended)
		}
	}
	t.Logf("%d mended templates, %d of whose originals are accepted", len(pairs), asked)
	if asked < len(pairs)/2 {
		t.Error("most originals are refused: the transform does not work here")
	}
}

// holdLint holds that cfn-lint finds no error in a mended file that it did not find in the original.
func holdLint(t *testing.T, lint string, pairs []pair) {
	args := []string{"--format", "json", "--regions", "eu-west-1", "--"}
	for _, p := range pairs {
		args = append(args, p.before, p.after)
	}
	out, err := exec.Command(lint, args...).Output() // its status tells of findings
	var problems []struct {
		Filename, Level, Message string
		Rule                     struct{ ID string }
	}
	if jsonErr := json.Unmarshal(out, &problems); jsonErr != nil {
		t.Fatalf("cfn-lint: %v %v", err, jsonErr)
	}
	errors := map[string]map[string]string{}
	for _, p := range problems {
		if p.Level == "Error" {
			if errors[p.Filename] == nil {
				errors[p.Filename] = map[string]string{}
			}
			errors[p.Filename][p.Rule.ID] = p.Message
		}
	}
	for _, p := range pairs {
		for rule, message := range errors[p.after] {
			if _, before := errors[p.before][rule]; !before {
				mended, _ := os.ReadFile(p.after)
				t.Errorf("%s: cfn-lint finds %s after mending: %s\n%s", p.what, rule, message, mended)
			}
		}
	}
	t.Logf("cfn-lint read %d mended templates", len(pairs))
}
