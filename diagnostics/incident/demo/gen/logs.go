package main

import (
	"fmt"
	"time"

	"firstaid/diagnostics"
)

// group is a log group that is being written.
type group struct {
	st     *story
	g      diagnostics.LogGroup
	stream string
	memory int
	seen   int
}

// logs begins the log group of a function.
func (k *stack) logs(id string, from time.Time) *group {
	f := k.function(id)
	return k.st.group(f.LogGroup, f.FunctionName, f.MemorySize, from)
}

func (st *story) group(name, function string, memory int, from time.Time) *group {
	return &group{st: st, memory: memory, g: diagnostics.LogGroup{
		LogGroupName: name, FunctionName: function, From: from, Until: st.s.Taken,
	}, stream: from.Format("2006/01/02") + "/[$LATEST]" + st.hex("stream "+name, 32)}
}

// line adds one event.
func (g *group) line(at time.Time, text string) {
	g.seen++
	g.g.Events = append(g.g.Events, diagnostics.LogEvent{
		EventId:   fmt.Sprintf("%056d", at.UnixMilli()*1_000_000+int64(g.seen)),
		Timestamp: at, LogStreamName: g.stream, Message: text,
	})
}

// request is the request id of the nth invocation.
func (g *group) request(n int) string {
	return g.st.uuid(fmt.Sprint("request ", g.g.LogGroupName, n))
}

// invocation adds a whole invocation: START, what the function printed, END
// and REPORT. used is in MB, took and cold in milliseconds; cold is 0 for a
// warm start.
func (g *group) invocation(n int, at time.Time, took float64, used int, cold float64, lines ...string) {
	id := g.request(n)
	if cold > 0 {
		g.line(at.Add(-time.Duration(cold)*time.Millisecond), "INIT_START Runtime Version: python:3.13.v68\tRuntime Version ARN: arn:aws:lambda:"+region+"::runtime:"+g.st.hex("runtime", 64))
	}
	g.line(at, "START RequestId: "+id+" Version: $LATEST\n")
	for i, l := range lines {
		g.line(at.Add(time.Duration(took*float64(i+1)/float64(len(lines)+1))*time.Millisecond), l)
	}
	end := at.Add(time.Duration(took) * time.Millisecond)
	g.line(end, "END RequestId: "+id+"\n")
	report := fmt.Sprintf("REPORT RequestId: %s\tDuration: %.2f ms\tBilled Duration: %d ms\tMemory Size: %d MB\tMax Memory Used: %d MB\t",
		id, took, int(took+cold)+1, g.memory, used)
	if cold > 0 {
		report += fmt.Sprintf("Init Duration: %.2f ms\t", cold)
	}
	g.line(end, report+"\n")
}

// close puts the group into the snapshot.
func (g *group) close() { g.st.s.LogGroups = append(g.st.s.LogGroups, g.g) }
