package diagnostics

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestReports(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{
			"tabs", "REPORT RequestId: 8f1c-a\tDuration: 469.40 ms\tBilled Duration: 500 ms\tMemory Size: 1024 MB\tMax Memory Used: 21 MB\t",
			`[{"requestId":"8f1c-a","durationMs":469.4,"billedMs":500,"memoryMB":1024,"maxMemoryMB":21}]`,
		},
		{
			"init first, as sam local prints it", "REPORT RequestId: a  Init Duration: 0.26 ms  Duration: 679.27 ms Billed Duration: 680 ms\tMemory Size: 512 MB Max Memory Used: 512 MB",
			`[{"requestId":"a","durationMs":679.27,"billedMs":680,"memoryMB":512,"maxMemoryMB":512,"initMs":0.26}]`,
		},
		{
			"restore of a snapshot", "REPORT RequestId: a Duration: 2338.66 ms Billed Duration: 2521 ms Memory Size: 3009 MB Max Memory Used: 173 MB Restore Duration: 398.97 ms Billed Restore Duration: 182 ms",
			`[{"requestId":"a","durationMs":2338.66,"billedMs":2521,"memoryMB":3009,"maxMemoryMB":173,"restoreMs":398.97,"billedRestoreMs":182}]`,
		},
		{
			"status after X-Ray on the next line", "REPORT RequestId: a Duration: 3000.00 ms Billed Duration: 3000 ms Memory Size: 128 MB Max Memory Used: 60 MB \nXRAY TraceId: 1-a SegmentId: b Sampled: true\tStatus: timeout",
			`[{"requestId":"a","durationMs":3000,"billedMs":3000,"memoryMB":128,"maxMemoryMB":60,"status":"timeout"}]`,
		},
		{
			"the next line's figures are not this one's", "REPORT RequestId: a Duration: 1 ms\nquery Duration: 99 ms Memory Size: 7 MB",
			`[{"requestId":"a","durationMs":1}]`,
		},
		{
			"escaped in JSON, twice over", `"message":"REPORT RequestId: a\\tDuration: 31012.52 ms\\tBilled Duration: 31000 ms\\tMemory Size: 128 MB\\tMax Memory Used: 109 MB\\t\\n"`,
			`[{"requestId":"a","durationMs":31012.52,"billedMs":31000,"memoryMB":128,"maxMemoryMB":109}]`,
		},
		{
			"an export in CSV", "1664900584626,\"REPORT RequestId: a Duration: 2.5 ms Billed Duration: 3 ms Memory Size: 128 MB Max Memory Used: 60 MB\n\"\n1664900584627,\"REPORT RequestId: b Duration: 4 ms Billed Duration: 4 ms\"",
			`[{"requestId":"a","durationMs":2.5,"billedMs":3,"memoryMB":128,"maxMemoryMB":60},{"requestId":"b","durationMs":4,"billedMs":4}]`,
		},
		{
			"masked", "REPORT RequestId: xxx Duration: xxx ms Memory Size: 512 MB Max Memory Used: 512 MB",
			`[{"requestId":"xxx","memoryMB":512,"maxMemoryMB":512}]`,
		},
		{
			"platform.report, type last, pretty", "{\n \"record\": {\"metrics\": {\"durationMs\": 2599.4, \"billedDurationMs\": 2600, \"memorySizeMB\": 128, \"maxMemoryUsedMB\": 94, \"restoreDurationMs\": 7.25}, \"requestId\": \"a\", \"status\": \"error\", \"errorType\": \"Runtime.ExitError\"},\n \"type\": \"platform.report\"}",
			`[{"requestId":"a","durationMs":2599.4,"billedMs":2600,"memoryMB":128,"maxMemoryMB":94,"restoreMs":7.25,"status":"error","errorType":"Runtime.ExitError"}]`,
		},
		{
			"two records, the second cut", `{"type":"platform.report","record":{"requestId":"a","metrics":{"durationMs":1.5}}}` + "\n" + `{"type":"platform.report","record":{"requestId":"b","metrics":{"durationMs":2.5,"billedDurationMs":3`,
			`[{"requestId":"a","durationMs":1.5},{"requestId":"b","durationMs":2.5,"billedMs":3}]`,
		},
		{"runtimeDone is no report", `{"type":"platform.runtimeDone","record":{"requestId":"8f1c","metrics":{"durationMs":98.5}}}`, `null`},
		{"INIT_REPORT is no report", "INIT_REPORT Init Duration: 612.33 ms\tPhase: init", `null`},
	} {
		t.Run(c.name, func(t *testing.T) {
			list := Reports(c.in)
			if len(list) == 0 {
				list = nil
			}
			got, err := json.Marshal(list)
			if err != nil || string(got) != c.want {
				t.Errorf("got  %s (%v)\nwant %s", got, err, c.want)
			}
		})
	}
}

// A text made of beginnings of records must not be searched again and again.
func TestReportsOfHostileText(t *testing.T) {
	for _, s := range []string{`"type":"platform.report"`, `{"type":"platform.report"`, "REPORT RequestId: a "} {
		if got := Reports(strings.Repeat(s, 1<<10)); len(got) != 0 {
			t.Errorf("%.30s…: %d reports", s, len(got))
		}
	}
}
