package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"firstaid/diagnostics"
)

// history holds a deployment against those before it that succeeded.
type history struct {
	// Count is how many there were, of the last ones; MedianSeconds is theirs.
	Count         int     `json:"count"`
	MedianSeconds float64 `json:"medianSeconds"`
	// Slower are the resources that took clearly longer than they used to.
	Slower []slower `json:"slower,omitempty"`
}

type slower struct {
	Resource string  `json:"resource"`
	Type     string  `json:"type"`
	Seconds  float64 `json:"seconds"`
	Usual    float64 `json:"usualSeconds"` // the median of the earlier deployments
}

// lookBack is how many deployments count as usual, and slower is what takes
// half as long again and some seconds more: less is chance.
const (
	lookBack   = 5
	muchSlower = 1.5
	atLeast    = 5.0
	maxSlower  = 3
)

// newHistory compares; nil where nothing of the kind succeeded before.
func newHistory(t timeline, s *diagnostics.Snapshot, operation string) *history {
	var usual []diagnostics.Deployment
	for _, d := range s.Earlier {
		if d.Good() && d.Operation == operation {
			usual = append(usual, d)
		}
	}
	usual = usual[max(len(usual)-lookBack, 0):]
	if len(usual) == 0 {
		return nil
	}
	h := &history{Count: len(usual)}
	var times []float64
	before := map[string][]float64{}
	for _, d := range usual {
		times = append(times, d.Seconds())
		for _, r := range d.Resources {
			before[r.LogicalResourceId] = append(before[r.LogicalResourceId], r.Seconds)
		}
	}
	h.MedianSeconds = median(times)
	for _, r := range t.took() {
		if r.StackID != s.StackID || len(before[r.Resource]) == 0 {
			continue
		}
		if was := median(before[r.Resource]); r.Seconds >= muchSlower*was && r.Seconds >= was+atLeast {
			h.Slower = append(h.Slower, slower{r.Resource, r.Type, r.Seconds, was})
		}
	}
	slices.SortStableFunc(h.Slower, func(a, b slower) int { return cmp.Compare(b.Seconds-b.Usual, a.Seconds-a.Usual) })
	h.Slower = h.Slower[:min(len(h.Slower), maxSlower)]
	return h
}

// median of a list that is not empty; of an even number, the mean of the two
// in the middle.
func median(list []float64) float64 {
	list = slices.Clone(list)
	slices.Sort(list)
	n := len(list)
	if n%2 == 1 {
		return list[n/2]
	}
	return round((list[n/2-1] + list[n/2]) / 2)
}

// sentences says it in words.
func (h *history) sentences(lang diagnostics.Lang) []string {
	if h == nil {
		return nil
	}
	usual := length(h.MedianSeconds)
	text := diagnostics.Text{
		En: fmt.Sprintf("The last %d that succeeded took %s (median).", h.Count, usual),
		Ko: fmt.Sprintf("성공한 최근 %d번의 배포는 %s 걸렸습니다(중앙값).", h.Count, usual),
	}
	if h.Count == 1 {
		text = diagnostics.Text{En: "The last one that succeeded took " + usual + ".", Ko: "성공한 최근 배포는 " + usual + " 걸렸습니다."}
	}
	list := []string{text.In(lang)}
	var names []string
	for _, s := range h.Slower {
		names = append(names, fmt.Sprintf("%s %s (%s)", s.Resource, length(s.Seconds), length(s.Usual)))
	}
	if len(names) > 0 {
		list = append(list, diagnostics.Text{En: "Slower than before: ", Ko: "이전보다 느려진 것(괄호는 이전): "}.In(lang)+strings.Join(names, ", "))
	}
	return list
}

// Deployment says how long the operation of a snapshot took, what was slowest,
// and how that compares with the operations before; nothing where it shows none.
func Deployment(s *diagnostics.Snapshot, lang diagnostics.Lang) []string {
	return newTimeline(s).deployment(s).sentences(lang)
}
