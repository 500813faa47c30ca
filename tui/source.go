package tui

import (
	"context"
	"os"
	"time"

	"firstaid/diagnostics"
	"firstaid/playbooks"
)

// Target says what to look at. The zero value leaves the choice to the source.
type Target struct {
	Stack     string // name or ARN
	Operation string // of the stack; "" is the latest one
}

// Source reads. It emits a series of immutable snapshots, each with more in it
// than the one before; emit reports false once nobody listens. A source says
// in Snapshot.Reading what it reads now. Its error is a sentence that says what
// to do next; what was emitted before stays on the screen.
type Source interface {
	Collect(ctx context.Context, t Target, emit func(*diagnostics.Snapshot) bool) error
}

// Exporter writes the diagnosis to a file.
type Exporter interface {
	// Formats lists what Export knows, the usual one first.
	Formats() []string
	// Export writes to path, or to a name of its own choice where path is "",
	// and returns where.
	Export(ctx context.Context, format, path string, s *diagnostics.Snapshot, f []diagnostics.Finding) (string, error)
}

// Outcome is what became of a fix.
type Outcome struct {
	State diagnostics.State
	Text  diagnostics.Text // one or two sentences
	Entry int              // number in the journal; 0 for none
	// Watch says that the fix counts at once: the failure would come back by
	// itself if something else causes it too.
	Watch bool
}

// Fixer changes things. Nil means that nothing can be applied here. The screen
// has left the terminal to Apply while a plan with a Run step is applied.
type Fixer interface {
	// Apply does exactly what the plan shows.
	Apply(ctx context.Context, p playbooks.Plan) (Outcome, error)
	// Undo takes back the journal's entry, or with 0 the latest one that is
	// not undone.
	Undo(ctx context.Context, entry int) (Outcome, error)
	// Verify looks again whether the finding is still there.
	Verify(ctx context.Context, f diagnostics.Finding) (Outcome, error)
}

// Guide is a Fixer that keeps how far guided plans got.
type Guide interface {
	// Begun lists the plans of this project that are not at their end.
	Begun(ctx context.Context) ([]playbooks.Plan, error)
	// Advance takes the plan's next step, or with byHand notes that somebody
	// took it elsewhere.
	Advance(ctx context.Context, p playbooks.Plan, byHand bool) (Outcome, error)
}

// Journal is a Fixer that lists what it did, latest first.
type Journal interface {
	Entries(ctx context.Context) ([]playbooks.Entry, error)
}

// Options are what the screen is opened with. Source is needed, and Catalog or
// LoadCatalog.
type Options struct {
	Source Source
	Target Target
	// Catalog are the playbooks. Where it is nil, LoadCatalog is called once,
	// beside the first frame: compiling the signals takes longer than a start
	// may.
	Catalog     *playbooks.Catalog
	LoadCatalog func() (*playbooks.Catalog, error)

	Lang     diagnostics.Lang
	Zone     *time.Location // of the times shown; nil is the local one
	ReadOnly bool
	// Notice is said in a dialog before anything else, a paragraph each.
	Notice []string
	Label  string // shown beside the name, such as "demo"

	Exporter Exporter
	Fixer    Fixer
	// Simulate asks IAM about calls that nobody made; nil where there is no
	// account to ask.
	Simulate playbooks.Asker
	// Tail follows logs; nil where there is no account.
	Tail Tail
	// Demo opens the built-in incident; nil when this already is one.
	Demo func() (Source, error)

	In, Out *os.File // nil means the standard streams
	Getenv  func(string) string

	judge diagnose // nil means playbooks.Diagnose
}
