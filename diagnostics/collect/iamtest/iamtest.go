// Package iamtest runs an IAM and STS endpoint on the loopback interface for
// the time of one test: the Query protocol over HTTP, decided by firstaid's
// own evaluator. It has what no emulator has (PolicyInputList,
// PolicyExclusionList, boundaries, service control policies). It is imported
// by tests only.
//
// What it shows is that requests and answers are sent and read right. What
// AWS decides it does not show: the evaluator is held to other proofs.
package iamtest

import (
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"firstaid/diagnostics/policy"
)

// Account is the endpoint's account, and Caller who asks.
const (
	Account = "123456789012"
	Caller  = "arn:aws:iam::" + Account + ":user/dev"
	Region  = "eu-west-1"
)

// An Endpoint is a running endpoint; the test's end stops it. Its fields are
// set before the first request.
type Endpoint struct {
	URL string
	// SCP are the service control policies of the account, root first; nil: no
	// organisation.
	SCP []policy.Level
	// Messages are the encoded authorization messages that can be decoded, and
	// the JSON in them.
	Messages map[string]string
	// Old makes it answer as endpoints did before 2026-07-30: the ARN that was
	// asked for at the top level, no results by resource.
	Old bool
	// PageSize limits what one answer holds; 100 when zero.
	PageSize int

	mu     sync.Mutex
	roles  map[string]*Role
	denied map[string]bool
	asked  []Request
}

// Role is a role of the endpoint's account. Documents are JSON.
type Role struct {
	Name        string
	Path        string // "/" when empty
	Trust       string
	Inline      map[string]string // by policy name
	Attached    map[string]string // by policy ARN
	BoundaryARN string
	Boundary    string
	Tags        map[string]string
}

// ARN is the role's ARN, with its path.
func (r *Role) ARN() string { return "arn:aws:iam::" + Account + ":role" + r.path() + r.Name }

func (r *Role) path() string {
	if r.Path == "" {
		return "/"
	}
	return r.Path
}

// A Request is one request as it came in.
type Request struct {
	Operation string
	Form      url.Values
}

// New starts an endpoint with some roles.
func New(t testing.TB, roles ...*Role) *Endpoint {
	t.Helper()
	e := &Endpoint{roles: map[string]*Role{}, denied: map[string]bool{}}
	for _, r := range roles {
		if r.Inline == nil {
			r.Inline = map[string]string{}
		}
		e.roles[r.Name] = r
	}
	server := httptest.NewServer(http.HandlerFunc(e.serve))
	t.Cleanup(server.Close)
	e.URL = server.URL
	return e
}

// Deny makes the endpoint refuse operations, by IAM action, as IAM does.
func (e *Endpoint) Deny(actions ...string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, a := range actions {
		e.denied[a] = true
	}
}

// Asked lists the requests for an operation.
func (e *Endpoint) Asked(operation string) []Request {
	e.mu.Lock()
	defer e.mu.Unlock()
	var list []Request
	for _, r := range e.asked {
		if r.Operation == operation {
			list = append(list, r)
		}
	}
	return list
}

// Inline returns an inline policy of a role as it is now, "" for none.
func (e *Endpoint) Inline(role, name string) string {
	e.mu.Lock()
	defer e.mu.Unlock()
	if r := e.roles[role]; r != nil {
		return r.Inline[name]
	}
	return ""
}

// Change changes what the endpoint knows between two requests.
func (e *Endpoint) Change(f func(roles map[string]*Role)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	f(e.roles)
}

// Config is the SDK's configuration for the endpoint.
func (e *Endpoint) Config() aws.Config {
	return aws.Config{
		Region: Region, BaseEndpoint: aws.String(e.URL),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: "secret", Source: "iamtest"}, nil
		}),
	}
}

// Env is the environment that leads a program to the endpoint.
func (e *Endpoint) Env() []string {
	return []string{
		"AWS_ENDPOINT_URL=" + e.URL, "AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY=secret", "AWS_SESSION_TOKEN=",
		"AWS_REGION=" + Region, "AWS_PROFILE=", "AWS_CONFIG_FILE=" + os.DevNull, "AWS_SHARED_CREDENTIALS_FILE=" + os.DevNull,
		"AWS_EC2_METADATA_DISABLED=true",
	}
}

// failure is an error of the Query protocol.
type failure struct {
	status        int
	code, message string
}

func invalid(format string, args ...any) *failure {
	return &failure{http.StatusBadRequest, "InvalidInput", fmt.Sprintf(format, args...)}
}

func noSuchEntity(format string, args ...any) *failure {
	return &failure{http.StatusNotFound, "NoSuchEntity", fmt.Sprintf(format, args...)}
}

// operations by name: the service of their action, and the answer's Result.
var operations = map[string]struct {
	service string
	do      func(*Endpoint, url.Values) (any, *failure)
}{
	"GetCallerIdentity":          {"", (*Endpoint).getCallerIdentity},
	"DecodeAuthorizationMessage": {"sts", (*Endpoint).decodeAuthorizationMessage},
	"GetRole":                    {"iam", (*Endpoint).getRole},
	"ListRolePolicies":           {"iam", (*Endpoint).listRolePolicies},
	"GetRolePolicy":              {"iam", (*Endpoint).getRolePolicy},
	"PutRolePolicy":              {"iam", (*Endpoint).putRolePolicy},
	"DeleteRolePolicy":           {"iam", (*Endpoint).deleteRolePolicy},
	"ListAttachedRolePolicies":   {"iam", (*Endpoint).listAttachedRolePolicies},
	"GetPolicy":                  {"iam", (*Endpoint).getPolicy},
	"GetPolicyVersion":           {"iam", (*Endpoint).getPolicyVersion},
	"UpdateAssumeRolePolicy":     {"iam", (*Endpoint).updateAssumeRolePolicy},
	"SimulatePrincipalPolicy":    {"iam", (*Endpoint).simulatePrincipalPolicy},
}

func (e *Endpoint) serve(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	form, _ := url.ParseQuery(string(body))
	operation := form.Get("Action")
	e.mu.Lock()
	defer e.mu.Unlock()
	e.asked = append(e.asked, Request{operation, form})
	w.Header().Set("Content-Type", "text/xml")
	op, ok := operations[operation]
	if !ok {
		fail(w, &failure{http.StatusBadRequest, "InvalidAction", "Could not find operation " + operation})
		return
	}
	if action := op.service + ":" + operation; e.denied[action] {
		fail(w, &failure{http.StatusForbidden, "AccessDenied", fmt.Sprintf("User: %s is not authorized to perform: %s on resource: %s because no identity-based policy allows the %s action", Caller, action, "*", action)})
		return
	}
	result, failed := op.do(e, form)
	if failed != nil {
		fail(w, failed)
		return
	}
	_ = xml.NewEncoder(w).Encode(response{XMLName: xml.Name{Local: operation + "Response"}, Result: element{operation + "Result", result}})
}

type response struct {
	XMLName xml.Name
	Result  element
}

// element encodes a value under a name of its own.
type element struct {
	name  string
	value any
}

// MarshalXML writes the value under the element's name.
func (x element) MarshalXML(e *xml.Encoder, _ xml.StartElement) error {
	start := xml.StartElement{Name: xml.Name{Local: x.name}}
	if x.value == nil {
		return e.EncodeElement("", start)
	}
	return e.EncodeElement(x.value, start)
}

func fail(w http.ResponseWriter, f *failure) {
	w.WriteHeader(f.status)
	type fault struct {
		Type, Code, Message string
	}
	_ = xml.NewEncoder(w).Encode(struct {
		XMLName xml.Name `xml:"ErrorResponse"`
		Error   fault
	}{Error: fault{"Sender", f.code, f.message}})
}

// members reads "Name.member.N".
func members(form url.Values, name string) []string {
	var list []string
	for n := 1; form.Has(fmt.Sprintf("%s.member.%d", name, n)); n++ {
		list = append(list, form.Get(fmt.Sprintf("%s.member.%d", name, n)))
	}
	return list
}

// page cuts a list as Marker and MaxItems ask: the part, and the next marker.
func page[T any](e *Endpoint, form url.Values, list []T) (part []T, next string) {
	size, from := e.PageSize, 0
	if size == 0 {
		size = 100
	}
	_, _ = fmt.Sscan(form.Get("Marker"), &from)
	_, _ = fmt.Sscan(form.Get("MaxItems"), &size)
	from = min(max(from, 0), len(list))
	end := min(from+max(size, 1), len(list))
	if end < len(list) {
		next = fmt.Sprint(end)
	}
	return list[from:end], next
}

// encoded is a document as IAM sends it: RFC 3986.
func encoded(document string) string {
	return strings.ReplaceAll(url.QueryEscape(document), "+", "%20")
}

func sorted(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }
