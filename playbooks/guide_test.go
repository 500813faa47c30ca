package playbooks

import (
	"strings"
	"testing"

	"firstaid/diagnostics"
)

func TestTheReferencesThatCloseACircle(t *testing.T) {
	const source = `Transform: AWS::Serverless-2016-10-31
Resources:
  Uploads:
    Type: AWS::S3::Bucket
  Resize:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: a.b
      CodeUri: .
      Environment: {Variables: {BUCKET: !Ref Uploads}}
      Events:
        Upload:
          Type: S3
          Properties: {Bucket: !Ref Uploads, Events: "s3:ObjectCreated:*"}
  A:
    Type: AWS::EC2::SecurityGroup
    Properties: {GroupDescription: !Sub "of ${B}"}
  B:
    Type: AWS::EC2::SecurityGroup
    DependsOn: A
`
	s := &diagnostics.Snapshot{
		Files: []diagnostics.File{{Path: "template.yaml", Content: source}},
		Texts: []diagnostics.TextItem{{ID: "t", Text: "Circular dependency between resources: [A, B]"}},
	}
	f := one(t, findCircles(s))
	if f.Confidence != diagnostics.Confirmed || len(f.Evidence) != 3 || f.Source == nil || f.Source.Line != 18 {
		t.Errorf("got %+v at %+v", f.Evidence, f.Source)
	}
	if f.Evidence[1].Field != "A → B" || !strings.Contains(f.Evidence[1].Quote, "of ${B}") {
		t.Errorf("the Sub is not quoted: %+v", f.Evidence[1])
	}
	s.Texts[0].Text = "Circular dependency between resources: [X, Y]"
	none(t, findCircles(s))
}

func TestTheReferenceThatNothingAnswers(t *testing.T) {
	const source = `Resources:
  Fn:
    Type: AWS::Lambda::Function
    DependsOn: [Fn2]
    Properties:
      Role: !GetAtt Gone.Arn
Outputs:
  Url:
    Value: !Sub "https://${ServerlessRestApi}.x/${AWS::Region}"
`
	for text, want := range map[string]struct {
		line int
		path string
	}{
		"Template format error: Unresolved resource dependencies [ServerlessRestApi] in the Outputs block of the template": {9, "Outputs.Url.Value"},
		"Template error: instance of Fn::GetAtt references undefined resource Gone":                                        {6, "Resources.Fn.Properties.Role"},
		"Template format error: Unresolved resource dependencies [Fn2] in the Resources block of the template":             {4, "Resources.Fn.DependsOn.0"},
		"Template format error: Unresolved resource dependencies [Fn] in the Resources block of the template":              {},
		"Template format error: Unresolved resource dependencies [Elsewhere] in the Resources block of the template":       {},
	} {
		got := findDangling(&diagnostics.Snapshot{
			Files: []diagnostics.File{{Path: "template.yaml", Content: source}},
			Texts: []diagnostics.TextItem{{ID: "t", Text: text}},
		})
		if want.line == 0 {
			none(t, got)
			continue
		}
		if f := one(t, got); f.Source.Line != want.line || f.Evidence[1].Field != want.path {
			t.Errorf("%s: %+v at %+v", text, f.Evidence, f.Source)
		}
	}
}

func TestCapabilitiesAreCompletedInTheirOwnForm(t *testing.T) {
	const source = "Resources:\n  R:\n    Type: AWS::IAM::Role\n    Properties: {RoleName: orders, AssumeRolePolicyDocument: {}}\n"
	for before, after := range map[string]string{
		"[default.deploy.parameters]\ncapabilities = \"CAPABILITY_IAM\" # ours\n": "[default.deploy.parameters]\ncapabilities = \"CAPABILITY_IAM CAPABILITY_NAMED_IAM\" # ours\n",
		"[default.deploy.parameters]\ncapabilities = [\"CAPABILITY_IAM\"]\n":      "[default.deploy.parameters]\ncapabilities = [\"CAPABILITY_IAM\", \"CAPABILITY_NAMED_IAM\"]\n",
		"[default.deploy.parameters]\nstack_name = \"s\"\n":                       "[default.deploy.parameters]\nstack_name = \"s\"\ncapabilities = \"CAPABILITY_NAMED_IAM\"\n",
		"[default.deploy.parameters]\ncapabilities = \"CAPABILITY_NAMED_IAM\"\n":  "",
	} {
		s := &diagnostics.Snapshot{Files: []diagnostics.File{{Path: "samconfig.toml", Content: before}, {Path: "template.yaml", Content: source}}}
		fixes := fixCapabilities(s, diagnostics.Finding{Captures: map[string]string{"capabilities": "CAPABILITY_NAMED_IAM"}})
		last := fixes[len(fixes)-1]
		if last.Kind != FixGuided || !strings.Contains(last.Steps[0].(Manual).Do.En, "--capabilities CAPABILITY_NAMED_IAM`") {
			t.Errorf("the option is not offered: %+v", last)
		}
		if after == "" {
			if len(fixes) != 1 {
				t.Errorf("a complete list is changed: %+v", fixes[0])
			}
			continue
		}
		edit, ok := fixes[0].Steps[0].(FileEdit)
		if !ok || edit.After != after {
			t.Errorf("from\n%s\ngot\n%s\nwant\n%s", before, edit.After, after)
		}
	}
}

func TestAStackThatCannotBeDeleted(t *testing.T) {
	s := shop("DELETE_FAILED")
	s.Events = []diagnostics.Event{
		event(1, "Table", "AWS::DynamoDB::Table", "DELETE_COMPLETE", ""),
		event(2, "Logs", "AWS::S3::Bucket", "DELETE_FAILED", "The bucket you tried to delete is not empty"),
		event(3, "Old", "AWS::S3::Bucket", "DELETE_FAILED", "The bucket you tried to delete is not empty"),
		event(9, "Old", "AWS::S3::Bucket", "DELETE_COMPLETE", ""),
	}
	f := diagnostics.Finding{Subject: s.Events[1].ResourceRef()}
	fixes := fixUndeletable(s, f)
	call, ok := fixes[0].Steps[0].(Call)
	if !ok || len(fixes) != 2 || fixes[0].Risk != Permanent || call.Confirm != "shop" {
		t.Fatalf("got %+v", fixes)
	}
	if kept := call.Args["RetainResources"].([]string); len(kept) != 1 || kept[0] != "Logs" {
		t.Errorf("keeps %v", kept)
	}
	// In any other state nothing may be retained: only the guide is left.
	if fixes := fixUndeletable(shop("UPDATE_COMPLETE"), f); len(fixes) != 1 || fixes[0].Kind != FixGuided {
		t.Errorf("got %+v", fixes)
	}
}

func TestCommandsToCopyHoldNoForeignWords(t *testing.T) {
	for name, want := range map[string]string{"net:Vpc-1": "net:Vpc-1", "x;rm -rf ~": "<export>", "$(id)": "<export>", "": "<export>"} {
		if got := shellName(name); got != want {
			t.Errorf("%q gives %q", name, got)
		}
	}
	steps := fixExport(nil, diagnostics.Finding{Captures: map[string]string{"export": "a`b", "importers": "api"}})[0].Steps
	if len(steps) != 4 || !strings.Contains(steps[2].(Manual).Do.En, "<export>") {
		t.Errorf("got %+v", steps)
	}
}

func TestAForgottenReviewIsDeleted(t *testing.T) {
	s := shop("REVIEW_IN_PROGRESS")
	fixes := fixStuckCreate(s, one(t, findStuckCreate(s)))
	if call := fixes[0].Steps[0].(Call); call.Operation != "DeleteStack" || fixes[0].Risk != Disrupts {
		t.Errorf("got %+v", fixes)
	}
}
