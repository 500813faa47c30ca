// Package proposal turns denials into the smallest grant that would have
// allowed them, and says when there should be none.
//
// A denial is a text, and a text can be written by anybody. So every rule here
// either stops a proposal, or marks it as one that a single key must not apply
// (the red list); what passes both is still only a proposal, to be simulated
// and confirmed. Nothing widens a resource but the rule of its service.
package proposal

import (
	"strings"

	"firstaid/diagnostics"
	"firstaid/diagnostics/denial"
)

// Known is what is known about the application apart from the denial. What is
// missing here makes a proposal more careful, never wider.
type Known struct {
	Partition string // "aws" when empty
	Account   string // of the stack
	Region    string
	Role      string   // name of the function's role, as Lambda has it; empty: not read
	Functions []string // names of the stack's functions
	Resources []Resource
	// Referenced holds values of environment variables, parameters and
	// mappings: a resource they name is meant by the application.
	Referenced []string
	// Existing holds ARNs that a Describe call has found outside the stack.
	Existing []string
	// Services lists the IAM prefixes that occur in the function's code or
	// environment; nil: not looked at.
	Services []string
	// Keys maps the ARN of a resource to its KMS key's ARN.
	Keys map[string]string
	// PassedTo is the service a role is passed to, for iam:PassRole.
	PassedTo string
	// Date goes into the statement's Sid, "20261122"; may be empty.
	Date string
}

// Resource is a resource of the stack.
type Resource struct {
	LogicalID string
	Type      string // "AWS::DynamoDB::Table"
	ARN       string
}

// Proposal is a grant, or the reasons for none.
type Proposal struct {
	Role       string      `json:"role,omitempty"`
	Statements []Statement `json:"statements,omitempty"`
	// Companions are grants that the same code will need next. They are offered
	// one by one, never added silently.
	Companions []Companion `json:"companions,omitempty"`
	// Template is the SAM policy template that grants the same, where one does
	// without much excess.
	Template *Template `json:"template,omitempty"`
	// Managed is the AWS managed policy made for this case.
	Managed *Managed `json:"managed,omitempty"`
	// Stops are the rules that speak against a grant. With one, the denial it
	// speaks of has no statement.
	Stops []Finding `json:"stops,omitempty"`
	// Ask is a text for the owner of the policy that blocks, where that is
	// somebody else's: an SCP, a boundary, a Deny. It quotes the message, which
	// may hold anything: sanitise it before it reaches a terminal.
	Ask []diagnostics.Text `json:"ask,omitempty"`
	// Red are the rules that want the person to type a confirmation.
	Red []Finding `json:"red,omitempty"`
	// Meant lists resources of the stack that the denial may have meant: for a
	// wrong name, or where it names none.
	Meant []Resource `json:"meant,omitempty"`
	// Wanted and Controls are what the grant is to be tried on before it is
	// applied: pairs that have to become allowed, and pairs that must not.
	Wanted   []Wanted         `json:"wanted,omitempty"`
	Controls []Control        `json:"controls,omitempty"`
	Radius   diagnostics.Text `json:"radius"`
}

// Finding is a rule that applies, and to which action and resource.
type Finding struct {
	Rule     Rule             `json:"rule"`
	Action   string           `json:"action,omitempty"`
	Resource string           `json:"resource,omitempty"`
	Text     diagnostics.Text `json:"text"`
}

// Companion is an optional grant and why it may be wanted.
type Companion struct {
	Statement
	Why diagnostics.Text `json:"why"`
}

// SingleKey reports whether one key may confirm the proposal: there is a grant
// and no rule speaks against it.
func (p *Proposal) SingleKey() bool {
	return len(p.Statements) > 0 && len(p.Stops) == 0 && len(p.Red) == 0
}

// For proposes a grant for denials of one role. Denials of other roles than
// the first one's are stopped.
func For(denials []denial.Denial, known Known) Proposal {
	if known.Partition == "" {
		known.Partition = partitionOf(denials)
	}
	b := builder{known: known}
	for i := range denials {
		b.denial(&denials[i])
	}
	return b.build()
}

// partitionOf is the partition that the denials themselves speak of, for texts
// of which nothing else is known.
func partitionOf(denials []denial.Denial) string {
	for _, d := range denials {
		for _, arn := range [...]string{d.Principal, d.Resource} {
			if p := arnField(arn, 1); strings.HasPrefix(p, "aws") {
				return p
			}
		}
	}
	return "aws"
}

// builder gathers the grants of several denials.
type builder struct {
	known  Known
	out    Proposal
	grants []grant
}

// grant is one action on one resource, checked.
type grant struct {
	action string
	arn    string // resolved; "*" where the action has no resource type
	of     *denial.Denial
}

func (b *builder) stop(r Rule, action, resource string) {
	b.out.Stops = appendFinding(b.out.Stops, r, action, resource)
}

func (b *builder) red(r Rule, action, resource string) {
	b.out.Red = appendFinding(b.out.Red, r, action, resource)
}

func appendFinding(list []Finding, r Rule, action, resource string) []Finding {
	for _, f := range list {
		if f.Rule == r && f.Action == action && f.Resource == resource {
			return list
		}
	}
	return append(list, Finding{r, action, resource, r.Text()})
}

// denial checks one denial and takes its grants.
func (b *builder) denial(d *denial.Denial) {
	if r, stopped := b.stopped(d); stopped {
		b.stop(r, d.Action, d.Resource)
		if text := ask(r, d); !text.IsZero() {
			b.out.Ask = append(b.out.Ask, text)
		}
		if r == RuleMissingKey {
			b.offerListing(d)
		}
		return
	}
	if b.out.Role == "" {
		b.out.Role = d.Role
	}
	for _, action := range d.Actions() {
		b.action(d, action)
	}
}

// action checks one action of a denial.
func (b *builder) action(d *denial.Denial, action string) {
	if r, stopped := checkAction(d, action); stopped {
		b.stop(r, action, d.Resource)
		return
	}
	arn, r, ok := b.resolve(d, action)
	if !ok {
		b.stop(r, action, d.Resource)
		return
	}
	b.redList(d, action, arn)
	b.grants = append(b.grants, grant{action, arn, d})
}

// build makes the statements out of the grants.
func (b *builder) build() Proposal {
	p := &b.out
	p.Statements = b.statements()
	if len(p.Statements) == 0 {
		return *p
	}
	p.Companions = append(p.Companions, b.companions()...)
	p.Template = b.template()
	p.Managed = b.managed()
	p.Wanted, p.Controls = b.wanted(), b.controls()
	p.Radius = radius(p.Statements, b.grants)
	return *p
}
