package tui

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"firstaid/diagnostics"
	"firstaid/playbooks"
)

// fixedCatalog is a catalogue of the tests' own, so that frames do not change
// with the words of the built-in playbooks.
func fixedCatalog(t testing.TB) *playbooks.Catalog {
	t.Helper()
	c, err := playbooks.NewCatalog([]playbooks.Playbook{
		{
			ID: "alias-ordering", Verdict: playbooks.VerdictFailure, Severity: diagnostics.Error,
			Title:   diagnostics.Text{En: "Something refers to an alias that does not exist yet", Ko: "아직 없는 별칭을 참조합니다"},
			Summary: diagnostics.Text{En: "Alias {alias} did not exist when CloudFormation needed it", Ko: "CloudFormation이 필요로 할 때 별칭 {alias}이(가) 아직 없었습니다"},
			Cause:   diagnostics.Text{En: "The alias is named inside a string, so CloudFormation sees no dependency on it and creates the two in any order.", Ko: "별칭 이름이 문자열 안에만 있어서 CloudFormation은 의존 관계를 알지 못합니다."},
			Do:      []diagnostics.Text{{En: "Add DependsOn to the failed resource, then deploy again", Ko: "실패한 리소스에 DependsOn을 추가하고 다시 배포하세요"}},
			Reads:   []diagnostics.Kind{diagnostics.KindEvent, diagnostics.KindMetric},
			Signals: []playbooks.Signal{{Pattern: `Cannot find alias arn: \S+:function:(?P<function>\w+):(?P<alias>\w+)`, Weight: 80}},
			Fixes:   aliasFixes,
		},
		{
			ID: "access-denied", Verdict: playbooks.VerdictFailure, Severity: diagnostics.Error,
			Title:   diagnostics.Text{En: "A call was refused", Ko: "호출이 거부되었습니다"},
			Summary: diagnostics.Text{En: "{principal} may not {action}", Ko: "{principal}에게 {action} 권한이 없습니다"},
			Cause:   diagnostics.Text{En: "No policy allows this action on this resource.", Ko: "이 작업을 허용하는 정책이 없습니다."},
			Signals: []playbooks.Signal{{Pattern: `User: (?P<principal>\S+) is not authorized to perform: (?P<action>[\w:]+)`, Weight: 60}},
		},
		{ID: "cancelled", Verdict: playbooks.VerdictCascade, Severity: diagnostics.Note, Title: diagnostics.Text{En: "Cancelled"}, Signals: []playbooks.Signal{{Pattern: `Resource (creation|update) cancelled`}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// loaded is fixedCatalog as the options want it.
func loaded(t testing.TB) func() (*playbooks.Catalog, error) {
	c := fixedCatalog(t)
	return func() (*playbooks.Catalog, error) { return c, nil }
}

// sampleFindings are the conclusions about the sample snapshot, written out so
// that frames do not change with the engine's ranking.
func sampleFindings(s *diagnostics.Snapshot, _ *playbooks.Catalog) []diagnostics.Finding {
	table := "arn:aws:dynamodb:ap-northeast-2:123456789012:table/orders"
	var list []diagnostics.Finding
	if len(s.Events) > 0 {
		ev := s.Events[2]
		list = append(list, diagnostics.Finding{
			Playbook: "alias-ordering", Severity: diagnostics.Error, Confidence: diagnostics.Confirmed, State: diagnostics.Open, Rank: 1, Hides: 1, Count: 1, First: ev.Timestamp, Last: ev.Timestamp,
			Because:  diagnostics.Text{En: "the template has no dependency on OrdersFunctionAliaslive", Ko: "템플릿에 OrdersFunctionAliaslive에 대한 의존 관계가 없습니다"},
			Subject:  ev.ResourceRef(),
			Summary:  diagnostics.Text{En: "Alias live did not exist when CloudFormation needed it", Ko: "CloudFormation이 필요로 할 때 별칭 live가 아직 없었습니다"},
			Evidence: []diagnostics.Evidence{{Of: ev.Ref(), Field: "ResourceStatusReason", At: ev.Timestamp, Quote: ev.ResourceStatusReason}},
			Source:   &diagnostics.Position{File: "template.yaml", Line: 11, Column: 3},
			Chain: []diagnostics.Link{
				{Of: ev.Ref(), Text: "Validation failed for resource: function:orders:live"},
				{Of: ev.ResourceRef(), Text: "OrdersScaling (AWS::ApplicationAutoScaling::ScalableTarget)"},
				{Of: diagnostics.Ref{Kind: diagnostics.KindFile, ID: "template.yaml"}, Text: "OrdersScaling:", Source: &diagnostics.Position{File: "template.yaml", Line: 11}},
			},
			Why: diagnostics.Text{En: "1 other finding follows from it", Ko: "다른 1건이 여기서 비롯됩니다"},
			Hypotheses: []diagnostics.Hypothesis{{
				ID: "function-not-found", Playbook: "function-not-found", Standing: diagnostics.RuledOut,
				Cause: diagnostics.Text{En: "The function itself is missing"}, Why: diagnostics.Text{En: "the ARN ends in a qualifier"},
			}},
			Unknown: s.Unread,
		})
	}
	if len(s.LogGroups) > 0 {
		list = append(list, diagnostics.Finding{
			Playbook: "access-denied", Severity: diagnostics.Error, Confidence: diagnostics.Likely, State: diagnostics.Open, Rank: len(list) + 1, Count: 1, First: at(32), Last: at(32),
			Because:  diagnostics.Text{En: "log and simulation agree"},
			Subject:  diagnostics.Ref{Kind: diagnostics.KindFunction, ID: "orders"},
			Summary:  diagnostics.Text{En: "arn:aws:sts::123456789012:assumed-role/orders-role/orders may not dynamodb:PutItem on " + table},
			Captures: map[string]string{"action": "dynamodb:PutItem"},
			Evidence: []diagnostics.Evidence{{Of: diagnostics.Ref{Kind: diagnostics.KindLogEvent, ID: "/aws/lambda/orders#l3"}, Field: "Message", At: at(32), Quote: "is not authorized to perform: dynamodb:PutItem"}},
			Chain:    []diagnostics.Link{{Of: diagnostics.Ref{Kind: diagnostics.KindSimulation, ID: "dynamodb:PutItem " + table}, Text: "dynamodb:PutItem: implicitDeny"}},
		})
	}
	if len(s.Events) > 0 {
		list = append(list, diagnostics.Finding{
			Playbook: "rollback", Severity: diagnostics.Note, Confidence: diagnostics.Possible, State: diagnostics.Open, Rank: len(list) + 1, Subject: diagnostics.Ref{Kind: diagnostics.KindStack, ID: "orders-prod"},
			Summary: diagnostics.Text{En: "The stack was rolled back"}, CausedBy: list[0].ID(),
			Evidence: []diagnostics.Evidence{{Of: s.Events[6].Ref(), Quote: "UPDATE_ROLLBACK_COMPLETE"}},
		})
	}
	return list
}

// aliasFixes edits the sample's template, and offers a permanent call too.
func aliasFixes(s *diagnostics.Snapshot, _ diagnostics.Finding) []playbooks.Fix {
	return []playbooks.Fix{
		{
			Title: diagnostics.Text{En: "Make the scalable target wait for the alias", Ko: "별칭이 만들어질 때까지 기다리게 합니다"},
			Kind:  playbooks.FixTemplate, Risk: playbooks.Safe, Redeploy: true,
			Steps: []playbooks.Step{playbooks.FileEdit{
				Path: "template.yaml", Before: sampleTemplate,
				After: sampleTemplate[:len(sampleTemplate)-len("    Properties:\n      ResourceId: !Sub function:${OrdersFunction}:live\n      MinCapacity: 1\n      MaxCapacity: 5\n")] +
					"    DependsOn: OrdersFunctionAliaslive\n    Properties:\n      ResourceId: !Sub function:${OrdersFunction}:live\n      MinCapacity: 1\n      MaxCapacity: 5\n",
			}},
		},
		{
			Title: diagnostics.Text{En: "Delete the stack"}, Kind: playbooks.FixEnvironment, Risk: playbooks.Permanent,
			Steps: []playbooks.Step{playbooks.Call{
				Of: diagnostics.Ref{Kind: diagnostics.KindStack, ID: "orders-prod"}, Service: "cloudformation", Operation: "DeleteStack",
				Args: map[string]any{"StackName": "orders-prod"},
			}},
		},
	}
}

// fakeFixer notes what it was asked to do.
type fakeFixer struct {
	applied  []playbooks.Plan
	undone   []int
	err      error
	begun    []playbooks.Plan
	advanced []string // the step that was taken, and how
}

// Begun hands out the plans that a story begins with, as far as they got.
func (f *fakeFixer) Begun(context.Context) ([]playbooks.Plan, error) { return f.begun, f.err }

// Advance moves the plan on.
func (f *fakeFixer) Advance(_ context.Context, p playbooks.Plan, byHand bool) (Outcome, error) {
	f.advanced = append(f.advanced, fmt.Sprintf("%d:%v", p.Fix.Next()+1, byHand))
	so := *p.Fix.Progress
	so.Taken = slices.Clone(so.Taken)
	so.Taken[p.Fix.Next()].Done = at(50)
	p.Fix.Progress, f.begun = &so, nil
	if p.Fix.Next() < len(p.Fix.Steps) {
		f.begun = []playbooks.Plan{p}
	}
	return Outcome{State: diagnostics.Open, Text: diagnostics.Text{En: "The step is done."}}, f.err
}

// halfWay is a guided plan of a finding of which two steps are done.
func halfWay(finding string) playbooks.Plan {
	playbook, subject, _ := strings.Cut(finding, "@")
	k := sampleSnapshot().Stacks[0]
	done := playbooks.Taken{Begun: at(40), Done: at(41)}
	return playbooks.Plan{
		Finding: diagnostics.Finding{
			Playbook: playbook, Severity: diagnostics.Error, Confidence: diagnostics.Confirmed, State: diagnostics.Open,
			Subject: diagnostics.Ref{Kind: diagnostics.KindResource, ID: subject}, Summary: diagnostics.Text{En: "What was found before"},
		},
		Fix: playbooks.Fix{
			Title: diagnostics.Text{En: "Deploy in two phases"}, Kind: playbooks.FixGuided, Risk: playbooks.Safe,
			Progress: &playbooks.Progress{Stack: k.StackName, StackID: k.StackId, Begun: at(40), Taken: []playbooks.Taken{done, done, {}, {}}},
			Steps: []playbooks.Step{
				playbooks.Manual{Do: diagnostics.Text{En: "take it out"}},
				playbooks.Run{Argv: []string{"sam", "deploy"}},
				playbooks.Manual{Do: diagnostics.Text{En: "put it back"}},
				playbooks.Run{Argv: []string{"sam", "deploy", "--again"}},
			},
		},
	}
}

func (f *fakeFixer) Apply(_ context.Context, p playbooks.Plan) (Outcome, error) {
	f.applied = append(f.applied, p)
	return Outcome{State: diagnostics.FixedHere, Text: diagnostics.Text{En: "The file was changed; deploy again to prove it."}, Entry: len(f.applied)}, f.err
}

func (f *fakeFixer) Undo(_ context.Context, entry int) (Outcome, error) {
	f.undone = append(f.undone, entry)
	return Outcome{State: diagnostics.Open, Text: diagnostics.Text{En: "The file is as it was."}}, f.err
}

func (f *fakeFixer) Verify(context.Context, diagnostics.Finding) (Outcome, error) {
	return Outcome{State: diagnostics.Open, Text: diagnostics.Text{En: "The finding is still there."}}, f.err
}

// fakeExporter notes what it was asked to write.
type fakeExporter struct{ written []string }

func (e *fakeExporter) Formats() []string { return []string{"markdown", "html", "json"} }

func (e *fakeExporter) Export(_ context.Context, format, path string, _ *diagnostics.Snapshot, _ []diagnostics.Finding) (string, error) {
	if path == "" {
		path = "orders-prod." + format
	}
	e.written = append(e.written, path)
	return path, nil
}

// slowSource emits what it has, one after the other with a pause between.
type slowSource struct {
	snapshots []*diagnostics.Snapshot
	pause     time.Duration
	err       error
	targets   []Target
	ended     int
}

func (s *slowSource) Collect(ctx context.Context, t Target, emit func(*diagnostics.Snapshot) bool) error {
	s.targets = append(s.targets, t)
	defer func() { s.ended++ }()
	for _, x := range s.snapshots {
		select {
		case <-time.After(s.pause):
		case <-ctx.Done():
			return ctx.Err()
		}
		if !emit(x) {
			return ctx.Err()
		}
	}
	return s.err
}

// fakeAsker is IAM: it takes its time and allows what it is asked about with a
// document, and reading besides.
type fakeAsker struct {
	asked   []string
	stopped int
	err     error
}

func (f *fakeAsker) ask(ctx context.Context, q diagnostics.Question) ([]diagnostics.Simulation, error) {
	f.asked = append(f.asked, fmt.Sprintf("%s on %s with %d", strings.Join(q.Actions, "+"), lastPart(q.Resources[0]), len(q.Add)))
	select {
	case <-time.After(300 * time.Millisecond):
	case <-ctx.Done():
		f.stopped++
		return nil, ctx.Err()
	}
	if f.err != nil {
		return nil, f.err
	}
	var list []diagnostics.Simulation
	for _, a := range q.Actions {
		said := diagnostics.DecisionImplicit
		if len(q.Add) > 0 || strings.Contains(a, ":Get") {
			said = diagnostics.DecisionAllowed
		}
		list = append(list, diagnostics.Simulation{Origin: diagnostics.OriginAWS, PolicySourceArn: q.Principal, EvalActionName: a, EvalResourceName: q.Resources[0], EvalDecision: said})
	}
	return list, nil
}

// fakeTail logs a line each second until somebody stops it, ten at most.
func fakeTail(ctx context.Context, groups []string, emit func(TailUpdate) bool) error {
	for i := range 10 {
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
			return nil
		}
		e := diagnostics.LogEvent{Timestamp: at(100 + i), LogStreamName: "live", Message: fmt.Sprintf("[ERROR] live line %d\n", i)}
		if i%2 == 1 {
			e.Message = fmt.Sprintf("quiet line %d\n", i)
		}
		if !emit(TailUpdate{LogGroupName: groups[0], Events: []diagnostics.LogEvent{e}, Sampled: i > 4}) {
			return nil
		}
	}
	return errors.New("the session has timed out")
}
