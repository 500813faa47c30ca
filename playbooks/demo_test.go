package playbooks

import (
	"reflect"
	"strings"
	"testing"

	"firstaid/diagnostics"
	"firstaid/diagnostics/incident/demo"
)

// told is what the diagnosis of a demo has to say.
type told struct {
	causes       []string // playbook@resource, best first; each is a failure of its own
	consequences []string // folded under a cause
	warnings     []string // nothing failed because of them
	line         string   // stands in the user's file where the first finding points
	fix          FixKind  // of the first fix; empty where nothing is to be edited
	least        diagnostics.Confidence
}

var stories = map[string]told{
	"migration": {
		causes:       []string{"alias-ordering@PriceCapacity", "ecr-missing@WorkerFunction", "role-policies-ignored@WebFunction", "cors-missing-method@ShopApi", "payload-too-large-502@WebFunction"},
		consequences: []string{"access-denied@WebFunction", "cors-missing-method@browser console"},
		warnings:     []string{"arn-substitution@jobs/template.yaml#PriceSchedule"},
		line:         "ResourceId: !Sub function:${PriceFunction}:live", fix: FixTemplate,
	},
	"arn-substitution": {
		causes: []string{"arn-substitution@OrdersApi"}, consequences: []string{"rollback-complete-stuck@orders-api"},
		least: diagnostics.Confirmed, line: "uri: arn:aws:apigateway:${AWS::Region}:", fix: FixTemplate,
	},
	"alias-ordering": {
		causes: []string{"alias-ordering@CheckoutCapacity"}, consequences: []string{"rollback-complete-stuck@checkout"},
		least: diagnostics.Confirmed, line: "ResourceId: !Sub function:${CheckoutFunction}:live", fix: FixTemplate,
	},
	"role-policies-ignored": {
		causes: []string{"role-policies-ignored@MailFunction"}, consequences: []string{"access-denied@MailFunctionMails", "update-rollback-failed@mail-worker"},
		least: diagnostics.Confirmed, line: "Policies:", fix: FixTemplate,
	},
	"access-denied":  {causes: []string{"access-denied@StoreFunction"}, least: diagnostics.Confirmed, line: "StoreFunction:", fix: FixTemplate},
	"arm64-mismatch": {causes: []string{"arm64-mismatch@ThumbnailFunction"}, consequences: []string{"init-error@ThumbnailFunction"}, least: diagnostics.Confirmed, line: "Architectures: [arm64]", fix: FixTemplate},
	"cors-missing-method": {
		causes: []string{"cors-missing-method@TodoApi"}, consequences: []string{"cors-missing-method@browser console"},
		least: diagnostics.Confirmed, line: "AllowMethods:", fix: FixTemplate,
	},
	"payload-too-large-502": {
		causes: []string{"payload-too-large-502@ReportFunction"}, consequences: []string{"payload-too-large-502@ReportsApi"},
		least: diagnostics.Confirmed, line: "ReportFunction:", fix: FixTemplate,
	},
	"ecr-missing":                {causes: []string{"ecr-missing@StorefrontFunction"}, least: diagnostics.Confirmed, line: "StorefrontFunction:", fix: FixEnvironment},
	"image-repositories-mapping": {causes: []string{"image-repositories-mapping@sam deploy"}, least: diagnostics.Confirmed, line: "image_repositories = [", fix: FixConfig},
	"lambda-cost":                {warnings: []string{"lambda-cost@SearchFunction"}, least: diagnostics.Confirmed, line: "SearchFunction:"},
}

// TestEveryDemoIsDiagnosedAsItWasTold holds the built-in incidents and the
// playbooks to each other: the cause first and well proven, what follows from
// it folded, nothing else an error.
func TestEveryDemoIsDiagnosedAsItWasTold(t *testing.T) {
	catalog, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range demo.List() {
		t.Run(i.Name, func(t *testing.T) {
			want, ok := stories[i.Name]
			if !ok {
				t.Fatal("nobody says what this demo is about")
			}
			s, err := demo.Open(i.Name)
			if err != nil {
				t.Fatal(err)
			}
			list := Diagnose(s, catalog)
			got := told{line: want.line, fix: want.fix, least: want.least}
			for _, f := range list {
				name := f.Playbook + "@" + logicalID(f.Subject)
				if f.Subject.Kind == diagnostics.KindFile {
					name = f.ID()
				}
				switch {
				case f.CausedBy != "":
					got.consequences = append(got.consequences, name)
				case f.Severity == diagnostics.Error:
					got.causes = append(got.causes, name)
				default:
					got.warnings = append(got.warnings, name)
				}
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("the diagnosis is\n%+v, want\n%+v", got, want)
			}
			if len(list) == 0 || list[0].Playbook != i.Playbook {
				t.Fatalf("the first finding is not %s", i.Playbook)
			}
			proven(t, s, list[0], want, catalog)
		})
	}
}

// proven checks the first finding of a demo.
func proven(t *testing.T, s *diagnostics.Snapshot, f diagnostics.Finding, want told, c *Catalog) {
	t.Helper()
	if f.Confidence < want.least || f.Because.IsZero() || f.Because.Ko == "" {
		t.Errorf("it is %s because %q", f.Confidence, f.Because)
	}
	if p, _ := c.Get(f.Playbook); f.Summary.En == p.Title.En || f.Summary.Ko == p.Title.Ko || f.Summary.Ko == "" {
		t.Errorf("its summary says nothing of this case: %q", f.Summary)
	}
	for _, e := range f.Evidence {
		if e.Quote == "" || e.Of.ID == "" {
			t.Errorf("evidence without a source or quotation: %+v", e)
		}
	}
	if len(f.Evidence) == 0 || len(f.Chain) == 0 || f.Why.En == "" || f.Why.Ko == "" {
		t.Errorf("%d pieces of evidence, %d links, why %q", len(f.Evidence), len(f.Chain), f.Why)
	}
	if line := sourceLine(s, f.Source); !strings.Contains(line, want.line) {
		t.Errorf("it points at %v: %q, want %q", f.Source, line, want.line)
	}
	fixes := c.Fixes(s, f)
	if want.fix == "" {
		return
	}
	if len(fixes) == 0 || fixes[0].Kind != want.fix || !fixes[0].Declined.IsZero() {
		t.Fatalf("the first of %d fixes is not of kind %s", len(fixes), want.fix)
	}
	if fixes[0].Title.Ko == "" || !changesSomething(fixes[0]) {
		t.Errorf("the fix is %+v", fixes[0])
	}
}

func sourceLine(s *diagnostics.Snapshot, at *diagnostics.Position) string {
	if at == nil {
		return ""
	}
	for _, f := range s.Files {
		if lines := strings.Split(f.Content, "\n"); f.Path == at.File && at.Line >= 1 && at.Line <= len(lines) {
			return lines[at.Line-1]
		}
	}
	return ""
}

// changesSomething reports whether there is a step that firstaid takes itself.
func changesSomething(f Fix) bool {
	for _, s := range f.Steps {
		if _, byHand := s.(Manual); !byHand {
			return true
		}
	}
	return false
}
