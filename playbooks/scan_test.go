package playbooks

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"
)

func builtinMatcher(t testing.TB) *Matcher {
	t.Helper()
	c, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	return c.Matcher()
}

func scanAll(t testing.TB, m *Matcher, r io.Reader, workers int) []Hit {
	t.Helper()
	var list []Hit
	err := m.Scan(t.Context(), r, ScanOptions{Workers: workers}, func(h Hit) error {
		list = append(list, h)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestScan(t *testing.T) {
	log := strings.Join([]string{
		"2026-03-01T10:00:00.000Z START RequestId: 1 Version: $LATEST",
		"2026-03-01T10:00:03.000Z 1 Task timed out after 3.00 seconds",
		"",
		`{"level":"error","message":"\u001b[31mTask ti\u200bmed out\u001b[0m after 3.01 seconds"}`,
		"[ERROR] Runtime.ImportModuleError: Unable to import module 'app': No module named 'requests'",
		"Traceback (most recent call last):",
		"  File \"x.py\"",
		"1772359203000 장애 Task timed out after 4.00 seconds",
		`if "Task timed out after 3.00 seconds" in str(e):`,
		"2026-03-01T10:00:04.000Z END RequestId: 1",
	}, "\n")
	m := builtinMatcher(t)
	var got []string
	for _, h := range scanAll(t, m, strings.NewReader(log), 1) {
		got = append(got, fmt.Sprintf("%d %s %s", h.Line, h.Playbook, h.At.Format("15:04:05")))
	}
	want := "[2 lambda-timeout 10:00:03 4 lambda-timeout 00:00:00 5 import-module-error 00:00:00 8 lambda-timeout 10:00:03]"
	if fmt.Sprint(got) != want {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

// TestScanEqualsMatch: however a stream is cut into reads and blocks, and on
// however many cores, every record gets what Match says of it.
func TestScanEqualsMatch(t *testing.T) {
	c, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	m := c.Matcher()
	random := rand.New(rand.NewPCG(1, 2))
	var log bytes.Buffer
	var want []string
	line := int64(1)
	for log.Len() < 5*blockSize/2 {
		p := c.Playbooks()[random.IntN(len(c.Playbooks()))]
		if random.IntN(40) > 0 || len(p.Examples.Match) == 0 {
			fmt.Fprintf(&log, "2026-03-01T10:00:00.000Z INFO order %d stored\n", random.IntN(1e6))
			line++
			continue
		}
		text := strings.Join(strings.Fields(p.Examples.Match[random.IntN(len(p.Examples.Match))].Text), " ")
		if found := m.Match(text, Origin{}); len(found) > 0 && !continues([]byte(text)) {
			want = append(want, fmt.Sprintf("%d %s %s", line, found[0].Playbook, found[0].Quote))
		}
		fmt.Fprintln(&log, text)
		line++
	}
	readers := map[string]io.Reader{"half reads": iotest.HalfReader(bytes.NewReader(log.Bytes())), "one read": bytes.NewReader(log.Bytes())}
	for name, r := range readers {
		var got []string
		for _, h := range scanAll(t, m, r, 3) {
			got = append(got, fmt.Sprintf("%d %s %s", h.Line, h.Playbook, h.Quote))
		}
		if len(got) != len(want) {
			t.Errorf("%s: %d hits, want %d", name, len(got), len(want))
		}
		for i := range min(len(got), len(want)) {
			if got[i] != want[i] {
				t.Fatalf("%s: hit %d\ngot  %s\nwant %s", name, i, got[i], want[i])
			}
		}
	}
}

func TestScanStops(t *testing.T) {
	m := builtinMatcher(t)
	text := strings.Repeat("Task timed out after 3.00 seconds\n", 40_000)
	enough := errors.New("enough")
	n := 0
	err := m.Scan(t.Context(), strings.NewReader(text), ScanOptions{}, func(Hit) error {
		n++
		return enough
	})
	if !errors.Is(err, enough) || n != 1 {
		t.Errorf("%v after %d hits", err, n)
	}
	ctx, cancel := context.WithCancel(t.Context())
	hanging, writer := io.Pipe()
	defer writer.Close()
	cancel()
	if err := m.Scan(ctx, hanging, ScanOptions{}, func(Hit) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	broken := errors.New("broken disk")
	err = m.Scan(t.Context(), io.MultiReader(strings.NewReader(text), iotest.ErrReader(broken)), ScanOptions{}, func(Hit) error { return nil })
	if !errors.Is(err, broken) {
		t.Errorf("broken: %v", err)
	}
}

// A line of megabytes is read whole, an export on one line item by item.
func TestScanLongLines(t *testing.T) {
	m := builtinMatcher(t)
	item := `{"timestamp":1772359203000,"message":"all is well"},`
	bad := `{"timestamp":1772359203001,"message":"Task timed out after 3.00 seconds"},`
	text := "[" + strings.Repeat(item, 100_000) + bad + strings.Repeat(item, 100_000) + bad + "{}]\nTask timed out after 5.00 seconds\n"
	got := scanAll(t, m, strings.NewReader(text), 2)
	if len(got) != 3 || got[0].Line != 1 || got[2].Line != 2 || got[0].At.IsZero() {
		t.Errorf("hits %+v", got)
	}
}
