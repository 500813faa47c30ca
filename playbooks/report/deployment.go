package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"firstaid/diagnostics"
)

// deployment is how long an operation took, in seconds.
type deployment struct {
	Seconds float64 `json:"seconds"`
	// Rollback is the part of it that went back.
	Rollback float64 `json:"rollbackSeconds,omitempty"`
	Failed   bool    `json:"failed,omitempty"`
	Running  bool    `json:"running,omitempty"`
	// Slowest are the resources that took longest on the way forward.
	Slowest []slow `json:"slowest,omitempty"`
	// Earlier is missing where no operation of the kind succeeded before.
	Earlier *history `json:"earlier,omitempty"`
}

type slow struct {
	StackID  string  `json:"-"`
	Stack    string  `json:"stack"`
	Resource string  `json:"resource"`
	Type     string  `json:"type"`
	Seconds  float64 `json:"seconds"`
}

// maxSlowest bounds the resources that are named as slow, and worthNaming is
// how many seconds one must take.
const (
	maxSlowest  = 5
	worthNaming = 2.0
)

// deployment measures the operation of a stack; nil where it has no events.
func (t timeline) deployment(s *diagnostics.Snapshot) *deployment {
	i := slices.IndexFunc(t.Rows, func(r row) bool { return r.Self && r.StackID == s.StackID })
	if i < 0 {
		return nil
	}
	d := &deployment{}
	bars := t.Rows[i].Bars
	from, until := bars[0].From, bars[0].Until
	for _, b := range bars {
		until = later(until, b.Until)
		d.Failed = d.Failed || b.Outcome == outcomeFailed || strings.Contains(b.Verb, "ROLLBACK")
		d.Running = b.Outcome == outcomeRunning
		if strings.Contains(b.Verb, "ROLLBACK") {
			d.Rollback += seconds(b.Until.Sub(b.From))
		}
	}
	d.Seconds = seconds(until.Sub(from))
	d.Slowest = t.took()
	d.Slowest = d.Slowest[:min(len(d.Slowest), maxSlowest)]
	d.Earlier = newHistory(t, s, bars[0].Verb)
	return d
}

// took lists how long the resources took before anything went back, the slowest
// first. A nested stack is named by what is in it.
func (t timeline) took() []slow {
	var list []slow
	for _, r := range t.Rows {
		for _, b := range r.Bars {
			took := seconds(b.Until.Sub(b.From))
			if !b.Undo && b.Outcome == outcomeDone && r.Type != "AWS::CloudFormation::Stack" && took >= worthNaming {
				list = append(list, slow{r.StackID, r.Stack, r.Resource, r.Type, took})
			}
		}
	}
	slices.SortStableFunc(list, func(a, b slow) int { return cmp.Compare(b.Seconds, a.Seconds) })
	return list
}

// sentences says it in words.
func (d *deployment) sentences(lang diagnostics.Lang) []string {
	if d == nil {
		return nil
	}
	all, back := length(d.Seconds), length(d.Rollback)
	text := diagnostics.Text{En: "The deployment took " + all + ".", Ko: "배포에 " + all + " 걸렸습니다."}
	switch {
	case d.Running:
		text = diagnostics.Text{En: "The deployment is running; " + all + " until its latest event.", Ko: "배포가 진행 중입니다. 마지막 이벤트까지 " + all + " 걸렸습니다."}
	case d.Rollback > 0:
		text = diagnostics.Text{
			En: fmt.Sprintf("The deployment took %s: %s until it failed, then %s to go back.", all, length(d.Seconds-d.Rollback), back),
			Ko: fmt.Sprintf("배포에 %s 걸렸습니다. 실패까지 %s, 되돌리는 데 %s입니다.", all, length(d.Seconds-d.Rollback), back),
		}
	case d.Failed:
		text = diagnostics.Text{En: "The deployment failed after " + all + ".", Ko: "배포가 " + all + " 만에 실패했습니다."}
	}
	list := []string{text.In(lang)}
	var names []string
	for _, s := range d.Slowest {
		names = append(names, s.Resource+" "+length(s.Seconds))
	}
	if len(names) > 0 {
		list = append(list, diagnostics.Text{En: "Slowest: ", Ko: "가장 오래 걸린 것: "}.In(lang)+strings.Join(names, ", "))
	}
	return append(list, d.Earlier.sentences(lang)...)
}

func length(seconds float64) string {
	return short((time.Duration(seconds*1000) * time.Millisecond).Round(100 * time.Millisecond))
}

// seconds keeps a tenth.
func seconds(d time.Duration) float64 { return round(d.Seconds()) }

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
