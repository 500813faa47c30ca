package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"firstaid/diagnostics/incident/demo"
)

func TestIncidentsAreCurrent(t *testing.T) {
	root := ".."
	told := map[string]bool{}
	for _, tell := range stories {
		name, text, hidden, err := render(root, tell)
		if err != nil {
			t.Fatal(err)
		}
		told[name] = true
		saved, err := os.ReadFile(filepath.Join(root, name, "incident.json"))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(text, saved) {
			t.Errorf("%s/incident.json is not what the generator writes: run go generate ./diagnostics/incident/demo", name)
		}
		if saved, _ := os.ReadFile(filepath.Join(root, name, "hidden.json")); !bytes.Equal(hidden, saved) {
			t.Errorf("%s/hidden.json is not what the generator writes: run go generate ./diagnostics/incident/demo", name)
		}
	}
	for _, i := range demo.List() {
		if !told[i.Name] {
			t.Errorf("nobody tells the story of %s", i.Name)
		}
	}
}
