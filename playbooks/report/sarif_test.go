package report

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"firstaid/diagnostics"
	"firstaid/playbooks"
)

// sarifSchema compiles testdata/sarif.schema.json: what SARIF 2.1.0 demands of
// the parts that reports use, and what code scanners demand beyond that.
func sarifSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	f, err := os.Open("testdata/sarif.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	doc, err := jsonschema.UnmarshalJSON(f)
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("sarif.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("sarif.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSARIFIsValid(t *testing.T) {
	schema := sarifSchema(t)
	check := func(name, text string) {
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := schema.Validate(doc); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	check("sample", render(t, SARIF, sample(t, diagnostics.English)))
	check("poisoned", render(t, SARIF, poisoned(t)))
	c, err := playbooks.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"migration", "image-repositories-mapping"} {
		check(name, render(t, SARIF, diagnosed(t, c, name)))
	}
}

func TestSARIFSchemaRefuses(t *testing.T) {
	schema := sarifSchema(t)
	good := render(t, SARIF, sample(t, diagnostics.English))
	for _, change := range [][2]string{
		{`"version": "2.1.0"`, `"version": "2.0.0"`},
		{`"level": "error"`, `"level": "fatal"`},
		{`"startLine": 7`, `"startLine": 0`},
		{`my%20app`, `my app`},
		{`"firstaidFinding/v1"`, `"other"`},
	} {
		bad := strings.Replace(good, change[0], change[1], 1)
		if bad == good {
			t.Errorf("there is no %s to change", change[0])
		}
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(bad))
		if err != nil {
			t.Fatal(err)
		}
		if schema.Validate(doc) == nil {
			t.Errorf("%s passes", change[1])
		}
	}
}

func TestSARIFPointsAtRules(t *testing.T) {
	var doc sarifLog
	if err := json.Unmarshal([]byte(render(t, SARIF, sample(t, diagnostics.English))), &doc); err != nil {
		t.Fatal(err)
	}
	run := doc.Runs[0]
	for _, r := range run.Results {
		if run.Tool.Driver.Rules[r.RuleIndex].ID != r.RuleID {
			t.Errorf("result of %s points at rule %s", r.RuleID, run.Tool.Driver.Rules[r.RuleIndex].ID)
		}
	}
}
