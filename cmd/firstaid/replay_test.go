package main

import (
	"context"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"firstaid/diagnostics"
	"firstaid/diagnostics/incident/demo"
	"firstaid/playbooks"
)

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
