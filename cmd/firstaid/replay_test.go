package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"firstaid/diagnostics"
	"firstaid/diagnostics/incident/demo"
	"firstaid/playbooks"
)

func TestADemoIsMendedAndTakenBack(t *testing.T) {
	snapshot, err := demo.Open("alias-ordering")
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "project")
	if err := demo.Project("alias-ordering", dir); err != nil {
		t.Fatal(err)
	}
	catalog, err := loadCatalog(io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	w := demoFixer(replay{snapshot, dir}, loadOnce(io.Discard), t.TempDir())
	ctx := context.Background()
	finding := playbooks.Diagnose(snapshot, catalog)[0]
	fix := catalog.Fixes(snapshot, finding)[0]
	before, _ := os.ReadFile(filepath.Join(dir, "template.yaml"))

	out, err := w.Apply(ctx, playbooks.Plan{Finding: finding, Fix: fix})
	if err != nil {
		t.Fatal(err)
	}
	if out.State != diagnostics.FixedHere || out.Entry != 1 {
		t.Errorf("the fix came to %+v", out)
	}
	mended, _ := os.ReadFile(filepath.Join(dir, "template.yaml"))
	if !strings.Contains(string(mended), "DependsOn: CheckoutFunctionAliaslive") {
		t.Errorf("the template is\n%s", mended)
	}
	if list, err := w.Entries(ctx); err != nil || len(list) != 1 {
		t.Errorf("the journal holds %v, %v", list, err)
	}

	if _, err := w.Undo(ctx, 0); err != nil {
		t.Fatal(err)
	}
	after, _ := os.ReadFile(filepath.Join(dir, "template.yaml"))
	if string(after) != string(before) {
		t.Errorf("taken back, the template is\n%s", after)
	}
	if out, err := w.Verify(ctx, finding); err != nil || out.State != diagnostics.Open {
		t.Errorf("taken back, the finding is %+v, %v", out, err)
	}
}

// TestADemoCallsNobody applies a plan of calls in the demo: they take effect
// for the demo alone, and the outcome says that nothing was sent.
func TestADemoCallsNobody(t *testing.T) {
	snapshot, err := demo.Open("ecr-missing")
	if err != nil {
		t.Fatal(err)
	}
	catalog, err := loadCatalog(io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	finding := playbooks.Diagnose(snapshot, catalog)[0]
	w := demoFixer(replay{snapshot, t.TempDir()}, loadOnce(io.Discard), t.TempDir())
	out, err := w.Apply(t.Context(), playbooks.Plan{Finding: finding, Fix: catalog.Fixes(snapshot, finding)[0]})
	if err != nil || !strings.Contains(out.Text.En, "not sent") {
		t.Fatalf("got %+v, %v", out, err)
	}
	if _, err := w.Undo(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
}

func TestExportTakesFreeNames(t *testing.T) {
	t.Chdir(t.TempDir())
	snapshot, err := demo.Open("cors-missing-method")
	if err != nil {
		t.Fatal(err)
	}
	catalog, err := loadCatalog(io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	e := exporter{loadOnce(io.Discard), diagnostics.English}
	findings := playbooks.Diagnose(snapshot, catalog)
	for _, want := range []string{"firstaid-todo-api.html", "firstaid-todo-api-2.html"} {
		if got, err := e.Export(context.Background(), "html", "", snapshot, findings); err != nil || got != want {
			t.Errorf("got %s, %v, want %s", got, err, want)
		}
	}
	if _, err := e.Export(context.Background(), "pdf", "", snapshot, findings); err == nil {
		t.Error("a pdf was written")
	}
}

func TestProjectFiles(t *testing.T) {
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	project := fstest.MapFS{
		"template.yaml":                     file("Resources: {F: {Type: AWS::Serverless::Function}}"),
		"samconfig.toml":                    file("version = 0.1"),
		"jobs/template.yml":                 file("Resources: {F: {Type: AWS::Lambda::Function}}"),
		"api/openapi.json":                  file(`{"x-amazon-apigateway-cors": {}}`),
		"web/Dockerfile":                    file("FROM scratch"),
		"web/worker.Dockerfile":             file("FROM scratch"),
		"package.json":                      file(`{"name": "x"}`),
		"app.py":                            file("AWS::"),
		".aws-sam/build/template.yaml":      file("Type: AWS::Serverless::Function"),
		"node_modules/x/template.yaml":      file("Type: AWS::Serverless::Function"),
		"big.yaml":                          file("AWS::" + strings.Repeat("x", maxProjectFile)),
		"a/b/c/d/e/f/g/template.yaml":       file("Type: AWS::Serverless::Function"),
		"infra/cluster/not-a-template.yaml": file("kind: Deployment"),
	}
	got, err := projectFiles(project, "")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range got {
		names = append(names, f.Path)
	}
	want := []string{"api/openapi.json", "jobs/template.yml", "samconfig.toml", "template.yaml", "web/Dockerfile", "web/worker.Dockerfile"}
	if !reflect.DeepEqual(names, want) {
		t.Errorf("got %v, want %v", names, want)
	}

	delete(project, "template.yaml")
	delete(project, "samconfig.toml")
	if got, err := projectFiles(project, ""); err != nil || got != nil {
		t.Errorf("a folder without a project gives %v, %v", got, err)
	}
}
