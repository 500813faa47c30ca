package tui

import (
	"sort"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"firstaid/diagnostics"
	"firstaid/playbooks"
	"firstaid/tui/widget"
)

// eventKind is the group that an event stands in, in the order of the screen.
type eventKind int

const (
	causeEvent   eventKind = iota // evidence of a finding that follows from no other
	failedEvent                   // failed, and nothing recognised it
	cascadeEvent                  // a consequence by its own words
	quietEvent                    // did not fail
	eventKinds
)

// eventRow is a row of the events pane: an event, or the head of a folded
// group.
type eventRow struct {
	kind  eventKind
	event *diagnostics.Event // nil for the head of a group
	said  string             // the reason, from the words that were recognised on
	count int                // of a group
}

// eventRows orders the events of a snapshot: causes by rank, then what failed,
// then consequences, then the rest, each by time.
func eventRows(r *report) []eventRow {
	groups := make([][]eventRow, eventKinds)
	matcher := r.catalog.Matcher()
	for i := range r.snapshot.Events {
		e := &r.snapshot.Events[i]
		found := recognise(*e, matcher)
		k := kindOf(r, *e, found)
		groups[k] = append(groups[k], eventRow{kind: k, event: e, said: said(*e, found)})
	}
	causes := groups[causeEvent]
	sort.SliceStable(causes, func(a, b int) bool {
		return r.cites[causes[a].event.Ref()] < r.cites[causes[b].event.Ref()]
	})
	var rows []eventRow
	for k, g := range groups {
		if folds(eventKind(k)) && len(g) > 0 {
			rows = append(rows, eventRow{kind: eventKind(k), count: len(g)})
		}
		rows = append(rows, g...)
	}
	return rows
}

func folds(k eventKind) bool { return k == cascadeEvent || k == quietEvent }

func recognise(e diagnostics.Event, m *playbooks.Matcher) []playbooks.Match {
	if !e.Failed() || e.Reason() == "" {
		return nil
	}
	return m.Match(e.Reason(), playbooks.Origin{Source: diagnostics.SourceCFNEvent, Type: e.ResourceType, Status: e.ResourceStatus})
}

func kindOf(r *report, e diagnostics.Event, found []playbooks.Match) eventKind {
	if i, cited := r.cites[e.Ref()]; cited && r.findings[i].CausedBy == "" {
		return causeEvent
	}
	switch {
	case !e.Failed():
		return quietEvent
	case e.Reason() == "" || e.OfStack() || len(found) > 0 && found[0].Verdict == playbooks.VerdictCascade:
		return cascadeEvent
	}
	return failedEvent
}

// said is a reason as a row has room for it: without the words that a resource
// handler puts around every reason, and when the telling words come late, from
// those on.
func said(e diagnostics.Event, found []playbooks.Match) string {
	const late = 24
	reason := widget.Clean(e.Reason())
	reason = strings.TrimPrefix(reason, `Resource handler returned message: "`)
	if len(found) == 0 {
		return short(reason)
	}
	if i := strings.Index(reason, widget.Clean(found[0].Quote)); i > late {
		reason = "… " + reason[i:]
	}
	return short(reason)
}

// events is the pane of stack events.
type events struct {
	*look
	report  *report
	list    widget.List[eventRow]
	open    [eventKinds]bool
	focused bool
}

func newEvents(l *look) *events {
	e := &events{look: l}
	e.list = widget.List[eventRow]{ID: e.id, Text: e.text, Draw: e.draw}
	return e
}

func (e *events) id(r eventRow) string {
	if r.event == nil {
		return "group " + itoa(int(r.kind))
	}
	return r.event.EventId
}

func (e *events) text(r eventRow) string {
	if r.event == nil {
		return groupName(r)
	}
	return widget.Join(e.parts(r))
}

// parts are the cells of an event's row: resource, status, reason, type; the
// whole reason follows for searches and copies, and is not drawn.
func (e *events) parts(r eventRow) []string {
	ev := r.event
	status := ev.ResourceStatus
	for _, s := range []string{ev.ValidationStatus, ev.HookStatus, ev.OperationStatus} {
		if status == "" {
			status = s
		}
	}
	return []string{widget.Clean(ev.LogicalResourceId), widget.Clean(status), r.said, widget.Clean(ev.ResourceType), widget.Clean(ev.Reason())}
}

func groupName(r eventRow) string {
	if r.kind == cascadeEvent {
		return plural(r.count, "consequence", "consequences") + ": cancelled or rolled back"
	}
	return plural(r.count, "step", "steps") + " that did not fail"
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return itoa(n) + " " + many
}

// draw is one row: time, glyph, resource, status, reason, type.
func (e *events) draw(r eventRow, hits []int, w int, p *widget.Palette) string {
	if r.event == nil {
		sign := "▸ "
		if e.open[r.kind] || e.list.Query() != "" {
			sign = "▾ "
		}
		return p.Dim.Paint(sign) + widget.Highlight(groupName(r), hits, p.Dim, p.Match)
	}
	parts := e.parts(r)
	base := p.Dim
	switch r.kind {
	case causeEvent:
		base = p.Strong
	case failedEvent, cascadeEvent:
		base = ""
	}
	cells := widget.Marked(parts, hits, []widget.Style{base, "", base, p.Dim, p.Dim}, p.Match)
	head := p.Dim.Paint(e.clock.time(r.event.Timestamp)) + " " + statusGlyph(p, parts[1]) + " "
	columns := eventColumns(w)
	return head + widget.Row(cells, columns, widget.Widths(columns, w-11))
}

func eventColumns(w int) []widget.Column {
	columns := []widget.Column{{Width: min(max(w*2/7, 12), 34)}, {Width: 15}, {Weight: 1}}
	if w >= 100 {
		columns[1].Width = 24
	}
	if w >= 150 {
		columns = append(columns, widget.Column{Width: 26})
	}
	return columns
}

func (e *events) Update(tea.Msg) tea.Cmd { return nil }

func (e *events) View(w, h int) string {
	if e.list.Len() == 0 {
		return e.look.empty(w, h, e.why())
	}
	return e.list.View(w, h, e.focused, e.Palette)
}

// why says why there are no rows.
func (e *events) why() string {
	switch {
	case e.report == nil:
		return "Not read yet."
	case e.list.Query() != "":
		return "No event matches " + e.list.Query() + "."
	default:
		return unreadSentence(e.report, diagnostics.KindEvent, "The operation has no events.")
	}
}

func (e *events) show(r *report) {
	e.report = r
	e.refresh("")
}

// refresh lists the rows of open groups; a search looks into all of them.
func (e *events) refresh(id string) {
	var rows []eventRow
	for _, r := range e.report.events {
		if r.event == nil || !folds(r.kind) || e.open[r.kind] || e.list.Query() != "" {
			rows = append(rows, r)
		}
	}
	e.list.Set(rows)
	if id != "" {
		e.list.Select(id)
	}
}

// toggle opens or closes the group that the cursor is on or in.
func (e *events) toggle() tea.Cmd {
	r, ok := e.list.Current()
	if !ok || !folds(r.kind) {
		return nil
	}
	e.open[r.kind] = !e.open[r.kind]
	e.refresh("group " + itoa(int(r.kind)))
	return nil
}

func (e *events) Keys() []Key {
	return append([]Key{{
		Keys: []string{"enter"}, Verb: "open", Help: "show the whole event, or open a group", Foot: true,
		Do: func() tea.Cmd {
			if r, ok := e.list.Current(); ok && r.event == nil {
				return e.toggle()
			}
			return send(focusOn{detailPane})
		},
	}, {
		Keys: []string{" ", "right", "left"}, Verb: "fold", Help: "open or fold the consequences, or the steps that did not fail",
		Do: e.toggle, Foot: true,
		Why: func() string {
			if r, ok := e.list.Current(); ok && folds(r.kind) {
				return ""
			}
			return "the cursor is not on a group"
		},
	}}, moveKeys(&e.list)...)
}

func (e *events) find(q string) tea.Cmd {
	e.list.Find(q)
	if e.report != nil {
		e.refresh("")
	}
	return nil
}

// follow puts the cursor on the first event that a finding quotes.
func (e *events) follow(f diagnostics.Finding) {
	for _, ev := range f.Evidence {
		if ev.Of.Kind == diagnostics.KindEvent && e.list.Select(ev.Of.ID) {
			return
		}
	}
}

func (e *events) goTo(r diagnostics.Ref) bool {
	if r.Kind != diagnostics.KindEvent || e.report == nil {
		return false
	}
	for _, row := range e.report.events {
		if row.event != nil && e.id(row) == r.ID && folds(row.kind) && !e.open[row.kind] {
			e.open[row.kind] = true
			e.refresh("")
		}
	}
	return e.list.Select(r.ID)
}

func (e *events) chosen() diagnostics.Ref {
	if r, ok := e.list.Current(); ok && r.event != nil {
		return r.event.Ref()
	}
	return diagnostics.Ref{}
}

func (e *events) copied() string {
	if r, ok := e.list.Current(); ok && r.event != nil {
		ev := r.event
		return strings.Join([]string{ev.Timestamp.UTC().Format(time.RFC3339), ev.LogicalResourceId, ev.ResourceStatus, ev.ResourceType, ev.Reason()}, "\t")
	}
	return ""
}

func (e *events) title() string   { return "Events" }
func (e *events) note() string    { return widget.Position(e.list.Cursor(), e.list.Len()) }
func (e *events) focus(on bool)   { e.focused = on }
func (e *events) resize(w, h int) { e.list.Resize(w, h) }
func (e *events) move(n int)      { e.list.Move(n) }
func (e *events) click(_, y int)  { e.list.Click(y) }
func (e *events) found() string   { return e.list.Query() }
