package cost

import (
	"slices"
	"strings"
	"time"

	"firstaid/diagnostics"
)

// Measure reads the usage of every function of a snapshot from its CloudWatch
// metrics (namespace AWS/Lambda). Functions without metrics are left out: their
// cost is unknown, not nothing.
func Measure(s *diagnostics.Snapshot) []Usage {
	var list []Usage
	for _, f := range s.Functions {
		if u, ok := measure(s, f); ok {
			list = append(list, u)
		}
	}
	return list
}

func measure(s *diagnostics.Snapshot, f diagnostics.Function) (Usage, bool) {
	m := series{metrics: s.Metrics, function: f.FunctionName}
	invocations, ok := m.find("Invocations", "Sum")
	if !ok || len(invocations.Timestamps) == 0 {
		return Usage{}, false
	}
	u := Usage{
		Function: f.FunctionName, Architecture: architecture(f), MemoryMB: f.MemorySize, StorageMB: f.EphemeralStorage,
		Window: window(invocations), Requests: sum(invocations), IdleHours: idleHours(invocations),
	}
	u.Billed = time.Duration(m.sum("Duration") * float64(time.Millisecond))
	u.Concurrency = m.max("ConcurrentExecutions")
	for _, a := range f.Aliases {
		if a.Provisioned != nil {
			u.Provisioned += a.Provisioned.Allocated
		}
	}
	if on := m.sum("ProvisionedConcurrencyInvocations"); u.Requests > 0 {
		u.OnProvisioned = time.Duration(float64(u.Billed) * min(1, on/u.Requests))
	}
	u.readLogs(s)
	return u, true
}

// readLogs adds what only REPORT lines say: peak memory and cold starts. Cold
// starts are a share of the invocations that were read, put on all of them.
func (u *Usage) readLogs(s *diagnostics.Snapshot) {
	seen, cold := 0, 0
	var init time.Duration
	for _, g := range s.LogGroups {
		if g.FunctionName != u.Function {
			continue
		}
		for _, e := range g.Events {
			for _, r := range diagnostics.Reports(e.Message) {
				seen++
				u.MaxUsedMB = max(u.MaxUsedMB, int(r.MaxMemoryMB.Value))
				if r.InitMs.Stated {
					cold++
					init += milliseconds(r.InitMs.Value)
				}
			}
		}
	}
	if seen > 0 {
		share := float64(cold) / float64(seen)
		u.ColdStarts = share * u.Requests
		if cold > 0 {
			u.Init = time.Duration(u.ColdStarts * float64(init) / float64(cold))
		}
	}
}

// FromReports reads the usage of one function from the REPORT lines of its log
// over a window. The memory size is the largest that the lines state.
func FromReports(function, arch string, window time.Duration, reports []diagnostics.Report) Usage {
	u := Usage{Function: function, Architecture: arch, Window: window}
	for _, r := range reports {
		u.Requests++
		billed := r.BilledMs.Value
		if !r.BilledMs.Stated {
			billed = r.DurationMs.Value
		}
		u.Billed += milliseconds(billed)
		u.MemoryMB = max(u.MemoryMB, int(r.MemoryMB.Value))
		u.MaxUsedMB = max(u.MaxUsedMB, int(r.MaxMemoryMB.Value))
		if r.InitMs.Stated {
			u.ColdStarts++
			u.Init += milliseconds(r.InitMs.Value)
		}
	}
	return u
}

func milliseconds(ms float64) time.Duration { return time.Duration(ms * float64(time.Millisecond)) }

func architecture(f diagnostics.Function) string {
	if slices.Contains(f.Architectures, Arm) {
		return Arm
	}
	return X86
}

// series finds the metrics of one function; those of an alias or version
// repeat what the function's own count.
type series struct {
	metrics  []diagnostics.Metric
	function string
}

func (s series) find(name, stat string) (diagnostics.Metric, bool) {
	i := slices.IndexFunc(s.metrics, func(m diagnostics.Metric) bool {
		return m.MetricName == name && strings.EqualFold(m.Stat, stat) && m.Dimensions["FunctionName"] == s.function && m.Dimensions["Resource"] == ""
	})
	if i < 0 {
		return diagnostics.Metric{}, false
	}
	return s.metrics[i], true
}

func (s series) sum(name string) float64 {
	m, _ := s.find(name, "Sum")
	return sum(m)
}

func (s series) max(name string) float64 {
	m, ok := s.find(name, "Maximum")
	if !ok || len(m.Values) == 0 {
		return 0
	}
	return slices.Max(m.Values)
}

func sum(m diagnostics.Metric) float64 {
	total := 0.0
	for _, v := range m.Values {
		total += v
	}
	return total
}

// window is the time that a series covers, its last period included.
func window(m diagnostics.Metric) time.Duration {
	period := time.Duration(m.Period) * time.Second
	first, last := m.Timestamps[0], m.Timestamps[0]
	for _, t := range m.Timestamps {
		first, last = minTime(first, t), maxTime(last, t)
	}
	return last.Sub(first) + period
}

func minTime(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func maxTime(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// idleHours counts the hours of the window without a request. Periods without
// data count as idle: CloudWatch keeps no zeros for Lambda.
func idleHours(m diagnostics.Metric) int {
	busy := map[time.Time]bool{}
	for i, t := range m.Timestamps {
		if i < len(m.Values) && m.Values[i] > 0 {
			for h := t.Truncate(time.Hour); h.Before(t.Add(time.Duration(m.Period) * time.Second)); h = h.Add(time.Hour) {
				busy[h] = true
			}
		}
	}
	return max(0, int(window(m).Hours())-len(busy))
}
