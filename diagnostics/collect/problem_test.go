package collect_test

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/smithy-go/logging"

	"firstaid/diagnostics"
	"firstaid/diagnostics/collect"
)

// failing collects a stack that cannot be read and returns the last snapshot
// and the problem.
func failing(t *testing.T, c *collect.Collector) (*diagnostics.Snapshot, *collect.Error) {
	t.Helper()
	var last *diagnostics.Snapshot
	err := c.Collect(context.Background(), collect.Target{Stack: "shop"}, func(s *diagnostics.Snapshot) bool {
		last = s
		return true
	})
	var problem *collect.Error
	if !errors.As(err, &problem) {
		t.Fatalf("error %v, want a problem", err)
	}
	if last != nil && last.Complete {
		t.Error("the last snapshot says that it is complete")
	}
	return last, problem
}

func TestWireProblems(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answer   answer
		problem  collect.Problem
		sentence string
	}{
		"expired": {
			fault(403, "ExpiredToken", "The security token included in the request is expired"),
			collect.ExpiredCredentials, "the credentials have expired: sign in again",
		},
		"unknown key": {
			fault(403, "InvalidClientTokenId", "The security token included in the request is invalid."),
			collect.BadCredentials, "AWS does not accept the credentials (InvalidClientTokenId: The security token",
		},
		"clock": {
			fault(403, "SignatureDoesNotMatch", "Signature expired: 20261122T100000Z is now earlier than 20261122T101500Z"),
			collect.BadCredentials, "this machine's clock",
		},
		"no such stack": {
			fault(400, "ValidationError", "Stack with id shop does not exist"),
			collect.NoStack, "there is no stack shop in region eu-west-1",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWire(t)
			w.on("DescribeStacks", always(c.answer))
			w.on("ListStacks", always(query("ListStacks", "<StackSummaries/>")))
			s, problem := failing(t, w.collector())
			if problem.Problem != c.problem || !strings.Contains(problem.Error(), c.sentence) {
				t.Errorf("%s: %s", problem.Problem, problem)
			}
			if s == nil || len(s.Unread) == 0 || s.Unread[0].Of.Kind != diagnostics.KindStack {
				t.Errorf("the snapshot does not say why: %+v", s)
			}
		})
	}
}

// Credentials that run out in the middle end the reading; what was read stays.
func TestWireExpiresInTheMiddle(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	w.shop()
	w.on("ListStackResources", func(request) answer {
		time.Sleep(50 * time.Millisecond)
		return fault(403, "ExpiredToken", "The security token included in the request is expired")
	})
	s, problem := failing(t, w.collector())
	if problem.Problem != collect.ExpiredCredentials {
		t.Errorf("%s: %s", problem.Problem, problem)
	}
	if len(s.Stacks) != 1 || len(s.Events) != len(shopEvents) {
		t.Errorf("what had been read is lost: %d stacks, %d events", len(s.Stacks), len(s.Events))
	}
}

// An answer that is not AWS's is not asked for again, and ends nothing.
func TestWireHTMLIsNotRetried(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	w.shop()
	w.on("ListStackResources", always(answer{status: 500, contentType: "text/html", body: "<html><h1>Internal Server Error</h1></html>"}))
	s := last(t, w.collector())
	if n := w.times("ListStackResources"); n != 1 {
		t.Errorf("asked %d times", n)
	}
	if u := unreadOf(s, diagnostics.KindResource); !strings.Contains(u.Reason, "did not answer ListStackResources as AWS does") {
		t.Errorf("unread %+v", u)
	}
}

// An answer whose connection broke on the way is asked for again, whatever the
// protocol: half an answer is the network's fault and says nothing of AWS.
func TestWireCutAnswersAreAskedForAgain(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	w.shop()
	for _, operation := range []string{"DescribeStackEvents", "ListStackResources", "GetTemplate"} {
		whole := w.answers[operation]
		w.on(operation, func(r request) answer {
			a := whole(r)
			a.cut = w.times(operation) == 1
			return a
		})
	}
	s := last(t, w.collector())
	if len(s.Events) != len(shopEvents) || len(s.Unread) > 0 {
		t.Errorf("%d events, unread %+v", len(s.Events), s.Unread)
	}
	if n := w.times("DescribeStackEvents"); n != 2 {
		t.Errorf("asked %d times", n)
	}
}

// Throttling is waited out, counted, and shown.
func TestWireThrottlingIsWaitedOut(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	w.shop()
	events := w.answers["DescribeStackEvents"]
	w.on("DescribeStackEvents", func(r request) answer {
		if w.times("DescribeStackEvents") == 1 {
			return fault(400, "Throttling", "Rate exceeded")
		}
		return events(r)
	})
	s := last(t, w.collector())
	if len(s.Events) != len(shopEvents) {
		t.Errorf("%d events", len(s.Events))
	}
	for _, c := range s.Calls {
		if c.Operation == "DescribeStackEvents" && (c.Count != 2 || c.Throttled != 1 || c.Failed != 0) {
			t.Errorf("%+v", c)
		}
	}
}

// Half the permissions are missing: each gap names the action, the rest is read.
func TestWireHalfThePermissions(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	w.shop()
	denied := func(action string) answer {
		return fault(403, "AccessDenied", "User: arn:aws:iam::123456789012:user/dev is not authorized to perform: "+action)
	}
	w.on("DescribeStacks", always(denied("cloudformation:DescribeStacks")))
	w.on("GetTemplate", always(denied("cloudformation:GetTemplate")))
	w.on("ListStackResources", always(query("ListStackResources", `<StackResourceSummaries>
		<member><LogicalResourceId>Fn</LogicalResourceId><PhysicalResourceId>shop-fn</PhysicalResourceId><ResourceType>AWS::Lambda::Function</ResourceType></member>
		<member><LogicalResourceId>Role</LogicalResourceId><PhysicalResourceId>shop-role</PhysicalResourceId><ResourceType>AWS::IAM::Role</ResourceType></member>
		<member><LogicalResourceId>Api</LogicalResourceId><PhysicalResourceId>abc</PhysicalResourceId><ResourceType>AWS::ApiGateway::RestApi</ResourceType></member>
	</StackResourceSummaries>`)))
	w.on("GET /2015-03-31/functions/shop-fn", always(refusal(403, "AccessDeniedException", "User: x is not authorized to perform: lambda:GetFunction")))
	w.on("FilterLogEvents", always(refusal(400, "AccessDeniedException", "User: x is not authorized to perform: logs:FilterLogEvents")))
	w.on("GetRole", always(denied("iam:GetRole")))
	w.on("GET /restapis/abc", always(refusal(403, "AccessDeniedException", "User: x is not authorized to perform: apigateway:GET")))
	s := last(t, w.collector())
	for kind, action := range map[diagnostics.Kind]string{
		diagnostics.KindStack:    "cloudformation:DescribeStacks",
		diagnostics.KindTemplate: "cloudformation:GetTemplate",
		diagnostics.KindFunction: "lambda:GetFunction",
		diagnostics.KindLogGroup: "logs:FilterLogEvents",
		diagnostics.KindRole:     "iam:GetRole",
		diagnostics.KindAPI:      "apigateway:GET",
	} {
		if u := unreadOf(s, kind); u.Action != action || !strings.Contains(u.Reason, "firstaid permissions") {
			t.Errorf("%s: %+v", kind, u)
		}
	}
	if len(s.Events) != len(shopEvents) || len(s.Resources) != 3 {
		t.Errorf("what is allowed was not read: %d events, %d resources", len(s.Events), len(s.Resources))
	}
}

func unreadOf(s *diagnostics.Snapshot, kind diagnostics.Kind) diagnostics.Unread {
	for _, u := range s.Unread {
		if u.Of.Kind == kind {
			return u
		}
	}
	return diagnostics.Unread{}
}

// Nobody listens on the endpoint's port: one sentence, at once.
func TestNoNetwork(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := "http://" + l.Addr().String()
	_ = l.Close()
	_, problem := failing(t, collectorAt(t, address))
	if problem.Problem != collect.NoNetwork || !strings.Contains(problem.Error(), "could not be reached at "+address) {
		t.Errorf("%s: %s", problem.Problem, problem)
	}
}

// The reading ends at once when its context does, and without an error when
// nobody listens any more.
func TestWireCancelled(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	w.shop()
	hang := make(chan struct{})
	t.Cleanup(func() { close(hang) })
	w.on("ListStackResources", func(request) answer {
		select {
		case <-hang:
		case <-time.After(10 * time.Second):
		}
		return query("ListStackResources", "")
	})
	ctx, cancel := context.WithCancel(context.Background())
	began := time.Now()
	err := w.collector().Collect(ctx, collect.Target{Stack: "shop"}, func(s *diagnostics.Snapshot) bool {
		if len(s.Events) > 0 {
			cancel()
		}
		return true
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if err := w.collector().Collect(context.Background(), collect.Target{Stack: "shop"}, func(*diagnostics.Snapshot) bool { return false }); err != nil {
		t.Errorf("error %v although nobody listens", err)
	}
	if took := time.Since(began); took > 8*time.Second {
		t.Errorf("cancelling took %s", took)
	}
}

// bare clears the AWS environment and writes a configuration file.
func bare(t *testing.T, config string) {
	t.Helper()
	for _, v := range os.Environ() {
		if name, _, _ := strings.Cut(v, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "")
			if err := os.Unsetenv(name); err != nil {
				t.Fatal(err)
			}
		}
	}
	home := t.TempDir()
	file := filepath.Join(home, "config")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("HOME", home)
	t.Setenv("AWS_CONFIG_FILE", file)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(home, "credentials"))
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
}

func TestLocalConfiguration(t *testing.T) {
	for name, c := range map[string]struct {
		config  string
		options collect.Options
		problem collect.Problem
		want    string
	}{
		"no region":  {"", collect.Options{}, collect.NoRegion, "pass --region, set AWS_REGION"},
		"no profile": {"[default]\nregion=eu-west-1", collect.Options{Profile: "nope"}, collect.NoCredentials, "there is no AWS profile nope"},
		"MFA": {
			"[profile admin]\nregion=eu-west-1\nrole_arn=arn:aws:iam::123456789012:role/admin\nsource_profile=base\nmfa_serial=arn:aws:iam::123456789012:mfa/me\n[profile base]\naws_access_key_id=AKIA\naws_secret_access_key=x\n",
			collect.Options{Profile: "admin"},
			collect.NoCredentials, "profile admin assumes a role with an MFA code",
		},
	} {
		t.Run(name, func(t *testing.T) {
			bare(t, c.config)
			_, err := collect.New(context.Background(), c.options)
			var problem *collect.Error
			if !errors.As(err, &problem) || problem.Problem != c.problem || !strings.Contains(problem.Error(), c.want) {
				t.Errorf("%v", err)
			}
		})
	}
}

// The SDK warns on stderr (of a broken connection, say), which would be in the
// middle of the screen.
func TestTheSDKIsSilent(t *testing.T) {
	bare(t, "[default]\nregion=eu-west-1\n")
	stderr, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	defer stderr.Close()
	defer func(before *os.File) { os.Stderr = before }(os.Stderr)
	os.Stderr = stderr
	cfg, err := collect.Load(context.Background(), collect.Options{})
	if err != nil {
		t.Fatal(err)
	}
	cfg.Logger.Logf(logging.Warn, "failed to discard remaining HTTP response body")
	if said, err := os.ReadFile(stderr.Name()); err != nil || len(said) > 0 {
		t.Errorf("%s %v", said, err)
	}
}

// What only shows when the first call is made.
func TestSignIn(t *testing.T) {
	for name, c := range map[string]struct {
		config  string
		profile string
		problem collect.Problem
		want    string
	}{
		"no credentials": {"[default]\nregion=eu-west-1\n", "", collect.NoCredentials, "no AWS credentials were found: run `aws configure sso`"},
		"SSO session that was never opened": {
			"[profile work]\nregion=eu-west-1\nsso_session=corp\nsso_account_id=123456789012\nsso_role_name=dev\n[sso-session corp]\nsso_region=eu-west-1\nsso_start_url=https://corp.awsapps.com/start\n",
			"work", collect.ExpiredCredentials, "run `aws sso login --profile work`",
		},
		"SSO of the older kind": {
			"[profile old]\nregion=eu-west-1\nsso_account_id=123456789012\nsso_role_name=dev\nsso_region=eu-west-1\nsso_start_url=https://corp.awsapps.com/start\n",
			"old", collect.ExpiredCredentials, "run `aws sso login --profile old`",
		},
		"a process that fails": {
			"[profile tool]\nregion=eu-west-1\ncredential_process=/bin/false\n", "tool", collect.NoCredentials, "no AWS credentials were found",
		},
	} {
		t.Run(name, func(t *testing.T) {
			bare(t, c.config)
			col, err := collect.New(context.Background(), collect.Options{Profile: c.profile, Endpoint: newWire(t).URL})
			if err != nil {
				t.Fatal(err)
			}
			_, problem := failing(t, col)
			if problem.Problem != c.problem || !strings.Contains(problem.Error(), c.want) {
				t.Errorf("%s: %s", problem.Problem, problem)
			}
		})
	}
}
