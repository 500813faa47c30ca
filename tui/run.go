package tui

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"firstaid/tui/term"
)

// Run shows the screen until the user leaves or ctx ends. Whatever happens, the
// terminal is restored. The error is a sentence.
func Run(ctx context.Context, o Options) error {
	if o.In == nil {
		o.In = os.Stdin
	}
	if o.Out == nil {
		o.Out = os.Stdout
	}
	defer keepSmall()()
	app := New(ctx, o)
	defer app.quit()
	out := term.NewOutput(o.Out)
	app.clip = out.Copy
	p := tea.NewProgram(app,
		tea.WithContext(ctx), tea.WithInput(o.In), tea.WithOutput(out),
		tea.WithAltScreen(), tea.WithMouseCellMotion(), tea.WithoutSignalHandler())
	_, err := p.Run()
	switch {
	case err == nil || ctx.Err() != nil:
		return nil
	case errors.Is(err, tea.ErrProgramPanic):
		return errors.New("the screen stopped because of a bug in firstaid; the lines above say where. `firstaid diagnose` does the same work without the screen")
	default:
		return fmt.Errorf("the screen stopped: %w", err)
	}
}

// settled is when what the start needed only once has become garbage.
const settled = 3 * time.Second

// keepSmall lets a screen that mostly waits hold little memory: the heap grows
// by half before it is collected, and what the start has left goes back to the
// system. The function that it returns ends that.
func keepSmall() (end func()) {
	before := debug.SetGCPercent(50)
	give := time.AfterFunc(settled, debug.FreeOSMemory)
	return func() {
		give.Stop()
		debug.SetGCPercent(before)
	}
}
