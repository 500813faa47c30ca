package playbooks

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"firstaid/diagnostics"
)

func at(second int) time.Time { return time.Date(2026, 3, 2, 9, 0, second, 0, time.UTC) }

func event(second int, id, kind, status, reason string) diagnostics.Event {
	return diagnostics.Event{
		EventId: id + status, StackId: "arn:stack/shop", StackName: "shop", LogicalResourceId: id,
		ResourceType: kind, ResourceStatus: status, ResourceStatusReason: reason, Timestamp: at(second),
	}
}

func testCatalog(t testing.TB) *Catalog {
	t.Helper()
	text := func(s string) diagnostics.Text { return diagnostics.Text{En: s, Ko: s} }
	c, err := NewCatalog([]Playbook{
		{
			ID: "alias", Verdict: VerdictFailure, Severity: diagnostics.Error, Title: text("alias missing"), Summary: text("alias {alias} missing"),
			Signals: []Signal{{Pattern: `cannot find alias (?P<alias>\w+)`, Weight: 80}}, Reads: []diagnostics.Kind{diagnostics.KindTemplate},
		},
		{
			ID: "unstable", Verdict: VerdictFailure, Severity: diagnostics.Error, Title: text("not stable"), Summary: text("not stable"),
			Signals: []Signal{{Pattern: `did not stabilize`, Weight: 20}},
		},
		{
			ID: "rollback-complete-stuck", Verdict: VerdictFailure, Severity: diagnostics.Error, Title: text("stuck"), Summary: text("stuck"),
			Signals: []Signal{{Pattern: `is in ROLLBACK_COMPLETE state`, Weight: 60}},
		},
		{
			ID: "cascade", Verdict: VerdictCascade, Severity: diagnostics.Note, Title: text("cascade"), Summary: text("cascade"),
			Signals: []Signal{{Pattern: `resource creation cancelled`}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestTheCauseStandsBeforeItsConsequences(t *testing.T) {
	s := &diagnostics.Snapshot{StackID: "arn:stack/shop", Events: []diagnostics.Event{
		event(1, "Table", "AWS::DynamoDB::Table", "CREATE_FAILED", "Resource creation cancelled"),
		event(2, "FnVersion", "AWS::Lambda::Version", "CREATE_FAILED", "Resource did not stabilize"),
		event(3, "Fn", "AWS::Lambda::Alias", "CREATE_FAILED", "Cannot find alias live"),
	}, Stacks: []diagnostics.Stack{{StackId: "arn:stack/shop", StackName: "shop", StackStatus: "ROLLBACK_COMPLETE", StackStatusReason: "shop is in ROLLBACK_COMPLETE state"}}}
	got := Diagnose(s, testCatalog(t))
	if len(got) != 3 {
		t.Fatalf("%d findings, want 3: %+v", len(got), got)
	}
	first := got[0]
	if first.Playbook != "alias" || first.Summary.En != "alias live missing" || first.Hides != 2 {
		t.Errorf("first is %s %q hiding %d", first.Playbook, first.Summary.En, first.Hides)
	}
	for _, f := range got[1:] {
		if f.CausedBy != first.ID() {
			t.Errorf("%s is caused by %q, want %q", f.ID(), f.CausedBy, first.ID())
		}
	}
	if !strings.Contains(first.Why.En, "2 other findings follow") || !strings.Contains(first.Why.En, "1 cancelled") {
		t.Errorf("why: %s", first.Why.En)
	}
}

func TestTwoSourcesMakeAFindingLikely(t *testing.T) {
	s := &diagnostics.Snapshot{
		Events:    []diagnostics.Event{event(1, "Fn", "AWS::Lambda::Function", "CREATE_FAILED", "cannot find alias live")},
		Resources: []diagnostics.Resource{{StackName: "shop", LogicalResourceId: "Fn", PhysicalResourceId: "shop-Fn-1", ResourceType: "AWS::Lambda::Function"}},
		LogGroups: []diagnostics.LogGroup{{
			LogGroupName: "/aws/lambda/shop-Fn-1", FunctionName: "shop-Fn-1",
			Events: []diagnostics.LogEvent{{Timestamp: at(2), Message: "ERROR cannot find alias live"}},
		}},
	}
	got := Diagnose(s, testCatalog(t))
	if len(got) != 1 || got[0].Confidence != diagnostics.Likely || len(got[0].Evidence) != 2 || got[0].Count != 2 {
		t.Fatalf("got %+v", got)
	}
}

const raceTemplate = `Transform: AWS::Serverless-2016-10-31
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      AutoPublishAlias: live
  Target:
    Type: AWS::ApplicationAutoScaling::ScalableTarget
    Properties:
      ResourceId: !Sub function:${Fn}:live
  Policy:
    Type: AWS::ApplicationAutoScaling::ScalingPolicy
    Properties:
      ScalingTargetId: !Ref Target
`

func TestTheResourceIsFoundInTheUsersTemplate(t *testing.T) {
	s := &diagnostics.Snapshot{
		Events: []diagnostics.Event{
			event(1, "Policy", "AWS::ApplicationAutoScaling::ScalingPolicy", "CREATE_FAILED", "cannot find alias live"),
			event(2, "Target", "AWS::ApplicationAutoScaling::ScalableTarget", "CREATE_FAILED", "cannot find alias live"),
			event(3, "FnAliaslive", "AWS::Lambda::Alias", "CREATE_FAILED", "did not stabilize"),
		},
		Files: []diagnostics.File{{Path: "template.yaml", Content: raceTemplate}},
	}
	got := Diagnose(s, testCatalog(t))
	if first := got[0]; first.Subject.ID != "shop/Target" || first.Source == nil || first.Source.Line != 7 ||
		!strings.Contains(first.Why.En, "more resources wait for it") {
		t.Errorf("first: %+v, why %s", first, first.Why.En)
	}
	last := got[0].Chain[len(got[0].Chain)-1]
	if last.Text != "  Target:" || last.Source == nil {
		t.Errorf("the chain ends at %+v", last)
	}
	for _, f := range got {
		if f.Playbook == "unstable" && (f.Source == nil || f.Source.Line != 6 && f.Source.Line != 3) {
			t.Errorf("the generated alias stands at %+v", f.Source)
		}
	}
}

func TestWhatStoppedTheDeploymentComesBeforeRunTime(t *testing.T) {
	s := &diagnostics.Snapshot{
		Events: []diagnostics.Event{event(9, "Perm", "AWS::Lambda::Permission", "CREATE_FAILED", "cannot find alias live")},
		LogGroups: []diagnostics.LogGroup{{
			LogGroupName: "/aws/lambda/x", FunctionName: "x",
			Events: []diagnostics.LogEvent{{Timestamp: at(1), Message: "cannot find alias old"}},
		}},
	}
	got := Diagnose(s, testCatalog(t))
	if got[0].Subject.ID != "shop/Perm" || !strings.Contains(got[0].Why.En, "stopped the deployment") {
		t.Errorf("first is %s: %s", got[0].ID(), got[0].Why.En)
	}
}

func TestAFailureThatNobodyKnowsIsReported(t *testing.T) {
	s := &diagnostics.Snapshot{Events: []diagnostics.Event{event(1, "Q", "AWS::SQS::Queue", "CREATE_FAILED", "something new under the sun")}}
	got := Diagnose(s, testCatalog(t))
	if len(got) != 1 || got[0].Playbook != Unrecognised || got[0].Evidence[0].Quote != "something new under the sun" {
		t.Fatalf("got %+v", got)
	}
}

func TestWhatWasNotReadIsUnknown(t *testing.T) {
	missing := diagnostics.Unread{Of: diagnostics.Ref{Kind: diagnostics.KindTemplate}, Action: "cloudformation:GetTemplate", Reason: "denied"}
	s := &diagnostics.Snapshot{
		Unread: []diagnostics.Unread{missing, {Of: diagnostics.Ref{Kind: diagnostics.KindMetric}}},
		Events: []diagnostics.Event{event(1, "Fn", "AWS::Lambda::Alias", "CREATE_FAILED", "cannot find alias live")},
	}
	got := Diagnose(s, testCatalog(t))
	if len(got[0].Unknown) != 1 || got[0].Unknown[0] != missing {
		t.Fatalf("unknown: %+v", got[0].Unknown)
	}
}

func TestOneSnapshotGivesTheSameBytes(t *testing.T) {
	s := bigSnapshot(200)
	c := testCatalog(t)
	want, _ := json.Marshal(Diagnose(s, c))
	for range 5 {
		if got, _ := json.Marshal(Diagnose(s, c)); string(got) != string(want) {
			t.Fatal("two runs on one snapshot differ")
		}
	}
}

func bigSnapshot(n int) *diagnostics.Snapshot {
	s := &diagnostics.Snapshot{StackID: "arn:stack/shop"}
	for i := range n {
		id := "R" + strings.Repeat("x", i%7) + string(rune('A'+i%26))
		switch i % 10 {
		case 0:
			s.Events = append(s.Events, event(i, id, "AWS::Lambda::Alias", "CREATE_FAILED", "Cannot find alias live"))
		case 1, 2, 3:
			s.Events = append(s.Events, event(i, id, "AWS::SQS::Queue", "CREATE_FAILED", "Resource creation cancelled"))
		default:
			s.Events = append(s.Events, event(i, id, "AWS::SQS::Queue", "CREATE_COMPLETE", ""))
		}
	}
	return s
}

// BenchmarkDiagnose is the time from 2,000 events to findings with the
// catalogue that ships.
func BenchmarkDiagnose(b *testing.B) {
	c, err := Builtin()
	if err != nil {
		b.Fatal(err)
	}
	s := bigSnapshot(2000)
	for b.Loop() {
		Diagnose(s, c)
	}
}

// BenchmarkDiagnoseLogs is the time for a capture with 100,000 log lines, of
// which one in a thousand is a failure.
func BenchmarkDiagnoseLogs(b *testing.B) {
	c, err := Builtin()
	if err != nil {
		b.Fatal(err)
	}
	s := busyLogs(b, 100_000)
	for b.Loop() {
		Diagnose(s, c)
	}
}

// busyLogs is a snapshot of one function that writes much and fails at times.
func busyLogs(tb testing.TB, n int) *diagnostics.Snapshot {
	tb.Helper()
	var text bytes.Buffer
	if err := newHealthyLog(1).lines(&text, n); err != nil {
		tb.Fatal(err)
	}
	g := diagnostics.LogGroup{LogGroupName: "/aws/lambda/busy", FunctionName: "busy"}
	at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for i, line := range strings.Split(strings.TrimSpace(text.String()), "\n") {
		if i%1000 == 999 {
			line = fmt.Sprintf("2026-03-01T00:00:00Z %032d Task timed out after 3.00 seconds", i)
		}
		at = at.Add(time.Millisecond)
		g.Events = append(g.Events, diagnostics.LogEvent{EventId: strconv.Itoa(i), Timestamp: at, Message: line})
	}
	return &diagnostics.Snapshot{Functions: []diagnostics.Function{{FunctionName: "busy", LogGroup: g.LogGroupName, State: "Active"}}, LogGroups: []diagnostics.LogGroup{g}}
}
