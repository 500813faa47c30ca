package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync/atomic"

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

Logs of any size, folders of them, gzip and zstd are read as streams; the same
failure many times is one row with its count.

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

// pasted is the size up to which a text is taken as one: a message, the output
// of a deployment. What is longer is a log, read as a stream.
const pasted = 64 << 10

// texts explains each input as one text, or all that are logs together.
func (e *explainer) texts(ctx context.Context, args []string, format string) error {
	list, errs := inputs(args)
	e.failed = errors.Join(errs...)
	var total int64
	for _, in := range list {
		total += in.size
	}
	bar := startProgress(e.err, total)
	groups := playbooks.NewGroups()
	answers, logs := []answer{}, 0
	var page bytes.Buffer
	for _, in := range list {
		x, isLog, err := e.text(ctx, in, &bar.read, groups)
		if err != nil {
			e.failed = errors.Join(e.failed, err)
			continue
		}
		if isLog {
			logs++
			continue
		}
		answers = append(answers, e.answer(in.name, x))
		if len(list) > 1 {
			fmt.Fprintf(&page, "%s\n\n", diagnostics.Normalize(in.name))
		}
		printExplanation(&page, e.catalog, x, e.lang)
	}
	bar.end()
	if logs > 0 {
		e.found = e.found || groups.Verdict() != playbooks.VerdictBenign
		answers = append(answers, e.groupAnswer(list, groups))
		printGroups(&page, e.catalog, groups, e.lang)
	}
	if err := e.write(&page, answers, format); err != nil {
		return err
	}
	return e.status()
}

func (e *explainer) write(page io.Reader, answers []answer, format string) error {
	if format == "text" {
		_, err := io.Copy(e.out, page)
		return err
	}
	if len(answers) == 1 {
		return writeJSON(e.out, answers[0], "  ")
	}
	return writeJSON(e.out, answers, "  ")
}

// text reads one input. A short one, and one with stack events, is explained as
// a whole; the hits of a log go to the groups.
func (e *explainer) text(ctx context.Context, in input, read *atomic.Int64, groups *playbooks.Groups) (playbooks.Explanation, bool, error) {
	r, err := e.open(ctx, in, read)
	if err != nil {
		return playbooks.Explanation{}, false, err
	}
	defer r.Close()
	head, err := io.ReadAll(io.LimitReader(r, 16*pasted))
	if err != nil {
		return playbooks.Explanation{}, false, fmt.Errorf("read %s: %w", in.name, err)
	}
	whole := len(head) < 16*pasted
	if text := diagnostics.Decode(head); whole && (len(head) <= pasted || hasEvents(text)) || utf16Text(head) {
		return e.explain(text, e.from), false, nil
	}
	name := in.name
	err = e.catalog.Matcher().Scan(ctx, io.MultiReader(bytes.NewReader(head), r), playbooks.ScanOptions{From: e.from}, func(h playbooks.Hit) error {
		groups.Add(name, h)
		return nil
	})
	if err != nil {
		return playbooks.Explanation{}, true, fmt.Errorf("read %s: %w", in.name, err)
	}
	return playbooks.Explanation{}, true, nil
}

func hasEvents(text string) bool {
	return slices.ContainsFunc(diagnostics.Records(text), func(r diagnostics.Record) bool { return r.Event })
}

// utf16Text recognises what PowerShell writes; a log in it is rare enough to
// be read as one text.
func utf16Text(head []byte) bool {
	return bytes.HasPrefix(head, []byte{0xff, 0xfe}) || bytes.HasPrefix(head, []byte{0xfe, 0xff})
}

// read returns the whole of one input.
func (e *explainer) read(ctx context.Context, name string) (string, error) {
	var n atomic.Int64
	r, err := e.open(ctx, input{name: name}, &n)
	if err != nil {
		return "", err
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		return "", fmt.Errorf("read %s: %w", name, err)
	}
	return diagnostics.Decode(b), nil
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
	var n atomic.Int64
	r, err := e.open(ctx, input{name: name}, &n)
	if err != nil {
		return err
	}
	defer r.Close()
	in := bufio.NewReaderSize(r, 1<<16)
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
