package policy

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

func sharedFile(t testing.TB, name string) []byte {
	t.Helper()
	dir := os.Getenv("FIRSTAID_SHARED")
	if dir == "" {
		root, err := os.Getwd()
		if err != nil {
			t.Fatal(err)
		}
		for ; root != filepath.Dir(root); root = filepath.Dir(root) {
			if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
				break
			}
		}
		dir = filepath.Join(root, "..", "shared")
		if _, err := os.Stat(dir); err != nil {
			dir = filepath.Join(root, "..", "..", "shared") // a worktree lies one level deeper
		}
	}
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Skip("no development data: ", err)
	}
	return b
}

// decisionCase is a request, policies and the decision that is expected. Its
// context is complete: a key that is not listed is absent.
type decisionCase struct {
	Case, Name, Expected string
	Request              struct {
		Action    string
		Resource  struct{ Resource, AccountID string }
		Principal json.RawMessage
		Context   map[string]stringOrList
	}
	IdentityPolicies, PermissionBoundaries, EndpointPolicies []json.RawMessage
	ServiceControlPolicies, ResourceControlPolicies          []struct {
		OrgIdentifier string
		Policies      []json.RawMessage
	}
	ResourcePolicy, SessionPolicy json.RawMessage
}

type stringOrList []string

func (s *stringOrList) UnmarshalJSON(b []byte) error {
	v, err := list(b, true)
	*s = v
	return err
}

func (c *decisionCase) run() (Result, error) {
	var set Set
	var failed error
	docs := func(raw []json.RawMessage) (out []Policy) {
		for _, r := range raw {
			if len(r) == 0 || string(r) == "null" {
				continue
			}
			d, err := Parse(r)
			if err != nil {
				failed = err
				continue
			}
			out = append(out, Policy{"p", d})
		}
		return out
	}
	set.Identity, set.Boundary, set.Endpoint = docs(c.IdentityPolicies), docs(c.PermissionBoundaries), docs(c.EndpointPolicies)
	set.Resource, set.Session = docs([]json.RawMessage{c.ResourcePolicy}), docs([]json.RawMessage{c.SessionPolicy})
	for _, l := range c.ServiceControlPolicies {
		set.SCP = append(set.SCP, Level{l.OrgIdentifier, docs(l.Policies)})
	}
	for _, l := range c.ResourceControlPolicies {
		set.RCP = append(set.RCP, Level{l.OrgIdentifier, docs(l.Policies)})
	}
	var arn string
	_ = json.Unmarshal(c.Request.Principal, &arn) // {"type": "Anonymous"} leaves it empty
	p, err := NewPrincipal(arn)
	if err != nil {
		return Result{}, err
	}
	values := map[string][]string{}
	for k, v := range c.Request.Context {
		values[k] = v
	}
	return set.Evaluate(Request{
		Action: c.Request.Action, Resource: c.Request.Resource.Resource, ResourceAccount: c.Request.Resource.AccountID,
		Principal: p, Context: NewContext(values, true),
	}), failed
}

// Spelling of the recorded decisions.
func recorded(d Decision) string {
	switch d {
	case Allowed:
		return "Allowed"
	case ImplicitDeny:
		return "ImplicitlyDenied"
	case ExplicitDeny:
		return "ExplicitlyDenied"
	}
	return string(d)
}

func TestRecordedDecisions(t *testing.T) {
	var cases []decisionCase
	if err := json.Unmarshal(sharedFile(t, "iam/cases-dev.json"), &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		got, err := c.run()
		if err != nil || recorded(got.Decision) != c.Expected {
			t.Errorf("%s %q: %s (%v), want %s", c.Case, c.Name, got.Decision, err, c.Expected)
		}
	}
}
