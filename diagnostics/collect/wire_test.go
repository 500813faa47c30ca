package collect_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"firstaid/diagnostics/collect"
)

// wire is a loopback server that speaks AWS's wire formats for the operations
// that a test lays down, for what no emulator has. An operation that is not
// laid down is answered as by an endpoint that does not know it.
type wire struct {
	*httptest.Server
	t       *testing.T
	mu      sync.Mutex
	answers map[string]func(request) answer
	asked   []request
}

// request is what was asked: the operation's name, or "GET /path" for REST.
type request struct {
	operation string
	form      url.Values
	body      string
}

type answer struct {
	status      int
	contentType string
	body        string
	cut         bool // the connection breaks in the middle of the body
}

func newWire(t *testing.T) *wire {
	t.Helper()
	w := &wire{t: t, answers: map[string]func(request) answer{}}
	w.Server = httptest.NewServer(http.HandlerFunc(w.serve))
	t.Cleanup(w.Close)
	w.on("GetCallerIdentity", always(query("GetCallerIdentity", "<Account>123456789012</Account><Arn>arn:aws:iam::123456789012:user/dev</Arn><UserId>AIDA</UserId>")))
	return w
}

// on lays down the answer to an operation.
func (w *wire) on(operation string, f func(request) answer) { w.answers[operation] = f }

func always(a answer) func(request) answer { return func(request) answer { return a } }

func (w *wire) serve(rw http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	req := request{operation: r.Method + " " + r.URL.Path, body: string(body)}
	req.form, _ = url.ParseQuery(string(body))
	switch target := r.Header.Get("X-Amz-Target"); {
	case target != "":
		req.operation = target[strings.LastIndexByte(target, '.')+1:]
	case req.form.Get("Action") != "":
		req.operation = req.form.Get("Action")
	case strings.Contains(r.URL.Path, "/operation/"):
		req.operation = path.Base(r.URL.Path)
	}
	w.mu.Lock()
	w.asked = append(w.asked, req)
	f := w.answers[req.operation]
	w.mu.Unlock()
	a := fault(400, "InvalidAction", "Could not find operation "+req.operation)
	if f != nil {
		a = f(req)
	}
	rw.Header().Set("Content-Type", a.contentType)
	if a.contentType == "application/cbor" {
		rw.Header().Set("Smithy-Protocol", "rpc-v2-cbor")
	}
	if a.cut {
		rw.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
		a.body = a.body[:len(a.body)/2]
	}
	rw.WriteHeader(a.status)
	_, _ = io.WriteString(rw, a.body)
}

// times is how often an operation was asked for.
func (w *wire) times(operation string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := 0
	for _, r := range w.asked {
		if r.operation == operation {
			n++
		}
	}
	return n
}

func (w *wire) collector() *collect.Collector {
	w.t.Helper()
	return collectorAt(w.t, w.URL)
}

func collectorAt(t *testing.T, endpoint string) *collect.Collector {
	t.Helper()
	cfg := aws.Config{
		Region: "eu-west-1", BaseEndpoint: aws.String(endpoint),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "AKIA", SecretAccessKey: "secret"}, nil
		}),
	}
	c, err := collect.New(context.Background(), collect.Options{Config: &cfg})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// query is a success of the Query protocol.
func query(operation, result string) answer {
	return answer{status: 200, contentType: "text/xml", body: fmt.Sprintf("<%[1]sResponse><%[1]sResult>%[2]s</%[1]sResult></%[1]sResponse>", operation, result)}
}

// fault is an error of the Query protocol.
func fault(status int, code, message string) answer {
	return answer{status: status, contentType: "text/xml", body: fmt.Sprintf("<ErrorResponse><Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error></ErrorResponse>", code, message)}
}

// object is a success of a JSON or REST service.
func object(body string) answer {
	return answer{status: 200, contentType: "application/json", body: body}
}

// refusal is an error of a JSON or REST service.
func refusal(status int, code, message string) answer {
	return answer{status: status, contentType: "application/json", body: fmt.Sprintf(`{"__type":%q,"code":%q,"message":%q,"Message":%q}`, code, code, message, message)}
}

// Rows of CloudFormation's answers.
const shopID = "arn:aws:cloudformation:eu-west-1:123456789012:stack/shop/1"

func stackRow(id, status, rest string) string {
	name := strings.Split(id, "/")[1]
	return fmt.Sprintf("<member><StackId>%s</StackId><StackName>%s</StackName><StackStatus>%s</StackStatus><CreationTime>2026-11-22T10:00:00Z</CreationTime>%s</member>", id, name, status, rest)
}

// eventRow is an event n seconds after ten o'clock. A logical id that equals
// the stack's name makes it the stack's own event.
func eventRow(stack string, n int, logical, kind, status, reason string) string {
	name := strings.Split(stack, "/")[1]
	physical := ""
	if logical == name {
		physical, kind = stack, "AWS::CloudFormation::Stack"
	}
	return fmt.Sprintf("<member><EventId>%s-%d</EventId><StackId>%s</StackId><StackName>%s</StackName><LogicalResourceId>%s</LogicalResourceId><PhysicalResourceId>%s</PhysicalResourceId><ResourceType>%s</ResourceType><Timestamp>2026-11-22T10:%02d:%02dZ</Timestamp><ResourceStatus>%s</ResourceStatus><ResourceStatusReason>%s</ResourceStatusReason></member>",
		name, n, stack, name, logical, physical, kind, n/60, n%60, status, reason)
}

// shop lays down a stack whose queue failed, through DescribeStackEvents only.
func (w *wire) shop() {
	w.on("DescribeStacks", always(query("DescribeStacks", "<Stacks>"+stackRow(shopID, "ROLLBACK_COMPLETE", "")+"</Stacks>")))
	w.on("DescribeStackEvents", always(query("DescribeStackEvents", "<StackEvents>"+
		eventRow(shopID, 4, "shop", "", "ROLLBACK_COMPLETE", "")+
		eventRow(shopID, 3, "shop", "", "ROLLBACK_IN_PROGRESS", "The following resource(s) failed to create: [Queue].")+
		eventRow(shopID, 2, "Queue", "AWS::SQS::Queue", "CREATE_FAILED", "Invalid value for the parameter DelaySeconds")+
		eventRow(shopID, 1, "Queue", "AWS::SQS::Queue", "CREATE_IN_PROGRESS", "")+
		eventRow(shopID, 0, "shop", "", "CREATE_IN_PROGRESS", "User Initiated")+"</StackEvents>")))
	w.on("ListStackResources", always(query("ListStackResources", "<StackResourceSummaries/>")))
	w.on("GetTemplate", always(query("GetTemplate", "<TemplateBody>Resources: {}</TemplateBody>")))
	w.on("GET /2016-08-19/account-settings", always(object(`{"AccountLimit":{"ConcurrentExecutions":1000}}`)))
}

// logicals lists the events as "Queue CREATE_FAILED".
func logicals(events []eventLike) []string {
	var out []string
	for _, e := range events {
		out = append(out, e.LogicalResourceId+" "+e.ResourceStatus)
	}
	return slices.Clip(out)
}
