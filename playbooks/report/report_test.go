package report

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"firstaid/diagnostics"
	"firstaid/diagnostics/incident/demo"
	"firstaid/playbooks"
)

var update = flag.Bool("update", false, "write the golden files")

func at(seconds int) time.Time {
	return time.Date(2026, 11, 3, 9, 0, seconds, 0, time.UTC)
}

// sample is a small diagnosis with everything a report can show.
func sample(t testing.TB, lang diagnostics.Lang) Report {
	t.Helper()
	c, err := playbooks.NewCatalog([]playbooks.Playbook{{
		ID: "alias-ordering", Severity: diagnostics.Error,
		Title:      diagnostics.Text{En: "An alias does not exist yet", Ko: "별칭이 아직 없습니다"},
		Cause:      diagnostics.Text{En: "The alias is named in a string, see `Fn::Sub`.", Ko: "별칭이 문자열 안에 있습니다(`Fn::Sub`)."},
		Do:         []diagnostics.Text{{En: "Add `DependsOn: FnAliaslive`", Ko: "`DependsOn: FnAliaslive` 추가"}},
		References: []playbooks.Reference{{Title: "SAM [guide]", URL: "https://docs.aws.amazon.com/x.html"}, {Title: "bad", URL: "javascript:alert(1)"}},
		Fixes: func(*diagnostics.Snapshot, diagnostics.Finding) []playbooks.Fix {
			return []playbooks.Fix{
				{
					Title: diagnostics.Text{En: "Let Target wait for the alias", Ko: "Target이 별칭을 기다리게 합니다"}, Kind: playbooks.FixTemplate, Risk: playbooks.Safe, Redeploy: true,
					Steps: []playbooks.Step{playbooks.FileEdit{Path: "template.yaml", Before: "A:\n  B: 1\n", After: "A:\n  B: 1\n  DependsOn: FnAliaslive\n"}},
				},
				{
					Title: diagnostics.Text{En: "Do it by hand"}, Kind: playbooks.FixGuided, Risk: playbooks.Safe,
					Steps: []playbooks.Step{
						playbooks.Manual{Do: diagnostics.Text{En: "Deploy twice"}},
						playbooks.Run{Argv: []string{"sam", "deploy"}, Why: diagnostics.Text{En: "Deploy"}},
						playbooks.Call{Service: "lambda", Operation: "CreateAlias", Args: map[string]any{"Name": "live"}},
					},
				},
			}
		},
	}, {ID: "not-stabilized", Severity: diagnostics.Warning, Title: diagnostics.Text{En: "A resource did not stabilise"}}})
	if err != nil {
		t.Fatal(err)
	}
	stack := "arn:aws:cloudformation:eu-west-1:123456789012:stack/shop/1"
	event := func(second int, id, kind, status, reason string) diagnostics.Event {
		return diagnostics.Event{
			EventId: id + "-" + status, StackId: stack, StackName: "shop", LogicalResourceId: id, ResourceType: kind,
			Timestamp: at(second), ResourceStatus: status, ResourceStatusReason: reason,
		}
	}
	const self = "AWS::CloudFormation::Stack"
	reason := "Cannot find alias arn: arn:aws:lambda:eu-west-1:123456789012:function:shop:live"
	s := &diagnostics.Snapshot{
		Taken: at(3600), Example: "A made example.", StackID: stack,
		Identity: diagnostics.Identity{Account: "123456789012", Region: "eu-west-1"},
		Stacks:   []diagnostics.Stack{{StackId: stack, StackName: "shop", StackStatus: "ROLLBACK_COMPLETE"}},
		Events: []diagnostics.Event{
			event(0, "shop", self, "CREATE_IN_PROGRESS", "User Initiated"),
			event(2, "Role", "AWS::IAM::Role", "CREATE_IN_PROGRESS", ""),
			event(20, "Role", "AWS::IAM::Role", "CREATE_COMPLETE", ""),
			event(21, "Target", "AWS::ApplicationAutoScaling::ScalableTarget", "CREATE_IN_PROGRESS", ""),
			event(21, "Queue", "AWS::SQS::Queue", "CREATE_IN_PROGRESS", ""),
			event(23, "Target", "AWS::ApplicationAutoScaling::ScalableTarget", "CREATE_FAILED", reason),
			event(24, "Queue", "AWS::SQS::Queue", "CREATE_FAILED", "Resource creation cancelled"),
			event(25, "shop", self, "ROLLBACK_IN_PROGRESS", "The following resource(s) failed to create: [Target]."),
			event(27, "Role", "AWS::IAM::Role", "DELETE_IN_PROGRESS", ""),
		},
		Files:  []diagnostics.File{{Path: "samconfig.toml"}, {Path: "template.yaml"}},
		Unread: []diagnostics.Unread{{Of: diagnostics.Ref{Kind: diagnostics.KindRole, ID: "shop-role"}, Action: "iam:GetRole", Reason: "ask for iam:GetRole on it"}},
		Calls:  []diagnostics.Call{{Service: "sts", Operation: "GetCallerIdentity", Count: 1}, {Service: "lambda", Operation: "GetFunction", Count: 3}},
	}
	resource := diagnostics.Ref{Kind: diagnostics.KindResource, ID: "shop/Target"}
	place := &diagnostics.Position{File: "my app/template.yaml", Line: 7, Column: 3}
	first := diagnostics.Finding{
		Playbook: "alias-ordering", Severity: diagnostics.Error, Confidence: diagnostics.Likely, State: diagnostics.Open, Subject: resource,
		Summary: diagnostics.Text{En: "Alias live did not exist", Ko: "별칭 live이(가) 없었습니다"},
		Because: diagnostics.Text{En: "two sources agree", Ko: "두 출처가 일치합니다"},
		Evidence: []diagnostics.Evidence{
			{Of: diagnostics.Ref{Kind: diagnostics.KindEvent, ID: "Target-CREATE_FAILED"}, Field: "ResourceStatusReason", At: at(23), Quote: reason},
			{Of: diagnostics.Ref{Kind: diagnostics.KindLogEvent, ID: "/aws/lambda/shop#0001"}, Field: "Message", Quote: "line one\n  line two"},
			{Of: diagnostics.Ref{Kind: diagnostics.KindLogEvent, ID: "/aws/lambda/shop#0002"}, Field: "Message", Quote: "line one\n  line two"},
		},
		Chain:  []diagnostics.Link{{Of: resource, Text: "Target (ScalableTarget)"}, {Of: diagnostics.Ref{Kind: diagnostics.KindFile, ID: place.File}, Text: "  Target:", Source: place}},
		Source: place, Rank: 1, Hides: 1, Count: 2, Why: diagnostics.Text{En: "1 other finding follows from it", Ko: "다른 1건이 여기서 비롯됩니다"},
		Hypotheses: []diagnostics.Hypothesis{
			{
				ID: "order", Standing: diagnostics.Favoured, Cause: diagnostics.Text{En: "Nothing made it wait", Ko: "기다리게 한 것이 없습니다"},
				Why: diagnostics.Text{En: "the alias is there *now*", Ko: "별칭이 *지금은* 있습니다"},
			},
			{
				ID: "function-not-found", Playbook: "function-not-found", Standing: diagnostics.Unsettled,
				Cause: diagnostics.Text{En: "the function is missing", Ko: "함수가 없습니다"}, Probe: diagnostics.Text{En: "ask for it", Ko: "조회해 봅니다"},
			},
		},
		Unknown: s.Unread,
	}
	second := diagnostics.Finding{
		Playbook: "not-stabilized", Severity: diagnostics.Warning, Confidence: diagnostics.Possible, Subject: diagnostics.Ref{Kind: diagnostics.KindStack, ID: "shop"},
		Summary: diagnostics.Text{En: "The stack was rolled back"}, CausedBy: first.ID(), Rank: 2, Count: 1,
		Evidence: []diagnostics.Evidence{{Of: diagnostics.Ref{Kind: diagnostics.KindStack, ID: "shop"}, Quote: "ROLLBACK"}},
	}
	return Report{Snapshot: s, Findings: []diagnostics.Finding{first, second}, Catalog: c, Lang: lang, Version: "v1.2.3"}
}

func render(t testing.TB, f Format, r Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, f, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestReportsAreGolden(t *testing.T) {
	for _, f := range Formats() {
		for _, lang := range []diagnostics.Lang{diagnostics.English, diagnostics.Korean} {
			got := render(t, f, sample(t, lang))
			name := filepath.Join("testdata", "sample."+string(lang)+f.Extension())
			if *update {
				if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("%s is another now (-update writes it):\n%s", name, got)
			}
		}
	}
}

func TestReportsOfNothing(t *testing.T) {
	c, err := playbooks.NewCatalog(nil)
	if err != nil {
		t.Fatal(err)
	}
	r := Report{Snapshot: &diagnostics.Snapshot{Complete: true}, Catalog: c}
	for _, f := range Formats() {
		got := render(t, f, r)
		if f != JSON && f != SARIF && !strings.Contains(got, "No failure was found.") {
			t.Errorf("%s does not say that nothing was found: %s", f, got)
		}
	}
}

func diagnosed(t *testing.T, c *playbooks.Catalog, name string) Report {
	t.Helper()
	s, err := demo.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	return Report{Snapshot: s, Findings: playbooks.Diagnose(s, c), Catalog: c, Lang: diagnostics.English}
}

func TestReportsOfDemosRepeat(t *testing.T) {
	c, err := playbooks.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	first, second := diagnosed(t, c, "alias-ordering"), diagnosed(t, c, "alias-ordering")
	for _, f := range Formats() {
		if render(t, f, first) != render(t, f, second) {
			t.Errorf("two %s reports of one snapshot differ", f)
		}
	}
}

// TestADeploymentIsMeasured reads the durations off the story of the migration:
// 60.5 s forward, the rest of the way back, the queue the slowest of all.
func TestADeploymentIsMeasured(t *testing.T) {
	s, err := demo.Open("migration")
	if err != nil {
		t.Fatal(err)
	}
	d := newTimeline(s).deployment(s)
	if !d.Failed || d.Running || d.Rollback < 30 || d.Rollback > 35 || d.Seconds-d.Rollback < 60 || d.Seconds-d.Rollback > 61 {
		t.Errorf("got %+v", d)
	}
	if len(d.Slowest) != maxSlowest || d.Slowest[0].Resource != "WorkQueue" || d.Slowest[0].Seconds != 31.3 {
		t.Errorf("slowest are %+v", d.Slowest)
	}
	running := &diagnostics.Snapshot{StackID: "s", Events: []diagnostics.Event{
		{StackId: "s", StackName: "shop", LogicalResourceId: "shop", ResourceType: "AWS::CloudFormation::Stack", ResourceStatus: "REVIEW_IN_PROGRESS", Timestamp: at(0)},
		{StackId: "s", StackName: "shop", LogicalResourceId: "shop", ResourceType: "AWS::CloudFormation::Stack", ResourceStatus: "CREATE_IN_PROGRESS", Timestamp: at(100)},
		{StackId: "s", StackName: "shop", LogicalResourceId: "Queue", ResourceType: "AWS::SQS::Queue", ResourceStatus: "CREATE_IN_PROGRESS", Timestamp: at(105)},
	}}
	if d := newTimeline(running).deployment(running); !d.Running || d.Failed || d.Seconds != 5 {
		t.Errorf("while it runs: %+v", d)
	}
	if d := newTimeline(&diagnostics.Snapshot{}).deployment(&diagnostics.Snapshot{}); d != nil || d.sentences(diagnostics.English) != nil {
		t.Errorf("of nothing: %+v", d)
	}
}

// TestCostsStandInEveryReport holds the figures of the report to those of the
// cost command's own table.
func TestCostsStandInEveryReport(t *testing.T) {
	c, err := playbooks.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	r := diagnosed(t, c, "lambda-cost")
	for f, want := range map[Format][]string{
		Text:     {"What it costs", "search", "10.71", "Prices of"},
		Markdown: {"## What it costs", "10.71"},
		JSON:     {`"cost": {`, `"perDay": 10.7`, `"deployment": {`},
		HTML:     {"<h2>What it costs</h2>", "<td>$10.71</td>", `class="part-provisioned"`, "provisioned: $10.70", "Prices of"},
	} {
		got := render(t, f, r)
		for _, w := range want {
			if !strings.Contains(got, w) {
				t.Errorf("%s does not hold %q", f, w)
			}
		}
	}
	r.Snapshot.Metrics = nil
	if got := render(t, HTML, r); strings.Contains(got, "What it costs") {
		t.Error("without metrics a cost is stated")
	}
}

func TestTimelineOfManyKeepsTheFailures(t *testing.T) {
	s := &diagnostics.Snapshot{}
	for i := range 400 {
		status := "CREATE_COMPLETE"
		if i%40 == 0 {
			status = "CREATE_FAILED"
		}
		s.Events = append(s.Events, diagnostics.Event{StackId: "s", LogicalResourceId: fmt.Sprintf("R%03d", i), Timestamp: at(i), ResourceStatus: status})
	}
	got := newTimeline(s)
	failed := 0
	for i, r := range got.Rows {
		if r.failed() {
			failed++
		}
		if i > 0 && r.Bars[0].From.Before(got.Rows[i-1].Bars[0].From) {
			t.Errorf("%s is out of order", r.Resource)
		}
	}
	if len(got.Rows) != maxRows || got.More != 400-maxRows || failed != 10 {
		t.Errorf("%d rows, %d more, %d failed", len(got.Rows), got.More, failed)
	}
}

func TestParseFormat(t *testing.T) {
	for _, f := range Formats() {
		if got, err := ParseFormat(string(f)); err != nil || got != f {
			t.Errorf("%s: got %s, %v", f, got, err)
		}
	}
	if _, err := ParseFormat("pdf"); err == nil || !strings.Contains(err.Error(), "text, json, markdown, html, sarif") {
		t.Errorf("got %v", err)
	}
}

func BenchmarkHTML(b *testing.B) {
	r := sample(b, diagnostics.English)
	for b.Loop() {
		render(b, HTML, r)
	}
}
