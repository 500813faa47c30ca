package edit

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"firstaid/diagnostics/template"
)

// Each case is one edit as a person would have made it by hand.
var stories = []struct {
	name, file, before string
	op                 Op
	after              string // "" when the edit is refused
	refused            string
}{
	{
		"wrap plain, other variables stay", "t.yaml", "R:\n  A: arn:${AWS::Partition}:x/${aws:username} # c\n",
		WrapSub([]string{"AWS::Partition"}, "R", "A"), "R:\n  A: !Sub arn:${AWS::Partition}:x/${!aws:username} # c\n", "",
	},
	{
		"wrap beside an escape", "t.yaml", "A: ${B} ${!c}\n", WrapSub([]string{"B"}, "A"), "A: !Sub ${B} ${!c}\n", "",
	},
	{
		"wrap quoted", "t.yaml", "A: 'x-${B}'\n", WrapSub([]string{"B"}, "A"), "A: !Sub 'x-${B}'\n", "",
	},
	{
		"wrap block", "t.yaml", "A: >-\n  x ${B}\n  # text\nC: 1\n", WrapSub([]string{"B"}, "A"), "A: !Sub >-\n  x ${B}\n  # text\nC: 1\n", "",
	},
	{
		"wrap touching a colon", "t.yaml", `{"A":"${B}"}`, WrapSub([]string{"B"}, "A"), `{"A":{"Fn::Sub": "${B}"}}`, "",
	},
	{
		"wrap in JSON", "t.json", "{\n  \"A\": \"${B}\"\n}\n", WrapSub([]string{"B"}, "A"), "{\n  \"A\": {\"Fn::Sub\": \"${B}\"}\n}\n", "",
	},
	{
		"wrap inside a list item of Join", "t.yaml", "A: !Join ['', [a, '.${AWS::URLSuffix}/']]\n",
		WrapSub([]string{"AWS::URLSuffix"}, "A", "Fn::Join", "1", "1"), "A: !Join ['', [a, !Sub '.${AWS::URLSuffix}/']]\n", "",
	},
	{
		"wrap the quoted argument of a short form", "t.yaml", "A: !Base64 \"${B}\"\n",
		WrapSub([]string{"B"}, "A", "Fn::Base64"), "A: !Base64 {\"Fn::Sub\": \"${B}\"}\n", "",
	},
	{"long form of a quoted text", "t.yaml", "A: !Sub \"a: '${B}'\" # c\n", LongForm("A"), "A: {Fn::Sub: \"a: '${B}'\"} # c\n", ""},
	{"long form of a plain text", "t.yaml", "A: [!Sub 'x', !Ref B]\nC:\n- !Sub a/${B}\n", LongForm("C", "0"), "A: [!Sub 'x', !Ref B]\nC:\n- {Fn::Sub: 'a/${B}'}\n", ""},
	{"long form of a list", "t.yaml", "A: !Join ['', [a, !Ref B]]\n", LongForm("A"), "A: {Fn::Join: ['', [a, !Ref B]]}\n", ""},
	{"long form of GetAtt", "t.yaml", "A: !GetAtt B.C.D\n", LongForm("A"), "A: {Fn::GetAtt: [B, C.D]}\n", ""},
	{"long form of a block", "t.yaml", "A: !Sub |\n  x\n", LongForm("A"), "", "not a single line"},
	{"long form twice", "t.yaml", "A: {Fn::Sub: x}\n", LongForm("A"), "", "no short form"},
	{"wrap in long form, other variables stay", "t.yaml", "A: a-${B}-${c}\n", WrapSubLong([]string{"B"}, "A"), "A: {Fn::Sub: 'a-${B}-${!c}'}\n", ""},
	{"wrap quoted in long form", "t.yaml", "A: \"a-${B}\"\n", WrapSubLong([]string{"B"}, "A"), "A: {Fn::Sub: \"a-${B}\"}\n", ""},
	{"wrap in JSON in long form", "t.json", "{\"A\": \"${B}\"}\n", WrapSubLong([]string{"B"}, "A"), "{\"A\": {\"Fn::Sub\": \"${B}\"}}\n", ""},
	{"wrap twice", "t.yaml", "A: !Sub x\n", WrapSub(nil, "A"), "", "already in Fn::Sub"},
	{"wrap an anchored text", "t.yaml", "A: &q x\nB: *q\n", WrapSub(nil, "A"), "", "used elsewhere"},
	{"wrap an alias", "t.yaml", "A: &q x\nB: *q\n", WrapSub(nil, "B"), "", "alias"},
	{
		"depend on one", "t.yaml", "Resources:\n  A:\n    Type: T # kind\n    Properties:\n      P: 1\n",
		DependsOn("A", "B"), "Resources:\n  A:\n    Type: T # kind\n    DependsOn: B\n    Properties:\n      P: 1\n", "",
	},
	{"depend on two", "t.yaml", "Resources:\n  A:\n    DependsOn: B # c\n", DependsOn("A", "C"), "Resources:\n  A:\n    DependsOn: [B, C] # c\n", ""},
	{
		"depend on three", "t.yaml", "Resources:\n  A:\n    DependsOn:\n    - B\n    - C # two\n\n    Type: T\n",
		DependsOn("A", "D"), "Resources:\n  A:\n    DependsOn:\n    - B\n    - C # two\n    - D\n\n    Type: T\n", "",
	},
	{"depend on it already", "t.yaml", "Resources:\n  A:\n    DependsOn: [B]\n", DependsOn("A", "B"), "", "already there"},
	{
		"depend in JSON", "t.json", "{\n  \"Resources\": {\n    \"A\": {\n      \"Type\": \"T\",\n      \"P\": 1\n    }\n  }\n}\n",
		DependsOn("A", "B"), "{\n  \"Resources\": {\n    \"A\": {\n      \"Type\": \"T\",\n      \"DependsOn\": \"B\",\n      \"P\": 1\n    }\n  }\n}\n", "",
	},
	{"depend in a doubled resource", "t.yaml", "Resources:\n  A: {X: 1}\n  A: {X: 2}\n", DependsOn("A", "B"), "", "twice"},
	{
		"env var that YAML 1.1 takes for a boolean, all parents missing, CRLF, no final line break", "t.yaml", "R:\r\n    F:\r\n        Type: T",
		Set(Text("true"), "R", "F", "Environment", "Variables", "ON"),
		"R:\r\n    F:\r\n        Type: T\r\n        Environment:\r\n            Variables:\r\n                'ON': 'true'", "",
	},
	{
		"env var below an empty key", "t.yaml", "F:\n  Environment:\n    Variables: # none yet\n  Z: 1\n",
		Set(Text("x"), "F", "Environment", "Variables", "A"), "F:\n  Environment:\n    Variables: # none yet\n      A: x\n  Z: 1\n", "",
	},
	{
		"env var in a spread flow map", "t.yaml", "V: {\n  A: 1, # one\n  B: 2 # two\n}\n", Set(Text("3"), "V", "C"),
		"V: {\n  A: 1, # one\n  B: 2, # two\n  C: '3'\n}\n", "",
	},
	{"env var in a computed map", "t.yaml", "V: !If [a, {b: c}, d]\n", Set(Text("3"), "V", "C"), "", "computed by Fn::If"},
	{"env var beside a merge key", "t.yaml", "X: &x {q: 1}\nV:\n  <<: *x\n  A: 1\n", Set(Text("3"), "V", "C"), "", "merge key"},
	{"env var beside an explicit key", "t.yaml", "V:\n  ? A\n  : 1\n", Set(Text("3"), "V", "C"), "", "explicit key"},
	{
		"policy beside a single one", "t.yaml", "P:\n  Policies: AWSXray # c\n  Q:\n  - x\n",
		Append([]string{"P", "Policies"}, Mapping(Entry("Statement", Seq(Mapping(Entry("Effect", Text("Allow")), Entry("Resource", GetAtt("T.Arn"))))))),
		"P:\n  Policies:\n  - AWSXray # c\n  - Statement:\n    - Effect: Allow\n      Resource: !GetAtt T.Arn\n  Q:\n  - x\n", "",
	},
	{
		"policy in JSON", "t.json", "{\n  \"P\": [\n    \"a\"\n  ]\n}\n", Append([]string{"P"}, Mapping(Entry("R", GetAtt("T.Arn")))),
		"{\n  \"P\": [\n    \"a\",\n    {\n      \"R\": {\"Fn::GetAtt\": [\"T\", \"Arn\"]}\n    }\n  ]\n}\n", "",
	},
	{"policy where a map is", "t.yaml", "P:\n  Version: x\n", Append([]string{"P"}, Text("a")), "", "map where a list"},
	{
		"event with a path that needs quotes", "t.yaml", "Events:\n  Get:\n    Type: Api\n    Properties: {Path: '/items/{id}', Method: get}\nZ: 1\n",
		Set(Mapping(Entry("Type", Text("Api")), Entry("Properties", Mapping(Entry("Path", Text("/items/{id}")), Entry("Method", Text("patch"))))), "Events", "Patch"),
		"Events:\n  Get:\n    Type: Api\n    Properties: {Path: '/items/{id}', Method: get}\n  Patch:\n    Type: Api\n    Properties:\n      Path: /items/{id}\n      Method: patch\nZ: 1\n", "",
	},
	{"set keeps the quotes", "t.yaml", "A: \"x\" # c\nB: 'y'\n", Set(Text("it's"), "A"), "A: \"it's\" # c\nB: 'y'\n", ""},
	{"set in single quotes", "t.yaml", "B: 'y'\n", Set(Text("it's"), "B"), "B: 'it''s'\n", ""},
	{"set a block text", "t.yaml", "B: |\n  y\n", Set(Text("z"), "B"), "", "not a single line"},
	{"set what is set", "t.yaml", "B: y\n", Set(Text("y"), "B"), "", "already there"},
	{"delete one of several", "t.yaml", "P:\n  A: 1 # a\n  # about B\n  B:\n    - x\n\n  C: 3\n", Delete("P", "B"), "P:\n  A: 1 # a\n  # about B\n\n  C: 3\n", ""},
	{"delete the only one", "t.yaml", "P: # c\n  A: 1\nQ: 2\n", Delete("P", "A"), "P: {} # c\nQ: 2\n", ""},
	{"delete the first behind a dash", "t.yaml", "P:\n  - A: 1\n    B: 2\n", Delete("P", "0", "A"), "P:\n  - B: 2\n", ""},
	{"delete behind a dash with a comment", "t.yaml", "P:\n  - A: 1\n    # b\n    B: 2\n", Delete("P", "0", "A"), "", "comment"},
	{"delete from a flow map", "t.yaml", "P: {A: 1, B: 2, C: 3}\n", Delete("P", "B"), "P: {A: 1, C: 3}\n", ""},
	{"delete the last JSON member", "t.json", "{\n  \"A\": 1,\n  \"B\": 2\n}\n", Delete("B"), "{\n  \"A\": 1\n}\n", ""},
	{"delete a list item", "t.yaml", "P:\n- a\n- b # c\n- d\n", Delete("P", "1"), "P:\n- a\n- d\n", ""},
	{"delete an anchor", "t.yaml", "P: &x 1\nQ: 2\n", Delete("P"), "", "anchor"},
	{"delete what is gone", "t.yaml", "P: 1\n", Delete("Q"), "", "any more"},
	{
		"toml list, spread, comments, trailing comma", "samconfig.toml", "[a.deploy.parameters]\nimage_repositories = [\n  'A=u', # one\n]\nz = 1\n",
		Append([]string{"a", "deploy", "parameters", "image_repositories"}, Text("B=u")),
		"[a.deploy.parameters]\nimage_repositories = [\n  'A=u', # one\n  'B=u',\n]\nz = 1\n", "",
	},
	{
		"toml list on a line", "samconfig.toml", "[a]\nr = [\"A=u\"] # c", Append([]string{"a", "r"}, Text("B=u")), "[a]\nr = [\"A=u\", \"B=u\"] # c", "",
	},
	{"toml empty list", "samconfig.toml", "[a]\nr = []\n", Append([]string{"a", "r"}, Text("B=u")), "[a]\nr = [\"B=u\"]\n", ""},
	{"toml empty list with a comment", "samconfig.toml", "[a]\nr = [ # none\n]\n", Append([]string{"a", "r"}, Text("B=u")), "[a]\nr = [ # none\n  \"B=u\"\n]\n", ""},
	{"toml string", "samconfig.toml", "[a]\nr = \"A=u\"\n", Append([]string{"a", "r"}, Text("B=u")), "[a]\nr = [\"A=u\", \"B=u\"]\n", ""},
	{"toml key", "samconfig.toml", "[a]\nx = 1 # c\n\n[b]\ny = 2\n", Set(Bool(true), "a", "r"), "[a]\nx = 1 # c\nr = true\n\n[b]\ny = 2\n", ""},
	{
		"toml section", "samconfig.toml", "version = 0.1\r\n[a]\r\nx = 1\r\n", Set(Bool(true), "dev", "deploy", "parameters", "r"),
		"version = 0.1\r\n[a]\r\nx = 1\r\n\r\n[dev.deploy.parameters]\r\nr = true\r\n", "",
	},
	{"toml inline table", "samconfig.toml", "[a]\nparameters = {x = 1}\n", Set(Bool(true), "a", "parameters", "r"), "[a]\nparameters = {x = 1, r = true}\n", ""},
	{"toml delete", "samconfig.toml", "[a]\nx = 1\nr = [\n 'a',\n]\ny = 1\n", Delete("a", "r"), "[a]\nx = 1\ny = 1\n", ""},
	{"yaml samconfig", "samconfig.yaml", "a:\n  r:\n    - A=u\n", Append([]string{"a", "r"}, Text("B=u")), "a:\n  r:\n    - A=u\n    - B=u\n", ""},
	{
		"key above kept blank lines", "t.yaml", "A:\n  B: |+\n    x\n\n  C: 1\n", SetAfter("B", Text("y"), "A", "N"), "A:\n  B: |+\n    x\n\n  'N': 'y'\n  C: 1\n", "",
	},
}

func TestStories(t *testing.T) {
	for _, c := range stories {
		t.Run(c.name, func(t *testing.T) {
			got, err := Apply(c.file, []byte(c.before), c.op)
			if c.refused != "" {
				var r *Refusal
				if !errors.As(err, &r) || !strings.Contains(r.Reason, c.refused) || r.Line == 0 || got != nil {
					t.Fatalf("got %q %v, want a refusal with %q and a line", got, err, c.refused)
				}
				return
			}
			if err != nil || string(got) != c.after {
				t.Fatalf("got %v\n%s\nwant\n%s", err, got, c.after)
			}
			if _, err := Apply(c.file, got, c.op); !Already(err) && !strings.Contains(c.name, "delete") {
				t.Errorf("the second time: %v, want already there", err)
			}
		})
	}
}

// The same edit on the same file written differently gives the same file written differently.
func TestEditsDoNotCareHowTheRestIsWritten(t *testing.T) {
	changes := map[string]func(string) string{
		"CRLF": func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") },
		"BOM":  func(s string) string { return "\ufeff" + s },
		"tail": func(s string) string { return s + "# 끝 🙂\n" },
		"head": func(s string) string { return "# 처음\n" + s },
	}
	for _, c := range stories {
		for name, change := range changes {
			if c.refused != "" || strings.Contains(c.before, "\r") || !strings.HasSuffix(c.before, "\n") ||
				strings.HasSuffix(c.file, "json") && name != "CRLF" && name != "BOM" || strings.HasSuffix(c.file, "toml") && name == "BOM" {
				continue
			}
			got, err := Apply(c.file, []byte(change(c.before)), c.op)
			if err != nil || string(got) != change(c.after) {
				t.Errorf("%s, %s: %v\n%q\nwant\n%q", c.name, name, err, got, change(c.after))
			}
		}
	}
}

func TestTwoEditsAreBothThere(t *testing.T) {
	src := "Resources:\n  A:\n    Type: T\n  B:\n    Type: U\n"
	one, two := DependsOn("A", "B"), Set(Text("x"), "Resources", "B", "Properties", "P")
	ab, err1 := Apply("t.yaml", []byte(src), one, two)
	ba, err2 := Apply("t.yaml", []byte(src), two, one)
	if err1 != nil || err2 != nil || !bytes.Equal(ab, ba) {
		t.Errorf("%v %v\n%s\n%s", err1, err2, ab, ba)
	}
	if _, err := Apply("t.yaml", []byte(src), one, one); !Already(err) {
		t.Errorf("all or nothing: %v", err)
	}
}

func TestAddAndDeleteRestoreEveryByte(t *testing.T) {
	for _, src := range []string{"A:\n  X: 1 # c\n\nB: 2\n", "A: {X: 1}\n", "A:\n  X: 1", "A:\r\n  - Z: 1\r\n    X: 1\r\n"} {
		path := []string{"A", "New"}
		if strings.Contains(src, "- Z") {
			path = []string{"A", "0", "New"}
		}
		got, err := Apply("t.yaml", []byte(src), Set(Text("v"), path...), Delete(path...))
		if err != nil || string(got) != src {
			t.Errorf("%q became %q: %v", src, got, err)
		}
	}
}

func TestDiffNamesTheFile(t *testing.T) {
	d := Diff("dir/t.yaml", []byte("a: 1\n"), []byte("a: 2\n"))
	if d != "--- a/dir/t.yaml\n+++ b/dir/t.yaml\n@@ -1 +1 @@\n-a: 1\n+a: 2\n" && d != "--- a/dir/t.yaml\n+++ b/dir/t.yaml\n@@ -1,1 +1,1 @@\n-a: 1\n+a: 2\n" {
		t.Errorf("got %q", d)
	}
}

func FuzzApply(f *testing.F) {
	for _, c := range stories {
		f.Add(c.file, []byte(c.before), uint8(3))
	}
	f.Fuzz(func(t *testing.T, name string, src []byte, nth uint8) {
		d, err := template.ParseDocument(name, src)
		if err != nil {
			return
		}
		var path []string
		i := 0
		template.Walk(d.Root, func(_ *template.Node, p template.Place) bool {
			if i == int(nth)%40 && !p.Key {
				path = p.Clone().Path
			}
			i++
			return true
		})
		ops := []Op{
			WrapSub([]string{"B"}, path...), Set(Text("it's: #"), path...), Append(path, Text("x, y")),
			Set(Mapping(Entry("K", Texts("a", "b"))), append(path, "New")...),
		}
		if len(path) > 0 {
			ops = append(ops, Delete(path...))
		}
		for _, op := range ops {
			out, err := Apply(name, src, op)
			var r *Refusal
			if err == nil && bytes.Equal(out, src) || err != nil && !errors.As(err, &r) {
				t.Fatalf("%q at %v: %q %v", src, path, out, err)
			}
		}
	})
}
