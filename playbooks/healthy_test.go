package playbooks

import (
	"bufio"
	"bytes"
	_ "embed"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

//go:embed testdata/healthy.txt
var healthyShapes string

// A healthyLog writes lines of logs in which nothing has failed.
type healthyLog struct {
	random *rand.Rand
	shapes []string
	at     time.Time
}

func newHealthyLog(seed uint64) *healthyLog {
	l := &healthyLog{random: rand.New(rand.NewPCG(seed, 9)), at: time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)}
	for s := range strings.Lines(healthyShapes) {
		if s = strings.TrimSuffix(s, "\n"); s != "" && !strings.HasPrefix(s, "# ") {
			l.shapes = append(l.shapes, s)
		}
	}
	return l
}

var blankToFill = regexp.MustCompile(`<[a-z0-9]+>`)

func (l *healthyLog) fill(shape string) string {
	l.at = l.at.Add(time.Duration(l.random.IntN(300)) * time.Millisecond)
	return blankToFill.ReplaceAllStringFunc(shape, l.value)
}

func (l *healthyLog) value(name string) string {
	pick := func(list ...string) string { return list[l.random.IntN(len(list))] }
	hex := func(n int) string { return fmt.Sprintf("%016x%016x", l.random.Uint64(), l.random.Uint64())[:n] }
	switch name {
	case "<ts>":
		return l.at.Format("2006-01-02T15:04:05.000Z")
	case "<date>":
		return l.at.Format(time.DateOnly)
	case "<date2>":
		return l.at.Format("2006/01/02")
	case "<time>":
		return l.at.Format(time.TimeOnly)
	case "<clf>":
		return l.at.Format("02/Jan/2006:15:04:05 -0700")
	case "<uuid>":
		return strings.Join([]string{hex(8), hex(4), "4" + hex(3), "a" + hex(3), hex(12)}, "-")
	case "<hex8>":
		return hex(8)
	case "<hex16>":
		return hex(16)
	case "<hex32>":
		return hex(32)
	case "<ip>":
		return fmt.Sprintf("203.0.113.%d", l.random.IntN(256))
	case "<n>":
		return strconv.Itoa(l.random.IntN(1_000_000))
	case "<s>":
		return strconv.Itoa(l.random.IntN(500))
	case "<ms>":
		return fmt.Sprintf("%.2f", l.random.Float64()*900)
	case "<acct>":
		return "123456789012"
	case "<region>":
		return pick("us-east-1", "eu-west-1", "ap-northeast-2")
	case "<fn>":
		return pick("orders", "shop-prod-orders", "thumbnails", "error-reporter", "timeout-watchdog", "access-denied-audit", "shop-OrdersFunction-"+hex(8))
	case "<word>":
		return pick("dev", "prod", "alice", "staging", "summer", "export", "limits", "errors", "failed", "timeouts", "denied")
	case "<path>":
		return pick("/", "/orders", "/orders/17?expand=items", "/login?error=1", "/api/v1/errors", "/static/app.js", "/timeouts/30", "/not-found", "/v1/denied")
	}
	return name
}

// lines writes n lines: every shape, then any.
func (l *healthyLog) lines(w io.Writer, n int) error {
	out := bufio.NewWriterSize(w, 1<<16)
	for i := range n {
		shape := l.shapes[l.random.IntN(len(l.shapes))]
		if i < len(l.shapes) {
			shape = l.shapes[i]
		}
		if _, err := out.WriteString(l.fill(shape) + "\n"); err != nil {
			return err
		}
	}
	return out.Flush()
}

// TestHealthyLogs: nothing is found where nothing has failed. With
// FIRSTAID_HEALTHY_LINES=1000000 it takes as many lines.
func TestHealthyLogs(t *testing.T) {
	n := 50_000
	if s := os.Getenv("FIRSTAID_HEALTHY_LINES"); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
	}
	r, w := io.Pipe()
	go func() { w.CloseWithError(newHealthyLog(1).lines(w, n)) }()
	alarms := map[string]int{}
	m := builtinMatcher(t)
	err := m.Scan(t.Context(), r, ScanOptions{}, func(h Hit) error {
		key := fmt.Sprintf("%s by %q", h.Playbook, h.Quote)
		if alarms[h.Playbook]++; alarms[h.Playbook] < 5 {
			t.Errorf("line %d: %s in %q", h.Line, key, h.Text)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d lines of %d shapes, alarms %v", n, len(newHealthyLog(1).shapes), alarms)
}

// TestHealthyLines: each shape as a text of its own.
func TestHealthyLines(t *testing.T) {
	m := builtinMatcher(t)
	l := newHealthyLog(2)
	for _, shape := range l.shapes {
		text := l.fill(shape)
		if x := m.Explain(text, Origin{}); len(x.Matches) > 0 {
			t.Errorf("%s by %q in %q", x.Matches[0].Playbook, x.Matches[0].Quote, text)
		}
	}
}

// TestBenignCorpus: nothing is found in real texts in which nothing failed,
// read as a log.
func TestBenignCorpus(t *testing.T) {
	m := builtinMatcher(t)
	n := 0
	for _, s := range specimens(t) {
		if s.Class != "negative" && s.Class != "cost-throughput" {
			continue
		}
		n++
		for _, h := range scanAll(t, m, bytes.NewReader([]byte(s.Text)), 1) {
			t.Errorf("%s: %s by %q in %q", s.ID, h.Playbook, h.Quote, h.Text)
		}
	}
	t.Logf("%d texts of %s", n, filepath.Base(sharedFile(t, filepath.Join("corpus", "dev.jsonl"))))
}
