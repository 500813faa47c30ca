package playbooks

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"firstaid/diagnostics"
)

const benchLines = 1_000_000

// writeLambdaLog writes a log of a million lines, one in a thousand of which
// is a failure; all patterns of the catalogue have a chance.
func writeLambdaLog(b *testing.B, c *Catalog) string {
	b.Helper()
	path := filepath.Join(b.TempDir(), "lambda.log")
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	var failures []string
	for _, p := range c.Playbooks() {
		for _, e := range p.Examples.Match {
			failures = append(failures, strings.Join(strings.Fields(e.Text), " "))
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	begin := time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)
	for i := range benchLines {
		at := begin.Add(time.Duration(i) * 37 * time.Millisecond).Format("2006-01-02T15:04:05.000Z")
		id := fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", random.Uint32(), random.Uint32()>>16, random.Uint32()>>16, random.Uint32()>>16, random.Uint64()>>16)
		if random.IntN(1000) == 0 {
			fmt.Fprintf(w, "%s %s %s\n", at, id, failures[random.IntN(len(failures))])
			continue
		}
		writeHealthyLine(w, random, i, at, id)
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	return path
}

func writeHealthyLine(w io.Writer, random *rand.Rand, i int, at, id string) {
	ms := float64(random.IntN(90_000)) / 100
	switch i % 5 {
	case 0:
		fmt.Fprintf(w, "%s START RequestId: %s Version: $LATEST\n", at, id)
	case 1:
		fmt.Fprintf(w, "%s\t%s\tINFO\tProcessing order %d of customer %d from queue with %d items\n", at, id, random.IntN(1e6), random.IntN(1e5), random.IntN(20))
	case 2:
		fmt.Fprintf(w, "{\"timestamp\":\"%s\",\"level\":\"INFO\",\"requestId\":\"%s\",\"message\":\"stored\",\"path\":\"/orders/%d\",\"took\":%.2f,\"service\":\"shop\"}\n", at, id, random.IntN(1e6), ms)
	case 3:
		fmt.Fprintf(w, "%s END RequestId: %s\n", at, id)
	default:
		fmt.Fprintf(w, "%s REPORT RequestId: %s\tDuration: %.2f ms\tBilled Duration: %d ms\tMemory Size: 512 MB\tMax Memory Used: %d MB\t\n", at, id, ms, int(ms)+1, 80+random.IntN(200))
	}
}

// BenchmarkScan reads a million lines on one core and on all, classification
// and captures included. Where rg is installed it searches the same file for
// the same patterns in turns with it, and ratio is our time by its.
func BenchmarkScan(b *testing.B) {
	c, err := Builtin()
	if err != nil {
		b.Fatal(err)
	}
	path := writeLambdaLog(b, c)
	patterns := patternFile(b, c, 1)
	some := patternFile(b, c, 17)
	for _, bench := range []struct {
		name    string
		workers int
		threads string
		file    string
	}{
		{"one core, rg with a seventeenth of the patterns", 1, "1", some},
		{"all cores, rg with a seventeenth of the patterns", 0, "0", some},
		{"one core", 1, "1", patterns},
		{"all cores", 0, "0", patterns},
	} {
		b.Run(bench.name, func(b *testing.B) { benchmarkScan(b, c, path, bench.workers, bench.threads, bench.file) })
	}
}

func benchmarkScan(b *testing.B, c *Catalog, path string, workers int, threads, patterns string) {
	rg, err := exec.LookPath("rg")
	if err != nil {
		b.Log("rg is not installed: there is no ratio")
	}
	var ours, theirs time.Duration
	hits := 0
	for b.Loop() {
		begun := time.Now()
		hits = scanFile(b, c, path, workers)
		ours += time.Since(begun)
		if rg == "" {
			continue
		}
		b.StopTimer()
		begun = time.Now()
		if out, err := exec.Command(rg, "-c", "-i", "-j", threads, "--regex-size-limit", "2G", "--dfa-size-limit", "2G", "-f", patterns, path).CombinedOutput(); err != nil {
			b.Fatalf("rg: %v: %.300s", err, out)
		}
		theirs += time.Since(begun)
		b.StartTimer()
	}
	b.ReportMetric(float64(hits), "hits")
	if rg != "" {
		b.ReportMetric(theirs.Seconds()/float64(b.N), "rg-s/op")
		b.ReportMetric(ours.Seconds()/theirs.Seconds(), "ratio")
	}
	if info, err := os.Stat(path); err == nil {
		b.SetBytes(info.Size())
	}
}

func scanFile(b *testing.B, c *Catalog, path string, workers int) int {
	b.Helper()
	f, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	hits := 0
	if err := c.Matcher().Scan(b.Context(), f, ScanOptions{Workers: workers}, func(Hit) error { hits++; return nil }); err != nil {
		b.Fatal(err)
	}
	return hits
}

// patternFile writes every n-th pattern for rg, which wants group names to be
// different.
var captureGroup = regexp.MustCompile(`\(\?P<\w+>`)

func patternFile(b *testing.B, c *Catalog, n int) string {
	b.Helper()
	var lines []string
	for i, s := range c.matcher.signals {
		if i%n == 0 {
			lines = append(lines, captureGroup.ReplaceAllString(s.Pattern, "(?:"))
		}
	}
	path := filepath.Join(b.TempDir(), "patterns")
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		b.Fatal(err)
	}
	return path
}

// BenchmarkMatch judges one message.
func BenchmarkMatch(b *testing.B) {
	m := builtinMatcher(b)
	for name, text := range map[string]string{
		"hit":     "2026-03-01T10:00:03.000Z 8f1c Task timed out after 3.00 seconds",
		"healthy": "2026-03-01T10:00:03.000Z 8f1c INFO order 17 stored",
		"event":   `Resource handler returned message: "User: arn:aws:sts::123456789012:assumed-role/deploy/x is not authorized to perform: lambda:CreateFunction on resource: arn:aws:lambda:eu-west-1:123456789012:function:f because no identity-based policy allows the lambda:CreateFunction action (Service: Lambda, Status Code: 403, Request ID: 1)" (RequestToken: 2, HandlerErrorCode: AccessDenied)`,
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				m.Match(text, Origin{Source: diagnostics.SourceUnknown})
			}
		})
	}
}

// BenchmarkBuiltin is what every start of the program pays.
func BenchmarkBuiltin(b *testing.B) {
	for b.Loop() {
		if _, err := Builtin(); err != nil {
			b.Fatal(err)
		}
	}
}
