package playbooks

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"syscall"
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
		fmt.Fprintf(w, "{\"timestamp\":\"%s\",\"level\":\"INFO\",\"requestId\":\"%s\",\"message\":\"stored\",\"path\":\"/orders/%d\",\"took\":%.2f,\"service\":\"shop\",\"function_name\":\"shop-orders\",\"cold_start\":false}\n", at, id, random.IntN(1e6), ms)
	case 3:
		fmt.Fprintf(w, "%s END RequestId: %s\n", at, id)
	default:
		fmt.Fprintf(w, "%s REPORT RequestId: %s\tDuration: %.2f ms\tBilled Duration: %d ms\tMemory Size: 512 MB\tMax Memory Used: %d MB\t\n", at, id, ms, int(ms)+1, 80+random.IntN(200))
	}
}

// A contest sets a scan with a catalogue against rg, which searches the same
// file for patterns and only counts the lines.
type contest struct {
	name    string
	catalog *Catalog
	rg      []string
}

// rgLimit bounds one run of rg: some sets of patterns take it minutes.
const rgLimit = 30 * time.Second

// BenchmarkScan reads a million lines, on one core and on all, classification
// and captures included. Where rg is installed it searches the same file in
// turns with it; ratio is our median time by its, peak-RSS-MB the most memory
// that this process ever had.
func BenchmarkScan(b *testing.B) {
	path := ""
	for _, c := range contests(b) {
		if path == "" {
			path = writeLambdaLog(b, c.catalog)
		}
		b.Run("one core/"+c.name, func(b *testing.B) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
			c.run(b, path, "-j1")
		})
		b.Run("all cores/"+c.name, func(b *testing.B) { c.run(b, path, "-j0") })
	}
}

// contests are three: the whole catalogue against the literals that its filter
// seeks, as fixed strings; and the whole catalogue and the core ten alone
// against 41 patterns of the core ten. All are sought without regard to case
// and, as RE2 does, with \w and \b in ASCII only.
func contests(b *testing.B) []contest {
	b.Helper()
	whole, err := Builtin()
	if err != nil {
		b.Fatal(err)
	}
	var list []Playbook
	for _, id := range append(slices.Clone(coreClasses), "lambda-cost") {
		p, _ := whole.Get(id)
		list = append(list, p)
	}
	core, err := NewCatalog(list)
	if err != nil {
		b.Fatal(err)
	}
	literals := []string{"-F", "-i", "-f", patternFile(b, filterLiterals(whole.matcher))}
	sample := []string{"--no-unicode", "-i", "-f", patternFile(b, samplePatterns(core.matcher, 41))}
	return []contest{
		{"whole catalogue, rg its literals", whole, literals},
		{"whole catalogue, rg 41 patterns", whole, sample},
		{"core ten, rg 41 patterns", core, sample},
	}
}

// filterLiterals are those of which the filter seeks pieces, each once.
func filterLiterals(m *Matcher) []string {
	var list []string
	for _, s := range m.signals {
		list = append(list, rarest(required(s))...)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// captureGroup is taken out for rg, which wants group names to be different.
var captureGroup = regexp.MustCompile(`\(\?P<\w+>`)

// samplePatterns are the n patterns whose required literals are the longest,
// in the order of the playbooks where they are equally long.
func samplePatterns(m *Matcher, n int) []string {
	long := func(s signal) int {
		if best := longest(required(s)); best != nil {
			return shortest(best)
		}
		return 0
	}
	signals := slices.Clone(m.signals)
	slices.SortStableFunc(signals, func(a, b signal) int { return long(b) - long(a) })
	var list []string
	for _, s := range signals[:n] {
		list = append(list, captureGroup.ReplaceAllString(s.Pattern, "(?:"))
	}
	return list
}

func patternFile(b *testing.B, patterns []string) string {
	b.Helper()
	path := filepath.Join(b.TempDir(), "patterns")
	if err := os.WriteFile(path, []byte(strings.Join(patterns, "\n")+"\n"), 0o600); err != nil {
		b.Fatal(err)
	}
	return path
}

func (c contest) run(b *testing.B, path, threads string) {
	rg, err := exec.LookPath("rg")
	if err != nil {
		b.Log("there is no ratio: rg (ripgrep) is not installed")
	}
	var ours, theirs []time.Duration
	hits := 0
	for b.Loop() {
		begun := time.Now()
		hits = scanFile(b, c.catalog, path)
		ours = append(ours, time.Since(begun))
		if rg != "" {
			b.StopTimer()
			theirs = append(theirs, rgTime(b, append([]string{rg, "-c", threads}, append(c.rg, path)...)))
			b.StartTimer()
		}
	}
	if info, err := os.Stat(path); err == nil {
		b.SetBytes(info.Size())
	}
	b.ReportMetric(float64(hits), "hits")
	b.ReportMetric(median(ours).Seconds(), "median-s")
	if rg != "" {
		b.ReportMetric(median(theirs).Seconds(), "rg-median-s")
		b.ReportMetric(median(ours).Seconds()/median(theirs).Seconds(), "ratio")
	}
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err == nil {
		b.ReportMetric(float64(usage.Maxrss)/1024, "peak-RSS-MB")
	}
}

func rgTime(b *testing.B, argv []string) time.Duration {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context(), rgLimit)
	defer cancel()
	begun := time.Now()
	if out, err := exec.CommandContext(ctx, argv[0], argv[1:]...).CombinedOutput(); err != nil {
		b.Fatalf("%q: %v (stopped after %s at the latest): %.300s", argv, err, rgLimit, out)
	}
	return time.Since(begun)
}

func median(list []time.Duration) time.Duration {
	slices.Sort(list)
	return list[len(list)/2]
}

func scanFile(b *testing.B, c *Catalog, path string) int {
	b.Helper()
	f, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	hits := 0
	if err := c.Matcher().Scan(b.Context(), f, ScanOptions{}, func(Hit) error { hits++; return nil }); err != nil {
		b.Fatal(err)
	}
	return hits
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
