package playbooks

import (
	"fmt"
	"testing"

	"firstaid/diagnostics"
)

// Taking secrets out of a failure's text does not change what the failure is.
func TestRedactionKeepsTheDiagnosis(t *testing.T) {
	c, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range c.Playbooks() {
		for i, e := range p.Examples.Match {
			keepsDiagnosis(t, c, specimen{ID: fmt.Sprintf("%s, match example %d", p.ID, i+1), Source: e.Source, Text: e.Text})
		}
	}
}

func TestRedactionKeepsTheDiagnosisOfTheCorpus(t *testing.T) {
	c, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range specimens(t) {
		keepsDiagnosis(t, c, s)
	}
}

func keepsDiagnosis(t *testing.T, c *Catalog, s specimen) {
	t.Helper()
	redacted := diagnostics.RedactText(s.Text)
	if redacted == s.Text {
		return
	}
	before, after := c.Matcher().Match(s.Text, Origin{Source: s.Source}), c.Matcher().Match(redacted, Origin{Source: s.Source})
	switch {
	case len(before) == 0 && len(after) == 0:
	case len(before) == 0 || len(after) == 0 || before[0].Playbook != after[0].Playbook:
		t.Errorf("%s is another failure once it is redacted:\n%s", s.ID, redacted)
	}
}
