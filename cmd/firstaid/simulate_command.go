package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"firstaid/diagnostics"
	"firstaid/diagnostics/policy"
)

type simulateOptions struct {
	*options
	from      source
	role      string
	principal string
	actions   []string
	resources []string
	policies  []string
	boundary  string
	scps      []string
	resource  string // file of the resource's policy
	context   []string
	local     bool
	format    string
}

func newIAMSimulate(s streams, o *options) *cobra.Command {
	c := &simulateOptions{options: o}
	cmd := &cobra.Command{
		Use:   "simulate",
		Short: "Ask whether a role may do something, also with a policy it does not have yet",
		Long: `Ask IAM's own simulation (SimulatePrincipalPolicy) for every action on every resource. With --incident, --local
or --scp the role's policies are evaluated here instead, which is labelled: AWS did not check it. Without --role only
the documents that are given decide. What was evaluated is said on standard error.
Exit status: 0 everything is allowed, 1 something is denied or unknown.`,
		Example: "  firstaid iam simulate --role shop-FnRole --action dynamodb:PutItem --resource arn:aws:dynamodb:eu-west-1:123456789012:table/orders\n  firstaid iam simulate --role shop-FnRole --action s3:GetObject --resource 'arn:aws:s3:::b/k' --policy new.json\n  firstaid iam simulate --policy role.json --boundary edge.json --scp root.json --scp unit.json --action s3:GetObject --resource 'arn:aws:s3:::b/k' --context aws:SecureTransport=boolean:true\n  firstaid iam simulate --resource-policy trust.json --principal lambda.amazonaws.com --action sts:AssumeRole --resource arn:aws:iam::123456789012:role/shop",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return c.run(cmd.Context(), s) },
	}
	f := cmd.Flags()
	c.from.flags(f)
	f.StringVar(&c.role, "role", "", "the role's name or ARN; without one, only the documents given decide")
	f.StringVar(&c.principal, "principal", "", "who asks: the ARN of a role, session, user or account, or a service such as lambda.amazonaws.com; evaluated here")
	f.StringSliceVar(&c.actions, "action", nil, "action such as s3:GetObject; may be repeated")
	f.StringArrayVar(&c.resources, "resource", nil, "ARN; may be repeated; * when there is none")
	f.StringArrayVar(&c.policies, "policy", nil, "file with a policy document that counts as attached; may be repeated")
	f.StringVar(&c.boundary, "boundary", "", "file with a permissions boundary; it replaces the role's")
	f.StringArrayVar(&c.scps, "scp", nil, "file with a service control policy, one for each level from the root down; may be repeated; evaluated here")
	f.StringVar(&c.resource, "resource-policy", "", "file with the policy of the resource, or the trust policy of a role")
	f.StringArrayVar(&c.context, "context", nil, "condition key as key=type:value (types: "+strings.Join(contextTypes, ", ")+"); key=value is a string; may be repeated")
	f.BoolVar(&c.local, "local", false, "evaluate here; do not ask AWS")
	f.StringVar(&c.format, "format", "text", "text or json")
	return cmd
}

func (c *simulateOptions) run(ctx context.Context, s streams) error {
	if len(c.actions) == 0 {
		return errors.New("which action? say --action s3:GetObject")
	}
	if c.format != "text" && c.format != "json" {
		return fmt.Errorf("there is no format %q: use text or json", c.format)
	}
	if len(c.resources) == 0 {
		c.resources = []string{"*"}
	}
	d, err := c.documents()
	if err != nil {
		return err
	}
	answers, what, err := c.answers(ctx, d)
	if err != nil {
		return err
	}
	fmt.Fprintln(s.err, clean(what))
	if err := printSimulations(s.out, answers, c.format); err != nil {
		return err
	}
	for _, a := range answers {
		if a.EvalDecision != diagnostics.DecisionAllowed {
			return errFindings
		}
	}
	return nil
}

// documents reads the files of the command line.
func (c *simulateOptions) documents() (d documents, err error) {
	if d.identity, err = readDocuments(c.policies); err != nil {
		return d, err
	}
	if d.scps, err = readDocuments(c.scps); err != nil {
		return d, err
	}
	for _, x := range []struct {
		name string
		into *document
	}{{c.boundary, &d.boundary}, {c.resource, &d.resource}} {
		if x.name == "" {
			continue
		}
		if *x.into, err = readDocument(x.name); err != nil {
			return d, err
		}
	}
	return d, nil
}

func readDocuments(names []string) ([]document, error) {
	var list []document
	for _, name := range names {
		d, err := readDocument(name)
		if err != nil {
			return nil, err
		}
		list = append(list, d)
	}
	return list, nil
}

// readDocument reads one document. It is sent minified, so that the places that
// IAM names are on its first line.
func readDocument(name string) (document, error) {
	src, err := os.ReadFile(name)
	if err != nil {
		return document{}, err
	}
	if !json.Valid(src) {
		return document{}, fmt.Errorf("%s is no JSON policy document", name)
	}
	var small bytes.Buffer
	if err := json.Compact(&small, src); err != nil {
		return document{}, fmt.Errorf("%s: %w", name, err)
	}
	parsed, err := policy.Parse(small.Bytes())
	if err != nil {
		return document{}, fmt.Errorf("%s: %w", name, err)
	}
	return document{name: name, text: small.String(), parsed: parsed}, nil
}

func printSimulations(w io.Writer, list []diagnostics.Simulation, format string) error {
	switch format {
	case "json":
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(list)
	case "text":
	}
	for _, a := range list {
		by := ""
		for _, m := range a.MatchedStatements {
			by += ", decided by " + m.SourcePolicyId
		}
		if a.AllowedByBoundary != nil && !*a.AllowedByBoundary {
			by += ", the permissions boundary does not allow it"
		}
		if a.AllowedByOrganizations != nil && !*a.AllowedByOrganizations {
			by += ", a service control policy does not allow it"
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
