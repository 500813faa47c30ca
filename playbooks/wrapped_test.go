package playbooks

import (
	"fmt"
	"strings"
	"testing"

	"firstaid/diagnostics"
)

// wrappers are the forms in which tools pass a message of AWS on.
func wrappers() map[string]func(string) string {
	return map[string]func(string) string{
		"a custom resource": func(s string) string {
			return "Received response status [FAILED] from custom resource. Message returned: " + s + " (RequestId: 0a-1)"
		},
		"an old custom resource": func(s string) string { return "Failed to create resource. " + s },
		"a nested stack": func(s string) string {
			return "Embedded stack arn:aws:cloudformation:us-east-1:123456789012:stack/p-C/1 was not successfully updated: " + s
		},
		"a botocore error": func(s string) string {
			return "An error occurred (ValidationError) when calling the CreateThing operation (reached max retries: 4): " + s
		},
		"a Go SDK error": func(s string) string {
			return "operation error Lambda: CreateFunction, https response error StatusCode: 400, RequestID: 1, api error Bad: " + s
		},
		"a handler": func(s string) string {
			return "Resource handler returned message: \"" + s + " (Service: X, Status Code: 400, Request ID: xxx)\" (RequestToken: xxx, HandlerErrorCode: GeneralServiceException)"
		},
		"sam deploy": func(s string) string {
			return "Error: Failed to create changeset for the stack: s, ex: Waiter ChangeSetCreateComplete failed: Waiter encountered a terminal failure state: For expression \"Status\" we matched expected path: \"FAILED\" Status: FAILED. Reason: " + s
		},
		"a JSON event": func(s string) string { return fmt.Sprintf("{\"ResourceStatusReason\": %q}", s) },
		"broken lines": func(s string) string {
			var b strings.Builder
			for len(s) > 60 {
				b.WriteString(s[:60] + "\n")
				s = s[60:]
			}
			return b.String() + s
		},
		"a padded column": func(s string) string {
			var b strings.Builder
			for len(s) > 70 {
				b.WriteString("    " + s[:70] + strings.Repeat(" ", 20) + "\n")
				s = s[70:]
			}
			return b.String() + "    " + s
		},
	}
}

// TestWrappersHideNoCause puts every specific example into every wrapper. A
// wrapper may hide one example in fifty: some texts have no other mark than
// the place they stand in.
func TestWrappersHideNoCause(t *testing.T) {
	c, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	type example struct{ id, text string }
	var all []example
	for _, p := range c.Playbooks() {
		for i, e := range p.Examples.Match {
			flat := strings.Join(strings.Fields(e.Text), " ")
			bare := c.matcher.Explain(flat, Origin{}).Matches
			if p.Verdict == VerdictFailure && e.Source != diagnostics.SourceBrowser && len(bare) > 0 && !bare[0].generic() {
				all = append(all, example{fmt.Sprintf("%s %d", p.ID, i+1), flat})
			}
		}
	}
	for name, wrap := range wrappers() {
		t.Run(name, func(t *testing.T) {
			var lost []string
			for _, e := range all {
				got := c.matcher.Explain(wrap(e.text), Origin{}).Matches
				if len(got) == 0 || !strings.HasPrefix(e.id, got[0].Playbook+" ") {
					lost = append(lost, e.id)
				}
			}
			t.Logf("%d of %d are recognised; lost: %v", len(all)-len(lost), len(all), lost)
			if 50*len(lost) > len(all) {
				t.Errorf("%d of %d examples are hidden: %v", len(lost), len(all), lost)
			}
		})
	}
}
