package main

import (
	"context"
	"encoding/json"
	"errors"
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

type simulateOptions struct {
	*options
	from      source
	role      string
	actions   []string
	resources []string
	policies  []string
	context   []string
	local     bool
	format    string
}

func newIAMSimulate(s streams, o *options) *cobra.Command {
	c := &simulateOptions{options: o}
	cmd := &cobra.Command{
		Use:   "simulate",
		Short: "Ask whether a role may do something, also with a policy it does not have yet",
		Long: `Ask IAM's own simulation (SimulatePrincipalPolicy) for every action on every resource. With --incident or --local
the role's policies are evaluated here instead, which is labelled: AWS did not check it.
Exit status: 0 everything is allowed, 1 something is denied or unknown.`,
		Example: "  firstaid iam simulate --role shop-FnRole --action dynamodb:PutItem --resource arn:aws:dynamodb:eu-west-1:123456789012:table/orders\n  firstaid iam simulate --role shop-FnRole --action s3:GetObject --resource 'arn:aws:s3:::b/k' --policy new.json",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return c.run(cmd.Context(), s) },
	}
	f := cmd.Flags()
	c.from.flags(f)
	f.StringVar(&c.role, "role", "", "the role's name or ARN; without one, --policy alone decides")
	f.StringSliceVar(&c.actions, "action", nil, "action such as s3:GetObject; may be repeated")
	f.StringArrayVar(&c.resources, "resource", nil, "ARN; may be repeated; * when there is none")
	f.StringArrayVar(&c.policies, "policy", nil, "file with a policy document that counts as attached; may be repeated")
	f.StringArrayVar(&c.context, "context", nil, "condition key as name=value; may be repeated")
	f.BoolVar(&c.local, "local", false, "evaluate here; do not ask AWS")
	f.StringVar(&c.format, "format", "text", "text or json")
	return cmd
}

func (c *simulateOptions) run(ctx context.Context, s streams) error {
	if len(c.actions) == 0 {
		return errors.New("which action? say --action s3:GetObject")
	}
	if len(c.resources) == 0 {
		c.resources = []string{"*"}
	}
	documents, err := readPolicies(c.policies)
	if err != nil {
		return err
	}
	answers, err := c.answers(ctx, documents)
	if err != nil {
		return err
	}
	if err := printSimulations(s.out, answers, c.format); err != nil {
		return err
	}
	for _, a := range answers {
		if a.EvalDecision != "allowed" {
			return errFindings
		}
	}
	return nil
}

func readPolicies(names []string) ([]string, error) {
	var list []string
	for _, name := range names {
		src, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		if !json.Valid(src) {
			return nil, fmt.Errorf("%s is no JSON policy document", name)
		}
		list = append(list, playbooks.CanonicalJSON(string(src)))
	}
	return list, nil
}

func printSimulations(w io.Writer, list []diagnostics.Simulation, format string) error {
	switch format {
	case "json":
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(list)
	case "text":
	default:
		return fmt.Errorf("there is no format %q: use text or json", format)
	}
	for _, a := range list {
		by := ""
		for _, m := range a.MatchedStatements {
			by += ", decided by " + m.SourcePolicyId
		}
		if len(a.MissingContextValues) > 0 {
			by += fmt.Sprintf(", depends on %v", a.MissingContextValues)
		}
		origin := "IAM"
		if a.Origin == "local" {
			origin = "evaluated here, not checked by AWS"
		}
		if _, err := fmt.Fprintf(w, "%-13s %s on %s (%s%s)\n", a.EvalDecision, a.EvalActionName, a.EvalResourceName, origin, by); err != nil {
			return err
		}
	}
	return nil
}
