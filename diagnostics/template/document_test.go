package template

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"

	"firstaid/diagnostics/template/templatetest"
)

func raw(t *testing.T, d *Document, path ...string) string {
	t.Helper()
	n := d.Root.At(path...)
	if n == nil {
		t.Fatalf("no node at %v", path)
	}
	return d.Raw(n)
}

func parseDoc(t *testing.T, name, src string) *Document {
	t.Helper()
	d, err := ParseDocument(name, []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestRangesCoverExactlyTheirText(t *testing.T) {
	src := `%YAML 1.1
---
plain: one two # comment
folded: first
  second
quoted: 'it''s'   # c
double: "a \" # b"
tagged: !Sub  "x ${y}"
bare: ! "Ref"
block: |2
    indented
  # text, not a comment

keep: |+
  a

end: !If
  - Cond
  - {a: [1, 2 , ], b: }
  - !Ref AWS::NoValue
empty: !GetAZs
next: [isPublic, Ref: X]
last: >-
  tail`
	want := map[string]string{
		"plain": "one two", "folded": "first\n  second", "quoted": "'it''s'", "double": `"a \" # b"`,
		"tagged": `!Sub  "x ${y}"`, "bare": `! "Ref"`, "block": "|2\n    indented\n  # text, not a comment",
		"keep": "|+\n  a\n", "empty": "!GetAZs", "next": "[isPublic, Ref: X]", "last": ">-\n  tail",
		"end": "!If\n  - Cond\n  - {a: [1, 2 , ], b: }\n  - !Ref AWS::NoValue",
	}
	for _, eol := range []string{"\n", "\r\n"} {
		d := parseDoc(t, "t.yaml", strings.ReplaceAll(src, "\n", eol))
		for key, text := range want {
			if got := raw(t, d, key); got != strings.ReplaceAll(text, "\n", eol) {
				t.Errorf("eol %q, %s: got %q, want %q", eol, key, got, text)
			}
		}
		if len(d.Comments) != 2 || d.Comments[0].Text != "comment" || d.Comments[1].Text != "c" {
			t.Errorf("comments: %+v", d.Comments)
		}
	}
}

func TestColumnsCountCharactersAndSkipTheBOM(t *testing.T) {
	d := parseDoc(t, "t.yaml", "\ufeff이름: {값: x}\nb: 1\n")
	n := d.Root.At("이름", "값")
	if p := d.At(n); p.Line != 1 || p.Column != 9 || d.Raw(n) != "x" {
		t.Errorf("got %v %q", p, d.Raw(n))
	}
	if p := d.At(d.Root.Get("b")); p.Line != 2 || p.Column != 4 {
		t.Errorf("got %v", p)
	}
}

func TestJSONSurrogatesAndEscapes(t *testing.T) {
	d := parseDoc(t, "t.json", `{"a": "\ud83d\ude00 \/x", "b": {"Fn::Sub": "é"}}`)
	if s := d.Root.Get("a").Text; d.Format != JSON || s != "😀 /x" {
		t.Errorf("got %q", s)
	}
	if b := d.Root.Get("b"); b.Fn != "Fn::Sub" || b.Short || !b.Arg.Is("é") {
		t.Errorf("got %+v", b)
	}
}

func TestErrorsSayWhereAndWhy(t *testing.T) {
	cases := []struct {
		name, src string
		reason    Reason
		line      int
	}{
		{"a.yaml", "a: 1\n  b: 2\n", Syntax, 2},
		{"a.yaml", "a: 1\n---\nb: 2\n", ManyDocuments, 2},
		{"a.yaml", "# only\n", Empty, 1},
		{"a.yaml", "a: {{ cookiecutter.x }}\n  - b: : c\n", Unrendered, 2},
		{"a.yaml", "a: b\xff\n", NotUTF8, 1},
		{"a.yaml", "\xff\xfea\x00", NotUTF8, 1},
		{"a.json", "{\"a\": 1,\n \"b\" 2}", Syntax, 2},
		{"a.toml", "a = 1\nb = \"x\n", Syntax, 2},
		{"a.toml", "[a]\nx = 1\nx = 2\n", Syntax, 3},
		{"a.toml", "[a]\n[a]\n", Syntax, 2},
		{"a.yaml", strings.Repeat("[", 2000) + strings.Repeat("]", 2000), TooDeep, 1},
		{"a.yaml", strings.Repeat("a", MaxBytes+1), TooLarge, 0},
	}
	for _, c := range cases {
		_, err := ParseDocument(c.name, []byte(c.src))
		var e *Error
		if !errors.As(err, &e) || e.Reason != c.reason || e.Line != c.line {
			t.Errorf("%.30q: got %v, want reason %d at line %d", c.src, err, c.reason, c.line)
		}
	}
}

func TestBombsCostTheirOwnLength(t *testing.T) {
	var b strings.Builder
	b.WriteString("a0: &a0 [x]\n")
	for i := 1; i < 60; i++ {
		p, q := string(rune('0'+(i-1)/10))+string(rune('0'+(i-1)%10)), string(rune('0'+i/10))+string(rune('0'+i%10))
		if i == 1 {
			p = "0"
		}
		b.WriteString("a" + q + ": &a" + q + " [*a" + p + ", *a" + p + ", *a" + p + "]\n")
	}
	b.WriteString("Resources: {X: {Type: A::B::C, Properties: {P: *a59}}}\nm: &m {<<: *m, k: v}\n")
	tpl, err := Parse("bomb.yaml", []byte(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	if v := tpl.Root.At("m", "absent"); v != nil {
		t.Errorf("a self-merging map has no such key: %v", v)
	}
}

func TestTOMLKeepsEveryRange(t *testing.T) {
	d := parseDoc(t, "samconfig.toml", "version = 0.1\n[dev.\"x y\".parameters]\n# hi\nlist = [ # c1\n \"a\", # c2\n  ['b'],\n]\n"+
		"in = {k = 1, l.m = \"z\"}\nd.e = true\n[[arr]]\nq = 1\n[[arr]]\nq = 2\n[dev.build]\n[dev]\nz = 1\n")
	want := map[string]string{
		"list": "[ # c1\n \"a\", # c2\n  ['b'],\n]", "in": `{k = 1, l.m = "z"}`,
	}
	for key, text := range want {
		if got := raw(t, d, "dev", "x y", "parameters", key); got != text {
			t.Errorf("%s: got %q", key, got)
		}
	}
	if !d.Root.At("dev", "x y", "parameters", "list", "1", "0").Is("b") || !d.Root.At("arr", "1", "q").Is("2") ||
		!d.Root.At("dev", "x y", "parameters", "in", "l", "m").Is("z") || !d.Root.At("dev", "z").Is("1") {
		t.Error("values are not where they belong")
	}
	if len(d.Comments) != 3 {
		t.Errorf("comments: %+v", d.Comments)
	}
}

// Cutting a scalar out of a real file and reading it alone must give the same text, and everything
// between scalars must be punctuation: together that pins every start and every end.
func TestRealFilesHaveExactRanges(t *testing.T) {
	read := 0
	for _, file := range templatetest.Files(t) {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		d, err := ParseDocument(file, src)
		var e *Error
		if errors.As(err, &e) && e.Line > 0 {
			continue
		} else if err != nil {
			t.Fatal(err)
		}
		read++
		at := 0
		for _, leaf := range d.leaves() {
			if leaf.Start < at || leaf.End < leaf.Start {
				t.Fatalf("%s: range %d-%d overlaps the one before", file, leaf.Start, leaf.End)
			}
			at = leaf.End
			alone, err := ParseDocument("x.yaml", append([]byte("- "), leafText(d, leaf)...))
			if leaf.Kind == String && leaf.Style < Literal && (err != nil || alone.Root.Items[0].Text != leaf.Text) && d.Format == YAML {
				t.Fatalf("%s: %q alone is not %q: %v", d.At(leaf), d.Raw(leaf), leaf.Text, err)
			}
		}
	}
	if read < 2000 {
		t.Errorf("only %d files could be read", read)
	}
}

// leafText is a scalar's source, its continuation lines moved in so that it stands in a list.
func leafText(d *Document, n *Node) []byte {
	return bytes.ReplaceAll(d.Source[n.Start:n.End], []byte("\n"), []byte("\n  "))
}

func FuzzParse(f *testing.F) {
	f.Add("t.yaml", []byte("Resources:\n  A: &x\n    Type: B\n    <<: *x\n  ? k\n  : |2+\n     x\n"))
	f.Add("t.json", []byte(`{"Resources":{"A":{"Type":"\ud83d\ude00"}}}`))
	f.Add("samconfig.toml", []byte("[a.b]\nc=[1,{d=2}]\n[[e]]\n"))
	f.Fuzz(func(t *testing.T, name string, src []byte) {
		d, err := ParseDocument(name, src)
		if err != nil {
			return
		}
		Walk(d.Root, func(n *Node, _ Place) bool {
			if n.Start < 0 || n.End > len(src) || n.Start > n.End || n.Body < n.Start {
				t.Fatalf("range %d-%d-%d of %d", n.Start, n.Body, n.End, len(src))
			}
			return true
		})
		_, _ = Parse(name, src)
		_, _ = ParseConfig(name, src)
	})
}

func BenchmarkParseOneMegabyte(b *testing.B) {
	var s strings.Builder
	s.WriteString("Transform: AWS::Serverless-2016-10-31\nResources:\n")
	for i := 0; s.Len() < 1<<20; i++ {
		s.WriteString(strings.ReplaceAll("  Fn#:\n    Type: AWS::Serverless::Function\n    Properties:\n      Handler: app.handler\n"+
			"      AutoPublishAlias: live\n      Events:\n        Api:\n          Type: Api\n          Properties: {Path: /x, Method: get}\n"+
			"      Environment:\n        Variables:\n          A: !Sub '${Fn#}-x'\n", "#", string(rune('a'+i%26))+strings.Repeat("x", i%97)+string(rune('a'+i/2522))))
	}
	src := []byte(s.String())
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		if _, err := Parse("t.yaml", src); err != nil {
			b.Fatal(err)
		}
	}
}
