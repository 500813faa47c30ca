package term_test

import (
	"bytes"
	"encoding/base64"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/creack/pty"

	"firstaid/tui/term"
)

// hello is the smallest Bubble Tea program: it draws one word and waits.
type hello struct{}

func (hello) Init() tea.Cmd { return nil }
func (hello) View() string  { return "first frame" }
func (hello) Update(m tea.Msg) (tea.Model, tea.Cmd) {
	if k, ok := m.(tea.KeyMsg); ok && k.String() == "p" {
		panic("on request")
	}
	return hello{}, nil
}

func TestMain(m *testing.M) {
	if os.Getenv("TERM_TEST_PROGRAM") != "" {
		_, _ = tea.NewProgram(hello{}, tea.WithOutput(term.NewOutput(os.Stdout)), tea.WithAltScreen()).Run()
		return
	}
	os.Exit(m.Run())
}

// silent starts the program on a terminal that answers no query.
func silent(t *testing.T) (*os.File, *exec.Cmd) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), "TERM_TEST_PROGRAM=1", "TERM=xterm-256color", "CI=")
	f, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: 80})
	if err != nil {
		t.Skipf("no pseudo terminal here: %v", err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_, _ = cmd.Process.Wait()
		_ = f.Close()
	})
	return f, cmd
}

// until reads the terminal until it shows want, and returns all that was read.
func until(t *testing.T, f *os.File, want string) string {
	t.Helper()
	if err := f.SetReadDeadline(time.Now().Add(4 * time.Second)); err != nil {
		t.Logf("no deadline on this pty: %v", err)
	}
	var seen bytes.Buffer
	buf := make([]byte, 4096)
	for {
		n, err := f.Read(buf)
		seen.Write(buf[:n])
		if strings.Contains(seen.String(), want) {
			return seen.String()
		}
		if err != nil {
			t.Fatalf("%q never appeared (%v); the terminal got %q", want, err, seen.String())
		}
	}
}

func TestStartAsksTheTerminalNothing(t *testing.T) {
	f, _ := silent(t)
	got := until(t, f, "first frame")
	for _, query := range []string{"\x1b]10;?", "\x1b]11;?", "\x1b[6n", "\x1b[c"} {
		if strings.Contains(got, query) {
			t.Errorf("the start asks %q; a terminal that does not answer costs five seconds", query)
		}
	}
	if !strings.Contains(got, "\x1b[?2026h") || !strings.Contains(got, "\x1b[?2026l") {
		t.Errorf("the frame is not a synchronized update: %q", got)
	}
}

func TestPanicRestoresTheTerminal(t *testing.T) {
	f, _ := silent(t)
	until(t, f, "first frame")
	if _, err := io.WriteString(f, "p"); err != nil {
		t.Fatal(err)
	}
	until(t, f, "\x1b[?1049l")
}

func TestClipboardSequence(t *testing.T) {
	payload := base64.StdEncoding.EncodeToString([]byte("역할 arn"))
	plain := "\x1b]52;c;" + payload + "\x07"
	if got := term.ClipboardSequence("역할 arn", false, false); got != plain {
		t.Errorf("plain: %q, want %q", got, plain)
	}
	if got := term.ClipboardSequence("역할 arn", true, false); !strings.HasPrefix(got, plain+"\x1bPtmux;") {
		t.Errorf("tmux: %q lacks the plain or the wrapped form", got)
	}
	if got := term.ClipboardSequence("역할 arn", false, true); !strings.HasPrefix(got, "\x1bP") {
		t.Errorf("screen: %q is not wrapped", got)
	}
}

func TestHyperlinkRefusesWhatBreaksOut(t *testing.T) {
	if got := term.Hyperlink("https://console.aws.amazon.com/", "console"); !strings.Contains(got, "\x1b]8;") {
		t.Errorf("no link: %q", got)
	}
	if got := term.Hyperlink("https://x\x1b\\evil", "console"); got != "console" {
		t.Errorf("a control character survived: %q", got)
	}
}
