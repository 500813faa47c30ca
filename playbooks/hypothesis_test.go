package playbooks

import (
	"strconv"
	"strings"
	"testing"

	"firstaid/diagnostics"
)

// TestBuiltinsAreValid holds the shipped playbooks to what users' ones must
// obey: facts that there are, patterns that compile, both languages.
func TestBuiltinsAreValid(t *testing.T) {
	names, err := catalogFiles.ReadDir("catalog")
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range names {
		src, err := catalogFiles.ReadFile("catalog/" + n.Name())
		if err != nil {
			t.Fatal(err)
		}
		p, errs := Validate(n.Name(), src)
		for _, err := range errs {
			t.Error(err)
		}
		for _, h := range p.Hypotheses {
			texts := []string{h.Cause.Ko, h.Probe.Ko}
			for _, x := range h.Tests {
				texts = append(texts, x.Why.Ko)
			}
			for _, ko := range texts {
				if strings.TrimSpace(ko) == "" {
					t.Errorf("%s: hypothesis %s is not said in Korean", p.ID, h.ID)
				}
			}
		}
	}
}

// What no playbook knows has hypotheses in both languages, too, whose facts and
// patterns are right.
func TestTheUnrecognisedIsValid(t *testing.T) {
	source := strings.Replace(string(unrecognisedFile), "id: unrecognised", "id: any", 1)
	p, errs := Validate("any.yaml", []byte(strings.Replace(source, "signals: []", "signals: [{pattern: abc}]", 1)))
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	for _, h := range p.Hypotheses {
		if h.Cause.Ko == "" || h.Probe.Ko == "" {
			t.Errorf("%s is not said in Korean", h.ID)
		}
	}
}

// standings is what became of the hypotheses of a playbook's finding.
func standings(t *testing.T, s *diagnostics.Snapshot, playbook string) map[string]diagnostics.Standing {
	t.Helper()
	c, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]diagnostics.Standing{}
	for _, f := range Diagnose(s, c) {
		if f.Playbook != playbook {
			continue
		}
		for _, h := range f.Hypotheses {
			got[h.ID] = h.Standing
			if h.Standing == diagnostics.Unsettled && h.Probe.IsZero() || h.Standing != diagnostics.Unsettled && h.Why.IsZero() {
				t.Errorf("%s does not say why or how to tell: %+v", h.ID, h)
			}
		}
		return got
	}
	t.Fatalf("there is no finding of %s", playbook)
	return nil
}

// shopFn is a function with the end of one call, and further lines, in its log.
func shopFn(change func(*diagnostics.Function), lines ...string) *diagnostics.Snapshot {
	f := diagnostics.Function{
		FunctionName: "shop-fn", FunctionArn: "arn:aws:lambda:eu-west-1:123456789012:function:shop-fn", PackageType: "Zip", Runtime: "nodejs22.x",
		Role: "arn:aws:iam::123456789012:role/shop-role", Timeout: 10, MemorySize: 512, State: "Active", Architectures: []string{"arm64"},
	}
	if change != nil {
		change(&f)
	}
	var events []diagnostics.LogEvent
	for i, l := range lines {
		events = append(events, diagnostics.LogEvent{EventId: strconv.Itoa(i), Timestamp: at(i), LogStreamName: "s", Message: l})
	}
	s := logOf(f, events...)
	s.Identity = diagnostics.Identity{Account: "123456789012", Region: "eu-west-1"}
	return s
}

func calm(ms, used string) string {
	return "REPORT RequestId: 11111111-1111-1111-1111-111111111111\tDuration: " + ms + " ms\tBilled Duration: " + ms + " ms\tMemory Size: 512 MB\tMax Memory Used: " + used + " MB\t"
}

const (
	cutOff = "2026-11-03T09:00:10.000Z 22222222-2222-2222-2222-222222222222 Task timed out after 10.00 seconds"
	likely = diagnostics.Favoured
	out    = diagnostics.RuledOut
	open   = diagnostics.Unsettled
)

// TestOneTextSeveralCauses: the same words, told apart by what was read.
func TestOneTextSeveralCauses(t *testing.T) {
	inVPC := func(f *diagnostics.Function) { f.SubnetIds = []string{"subnet-1"} }
	failed := func(kind, status, reason string, before ...diagnostics.Event) *diagnostics.Snapshot {
		s := shop("UPDATE_ROLLBACK_COMPLETE")
		s.Identity = diagnostics.Identity{Account: "123456789012", Region: "eu-west-1"}
		s.Events = append(before, event(5, "Thing", kind, status, reason))
		return s
	}
	for name, c := range map[string]struct {
		playbook string
		snapshot *diagnostics.Snapshot
		want     map[string]diagnostics.Standing
	}{
		"a hanging call in a VPC": {
			"lambda-timeout", shopFn(inVPC, calm("90", "60"), cutOff),
			map[string]diagnostics.Standing{"no-way-out": open, "memory": out, "limit-too-low": out, "throttled-below": out, "open-handles": open},
		},
		"slow work outside a VPC": {
			"lambda-timeout", shopFn(nil, calm("8000", "60"), cutOff),
			map[string]diagnostics.Standing{"no-way-out": out, "limit-too-low": likely},
		},
		"starved of memory": {
			"lambda-timeout", shopFn(nil, calm("8000", "505"), cutOff),
			map[string]diagnostics.Standing{"memory": likely, "no-way-out": out},
		},
		"another service throttles": {
			"lambda-timeout", shopFn(nil, "WARN attempt 3: ProvisionedThroughputExceededException", calm("90", "60"), cutOff),
			map[string]diagnostics.Standing{"throttled-below": likely, "memory": out},
		},
		"an AWS service from a VPC": {
			"vpc-connect-timeout", shopFn(inVPC, `Connect timeout on endpoint URL: "https://sqs.eu-west-1.amazonaws.com/"`, calm("90", "60")),
			map[string]diagnostics.Standing{"outside-the-vpc": out, "wrong-region": out, "slow-answer": out, "no-way-out": open, "security-group": open},
		},
		"an endpoint of another region": {
			"vpc-connect-timeout", shopFn(inVPC, `Connect timeout on endpoint URL: "https://sqs.us-east-1.amazonaws.com/"`),
			map[string]diagnostics.Standing{"wrong-region": likely},
		},
		"a database from outside its VPC": {
			"vpc-connect-timeout", shopFn(nil, "Error: connect ETIMEDOUT 10.0.3.17:5432"),
			map[string]diagnostics.Standing{"outside-the-vpc": likely, "no-way-out": out, "security-group": out, "wrong-region": out, "slow-answer": out},
		},
		"a slow answer": {
			"vpc-connect-timeout", shopFn(inVPC, `Read timeout on endpoint URL: "https://lambda.eu-west-1.amazonaws.com/x"`),
			map[string]diagnostics.Standing{"slow-answer": likely},
		},
		"a handler that is not exported": {
			"import-module-error", shopFn(nil, `{"errorType":"Runtime.HandlerNotFound","errorMessage":"app.handler is undefined or not exported"}`),
			map[string]diagnostics.Standing{"handler": likely, "not-packed": out, "platform": out, "layer": out},
		},
		"a package that was not packed": {
			"import-module-error", shopFn(nil, `{"errorType":"Runtime.ImportModuleError","errorMessage":"Error: Cannot find module 'uuid'\nRequire stack:\n- /var/task/index.js"}`),
			map[string]diagnostics.Standing{"not-packed": likely, "layer": out, "own-code": out},
		},
		"a program that ends by itself": {
			"init-error", shopFn(nil, "RequestId: 1 Error: Runtime exited with error: exit status 0", calm("90", "60")),
			map[string]diagnostics.Standing{"exits": likely, "memory": out, "entrypoint": out, "program": out, "import": out, "too-long": out},
		},
		"an entry point that is not there": {
			"init-error", shopFn(nil, "Error: fork/exec /var/task/bootstrap: no such file or directory"),
			map[string]diagnostics.Standing{"entrypoint": likely, "program": out, "exits": out},
		},
		"a function that reserves nothing": {
			"throttled", shopFn(func(f *diagnostics.Function) { n := 0; f.ReservedConcurrency = &n }, "TooManyRequestsException: Rate Exceeded"),
			map[string]diagnostics.Standing{"reserved": likely, "bucket": out},
		},
		"a table without throughput": {
			"throttled", shopFn(nil, "ProvisionedThroughputExceededException: The level of configured provisioned throughput for the table was exceeded"),
			map[string]diagnostics.Standing{"table": likely, "reserved": out, "control-plane": out, "bucket": out},
		},
		"a name taken during a replacement": {
			"resource-already-exists", failed("AWS::DynamoDB::Table", "UPDATE_FAILED", "Resource of type 'AWS::DynamoDB::Table' with identifier 'orders' already exists.", stackEvent(1, "UPDATE_IN_PROGRESS"), event(2, "Thing", "AWS::DynamoDB::Table", "UPDATE_IN_PROGRESS", "")),
			map[string]diagnostics.Standing{"replacement": likely, "other-account": out},
		},
		"a name taken at the first creation": {
			"resource-already-exists", failed("AWS::DynamoDB::Table", "CREATE_FAILED", "Resource of type 'AWS::DynamoDB::Table' with identifier 'orders' already exists.", stackEvent(1, "CREATE_IN_PROGRESS"), event(2, "Thing", "AWS::DynamoDB::Table", "CREATE_IN_PROGRESS", "")),
			map[string]diagnostics.Standing{"replacement": out, "other-account": out, "other-stack": open, "left-over": open},
		},
		"a service that failed inside": {
			Unrecognised, failed("AWS::SQS::Queue", "CREATE_FAILED", `Resource handler returned message: "Internal Failure" (RequestToken: 1, HandlerErrorCode: InternalFailure)`),
			map[string]diagnostics.Standing{"service": likely, "value": out, "busy": open},
		},
		"a request at the wrong moment": {
			Unrecognised, failed("AWS::DynamoDB::GlobalTable", "UPDATE_FAILED", `Resource handler returned message: "Invalid request provided: the replica is being updated" (RequestToken: 1, HandlerErrorCode: InvalidRequest)`),
			map[string]diagnostics.Standing{"service": out, "value": out, "busy": likely},
		},
		"a group that is still in use": {
			"vpc-eni", failed("AWS::EC2::SecurityGroup", "DELETE_FAILED", "resource sg-0123 has a dependent object (Service: Ec2, Status Code: 400)"),
			map[string]diagnostics.Standing{"waiting": likely, "addresses": out, "quota": out},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := standings(t, c.snapshot, c.playbook)
			for id, want := range c.want {
				if got[id] != want {
					t.Errorf("%s is %q, want %q (of %v)", id, got[id], want, got)
				}
			}
		})
	}
}

// A probe that was not allowed to look decides nothing.
func TestWhatWasNotReadStaysOpen(t *testing.T) {
	s := shopFn(nil, `Connect timeout on endpoint URL: "https://sqs.eu-west-1.amazonaws.com/"`)
	s.Functions = nil
	got := standings(t, s, "vpc-connect-timeout")
	if got["no-way-out"] != open || got["security-group"] != open {
		t.Errorf("got %v", got)
	}
}

// What is left when all others are ruled out is likely, and the state that
// speaks for a cause raises the finding's confidence.
func TestTheOneThatIsLeft(t *testing.T) {
	c, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range Diagnose(shopFn(nil, "Error: connect ETIMEDOUT 10.0.3.17:5432"), c) {
		if f.Playbook != "vpc-connect-timeout" {
			continue
		}
		if h := f.Hypotheses[0]; h.ID != "outside-the-vpc" || h.Why.En != "the only one that is not ruled out" {
			t.Errorf("first is %+v", h)
		}
	}
	n := 0
	for _, f := range Diagnose(shopFn(func(f *diagnostics.Function) { f.ReservedConcurrency = &n }, "TooManyRequestsException: Rate Exceeded"), c) {
		if f.Playbook == "throttled" && (f.Confidence != diagnostics.Likely || !strings.Contains(f.Because.En, "reserved concurrency is 0")) {
			t.Errorf("got %s because %s", f.Confidence, f.Because.En)
		}
	}
}
