package main

import (
	"time"

	"firstaid/diagnostics"
)

// load is what one function did in one hour.
type load struct {
	invocations, errors float64
	ms                  float64 // of one invocation
	concurrent          float64
	provisioned         float64 // configured; all invocations run on them
}

// week adds a week of a function's metrics by the hour, those that collecting
// reads.
func (k *stack) week(id string, until time.Time, hour func(h int) load) {
	const hours = 7 * 24
	series := []struct {
		name, stat  string
		provisioned bool
		value       func(load) float64
	}{
		{"Invocations", "Sum", false, func(l load) float64 { return l.invocations }},
		{"Duration", "Sum", false, func(l load) float64 { return l.invocations * l.ms }},
		{"Errors", "Sum", false, func(l load) float64 { return l.errors }},
		{"Throttles", "Sum", false, func(load) float64 { return 0 }},
		{"ConcurrentExecutions", "Maximum", false, func(l load) float64 { return l.concurrent }},
		{"ProvisionedConcurrentExecutions", "Maximum", true, func(l load) float64 { return l.concurrent }},
		{"ProvisionedConcurrencyInvocations", "Sum", true, func(l load) float64 { return l.invocations }},
		{"ProvisionedConcurrencyUtilization", "Maximum", true, func(l load) float64 { return l.concurrent / l.provisioned }},
		{"ProvisionedConcurrencySpilloverInvocations", "Sum", true, func(load) float64 { return 0 }},
	}
	start := until.Truncate(time.Hour).Add(-hours * time.Hour)
	for _, s := range series {
		if s.provisioned && hour(0).provisioned == 0 {
			continue
		}
		m := diagnostics.Metric{Namespace: "AWS/Lambda", MetricName: s.name, Dimensions: map[string]string{"FunctionName": k.physical(id)}, Stat: s.stat, Period: 3600}
		for h := range hours {
			m.Timestamps = append(m.Timestamps, start.Add(time.Duration(h)*time.Hour))
			m.Values = append(m.Values, s.value(hour(h)))
		}
		k.st.s.Metrics = append(k.st.s.Metrics, m)
	}
}
