package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"firstaid/diagnostics"
	"firstaid/playbooks"
)

func newExplain(s streams, o *options) *cobra.Command {
	var format, source string
	c := &cobra.Command{
		Use:   "explain [FILE…]",
		Short: "Say which failure a text is: a message, a log, the output of a deployment",
		Long: `Say which failure a text is and what to do about it.

Without FILE, or with "-", the text is read from standard input:

  sam deploy 2>&1 | firstaid explain

With --format jsonl every line of the input is a text of its own: a JSON object
{"id","source","text"} or a plain line. One object is answered for each, in order.

Exit status: 0 nothing wrong, 1 a failure was found, 2 something could not be read.`,
		RunE: func(c *cobra.Command, args []string) error {
			lang, err := o.language()
			if err != nil {
				return err
			}
			from, err := origin(source)
			if err != nil {
				return err
			}
			catalog, err := loadCatalog(s.err)
			if err != nil {
				return err
			}
			if len(args) == 0 {
				args = []string{"-"}
			}
			e := &explainer{streams: s, catalog: catalog, lang: lang, from: from}
			switch format {
			case "text", "json":
				return e.texts(c.Context(), args, format)
			case "jsonl":
				return e.lines(c.Context(), args)
			}
			return fmt.Errorf("there is no format %q: use text, json or jsonl", format)
		},
	}
	c.Flags().StringVar(&format, "format", "text", "text, json or jsonl")
	c.Flags().StringVar(&source, "source", "", "where the text is from: cfn_event, lambda_log, apigw_log, cli, browser, template")
	return c
}

func origin(source string) (playbooks.Origin, error) {
	switch s := diagnostics.Source(source); s {
	case diagnostics.SourceUnknown, diagnostics.SourceCFNEvent, diagnostics.SourceLambdaLog, diagnostics.SourceAPIGWLog,
		diagnostics.SourceCLI, diagnostics.SourceBrowser, diagnostics.SourceTemplate:
		return playbooks.Origin{Source: s}, nil
	}
	return playbooks.Origin{}, fmt.Errorf("there is no source %q: use cfn_event, lambda_log, apigw_log, cli, browser or template", source)
}

// An explainer carries out one explain command.
type explainer struct {
	streams
	catalog *playbooks.Catalog
	lang    diagnostics.Lang
	from    playbooks.Origin
	found   bool  // something was recognised as a failure
	failed  error // something could not be read; the rest was
}

// status ends the command: 2 before 1 before 0.
func (e *explainer) status() error {
	switch {
	case e.failed != nil:
		return e.failed
	case e.found:
		return errFindings
	}
	return nil
}

func (e *explainer) explain(text string, from playbooks.Origin) playbooks.Explanation {
	x := e.catalog.Matcher().Explain(text, from)
	e.found = e.found || x.Verdict != playbooks.VerdictBenign
	return x
}

// texts explains each file as one text.
func (e *explainer) texts(ctx context.Context, files []string, format string) error {
	answers := []answer{}
	for _, name := range files {
		text, err := e.read(ctx, name)
		if err != nil {
			e.failed = errors.Join(e.failed, err)
			continue
		}
		x := e.explain(text, e.from)
		if format == "json" {
			answers = append(answers, e.answer(name, x))
			continue
		}
		if len(files) > 1 {
			fmt.Fprintf(e.out, "%s\n\n", diagnostics.Normalize(name))
		}
		printExplanation(e.out, e.catalog, x, e.lang)
	}
	if format == "json" {
		var v any = answers
		if len(files) == 1 && len(answers) == 1 {
			v = answers[0]
		}
		if err := writeJSON(e.out, v, "  "); err != nil {
			return err
		}
	}
	return e.status()
}

func (e *explainer) read(ctx context.Context, name string) (string, error) {
	r, err := e.open(name)
	if err != nil {
		return "", err
	}
	defer r.Close()
	b, err := io.ReadAll(cancellable{ctx, r})
	if err != nil {
		return "", fmt.Errorf("read %s: %w", name, err)
	}
	return diagnostics.Decode(b), nil
}

func (e *explainer) open(name string) (io.ReadCloser, error) {
	if name != "-" {
		return os.Open(name)
	}
	if isTerminal(e.in) {
		fmt.Fprintln(e.err, "Paste the text, then end it with Ctrl-D on a line of its own.")
	}
	return io.NopCloser(e.in), nil
}

// cancellable stops reading when the command is interrupted.
type cancellable struct {
	ctx context.Context
	io.Reader
}

func (c cancellable) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.Reader.Read(p)
}

// lines explains each line of the files as a text of its own.
func (e *explainer) lines(ctx context.Context, files []string) error {
	out := bufio.NewWriter(e.out)
	defer out.Flush()
	for _, name := range files {
		if err := e.fileLines(ctx, name, out); err != nil {
			e.failed = errors.Join(e.failed, err)
		}
	}
	if err := out.Flush(); err != nil {
		return err
	}
	return e.status()
}

func (e *explainer) fileLines(ctx context.Context, name string, out io.Writer) error {
	r, err := e.open(name)
	if err != nil {
		return err
	}
	defer r.Close()
	in := bufio.NewReaderSize(cancellable{ctx, r}, 1<<16)
	bad, first := 0, error(nil)
	for n := 1; ; n++ {
		line, err := in.ReadBytes('\n')
		if len(line) > 0 {
			a, broken := e.line(line, n)
			if broken != nil {
				bad++
				if first == nil {
					first = fmt.Errorf("%s:%d: %w", name, n, broken)
				}
			}
			if err := writeJSON(out, a, ""); err != nil {
				return err
			}
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
	}
	if bad > 1 {
		first = fmt.Errorf("%w (and %d more lines)", first, bad-1)
	}
	return first
}

// line explains one line of JSON Lines.
func (e *explainer) line(line []byte, n int) (answer, error) {
	q, err := parseQuestion(line, n)
	if err != nil {
		return answer{ID: q.ID, Verdict: "error", Error: err.Error(), Matches: []matchJSON{}}, err
	}
	from := e.from
	if o, err := origin(q.Source); err == nil && q.Source != "" {
		from = o
	}
	a := e.answer("", e.explain(q.Text, from))
	a.ID = q.ID
	return a, nil
}

func writeJSON(w io.Writer, v any, indent string) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", indent)
	return enc.Encode(v)
}
