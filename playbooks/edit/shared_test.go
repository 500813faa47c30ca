package edit

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"

	"firstaid/diagnostics/template"
	"firstaid/diagnostics/template/templatetest"
)

// tally counts what became of the edits of one kind.
type tally struct{ made, refused, caught int }

// sites tries edits at many places of one real file.
type sites struct {
	t     *testing.T
	count map[string]*tally
}

// try makes one edit and holds that it only touches what it must: with CRLF line ends the same edit gives
// the same text with CRLF line ends.
func (s sites) try(kind, file string, src []byte, op Op) {
	if s.count[kind] == nil {
		s.count[kind] = &tally{}
	}
	c := s.count[kind]
	out, err := Apply(file, src, op)
	var r *Refusal
	switch {
	case errors.As(err, &r) && strings.HasPrefix(r.Reason, "the edited file would"):
		c.caught++
		s.t.Logf("%s: %v", kind, err)
		return
	case errors.As(err, &r):
		c.refused++
		return
	case err != nil:
		s.t.Fatalf("%s: %v", kind, err)
	}
	c.made++
	if bytes.IndexByte(src, '\r') >= 0 {
		return
	}
	crlf, err := Apply(file, bytes.ReplaceAll(src, []byte("\n"), []byte("\r\n")), op)
	if err != nil || !bytes.Equal(crlf, bytes.ReplaceAll(out, []byte("\n"), []byte("\r\n"))) {
		s.t.Errorf("%s of %s differs with CRLF: %v", kind, file, err)
	}
}

// everywhere tries wrapping, setting and deleting at every nth place.
func (s sites) everywhere(t *template.Template, nth int) {
	k := 0
	template.Walk(t.Root, func(n *template.Node, p template.Place) bool {
		if k++; p.Key || len(p.Path) < 3 || k%nth != 0 {
			return true
		}
		path := p.Clone().Path
		if n.Kind == template.String && n.Fn == "" {
			s.try("wrap", t.Name, t.Source, WrapSub(nil, path...))
			s.try("set", t.Name, t.Source, Set(Text("x: y #"), path...))
		}
		s.try("delete", t.Name, t.Source, Delete(path...))
		return true
	})
}

func (s sites) resources(t *template.Template) {
	policy := Mapping(Entry("Statement", Seq(Mapping(Entry("Effect", Text("Allow")), Entry("Action", Texts("s3:GetObject")), Entry("Resource", GetAtt("X.Arn"))))))
	event := Mapping(Entry("Type", Text("Api")), Entry("Properties", Mapping(Entry("Path", Text("/items/{id}")), Entry("Method", Text("patch")))))
	for _, r := range t.Resources() {
		if r.Loop != nil {
			continue
		}
		s.try("depends on", t.Name, t.Source, DependsOn(r.ID, "OtherThing"))
		if !strings.HasSuffix(r.Type, "::Function") {
			continue
		}
		at := func(path ...string) []string { return append([]string{"Resources", r.ID, "Properties"}, path...) }
		s.try("env var", t.Name, t.Source, Set(Text("true"), at("Environment", "Variables", "AWS_LWA_X")...))
		s.try("architectures", t.Name, t.Source, Set(Texts("x86_64"), at("Architectures")...))
		s.try("policies", t.Name, t.Source, Append(at("Policies"), policy))
		s.try("event", t.Name, t.Source, Set(event, at("Events", "PatchX")...))
	}
}

func TestEditsOfRealTemplates(t *testing.T) {
	s := sites{t, map[string]*tally{}}
	for i, file := range templatetest.Files(t) {
		if i%16 != 0 {
			continue
		}
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if tpl, err := template.Parse(file, src); err == nil {
			s.everywhere(tpl, 23)
			s.resources(tpl)
		}
	}
	for kind, c := range s.count {
		t.Logf("%-13s %5d made, %3d refused, %d bad and caught", kind, c.made, c.refused, c.caught)
		if c.caught > c.made/500 || c.refused > c.made/5 {
			t.Errorf("%s: too many edits could not be made", kind)
		}
	}
}
