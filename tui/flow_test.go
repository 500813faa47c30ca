package tui

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/rogpeppe/go-internal/txtar"

	"firstaid/diagnostics"
	"firstaid/playbooks"
)

// driver owns the loop that Bubble Tea owns in life: it runs each command in a
// goroutine and feeds what comes back to Update, one message at a time. In a
// synctest bubble it needs no sleeps, and a goroutine that is left over fails
// the test.
type driver struct {
	t        *testing.T
	app      *App
	messages chan tea.Msg
	quit     bool
	updates  int
	source   *slowSource
	fixer    *fakeFixer
	exporter *fakeExporter
	asker    *fakeAsker
	clip     string
	cancel   context.CancelFunc
}

// waves are what a collector emits: first the stack, then its events, then all.
func waves() []*diagnostics.Snapshot {
	first, second, third := sampleSnapshot(), sampleSnapshot(), sampleSnapshot()
	*first = diagnostics.Snapshot{Taken: at(1), Identity: third.Identity, StackID: third.StackID, Stacks: third.Stacks, Reading: "stack events"}
	second.LogGroups, second.Simulations, second.Complete, second.Reading = nil, nil, false, "logs of 1 function"
	return []*diagnostics.Snapshot{first, second, third}
}

func newDriver(t *testing.T, o Options) *driver {
	ctx, cancel := context.WithCancel(t.Context())
	d := &driver{
		t: t, messages: make(chan tea.Msg, 1000), cancel: cancel, fixer: &fakeFixer{}, exporter: &fakeExporter{},
		source: &slowSource{snapshots: waves(), pause: 200 * time.Millisecond},
	}
	o.Source, o.LoadCatalog, o.Zone, o.judge = d.source, loaded(t), time.UTC, sampleFindings
	o.Fixer, o.Exporter = d.fixer, d.exporter
	o.Getenv = func(string) string { return "" }
	if o.Simulate != nil {
		d.asker = &fakeAsker{}
		o.Simulate = d.asker.ask
	}
	d.app = New(ctx, o)
	d.app.clip = func(s string) error {
		d.clip = s
		return nil
	}
	d.app.unexpected = func(m tea.Msg) { t.Errorf("nobody takes %T", m) }
	return d
}

func (d *driver) start() {
	d.run(d.app.Init())
	d.feed(tea.WindowSizeMsg{Width: 120, Height: 40})
	d.settle(0)
}

// run carries out a command beside the loop.
func (d *driver) run(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	go func() {
		switch msg := cmd().(type) {
		case nil:
		case tea.BatchMsg:
			for _, c := range msg {
				d.run(c)
			}
		default:
			d.messages <- msg
		}
	}()
}

func (d *driver) feed(msg tea.Msg) {
	if _, ok := msg.(tea.QuitMsg); ok {
		d.quit = true
		return
	}
	d.updates++
	_, cmd := d.app.Update(msg)
	d.run(cmd)
}

// settle lets fake time pass and feeds all that comes in.
func (d *driver) settle(for_ time.Duration) {
	end := time.Now().Add(for_)
	for {
		synctest.Wait()
		select {
		case msg := <-d.messages:
			d.feed(msg)
			continue
		default:
		}
		left := time.Until(end)
		if left <= 0 {
			return
		}
		select {
		case msg := <-d.messages:
			d.feed(msg)
		case <-time.After(left):
		}
	}
}

// stop ends everything, so that the bubble can be left.
func (d *driver) stop() {
	d.app.headless = true
	d.cancel()
	d.app.quit()
	d.settle(5 * time.Second)
}

// TestFlows plays the stories of testdata/flows.
func TestFlows(t *testing.T) {
	files, err := filepath.Glob("testdata/flows/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no flows: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			story, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			synctest.Test(t, func(t *testing.T) { play(t, story) })
		})
	}
}

func play(t *testing.T, story *txtar.Archive) {
	var d *driver
	o := Options{Lang: diagnostics.English}
	for n, line := range strings.Split(string(story.Comment), "\n") {
		verb, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		if verb == "" || strings.HasPrefix(verb, "#") {
			continue
		}
		if d == nil && verb == "with" {
			configure(t, &o, rest)
			continue
		}
		if d == nil {
			d = newDriver(t, o)
			defer d.stop()
		}
		if problem := d.line(verb, rest); problem != "" {
			t.Fatalf("line %d, %q: %s\n%s", n+1, line, problem, plainText(d.app.View()))
		}
	}
}

func configure(t *testing.T, o *Options, what string) {
	switch what {
	case "read-only":
		o.ReadOnly = true
	case "notice":
		o.Notice = []string{"Entry 3 was interrupted while it was being applied."}
	case "tail":
		o.Tail = fakeTail
	case "simulate":
		o.Simulate = (&fakeAsker{}).ask
	case "demo":
		o.Demo = func() (Source, error) { return still{sampleSnapshot()}, nil }
	default:
		t.Fatalf("with what? %q", what)
	}
}

// line carries out one line of a story and returns what is wrong, or "".
func (d *driver) line(verb, rest string) string {
	switch verb {
	case "expired":
		d.source.snapshots, d.source.err = nil, errExpired
	case "broken":
		d.source.snapshots, d.source.err = d.source.snapshots[:2], errExpired
	case "refused":
		d.asker.err = errors.New("you may not call iam:SimulatePrincipalPolicy")
	case "recovered":
		d.source.snapshots, d.source.err = waves(), nil
	case "guided":
		d.fixer.begun = []playbooks.Plan{halfWay(rest)}
	case "start":
		d.start()
	case "press":
		for key := range strings.FieldsSeq(rest) {
			d.feed(keyMsg(key))
			d.settle(0)
		}
	case "type":
		for _, r := range rest {
			d.feed(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}})
		}
		d.settle(0)
	case "burst":
		d.feed(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(rest)})
		d.settle(0)
	case "alt":
		d.feed(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(rest), Alt: true})
		d.settle(0)
	case "paste":
		d.feed(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(rest), Paste: true})
		d.settle(0)
	case "wait":
		pause, err := time.ParseDuration(rest)
		if err != nil {
			return err.Error()
		}
		d.settle(pause)
	case "size", "click", "wheel":
		return d.place(verb, strings.Fields(rest))
	default:
		return d.check(verb, rest)
	}
	return ""
}

func (d *driver) place(verb string, args []string) string {
	if len(args) != 2 {
		return "two numbers are needed"
	}
	x, err := strconv.Atoi(args[0])
	if err != nil {
		return err.Error()
	}
	y, err := strconv.Atoi(args[1])
	if err != nil {
		return err.Error()
	}
	switch verb {
	case "size":
		d.feed(tea.WindowSizeMsg{Width: x, Height: y})
	case "click":
		d.feed(tea.MouseMsg{X: x, Y: y, Action: tea.MouseActionPress, Button: tea.MouseButtonLeft})
	case "wheel":
		d.feed(tea.MouseMsg{X: x, Y: y, Action: tea.MouseActionPress, Button: tea.MouseButtonWheelDown})
	}
	d.settle(0)
	return ""
}

func (d *driver) check(verb, want string) string {
	frame := plainText(d.app.View())
	got := ""
	switch verb {
	case "see":
		if !strings.Contains(frame, want) {
			return "it is not on the screen"
		}
		return ""
	case "miss":
		if strings.Contains(frame, want) {
			return "it is on the screen"
		}
		return ""
	case "focus":
		got = paneNames[d.app.focused]
	case "cursor":
		f, _ := d.app.findings.current()
		got = f.Playbook
	case "applied":
		got = strconv.Itoa(len(d.fixer.applied))
	case "advanced":
		got = strings.Join(d.fixer.advanced, " ")
	case "undone":
		got = fmt.Sprint(d.fixer.undone)
	case "written":
		got = strings.Join(d.exporter.written, " ")
	case "copied":
		if strings.Contains(d.clip, want) && want != "" {
			return ""
		}
		got = d.clip
	case "read":
		var names []string
		for _, t := range d.source.targets {
			names = append(names, strconv.Quote(t.Stack))
		}
		got = strings.Join(names, " ")
	case "ended":
		got = strconv.Itoa(d.source.ended)
	case "asked":
		got = strings.Join(d.asker.asked, "; ")
	case "stopped":
		got = strconv.Itoa(d.asker.stopped)
	case "quit":
		got, want = strconv.FormatBool(d.quit), "true"
	default:
		return "there is no such verb"
	}
	if got != want {
		return fmt.Sprintf("it is %q", got)
	}
	return ""
}

// A thousand snapshots in a hundred milliseconds cost a few updates, not a
// thousand.
func TestSnapshotsAreGathered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDriver(t, Options{})
		d.source.pause = 100 * time.Microsecond
		d.source.snapshots = nil
		for range 1000 {
			d.source.snapshots = append(d.source.snapshots, sampleSnapshot())
		}
		d.start()
		d.settle(time.Second)
		if d.updates > 60 {
			t.Errorf("%d updates", d.updates)
		}
		if d.app.report == nil || d.app.reading {
			t.Error("the reading did not come to its end")
		}
		d.stop()
	})
}

// Update and View never ask the outside: the source is called by a command.
func TestUpdateDoesNoIO(t *testing.T) {
	source := &slowSource{snapshots: waves()}
	fixer := &fakeFixer{}
	a := New(t.Context(), Options{Source: source, LoadCatalog: loaded(t), Fixer: fixer, Exporter: &fakeExporter{}, judge: sampleFindings})
	a.Init()
	a.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
	a.Update(diagnosed{a.stream.gen, newReport(sampleSnapshot(), fixedCatalog(t), sampleFindings, nil), nil})
	for _, k := range []string{"r", "v", "u", "y", "y", "e", "enter", "f", "a", "y", ":", "esc", "o", "esc"} {
		a.Update(keyMsg(k))
		a.View()
	}
	if len(source.targets)+len(fixer.applied)+len(fixer.undone) > 0 {
		t.Error("Update reached outside before anybody ran its command")
	}
}
