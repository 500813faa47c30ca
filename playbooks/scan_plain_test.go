package playbooks

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// plainScan takes a text apart into records and asks Match about every one, as
// if nothing told which are worth it.
func plainScan(m *Matcher, text []byte) (list []string) {
	line := int64(1)
	for at := 0; at < len(text); {
		from, to := lineAround(text, at)
		from, to = recordAround(text, at, from, to)
		record := bytes.TrimRight(text[from:to], "\r\n")
		if found := m.Match(string(record), Origin{}); len(found) > 0 {
			list = append(list, fmt.Sprintf("%d %s %s", line, found[0].Playbook, found[0].Quote))
		}
		line += int64(bytes.Count(text[from:to], newline))
		at = to
	}
	return list
}

func quickScan(t testing.TB, m *Matcher, text []byte) (list []string) {
	for _, h := range scanAll(t, m, bytes.NewReader(text), 2) {
		list = append(list, fmt.Sprintf("%d %s %s", h.Line, h.Playbook, h.Quote))
	}
	return list
}

// damages are what happens to a text on its way into a log. at says where.
var damages = []func(text string, at int) string{
	func(text string, at int) string { return text },
	func(text string, at int) string { return strings.ReplaceAll(text, " ", "  ") },
	func(text string, at int) string { return strings.ReplaceAll(text, " ", " \t ") },
	func(text string, at int) string { return strings.ReplaceAll(text, " ", "\t") },
	func(text string, at int) string { return damageBlank(text, at, "\r\n    ") },
	func(text string, at int) string { return damageBlank(text, at, "\n\t") },
	func(text string, at int) string { return damageBlank(text, at, `\n`) },
	func(text string, at int) string { return damageBlank(text, at, `\\r\\n  `) },
	func(text string, at int) string { return damageBlank(text, at, "\u00a0") },
	func(text string, at int) string { return damageBlank(text, at, " \xff ") },
	func(text string, at int) string { return text[:at%len(text)] + "\u200b" + text[at%len(text):] },
	func(text string, at int) string { return text[:at%len(text)] + "\x1b[31m" + text[at%len(text):] },
	func(text string, at int) string { return text[:at%len(text)] + `\u001b[0m` + text[at%len(text):] },
	func(text string, at int) string { return strings.ToUpper(text) + "\r" },
	func(text string, at int) string { return "2026-03-01 10:00:00,123  INFO   [main]  --- " + text },
	func(text string, at int) string { return "장애 " + strings.ReplaceAll(text, "k", "\u212a") },
}

// damageBlank puts other white space in the place of one blank.
func damageBlank(text string, at int, by string) string {
	i := strings.IndexByte(text[at%len(text):], ' ')
	if i < 0 {
		return text
	}
	i += at % len(text)
	return text[:i] + by + text[i+1:]
}

// TestScanLosesNothing: what a stream skips over, no signal matches, however a
// failure is spelled in it.
func TestScanLosesNothing(t *testing.T) {
	c, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(3, 4))
	var log bytes.Buffer
	for _, p := range c.Playbooks() {
		for i, e := range p.Examples.Match {
			if i%4 == 0 { // a quarter of them keeps the test short
				text := strings.Join(strings.Fields(e.Text), " ")
				fmt.Fprintln(&log, damages[random.IntN(len(damages))](text, random.IntN(len(text))))
				fmt.Fprintf(&log, "2026-03-01T10:00:00.000Z  INFO  order %d stored\n", i)
			}
		}
	}
	checkScan(t, c.matcher, log.Bytes())
}

func checkScan(t *testing.T, m *Matcher, text []byte) {
	t.Helper()
	want, got := plainScan(m, text), quickScan(t, m, text)
	for i := range max(len(want), len(got)) {
		if i >= len(want) || i >= len(got) || want[i] != got[i] {
			t.Fatalf("hit %d of %d and %d\ngot  %.200q\nwant %.200q\nin %.400q", i, len(got), len(want),
				got[min(i, len(got)):min(i+1, len(got))], want[min(i, len(want)):min(i+1, len(want))], text)
		}
	}
}

// FuzzScan damages examples in several ways and compares the scan of a stream
// with the plain loop over its records.
func FuzzScan(f *testing.F) {
	c, err := Builtin()
	if err != nil {
		f.Fatal(err)
	}
	var texts []string
	for _, p := range c.Playbooks() {
		for _, e := range p.Examples.Match {
			texts = append(texts, strings.Join(strings.Fields(e.Text), " "))
		}
	}
	for i := range len(damages) {
		f.Add(uint16(i*97), uint16(i*31), uint8(i), uint8(0), uint8(i))
	}
	f.Fuzz(func(t *testing.T, example, at uint16, first, second, pad uint8) {
		text := texts[int(example)%len(texts)]
		for _, d := range []uint8{first, second} {
			text = damages[int(d)%len(damages)](text, int(at))
		}
		checkScan(t, c.matcher, []byte(strings.Repeat("x", int(pad)%16)+text+"\nINFO done\n"))
	})
}
