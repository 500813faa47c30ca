package collect_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"firstaid/diagnostics"
	"firstaid/diagnostics/collect"
	"firstaid/diagnostics/collect/iamtest"
	"firstaid/diagnostics/policy"
)

// These tests ask a loopback IAM endpoint, which decides with firstaid's own
// evaluator: they show that the SDK's requests and answers are used right, not
// what AWS decides.

const (
	getOrders = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"dynamodb:GetItem","Resource":"arn:aws:dynamodb:eu-west-1:123456789012:table/orders"}]}`
	putOrders = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"dynamodb:PutItem","Resource":"arn:aws:dynamodb:eu-west-1:123456789012:table/orders"}]}`
	orders    = "arn:aws:dynamodb:eu-west-1:123456789012:table/orders"
	everybody = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`
)

func shopRole() *iamtest.Role {
	return &iamtest.Role{Name: "shop-role", Path: "/app/", Trust: `{"Version":"2012-10-17","Statement":[]}`, Inline: map[string]string{"orders": getOrders}}
}

// simulated asks an endpoint and returns the decisions as "action resource:
// decision", in order.
func simulated(t *testing.T, e *iamtest.Endpoint, q collect.Question) []diagnostics.Simulation {
	t.Helper()
	q.Principal = "arn:aws:iam::123456789012:role/app/shop-role"
	cfg := e.Config()
	c, err := collect.New(context.Background(), collect.Options{Config: &cfg})
	if err != nil {
		t.Fatal(err)
	}
	got, err := c.Simulate(context.Background(), q)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func decisions(list []diagnostics.Simulation) []string {
	var out []string
	for _, s := range list {
		out = append(out, strings.TrimPrefix(s.EvalActionName, "dynamodb:")+" "+s.EvalResourceName[strings.LastIndexByte(s.EvalResourceName, '/')+1:]+" "+s.EvalDecision)
	}
	slices.Sort(out)
	return out
}

func levels(t *testing.T, text string) []policy.Level {
	t.Helper()
	doc, err := policy.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return []policy.Level{{ID: "root", Policies: []policy.Policy{{Name: "guard", Document: doc}}}}
}

func TestLoopbackIAMTakesPoliciesThatTheRoleDoesNotHaveYet(t *testing.T) {
	e := iamtest.New(t, shopRole())
	q := collect.Question{Actions: []string{"dynamodb:GetItem", "dynamodb:PutItem"}, Resources: []string{orders, orders + "x"}}
	want := []string{"GetItem orders allowed", "GetItem ordersx implicitDeny", "PutItem orders implicitDeny", "PutItem ordersx implicitDeny"}
	if got := decisions(simulated(t, e, q)); !slices.Equal(got, want) {
		t.Errorf("without: %q", got)
	}
	q.Add = []string{putOrders}
	answers := simulated(t, e, q)
	want[2] = "PutItem orders allowed"
	if got := decisions(answers); !slices.Equal(got, want) {
		t.Errorf("with: %q", got)
	}
	i := slices.IndexFunc(answers, func(s diagnostics.Simulation) bool {
		return s.EvalActionName == "dynamodb:PutItem" && s.EvalDecision == "allowed"
	})
	if m := answers[i].MatchedStatements; len(m) != 1 || m[0].SourcePolicyId != diagnostics.GrantPolicy || m[0].SourcePolicyType != "IAM Policy" || m[0].EndColumn == 0 {
		t.Errorf("decided by %+v", m)
	}
	if n := len(e.Asked("SimulatePrincipalPolicy")); n != 2 {
		t.Errorf("%d calls for two questions", n)
	}
}

func TestLoopbackIAMOfOldAnswersForEveryResource(t *testing.T) {
	e := iamtest.New(t, shopRole())
	e.Old = true
	got := decisions(simulated(t, e, collect.Question{Actions: []string{"dynamodb:GetItem"}, Resources: []string{orders, orders + "x"}}))
	if !slices.Equal(got, []string{"GetItem orders allowed", "GetItem ordersx implicitDeny"}) {
		t.Errorf("%q", got)
	}
}

func TestLoopbackIAMAnswersByPages(t *testing.T) {
	e := iamtest.New(t, shopRole())
	e.PageSize = 1
	got := decisions(simulated(t, e, collect.Question{Actions: []string{"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"}, Resources: []string{orders}}))
	if !slices.Equal(got, []string{"GetItem orders allowed", "PutItem orders implicitDeny", "Query orders implicitDeny"}) || len(e.Asked("SimulatePrincipalPolicy")) != 3 {
		t.Errorf("%q in %d calls", got, len(e.Asked("SimulatePrincipalPolicy")))
	}
}

func TestLoopbackIAMLeavesPoliciesOut(t *testing.T) {
	role := shopRole()
	role.Inline = map[string]string{"no": `{"Statement":{"Effect":"Deny","Action":"dynamodb:GetItem","Resource":"*"}}`}
	role.Attached = map[string]string{
		"arn:aws:iam::123456789012:policy/own": getOrders,
		"arn:aws:iam::aws:policy/ReadOnly":     putOrders,
	}
	e := iamtest.New(t, role)
	ask := func(q collect.Question) string {
		q.Actions, q.Resources = []string{"dynamodb:GetItem"}, []string{orders}
		return simulated(t, e, q)[0].EvalDecision
	}
	for _, c := range []struct {
		name string
		q    collect.Question
		want string
	}{
		{"nothing", collect.Question{}, "explicitDeny"},
		{"inline policies", collect.Question{Without: []string{"inline"}}, "allowed"},
		{"one inline policy", collect.Question{WithoutInline: []string{"no"}}, "allowed"},
		{"another inline policy", collect.Question{WithoutInline: []string{"other"}}, "explicitDeny"},
		{"the account's managed policies too", collect.Question{Without: []string{"inline", "user-managed"}}, "implicitDeny"},
		{"one managed policy by a pattern", collect.Question{Without: []string{"inline", "arn:aws:iam::123456789012:policy/o*"}}, "implicitDeny"},
		{"AWS's managed policies", collect.Question{Without: []string{"inline", "aws-managed"}}, "allowed"},
	} {
		if got := ask(c.q); got != c.want {
			t.Errorf("without %s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestLoopbackIAMTellsBoundaryAndOrganisationApart(t *testing.T) {
	role := shopRole()
	role.BoundaryARN, role.Boundary = "arn:aws:iam::123456789012:policy/edge", putOrders
	e := iamtest.New(t, role)
	q := collect.Question{Actions: []string{"dynamodb:GetItem"}, Resources: []string{orders}}
	s := simulated(t, e, q)[0]
	if s.EvalDecision != "implicitDeny" || s.AllowedByBoundary == nil || *s.AllowedByBoundary || s.AllowedByOrganizations != nil {
		t.Errorf("behind a boundary: %+v", s)
	}
	q.Boundary = everybody
	if s = simulated(t, e, q)[0]; s.EvalDecision != "allowed" || s.AllowedByBoundary == nil || !*s.AllowedByBoundary {
		t.Errorf("with another boundary: %+v", s)
	}
	q.Boundary, q.Without = "", []string{"permission-boundary"}
	if s = simulated(t, e, q)[0]; s.EvalDecision != "allowed" || s.AllowedByBoundary != nil {
		t.Errorf("without the boundary: %+v", s)
	}
	e.SCP = levels(t, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"dynamodb:*","Resource":"*"}]}`)
	if s = simulated(t, e, q)[0]; s.EvalDecision != "explicitDeny" || s.AllowedByOrganizations == nil || *s.AllowedByOrganizations || len(s.MatchedStatements) != 0 {
		t.Errorf("under an SCP: %+v", s)
	}
	q.Without = append(q.Without, "scp")
	if s = simulated(t, e, q)[0]; s.EvalDecision != "allowed" || s.AllowedByOrganizations != nil {
		t.Errorf("without the SCP: %+v", s)
	}
}

func TestLoopbackIAMAsksForContextThatIsMissing(t *testing.T) {
	role := shopRole()
	role.Inline["orders"] = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:GetItem","Resource":"*","Condition":{"StringEquals":{"aws:SourceVpc":"vpc-1"}}}}`
	e := iamtest.New(t, role)
	q := collect.Question{Actions: []string{"dynamodb:GetItem"}, Resources: []string{orders}}
	if s := simulated(t, e, q)[0]; s.EvalDecision != "implicitDeny" || !slices.Equal(s.MissingContextValues, []string{"aws:sourcevpc"}) {
		t.Errorf("%+v", s)
	}
	q.Context = []collect.ContextKey{{Name: "aws:SourceVpc", Type: "string", Values: []string{"vpc-1"}}}
	if s := simulated(t, e, q)[0]; s.EvalDecision != "allowed" || len(s.MissingContextValues) != 0 {
		t.Errorf("%+v", s)
	}
	q.Resources = nil // everything: the top level alone answers
	if got := simulated(t, e, q); len(got) != 1 || got[0].EvalResourceName != "*" || got[0].EvalDecision != "allowed" {
		t.Errorf("%+v", got)
	}
}

func TestLoopbackIAMWeighsAResourcePolicyThatIsSent(t *testing.T) {
	e := iamtest.New(t, shopRole())
	bucket := func(effect string) string {
		return fmt.Sprintf(`{"Version":"2012-10-17","Statement":{"Effect":%q,"Principal":{"AWS":"arn:aws:iam::123456789012:role/app/shop-role"},"Action":"*","Resource":"*"}}`, effect)
	}
	ask := func(action, document, owner string) string {
		return simulated(t, e, collect.Question{Actions: []string{action}, Resources: []string{"arn:aws:s3:::theirs/k"}, ResourcePolicy: document, Owner: owner})[0].EvalDecision
	}
	if got := ask("s3:GetObject", bucket("Allow"), ""); got != "allowed" {
		t.Errorf("own account: %s", got)
	}
	if got := ask("s3:GetObject", bucket("Allow"), "999999999999"); got != "implicitDeny" {
		t.Errorf("another account, the identity side lacks it: %s", got)
	}
	if got := ask("s3:GetObject", bucket("Deny"), ""); got != "explicitDeny" {
		t.Errorf("denied: %s", got)
	}
}

func TestLoopbackIAMGivesARoleWithAllItsPolicies(t *testing.T) {
	role := shopRole()
	role.Tags = map[string]string{"team": "shop"}
	role.Inline["second"] = putOrders
	role.Attached = map[string]string{"arn:aws:iam::aws:policy/Basic": everybody}
	e := iamtest.New(t, role)
	e.PageSize = 1
	ctx, client := context.Background(), iam.NewFromConfig(e.Config())
	got, err := client.GetRole(ctx, &iam.GetRoleInput{RoleName: aws.String("shop-role")})
	if err != nil || aws.ToString(got.Role.Arn) != role.ARN() || len(got.Role.Tags) != 1 || !strings.Contains(aws.ToString(got.Role.AssumeRolePolicyDocument), "%22") {
		t.Fatalf("%v, %+v", err, got)
	}
	var names []string
	pages := iam.NewListRolePoliciesPaginator(client, &iam.ListRolePoliciesInput{RoleName: aws.String("shop-role")})
	for pages.HasMorePages() {
		p, err := pages.NextPage(ctx)
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, p.PolicyNames...)
	}
	if !slices.Equal(names, []string{"orders", "second"}) {
		t.Errorf("inline policies %q", names)
	}
	list, err := client.ListAttachedRolePolicies(ctx, &iam.ListAttachedRolePoliciesInput{RoleName: aws.String("shop-role")})
	if err != nil || len(list.AttachedPolicies) != 1 || aws.ToString(list.AttachedPolicies[0].PolicyName) != "Basic" {
		t.Errorf("%v, %+v", err, list)
	}
	if _, err := client.GetPolicyVersion(ctx, &iam.GetPolicyVersionInput{PolicyArn: list.AttachedPolicies[0].PolicyArn, VersionId: aws.String("v1")}); err != nil {
		t.Error(err)
	}
}

func TestLoopbackIAMRefusesAsIAMDoes(t *testing.T) {
	protected := &iamtest.Role{Name: "AWSReservedSSO_Admin", Path: "/aws-reserved/sso.amazonaws.com/"}
	e := iamtest.New(t, shopRole(), protected)
	e.Messages = map[string]string{"blob": `{"allowed":false}`}
	ctx, client := context.Background(), iam.NewFromConfig(e.Config())
	put := func(role, document string) error {
		_, err := client.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: aws.String(role), PolicyName: aws.String("p"), PolicyDocument: aws.String(document)})
		return err
	}
	simulate := func(principal, action string) error {
		_, err := client.SimulatePrincipalPolicy(ctx, &iam.SimulatePrincipalPolicyInput{PolicySourceArn: aws.String(principal), ActionNames: []string{action}})
		return err
	}
	decode := func(blob string) error {
		_, err := sts.NewFromConfig(e.Config()).DecodeAuthorizationMessage(ctx, &sts.DecodeAuthorizationMessageInput{EncodedMessage: aws.String(blob)})
		return err
	}
	long := strings.Replace(everybody, `"*"`, `"s3:`+strings.Repeat("x", 10240)+`"`, 1)
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"a document that is none":        {put("shop-role", "{"), "MalformedPolicyDocument"},
		"a document that is too long":    {put("shop-role", long), "LimitExceeded"},
		"a role of Identity Center":      {put("AWSReservedSSO_Admin", everybody), "UnmodifiableEntity"},
		"a role that is not there":       {put("gone", everybody), "NoSuchEntity"},
		"a role's ARN without its path":  {simulate("arn:aws:iam::123456789012:role/shop-role", "s3:GetObject"), "NoSuchEntity"},
		"a session":                      {simulate("arn:aws:sts::123456789012:assumed-role/shop-role/x", "s3:GetObject"), "InvalidInput"},
		"a wildcard":                     {simulate("arn:aws:iam::123456789012:role/app/shop-role", "s3:*"), "InvalidInput"},
		"a message that nobody sent":     {decode("bl"), "InvalidAuthorizationMessageException"},
		"nothing, for a message of ours": {decode("blob"), ""},
	} {
		if c.want == "" && c.err == nil {
			continue
		}
		if c.err == nil || !strings.Contains(c.err.Error(), c.want) {
			t.Errorf("%s: %v", name, c.err)
		}
	}
}

// TestLoopbackIAMTellsTheLayerThatBlocks reads a stack whose function was
// denied twice, and asks without one layer after the other.
func TestLoopbackIAMTellsTheLayerThatBlocks(t *testing.T) {
	text := func(action string) string {
		return "User: arn:aws:sts::123456789012:assumed-role/shop-role/shop-fn is not authorized to perform: " + action + " on resource: " + orders + " because no identity-based policy allows the " + action + " action"
	}
	for name, c := range map[string]struct {
		boundary string
		inline   string
		scp      string
		want     map[string]string
		calls    int
	}{
		"nothing allows it":                     {inline: putOrders, calls: 1},
		"a boundary, which alone blocks":        {inline: getOrders, boundary: putOrders, want: map[string]string{"permission-boundary": "allowed"}, calls: 2},
		"a boundary, and nothing allows it":     {inline: putOrders, boundary: putOrders, want: map[string]string{"permission-boundary": "implicitDeny"}, calls: 2},
		"an SCP that allows something else":     {inline: getOrders, scp: putOrders, want: map[string]string{"scp": "allowed"}, calls: 2},
		"a boundary and an SCP":                 {inline: getOrders, boundary: putOrders, scp: putOrders, want: map[string]string{"permission-boundary": "implicitDeny", "scp": "implicitDeny"}, calls: 3},
		"a Deny of an inline policy":            {inline: strings.Replace(getOrders, "Allow", "Deny", 1), want: map[string]string{"inline": "implicitDeny", "user-managed": "explicitDeny"}, calls: 3},
		"a Deny of an SCP, of which no word is": {inline: getOrders, scp: strings.Replace(getOrders, "Allow", "Deny", 1), want: map[string]string{"scp": "allowed"}, calls: 2},
	} {
		role := shopRole()
		role.Inline["orders"] = c.inline
		if c.boundary != "" {
			role.BoundaryARN, role.Boundary = "arn:aws:iam::123456789012:policy/edge", c.boundary
		}
		e := iamtest.New(t, role)
		if c.scp != "" {
			e.SCP = levels(t, c.scp)
		}
		s := collect.Asked(t.Context(), endpoint(t, e), &diagnostics.Snapshot{
			Identity:  diagnostics.Identity{Account: iamtest.Account, Region: iamtest.Region},
			Roles:     []diagnostics.Role{{RoleName: "shop-role", Arn: role.ARN()}},
			LogGroups: []diagnostics.LogGroup{{Events: []diagnostics.LogEvent{{Message: text("dynamodb:GetItem")}}}},
		})
		if len(s.Simulations) != 1 || !maps.Equal(s.Simulations[0].Without, c.want) || len(e.Asked("SimulatePrincipalPolicy")) != c.calls {
			t.Errorf("%s: %+v in %d calls", name, s.Simulations, len(e.Asked("SimulatePrincipalPolicy")))
		}
	}
}

func endpoint(t *testing.T, e *iamtest.Endpoint) *collect.Collector {
	t.Helper()
	cfg := e.Config()
	c, err := collect.New(context.Background(), collect.Options{Config: &cfg})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const encodedText = "Resource handler returned message: \"You are not authorized to perform this operation. Encoded authorization failure message: 4GIOHlTkIaWHQD0Q0m6XSnuUMCm-abcDEFghiJKLmnoPQRstuVWXyz0123456789_aaaaBBBBccccDDDD (Service: Ec2, Status Code: 403, Request ID: 1)\""

const decodedText = `{"allowed":false,"explicitDeny":false,"matchedStatements":{"items":[]},"failures":{"items":[]},"context":{"principal":{"id":"AROA:x","name":"x","arn":"arn:aws:sts::123456789012:assumed-role/shop-role/x"},"action":"ec2:RunInstances","resource":"arn:aws:ec2:eu-west-1:123456789012:instance/*","conditions":{"items":[{"key":"ec2:InstanceType","values":{"items":[{"value":"t3.micro"}]}}]}}}`

func encodedDenial(role *iamtest.Role) *diagnostics.Snapshot {
	return &diagnostics.Snapshot{
		Identity:  diagnostics.Identity{Account: iamtest.Account, Region: iamtest.Region},
		Roles:     []diagnostics.Role{{RoleName: "shop-role", Arn: role.ARN()}},
		LogGroups: []diagnostics.LogGroup{{Events: []diagnostics.LogEvent{{Message: encodedText}, {Message: encodedText}}}},
	}
}

func TestLoopbackSTSDecodesAnAuthorizationMessage(t *testing.T) {
	role := shopRole()
	e := iamtest.New(t, role)
	e.Messages = map[string]string{"4GIOHlTkIaWHQD0Q0m6XSnuUMCm-abcDEFghiJKLmnoPQRstuVWXyz0123456789_aaaaBBBBccccDDDD": decodedText}
	s := collect.Asked(t.Context(), endpoint(t, e), encodedDenial(role))
	if len(s.Messages) != 1 || len(e.Asked("DecodeAuthorizationMessage")) != 1 || len(s.Unread) != 0 {
		t.Fatalf("messages %+v, unread %+v", s.Messages, s.Unread)
	}
	asked := e.Asked("SimulatePrincipalPolicy")
	if len(asked) == 0 {
		t.Fatal("IAM was not asked about the decoded request")
	}
	sent := asked[0].Form
	for n := 1; ; n++ {
		name := sent.Get(fmt.Sprintf("ContextEntries.member.%d.ContextKeyName", n))
		if name == "" {
			t.Fatal("the request's own condition keys were not sent")
		}
		if name == "ec2:InstanceType" && sent.Get(fmt.Sprintf("ContextEntries.member.%d.ContextKeyValues.member.1", n)) == "t3.micro" {
			break
		}
	}
	if sent.Get("ActionNames.member.1") != "ec2:RunInstances" {
		t.Errorf("asked %v", sent)
	}
}

func TestLoopbackSTSThatRefusesToDecodeIsUnread(t *testing.T) {
	role := shopRole()
	e := iamtest.New(t, role)
	e.Deny("sts:DecodeAuthorizationMessage")
	s := collect.Asked(t.Context(), endpoint(t, e), encodedDenial(role))
	if u := unreadOf(s, diagnostics.KindMessage); u.Action != "sts:DecodeAuthorizationMessage" || !strings.Contains(u.Reason, "firstaid permissions") || len(s.Messages) != 0 {
		t.Errorf("%+v", s.Unread)
	}
}
