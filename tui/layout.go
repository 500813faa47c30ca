package tui

// The smallest screen that is drawn.
const (
	minWidth  = 60
	minHeight = 16
)

// rect is a part of the screen in cells.
type rect struct{ x, y, w, h int }

func (r rect) holds(x, y int) bool { return x >= r.x && x < r.x+r.w && y >= r.y && y < r.y+r.h }

// slot is a frame on the screen: the panes that share it, one of them drawn.
type slot struct {
	rect
	panes []paneID
	shown paneID
}

// layout says where everything stands at one size.
type layout struct {
	header, banner, tabs, status, keys rect
	slots                              []slot
}

// class is how much fits.
type class int

const (
	small  class = iota // one pane, or findings with the reason
	medium              // findings beside the reason, evidence below
	large               // all kinds of evidence side by side
)

func classOf(w, h int) class {
	switch {
	case w >= 160 && h >= 30:
		return large
	case w >= 100 && h >= 26:
		return medium
	default:
		return small
	}
}

// arrangement is what the layout depends on beside the size.
type arrangement struct {
	focus    paneID
	chooser  paneID   // the pane whose choice is explained
	front    []paneID // which pane a shared frame shows: the first of these
	findings int      // rows; on a small screen they take no more room
}

// arrange lays the screen out.
func arrange(w, h int, a arrangement) layout {
	bannerRows := 2
	l := layout{
		header: rect{0, 0, w, 1},
		banner: rect{0, 1, w, bannerRows},
		status: rect{0, h - 2, w, 1},
		keys:   rect{0, h - 1, w, 1},
	}
	body := rect{0, 1 + bannerRows, w, h - 3 - bannerRows}
	switch classOf(w, h) {
	case large:
		l.slots = largeSlots(body, a)
	case medium:
		l.slots = mediumSlots(body, a)
	default:
		l.tabs = rect{0, body.y, w, 1}
		l.slots = smallSlots(rect{0, body.y + 1, w, body.h - 1}, a)
	}
	return l
}

func largeSlots(b rect, a arrangement) []slot {
	top := b.h * 55 / 100
	third := b.w / 3
	side := min(third, 72)
	y := b.y + top
	return []slot{
		{rect{0, b.y, side, top * 2 / 5}, []paneID{stacksPane}, stacksPane},
		{rect{0, b.y + top*2/5, side, top - top*2/5}, []paneID{findingsPane}, findingsPane},
		frontSlot(rect{side, b.y, b.w - side, top}, []paneID{detailPane, fixPane}, a),
		{rect{0, y, third, b.h - top}, []paneID{eventsPane}, eventsPane},
		{rect{third, y, third, b.h - top}, []paneID{logsPane}, logsPane},
		{rect{2 * third, y, b.w - 2*third, b.h - top}, []paneID{iamPane}, iamPane},
	}
}

func mediumSlots(b rect, a arrangement) []slot {
	top := b.h * 55 / 100
	left := b.w * 42 / 100
	return []slot{
		{rect{0, b.y, left, top}, []paneID{findingsPane}, findingsPane},
		frontSlot(rect{left, b.y, b.w - left, top}, []paneID{detailPane, fixPane}, a),
		frontSlot(rect{0, b.y + top, b.w, b.h - top}, []paneID{eventsPane, logsPane, iamPane, stacksPane}, a),
	}
}

// smallSlots shows one pane, but findings and their reason together where both
// fit, as the cause must not be a key away, and what is explained stays beside
// its explanation.
func smallSlots(b rect, a arrangement) []slot {
	list := findingsPane
	if a.focus == detailPane {
		list = a.chooser
	}
	pair := a.focus == findingsPane || a.focus == detailPane
	switch {
	case pair && b.w >= 100:
		left := b.w * 42 / 100
		return []slot{
			{rect{0, b.y, left, b.h}, []paneID{list}, list},
			{rect{left, b.y, b.w - left, b.h}, []paneID{detailPane}, detailPane},
		}
	case pair && b.h >= 14:
		top := max(b.h*3/10, 5)
		if list == findingsPane {
			top = min(top, max(a.findings, 1)+2)
		}
		return []slot{
			{rect{0, b.y, b.w, top}, []paneID{list}, list},
			{rect{0, b.y + top, b.w, b.h - top}, []paneID{detailPane}, detailPane},
		}
	default:
		return []slot{{b, []paneID{a.focus}, a.focus}}
	}
}

// frontSlot is a frame that several panes share: it shows the focused one,
// else the one that was in front last.
func frontSlot(r rect, panes []paneID, a arrangement) slot {
	s := slot{r, panes, panes[0]}
	for _, f := range a.front { // latest first
		if has(panes, f) {
			s.shown = f
			break
		}
	}
	if has(panes, a.focus) {
		s.shown = a.focus
	}
	return s
}

func has(panes []paneID, p paneID) bool {
	for _, q := range panes {
		if q == p {
			return true
		}
	}
	return false
}

// at returns the slot under a cell.
func (l layout) at(x, y int) (slot, bool) {
	for _, s := range l.slots {
		if s.holds(x, y) {
			return s, true
		}
	}
	return slot{}, false
}

// visible reports whether a pane is drawn.
func (l layout) visible(p paneID) bool {
	for _, s := range l.slots {
		if s.shown == p {
			return true
		}
	}
	return false
}
