package cost

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"firstaid/diagnostics"
)

// pictureCells is the length of the longest bar, and mostBars how many are drawn.
const (
	pictureCells = 40
	mostBars     = 20
)

// parts are the kinds of a bill with the mark of each, in the order of the bar.
var parts = []struct {
	mark string
	name diagnostics.Text
	of   func(Bill) float64
}{
	{"█", diagnostics.Text{En: "duration", Ko: "실행 시간"}, func(b Bill) float64 { return b.Duration }},
	{"▓", diagnostics.Text{En: "requests", Ko: "요청"}, func(b Bill) float64 { return b.Request }},
	{"▒", diagnostics.Text{En: "provisioned", Ko: "프로비저닝"}, func(b Bill) float64 { return b.Provisioned }},
	{"░", diagnostics.Text{En: "storage", Ko: "임시 스토리지"}, func(b Bill) float64 { return b.Storage }},
}

// picture draws a day of each function as a bar of its parts, on one scale.
func (s Statement) picture(w io.Writer, lang diagnostics.Lang) error {
	most, width := 0.0, 0
	lines := s.Lines[:min(len(s.Lines), mostBars)]
	for _, l := range lines {
		most, width = max(most, l.Day), max(width, utf8.RuneCountInString(l.Function))
	}
	if most <= 0 {
		return nil
	}
	used := map[string]bool{}
	for _, l := range lines {
		bar := bar(l.Bill, most, used)
		name := l.Function + strings.Repeat(" ", width-utf8.RuneCountInString(l.Function))
		if _, err := fmt.Fprintf(w, "  %s  %s $%.2f\n", name, bar, l.Day); err != nil {
			return err
		}
	}
	var legend []string
	for _, p := range parts {
		if used[p.mark] {
			legend = append(legend, p.mark+" "+p.name.In(lang))
		}
	}
	_, err := fmt.Fprintf(w, "  %s  %s\n", strings.Repeat(" ", width), strings.Join(legend, "  "))
	return err
}

// bar is the bar of one bill: cells end where the running sum does, so that
// rounding never makes it longer or shorter than the whole.
func bar(b Bill, most float64, used map[string]bool) string {
	var out strings.Builder
	sum, drawn := 0.0, 0
	for _, p := range parts {
		sum += p.of(b)
		if n := int(sum/most*pictureCells+0.5) - drawn; n > 0 {
			out.WriteString(strings.Repeat(p.mark, n))
			drawn += n
			used[p.mark] = true
		}
	}
	if drawn == 0 && sum > 0 {
		used[parts[0].mark] = true
		return parts[0].mark
	}
	return out.String()
}
