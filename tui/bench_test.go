package tui

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"firstaid/diagnostics"
	"firstaid/playbooks"
)

// opened is the screen on a snapshot, everything read.
func opened(b testing.TB, s *diagnostics.Snapshot, w, h int) *App {
	a := New(b.Context(), Options{Source: still{s}, LoadCatalog: loaded(b), judge: sampleFindings, Getenv: func(string) string { return "" }})
	a.headless = true
	a.step(a.Init())
	a.Update(tea.WindowSizeMsg{Width: w, Height: h})
	return a
}

// millionLines is the sample with a log of a million lines of usual length.
func millionLines() *diagnostics.Snapshot {
	s := sampleSnapshot()
	events := make([]diagnostics.LogEvent, 1_000_000)
	for i := range events {
		events[i] = diagnostics.LogEvent{
			EventId: fmt.Sprintf("%056d", i), Timestamp: at(0).Add(time.Duration(i) * time.Millisecond), LogStreamName: "2026/10/01/[42]8c7d",
			Message: fmt.Sprintf("2026-10-01T00:12:00.%06dZ\tINFO\t주문 %d processed {\"requestId\":\"%08x\",\"bytes\":%d}\n", i, i, i*7919, i*13),
		}
	}
	s.LogGroups[0].Events = events
	return s
}

// BenchmarkFrame draws one frame of 200×60 after a key.
func BenchmarkFrame(b *testing.B) {
	a := opened(b, sampleSnapshot(), 200, 60)
	for i := 0; b.Loop(); i++ {
		a.Update(keyMsg([]string{"down", "up"}[i%2]))
		a.View()
	}
}

// BenchmarkFirstFrame goes from nothing to the first frame, before anything is
// read.
func BenchmarkFirstFrame(b *testing.B) {
	for b.Loop() {
		a := New(b.Context(), Options{Source: still{sampleSnapshot()}, LoadCatalog: loaded(b), Getenv: func(string) string { return "" }})
		a.Init()
		a.Update(tea.WindowSizeMsg{Width: 200, Height: 60})
		a.View()
	}
}

// BenchmarkMillionLogLines measures input to frame with a million lines on the
// screen, in the logs pane, and reports the 99th percentile.
func BenchmarkMillionLogLines(b *testing.B) {
	a := opened(b, millionLines(), 200, 60)
	a.Update(keyMsg("4"))
	keys := []string{"pgdown", "down", "down", "G", "pgup", "up", "g", "w", "pgdown", "n", "right", "left", "w"}
	var took []time.Duration
	for i := 0; b.Loop(); i++ {
		start := time.Now()
		a.Update(keyMsg(keys[i%len(keys)]))
		a.View()
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
}

// BenchmarkFindInMillionLines measures how long a key of a search keeps the
// screen from drawing, and how long the whole search takes.
func BenchmarkFindInMillionLines(b *testing.B) {
	a := opened(b, millionLines(), 200, 60)
	a.Update(keyMsg("4"))
	var worst time.Duration
	for i := 0; b.Loop(); i++ {
		a.Update(keyMsg("/"))
		for _, k := range []string{"7", "7"} {
			start := time.Now()
			_, cmd := a.Update(keyMsg(k))
			a.View()
			worst = max(worst, time.Since(start))
			a.step(cmd)
		}
		a.Update(keyMsg("esc"))
	}
	b.ReportMetric(float64(worst.Microseconds())/1000, "worst-key-ms")
}

// BenchmarkReport is the work between the last event and the cause.
func BenchmarkReport(b *testing.B) {
	s := sampleSnapshot()
	for i := range 2000 {
		s.Events = append(s.Events, sampleEvent(21+i%30, fmt.Sprint("Resource", i), "AWS::Lambda::Function", "UPDATE_FAILED", "Resource update cancelled"))
	}
	c := fixedCatalog(b)
	for b.Loop() {
		newReport(s, c, sampleFindings, nil)
	}
}

// BenchmarkMemory reports the heap of the screen idle on one stack, and with a
// million log lines.
func BenchmarkMemory(b *testing.B) {
	for _, c := range []struct {
		name     string
		snapshot func() *diagnostics.Snapshot
	}{{"one-stack", sampleSnapshot}, {"million-lines", millionLines}} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				a := opened(b, c.snapshot(), 200, 60)
				a.View()
				runtime.GC()
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				b.ReportMetric(float64(m.HeapAlloc)/(1<<20), "heap-MB")
				runtime.KeepAlive(a)
			}
		})
	}
}

// pairs is a role with a real policy set, refused 200 different calls that IAM
// was not asked about.
func pairs() *diagnostics.Snapshot {
	s := deniedSnapshot()
	s.Simulations, s.LogGroups[0].Events = nil, nil
	for p := range 8 {
		var statements []string
		for i := range 12 {
			statements = append(statements, fmt.Sprintf(`{"Effect":"Allow","Action":["dynamodb:Get*","dynamodb:Query"],"Resource":"arn:aws:dynamodb:ap-northeast-2:123456789012:table/p%d-t%d*"}`, p, i))
		}
		s.Roles[0].Policies = append(s.Roles[0].Policies, diagnostics.RolePolicy{PolicyName: fmt.Sprint("more-", p), Document: `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`})
	}
	for i := range 200 {
		text := refusal("dynamodb:PutItem", fmt.Sprintf("arn:aws:dynamodb:ap-northeast-2:123456789012:table/t%d", i), "because no identity-based policy allows the dynamodb:PutItem action")
		s.LogGroups[0].Events = append(s.LogGroups[0].Events, diagnostics.LogEvent{EventId: fmt.Sprint("p", i), Timestamp: at(30), Message: text})
	}
	return s
}

// BenchmarkSimulatePairs reads 200 denials, decides them from the role's
// policies and draws the pane over the whole screen.
func BenchmarkSimulatePairs(b *testing.B) {
	s := pairs()
	a := opened(b, s, 200, 60)
	a.Update(keyMsg("5"))
	a.Update(keyMsg("z"))
	for b.Loop() {
		r := *a.report
		r.decider = playbooks.NewDecider(s)
		r.decisions = r.decider.Decisions()
		a.iam.show(&r)
		a.View()
	}
	if n := a.iam.list.Len(); n < 200 {
		b.Fatalf("%d rows", n)
	}
}

// BenchmarkWhatIf goes from the enter of the form to the frame with its row.
func BenchmarkWhatIf(b *testing.B) {
	a := opened(b, pairs(), 200, 60)
	a.Update(keyMsg("5"))
	role := a.report.snapshot.Roles[0].Arn
	for i := 0; b.Loop(); i++ {
		a.iam.ifs = nil
		a.iam.add(whatIf{role, "dynamodb:DeleteItem", fmt.Sprintf("arn:aws:dynamodb:ap-northeast-2:123456789012:table/x%d", i)})
		a.View()
	}
}
