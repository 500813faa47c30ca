package edit

import (
	"bytes"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"firstaid/diagnostics/template"
	"firstaid/diagnostics/template/templatetest"
)

func draftOf(t *testing.T, src string) *Draft {
	t.Helper()
	d, err := template.ParseDocument("t.yaml", []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	return NewDraft(d)
}

func TestADraftMakesManyEditsAtOnce(t *testing.T) {
	d := draftOf(t, "Resources:\n  A: # first\n    Type: T\n    P: x-${B}\n  B:\n    Type: U # last\n    L: [one, two]\n")
	for _, op := range []Op{
		DependsOn("A", "C"), WrapSub([]string{"B"}, "Resources", "B", "Type"), Delete("Resources", "B", "L", "0"),
	} {
		if err := d.Add(op); err != nil {
			t.Fatal(err)
		}
	}
	got, err := d.Apply()
	want := "Resources:\n  A: # first\n    Type: T\n    DependsOn: C\n    P: x-${B}\n  B:\n    Type: !Sub U # last\n    L: [two]\n"
	if err != nil || string(got.Source) != want {
		t.Errorf("got %v\n%s", err, got.Source)
	}
}

// What touches a place that is changed already waits, and so does what would come after it there.
func TestEditsOfOnePlaceWaitForEachOther(t *testing.T) {
	wrap, name := WrapSub(nil, "A", "B", "C"), Set(Text("y"), "A", "B", "C")
	for what, ops := range map[string][2]Op{
		"the same text":     {wrap, name},
		"a text and around": {wrap, Set(Text("y"), "A", "B", "New")},
		"around and a text": {Set(Text("y"), "A", "B", "New"), wrap},
		"two new keys":      {Set(Text("y"), "A", "N"), Set(Text("y"), "A", "M")},
		"a list twice":      {Delete("A", "L", "0"), Delete("A", "L", "1")},
	} {
		d := draftOf(t, "A:\n  B:\n    C: x\n  L: [1, 2, 3]\nZ: 1\n")
		if err := d.Add(ops[0]); err != nil {
			t.Fatal(what, err)
		}
		if err := d.Add(ops[1]); !errors.Is(err, ErrOverlap) {
			t.Errorf("%s: %v", what, err)
		}
		if err := d.Add(Set(Text("2"), "Z")); err != nil {
			t.Errorf("%s: an edit elsewhere: %v", what, err)
		}
	}
	d := draftOf(t, "A:\n  B: x\nZ: 1\n")
	first, second, third := Set(Text("y"), "A", "B"), Set(Text("n"), "A", "N"), Set(Text("m"), "A", "M")
	if d.Add(first) != nil || !errors.Is(d.Add(second), ErrOverlap) || !errors.Is(d.Add(third), ErrOverlap) {
		t.Error("the third edit went before the second")
	}
}

// In real templates a draft writes what its edits write one after the other.
func TestADraftWritesWhatItsEditsWrite(t *testing.T) {
	made := 0
	for i, file := range templatetest.Files(t) {
		if i%24 != 0 {
			continue
		}
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		tpl, err := template.Parse(file, src)
		if err != nil || bytes.Contains(src, []byte("\r")) {
			continue
		}
		draft, ops := NewDraft(&tpl.Document), []Op(nil)
		for _, op := range many(tpl) {
			if draft.Add(op) == nil {
				ops = append(ops, op)
			}
		}
		got, err := draft.Apply()
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		// From the end to the start: list items keep their numbers.
		slices.Reverse(ops)
		one, err := Apply(file, src, ops...)
		if err != nil || !bytes.Equal(one, got.Source) {
			t.Errorf("%s: %v\n%s", file, err, Diff("t", one, got.Source))
		}
		made += len(ops)
	}
	t.Logf("%d edits", made)
}

// many are edits of every kind, in the order of the file.
func many(t *template.Template) []Op {
	var ops []Op
	k := 0
	template.Walk(t.Root, func(n *template.Node, p template.Place) bool {
		path := p.Clone().Path
		if k++; p.Key || len(p.Path) < 3 || k%7 != 0 {
			return true
		}
		switch {
		case n.Kind == template.String && n.Fn == "" && k%2 == 0:
			ops = append(ops, WrapSub(nil, path...))
		case n.Kind == template.String && n.Fn == "" && !strings.HasPrefix(path[len(path)-1], "Fn::"):
			ops = append(ops, Set(Text("it's: #"), path...))
		case n.Kind == template.List && n.Fn == "":
			ops = append(ops, Append(path, Text("new")))
		case n.Kind == template.Map && n.Fn == "" && k%2 == 0:
			ops = append(ops, Set(Mapping(Entry("K", Texts("a"))), append(path, "NewKey")...))
		default:
			ops = append(ops, Delete(path...))
		}
		return true
	})
	return ops
}
