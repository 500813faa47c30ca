package collect

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/smithy-go"

	"firstaid/diagnostics"
)

// plain asks services of which one or two calls are wanted, without their
// whole SDK: it signs a request, sends it and hands out the body. Calls are
// limited and counted like all others.
type plain struct {
	cfg    aws.Config
	limits *limits
}

// maxAnswer bounds what is read of one answer.
const maxAnswer = 8 << 20

// A question is one POST request.
type question struct {
	service, operation string // ec2, DescribeSubnets
	contentType        string
	target             string // X-Amz-Target of JSON services
	body               []byte
}

// ask sends a question once more when it is throttled or the service fails.
func (p *plain) ask(ctx context.Context, q question) ([]byte, error) {
	const attempts = 3
	for attempt := 1; ; attempt++ {
		if err := p.limits.wait(ctx, q.service, q.operation); err != nil {
			return nil, err
		}
		body, err := p.send(ctx, q)
		if m, ok := ctx.Value(meterKey{}).(*meter); ok {
			m.count(q.service, q.operation, err)
		}
		var api smithy.APIError
		again := err != nil && (isThrottle(err) || errors.As(err, &api) && api.ErrorFault() == smithy.FaultServer)
		if !again || attempt == attempts {
			return body, err
		}
		if err := sleep(ctx, 200*time.Millisecond<<attempt); err != nil {
			return nil, err
		}
	}
}

func (p *plain) send(ctx context.Context, q question) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, p.address(q.service), bytes.NewReader(q.body))
	if err != nil {
		return nil, fmt.Errorf("ask %s: %w", q.service, err)
	}
	request.Header.Set("Content-Type", q.contentType)
	if q.target != "" {
		request.Header.Set("X-Amz-Target", q.target)
	}
	if p.cfg.Credentials == nil {
		return nil, &Error{Problem: NoCredentials, Sentence: "there are no AWS credentials"}
	}
	credentials, err := p.cfg.Credentials.Retrieve(ctx)
	if err != nil {
		return nil, fmt.Errorf("get credentials: %w", err)
	}
	sum := sha256.Sum256(q.body)
	if err := v4.NewSigner().SignHTTP(ctx, credentials, request, hex.EncodeToString(sum[:]), q.service, p.cfg.Region, time.Now()); err != nil {
		return nil, fmt.Errorf("sign a request to %s: %w", q.service, err)
	}
	return p.do(request)
}

func (p *plain) do(request *http.Request) ([]byte, error) {
	var client aws.HTTPClient = http.DefaultClient
	if p.cfg.HTTPClient != nil {
		client = p.cfg.HTTPClient
	}
	answer, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusOK {
		return nil, refusedAnswer(answer.StatusCode, answer.Header.Get("X-Amzn-Errortype"), body)
	}
	return body, nil
}

// address is the service's endpoint; a variable, the profile or --endpoint-url
// may name another one.
func (p *plain) address(service string) string {
	if own := os.Getenv("AWS_ENDPOINT_URL_" + strings.ToUpper(service)); own != "" {
		return own
	}
	if p.cfg.BaseEndpoint != nil {
		return *p.cfg.BaseEndpoint
	}
	suffix := "amazonaws.com"
	if strings.HasPrefix(p.cfg.Region, "cn-") {
		suffix = "amazonaws.com.cn"
	}
	return "https://" + service + "." + p.cfg.Region + "." + suffix + "/"
}

// refusedAnswer reads the code and message of an error in XML or JSON.
func refusedAnswer(status int, kind string, body []byte) error {
	e := &smithy.GenericAPIError{Code: kind, Message: http.StatusText(status), Fault: smithy.FaultClient}
	if status >= http.StatusInternalServerError {
		e.Fault = smithy.FaultServer
	}
	var ec2 struct {
		Code    string `xml:"Errors>Error>Code"`
		Message string `xml:"Errors>Error>Message"`
	}
	var query struct {
		Code    string `xml:"Error>Code"`
		Message string `xml:"Error>Message"`
	}
	var object struct {
		Type    string `json:"__type"`
		Message string `json:"message"`
		Other   string `json:"Message"`
	}
	switch {
	case xml.Unmarshal(body, &ec2) == nil && ec2.Code != "":
		e.Code, e.Message = ec2.Code, ec2.Message
	case xml.Unmarshal(body, &query) == nil && query.Code != "":
		e.Code, e.Message = query.Code, query.Message
	case json.Unmarshal(body, &object) == nil && object.Type != "":
		e.Code, e.Message = object.Type[strings.LastIndexByte(object.Type, '#')+1:], firstOf(object.Message, object.Other)
	}
	e.Code = firstOf(e.Code, fmt.Sprintf("HTTP%d", status))
	return e
}

// aside records that something beside the matter could not be read: it never
// ends the reading, whatever the reason.
func (r *reading) aside(of diagnostics.Ref, operation, service string, err error) {
	switch {
	case err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded):
	case problemOf(err) == Denied:
		r.unread(of, operation, service, err)
	default:
		r.skipped(of, r.explain(err).Sentence)
	}
}
