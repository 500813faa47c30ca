package playbooks

import (
	"strings"
	"testing"
	"time"

	"firstaid/diagnostics"
)

// one is the only finding of a state check.
func one(t *testing.T, list []diagnostics.Finding) diagnostics.Finding {
	t.Helper()
	if len(list) != 1 {
		t.Fatalf("%d findings, want 1: %+v", len(list), list)
	}
	for _, e := range list[0].Evidence {
		if e.Quote == "" {
			t.Errorf("empty quote of %s", e.Of)
		}
	}
	return list[0]
}

func none(t *testing.T, list []diagnostics.Finding) {
	t.Helper()
	if len(list) != 0 {
		t.Fatalf("found %+v", list)
	}
}

func shop(status string) *diagnostics.Snapshot {
	return &diagnostics.Snapshot{
		StackID: "arn:stack/shop", Taken: at(0).Add(3 * time.Hour),
		Stacks: []diagnostics.Stack{
			{StackId: "arn:stack/other", StackName: "other", StackStatus: "ROLLBACK_COMPLETE"},
			{StackId: "arn:stack/shop", StackName: "shop", StackStatus: status, CreationTime: at(0)},
		},
	}
}

func TestOnlyTheStackUnderDiagnosisIsStuck(t *testing.T) {
	for _, status := range []string{"CREATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_FAILED", "ROLLBACK_IN_PROGRESS"} {
		none(t, findStuckCreate(shop(status)))
	}
	for _, status := range []string{"ROLLBACK_COMPLETE", "ROLLBACK_FAILED"} {
		f := one(t, findStuckCreate(shop(status)))
		if f.Subject.ID != "shop" || f.Confidence != diagnostics.Confirmed || f.Evidence[0].Quote != status {
			t.Errorf("%s gives %+v", status, f)
		}
		if fixes := fixStuckCreate(shop(status), f); len(fixes) != 1 {
			t.Errorf("%s has %d fixes", status, len(fixes))
		}
	}
}

func TestAReviewThatNobodyFinished(t *testing.T) {
	s := shop("REVIEW_IN_PROGRESS")
	if f := one(t, findStuckCreate(s)); f.Severity != diagnostics.Warning || !strings.Contains(f.Summary.En, "never executed") {
		t.Errorf("got %+v", f)
	}
	s.Taken = at(30)
	none(t, findStuckCreate(s))
	s = shop("REVIEW_IN_PROGRESS")
	s.Resources = []diagnostics.Resource{{StackId: "arn:stack/shop", LogicalResourceId: "Fn"}}
	none(t, findStuckCreate(s))
}

func TestARollbackThatFailedNamesWhatDidNotGoBack(t *testing.T) {
	s := shop("UPDATE_ROLLBACK_FAILED")
	rolling := event(3, "shop", "AWS::CloudFormation::Stack", "UPDATE_ROLLBACK_IN_PROGRESS", "")
	s.Events = []diagnostics.Event{
		event(1, "Fn", "AWS::Lambda::Function", "UPDATE_FAILED", "first failure"),
		rolling,
		event(4, "Fn", "AWS::Lambda::Function", "UPDATE_FAILED", "Source image is gone"),
		event(5, "Table", "AWS::DynamoDB::Table", "UPDATE_FAILED", "Resource update cancelled"),
	}
	f := one(t, findStuckRollback(s))
	if f.Captures["resources"] != "Fn" || f.Evidence[1].Quote != "Source image is gone" {
		t.Errorf("got %v %+v", f.Captures, f.Evidence)
	}
	none(t, findStuckRollback(shop("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS")))
	if f := one(t, findStuckRollback(shop("UPDATE_FAILED"))); !strings.Contains(f.Because.En, "rollback is disabled") {
		t.Errorf("UPDATE_FAILED gives %+v", f)
	}
}

func TestReservingMoreThanTheAccountHas(t *testing.T) {
	e := event(1, "Fn", "AWS::Lambda::Function", "CREATE_FAILED",
		"Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its\nminimum value of [10].")
	e.ResourceProperties = `{"FunctionName":"orders","ReservedConcurrentExecutions":"5"}`
	s := &diagnostics.Snapshot{Events: []diagnostics.Event{e}, Account: &diagnostics.AccountLimits{ConcurrentExecutions: 10, UnreservedConcurrentExecutions: 10}}
	f := one(t, findScarceConcurrency(s))
	if f.Confidence != diagnostics.Confirmed || f.Captures["wanted"] != "5" || !strings.Contains(f.Because.En, "5 more would leave 5, and 10 must stay") {
		t.Errorf("got %+v", f)
	}
	s.Account.UnreservedConcurrentExecutions = 900 // raised since
	none(t, findScarceConcurrency(s))
	s.Account = nil
	none(t, findScarceConcurrency(s))
}

func TestWantedConcurrency(t *testing.T) {
	for properties, want := range map[string]int{
		`{"ReservedConcurrentExecutions":7}`:                                                 7,
		`{"ProvisionedConcurrencyConfig":{"ProvisionedConcurrentExecutions":"20"},"Name":1}`: 20,
		`{}`: -1, `not json`: -1, `{"ReservedConcurrentExecutions":"many"}`: -1,
	} {
		if n, ok := wantedConcurrency(properties); ok != (want >= 0) || ok && n != want {
			t.Errorf("%s: %d %v", properties, n, ok)
		}
	}
}

func TestAnExportAndItsImporters(t *testing.T) {
	e := event(1, "shop", "AWS::CloudFormation::Stack", "UPDATE_ROLLBACK_IN_PROGRESS", "Export net-Vpc cannot be deleted as it is in use by api and jobs")
	s := &diagnostics.Snapshot{
		StackID: "arn:stack/shop", Events: []diagnostics.Event{e},
		Stacks: []diagnostics.Stack{{StackId: "arn:stack/shop", StackName: "shop", Outputs: []diagnostics.Output{{OutputKey: "Vpc", ExportName: "net-Vpc"}}}},
	}
	f := one(t, findImporters(s))
	if f.Confidence != diagnostics.Likely || f.Captures["importers"] != "api and jobs" || f.Subject.ID != "shop" {
		t.Errorf("got %+v", f)
	}
	s.Files = []diagnostics.File{{Path: "api/template.yaml", Content: "Resources:\n  Fn:\n    Type: AWS::Lambda::Function\n    Properties:\n      Role: !ImportValue net-Vpc\n"}}
	f = one(t, findImporters(s))
	last := f.Evidence[len(f.Evidence)-1]
	if f.Confidence != diagnostics.Confirmed || last.Of.ID != "api/template.yaml" || last.Quote != "!ImportValue net-Vpc" {
		t.Errorf("got %+v", f)
	}
	s.Stacks[0].Outputs, s.Files = nil, nil
	none(t, findImporters(s))
}

func TestARoleThatLambdaMayNotAssume(t *testing.T) {
	const arn = "arn:aws:iam::123456789012:role/app/orders"
	trust := func(principal string) string {
		return `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":` + principal + `,"Action":"sts:AssumeRole"}}`
	}
	e := event(1, "Fn", "AWS::Lambda::Function", "CREATE_FAILED", "The role defined for the function cannot be assumed by Lambda.")
	e.ResourceProperties = `{"Role":"` + arn + `"}`
	cases := map[string]struct {
		role       diagnostics.Role
		confidence diagnostics.Confidence
		because    string
	}{
		"another service":     {diagnostics.Role{RoleName: "orders", TrustPolicy: trust(`{"Service":"ec2.amazonaws.com"}`)}, diagnostics.Confirmed, "does not let lambda"},
		"an account":          {diagnostics.Role{RoleName: "orders", TrustPolicy: trust(`{"AWS":"arn:aws:iam::123456789012:root"}`)}, diagnostics.Confirmed, "does not let lambda"},
		"missing":             {diagnostics.Role{RoleName: "orders", Missing: true}, diagnostics.Confirmed, "does not exist"},
		"trusted by now":      {diagnostics.Role{RoleName: "orders", TrustPolicy: trust(`{"Service":["edgelambda.amazonaws.com","lambda.amazonaws.com"]}`)}, diagnostics.Likely, "too new"},
		"trusted by everyone": {diagnostics.Role{RoleName: "orders", TrustPolicy: trust(`"*"`)}, diagnostics.Likely, "too new"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			f := one(t, findUntrustedRole(&diagnostics.Snapshot{Events: []diagnostics.Event{e}, Roles: []diagnostics.Role{c.role}}))
			if f.Confidence != c.confidence || !strings.Contains(f.Because.En, c.because) || f.Subject.ID != "shop/Fn" {
				t.Errorf("got %+v", f)
			}
		})
	}
	none(t, findUntrustedRole(&diagnostics.Snapshot{Events: []diagnostics.Event{e}}))
	// A function that exists with such a role is found without any event.
	s := &diagnostics.Snapshot{Functions: []diagnostics.Function{{FunctionName: "orders", Role: arn}}, Roles: []diagnostics.Role{cases["another service"].role}}
	one(t, findUntrustedRole(s))
	s.Roles[0].TrustPolicy = "" // not read
	none(t, findUntrustedRole(s))
}

func TestAStageWithoutLogRole(t *testing.T) {
	const stage = "Resources:\n  Stage:\n    Type: AWS::ApiGateway::Stage\n"
	const account = "  Logs:\n    Type: AWS::ApiGateway::Account\n"
	for name, c := range map[string]struct{ template, because string }{
		"none":    {stage, "has no AWS::ApiGateway::Account"},
		"a race":  {stage + account, "does not wait"},
		"ordered": {stage + "    DependsOn: Logs\n" + account, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := findMissingLogRole(&diagnostics.Snapshot{
				Events: []diagnostics.Event{event(1, "Stage", "AWS::ApiGateway::Stage", "CREATE_FAILED", "CloudWatch Logs role ARN must be set in account settings to enable logging")},
				Files:  []diagnostics.File{{Path: "template.yaml", Content: c.template}},
			})
			if c.because == "" {
				none(t, got)
				return
			}
			if f := one(t, got); !strings.Contains(f.Because.En, c.because) || f.Source == nil || f.Source.Line != 2 {
				t.Errorf("got %+v", f)
			}
		})
	}
}

func TestRuntimesAreJudgedByTheDayOfTheSnapshot(t *testing.T) {
	day := func(s string) time.Time {
		d, err := time.Parse(time.DateOnly, s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for _, c := range []struct {
		runtime, day string
		severity     diagnostics.Severity // 0: no finding
		because      string
	}{
		{"python3.9", "2025-12-14", 0, ""},
		{"python3.9", "2025-12-15", diagnostics.Note, "ended the support of python3.9 on 2025-12-15"},
		{"python3.9", "2027-08-01", diagnostics.Warning, "none can be created"},
		{"python3.9", "2027-08-31", diagnostics.Warning, "cannot be changed"},
		{"nodejs12.x", "2026-11-01", diagnostics.Warning, "cannot be changed"},
		{"nodejs24.x", "2026-11-01", 0, ""},
		{"", "2026-11-01", 0, ""},
	} {
		got := findRetiredRuntimes(&diagnostics.Snapshot{Taken: day(c.day), Functions: []diagnostics.Function{{FunctionName: "f", Runtime: c.runtime}}})
		if c.severity == 0 {
			none(t, got)
			continue
		}
		if f := one(t, got); f.Severity != c.severity || !strings.Contains(f.Because.En, c.because) {
			t.Errorf("%s on %s gives %+v", c.runtime, c.day, f)
		}
	}
}

func TestEveryRetirementHasDaysInOrder(t *testing.T) {
	for _, r := range retirements() {
		for _, d := range []string{r.ends, r.noCreate, r.noWrite} {
			if _, err := time.Parse(time.DateOnly, d); d != "" && err != nil {
				t.Errorf("%s: %v", r.runtime, err)
			}
		}
		if r.noWrite != "" && r.noCreate > r.noWrite {
			t.Errorf("%s: updates are blocked before creations", r.runtime)
		}
	}
}

func customResource(reason string) *diagnostics.Snapshot {
	asked := event(1, "Seed", "Custom::Seed", "CREATE_IN_PROGRESS", "")
	failed := event(59, "Seed", "Custom::Seed", "CREATE_FAILED", reason)
	failed.ResourceProperties = `{"ServiceToken":"arn:aws:lambda:eu-west-1:123456789012:function:seeder"}`
	return &diagnostics.Snapshot{
		Events:    []diagnostics.Event{asked, failed},
		Functions: []diagnostics.Function{{FunctionName: "seeder"}},
		LogGroups: []diagnostics.LogGroup{{LogGroupName: "/aws/lambda/seeder", FunctionName: "seeder", From: at(0), Until: at(59).Add(time.Hour)}},
	}
}

func TestACustomResourceThatNeverAnswered(t *testing.T) {
	const silent = "CloudFormation did not receive a response from your Custom Resource. Please check your logs for requestId [x]."
	s := customResource(silent)
	if f := one(t, findSilentCustomResource(s)); f.Confidence != diagnostics.Likely || !strings.Contains(f.Because.En, "never started") {
		t.Errorf("an empty log gives %+v", f)
	}
	none(t, findFailedCustomResource(s))

	s.LogGroups[0].From = at(30) // only a part was read: silence proves nothing
	none(t, findSilentCustomResource(s))

	s.LogGroups[0].Events = []diagnostics.LogEvent{{Timestamp: at(40), Message: "START RequestId: x"}, {Timestamp: at(45), Message: "2026-03-02 x Task timed out after 3.00 seconds"}}
	if f := one(t, findSilentCustomResource(s)); !strings.Contains(f.Evidence[1].Quote, "Task timed out") || f.CausedBy != "lambda-timeout@seeder" {
		t.Errorf("a time-out gives %+v", f)
	}
	zero := 0
	s.Functions[0].ReservedConcurrency = &zero
	if f := one(t, findSilentCustomResource(s)); f.Confidence != diagnostics.Confirmed {
		t.Errorf("no concurrency gives %+v", f)
	}
	s.Events[1].ResourceProperties = `{"ServiceToken":"arn:aws:sns:eu-west-1:123456789012:topic"}`
	none(t, findSilentCustomResource(s))
}

func TestACustomResourceThatAnsweredFailed(t *testing.T) {
	s := customResource("Received response status [FAILED] from custom resource. Message returned: no (RequestId: 1)")
	none(t, findFailedCustomResource(s))
	s.LogGroups[0].Events = []diagnostics.LogEvent{
		{Timestamp: at(0), Message: "[ERROR] KeyError: before the request"},
		{Timestamp: at(20), Message: "INFO seeding"},
		{Timestamp: at(21), Message: "[ERROR] KeyError: 'rows'\nTraceback (most recent call last):"},
	}
	f := one(t, findFailedCustomResource(s))
	if len(f.Evidence) != 2 || !strings.Contains(f.Evidence[1].Quote, "'rows'") {
		t.Errorf("got %+v", f.Evidence)
	}
	none(t, findSilentCustomResource(s))
}

func report(second int, id, rest string) diagnostics.LogEvent {
	return diagnostics.LogEvent{Timestamp: at(second), LogStreamName: "s", Message: "REPORT RequestId: " + id + "\t" + rest}
}

func logOf(f diagnostics.Function, events ...diagnostics.LogEvent) *diagnostics.Snapshot {
	return &diagnostics.Snapshot{Functions: []diagnostics.Function{f}, LogGroups: []diagnostics.LogGroup{{LogGroupName: "g", FunctionName: f.FunctionName, Events: events}}}
}

func TestCallsThatTookTheWholeLimit(t *testing.T) {
	f := diagnostics.Function{FunctionName: "orders", Timeout: 3}
	s := logOf(f,
		report(1, "a", "Duration: 2999.90 ms\tBilled Duration: 3000 ms\tMemory Size: 128 MB\tMax Memory Used: 60 MB"),
		report(2, "b", "Duration: 3000.00 ms\tBilled Duration: 3000 ms\tMemory Size: 128 MB\tMax Memory Used: 128 MB"),
		report(3, "c", "Duration: 3000.00 ms\tBilled Duration: 3000 ms\tMemory Size: 128 MB\tMax Memory Used: 70 MB\tStatus: timeout"),
	)
	got := one(t, findTimeouts(s))
	if !strings.Contains(got.Because.En, "2 of 3 calls") || len(got.Evidence) != 2 || got.Captures["seconds"] != "3" {
		t.Errorf("got %+v", got)
	}
	if len(got.Alternatives) != 1 || got.Alternatives[0].Playbook != "lambda-oom" {
		t.Errorf("memory pressure is not named: %+v", got.Alternatives)
	}
	none(t, findTimeouts(logOf(f, s.LogGroups[0].Events[0])))
	// After the limit was raised, an old call no longer fills it.
	none(t, findTimeouts(logOf(diagnostics.Function{FunctionName: "orders", Timeout: 30}, s.LogGroups[0].Events[1])))
}

func TestCallsThatUsedAllTheMemory(t *testing.T) {
	f := diagnostics.Function{FunctionName: "orders"}
	used := "Duration: 900.00 ms\tBilled Duration: 900 ms\tMemory Size: 512 MB\tMax Memory Used: 512 MB"
	kill := diagnostics.LogEvent{Timestamp: at(1), LogStreamName: "s", Message: "RequestId: a Error: Runtime exited with error: signal: killed\nRuntime.ExitError"}
	got := one(t, findExhaustedMemory(logOf(f, kill, report(1, "a", used), report(9, "b", used))))
	if len(got.Evidence) != 1 || got.Captures["memory"] != "512" {
		t.Errorf("got %+v", got)
	}
	one(t, findExhaustedMemory(logOf(f, report(1, "a", used+"\tStatus: error\tError Type: Runtime.OutOfMemory"))))
	none(t, findExhaustedMemory(logOf(f, report(1, "a", used))))
	// Killed with memory to spare is another cause.
	none(t, findExhaustedMemory(logOf(f, kill, report(1, "a", strings.Replace(used, "Used: 512", "Used: 18", 1)))))
}

func TestCapabilitiesAgainstTheTemplate(t *testing.T) {
	const function = "Transform: AWS::Serverless-2016-10-31\nResources:\n  Fn:\n    Type: AWS::Serverless::Function\n    Properties: {Runtime: python3.13, Handler: a.b, CodeUri: .}\n"
	const named = "  R:\n    Type: AWS::IAM::Role\n    Properties: {RoleName: orders, AssumeRolePolicyDocument: {}}\n"
	const nested = "  App:\n    Type: AWS::Serverless::Application\n    Properties: {Location: app.yaml}\n"
	for name, c := range map[string]struct{ template, given, missing string }{
		"enough":          {function, `"CAPABILITY_IAM"`, ""},
		"more":            {function, `["CAPABILITY_NAMED_IAM"]`, ""},
		"a generated one": {function, `"CAPABILITY_AUTO_EXPAND"`, "CAPABILITY_IAM"},
		"a named role":    {function + named, `"CAPABILITY_IAM"`, "CAPABILITY_NAMED_IAM"},
		"an application":  {function + nested, `"CAPABILITY_IAM"`, "CAPABILITY_AUTO_EXPAND"},
		"nothing to name": {"Resources:\n  T:\n    Type: AWS::SNS::Topic\n", `"CAPABILITY_IAM"`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := &diagnostics.Snapshot{Files: []diagnostics.File{
				{Path: "samconfig.toml", Content: "version = 0.1\n[prod.deploy.parameters]\ncapabilities = " + c.given + "\n"},
				{Path: "template.yaml", Content: c.template},
			}}
			got := findMissingCapabilities(s)
			if c.missing == "" {
				none(t, got)
				return
			}
			f := one(t, got)
			if f.Captures["capabilities"] != c.missing || f.Captures["environment"] != "prod" || f.Source.Line != 3 || f.Severity != diagnostics.Warning {
				t.Errorf("got %+v", f)
			}
			s.Texts = []diagnostics.TextItem{{Text: "Requires capabilities : [" + c.missing + "]"}}
			if f := one(t, findMissingCapabilities(s)); f.Severity != diagnostics.Error || f.Confidence != diagnostics.Likely {
				t.Errorf("after the refusal: %+v", f)
			}
		})
	}
}

// TestARefusedAnswerIsToldFromACrash joins the refusal with the call that it
// belongs to: the neighbours in the stream, a timeout and a full memory are
// something else.
func TestARefusedAnswerIsToldFromACrash(t *testing.T) {
	const refusal = `[ERROR] [1738] LAMBDA_RUNTIME Failed to post handler success response. Http response code: 413. {"errorMessage":"Exceeded maximum allowed payload size (6291556 bytes).","errorType":"RequestEntityTooLarge"}`
	report := func(id, rest string) string {
		return "REPORT RequestId: " + id + "\tDuration: 40.00 ms\tBilled Duration: 40 ms\tMemory Size: 512 MB\tMax Memory Used: 90 MB\t" + rest
	}
	snapshot := func(lines ...string) *diagnostics.Snapshot {
		s := &diagnostics.Snapshot{Functions: []diagnostics.Function{{FunctionName: "web"}}}
		g := diagnostics.LogGroup{LogGroupName: "/aws/lambda/web", FunctionName: "web"}
		for i, l := range lines {
			g.Events = append(g.Events, diagnostics.LogEvent{EventId: strings.Repeat("0", i+1), Timestamp: at(1), LogStreamName: "s", Message: l})
		}
		s.LogGroups = append(s.LogGroups, g)
		return s
	}
	f := one(t, findRefusedAnswers(snapshot("GET / 200 7000001 bytes", report("a", ""), "GET /export 200 8120034 bytes", refusal, report("b", ""))))
	if f.Captures["size"] != "8120034" || f.Confidence != diagnostics.Confirmed || !strings.HasPrefix(f.Because.En, "1 of 2 calls") || f.Evidence[0].Quote != refusal {
		t.Errorf("got %+v", f)
	}
	none(t, findRefusedAnswers(snapshot("GET / 200 100 bytes", report("a", ""))))
	none(t, findRefusedAnswers(snapshot(refusal, report("a", "Status: timeout"))))
	none(t, findRefusedAnswers(snapshot(refusal)))
}
