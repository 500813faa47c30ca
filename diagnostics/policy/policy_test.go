package policy

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func mustParse(t testing.TB, text string) *Document {
	t.Helper()
	d, err := Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// allow makes a policy of statements given without their Effect.
func statements(t testing.TB, list ...string) []Policy {
	return []Policy{{"p", mustParse(t, `{"Version":"2012-10-17","Statement":[`+strings.Join(list, ",")+`]}`)}}
}

func who(t testing.TB, arn string) Principal {
	t.Helper()
	p, err := NewPrincipal(arn)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

const (
	session = "arn:aws:sts::111111111111:assumed-role/app/fn"
	table   = "arn:aws:dynamodb:us-east-1:111111111111:table/orders"
)

func TestStatementsKnowWhereTheyStand(t *testing.T) {
	text := "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n    {\"Sid\": \"A\", \"Effect\": \"Allow\", \"Action\": \"s3:*\", \"Resource\": \"*\"},\n    {\n      \"Effect\": \"Deny\", \"Action\": \"é:*\", \"Resource\": \"*\"}\n  ]\n}"
	d := mustParse(t, text)
	a, b := d.Statements[0], d.Statements[1]
	if got := text[a.Span.Offset:a.Span.End]; !strings.HasPrefix(got, `{"Sid"`) || !strings.HasSuffix(got, `"*"}`) {
		t.Errorf("the first is %q", got)
	}
	if a.Sid != "A" || a.Span.Line != 4 || a.Span.Column != 5 || a.Span.EndLine != 4 {
		t.Errorf("the first: %+v", a.Span)
	}
	if b.Index != 1 || b.Span.Line != 5 || b.Span.EndLine != 6 || b.Span.EndColumn != 58 {
		t.Errorf("the second: %+v", b.Span)
	}
}

func TestASingleStatementAndScalarsAreAccepted(t *testing.T) {
	d := mustParse(t, `{"Statement":{"Effect":"Allow","Action":"S3:GetObject","Resource":["a","b"],"Condition":{"Bool":{"aws:SecureTransport":true},"NumericLessThan":{"x":[1,2.5]}}}}`)
	s := d.Statements[0]
	if d.Version != "2008-10-17" || !slices.Equal(s.Actions(), []string{"s3:getobject"}) || !slices.Equal(s.Resources(), []string{"a", "b"}) || !s.Conditional() {
		t.Errorf("%+v", s)
	}
}

func TestErrorsNameTheStatementAndWhatToDo(t *testing.T) {
	for text, want := range map[string]string{
		``:                                   "object is expected",
		`[]`:                                 "object is expected",
		`{"Statement":[{}]}`:                 "statement 1 (line 1): Effect is \"\"",
		`{}`:                                 "no Statement",
		`{"statement":[]}`:                   "no such element",
		`{"Statement":[{"Effect":"allow"}]}`: "not Allow or Deny",
		`{"Statement":[{"Effect":"Allow","Action":{"Ref":"X"}}]}`:                                        "intrinsic functions",
		`{"Statement":[{"Effect":"Allow","Actions":"x"}]}`:                                               "Actions: IAM knows no such element",
		"{\"Statement\":[\n{\"Effect\":\"Allow\",\"Action\":\"a\",\"NotAction\":\"b\"}]}":                "statement 1 (line 2): both Action and NotAction",
		`{"Statement":[{"Effect":"Allow","Condition":{"StringSame":{"a":"b"}}}]}`:                        "no condition operator",
		`{"Statement":[{"Effect":"Allow","Effect":"Deny"}]}`:                                             "occurs twice",
		`{"Statement":[{"Effect":"Allow","Principal":{"Aws":"*"}}]}`:                                     "AWS, Service, Federated",
		`{"Statement":[{"Effect":"Allow","Action":"a","Resource":"b"}]} trailing`:                        "text follows",
		`{"Statement":[{"Effect":"Allow","Action":[["a"]]}]}`:                                            "a string is expected",
		`{"Statement":[{"Effect":"Allow","Action":"a","Resource":null}]}`:                                "a string is expected",
		`{"Statement":[{"Effect":"Allow","Action":"a","Condition":{"StringEquals":{"k":{"Ref":"X"}}}}]}`: "a string is expected",
	} {
		_, err := Parse([]byte(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

func TestTheDecidingStatementIsNamed(t *testing.T) {
	set := Set{
		Identity: statements(t, `{"Sid":"Read","Effect":"Allow","Action":"dynamodb:Get*","Resource":"`+table+`"}`),
		SCP:      []Level{{"r-1", statements(t, `{"Effect":"Allow","Action":"*","Resource":"*"}`, `{"Sid":"NoWrite","Effect":"Deny","Action":"dynamodb:Put*","Resource":"*"}`)}},
	}
	req := Request{Action: "dynamodb:GetItem", Resource: table, Principal: who(t, session), Context: NewContext(nil, true)}
	r := set.Evaluate(req)
	if r.Decision != Allowed || len(r.Deciding) != 2 || r.Deciding[0].Sid != "Read" || r.Deciding[1].Layer != LayerSCP {
		t.Errorf("%+v", r)
	}
	req.Action = "dynamodb:PutItem"
	r = set.Evaluate(req)
	if r.Decision != ExplicitDeny || len(r.Deciding) != 1 || r.Deciding[0].Sid != "NoWrite" || r.Deciding[0].Index != 1 || r.Deciding[0].Level != "r-1" {
		t.Errorf("%+v", r)
	}
	req.Action = "dynamodb:Query"
	r = set.Evaluate(req)
	if r.Decision != ImplicitDeny || len(r.Blocking) != 1 || r.Blocking[0].Layer != LayerIdentity {
		t.Errorf("%+v", r)
	}
}

func TestAnUnknownKeyIsNeitherThereNorAbsent(t *testing.T) {
	const s = `{"Effect":"%s","Action":"s3:GetObject","Resource":"*","Condition":{"%s":{"aws:SourceVpc":"vpc-1"}}}`
	arn := "arn:aws:s3:::b/k"
	for _, c := range []struct {
		effect, operator string
		values           map[string][]string
		complete         bool
		want             Decision
	}{
		{"Allow", "StringEquals", nil, false, Unknown},
		{"Allow", "StringEquals", nil, true, ImplicitDeny},
		{"Allow", "StringEquals", map[string][]string{"AWS:SOURCEVPC": {"vpc-1"}}, false, Allowed},
		{"Allow", "StringEquals", map[string][]string{"aws:SourceVpc": nil}, false, ImplicitDeny},
		{"Allow", "StringEqualsIfExists", map[string][]string{"aws:SourceVpc": nil}, false, Allowed},
		{"Allow", "StringNotEquals", nil, true, Allowed},
		{"Allow", "StringNotEquals", nil, false, Unknown},
		{"Allow", "ForAllValues:StringEquals", nil, true, Allowed},
		{"Allow", "ForAnyValue:StringEquals", nil, true, ImplicitDeny},
		{"Allow", "ForAnyValue:StringEquals", nil, false, Unknown},
	} {
		set := Set{Identity: statements(t, fmt.Sprintf(s, c.effect, c.operator))}
		r := set.Evaluate(Request{Action: "s3:GetObject", Resource: arn, Principal: who(t, session), Context: NewContext(c.values, c.complete)})
		if r.Decision != c.want {
			t.Errorf("%s %s %v: %s, want %s", c.effect, c.operator, c.values, r.Decision, c.want)
		}
		if c.want == Unknown && !slices.Equal(r.Missing, []string{"aws:sourcevpc"}) {
			t.Errorf("missing %v", r.Missing)
		}
	}
}

func TestAnUnknownDenyMakesAnAllowUnknown(t *testing.T) {
	set := Set{Identity: statements(t,
		`{"Effect":"Allow","Action":"*","Resource":"*"}`,
		`{"Sid":"OnlyHere","Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringNotEquals":{"aws:RequestedRegion":"eu-west-1"}}}`)}
	r := set.Evaluate(Request{Action: "sqs:SendMessage", Resource: "arn:aws:sqs:eu-west-1:111111111111:q", Principal: who(t, session)})
	if r.Decision != Unknown || len(r.Deciding) != 1 || r.Deciding[0].Sid != "OnlyHere" || !slices.Equal(r.Missing, []string{"aws:requestedregion"}) {
		t.Errorf("%+v", r)
	}
	// What is denied without it stays denied.
	set.Boundary = statements(t, `{"Effect":"Allow","Action":"s3:*","Resource":"*"}`)
	if r := set.Evaluate(Request{Action: "sqs:SendMessage", Resource: "arn:aws:sqs:eu-west-1:111111111111:q", Principal: who(t, session)}); r.Decision != ImplicitDeny {
		t.Errorf("%+v", r)
	}
}

func TestALayerThatWasNotReadMakesTheAnswerUnknown(t *testing.T) {
	set := Set{Identity: statements(t, `{"Effect":"Allow","Action":"*","Resource":"*"}`)}
	req := Request{Action: "s3:GetObject", Resource: "arn:aws:s3:::b/k", Principal: who(t, session)}
	for _, l := range []Layer{LayerBoundary, LayerSession, LayerSCP, LayerRCP, LayerResource, LayerIdentity} {
		set.Unread = []Layer{l}
		if r := set.Evaluate(req); r.Decision != Unknown {
			t.Errorf("%s not read: %s", l, r.Decision)
		}
	}
	set.Unread = nil
	if r := set.Evaluate(req); r.Decision != Allowed {
		t.Errorf("all read: %s", r.Decision)
	}
}

func TestVariablesAreTextsNotPatterns(t *testing.T) {
	own := `{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/${aws:PrincipalTag/team}/*"}`
	decide := func(doc, key string, values map[string][]string) Decision {
		set := Set{Identity: []Policy{{"p", mustParse(t, doc)}}}
		return set.Evaluate(Request{Action: "s3:GetObject", Resource: "arn:aws:s3:::b/" + key, Principal: who(t, session), Context: NewContext(values, true)}).Decision
	}
	doc := func(version string) string { return `{"Version":"` + version + `","Statement":[` + own + `]}` }
	tag := func(v ...string) map[string][]string { return map[string][]string{"aws:PrincipalTag/Team": v} }
	for _, c := range []struct {
		name, version, key string
		values             map[string][]string
		want               Decision
	}{
		{"the own folder", "2012-10-17", "blue/x", tag("blue"), Allowed},
		{"another's", "2012-10-17", "green/x", tag("blue"), ImplicitDeny},
		{"a star in the value matches a star only", "2012-10-17", "green/x", tag("*"), ImplicitDeny},
		{"a star in the value", "2012-10-17", "*/x", tag("*"), Allowed},
		{"no tag", "2012-10-17", "blue/x", nil, ImplicitDeny},
		{"two values", "2012-10-17", "blue/x", tag("blue", "green"), ImplicitDeny},
		{"no variables in 2008", "2008-10-17", "blue/x", tag("blue"), ImplicitDeny},
		{"the text itself in 2008", "2008-10-17", "${aws:PrincipalTag/team}/x", tag("blue"), Allowed},
	} {
		if got := decide(doc(c.version), c.key, c.values); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestOperators(t *testing.T) {
	for _, c := range []struct {
		operator, policy, request string
		want                      bool
	}{
		{"StringEquals", "a", "a", true},
		{"StringEquals", "a", "A", false},
		{"StringEqualsIgnoreCase", "a", "A", true},
		{"stringequals", "a", "a", true},
		{"StringLike", "a*c?", "abbcd", true},
		{"StringNotLike", "a*", "abc", false},
		{"NumericEquals", "10", "10.0", true},
		{"NumericNotEquals", "10", "11", true},
		{"NumericLessThan", "10", "9.5", true},
		{"NumericLessThanEquals", "10", "10", true},
		{"NumericGreaterThan", "10", "10", false},
		{"NumericGreaterThanEquals", "10", "10", true},
		{"NumericEquals", "ten", "10", false},
		{"NumericEquals", "100", "1e2", false},
		{"NumericNotEquals", "ten", "10", false},
		{"DateEquals", "2026-01-01T00:00:00Z", "1767225600", true},
		{"DateLessThan", "2026-01-02", "2026-01-01T23:59:59.5Z", true},
		{"DateGreaterThan", "2026-01-02", "2026-01-01T23:59:59+00:00", false},
		{"DateNotEquals", "2026-01-02", "2026-01-03", true},
		{"Bool", "true", "True", true},
		{"Bool", "true", "false", false},
		{"BinaryEquals", "aGVsbG8=", "aGVsbG8=", true},
		{"BinaryEquals", "aGVsbG8=", "aGVsbG9v", false},
		{"IpAddress", "10.0.0.0/8", "10.1.2.3", true},
		{"IpAddress", "10.1.2.3", "10.1.2.3", true},
		{"IpAddress", "2001:db8::/32", "2001:db8::7", true},
		{"IpAddress", "0.0.0.0/0", "2001:db8::7", false},
		{"NotIpAddress", "10.0.0.0/8", "2001:db8::7", true},
		{"NotIpAddress", "10.0.0.0/8", "nonsense", false},
		{"ArnEquals", "arn:aws:sns:*:*:t", "arn:aws:sns:us-east-1:111111111111:t", true},
		{"ArnLike", "arn:aws:s3:::b*", "arn:aws:s3:::bucket/key:with:colons", true},
		{"ArnLike", "arn:*:t", "arn:aws:sns:us-east-1:111111111111:t", false},
		{"ArnNotLike", "arn:aws:sns:*:*:t", "arn:aws:sns:us-east-1:111111111111:u", true},
		{"Null", "true", "here", false},
		{"Null", "false", "here", true},
	} {
		doc := fmt.Sprintf(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{%q:{"k":%q}}}}`, c.operator, c.policy)
		set := Set{Identity: []Policy{{"p", mustParse(t, doc)}}}
		r := set.Evaluate(Request{Action: "a:b", Principal: who(t, session), Context: NewContext(map[string][]string{"K": {c.request}}, true)})
		if (r.Decision == Allowed) != c.want {
			t.Errorf("%s: policy %q, request %q: %s", c.operator, c.policy, c.request, r.Decision)
		}
	}
}

func TestSetOperatorsOnSeveralValues(t *testing.T) {
	for _, c := range []struct {
		operator string
		values   []string
		want     bool
	}{
		{"ForAllValues:StringEquals", []string{"a", "b"}, true},
		{"ForAllValues:StringEquals", []string{"a", "x"}, false},
		{"ForAnyValue:StringEquals", []string{"x", "b"}, true},
		{"ForAnyValue:StringEquals", []string{"x", "y"}, false},
		{"ForAllValues:StringNotEquals", []string{"x", "y"}, true},
		{"ForAllValues:StringNotEquals", []string{"x", "a"}, false},
		{"ForAnyValue:StringNotEquals", []string{"x", "a"}, true},
		{"ForAnyValue:StringNotEquals", []string{"a", "b"}, false},
		{"StringEquals", []string{"a"}, true},
		{"StringEquals", []string{"a", "b"}, false}, // needs a set operator
		{"StringNotEquals", []string{"x", "y"}, false},
		{"ForAllValues:StringEquals", []string{}, true},
		{"ForAnyValue:StringEquals", []string{}, false},
	} {
		doc := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"` + c.operator + `":{"k":["a","b"]}}}}`
		set := Set{Identity: []Policy{{"p", mustParse(t, doc)}}}
		r := set.Evaluate(Request{Action: "a:b", Principal: who(t, session), Context: NewContext(map[string][]string{"k": c.values}, true)})
		if (r.Decision == Allowed) != c.want {
			t.Errorf("%s %v: %s", c.operator, c.values, r.Decision)
		}
	}
}

func TestAWildcardDoesNotReachOverTheColonsOfAnARN(t *testing.T) {
	for _, c := range []struct {
		pattern, arn string
		want         bool
	}{
		{"arn:aws:sqs:*:q", "arn:aws:sqs:us-east-1:111111111111:q", false},
		{"arn:aws:sqs:*:*:q", "arn:aws:sqs:us-east-1:111111111111:q", true},
		{"arn:aws:sqs", "arn:aws:sqs:us-east-1:111111111111:q", false},
		{"arn:aws:sqs:*", "arn:aws:sqs:us-east-1:111111111111:q", true},
		{"arn:aws:s3:::b*", "arn:aws:s3:::bucket/a/b", true},
		{"arn:aws:logs:us-east-1:111111111111:log-group:*", "arn:aws:logs:us-east-1:111111111111:log-group:g:log-stream:s", true},
		{"*", "*", true},
		{"arn:aws:s3:::b", "*", false},
	} {
		set := Set{Identity: statements(t, `{"Effect":"Allow","Action":"*","Resource":"`+c.pattern+`"}`)}
		r := set.Evaluate(Request{Action: "a:b", Resource: c.arn, Principal: who(t, session)})
		if (r.Decision == Allowed) != c.want {
			t.Errorf("%s on %s: %s", c.pattern, c.arn, r.Decision)
		}
	}
}

func TestARolePathIsNotPartOfASession(t *testing.T) {
	trust := func(principal string) []Policy {
		return statements(t, `{"Effect":"Allow","Principal":{"AWS":"`+principal+`"},"Action":"s3:GetObject","Resource":"*"}`)
	}
	req := Request{Action: "s3:GetObject", Resource: "arn:aws:s3:::b/k", ResourceAccount: "111111111111", Principal: who(t, session)}
	set := Set{Resource: trust("arn:aws:iam::111111111111:role/team/app")}
	if r := set.Evaluate(req); r.Decision != Allowed {
		t.Errorf("by the name: %s", r.Decision)
	}
	req.Principal.RoleARN = "arn:aws:iam::111111111111:role/other/app"
	if r := set.Evaluate(req); r.Decision != ImplicitDeny {
		t.Errorf("with another path known: %s", r.Decision)
	}
}

func TestNearMissesShowTheWrongARN(t *testing.T) {
	set := Set{
		Identity: statements(t,
			`{"Sid":"Table","Effect":"Allow","Action":"dynamodb:Query","Resource":"`+table+`"}`,
			`{"Sid":"Tls","Effect":"Allow","Action":"dynamodb:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"true"}}}`,
			`{"Sid":"Else","Effect":"Allow","Action":"sqs:*","Resource":"*"}`),
		Resource: statements(t, `{"Sid":"Other","Effect":"Allow","Principal":{"AWS":"222222222222"},"Action":"dynamodb:Query","Resource":"*"}`),
	}
	misses := set.NearMisses(Request{
		Action: "dynamodb:Query", Resource: table + "/index/by-day", Principal: who(t, session),
		Context: NewContext(map[string][]string{"aws:SecureTransport": {"false"}}, true),
	})
	var got []string
	for _, m := range misses {
		got = append(got, fmt.Sprintf("%s %s %v", m.Sid, m.Why, m.Values))
	}
	want := []string{"Table Resource [" + table + "]", "Tls Condition [Bool aws:securetransport]", "Other Principal [222222222222]"}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func TestPrincipals(t *testing.T) {
	for s, want := range map[string]Kind{
		"":                                   KindAnonymous,
		"arn:aws:iam::111111111111:user/a/b": KindUser,
		"arn:aws:iam::111111111111:role/a/b": KindRole,
		session:                              KindSession,
		"arn:aws:sts::111111111111:federated-user/x":  KindFederated,
		"arn:aws:iam::111111111111:root":              KindRoot,
		"111111111111":                                KindRoot,
		"lambda.amazonaws.com":                        KindService,
		"cognito-identity.amazonaws.com":              KindWeb,
		"arn:aws:iam::111111111111:saml-provider/idp": KindWeb,
		"token.actions.githubusercontent.com":         KindWeb,
	} {
		if p, err := NewPrincipal(s); err != nil || p.Kind != want {
			t.Errorf("%q: %+v %v", s, p, err)
		}
	}
	for _, s := range []string{"nobody", "arn:aws:s3:::b", "arn:aws:iam::1:group/g"} {
		if p, err := NewPrincipal(s); err == nil {
			t.Errorf("%q: %+v", s, p)
		}
	}
}

func TestATrustPolicyIsEvaluatedForEveryCaller(t *testing.T) {
	trust := statements(t,
		`{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}`,
		`{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com"},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringLike":{"token.actions.githubusercontent.com:sub":"repo:me/app:*"}}}`)
	set := Set{Resource: trust}
	role := "arn:aws:iam::111111111111:role/app"
	web := "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com"
	for _, c := range []struct {
		principal, action string
		values            map[string][]string
		want              Decision
	}{
		{"lambda.amazonaws.com", "sts:AssumeRole", nil, Allowed},
		{"states.amazonaws.com", "sts:AssumeRole", nil, ImplicitDeny},
		{session, "sts:AssumeRole", nil, ImplicitDeny},
		{web, "sts:AssumeRoleWithWebIdentity", map[string][]string{"token.actions.githubusercontent.com:sub": {"repo:me/app:ref:refs/heads/main"}}, Allowed},
		{web, "sts:AssumeRoleWithWebIdentity", map[string][]string{"token.actions.githubusercontent.com:sub": {"repo:you/app:ref:refs/heads/main"}}, ImplicitDeny},
	} {
		r := set.Evaluate(Request{Action: c.action, Resource: role, Principal: who(t, c.principal), Context: NewContext(c.values, true)})
		if r.Decision != c.want {
			t.Errorf("%s %s: %s, want %s", c.principal, c.action, r.Decision, c.want)
		}
	}
}

func TestBesideNamesStatementsOnTheSameResource(t *testing.T) {
	set := Set{Identity: statements(t,
		`{"Effect":"Allow","Action":["dynamodb:GetItem","dynamodb:Query"],"Resource":"`+table+`"}`,
		`{"Effect":"Allow","Action":"dynamodb:GetItem","Resource":"`+table+`-other"}`,
		`{"Effect":"Allow","Action":"logs:*","Resource":"*"}`,
		`{"Effect":"Deny","Action":"dynamodb:Scan","Resource":"`+table+`"}`,
		`{"Effect":"Allow","Action":"dynamodb:Put*","Resource":"`+table+`"}`,
	)}
	got := set.Beside(Request{Principal: who(t, session), Action: "dynamodb:PutItem", Resource: table})
	if len(got) != 1 || got[0].Index != 0 || got[0].Why != ElementAction || !slices.Equal(got[0].Values, []string{"dynamodb:getitem", "dynamodb:query"}) {
		t.Errorf("%+v", got)
	}
}
