package cost

import (
	"math"
	"strings"
	"testing"
	"time"

	"firstaid/diagnostics"
)

func prices(t *testing.T) *Prices {
	t.Helper()
	p, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func cents(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) >= 0.005 {
		t.Errorf("%s is $%.4f, want $%.2f", what, got, want)
	}
}

// 3 million requests a month, 120 ms billed, 1,536 MB, x86 (the shape of the
// first example on aws.amazon.com/lambda/pricing), by hand:
// 3,000,000 × 0.12 s × 1.5 GB = 540,000 GB-s × 0.0000166667 = $9.00
// 3,000,000 × 0.0000002 = $0.60; free tier: 400,000 GB-s × 0.0000166667 + $0.20 = $6.87.
func TestX86ByHand(t *testing.T) {
	u := Usage{Architecture: X86, MemoryMB: 1536, Window: 30 * 24 * time.Hour, Requests: 3e6, Billed: 3e6 * 120 * time.Millisecond}
	p := prices(t)
	b := p.Bill(u)
	cents(t, "duration of a month", b.Duration*Month, 9.00)
	cents(t, "requests of a month", b.Request*Month, 0.60)
	cents(t, "month", b.PerMonth(), 9.60)
	cents(t, "free tier of a month", p.Free([]Bill{b})*Month, 6.87)
}

// 500,000 requests a day, 80 ms, 512 MB, arm64, by hand:
// 500,000 × 0.08 × 0.5 = 20,000 GB-s × 0.0000133334 = $0.27; 500,000 × 0.0000002 = $0.10.
func TestArmByHand(t *testing.T) {
	u := Usage{Architecture: Arm, MemoryMB: 512, Window: 24 * time.Hour, Requests: 5e5, Billed: 5e5 * 80 * time.Millisecond}
	b := prices(t).Bill(u)
	cents(t, "duration", b.Duration, 0.27)
	cents(t, "day", b.PerDay(), 0.37)
}

// Provisioned concurrency 100 for a day, 1,024 MB, x86, 1 million requests of
// 100 ms, all on it, by hand:
// 100 × 1 GB × 86,400 s × 0.0000041667 = $36.00
// 1,000,000 × 0.1 s × 1 GB × 0.0000097222 = $0.97; requests $0.20.
func TestProvisionedByHand(t *testing.T) {
	u := Usage{Architecture: X86, MemoryMB: 1024, Window: 24 * time.Hour, Requests: 1e6, Billed: 1e5 * time.Second, Provisioned: 100, OnProvisioned: 1e5 * time.Second}
	b := prices(t).Bill(u)
	cents(t, "provisioned", b.Provisioned, 36.97)
	cents(t, "day", b.PerDay(), 37.17)
	if idle := IdleProvisioned(u); math.Abs(idle-(1-1e5/8.64e6)) > 1e-9 {
		t.Errorf("idle share is %v", idle)
	}
}

func TestTiers(t *testing.T) {
	p := prices(t)
	want := 6e9*0.0000166667 + 1e9*0.000015
	if got := p.duration(X86, 7e9); math.Abs(got-want) > 0.01 {
		t.Errorf("7 billion GB-s cost %v, want %v", got, want)
	}
}

// Two tasks of 0.5 vCPU and 1 GB around the clock, by hand:
// 2 × 24 × (0.5 × 0.04048 + 0.004445) = $1.18 a day.
func TestBreakEven(t *testing.T) {
	p := prices(t)
	c := Containers{Architecture: X86, VCPU: 0.5, MemoryGB: 1, Tasks: 2}
	cents(t, "containers", p.PerDay(c), 1.18)
	u := Usage{Architecture: X86, MemoryMB: 1024, Window: 24 * time.Hour, Requests: 1000, Billed: 1000 * 100 * time.Millisecond}
	even := p.State([]Usage{u}, 0, &c).Containers.BreakEven
	if even == nil {
		t.Fatal("no break-even")
	}
	u.Requests, u.Billed = *even, time.Duration(*even*float64(100*time.Millisecond))
	cents(t, "the function at break-even", p.Bill(u).PerDay(), p.PerDay(c))
	if n := c.TasksFor(0); n != 2 {
		t.Errorf("%v tasks", n)
	}
}

func TestRightSize(t *testing.T) {
	for _, c := range []struct{ used, memory, want int }{{0, 1024, 0}, {100, 1024, 128}, {700, 1024, 896}, {900, 1024, 0}, {60, 128, 0}} {
		if got := RightSize(Usage{MaxUsedMB: c.used, MemoryMB: c.memory}); got != c.want {
			t.Errorf("%d of %d MB used: %d, want %d", c.used, c.memory, got, c.want)
		}
	}
}

func TestABrokenTableIsRefused(t *testing.T) {
	good := string(defaultPrices)
	for change, want := range map[[2]string]string{
		{"date: 2026-11-01", "date: soon"}:                 "date must be written",
		{"request: 0.0000002", "request: 0"}:               "request and storage",
		{"vcpu: 0.04048", "vcpu: -1"}:                      "fargate.x86_64",
		{"region: us-east-1", "regio: us-east-1"}:          "regio",
		{"{upTo: 6000000000, ", "{upTo: 99000000000000, "}: "upTo must rise",
	} {
		_, err := ReadPrices("mine.yaml", []byte(strings.Replace(good, change[0], change[1], 1)))
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "mine.yaml") {
			t.Errorf("%s: %v", change[1], err)
		}
	}
}

func TestUsageFromMetrics(t *testing.T) {
	hour := func(h int) time.Time { return time.Date(2026, 3, 2, h, 0, 0, 0, time.UTC) }
	metric := func(name, stat string, values ...float64) diagnostics.Metric {
		m := diagnostics.Metric{Namespace: "AWS/Lambda", MetricName: name, Stat: stat, Period: 3600, Dimensions: map[string]string{"FunctionName": "orders"}, Values: values}
		for i := range values {
			m.Timestamps = append(m.Timestamps, hour(i*2))
		}
		return m
	}
	s := &diagnostics.Snapshot{
		Functions: []diagnostics.Function{
			{FunctionName: "orders", MemorySize: 512, Architectures: []string{"arm64"}, Aliases: []diagnostics.Alias{{Provisioned: &diagnostics.Provisioned{Allocated: 2}}}},
			{FunctionName: "silent", MemorySize: 512},
		},
		Metrics: []diagnostics.Metric{
			metric("Invocations", "Sum", 100, 300), metric("Duration", "Sum", 5000, 15000),
			metric("ConcurrentExecutions", "Maximum", 3, 7), metric("ProvisionedConcurrencyInvocations", "Sum", 100, 100),
		},
		LogGroups: []diagnostics.LogGroup{{FunctionName: "orders", Events: []diagnostics.LogEvent{
			{Message: "REPORT RequestId: a\tDuration: 50 ms\tBilled Duration: 50 ms\tMemory Size: 512 MB\tMax Memory Used: 99 MB\tInit Duration: 200 ms"},
			{Message: "REPORT RequestId: b\tDuration: 50 ms\tBilled Duration: 50 ms\tMemory Size: 512 MB\tMax Memory Used: 101 MB"},
		}}},
	}
	got := Measure(s)
	if len(got) != 1 {
		t.Fatalf("%d usages: a function without metrics is unknown, not free", len(got))
	}
	want := Usage{
		Function: "orders", Architecture: Arm, MemoryMB: 512, Window: 3 * time.Hour, Requests: 400, Billed: 20 * time.Second,
		Provisioned: 2, OnProvisioned: 10 * time.Second, ColdStarts: 200, Init: 40 * time.Second, MaxUsedMB: 101, Concurrency: 7, IdleHours: 1,
	}
	if got[0] != want {
		t.Errorf("got  %+v\nwant %+v", got[0], want)
	}
}

// TestThePictureIsOnOneScale: the parts of a bar are as long as their share of
// the dearest function's day, and the legend names only what is drawn.
func TestThePictureIsOnOneScale(t *testing.T) {
	s := Statement{Lines: []Line{
		{Bill: Bill{Function: "dear", Duration: 6, Request: 2, Storage: 2}, Day: 10, Usage: Usage{Architecture: Arm}},
		{Bill: Bill{Function: "cheap", Duration: 2.5}, Day: 2.5},
		{Bill: Bill{Function: "tiny", Duration: 0.001}, Day: 0.001},
	}}
	var b strings.Builder
	if err := s.Write(&b, diagnostics.English); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"  dear   " + strings.Repeat("█", 24) + strings.Repeat("▓", 8) + strings.Repeat("░", 8) + " $10.00\n",
		"  cheap  " + strings.Repeat("█", 10) + " $2.50\n",
		"  tiny   █ $0.00\n",
		"█ duration  ▓ requests  ░ storage\n",
		"arm64",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("there is no %q in\n%s", want, b.String())
		}
	}
}
