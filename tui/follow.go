package tui

import (
	"context"
	"slices"

	tea "github.com/charmbracelet/bubbletea"

	"firstaid/diagnostics"
	"firstaid/tui/widget"
)

// TailUpdate is what was logged in one group since the update before.
type TailUpdate struct {
	LogGroupName string
	Events       []diagnostics.LogEvent
	// Sampled says that these are a part only: too many were logged.
	Sampled bool
}

// Tail follows log groups, by name, while they are written, until ctx ends,
// emit answers false or the service ends it.
type Tail func(ctx context.Context, groups []string, emit func(TailUpdate) bool) error

const (
	// maxFollowed is how many groups a live tail follows (CloudWatch Logs API,
	// StartLiveTail).
	maxFollowed = 10
	// maxLive bounds what is kept of a live tail.
	maxLive = 200_000
)

// following is the state of a live tail.
type following struct {
	tail    Tail // nil where there is nothing to follow
	stream  stream[TailUpdate]
	running bool
	sampled bool
	kept    int          // events
	updates []TailUpdate // for a new report, which may not hold them yet
}

// noFollow says why the logs cannot be followed.
func (p *logs) noFollow() string {
	switch {
	case p.live.tail == nil:
		return "there is no account to follow"
	case p.index == nil || len(p.index.groups) == 0:
		return "no log group was read"
	}
	return ""
}

// toggle asks before a live tail, which costs money, and ends a running one.
func (p *logs) toggle() tea.Cmd {
	if p.live.running {
		p.halt()
		return send(followed{})
	}
	return send(askFollow{})
}

// askFollow shows what following costs, first.
type askFollow struct{}

func (askFollow) apply(a *App) tea.Cmd {
	names := a.logs.followable()
	a.dialog = &confirm{
		title: "Follow the logs as they are written?",
		lines: []string{
			"New lines of " + names[0] + more(len(names)-1) + " appear here within seconds.",
			"CloudWatch Live Tail costs about $0.01 a minute beyond 1,800 free minutes a month. F or esc ends it; AWS ends it after three hours.",
		},
		do: func() tea.Cmd {
			a.counted("logs", "StartLiveTail")
			return a.logs.start(names)
		},
	}
	return nil
}

func more(n int) string {
	if n < 1 {
		return ""
	}
	return " and " + plural(n, "other group", "other groups")
}

// followable are the groups that would be followed: the one that is shown, or
// the first ones of all.
func (p *logs) followable() []string {
	if p.group >= 0 {
		return []string{p.index.groups[p.group].LogGroupName}
	}
	var names []string
	for _, g := range p.index.groups[:min(len(p.index.groups), maxFollowed)] {
		names = append(names, g.LogGroupName)
	}
	return names
}

func (p *logs) start(groups []string) tea.Cmd {
	p.live.running, p.live.sampled = true, false
	p.text.Edge(true)
	tail := p.live.tail
	return p.live.stream.start(p.root, func(ctx context.Context, emit func(TailUpdate) bool) error {
		return tail(ctx, groups, emit)
	})
}

// halt ends a live tail and reports whether there was one.
func (p *logs) halt() bool {
	was := p.live.running
	p.live.running = false
	p.live.stream.stop()
	return was
}

// receive appends what was logged. Who looks at the end of the lines stays
// there.
func (p *logs) receive(c chunk[TailUpdate]) tea.Cmd {
	items, next, ok := p.live.stream.accept(c)
	if !ok {
		return nil
	}
	items = slices.DeleteFunc(items, func(u TailUpdate) bool { return len(u.Events) == 0 })
	for _, u := range items {
		p.live.kept += len(u.Events)
		p.live.sampled = u.Sampled
	}
	p.live.updates = append(p.live.updates, items...)
	atEnd := p.text.Lines == nil || p.text.Cursor() >= p.text.Lines.Len()-1
	p.extend(items)
	if atEnd {
		p.text.Edge(true)
	}
	switch {
	case c.done:
		p.live.running = false
		return send(followed{ended: true, err: c.err})
	case p.live.kept > maxLive:
		p.halt()
		return send(followed{full: true})
	}
	return next
}

// extend puts new events behind the lines.
func (p *logs) extend(items []TailUpdate) {
	if p.index == nil {
		return
	}
	from := p.index.Len()
	for _, u := range items {
		p.index = p.index.extended(u)
	}
	for i := from; i < p.index.Len(); i++ {
		if p.within != nil && p.index.lines[i].group == int32(p.group) {
			p.within = append(p.within, int32(i))
		}
	}
	if p.query != "" && !p.running {
		p.catchUp()
	}
	p.setLines()
}

// catchUp searches the lines that came after the search had begun.
func (p *logs) catchUp() {
	for i := p.searched; i < p.index.Len(); i++ {
		if (p.within == nil || p.index.lines[i].group == int32(p.group)) && p.words.Match(p.index.Line(i)) {
			p.matches = append(p.matches, int32(i))
		}
	}
	p.searched = p.index.Len()
}

// extended is the index with later events behind it. Who still reads the old
// one sees no change: only what lies beyond its end is written.
func (x *logIndex) extended(u TailUpdate) *logIndex {
	g := slices.IndexFunc(x.groups, func(g diagnostics.LogGroup) bool { return g.LogGroupName == u.LogGroupName })
	if g < 0 {
		return x
	}
	next := *x
	next.groups = slices.Clone(x.groups)
	events := next.groups[g].Events
	if x.own == nil || !x.own[g] { // a snapshot's events are not written behind
		events = slices.Clip(events)
		next.own = append([]bool(nil), x.own...)
		next.own = append(next.own, make([]bool, len(x.groups)-len(next.own))...)
		next.own[g] = true
	}
	at := len(events)
	next.groups[g].Events = append(events, u.Events...)
	for i := range u.Events {
		next.add(int32(g), int32(at+i), nil)
	}
	return &next
}

// missed are the followed events that a new report does not hold.
func (p *logs) missed(x *logIndex) []TailUpdate {
	known := map[string]bool{}
	for _, g := range x.groups {
		for _, e := range g.Events {
			if n := len(p.live.updates); n > 0 && !e.Timestamp.Before(p.live.updates[0].Events[0].Timestamp) {
				known[g.LogGroupName+e.LogStreamName+e.Timestamp.String()+e.Message] = true
			}
		}
	}
	var out []TailUpdate
	for _, u := range p.live.updates {
		u.Events = slices.DeleteFunc(slices.Clone(u.Events), func(e diagnostics.LogEvent) bool {
			return known[u.LogGroupName+e.LogStreamName+e.Timestamp.String()+e.Message]
		})
		if len(u.Events) > 0 {
			out = append(out, u)
		}
	}
	return out
}

// followed tells that a live tail has ended.
type followed struct {
	ended bool // by the service
	full  bool
	err   error
}

func (m followed) apply(a *App) tea.Cmd {
	switch {
	case m.err != nil:
		a.toast = toast{text: "the logs are not followed any further: " + oneLine(m.err.Error()), bad: true}
	case m.full:
		a.toast = toast{text: "the logs are not followed any further: " + itoa(maxLive) + " events were kept", bad: true}
	case m.ended:
		a.toast = toast{text: "AWS ended the live tail; F follows again", bad: true}
	default:
		a.toast = toast{text: "the logs are not followed any further"}
	}
	return nil
}

// state says in the frame that the logs are followed.
func (f *following) state(p *widget.Palette) string {
	switch {
	case !f.running:
		return ""
	case f.sampled:
		return p.Warn.Paint("live, a part only ")
	}
	return p.Good.Paint("live ")
}
