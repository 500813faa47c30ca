package tui

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"firstaid/diagnostics"
	"firstaid/diagnostics/incident/demo"
	"firstaid/playbooks"
)

// The README's table of keys is the one that the screen dispatches on.
func TestReadmeKeys(t *testing.T) {
	path := filepath.Join("..", "README.md")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), "<!-- keys -->\n")
	_, after, closed := strings.Cut(rest, "<!-- /keys -->")
	if !ok || !closed {
		t.Fatal("the README has no place for the keys: <!-- keys --> … <!-- /keys -->")
	}
	want := before + "<!-- keys -->\n\n" + KeyTable() + "\n<!-- /keys -->" + after
	if want == string(text) {
		return
	}
	if !*update {
		t.Fatal("the README's keys are not those of the screen: run `go test ./tui -run Readme -update`")
	}
	if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}

// The README's picture is the screen on a built-in incident, as it is now.
func TestReadmePicture(t *testing.T) {
	s, err := demo.Open("alias-ordering")
	if err != nil {
		t.Fatal(err)
	}
	catalog, err := playbooks.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("..", ".github", "screen.svg")
	svg := Screenshot(Frame(s, catalog, Options{Lang: diagnostics.English, Label: "demo"}, 132, 40))
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, svg, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != string(svg) {
		t.Errorf("the README's picture is not the screen of now: run `go test ./tui -run Readme -update` and look at it (%v)", err)
	}
}
