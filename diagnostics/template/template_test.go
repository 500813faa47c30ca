package template

import (
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"firstaid/diagnostics/template/templatetest"
)

func parse(t *testing.T, src string) *Template {
	t.Helper()
	tpl, err := Parse("template.yaml", []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	return tpl
}

const shop = `Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]
Parameters:
  Stage: {Type: String, Default: live}
Globals:
  Function:
    Runtime: python3.13
    Layers: [!Ref Base]
    Environment:
      Variables: {A: global, B: global}
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties: {StageName: prod}
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      AutoPublishAlias: !Ref Stage
      Layers: [!Ref Own]
      Environment:
        Variables:
          B: own
      FunctionUrlConfig: {AuthType: NONE}
      Events:
        Get:
          Type: Api
          Properties: {Path: /a, Method: get, RestApiId: !Ref Api}
        Implicit:
          Type: Api
          Properties: {Path: /b, Method: get}
        Tick:
          Type: Schedule
          Properties: {Schedule: rate(1 day)}
  Bare:
    Type: AWS::Serverless::Function
    IgnoreGlobals: [Layers]
    Properties: {Role: arn:x}
  Waits:
    Type: AWS::ApplicationAutoScaling::ScalableTarget
    DependsOn: FnAliaslive
  Knows:
    Type: A::B::C
    Properties: {X: !Sub 'x-${Fn.Alias}', Y: !GetAtt [Fn, Arn], Z: {Fn::Sub: ['${v} ${!lit} ${AWS::Region}', {v: !Ref Bare}]}}
  Names:
    Type: A::B::C
    Properties: {X: !Ref Fn}
  OnlyApi:
    Type: A::B::C
    Properties: {X: !Ref ServerlessRestApi}
  Fn::ForEach::Topics:
    - Name
    - [one, two]
    - Topic${Name}:
        Type: AWS::SNS::Topic
        Properties: {TopicName: !Ref Name}
  Fn::ForEach::Late:
    - Name
    - !FindInMap [A, B, C]
    - L${Name}: {Type: A::B::C}
  App:
    Type: AWS::Serverless::Application
    Properties: {Location: child/template.yaml}
  Inc:
    Type: A::B::C
    Properties:
      Fn::Transform: {Name: AWS::Include, Parameters: {Location: s3://b/k}}
`

func TestGlobalsMergeAsSAMDoesAndKeepTheirPlaces(t *testing.T) {
	tpl := parse(t, shop)
	fn := tpl.Resource("Fn")
	if !fn.Property("Environment", "Variables", "A").Is("global") || !fn.Property("Environment", "Variables", "B").Is("own") {
		t.Error("environment is not merged key by key")
	}
	if p := tpl.At(fn.Property("Runtime")); p.Line != 6 {
		t.Errorf("Runtime comes from line %d, want 6", p.Line)
	}
	if layers := fn.Property("Layers").List(); len(layers) != 2 || layers[0].Arg.Text != "Base" {
		t.Errorf("layers: %v", layers)
	}
	if fn.Own("Runtime") != nil || tpl.Resource("Bare").Property("Layers") != nil || tpl.Resource("Bare").Property("Runtime") == nil {
		t.Error("own values and IgnoreGlobals are not told apart")
	}
}

func TestGeneratedIDsLeadBackToTheirSource(t *testing.T) {
	tpl := parse(t, shop)
	want := map[string]string{
		"FnAliaslive": "17:25", "FnRole": "14:3", "FnVersion0123456789": "17:25", "FnUrl": "22:26",
		"ServerlessRestApi": "27:9", "ApiDeployment0123456789": "11:3", "ApiprodStage": "11:3",
		"FnGetPermissionprod": "24:9", "FnTick": "30:9", "FnTickPermission": "30:9", "Topicone": "52:7", "Fn": "14:3",
	}
	for id, place := range want {
		p, ok := tpl.Locate(id)
		if got := strings.TrimPrefix(p.String(), "template.yaml:"); !ok || got != place {
			t.Errorf("%s: got %s %v, want %s", id, got, ok, place)
		}
	}
	for _, id := range []string{"BareRole", "FnAliasother", "FnVersionXYZ", "Nobody"} {
		if p, ok := tpl.Locate(id); ok {
			t.Errorf("%s is not made here, got %v", id, p)
		}
	}
	if got := AliasID("Fn", "a-b_c"); got != "FnAliasaDbUc" {
		t.Errorf("alias id: %s", got)
	}
}

func TestWhoWaitsForTheAlias(t *testing.T) {
	tpl := parse(t, shop)
	for id, want := range map[string]bool{"Waits": true, "Knows": true, "OnlyApi": true, "Bare": false, "Topicone": false, "Names": false} {
		if got := tpl.WaitsFor(id)["FnAliaslive"]; got != want {
			t.Errorf("%s waits for the alias: %v, want %v", id, got, want)
		}
	}
	var targets []string
	for _, r := range tpl.References("Knows") {
		targets = append(targets, r.Target)
	}
	if got := strings.Join(targets, " "); got != "FnAliaslive Fn AWS::Region Bare" {
		t.Errorf("references: %s", got)
	}
}

func TestWhatCannotBeDecidedIsSaid(t *testing.T) {
	tpl := parse(t, shop)
	if len(tpl.Declined) != 1 || tpl.Position(tpl.Declined[0].Node.Start).Line != 55 {
		t.Errorf("declined: %+v", tpl.Declined)
	}
	if len(tpl.Includes) != 1 || tpl.Includes[0].Location != "s3://b/k" {
		t.Errorf("includes: %+v", tpl.Includes)
	}
	if n := tpl.Nested(); len(n) != 1 || n[0].Path != "child/template.yaml" {
		t.Errorf("nested: %+v", n)
	}
	if _, err := Parse("x.yaml", []byte("a: b\n")); err == nil {
		t.Error("a file without Resources is no template")
	}
}

func TestShortAndLongFormsAreOneTree(t *testing.T) {
	tpl := parse(t, `Resources:
  A:
    Type: T
    Properties:
      One: [!Ref X, !GetAtt X.Arn.B, !Sub 'a${X}', !If [C, 1, !Ref AWS::NoValue]]
      Two: [Ref: X, Fn::GetAtt: [X, Arn.B], {Fn::Sub: ['a${X}', {}]}, {"Fn::If": [C, 1, {Ref: AWS::NoValue}]}]
`)
	a := tpl.Resource("A")
	for _, list := range []string{"One", "Two"} {
		items := a.Own(list).List()
		ref, _ := items[0].Ref()
		id, attr, _ := items[1].GetAtt()
		text, _, _ := items[2].Sub()
		values, always := items[3].Branches()
		if ref != "X" || id != "X" || attr != "Arn.B" || text.Text != "a${X}" || len(values) != 1 || always {
			t.Errorf("%s: %q %q %q %q %v %v", list, ref, id, attr, text.Text, values, always)
		}
	}
}

func TestSamconfigInheritsFromGlobalWithinAnEnvironment(t *testing.T) {
	for name, src := range map[string]string{
		"samconfig.toml": "version = 0.1\n[default.global.parameters]\nregion = 'us-west-2'\nstack_name = 'g'\n[default.deploy.parameters]\nstack_name = 'd'\n[prod.deploy]\nparameters = {confirm_changeset = true}\n",
		"samconfig.yaml": "version: 0.1\ndefault:\n  global: {parameters: {region: us-west-2, stack_name: g}}\n  deploy: {parameters: {stack_name: d}}\nprod:\n  deploy: {parameters: {confirm_changeset: true}}\n",
	} {
		c, err := ParseConfig(name, []byte(src))
		if err != nil {
			t.Fatal(err)
		}
		region, _ := c.Lookup("default", "deploy", "region")
		stack, _ := c.Lookup("default", "deploy", "stack_name")
		_, leaked := c.Lookup("prod", "deploy", "region")
		if !region.Value.Is("us-west-2") || !stack.Value.Is("d") || leaked || !slices.Equal(c.Environments(), []string{"default", "prod"}) {
			t.Errorf("%s: %v %v %v %v", name, region, stack, leaked, c.Environments())
		}
	}
}

func TestAStringOfSamconfigIsAListOfWords(t *testing.T) {
	src := "[a.deploy.parameters]\ncapabilities = \"ONE  TWO\"\nsingle = \"ONE\"\nlist = ['ONE', 'TWO THREE']\nempty = \"\"\nnumber = 1\n"
	c, err := ParseConfig("samconfig.toml", []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string][]string{"capabilities": {"ONE", "TWO"}, "single": {"ONE"}, "list": {"ONE", "TWO THREE"}, "empty": nil, "number": {"1"}} {
		setting, _ := c.Lookup("a", "deploy", key)
		var got []string
		for _, n := range c.Texts(setting.Value) {
			got = append(got, n.Text)
			if key == "capabilities" && c.Raw(n) != n.Text {
				t.Errorf("the word %s stands at %q", n.Text, c.Raw(n))
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", key, got, want)
		}
	}
}

func TestFindFollowsSAMsConventions(t *testing.T) {
	body := &fstest.MapFile{Data: []byte("Resources: {}\n")}
	fsys := fstest.MapFS{
		"a/template.yml": body, "a/.aws-sam/build/template.yaml": body,
		"b/samconfig.toml": {Data: []byte("[default.build.parameters]\ntemplate_file = 'infra/app.yaml'\n[dev.deploy.parameters]\ntemplate_file = '.aws-sam/build/template.yaml'\n")},
		"b/infra/app.yaml": body, "b/template.json": body, "c/readme": body,
	}
	for _, c := range []struct{ dir, env, want string }{{"a", "", "a/template.yml"}, {"b", "", "b/infra/app.yaml"}, {"b", "dev", "b/template.json"}} {
		if p, err := Find(fsys, c.dir, c.env); err != nil || p.Template != c.want {
			t.Errorf("%+v: got %+v %v", c, p, err)
		}
	}
	if _, err := Find(fsys, "c", ""); err == nil || !strings.Contains(err.Error(), "template.yaml") {
		t.Errorf("the error says what to do: %v", err)
	}
	if got, err := SourceOf(fsys, "a/.aws-sam/build/template.yaml", ""); err != nil || got != "a/template.yml" {
		t.Errorf("built template comes from %q, %v", got, err)
	}
}

func TestEveryRealTemplateIsRead(t *testing.T) {
	templates := 0
	for _, file := range templatetest.Files(t) {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		tpl, err := Parse(file, src)
		if err != nil {
			continue
		}
		templates++
		for _, r := range tpl.Resources() {
			if p, ok := tpl.Locate(r.ID); !ok || p.Line < 1 {
				t.Errorf("%s: %s has no place", file, r.ID)
			}
			tpl.WaitsFor(r.ID)
		}
	}
	if templates < 1900 {
		t.Errorf("only %d templates were read", templates)
	}
}
