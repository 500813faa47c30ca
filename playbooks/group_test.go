package playbooks

import (
	"fmt"
	"testing"
	"time"
)

func TestGroups(t *testing.T) {
	g := NewGroups()
	begin := time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)
	for i := range 40_000 {
		g.Add("a.log", Hit{
			Match: Match{Playbook: "lambda-timeout", Verdict: VerdictFailure, Weight: 80, Captures: map[string]string{"seconds": "3.00", "request": fmt.Sprint(i)}},
			Line:  int64(i + 1), At: begin.Add(time.Duration(i) * time.Second),
		})
	}
	g.Add("b.log", Hit{Match: Match{Playbook: "throttled", Verdict: VerdictFailure, Weight: 80}, Line: 7})
	g.Add("b.log", Hit{Match: Match{Playbook: "cascade", Verdict: VerdictCascade, Weight: 20}, Line: 8})
	list := g.List()
	if len(list) != 3 || list[0].Playbook != "lambda-timeout" || list[1].Playbook != "throttled" || list[2].Playbook != "cascade" {
		t.Fatalf("groups %+v", list)
	}
	first := list[0]
	if first.Count != 40_000 || first.First.Line != 1 || first.Last.Line != 40_000 || !first.Last.At.Equal(begin.Add(39_999*time.Second)) {
		t.Errorf("group %+v", first)
	}
	if v := first.Values["request"]; len(v.Count) != maxValues || v.Others != 40_000-maxValues {
		t.Errorf("%d values, %d others", len(v.Count), v.Others)
	}
	if top := first.Values["seconds"].Top(3); len(top) != 1 || top[0] != "3.00" {
		t.Errorf("top %q", top)
	}
	if line := []rune(first.Sparkline()); len(line) < 12 || line[0] != '█' {
		t.Errorf("an even spread is drawn %q", string(line))
	}
	if g.Verdict() != VerdictFailure || NewGroups().Verdict() != VerdictBenign {
		t.Error("verdicts")
	}
}

func TestHistogram(t *testing.T) {
	var h histogram
	for _, line := range []int64{1, 1, 1, 1, 1, 1, 1, 1, 100} {
		h.add(Place{Line: line})
	}
	if got, want := h.String(), "█           ▁"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
