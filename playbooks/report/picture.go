package report

import (
	"fmt"
	"time"
)

// picture is the timeline as a drawing: one line for each resource, time from
// left to right. Lengths are in the units of its view box.
type picture struct {
	Width, Height int
	Left          int // where the time begins
	Bottom        int // where the lines end
	Ticks         []tick
	Lines         []line
}

type tick struct {
	X     float64
	Label string
}

type line struct {
	X, Y, TextY int
	Label       string
	Cause       bool // of the first finding
	Title       string
	Bars        []shape
}

type shape struct {
	X, Y, Width, Height float64
	Class               string
	Mark                string // drawn on it: colour alone says nothing
	MarkX, MarkY        float64
	Title               string
}

const (
	pictureWidth = 1000
	labelWidth   = 300
	lineHeight   = 22
	headHeight   = 28
	indentWidth  = 14 // of a nested stack
	rightMargin  = 50 // room for the last label
)

// picture draws the timeline; an empty one has no lines.
func (v *view) picture() picture {
	t := v.Timeline
	p := picture{Width: pictureWidth, Left: labelWidth, Bottom: headHeight + len(t.Rows)*lineHeight}
	p.Height = p.Bottom + 6
	total := max(t.Until.Sub(t.From), time.Second)
	scale := float64(pictureWidth-labelWidth-rightMargin) / float64(total)
	x := func(at time.Time) float64 { return round(labelWidth + float64(at.Sub(t.From))*scale) }
	step := tickStep(total)
	for d := time.Duration(0); d <= total; d += step {
		p.Ticks = append(p.Ticks, tick{X: x(t.From.Add(d)), Label: short(d)})
	}
	for i, r := range t.Rows {
		y := headHeight + i*lineHeight
		l := line{
			X: r.Depth * indentWidth, Y: y, TextY: y + 15, Label: fit(r.Resource, 36-2*r.Depth),
			Title: r.Stack + "/" + r.Resource + " (" + r.Type + ")", Cause: v.cause == r.Stack+"/"+r.Resource,
		}
		if l.Cause {
			l.Label = "▶ " + fit(l.Label, 34)
		}
		for _, b := range r.Bars {
			l.Bars = append(l.Bars, v.shape(b, float64(y), x))
		}
		p.Lines = append(p.Lines, l)
	}
	return p
}

func (v *view) shape(b bar, y float64, x func(time.Time) float64) shape {
	from := x(b.From)
	s := shape{X: from, Y: y + 3, Width: max(round(x(b.Until)-from), 3), Height: lineHeight - 6, Class: b.Outcome}
	s.MarkX, s.MarkY = round(from+s.Width+3), y+15
	word := v.Say(b.Outcome)
	switch {
	case b.Outcome == outcomeFailed:
		s.Mark = "✗"
	case b.Outcome == outcomeCancelled:
		s.Mark = "–"
	case b.Undo && b.Outcome == outcomeDone:
		s.Class = "undone"
	}
	s.Title = fmt.Sprintf("%s: %s, %s", b.Verb, word, short(b.Until.Sub(b.From).Round(100*time.Millisecond)))
	if b.Reason != "" {
		s.Title += ": " + fit(b.Reason, 400)
	}
	return s
}

// tickStep is a round distance of which at most eight fit.
func tickStep(total time.Duration) time.Duration {
	for _, s := range []time.Duration{1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600, 43200} {
		if total/(s*time.Second) < 8 {
			return s * time.Second
		}
	}
	return (total/(8*24*time.Hour) + 1) * 24 * time.Hour
}

func short(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%v s", float64(d.Milliseconds())/1000)
	case d < time.Hour:
		return fmt.Sprintf("%d:%02d min", int(d.Minutes()), int(d.Seconds())%60)
	}
	return fmt.Sprintf("%d:%02d h", int(d.Hours()), int(d.Minutes())%60)
}

// round keeps a tenth, so that the bytes do not depend on the processor.
func round(f float64) float64 { return float64(int(f*10+0.5)) / 10 }

// fit shortens a text to n characters.
func fit(text string, n int) string {
	runes := []rune(text)
	if len(runes) <= n {
		return text
	}
	return string(runes[:n-1]) + "…"
}
