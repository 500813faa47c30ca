package check

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"testing/fstest"

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
    # What sam package does: local code becomes an object in S3, a built image one in ECR.
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
        answers.append(True)
    except Exception:
        answers.append(False)
json.dump(answers, sys.stdout)
`

// accepted asks the SAM transform about files; it skips the test where that is not installed.
func accepted(t *testing.T, files []string) []bool {
	t.Helper()
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3 here")
	}
	if err := exec.Command(python, "-c", "import samtranslator").Run(); err != nil {
		t.Skip("the SAM transform is not installed: pip install aws-sam-translator")
	}
	names, err := json.Marshal(files)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python, "-c", transform)
	cmd.Env = append(os.Environ(), "AWS_DEFAULT_REGION=eu-west-1")
	cmd.Stdin = bytes.NewReader(names)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var answers []bool
	if err := json.Unmarshal(out, &answers); err != nil {
		t.Fatal(err)
	}
	return answers
}

// TestTheTransformAcceptsWhatIsMended plants defects in real templates, mends them, and holds that the SAM
// transform takes every mended file whose original it took.
func TestTheTransformAcceptsWhatIsMended(t *testing.T) {
	if os.Getenv("FIRSTAID_ACCEPTANCE") == "" {
		t.Skip("slow: set FIRSTAID_ACCEPTANCE=1")
	}
	dir := t.TempDir()
	var files []string
	write := func(src []byte) {
		name := filepath.Join(dir, strconv.Itoa(len(files))+".yaml")
		if err := os.WriteFile(name, src, 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, name)
	}
	for i, file := range templatetest.Files(t) {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		tpl, err := template.Parse(plantedIn, src)
		if err != nil || i%(stride()/4+1) != 0 || !tpl.SAM() {
			continue
		}
		for j, p := range plant(tpl) {
			if j%5 != 0 {
				continue
			}
			project, err := Read(fstest.MapFS{plantedIn: {Data: p.src}}, plantedIn)
			if err != nil {
				t.Fatal(err)
			}
			if changed, _ := project.Mend(); changed[plantedIn] != nil {
				write(src)
				write(changed[plantedIn])
			}
		}
	}
	holdTransform(t, files)
	holdLint(t, files)
}

// holdTransform compares what the transform says of each original and of its mended version.
func holdTransform(t *testing.T, files []string) {
	answers, refused, asked := accepted(t, files), 0, 0
	for i := 0; i+1 < len(answers); i += 2 {
		if !answers[i] {
			continue
		}
		asked++
		if !answers[i+1] {
			refused++
			mended, _ := os.ReadFile(files[i+1])
			t.Logf("refused after mending:\n%s", mended)
		}
	}
	t.Logf("%d mended templates, %d of whose originals are accepted; %d refused", len(files)/2, asked, refused)
	if refused > 0 || asked == 0 {
		t.Errorf("%d of %d mended templates are refused", refused, asked)
	}
}

// holdLint holds that cfn-lint finds no error in a mended file that it did not find in the original. It is slow,
// so it sees a part of them.
func holdLint(t *testing.T, files []string) {
	lint, err := exec.LookPath("cfn-lint")
	if err != nil {
		t.Log("cfn-lint is not installed: not asked")
		return
	}
	files = files[:min(len(files), 120)]
	out, _ := exec.Command(lint, append([]string{"--format", "json", "--regions", "eu-west-1", "--"}, files...)...).Output() // its status tells of findings
	var problems []struct {
		Filename, Level string
		Rule            struct{ ID string }
	}
	if err := json.Unmarshal(out, &problems); err != nil {
		t.Fatalf("cfn-lint: %v", err)
	}
	errors := map[string]map[string]bool{}
	for _, p := range problems {
		if p.Level == "Error" {
			if errors[p.Filename] == nil {
				errors[p.Filename] = map[string]bool{}
			}
			errors[p.Filename][p.Rule.ID] = true
		}
	}
	for i := 0; i+1 < len(files); i += 2 {
		for rule := range errors[files[i+1]] {
			if !errors[files[i]][rule] {
				mended, _ := os.ReadFile(files[i+1])
				t.Errorf("cfn-lint finds %s after mending:\n%s", rule, mended)
			}
		}
	}
	t.Logf("cfn-lint read %d mended templates", len(files)/2)
}
