package tui

import (
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"firstaid/diagnostics"
)

// rolePolicies hold one statement for each way a call can be decided.
const (
	shopPolicy = `{"Version":"2012-10-17","Statement":[` +
		`{"Sid":"ReadOrders","Effect":"Allow","Action":["dynamodb:GetItem","dynamodb:Query"],"Resource":"arn:aws:dynamodb:ap-northeast-2:123456789012:table/orders"},` +
		`{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::receipts/*"},` +
		`{"Sid":"NoDeletes","Effect":"Deny","Action":"dynamodb:DeleteItem","Resource":"*"},` +
		`{"Sid":"OfficeOnly","Effect":"Allow","Action":"sqs:SendMessage","Resource":"*","Condition":{"StringEquals":{"aws:SourceVpce":"vpce-1"}}},` +
		`{"Effect":"Allow","Action":"sns:Publish","Resource":"*"}]}`
	shopBoundary = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["dynamodb:*","s3:*","sqs:*","logs:*"],"Resource":"*"}]}`
)

func refusal(action, resource, why string) string {
	return "[ERROR] ClientError: User: arn:aws:sts::123456789012:assumed-role/shop-role/shop is not authorized to perform: " + action +
		" on resource: " + resource + " " + why
}

// deniedSnapshot is a function that was refused in every way that the pane
// tells apart. Of two calls IAM was asked, the rest is decided from the
// policies that were read.
func deniedSnapshot() *diagnostics.Snapshot {
	s := sampleSnapshot()
	s.Events = nil
	no := false
	role := "arn:aws:iam::123456789012:role/app/shop-role"
	s.Functions[0].FunctionName, s.Functions[0].Role = "shop", role
	s.Roles = []diagnostics.Role{{
		RoleName: "shop-role", Arn: role, Path: "/app/",
		PermissionsBoundary: "arn:aws:iam::123456789012:policy/team-boundary", Boundary: shopBoundary,
		Policies: []diagnostics.RolePolicy{
			{PolicyName: "shop-access", Document: shopPolicy},
			{PolicyName: "AWSLambdaBasicExecutionRole", PolicyArn: "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole", Document: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["logs:CreateLogGroup","logs:CreateLogStream","logs:PutLogEvents"],"Resource":"*"}]}`},
		},
	}}
	end := strings.Index(shopPolicy, `,{"Effect":"Allow","Action":"s3`) + 1 // AWS counts from 1, just after the brace
	s.Simulations = []diagnostics.Simulation{
		{
			Origin: "aws", PolicySourceArn: role, EvalActionName: "dynamodb:GetItem", EvalResourceName: "arn:aws:dynamodb:ap-northeast-2:123456789012:table/orders", EvalDecision: "allowed",
			MatchedStatements: []diagnostics.MatchedStatement{{SourcePolicyId: "role_shop-role_shop-access", SourcePolicyType: "IAM Policy", EndLine: 1, EndColumn: end}},
		},
		{Origin: "aws", PolicySourceArn: role, EvalActionName: "dynamodb:PutItem", EvalResourceName: "arn:aws:dynamodb:ap-northeast-2:123456789012:table/orders", EvalDecision: "implicitDeny"},
		{Origin: "aws", PolicySourceArn: role, EvalActionName: "sns:Publish", EvalResourceName: "arn:aws:sns:ap-northeast-2:123456789012:alerts", EvalDecision: "implicitDeny", AllowedByBoundary: &no},
	}
	s.LogGroups[0].LogGroupName, s.LogGroups[0].FunctionName = "/aws/lambda/shop", "shop"
	s.LogGroups[0].Events = nil
	for i, text := range []string{
		refusal("dynamodb:DeleteItem", "arn:aws:dynamodb:ap-northeast-2:123456789012:table/orders", "with an explicit deny in an identity-based policy"),
		refusal("s3:GetObject", `"arn:aws:s3:::receipts-archive/2026/영수증 사본.pdf"`, "because no identity-based policy allows the s3:GetObject action"),
		refusal("sqs:SendMessage", "arn:aws:sqs:ap-northeast-2:123456789012:jobs", "because no identity-based policy allows the sqs:SendMessage action"),
	} {
		s.LogGroups[0].Events = append(s.LogGroups[0].Events, diagnostics.LogEvent{EventId: "d" + itoa(i), Timestamp: at(31 + i), LogStreamName: "2026/10/01/[42]ab", Message: text})
	}
	return s
}

func deniedFrame(t *testing.T, w, h int, keys ...string) string {
	t.Helper()
	return plainText(Frame(deniedSnapshot(), fixedCatalog(t), Options{Lang: diagnostics.English, Fixer: &fakeFixer{}, Exporter: &fakeExporter{}, judge: sampleFindings}, w, h, keys...))
}

func TestIAMFrames(t *testing.T) {
	for _, c := range []struct {
		name string
		w, h int
		keys []string
	}{
		{"60x16", 60, 16, []string{"5", "g"}},
		{"80x24", 80, 24, []string{"5", "g"}},
		{"120x40", 120, 40, []string{"5", "g", "down"}},
		{"200x60", 200, 60, []string{"5", "g", "down", "down"}},
		{"80x24-policies", 80, 24, []string{"5", "g", "enter"}},
		{"120x40-policies", 120, 40, []string{"5", "g", "down", "down", "enter"}},
		{"120x40-boundary", 120, 40, []string{"5", "g", "down", "down", "down", "enter"}},
		{"80x24-filter", 80, 24, []string{"5", "/", "d", "y", "n", "a", "m", "o", "enter"}},
		{"80x24-filter-nothing", 80, 24, []string{"5", "/", "x", "y", "z", "z", "enter"}},
	} {
		t.Run(c.name, func(t *testing.T) { golden(t, "iam/"+c.name+".txt", deniedFrame(t, c.w, c.h, c.keys...)) })
	}
}

// Denied calls come first, and each row says which statement decided, in which
// layer, and who checked.
func TestIAMRowsSayWhoDecided(t *testing.T) {
	a := opened(t, deniedSnapshot(), 120, 40)
	want := [][]string{
		{"denied", "dynamodb:DeleteItem", "shop-access NoDeletes", "identity", "not by AWS"},
		{"not allowed", "dynamodb:PutItem", "none; near shop-access ReadOrders", "identity", "by AWS"},
		{"not allowed", "sns:Publish", "no statement", "boundary", "by AWS"},
		{"not allowed", "s3:GetObject", "none; near shop-access #2", "identity", "not by AWS"},
		{"unknown", "sqs:SendMessage", "shop-access OfficeOnly", "identity", "not by AWS"},
		{"allowed", "dynamodb:GetItem", "shop-access ReadOrders", "identity", "by AWS"},
	}
	rows := a.iam.list.Items()
	if len(rows) != len(want) {
		t.Fatalf("%d rows, want %d", len(rows), len(want))
	}
	for i, w := range want {
		got := rows[i].parts()
		if got[partDecision] != w[0] || got[partAction] != w[1] || got[partBy] != w[2] || got[partLayer] != w[3] || got[partChecked] != w[4] {
			t.Errorf("row %d is %q, want %q", i, got, w)
		}
	}
}

// Enter leads to the statement that decided, at every size.
func TestEnterShowsTheDecidingStatement(t *testing.T) {
	for _, size := range [][2]int{{60, 16}, {80, 24}, {120, 40}, {200, 60}} {
		a := opened(t, deniedSnapshot(), size[0], size[1])
		for _, k := range []string{"5", "g", "enter"} {
			_, cmd := a.Update(keyMsg(k))
			a.step(cmd)
		}
		frame := plainText(a.View())
		if a.focused != detailPane || !strings.Contains(frame, "← denies it") || !strings.Contains(frame, `"Sid": "NoDeletes"`) {
			t.Errorf("at %v the statement is not in sight:\n%s", size, frame)
		}
	}
}

// An empty pane says what to do.
func TestIAMEmptyStates(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*diagnostics.Snapshot)
		want   string
	}{
		"nothing denied": {func(s *diagnostics.Snapshot) {}, "Nothing was denied"},
		"no role read":   {func(s *diagnostics.Snapshot) { s.Roles = nil }, "firstaid permissions"},
		"still reading":  {func(s *diagnostics.Snapshot) { s.Complete = false }, "Not read yet"},
	} {
		t.Run(name, func(t *testing.T) {
			s := deniedSnapshot()
			s.Simulations, s.LogGroups[0].Events = nil, nil
			c.change(s)
			a := opened(t, s, 80, 24)
			a.Update(keyMsg("5"))
			if frame := plainText(a.View()); !strings.Contains(strings.Join(strings.Fields(frame), " "), c.want) {
				t.Errorf("want %q:\n%s", c.want, frame)
			}
		})
	}
}

// A hostile log cannot fill the pane, break its rows or have anything asked in
// its name.
func TestIAMPaneBearsHostileTexts(t *testing.T) {
	s := deniedSnapshot()
	for i := range 5000 {
		s.LogGroups[0].Events = append(s.LogGroups[0].Events, diagnostics.LogEvent{EventId: "x" + itoa(i), Timestamp: at(40), Message: refusal("s3:GetObject", "arn:aws:s3:::b/\x1b[2J\u202e"+itoa(i), "because no identity-based policy allows the s3:GetObject action")})
		s.LogGroups[0].Events = append(s.LogGroups[0].Events, diagnostics.LogEvent{EventId: "y" + itoa(i), Timestamp: at(40), Message: refusal("s3:GetObject", "arn:aws:s3:::b/"+itoa(i), "because no identity-based policy allows the s3:GetObject action")})
	}
	a := opened(t, s, 80, 24)
	a.Update(keyMsg("5"))
	if n := a.iam.list.Len(); n > 250 {
		t.Errorf("%d rows", n)
	}
	for _, size := range [][2]int{{60, 16}, {80, 24}, {133, 37}, {200, 60}} {
		a.Update(tea.WindowSizeMsg{Width: size[0], Height: size[1]})
		rectangle(t, "hostile", a.View(), size[0], size[1])
	}
	if strings.ContainsAny(plainText(a.View()), "\x1b\u202e") {
		t.Error("a control character reached the screen")
	}
}
