package diagnostics

import (
	"regexp"
	"strings"
)

// Layer is one wrapper of an error message: who passed it on, and what was
// inside.
type Layer struct {
	// Wrapper says which tool or service wrote the layer; empty for the
	// innermost text.
	Wrapper string            `json:"wrapper,omitempty"`
	Fields  map[string]string `json:"fields,omitempty"`
	// Text is what the layer holds, inner layers included.
	Text string `json:"text"`
	// From and To are the offsets of Text in the text given to Unwrap.
	From int `json:"-"`
	To   int `json:"-"`
}

// wrapper recognises one way to pass an error on. The group named inner is
// what it passed on; the other groups are kept for display.
type wrapper struct {
	name    string
	hint    string // in lower case; without it the pattern cannot match
	pattern *regexp.Regexp
}

// The tail of an AWS error: (Service: X; Status Code: 400; Error Code: Y; ...),
// with commas since the handlers of 2020.
const awsTail = `\s*\(Service: (?P<service>[^;,)]+)[;,] Status Code: (?P<status>\d+)(?:[;,] Error Code: (?P<code>[^;,)]+))?[^)]*\)?`

var wrappers = []wrapper{
	{"sam deploy", "create changeset", regexp.MustCompile(`(?i)Failed to create changeset for the stack: (?P<stack>[^,]+), (?:ex: )?.*?Reason: (?P<inner>.+)`)},
	{"sam deploy", "create/update the stack", regexp.MustCompile(`(?i)Failed to create/update the stack: (?P<stack>[^,]+), (?P<inner>An error occurred.+)`)},
	{"SAM transform", "invalid serverless application", regexp.MustCompile(`(?i)Invalid Serverless Application Specification document\. Number of errors found: (?P<errors>\d+)\. (?:Resource with id \[(?P<resource>[^\]]+)\] is invalid\. )?(?P<inner>.+)`)},
	{"nested stack", "embedded stack", regexp.MustCompile(`(?i)Embedded stack (?:(?P<stack>arn:\S+) )?was not successfully (?:created|updated|deleted): (?P<inner>.+)`)},
	{"custom resource", "received response status", regexp.MustCompile(`(?i)Received response status \[FAILED\] from custom resource\. Message returned: (?P<inner>.+?)(?: \(RequestId: (?P<request>[^)]*)\))?$`)},
	{"custom resource", "resource. ", regexp.MustCompile(`(?i)Failed to (?:create|update|delete) resource\. (?P<inner>.+)`)},
	{"CloudFormation handler", "handler returned message", regexp.MustCompile(`(?i)Resource handler returned message: "(?P<inner>.+?)"? \(RequestToken: [^,)]*(?:, HandlerErrorCode: (?P<code>\w+))?\)`)},
	{"CloudFormation handler", "handler returned message", regexp.MustCompile(`(?i)Resource handler returned message: "?(?P<inner>.+)`)},
	{"Serverless Framework", "an error occurred: ", regexp.MustCompile(`(?i)An error occurred: (?P<resource>\w+) - (?P<inner>.+)`)},
	{"botocore", "when calling the", regexp.MustCompile(`(?i)An error occurred \((?P<code>[\w.]+)\) when calling the (?P<operation>\w+) operation(?: \(reached max retries: \d+\))?: (?P<inner>.+)`)},
	{"AWS CLI", "a client error", regexp.MustCompile(`(?i)A client error \((?P<code>[\w.]+)\) occurred when calling the (?P<operation>\w+) operation: (?P<inner>.+)`)},
	{"Go SDK", "operation error", regexp.MustCompile(`(?i)operation error (?P<service>[\w ]+): (?P<operation>\w+), (?:exceeded maximum number of attempts, \d+, )?https response error StatusCode: (?P<status>\d+), RequestID: [^,]*, (?:HostID: [^,]*, )?(?:api error )?(?P<code>\w+): (?P<inner>.+)`)},
	{"Lambda runtime", "\"errormessage\"", regexp.MustCompile(`(?i)"errorMessage"\s*:\s*"(?:RequestId: [\w-]+ )?(?:Error: )?(?P<inner>.+?)"\s*[,}]`)},
	{"exception", " ---> ", regexp.MustCompile(` ---> (?P<inner>.+)`)},
	{"exception", "caused by: ", regexp.MustCompile(`\bCaused by: (?P<code>[\w.$]+): (?P<inner>.+)`)},
	{"exception", "exception", regexp.MustCompile(`(?P<inner>.+) (?:During handling of the above exception, another exception occurred|The above exception was the direct cause of the following exception):`)},
	{"AWS SDK", "(service: ", regexp.MustCompile(`(?i)(?:(?P<exception>(?:com\.amazonaws|software\.amazon\.awssdk)\.[\w.]+): )?(?P<inner>.+?)` + awsTail)},
}

// nextError is the beginning of another message, which the one before it does
// not wrap: that one has come to its full stop.
var nextError = regexp.MustCompile(`[.!] (?:(?i:error): ?)?(?:An error occurred|A client error) \(`)

// Unwrap takes the wrappers off a normalised message, outermost first. The
// last layer is the innermost text; it is the text itself where nothing wraps
// it. Every layer is kept for display. A text too long for a message is its own
// only layer.
func Unwrap(text string) []Layer {
	from, to := 0, len(text)
	var layers []Layer
	for len(layers) < 16 && len(text) <= maxMessage {
		w, at := outermost(text[from:to])
		if at == nil {
			break
		}
		layer := Layer{Wrapper: w.name, Text: text[from:to], From: from, To: to, Fields: map[string]string{}}
		inner := w.pattern.SubexpIndex("inner")
		for i, name := range w.pattern.SubexpNames() {
			if name != "" && i != inner && at[2*i] >= 0 {
				layer.Fields[name] = text[from+at[2*i] : from+at[2*i+1]]
			}
		}
		layers = append(layers, layer)
		from, to = from+at[2*inner], from+at[2*inner+1]
		if next := nextError.FindStringIndex(text[from:to]); next != nil {
			to = from + next[0] + 1
		}
	}
	return append(layers, Layer{Text: text[from:to], From: from, To: to})
}

// maxMessage is more than any error message holds, stack trace included.
const maxMessage = 256 << 10

// outermost finds the wrapper that begins first; of two at one place the
// earlier of the list. The tail of an AWS error says nothing about where its
// message begins, so it counts only when there is nothing else.
func outermost(text string) (wrapper, []int) {
	var first wrapper
	var at []int
	low := strings.ToLower(text)
	for _, w := range wrappers {
		if w.name == "AWS SDK" && at != nil || !strings.Contains(low, w.hint) {
			continue
		}
		if m := w.pattern.FindStringSubmatchIndex(text); m != nil && (at == nil || m[0] < at[0]) {
			first, at = w, m
		}
	}
	return first, at
}
