package tui

import (
	"context"
	"errors"
	"fmt"
	"os"

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
