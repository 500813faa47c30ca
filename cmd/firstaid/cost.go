package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"firstaid/diagnostics"
	"firstaid/playbooks"
	"firstaid/playbooks/cost"
	"firstaid/playbooks/report"
)

// costOptions are the flags of `firstaid cost`.
type costOptions struct {
	*options
	from   source
	logs   string
	window time.Duration
	arch   string
	prices string
	alarm  float64
	format string
	tasks  cost.Containers
}

func newCost(s streams, o *options) *cobra.Command {
	c := &costOptions{options: o}
	cmd := &cobra.Command{
		Use:   "cost [STACK]",
		Short: "What the functions cost a day, and from what load on containers are cheaper",
		Long: `What the functions cost a day, from CloudWatch metrics or from the REPORT lines of a log.
Exit status 1 when the day costs at least the alarm.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return c.run(cmd.Context(), s, args) },
	}
	f := cmd.Flags()
	c.from.flags(f)
	f.StringVar(&c.logs, "logs", "", "read REPORT lines from this file instead (- for standard input)")
	f.DurationVar(&c.window, "window", 24*time.Hour, "with --logs: the time that the log covers")
	f.StringVar(&c.arch, "arch", cost.X86, "with --logs: the function's architecture, x86_64 or arm64")
	f.StringVar(&c.prices, "prices", "", "table of prices to use instead of the built-in one")
	f.Float64Var(&c.alarm, "alarm", playbooks.CostAlarm, "dollars a day from which on the exit status is 1; 0 for none")
	f.StringVar(&c.format, "format", "text", "text or json")
	small := cost.SmallTask("")
	f.Float64Var(&c.tasks.VCPU, "vcpu", small.VCPU, "containers to compare with: vCPU of one task")
	f.Float64Var(&c.tasks.MemoryGB, "memory", small.MemoryGB, "containers to compare with: GB of one task")
	f.Float64Var(&c.tasks.Tasks, "tasks", 0, "containers to compare with: number of tasks (0: as the peak concurrency needs)")
	f.Float64Var(&c.tasks.Concurrent, "concurrent", small.Concurrent, "containers to compare with: requests that one task serves at a time")
	return cmd
}

func (c *costOptions) run(ctx context.Context, s streams, args []string) error {
	lang, err := c.language()
	if err != nil {
		return err
	}
	prices, err := c.table()
	if err != nil {
		return err
	}
	usages, snapshot, err := c.usages(ctx, s, args)
	if err != nil {
		return err
	}
	c.tasks.Architecture = usages[0].Architecture
	statement := prices.State(usages, c.alarm, &c.tasks)
	if err := c.print(s.out, statement, snapshot, lang); err != nil {
		return err
	}
	if c.alarm > 0 && statement.PerDay >= c.alarm {
		return errFindings
	}
	return nil
}

// print writes the statement, and below it what the last deployment took where
// a stack was read.
func (c *costOptions) print(w io.Writer, statement cost.Statement, snapshot *diagnostics.Snapshot, lang diagnostics.Lang) error {
	switch c.format {
	case "text":
		if err := statement.Write(w, lang); err != nil || snapshot == nil {
			return err
		}
		for _, line := range report.Deployment(snapshot, lang) {
			fmt.Fprintln(w, line)
		}
		return nil
	case "json":
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(statement)
	default:
		return fmt.Errorf("there is no format %q: use text or json", c.format)
	}
}

func (c *costOptions) table() (*cost.Prices, error) {
	if c.prices == "" {
		return cost.Default()
	}
	src, err := os.ReadFile(c.prices)
	if err != nil {
		return nil, fmt.Errorf("read the table of prices: %w", err)
	}
	return cost.ReadPrices(c.prices, src)
}

// usages measures what is to be priced; the snapshot is nil for a log.
func (c *costOptions) usages(ctx context.Context, s streams, args []string) ([]cost.Usage, *diagnostics.Snapshot, error) {
	if c.logs != "" {
		usages, err := c.fromLogs(s)
		return usages, nil, err
	}
	snapshot, err := c.from.read(ctx, c.options, args)
	if err != nil {
		return nil, nil, err
	}
	usages := cost.Measure(snapshot)
	if len(usages) == 0 {
		return nil, nil, fmt.Errorf("no function has metrics here: %s", unreadReason(snapshot, diagnostics.KindMetric, "give a log with --logs FILE instead"))
	}
	return usages, snapshot, nil
}

func (c *costOptions) fromLogs(s streams) ([]cost.Usage, error) {
	if c.arch != cost.X86 && c.arch != cost.Arm {
		return nil, fmt.Errorf("there is no architecture %q: use x86_64 or arm64", c.arch)
	}
	if c.window <= 0 {
		return nil, errors.New("--window must be above 0: how long does the log cover?")
	}
	in := s.in
	if c.logs != "-" {
		f, err := os.Open(c.logs)
		if err != nil {
			return nil, fmt.Errorf("read the log: %w", err)
		}
		defer f.Close()
		in = f
	}
	text, err := io.ReadAll(in)
	if err != nil {
		return nil, fmt.Errorf("read the log: %w", err)
	}
	reports := diagnostics.Reports(string(text))
	if len(reports) == 0 {
		return nil, fmt.Errorf("%s has no REPORT line of Lambda: give the function's CloudWatch log", c.logs)
	}
	return []cost.Usage{cost.FromReports(c.logs, c.arch, c.window, reports)}, nil
}

// unreadReason says why a kind of thing is missing from a snapshot.
func unreadReason(s *diagnostics.Snapshot, kind diagnostics.Kind, otherwise string) string {
	for _, u := range s.Unread {
		if u.Of.Kind == kind {
			return u.Reason
		}
	}
	return otherwise
}
