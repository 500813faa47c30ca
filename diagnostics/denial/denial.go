// Package denial reads the access-denied messages of AWS: who was denied what
// on which resource, by which kind of policy, and in which wrapper the message
// came. The grammar follows the IAM and S3 user guides (troubleshoot_access-denied,
// troubleshoot-403-errors) and the texts that services print in practice.
//
// A text is a claim, not a fact: a log line can be written by anybody. Nothing
// is added to it, what it does not say stays empty, and what makes it doubtful
// is listed in Doubts.
package denial

import (
	"strings"

	"firstaid/diagnostics/actions"
)

// PolicyType is the kind of policy a message names.
type PolicyType string

// The kinds of policy in AWS's messages. An empty PolicyType: not named.
const (
	IdentityBased       PolicyType = "identity-based"
	ResourceBased       PolicyType = "resource-based"
	PermissionsBoundary PolicyType = "permissions-boundary"
	SessionPolicy       PolicyType = "session"
	ServiceControl      PolicyType = "service-control"
	ResourceControl     PolicyType = "resource-control"
	VPCEndpoint         PolicyType = "vpc-endpoint"
	RoleTrust           PolicyType = "role-trust"
	S3BlockPublicAccess PolicyType = "s3-block-public-access"
	S3BlockedEncryption PolicyType = "s3-blocked-encryption"
	KMSAmbiguous        PolicyType = "kms-ambiguous"  // missing key, missing allow or explicit deny: the text cannot tell
	LakeFormation       PolicyType = "lake-formation" // a grant of Lake Formation, not of IAM
)

// Decision is how the request was denied.
type Decision string

// Unknown: the message gives no reason. Ambiguous: it gives several.
const (
	Unknown   Decision = "unknown"
	Implicit  Decision = "implicit" // no policy of the type allows
	Explicit  Decision = "explicit" // a Deny matched; for an SCP also a missing Allow (IAM user guide)
	Ambiguous Decision = "ambiguous"
)

// Confidence says how much of a denial the text states.
type Confidence string

// High: principal, a known action and no doubts. Medium: an action. Low: only
// that something was denied, or a text with doubts that change its meaning.
const (
	Low    Confidence = "low"
	Medium Confidence = "medium"
	High   Confidence = "high"
)

// Doubt is a reason not to take a text at its word.
type Doubt string

// The doubts. Wrapped is harmless: a value was broken over lines and joined.
const (
	Truncated         Doubt = "truncated"
	Wrapped           Doubt = "wrapped"
	Masked            Doubt = "masked"      // "***", "********9012"
	Placeholder       Doubt = "placeholder" // "<ACCOUNT_ID>"
	ControlCharacters Doubt = "control-characters"
	NonASCII          Doubt = "non-ascii" // where AWS allows ASCII only: a look-alike letter
	UnknownAction     Doubt = "unknown-action"
	WildcardAction    Doubt = "wildcard-action" // AWS names one action
	ActionMismatch    Doubt = "action-mismatch" // the reason names another action
)

// Denial is one access-denied message. Strings are as the text has them, with
// line breaks inside a value removed; Action is in AWS's spelling when known.
type Denial struct {
	Form Form `json:"form"`

	Principal     string        `json:"principal,omitempty"`
	PrincipalKind PrincipalKind `json:"principalKind,omitempty"`
	Account       string        `json:"account,omitempty"` // of the principal: digits, or empty
	Role          string        `json:"role,omitempty"`    // a name: the path is not part of an assumed-role ARN
	Session       string        `json:"session,omitempty"`

	Action      string   `json:"action,omitempty"`
	MoreActions []string `json:"moreActions,omitempty"` // of texts that name several at once
	Resource    string   `json:"resource,omitempty"`    // an ARN, "role X", a name, a URL

	PolicyType PolicyType `json:"policyType,omitempty"`
	Transitive PolicyType `json:"transitive,omitempty"` // "… transitively through a service control policy": the one to change
	Decision   Decision   `json:"decision"`
	PolicyARN  string     `json:"policyArn,omitempty"`
	Setting    string     `json:"setting,omitempty"` // BlockPublicAcls or BlockPublicPolicy

	EncodedMessage string `json:"encodedMessage,omitempty"` // for sts:DecodeAuthorizationMessage
	// Message is what EncodedMessage says, where it was decoded.
	Message         *Message `json:"message,omitempty"`
	AuthorizationID string   `json:"authorizationId,omitempty"`

	Code             string `json:"code,omitempty"`
	HandlerErrorCode string `json:"handlerErrorCode,omitempty"`
	HTTPStatus       int    `json:"httpStatus,omitempty"`
	Service          string `json:"service,omitempty"`   // IAM prefix of the service that answered, where the text names it
	Operation        string `json:"operation,omitempty"` // the SDK call

	Confidence Confidence `json:"confidence"`
	Doubts     []Doubt    `json:"doubts,omitempty"`
	Count      int        `json:"count"` // how often the text says it
	// Quote is the part of the given text that says so, byte for byte, control
	// characters included: sanitise it before it reaches a terminal.
	Quote  string `json:"quote"`
	Offset int    `json:"offset"` // of Quote in the text, in bytes
}

// Actions returns every action that the message names, in its order.
func (d *Denial) Actions() []string {
	if d.Action == "" {
		return nil
	}
	return append([]string{d.Action}, d.MoreActions...)
}

// Calls returns the actions that the denied SDK call needs, for messages that
// name only the operation: a hint, not a statement of the text.
func (d *Denial) Calls() []string {
	if d.Operation == "" {
		return nil
	}
	return actions.ForCall(d.Service, d.Operation)
}

// MissingKey reports S3's answer for an object that does not exist to a caller
// that may not list the bucket: 403 on s3:ListBucket instead of 404.
func (d *Denial) MissingKey() bool {
	if d.Action != "s3:ListBucket" {
		return false
	}
	switch d.Operation {
	case "GetObject", "HeadObject", "CopyObject", "GetObjectTagging", "GetObjectAttributes":
		return true
	}
	return false
}

// Dependency reports a call that one service made for another with the
// caller's rights, as S3 calls KMS for an encrypted object.
func (d *Denial) Dependency() bool {
	service, _, _ := cut(d.Action, ':')
	if service != "kms" {
		return false
	}
	if d.Service != "" {
		return d.Service != "kms"
	}
	if d.Operation == "" {
		return false
	}
	_, own := actions.Lookup("kms:" + d.Operation)
	return !own
}

// Doubtful reports whether the denial carries one of the doubts.
func (d *Denial) Doubtful(of ...Doubt) bool {
	for _, have := range d.Doubts {
		for _, want := range of {
			if have == want {
				return true
			}
		}
	}
	return false
}

func (d *Denial) doubt(x Doubt) {
	if !d.Doubtful(x) {
		d.Doubts = append(d.Doubts, x)
	}
}

func (d *Denial) grade() {
	switch {
	case d.Doubtful(ControlCharacters, NonASCII, WildcardAction, Placeholder, Masked), d.Action == "":
		d.Confidence = Low
	case d.Principal != "" && d.Form == FormCore && !d.Doubtful(Truncated, UnknownAction, ActionMismatch):
		d.Confidence = High
	default:
		d.Confidence = Medium
	}
}

// Parse returns every denial of a text in its order, the innermost message of
// nested wrappers, each once. nil: the text denies nothing that is known here.
func Parse(text string) []Denial {
	c := normalize(text)
	p := parser{clean: c, flat: strings.ReplaceAll(c.s, "\n", " ")}
	p.cores()
	p.rest()
	return p.denials()
}
