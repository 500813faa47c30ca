package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"firstaid/diagnostics"
	"firstaid/diagnostics/collect"
	"firstaid/diagnostics/denial"
	"firstaid/diagnostics/policy"
	"firstaid/diagnostics/policy/proposal"
	"firstaid/playbooks"
)

func newIAM(s streams, o *options) *cobra.Command {
	cmd := &cobra.Command{Use: "iam", Short: "Take a denial apart, and ask what a policy decides"}
	cmd.AddCommand(newIAMExplain(s, o), newIAMSimulate(s, o))
	return cmd
}

func newIAMExplain(s streams, o *options) *cobra.Command {
	var format string
	var decode bool
	cmd := &cobra.Command{
		Use:   "explain [FILE]",
		Short: "Read an access-denied message: who, what, which policy decides, and the least privilege",
		Long: `Read an access-denied message from a file or standard input. What the text does not say stays empty.
A text alone proves nothing: the grant is a proposal to be simulated, never something to apply blindly.
Exit status: 0 the text denies nothing, 1 a denial was read.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			lang, err := o.language()
			if err != nil {
				return err
			}
			text, err := readText(s, args)
			if err != nil {
				return err
			}
			decoded := func(string) (string, bool) { return "", false }
			if decode {
				if decoded, err = o.decoder(cmd.Context(), s); err != nil {
					return err
				}
			}
			return explainDenials(s, denial.ParseWith(text, decoded), format, lang)
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	cmd.Flags().BoolVar(&decode, "decode", false, "have STS decode encoded authorization messages (needs sts:DecodeAuthorizationMessage)")
	return cmd
}

// decoder asks STS for what encoded messages say; one that cannot be decoded is
// told on standard error.
func (o *options) decoder(ctx context.Context, s streams) (func(string) (string, bool), error) {
	c, err := collect.New(ctx, collect.Options{Region: o.region, Profile: o.profile, Endpoint: o.endpoint})
	if err != nil {
		return nil, err
	}
	return func(encoded string) (string, bool) {
		text, err := c.Decode(ctx, encoded)
		if err != nil {
			fmt.Fprintln(s.err, "firstaid: not decoded:", clean(err.Error()))
		}
		return text, err == nil
	}, nil
}

// readText reads a file, or standard input.
func readText(s streams, args []string) (string, error) {
	in := s.in
	if len(args) > 0 && args[0] != "-" {
		f, err := os.Open(args[0])
		if err != nil {
			return "", err
		}
		defer f.Close()
		in = f
	}
	text, err := io.ReadAll(in)
	return string(text), err
}

// explained is one denial as `iam explain --format json` prints it.
type explained struct {
	denial.Denial
	Actor    denial.Actor       `json:"actor"`
	Proposal proposal.Proposal  `json:"proposal"`
	Proof    *diagnostics.Proof `json:"proof,omitempty"`
}

// explainDenial takes one denial as far as its text leads. The proof says what
// the grant's document decides by itself: nothing of the role was read.
func explainDenial(d denial.Denial) explained {
	x := explained{Denial: d, Actor: d.Who(), Proposal: proposal.For([]denial.Denial{d}, proposal.Known{Account: d.Account, Role: d.Role})}
	doc, err := proposal.Document(x.Proposal.Statements)
	if err != nil || len(x.Proposal.Statements) == 0 {
		return x
	}
	account := firstNonEmpty(d.Account, "123456789012")
	x.Proof, err = playbooks.TryHere(&policy.Set{Identity: []policy.Policy{}}, "arn:aws:iam::"+account+":role/"+firstNonEmpty(d.Role, "caller"), nil, &x.Proposal, string(doc))
	if err != nil {
		return x
	}
	for i := range x.Proof.Trials {
		x.Proof.Trials[i].Before = diagnostics.DecisionUnknown
	}
	x.Proof.Principal, x.Proof.Unchecked = "", diagnostics.Text{
		En: "The grant alone was evaluated: no policy of the role was read. `firstaid fix` tries it on the role.",
		Ko: "권한 문서만 평가했으며 역할의 정책은 읽지 않았습니다. `firstaid fix`가 역할에 대해 시험합니다.",
	}
	return x
}

func firstNonEmpty(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func explainDenials(s streams, denials []denial.Denial, format string, lang diagnostics.Lang) error {
	list := make([]explained, 0, len(denials))
	for _, d := range denials {
		list = append(list, explainDenial(d))
	}
	switch format {
	case "json":
		e := json.NewEncoder(s.out)
		e.SetIndent("", "  ")
		if err := e.Encode(list); err != nil {
			return err
		}
	case "text":
		for _, x := range list {
			printDenial(s.out, x, lang)
		}
	default:
		return fmt.Errorf("there is no format %q: use text or json", format)
	}
	if len(list) > 0 {
		return errFindings
	}
	fmt.Fprintln(s.err, "The text denies nothing that is known here.")
	return nil
}

func printDenial(w io.Writer, x explained, lang diagnostics.Lang) {
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(w, "%-10s %s\n", name, clean(value))
		}
	}
	line("who", x.Principal)
	line("actor", string(x.Actor.Kind)+": "+x.Actor.Whose.In(lang))
	line("action", x.Action)
	line("operation", x.Operation)
	line("resource", x.Resource)
	line("decision", string(x.Decision))
	line("by", string(x.PolicyType))
	line("policy", x.PolicyARN)
	if x.Message != nil {
		for _, m := range x.Message.Matched {
			line("statement", fmt.Sprintf("%s %s: %s on %s", m.Effect, m.Sid, strings.Join(m.Actions, ", "), strings.Join(m.Resources, ", ")))
		}
		for _, k := range slices.Sorted(maps.Keys(x.Message.Conditions)) {
			line("condition", k+" = "+strings.Join(x.Message.Conditions[k], ", "))
		}
	} else if x.EncodedMessage != "" {
		line("encoded", "the rest stands in an encoded message: --decode reads it")
	}
	line("confidence", string(x.Confidence))
	for _, r := range x.Proposal.Stops {
		line("no grant", r.Text.In(lang))
	}
	for _, r := range x.Proposal.Red {
		line("careful", r.Text.In(lang))
	}
	if len(x.Proposal.Statements) > 0 {
		if doc, err := proposal.Document(x.Proposal.Statements); err == nil {
			line("grant", string(doc))
			line("reach", x.Proposal.Radius.In(lang))
		}
	}
	if x.Proof != nil {
		for _, l := range playbooks.ProofLines(x.Proof, lang) {
			fmt.Fprintln(w, clean(l))
		}
	}
	fmt.Fprintln(w)
}
