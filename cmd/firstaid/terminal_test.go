//go:build unix

package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"

	"firstaid/diagnostics"
	"firstaid/diagnostics/incident"
	"firstaid/diagnostics/incident/demo"
)

// onTerminal runs a command line on a pseudo terminal that answers no query,
// waits until the screen shows a text, and quits.
func onTerminal(t *testing.T, env []string, want string, args ...string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Args = append([]string{"firstaid"}, args...) // by this name the test binary is the program
	cmd.Env = append(os.Environ(), append(env, "TERM=xterm-256color", "LANG=C.UTF-8")...)
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 30, Cols: 110})
	if err != nil {
		t.Fatal(err)
	}
	defer tty.Close()
	screen := &sink{seen: make(chan struct{}), want: []byte(want)}
	read := make(chan struct{})
	go func() {
		defer close(read)
		_, _ = io.Copy(screen, tty) // ends with an error when the program does
	}()
	select {
	case <-screen.seen:
	case <-read:
	case <-time.After(30 * time.Second):
		t.Errorf("the screen does not show %q", want)
	}
	if _, err := tty.WriteString("q"); err != nil {
		t.Errorf("quit: %v; on the screen was %q", err, screen.String())
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("%v: %v; on the screen was %q", args, err, screen.String())
	}
}

// sink gathers output and says when a text was in it.
type sink struct {
	mu   sync.Mutex
	text bytes.Buffer
	want []byte
	seen chan struct{}
	once sync.Once
}

func (s *sink) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text.Write(b)
	if bytes.Contains(s.text.Bytes(), s.want) {
		s.once.Do(func() { close(s.seen) })
	}
	return len(b), nil
}

func (s *sink) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

func TestDemoOnATerminalLeavesNothingBehind(t *testing.T) {
	tmp := t.TempDir()
	onTerminal(t, []string{"TMPDIR=" + tmp}, "CheckoutCapacity", "demo", "alias-ordering")
	left, err := os.ReadDir(tmp)
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestOpenOnATerminal(t *testing.T) {
	s, err := demo.Open("access-denied")
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "receipts.incident")
	if err := incident.Save(name, s, diagnostics.RedactOptions{}); err != nil {
		t.Fatal(err)
	}
	onTerminal(t, nil, "StoreFunction", "open", name)
}
