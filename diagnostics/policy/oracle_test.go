//go:build oracle

// A differential run against an independent evaluator. The evaluator is not
// part of the project: it reads the cases that TestWriteOracleCases writes and
// answers one {"case", "decision"} object a line.
//
//	FIRSTAID_ORACLE_CASES=cases.jsonl go test -tags oracle -run WriteOracleCases
//	<the other evaluator> < cases.jsonl > answers.jsonl
//	FIRSTAID_ORACLE_CASES=cases.jsonl FIRSTAID_ORACLE_ANSWERS=answers.jsonl go test -tags oracle -run OracleAgrees
package policy

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
)

type member = map[string]any

// generator makes random requests and policies that often meet. Left out, since
// the other evaluator decides them by another rule on purpose: the root user
// (needs no identity policy in AWS), and keys that AWS derives from the
// principal when the context does not state them, and dates in seconds of the
// epoch (which it reads as milliseconds), and variables in documents of 2008
// (which it resolves; AWS reads them as text).
type generator struct{ *rand.Rand }

func pick[T any](g generator, list ...T) T { return list[g.IntN(len(list))] }

func (g generator) chance(percent int) bool { return g.IntN(100) < percent }

const (
	home  = "111111111111"
	other = "222222222222"
)

// target is an action with a resource that it can name.
type target struct{ action, resource string }

func (g generator) target(account string) target {
	in := func(service, rest string) string {
		return "arn:aws:" + service + ":" + pick(g, "us-east-1", "eu-west-1") + ":" + account + ":" + rest
	}
	name := pick(g, "orders", "orders-dev", "jobs", "a/b", "x.y")
	switch g.IntN(17) {
	case 0, 1:
		return target{pick(g, "s3:GetObject", "s3:PutObject", "s3:DeleteObject"), "arn:aws:s3:::" + pick(g, "bucket", "bucket2") + "/" + name}
	case 2:
		return target{"s3:ListBucket", "arn:aws:s3:::" + pick(g, "bucket", "bucket2")}
	case 3:
		return target{pick(g, "sqs:SendMessage", "sqs:ReceiveMessage"), in("sqs", pick(g, "orders", "jobs"))}
	case 4:
		return target{pick(g, "dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem"), in("dynamodb", "table/"+pick(g, "orders", "jobs"))}
	case 5:
		return target{"dynamodb:Query", in("dynamodb", "table/orders/index/by-day")}
	case 6:
		return target{pick(g, "kms:Decrypt", "kms:GenerateDataKey"), in("kms", "key/"+pick(g, "1234", "5678"))}
	case 7:
		return target{"sts:AssumeRole", "arn:aws:iam::" + account + ":role/" + pick(g, "data", "team/data")}
	case 8:
		return target{"lambda:InvokeFunction", in("lambda", "function:"+pick(g, "orders", "jobs"))}
	case 9:
		return target{pick(g, "iam:GetRole", "iam:PassRole", "iam:PutRolePolicy"), "arn:aws:iam::" + account + ":role/" + pick(g, "data", "team/data")}
	case 13:
		return target{pick(g, "kms:CreateAlias", "kms:DeleteAlias"), in("kms", pick(g, "alias/mine", "alias/aws/s3"))}
	case 14:
		return target{pick(g, "iam:GetPolicy", "iam:DeletePolicy", "iam:TagPolicy", "iam:ListPolicyVersions"), pick(g, "arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::"+account+":policy/P")}
	case 15:
		return target{pick(g, "iam:GetRole", "iam:TagRole", "iam:DeleteRole", "iam:UpdateRole", "iam:PassRole"), "arn:aws:iam::" + account + ":role/" + pick(g, "aws-reserved/sso.amazonaws.com/R", "aws-service-role/x.amazonaws.com/AWSServiceRoleForX")}
	case 10:
		return target{"sns:Publish", in("sns", pick(g, "orders", "jobs"))}
	case 11:
		return target{"secretsmanager:GetSecretValue", in("secretsmanager", "secret:"+pick(g, "orders", "jobs")+"-AbCdEf")}
	case 12:
		return target{pick(g, "ssm:GetParameter", "ssm:PutParameter"), in("ssm", "parameter/"+pick(g, "orders", "a/b"))}
	}
	return target{pick(g, "s3:ListAllMyBuckets", "sqs:ListQueues", "dynamodb:ListTables", "xray:PutTraceSegments", "ec2:DescribeInstances"), "*"}
}

func (g generator) principal(account string) any {
	return pick[any](g,
		"arn:aws:iam::"+account+":user/ana", "arn:aws:iam::"+account+":user/team/bea", "arn:aws:iam::"+account+":role/app",
		"arn:aws:sts::"+account+":assumed-role/app/session", "arn:aws:sts::"+account+":assumed-role/app/session",
		"arn:aws:sts::"+account+":federated-user/fed",
		"lambda.amazonaws.com", member{"type": "Anonymous"},
	)
}

func (g generator) context() member {
	c := member{}
	add := func(percent int, key string, value any) {
		if g.chance(percent) {
			if g.chance(20) {
				key = pick(g, strings.ToUpper(key), strings.ToLower(key))
			}
			c[key] = value
		}
	}
	add(50, "aws:PrincipalTag/team", pick(g, "blue", "green", "Blue", "bl*", ""))
	add(50, "aws:SourceIp", pick(g, "10.0.0.1", "192.0.2.7", "2001:db8::1"))
	add(50, "aws:CurrentTime", pick(g, "2026-01-01T00:00:00Z", "2027-06-01T12:30:00Z"))
	add(40, "aws:EpochTime", pick(g, "1767225600", "1800000000"))
	add(50, "aws:MultiFactorAuthAge", pick(g, "10", "300", "3600.5"))
	add(50, "aws:SecureTransport", pick(g, "true", "false"))
	add(30, "aws:MultiFactorAuthPresent", pick(g, "true", "false"))
	add(50, "aws:PrincipalOrgPaths", pick[any](g, []string{"o-1/r-1/ou-1/"}, []string{"o-1/r-1/ou-2/", "o-1/r-1/ou-1/"}, []string{}))
	add(50, "aws:CalledVia", pick[any](g, []string{"athena.amazonaws.com"}, []string{"cloudformation.amazonaws.com", "athena.amazonaws.com"}))
	add(50, "aws:SourceArn", pick(g, "arn:aws:sns:us-east-1:"+home+":orders", "arn:aws:s3:::bucket"))
	add(50, "aws:userid", pick(g, "AIDAEXAMPLE", "orders", "*"))
	add(30, "aws:RequestedRegion", pick(g, "us-east-1", "eu-west-1"))
	if g.chance(10) { // values of the wrong kind
		key := pick(g, "aws:SourceIp", "aws:CurrentTime", "aws:MultiFactorAuthAge", "aws:SecureTransport", "aws:SourceArn")
		delete(c, strings.ToLower(key))
		delete(c, strings.ToUpper(key))
		c[key] = pick(g, "abc", "", "10.0.0.300", "-1", "1e2", "arn:aws:s3", "0")
	}
	return c
}

// derive states the keys that follow from the principal.
func derive(c member, principal any) {
	arn, _ := principal.(string)
	p, err := NewPrincipal(arn)
	if err != nil {
		return
	}
	for key, v := range map[string]string{
		"aws:PrincipalArn": p.keyARN(), "aws:PrincipalAccount": p.Account, "aws:PrincipalType": p.keyType(), "aws:username": p.userName(),
	} {
		if v != "" {
			c[key] = v
		}
	}
}

func (g generator) condition() member {
	like := func(s ...string) any {
		if g.chance(60) {
			return pick(g, s...)
		}
		return []string{pick(g, s...), pick(g, s...)}
	}
	op := func(names ...string) string {
		name := pick(g, names...)
		if g.chance(20) {
			name += "IfExists"
		}
		return name
	}
	switch g.IntN(14) {
	case 12: // values of the wrong kind
		return member{
			op(pick(g, "NumericEquals", "NumericNotEquals", "NumericLessThan")): member{"aws:MultiFactorAuthAge": like("abc", "10", "")},
			op(pick(g, "IpAddress", "NotIpAddress")):                            member{"aws:SourceIp": like("10.0.0.0/33", "10.0.0.0/8", "x")},
			op(pick(g, "DateLessThan", "DateNotEquals")):                        member{"aws:CurrentTime": like("never", "2026-01-01T00:00:00Z")},
		}
	case 13:
		return member{op("StringLike", "StringNotLike", "StringEquals"): member{"aws:PrincipalTag/team": like("${aws:userid, 'blue'}", "bl${*}", "${?}lue", "${aws:PrincipalTag/none, 'green'}")}}
	case 0:
		return member{op("StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"): member{"aws:PrincipalTag/team": like("blue", "green", "BLUE")}}
	case 1:
		return member{op("StringLike", "StringNotLike"): member{pick(g, "aws:PrincipalTag/team", "aws:userid"): like("bl*", "*", "?lue", "AIDA*", "${aws:PrincipalTag/team}")}}
	case 2:
		return member{op("IpAddress", "NotIpAddress"): member{"aws:SourceIp": like("10.0.0.0/8", "192.0.2.7/32", "192.0.2.7", "2001:db8::/32")}}
	case 3:
		return member{op("DateLessThan", "DateGreaterThan", "DateEquals", "DateNotEquals", "DateLessThanEquals", "DateGreaterThanEquals"): member{"aws:CurrentTime": like("2026-01-01T00:00:00Z", "2026-12-31T23:59:59Z")}}
	case 4:
		return member{op("NumericLessThan", "NumericGreaterThan", "NumericEquals", "NumericNotEquals", "NumericLessThanEquals", "NumericGreaterThanEquals"): member{"aws:MultiFactorAuthAge": like("10", "300", "3600", "5000.5")}}
	case 5:
		return member{op("Bool"): member{pick(g, "aws:SecureTransport", "aws:MultiFactorAuthPresent"): like("true", "false", "True")}}
	case 6:
		return member{op("ArnLike", "ArnEquals", "ArnNotLike", "ArnNotEquals"): member{"aws:SourceArn": like("arn:aws:sns:*:*:orders", "arn:aws:s3:::bucket", "arn:aws:s3:*:*:buck*", "arn:aws:*:*:*:*", "arn:aws:sns:us-east-1:"+home+":?rders")}}
	case 7:
		return member{"Null": member{pick(g, "aws:PrincipalTag/team", "aws:SourceIp", "aws:CalledVia"): pick(g, "true", "false")}}
	case 8:
		return member{pick(g, "ForAnyValue:", "ForAllValues:") + op("StringEquals", "StringNotEquals", "StringLike", "StringNotLike"): member{"aws:CalledVia": like("athena.amazonaws.com", "cloudformation.amazonaws.com", "a*")}}
	case 9:
		return member{pick(g, "ForAnyValue:", "ForAllValues:") + op("StringLike", "StringEquals"): member{"aws:PrincipalOrgPaths": like("o-1/r-1/ou-1/*", "o-1/r-1/ou-1/", "o-1/*")}}
	case 10:
		return member{op("ArnLike", "StringLike", "StringEquals"): member{"aws:PrincipalArn": like("arn:aws:iam::"+home+":role/app", "arn:aws:iam::"+home+":user/*", "arn:aws:iam::*:role/*")}}
	}
	return member{op("StringEquals"): member{pick(g, "aws:PrincipalAccount", "aws:PrincipalType", "aws:username"): like(home, other, "AssumedRole", "User", "ana")}}
}

func (g generator) actions(a string) any {
	return pick[any](g, a, a, "*", strings.ToLower(a), a[:strings.IndexByte(a, ':')+2]+"*", []string{"ec2:RunInstances", a}, a[:len(a)-1]+"?", "s3:Get*", []string{"sqs:*", "dynamodb:Query"})
}

func (g generator) resources(r string) any {
	if r == "*" {
		return pick[any](g, "*", "*", "arn:aws:s3:::bucket")
	}
	cutAt := len(r) - 2
	return pick[any](g, r, r, "*", r[:cutAt]+"*", []string{"arn:aws:s3:::bucket/*", r}, "arn:aws:s3:::bucket/*", r+"*", r[:cutAt]+"??",
		"arn:aws:s3:::bucket/${aws:userid}", "arn:aws:*:*:*:*",
		"arn:aws:s3:::*", "arn:*:*:*:*:*", "arn:aws:*:*:"+home+":*", strings.Replace(r, ":aws:", ":*:", 1), "arn:aws:s3:::bucket/${aws:userid, 'orders'}")
}

func (g generator) statement(t target) member {
	s := member{"Effect": "Allow"}
	if g.chance(15) {
		s["Effect"] = "Deny"
	}
	if g.chance(10) {
		s["NotAction"] = g.actions(t.action)
	} else {
		s["Action"] = g.actions(t.action)
	}
	if g.chance(10) {
		s["NotResource"] = g.resources(t.resource)
	} else {
		s["Resource"] = g.resources(t.resource)
	}
	if g.chance(35) {
		s["Condition"] = g.condition()
		if g.chance(30) {
			for k, v := range g.condition() {
				s["Condition"].(member)[k] = v
			}
		}
	}
	return s
}

func (g generator) document(t target) member {
	d := member{"Version": "2012-10-17"}
	var list []member
	for range 1 + g.IntN(3) {
		list = append(list, g.statement(t))
	}
	d["Statement"] = list
	if text, err := json.Marshal(list); err == nil && !bytes.Contains(text, []byte("${")) && g.chance(30) {
		d["Version"] = "2008-10-17"
	}
	return d
}

func (g generator) resourcePolicy(t target, account string) member {
	d := g.document(t)
	for _, s := range d["Statement"].([]member) {
		s["Resource"] = pick(g, t.resource, "*")
		delete(s, "NotResource")
		if t.action == "sts:AssumeRole" {
			delete(s, "Resource") // a trust policy names none
		}
		key := "Principal"
		if g.chance(10) {
			key = "NotPrincipal"
		}
		s[key] = pick[any](g,
			"*", member{"AWS": "*"}, member{"AWS": account}, member{"AWS": "arn:aws:iam::" + account + ":root"},
			member{"AWS": "arn:aws:iam::" + account + ":user/ana"}, member{"AWS": []string{"arn:aws:iam::" + account + ":role/app", "arn:aws:iam::" + other + ":user/zoe"}},
			member{"AWS": "arn:aws:sts::" + account + ":assumed-role/app/session"}, member{"Service": "lambda.amazonaws.com"},
			member{"AWS": "arn:aws:sts::" + account + ":federated-user/fed"},
		)
		if key == "NotPrincipal" && s[key] == "*" {
			s[key] = member{"AWS": "arn:aws:iam::" + account + ":user/ana"}
		}
	}
	return d
}

func allowAll() member {
	return member{"Version": "2012-10-17", "Statement": []member{{"Effect": "Allow", "Action": "*", "Resource": "*"}}}
}

func (g generator) make(i int) member {
	account := home
	owner := pick(g, home, home, home, other)
	t := g.target(owner)
	principal, context := g.principal(account), g.context()
	derive(context, principal)
	c := member{"case": strconv.Itoa(i), "request": member{
		"action": t.action, "resource": member{"resource": t.resource, "accountId": owner},
		"principal": principal, "context": context,
	}}
	arn, _ := principal.(string)
	if !strings.HasPrefix(arn, "arn:") { // nobody has policies to attach
		c["resourcePolicy"] = g.resourcePolicy(t, account)
		return c
	}
	c["identityPolicies"] = []member{g.document(t)}
	if g.chance(20) {
		c["permissionBoundaries"] = []member{g.document(t)}
	}
	if g.chance(20) && strings.HasPrefix(arn, "arn:aws:sts:") {
		c["sessionPolicy"] = g.document(t)
	}
	if g.chance(20) {
		var levels []member
		for k := range 1 + g.IntN(3) {
			doc := allowAll()
			if g.chance(40) {
				doc = g.document(t)
			}
			levels = append(levels, member{"orgIdentifier": fmt.Sprint("ou-", k), "policies": []member{doc}})
		}
		c["serviceControlPolicies"] = levels
	}
	if g.chance(15) {
		doc := g.document(t)
		doc["Version"] = "2012-10-17"
		for _, s := range doc["Statement"].([]member) {
			s["Effect"], s["Principal"] = "Deny", "*"
			delete(s, "NotAction")
			s["Action"] = pick(g, t.action, "s3:*")
		}
		c["resourceControlPolicies"] = []member{{"orgIdentifier": "r-1", "policies": []member{doc}}}
	}
	if g.chance(10) {
		doc := g.document(t)
		for _, s := range doc["Statement"].([]member) {
			s["Principal"] = "*"
		}
		c["endpointPolicies"] = []member{doc}
	}
	if g.chance(45) && t.resource != "*" {
		c["resourcePolicy"] = g.resourcePolicy(t, account)
	}
	return c
}

func TestWriteOracleCases(t *testing.T) {
	file := os.Getenv("FIRSTAID_ORACLE_CASES")
	if file == "" || os.Getenv("FIRSTAID_ORACLE_ANSWERS") != "" {
		t.Skip("FIRSTAID_ORACLE_CASES names the file to write")
	}
	n, _ := strconv.Atoi(os.Getenv("FIRSTAID_ORACLE_N"))
	n = max(n, 25000)
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	out := bufio.NewWriter(f)
	seed, _ := strconv.ParseUint(os.Getenv("FIRSTAID_ORACLE_SEED"), 10, 64)
	g := generator{rand.New(rand.NewPCG(seed, 7))}
	enc := json.NewEncoder(out)
	for i := range n {
		if err := enc.Encode(g.make(i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := out.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestOracleAgrees(t *testing.T) {
	cases, answers := os.Getenv("FIRSTAID_ORACLE_CASES"), os.Getenv("FIRSTAID_ORACLE_ANSWERS")
	if answers == "" {
		t.Skip("FIRSTAID_ORACLE_ANSWERS names the answers")
	}
	type answer struct{ Case, Decision string }
	want := map[string]string{}
	for _, line := range jsonLines(t, answers) {
		var a answer
		if err := json.Unmarshal(line, &a); err != nil {
			t.Fatal(err)
		}
		want[a.Case] = a.Decision
	}
	count := map[string]int{}
	for _, line := range jsonLines(t, cases) {
		var c decisionCase
		if err := json.Unmarshal(line, &c); err != nil {
			t.Fatal(err)
		}
		w := want[c.Case]
		if w != "Allowed" && w != "ImplicitlyDenied" && w != "ExplicitlyDenied" {
			count["refused by the other"]++
			if count["refused by the other"] < 6 {
				t.Logf("refused: %s", w)
			}
			continue
		}
		count["compared"]++
		count[w]++
		r, err := c.run()
		if err != nil {
			t.Errorf("%s: %v", c.Case, err)
		}
		if got := recorded(r.Decision); got != w {
			class := difference(line)
			count[class]++
			if class == "unexplained" && count[class] <= 40 {
				t.Errorf("ours %s, other %s: %s", got, w, line)
			}
		}
	}
	t.Log(count)
}

// difference names the reason of a known disagreement.
func difference(line []byte) string {
	line = bytes.ToLower(line)
	has := func(s string) bool { return bytes.Contains(line, bytes.ToLower([]byte(s))) }
	switch {
	case has("2001:db8::1") && has("NotIpAddress"):
		// An IPv6 address is outside every IPv4 range, so NotIpAddress holds;
		// the other evaluator makes the condition false.
		return "IPv6 address under NotIpAddress of IPv4"
	case has(`"sessionPolicy"`) && has(`"AWS":"arn:aws:sts::`):
		// "The resource-based policy permissions are not limited by the session
		// policy" where it names the session's ARN (IAM user guide, session
		// policies); the other evaluator limits them.
		return "session policy and a resource policy that names the session"
	case has(`ag/team":""`) && has("${aws:PrincipalTag/team}"):
		// A tag with an empty value is a value; the other takes it for absent.
		return "variable with an empty value"
	case has(`multifactorauthage":"10.0.0.300"`), has(`multifactorauthage":"1e2"`):
		return "text that begins like a number"
	case has("${*}") || has("${?}"):
		// "Policy variables can be used in any string comparison"; the other
		// reads the escapes under StringLike only.
		return "escape ${*} under StringEquals"
	}
	return "unexplained"
}

func jsonLines(t *testing.T, file string) (out [][]byte) {
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	in := bufio.NewScanner(f)
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		out = append(out, append([]byte(nil), in.Bytes()...))
	}
	return out
}
