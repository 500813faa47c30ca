package playbooks

import (
	"slices"
	"strconv"
	"strings"

	"firstaid/diagnostics"
	"firstaid/diagnostics/policy"
)

// functionFacts speak of the configuration of the function that a finding is
// about.
func functionFacts() []Fact {
	of := func(read func(*diagnostics.Function) string) func(*scene, string) (string, diagnostics.Ref, bool) {
		return func(c *scene, _ string) (string, diagnostics.Ref, bool) {
			if c.fn == nil {
				return nothing()
			}
			value := read(c.fn)
			return value, diagnostics.Ref{Kind: diagnostics.KindFunction, ID: c.fn.FunctionName}, value != ""
		}
	}
	number := func(read func(*diagnostics.Function) int) func(*scene, string) (string, diagnostics.Ref, bool) {
		return of(func(f *diagnostics.Function) string { return strconv.Itoa(read(f)) })
	}
	return []Fact{
		{"function.vpc", "yes when the function is attached to a VPC", of(func(f *diagnostics.Function) string { return yesNo(len(f.SubnetIds) > 0) })},
		{"function.subnets", "the number of its subnets", number(func(f *diagnostics.Function) int { return len(f.SubnetIds) })},
		{"function.layers", "the number of its layers", number(func(f *diagnostics.Function) int { return len(f.Layers) })},
		{"function.timeout", "its limit in seconds", number(func(f *diagnostics.Function) int { return f.Timeout })},
		{"function.memory", "its memory in MB", number(func(f *diagnostics.Function) int { return f.MemorySize })},
		{"function.storage", "its /tmp in MB", number(func(f *diagnostics.Function) int { return max(f.EphemeralStorage, 512) })},
		{"function.code-size", "the size of its package in bytes", number(func(f *diagnostics.Function) int { return int(f.CodeSize) })},
		{"function.runtime", "its runtime", of(func(f *diagnostics.Function) string { return f.Runtime })},
		{"function.language", "its runtime without the version: python, nodejs, java", of(func(f *diagnostics.Function) string { return strings.TrimRight(f.Runtime, "0123456789.xal") })},
		{"function.package", "Zip or Image", of(func(f *diagnostics.Function) string { return f.PackageType })},
		{"function.architecture", "x86_64 or arm64", of(func(f *diagnostics.Function) string { return strings.Join(f.Architectures, "+") })},
		{"function.state", "its state: Active, Pending, Inactive, Failed", of(func(f *diagnostics.Function) string { return f.State })},
		{"function.state-reason", "the code of the reason of its state", of(func(f *diagnostics.Function) string {
			return firstOf(f.StateReasonCode, f.LastUpdateStatusReasonCode)
		})},
		{"function.encrypted", "yes when its variables are under a key of the customer", of(func(f *diagnostics.Function) string { return yesNo(f.KMSKeyArn != "") })},
		{"function.provisioned", "the status of its provisioned concurrency, or none", of(provisionedStatus)},
		{"alias.shifting", "yes when one of its aliases sends traffic to two versions", of(func(f *diagnostics.Function) string {
			return yesNo(slices.ContainsFunc(f.Aliases, func(a diagnostics.Alias) bool { return len(a.RoutingWeights) > 0 }))
		})},
		{"function.reserved", "its reserved concurrency, or none", of(func(f *diagnostics.Function) string {
			if f.ReservedConcurrency == nil {
				return "none"
			}
			return strconv.Itoa(*f.ReservedConcurrency)
		})},
		{"function.lets", "yes when its resource policy lets a service (SERVICE, such as s3.amazonaws.com) invoke it", letsInvoke},
	}
}

// provisionedStatus is the worst status of the function's aliases.
func provisionedStatus(f *diagnostics.Function) string {
	status := "none"
	for _, a := range f.Aliases {
		if a.Provisioned != nil && (status == "none" || a.Provisioned.Status == "FAILED") {
			status = a.Provisioned.Status
		}
	}
	return status
}

// letsInvoke reads the function's resource policy; conditions on the source
// are taken as met.
func letsInvoke(c *scene, service string) (string, diagnostics.Ref, bool) {
	if c.fn == nil {
		return nothing()
	}
	of := diagnostics.Ref{Kind: diagnostics.KindFunction, ID: c.fn.FunctionName}
	if c.fn.Policy == "" {
		return "no", of, !c.index.unread(of)
	}
	document, err := policy.Parse([]byte(c.fn.Policy))
	if err != nil {
		return nothing()
	}
	principal, err := policy.NewPrincipal(service)
	if err != nil {
		return nothing()
	}
	result := (&policy.Set{Resource: []policy.Policy{{Name: "function policy", Document: document}}}).Evaluate(policy.Request{
		Principal: principal, Action: "lambda:InvokeFunction", Resource: c.fn.FunctionArn,
	})
	return yesNo(result.Decision == policy.Allowed || result.Decision == policy.Unknown), of, true
}

// loadFacts speak of what the function did: its calls and its metrics.
func loadFacts() []Fact {
	return []Fact{
		{"calls.count", "the calls that ended in the part of the log that was read", func(c *scene, _ string) (string, diagnostics.Ref, bool) {
			if c.log == nil {
				return nothing()
			}
			return strconv.Itoa(len(c.calls())), diagnostics.Ref{Kind: diagnostics.KindLogGroup, ID: c.log.LogGroupName}, true
		}},
		{"calls.memory", "the most memory that a call used, in percent of the setting", mostMemory},
		{"calls.time", "how long a call takes that is not cut off, in percent of the limit: the median", typicalTime},
		{"calls.growth", "how much more memory the last calls of a log stream used than its first ones, in percent of the setting", memoryGrowth},
		{"metrics.peak", "the most concurrent executions of the last week", func(c *scene, _ string) (string, diagnostics.Ref, bool) {
			return c.metric("ConcurrentExecutions", func(a, b float64) float64 { return max(a, b) })
		}},
		{"metrics.throttles", "the calls that were throttled in the last week", func(c *scene, _ string) (string, diagnostics.Ref, bool) {
			return c.metric("Throttles", func(a, b float64) float64 { return a + b })
		}},
	}
}

func (c *scene) metric(name string, join func(a, b float64) float64) (string, diagnostics.Ref, bool) {
	for _, m := range c.snapshot.Metrics {
		if c.fn == nil || m.MetricName != name || m.Dimensions["FunctionName"] != c.fn.FunctionName {
			continue
		}
		total := 0.0
		for _, v := range m.Values {
			total = join(total, v)
		}
		return rounded(total), diagnostics.Ref{Kind: diagnostics.KindMetric, ID: c.fn.FunctionName + " " + name}, true
	}
	return nothing()
}

func mostMemory(c *scene, _ string) (string, diagnostics.Ref, bool) {
	most, of := -1.0, diagnostics.Ref{}
	for _, i := range c.calls() {
		if i.MemoryMB.Value > 0 && i.MaxMemoryMB.Stated {
			if used := 100 * i.MaxMemoryMB.Value / i.MemoryMB.Value; used > most {
				most, of = used, i.of
			}
		}
	}
	return rounded(most), of, most >= 0
}

func typicalTime(c *scene, _ string) (string, diagnostics.Ref, bool) {
	if c.fn == nil || c.fn.Timeout <= 0 {
		return nothing()
	}
	var times []float64
	limit := float64(c.fn.Timeout) * 1000
	for _, i := range c.calls() {
		if i.DurationMs.Stated && i.Status != "timeout" && i.DurationMs.Value < limit {
			times = append(times, 100*i.DurationMs.Value/limit)
		}
	}
	if len(times) == 0 {
		return nothing()
	}
	slices.Sort(times)
	return rounded(times[len(times)/2]), diagnostics.Ref{Kind: diagnostics.KindLogGroup, ID: c.log.LogGroupName}, true
}

// memoryGrowth compares the first and the last call of the environment (log
// stream) that lived longest; fewer than five calls show nothing.
func memoryGrowth(c *scene, _ string) (string, diagnostics.Ref, bool) {
	const enough = 5
	streams := map[string][]invocation{}
	longest := ""
	for _, i := range c.calls() {
		if i.MemoryMB.Value > 0 && i.MaxMemoryMB.Stated && i.stream != "" {
			streams[i.stream] = append(streams[i.stream], i)
			if n := len(streams[i.stream]); n > len(streams[longest]) || i.stream == longest {
				longest = i.stream
			}
		}
	}
	list := streams[longest]
	if len(list) < enough {
		return nothing()
	}
	from, until := list[0], list[len(list)-1]
	return rounded(100 * (until.MaxMemoryMB.Value - from.MaxMemoryMB.Value) / from.MemoryMB.Value), until.of, true
}

func rounded(v float64) string { return strconv.FormatFloat(v, 'f', 0, 64) }
