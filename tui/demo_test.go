package tui

import (
	"strings"
	"testing"

	"firstaid/diagnostics"
	"firstaid/diagnostics/incident/demo"
	"firstaid/playbooks"
)

// Every built-in incident fits every class of screen, and its first finding
// stands in the banner in both languages.
func TestDemosStandOnTheScreen(t *testing.T) {
	catalog, err := playbooks.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for _, info := range demo.List() {
		s, err := demo.Open(info.Name)
		if err != nil {
			t.Fatal(err)
		}
		findings := playbooks.Diagnose(s, catalog)
		judge := func(*diagnostics.Snapshot, *playbooks.Catalog) []diagnostics.Finding { return findings }
		for _, lang := range []diagnostics.Lang{diagnostics.English, diagnostics.Korean} {
			for _, size := range [][2]int{{80, 24}, {120, 40}, {200, 60}} {
				frame := Frame(s, catalog, Options{Lang: lang, judge: judge}, size[0], size[1])
				rectangle(t, info.Name, frame, size[0], size[1])
				head := strings.Join(strings.Fields(strings.Join(strings.Split(plainText(frame), "\n")[1:3], "")), "")
				want := []rune(strings.Join(strings.Fields(short(findings[0].Summary.In(lang))), ""))
				if !strings.Contains(head, string(want[:min(len(want), 30)])) {
					t.Errorf("%s in %s at %v: the banner is %q, want %q", info.Name, lang, size, head, string(want))
				}
			}
		}
	}
}
