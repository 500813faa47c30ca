package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"firstaid/diagnostics"
)

// Exit statuses: scripts and CI build on them.
const (
	statusOK       = 0 // nothing wrong
	statusFindings = 1
	statusFailed   = 2 // could not do it
)

// errFindings ends a command that did its work and found something wrong.
var errFindings = errors.New("findings")

// streams are where a command reads and writes.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// terminal reports whether a person looks at the output.
func (s streams) terminal() bool { return isTerminal(s.out) && isTerminal(s.in) }

func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// options are the flags that every command has.
type options struct {
	region    string
	profile   string
	endpoint  string
	configEnv string
	lang      string
	readOnly  bool
}

// language is the language to explain in: the flag, else the environment's.
func (o *options) language() (diagnostics.Lang, error) {
	switch l := diagnostics.Lang(o.lang); l {
	case diagnostics.English, diagnostics.Korean:
		return l, nil
	case "":
		return environmentLanguage(os.Getenv), nil
	default:
		return "", fmt.Errorf("there is no language %q: use en or ko", o.lang)
	}
}

func environmentLanguage(getenv func(string) string) diagnostics.Lang {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := getenv(name); v != "" {
			if strings.HasPrefix(v, "ko") {
				return diagnostics.Korean
			}
			break
		}
	}
	return diagnostics.English
}

// run carries out one command line and returns the exit status.
func run(ctx context.Context, args []string, s streams) int {
	root := newRoot(s)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	switch {
	case err == nil:
		return statusOK
	case errors.Is(err, errFindings):
		return statusFindings
	default:
		fmt.Fprintf(s.err, "firstaid: %v\n", err)
		return statusFailed
	}
}

func newRoot(s streams) *cobra.Command {
	o := &options{}
	root := &cobra.Command{
		Use:           "firstaid [STACK]",
		Short:         "Find out why a serverless deployment failed, and mend it",
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.MaximumNArgs(1),
		RunE:          func(c *cobra.Command, args []string) error { return runScreen(c.Context(), s, o, args) },
	}
	root.SetIn(s.in)
	root.SetOut(s.out)
	root.SetErr(s.err)
	f := root.PersistentFlags()
	f.StringVar(&o.region, "region", "", "AWS region; else samconfig.toml's, else the AWS environment's")
	f.StringVar(&o.profile, "profile", "", "AWS profile; else samconfig.toml's, else the AWS environment's")
	f.StringVar(&o.endpoint, "endpoint-url", "", "endpoint for every AWS service; else AWS_ENDPOINT_URL")
	f.StringVar(&o.configEnv, "config-env", "", "environment of samconfig.toml (default: \"default\")")
	f.StringVar(&o.lang, "lang", "", "language of explanations: en or ko; else the environment's")
	f.BoolVar(&o.readOnly, "read-only", false, "remove every key and command that changes something")
	root.AddCommand(commands(s, o)...)
	return root
}

// commands lists the subcommands, each made by its own file.
func commands(s streams, o *options) []*cobra.Command {
	return []*cobra.Command{
		newCapture(s, o),
		newOpen(s, o),
		newDemo(s, o),
		newDiagnose(s, o),
		newExplain(s, o),
		newPlaybooks(s, o),
		newCost(s, o),
		newPermissions(s, o),
		newCheck(s, o),
		newIAM(s, o),
		newFix(s, o),
		newJournal(s, o),
		newUndo(s, o),
		newVersion(s),
	}
}
