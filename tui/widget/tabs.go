package widget

import "strings"

// Tabs draws labels in one row of w cells with the active one marked by
// brackets as well as by style. Labels that do not fit are dropped from the
// end that is farther from the active one.
func Tabs(labels []string, active, w int, p *Palette) string {
	first, last := visibleTabs(labels, active, w)
	var b strings.Builder
	for i := first; i < last; i++ {
		if i == active {
			b.WriteString(p.Focus.Paint("[" + labels[i] + "]"))
		} else {
			b.WriteString(" " + labels[i] + " ")
		}
	}
	return Fit(b.String(), w)
}

// visibleTabs returns the range of labels that fits around the active one.
func visibleTabs(labels []string, active, w int) (first, last int) {
	first, last = 0, len(labels)
	for last-first > 1 && tabsWidth(labels[first:last]) > w {
		if active-first > last-1-active {
			first++
		} else {
			last--
		}
	}
	return first, last
}

func tabsWidth(labels []string) int {
	n := 0
	for _, l := range labels {
		n += Width(l) + 2
	}
	return n
}

// TabAt returns the label under column x of a row that Tabs drew, or -1.
func TabAt(labels []string, active, w, x int) int {
	first, last := visibleTabs(labels, active, w)
	at := 0
	for i := first; i < last; i++ {
		n := Width(labels[i]) + 2
		if x >= at && x < at+n {
			return i
		}
		at += n
	}
	return -1
}
