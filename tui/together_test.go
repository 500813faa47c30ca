package tui

import (
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"firstaid/diagnostics"
)

// Three denials of one role on two services are one finding on the screen, and
// its fix holds all of them.
func TestDenialsOfOneRoleAreOneFinding(t *testing.T) {
	s, c := refusedDemo(t)
	s.Resources = append(s.Resources, diagnostics.Resource{
		StackId: s.StackID, StackName: s.Stacks[0].StackName, LogicalResourceId: "Links", ResourceType: "AWS::SQS::Queue",
		PhysicalResourceId: "https://sqs.ap-northeast-2.amazonaws.com/123456789012/links",
	})
	fn := s.Functions[0]
	for i, x := range [][2]string{
		{"dynamodb:DeleteItem", "arn:aws:dynamodb:ap-northeast-2:123456789012:table/receipts"},
		{"sqs:SendMessage", "arn:aws:sqs:ap-northeast-2:123456789012:links"},
	} {
		s.LogGroups[0].Events = append(s.LogGroups[0].Events, diagnostics.LogEvent{
			EventId: "more" + itoa(i), Timestamp: s.Taken, LogStreamName: "s",
			Message: "User: arn:aws:sts::123456789012:assumed-role/" + lastPart(fn.Role) + "/" + fn.FunctionName + " is not authorized to perform: " + x[0] +
				" on resource: " + x[1] + " because no identity-based policy allows the " + x[0] + " action",
		})
	}
	a := New(t.Context(), Options{Source: still{s}, Catalog: c, Getenv: func(string) string { return "" }})
	a.headless = true
	a.step(a.Init())
	a.step(func() tea.Msg { return tea.WindowSizeMsg{Width: 200, Height: 60} })
	if n := len(a.report.findings); n != 1 {
		t.Fatalf("%d findings", n)
	}
	if frame := strings.Join(strings.Fields(plainText(a.View())), " "); !strings.Contains(frame, "and 2 more (dynamodb:DeleteItem, sqs:SendMessage)") {
		t.Errorf("the screen does not say what else was refused:\n%s", plainText(a.View()))
	}
	proof := a.fixes.proof()
	if proof == nil || !strings.Contains(proof.Document, "sqs:SendMessage") || proof.Verdict() != diagnostics.ProofHolds {
		t.Fatalf("the fix would add %+v", proof)
	}
	a.step(func() tea.Msg { return keyMsg("5") })
	a.step(func() tea.Msg { return keyMsg("b") })
	allowed := 0
	for _, r := range a.iam.list.Items() {
		if r.mark == "" && !r.Allowed() && r.after.Allowed() {
			allowed++
		}
	}
	if allowed != 3 {
		t.Errorf("%d of 3 calls are allowed with the statement", allowed)
	}
}
