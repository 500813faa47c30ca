package check

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// A JSON template has no comments: Metadata of the resource and the settings leave its findings out.
func TestFindingsInJSONAreSuppressed(t *testing.T) {
	const topic = `{"Type": "AWS::SNS::Topic", "Metadata": {"firstaid": {"ignore": IGNORE}}, "Properties": {"TopicName": "a${AWS::Region}"}}`
	source := func(ignore string) string {
		return `{"Resources": {"A": ` + strings.Replace(topic, "IGNORE", ignore, 1) + `}}`
	}
	for _, c := range []struct {
		ignore, settings string
		found            int
	}{
		{`[]`, "", 1},
		{`["alias-ordering"]`, "", 1},
		{`["alias-ordering", "arn-substitution"]`, "", 0},
		{`"arn-substitution"`, "", 0},
		{`[]`, "ignore: [{playbook: arn-substitution, reason: filled in later}]", 0},
		{`[]`, "ignore: [{playbook: '*', file: '*/t.json', reason: filled in later}]", 0},
		{`[]`, "ignore: [{playbook: arn-substitution, file: other.json, reason: filled in later}]", 1},
		{`[]`, "ignore: [{playbook: arn-substitution, resource: B, reason: filled in later}]", 1},
		{`[]`, "ignore: [{playbook: arn-substitution}]", 1},
	} {
		fsys := fstest.MapFS{"app/t.json": {Data: []byte(source(c.ignore))}}
		if c.settings != "" {
			fsys[SettingsFile] = &fstest.MapFile{Data: []byte(c.settings)}
		}
		found, err := files(fsys, ".")
		if err != nil || len(found) != c.found {
			t.Errorf("%s with %q: %d findings, want %d (%v)", c.ignore, c.settings, len(found), c.found, err)
		}
	}
}

// What nobody can have meant is said, with its place.
func TestSuppressionsThatAreNotUnderstood(t *testing.T) {
	fsys := fstest.MapFS{
		"template.yaml": {Data: []byte(`Resources:
  # firstaid:ignore alias-odering a slip of the pen
  A: {Type: AWS::SNS::Topic}
  # firstaid:ignore alias-ordering
  B: {Type: AWS::SNS::Topic}
  # firstaid ignore: alias-ordering the colon is elsewhere
  C: {Type: AWS::SNS::Topic, Metadata: {firstaid: {ignore: [nothing]}}}
  # firstaid:ignore arn-substitution, * as it should be
  D: {Type: AWS::SNS::Topic}
  # about firstaid
`)},
		SettingsFile: {Data: []byte(`ignores: []
ignore:
  - {playbook: arn-substitution}
  - {playbook: lambda-oom, reason: no check finds it}
  - {playbook: lambda-timeout, resources: x, reason: the key is resource}
  - {playbook: lambda-timeout, file: '[', reason: no pattern}
`)},
	}
	p, err := Read(fsys, ".")
	if err != nil {
		t.Fatal(err)
	}
	got := p.Warnings()
	for _, want := range []string{
		"template.yaml:2:3: check reports no alias-odering, so nothing is left out; it reports alias-ordering, ",
		"template.yaml:4:3: say why",
		"template.yaml:6:3: this comment is not understood",
		"template.yaml:7:61: check reports no nothing",
		SettingsFile + ":1:1: there is no setting ignores",
		SettingsFile + ":3:5: this entry is not used: it needs a playbook and a reason",
		SettingsFile + ":4:5: check reports no lambda-oom",
		SettingsFile + ":5:32: an entry has no resources",
		SettingsFile + ":6:5: this entry is not used: [ is no path pattern",
	} {
		i := slices.IndexFunc(got, func(w string) bool { return strings.HasPrefix(w, want) })
		if i < 0 {
			t.Errorf("no warning %q", want)
			continue
		}
		got = slices.Delete(got, i, i+1)
	}
	if len(got) > 0 {
		t.Errorf("not wanted: %q", got)
	}
	for _, broken := range []string{"a: [", "- x", "ignore: yes"} {
		p, err := Read(fstest.MapFS{SettingsFile: {Data: []byte(broken)}, "t.yaml": fsys["template.yaml"]}, ".")
		if err != nil || !slices.ContainsFunc(p.Warnings(), func(w string) bool { return strings.HasPrefix(w, SettingsFile) }) {
			t.Errorf("%q: no word about it: %v", broken, err)
		}
	}
}

// Every id that check reports in its cases is one that a suppression may name.
func TestWhatIsReportedCanBeNamed(t *testing.T) {
	for name, a := range archives(t) {
		found, err := files(archiveFS(a), ".")
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range found {
			if !slices.Contains(Playbooks(), f.Playbook) {
				t.Errorf("%s: %s is not in Playbooks", name, f.Playbook)
			}
		}
	}
}
