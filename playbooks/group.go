package playbooks

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
)

// Groups gathers the hits of streams: the same failure many times is one
// group. What is kept does not grow with the number of hits.
type Groups struct {
	byID map[string]*Group
}

// A Group is all hits of one playbook.
type Group struct {
	Match // of the first hit
	Count int
	First Place
	Last  Place
	// Values are what the captures held, by name.
	Values map[string]*Values
	spread histogram
}

// A Place says where a hit was.
type Place struct {
	File string    `json:"file,omitempty"`
	Line int64     `json:"line"`
	At   time.Time `json:"at,omitzero"`
}

// Values counts what one capture held. Past maxValues different ones it stops
// telling new ones apart, and Others counts them.
type Values struct {
	Count  map[string]int
	Others int
}

const maxValues = 1000

// NewGroups returns an empty collection.
func NewGroups() *Groups { return &Groups{byID: map[string]*Group{}} }

// Add counts one hit of a file.
func (g *Groups) Add(file string, h Hit) {
	place := Place{File: file, Line: h.Line, At: h.At}
	x := g.byID[h.Playbook]
	if x == nil {
		x = &Group{Match: h.Match, First: place, Values: map[string]*Values{}, spread: histogram{byTime: !h.At.IsZero()}}
		g.byID[h.Playbook] = x
	}
	x.Count++
	x.Last = place
	x.spread.add(place)
	for name, value := range h.Captures {
		x.value(name).add(value)
	}
}

func (x *Group) value(name string) *Values {
	v := x.Values[name]
	if v == nil {
		v = &Values{Count: map[string]int{}}
		x.Values[name] = v
	}
	return v
}

func (v *Values) add(value string) {
	if _, known := v.Count[value]; known || len(v.Count) < maxValues {
		v.Count[value]++
		return
	}
	v.Others++
}

// Top lists the most frequent values.
func (v *Values) Top(n int) []string {
	list := slices.SortedFunc(maps.Keys(v.Count), func(a, b string) int {
		return cmp.Or(cmp.Compare(v.Count[b], v.Count[a]), strings.Compare(a, b))
	})
	return list[:min(n, len(list))]
}

// List returns the groups: failures before what follows from them, what names
// a cause before what does not, the frequent before the rare.
func (g *Groups) List() []*Group {
	return slices.SortedFunc(maps.Values(g.byID), func(a, b *Group) int {
		generic := 0
		if a.generic() != b.generic() {
			generic = 1
			if b.generic() {
				generic = -1
			}
		}
		return cmp.Or(cmp.Compare(verdictOrder[a.Verdict], verdictOrder[b.Verdict]), generic,
			cmp.Compare(b.Count, a.Count), strings.Compare(a.Playbook, b.Playbook))
	})
}

// Verdict is that of the first group.
func (g *Groups) Verdict() Verdict {
	if list := g.List(); len(list) > 0 {
		return list[0].Verdict
	}
	return VerdictBenign
}

// Sparkline draws when the hits came, from the first to the last.
func (x *Group) Sparkline() string { return x.spread.String() }

// A histogram counts in a fixed number of equal parts of a range that grows.
type histogram struct {
	byTime bool // else by line
	begun  bool
	start  int64
	width  int64
	last   int64
	counts [24]int
}

func (h *histogram) add(p Place) {
	at := p.Line
	if h.byTime {
		if at = p.At.UnixMilli(); p.At.IsZero() {
			at = h.last
		}
	}
	if !h.begun {
		h.begun, h.start, h.width = true, at, 1
	}
	h.last = at
	at = max(0, at-h.start) // a line that comes late in the file counts with the first
	for at/h.width >= int64(len(h.counts)) {
		for i := range len(h.counts) / 2 {
			h.counts[i] = h.counts[2*i] + h.counts[2*i+1]
		}
		clear(h.counts[len(h.counts)/2:])
		h.width *= 2
	}
	h.counts[at/h.width]++
}

// String draws the parts up to the last that is not empty.
func (h *histogram) String() string {
	const bars = "▁▂▃▄▅▆▇█"
	most, end := 0, 0
	for i, n := range h.counts {
		most = max(most, n)
		if n > 0 {
			end = i + 1
		}
	}
	levels := []rune(bars)
	var b strings.Builder
	for _, n := range h.counts[:end] {
		switch n {
		case 0:
			b.WriteByte(' ')
		default:
			b.WriteRune(levels[(n*len(levels)-1)/max(most, 1)])
		}
	}
	return b.String()
}
