package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"firstaid/diagnostics/collect"
	"firstaid/playbooks/apply"
)

// policyDocument is an IAM policy, in the order that people write it.
type policyDocument struct {
	Version   string              `json:"Version"`
	Statement []collect.Statement `json:"Statement"`
}

func newPermissions(s streams, o *options) *cobra.Command {
	var account, partition string
	var fixing, table bool
	c := &cobra.Command{
		Use:   "permissions",
		Short: "Print the IAM policy that firstaid needs",
		Long: `Print the IAM policy that firstaid needs: for reading, or with --fix the
separate one for applying fixes. It is derived from the table of calls that
firstaid can make; nothing else is ever called.`,
		Example: "  firstaid permissions --account 123456789012 --region eu-west-1 > read.json\n  firstaid permissions --fix > fix.json\n  firstaid permissions --table",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			calls, prefix := collect.Reads(), "Read"
			if fixing {
				calls, prefix = changes(), "Fix"
			}
			if table {
				return printCalls(s, calls)
			}
			region := o.region
			if partition == "" {
				partition = partitionOf(region)
			}
			e := json.NewEncoder(s.out)
			e.SetIndent("", "  ")
			return e.Encode(policyDocument{"2012-10-17", collect.Statements(prefix, calls, partition, region, account)})
		},
	}
	c.Flags().StringVar(&account, "account", "", "account id to limit the policy to (default: any)")
	c.Flags().StringVar(&partition, "partition", "", "aws, aws-cn or aws-us-gov (default: the region's)")
	c.Flags().BoolVar(&fixing, "fix", false, "the policy for applying fixes, beside the one for reading")
	c.Flags().BoolVar(&table, "table", false, "the calls with their actions and what each is for, as a table")
	return c
}

// changes are the calls that fixes make, with the resources they can touch.
func changes() []collect.Permitted {
	resources := map[string]string{
		"cloudformation": "arn:PARTITION:cloudformation:REGION:ACCOUNT:stack/*",
		"ecr":            "arn:PARTITION:ecr:REGION:ACCOUNT:repository/*",
		"iam":            "arn:PARTITION:iam::ACCOUNT:role/*",
		"lambda":         "arn:PARTITION:lambda:REGION:ACCOUNT:function:*",
	}
	var calls []collect.Permitted
	for _, name := range apply.Operations() {
		service, operation, _ := strings.Cut(name, " ")
		resource := resources[service]
		if resource == "" {
			resource = "*"
		}
		calls = append(calls, collect.Permitted{
			Service: service, Operation: operation, Actions: []string{service + ":" + operation}, Resource: resource,
			Why: "applying or taking back a fix",
		})
	}
	return calls
}

func partitionOf(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	case strings.HasPrefix(region, "eusc-"):
		return "aws-eusc"
	default:
		return "aws"
	}
}

func printCalls(s streams, calls []collect.Permitted) error {
	for _, c := range calls {
		actions := strings.Join(c.Actions, ", ")
		if actions == "" {
			actions = "none"
		}
		if _, err := fmt.Fprintf(s.out, "%-24s %-36s %-50s %s\n", c.Service, c.Operation, actions, c.Why); err != nil {
			return err
		}
	}
	return nil
}
