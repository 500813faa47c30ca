package widget

import (
	"sort"
	"strings"

	"github.com/sahilm/fuzzy"
)

// List shows items, one row each, keeps its cursor on the same item when the
// items change, and narrows itself to what a fuzzy query matches.
type List[T any] struct {
	ID   func(T) string                                     // identity across Set
	Text func(T) string                                     // what a query matches; clean
	Draw func(item T, hits []int, w int, p *Palette) string // one row; hits are byte offsets in Text
	Sort bool                                               // best match first, else in the order of Set
	// Likely items come first among those that match about as well; nil: none.
	Likely func(T) bool

	items  []T
	shown  []hit
	query  string
	cursor int // index in shown
	top    int // first visible row, as of the last Resize or move
	height int // rows, as of the last Resize
}

type hit struct {
	index int
	at    []int
}

// Set replaces the items. The cursor stays on the item it was on, if that is
// still there, else on its place.
func (l *List[T]) Set(items []T) {
	id, had := "", false
	if it, ok := l.Current(); ok {
		id, had = l.ID(it), true
	}
	l.items = items
	l.refresh()
	if had {
		l.Select(id)
	}
}

// Items returns what Set was given.
func (l *List[T]) Items() []T { return l.items }

// Len returns how many items are shown.
func (l *List[T]) Len() int { return len(l.shown) }

// Cursor returns the cursor's place among the shown items.
func (l *List[T]) Cursor() int { return l.cursor }

// Current returns the item under the cursor.
func (l *List[T]) Current() (item T, ok bool) {
	if l.cursor >= len(l.shown) {
		return item, false
	}
	return l.items[l.shown[l.cursor].index], true
}

// Select puts the cursor on the item with this ID and reports whether it is
// shown.
func (l *List[T]) Select(id string) bool {
	for i, h := range l.shown {
		if l.ID(l.items[h.index]) == id {
			l.moveTo(i)
			return true
		}
	}
	return false
}

// Find narrows the list to the items that match all words of query, fuzzily
// and without regard to case. The empty query shows all.
func (l *List[T]) Find(query string) {
	if query == l.query {
		return
	}
	id := ""
	if it, ok := l.Current(); ok {
		id = l.ID(it)
	}
	l.query = query
	l.refresh()
	if l.Sort && query != "" || !l.Select(id) {
		l.moveTo(0)
	}
}

// Query returns what the list was narrowed by.
func (l *List[T]) Query() string { return l.query }

func (l *List[T]) refresh() {
	l.shown = l.shown[:0]
	words := strings.Fields(l.query)
	if len(words) == 0 {
		for i := range l.items {
			l.shown = append(l.shown, hit{index: i})
		}
	} else {
		likely := func(i int) bool { return l.Likely != nil && l.Likely(l.items[i]) }
		l.shown = matches(words, len(l.items), func(i int) string { return l.Text(l.items[i]) }, likely, l.Sort)
	}
	l.moveTo(l.cursor)
}

// texts lets fuzzy read items without copying them.
type texts struct {
	n  int
	at func(int) string
}

func (t texts) Len() int            { return t.n }
func (t texts) String(i int) string { return t.at(i) }

// matches returns the items that all words match. The hits of all words are
// merged for highlighting and their scores added for the order.
func matches(words []string, n int, at func(int) string, likely func(int) bool, best bool) []hit {
	found, score := map[int][]int{}, map[int]int{}
	for i, word := range words {
		next := map[int][]int{}
		for _, m := range findWord(word, texts{n, at}, best) {
			if prev, ok := found[m.Index]; ok || i == 0 {
				next[m.Index] = append(append([]int(nil), prev...), m.MatchedIndexes...)
				score[m.Index] += m.Score
			}
		}
		found = next
	}
	out := make([]hit, 0, len(found))
	for i, offsets := range found {
		sort.Ints(offsets)
		if likely(i) {
			score[i] += lift
		}
		out = append(out, hit{i, offsets})
	}
	sort.Slice(out, func(a, b int) bool {
		x, y := out[a].index, out[b].index
		if best && score[x] != score[y] {
			return score[x] > score[y]
		}
		return x < y
	})
	return out
}

// lift is what a likely item gains: more than a longer text loses, less than
// one that holds what was typed gains.
const lift = 100

// literal is what a word scores that stands in the text as it was typed.
const literal = 1000

// findWord returns the texts that hold word as it was typed, and those that
// hold its characters in order and close together: without the latter limit a
// long sentence would match nearly every word. In a list that keeps its order
// the second kind only counts where there is none of the first.
func findWord(word string, in texts, best bool) fuzzy.Matches {
	var exact, near fuzzy.Matches
	low := lower(word)
	for _, m := range fuzzy.FindFromNoSort(word, in) {
		if i := indexFold(m.Str, low); i >= 0 {
			m.MatchedIndexes = m.MatchedIndexes[:0]
			for j := range word {
				m.MatchedIndexes = append(m.MatchedIndexes, i+j)
			}
			m.Score += literal
			exact = append(exact, m)
		} else if m.MatchedIndexes[len(m.MatchedIndexes)-1]-m.MatchedIndexes[0] <= 2*len(word)+4 {
			near = append(near, m)
		}
	}
	if len(exact) > 0 && !best {
		return exact
	}
	return append(exact, near...)
}

// Resize tells the list how many rows it has, so that moves scroll by pages of
// that size.
func (l *List[T]) Resize(_, h int) {
	l.height = h
	l.moveTo(l.cursor)
}

// Move moves the cursor by n rows and stops at the ends.
func (l *List[T]) Move(n int) { l.moveTo(l.cursor + n) }

// Page moves by n screens.
func (l *List[T]) Page(n int) { l.moveTo(l.cursor + n*max(l.height-1, 1)) }

// Edge moves to the first item, or to the last.
func (l *List[T]) Edge(last bool) {
	if last {
		l.moveTo(len(l.shown) - 1)
	} else {
		l.moveTo(0)
	}
}

// Click moves to the item in row y of the view and reports whether there is
// one.
func (l *List[T]) Click(y int) bool {
	if i := l.first(l.height) + y; y >= 0 && i < len(l.shown) {
		l.moveTo(i)
		return true
	}
	return false
}

func (l *List[T]) moveTo(i int) {
	l.cursor = max(min(i, len(l.shown)-1), 0)
	l.top = l.first(l.height)
}

// first returns the first row to draw with h rows: the remembered one, moved
// only as far as the cursor needs.
func (l *List[T]) first(h int) int {
	top := min(l.top, max(len(l.shown)-h, 0))
	if l.cursor < top {
		top = l.cursor
	}
	if h > 0 && l.cursor >= top+h {
		top = l.cursor - h + 1
	}
	return max(top, 0)
}

// View draws the visible rows. The cursor is a mark in the first cell; with
// focus its row is also painted over.
func (l *List[T]) View(w, h int, focused bool, p *Palette) string {
	lines := make([]string, 0, max(h, 0))
	top := l.first(h)
	for i := top; i < min(top+h, len(l.shown)); i++ {
		item, at := l.items[l.shown[i].index], l.shown[i].at
		switch {
		case i == l.cursor && focused:
			lines = append(lines, p.Select.Over(Fit("▌"+l.Draw(item, at, w-1, p.Flat()), w)))
		case i == l.cursor:
			lines = append(lines, Fit(p.Focus.Paint("▌")+l.Draw(item, at, w-1, p), w))
		default:
			lines = append(lines, Fit(" "+l.Draw(item, at, w-1, p), w))
		}
	}
	return Block(lines, w, h)
}

// Highlight paints the characters of the clean text that stand at the byte
// offsets hits, and leaves the rest to base.
func Highlight(text string, hits []int, base, match Style) string {
	if len(hits) == 0 {
		return base.Paint(text)
	}
	var b strings.Builder
	next, from, marked := 0, 0, false
	flush := func(to int) {
		if marked {
			b.WriteString(match.Paint(text[from:to]))
		} else {
			b.WriteString(base.Paint(text[from:to]))
		}
		from = to
	}
	for i := range text {
		for next < len(hits) && hits[next] < i {
			next++
		}
		if is := next < len(hits) && hits[next] == i; is != marked {
			flush(i)
			marked = is
		}
	}
	flush(len(text))
	return b.String()
}
