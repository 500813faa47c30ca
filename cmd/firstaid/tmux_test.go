//go:build unix

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"firstaid/diagnostics"
	"firstaid/diagnostics/incident/demo"
	"firstaid/playbooks"
	"firstaid/playbooks/report"
)

// multiplexer is a tmux server of the test's own with one window in it: a real
// terminal that can be resized, typed at and read.
type multiplexer struct {
	t      *testing.T
	socket string
}

// newMultiplexer needs tmux. In CI it must be there.
func newMultiplexer(t *testing.T) *multiplexer {
	t.Helper()
	if _, err := exec.LookPath("tmux"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("tmux is not installed, and CI must run this test")
		}
		t.Skip("tmux is not installed: the screen is not tried in a real terminal")
	}
	m := &multiplexer{t, fmt.Sprintf("firstaid-test-%d-%d", os.Getpid(), time.Now().UnixNano())}
	t.Cleanup(func() { _ = exec.Command("tmux", "-L", m.socket, "kill-server").Run() })
	return m
}

func (m *multiplexer) run(args ...string) string {
	m.t.Helper()
	out, err := exec.Command("tmux", append([]string{"-L", m.socket, "-f", os.DevNull}, args...)...).CombinedOutput()
	if err != nil {
		m.t.Fatalf("tmux %s: %v: %s", strings.Join(args, " "), err, out)
	}
	return strings.TrimRight(string(out), "\n")
}

// start opens the window and runs a shell line in it.
func (m *multiplexer) start(dir, line string, w, h int) {
	m.run("new-session", "-d", "-x", fmt.Sprint(w), "-y", fmt.Sprint(h), "-c", dir, "-e", "LANG=C.UTF-8", "-e", "LC_ALL=C.UTF-8", line)
}

func (m *multiplexer) screen() string { return m.run("capture-pane", "-p") }

// see waits until the window shows every text.
func (m *multiplexer) see(texts ...string) {
	m.t.Helper()
	missing := ""
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(30 * time.Millisecond) {
		screen := m.screen()
		missing = ""
		for _, text := range texts {
			if !strings.Contains(screen, text) {
				missing = text
			}
		}
		if missing == "" {
			return
		}
	}
	m.t.Fatalf("%q never appeared:\n%s", missing, m.screen())
}

// leave presses Escape until a dialog is gone: one that opened by itself takes no
// keys until the keyboard has been quiet for a while.
func (m *multiplexer) leave(sign string) {
	m.t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(700 * time.Millisecond) {
		if !strings.Contains(m.screen(), sign) {
			return
		}
		m.press("Escape")
	}
	m.t.Fatalf("%q never went away:\n%s", sign, m.screen())
}

func (m *multiplexer) press(keys ...string) { m.run(append([]string{"send-keys"}, keys...)...) }

// self is the test binary under the name by which it is the program.
func self(t *testing.T) string {
	t.Helper()
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "firstaid")
	if err := os.Symlink(binary, link); err != nil {
		t.Skipf("no symbolic links here: %v", err)
	}
	return link
}

// The way of a person through the screen, in a real terminal: start, resize,
// find, open, mend, take back, export, quit. The terminal is as it was
// afterwards, and the exported report is the one that diagnosing prints.
func TestTheScreenInATerminal(t *testing.T) {
	m := newMultiplexer(t)
	dir := t.TempDir()
	m.start(dir, "'"+self(t)+"' demo alias-ordering; echo left with $?; sleep 60", 200, 60)
	m.see("CheckoutCapacity", "1 Findings", "3 Events", "4 Logs", "5 IAM", "6 Stacks")

	m.run("resize-window", "-x", "80", "-y", "24")
	m.see("[1 Findings]", "2 Why")
	rectangular(t, m, 80, 24)

	m.press("3", "/")
	m.press("-l", "consequences")
	m.see("2 consequences")
	m.press("Escape")
	m.see("CheckoutCapacity")
	m.press("g", "Enter")
	m.see("Resource handler returned message", "Recognised as")
	m.press("1")

	m.press("f")
	m.see("DependsOn: CheckoutFunctionAliaslive")
	m.press("a")
	m.see("Apply this fix?", "writes template.yaml")
	m.press("y")
	m.see("fixed-here")
	m.leave("esc closes")
	m.press("u")
	m.see("Take back the latest fix?")
	m.press("y")
	m.see("is taken back")
	m.leave("esc closes")
	m.press("e")
	m.see("Export as", "markdown")
	m.press("m", "Enter")
	m.see("written to firstaid-checkout.md")
	m.press("q")
	m.see("left with 0")
	for flag, want := range map[string]string{"#{alternate_on}": "0", "#{cursor_flag}": "1", "#{mouse_any_flag}": "0"} {
		if got := m.run("display-message", "-p", flag); got != want {
			t.Errorf("after quitting %s is %s, want %s", flag, got, want)
		}
	}
	sameReport(t, filepath.Join(dir, "firstaid-checkout.md"))
}

// rectangular fails when a row of the window is torn: every frame line ends in
// the last column.
func rectangular(t *testing.T, m *multiplexer, w, h int) {
	t.Helper()
	lines := strings.Split(m.screen(), "\n")
	if len(lines) != h {
		t.Errorf("%d rows, want %d", len(lines), h)
	}
	for _, l := range lines {
		if n := len([]rune(l)); n > w {
			t.Errorf("a row has %d columns: %q", n, l)
		}
	}
}

func sameReport(t *testing.T, path string) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s, err := demo.Open("alias-ordering")
	if err != nil {
		t.Fatal(err)
	}
	catalog, err := playbooks.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	var want bytes.Buffer
	r := report.Report{Snapshot: s, Findings: playbooks.Diagnose(s, catalog), Catalog: catalog, Lang: diagnostics.English, Version: version()}
	if err := report.Write(&want, report.Markdown, r); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want.Bytes()) {
		t.Errorf("the exported report is not the one that diagnosing gives:\n%s\nwant\n%s", got, want.Bytes())
	}
}

// A terminal that answers no query gets its first frame at once and not after
// the five seconds that asking it would take.
func TestASilentTerminalDoesNotDelayTheStart(t *testing.T) {
	start := time.Now()
	onTerminal(t, []string{"CI="}, "1 Findings", "demo", "access-denied")
	if took := time.Since(start); took > 4*time.Second {
		t.Errorf("starting and quitting took %v", took)
	}
}
