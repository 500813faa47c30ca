// Package policy reads IAM policy documents and evaluates requests against
// them locally: identity policies, permissions boundary, session policy, SCP
// and RCP levels, resource and VPC endpoint policies, in one account or two.
//
// The evaluation follows the IAM user guide ("Policy evaluation logic",
// "IAM JSON policy elements reference"). It is three-valued: a context key
// whose value is not known makes a condition Maybe and, where it matters, the
// decision Unknown; it is never taken for absent unless the caller says so.
package policy

// Effect is what a statement does when it matches.
type Effect string

// The effects, spelt as in a policy.
const (
	Allow Effect = "Allow"
	Deny  Effect = "Deny"
)

// Document is a policy document, compiled for evaluation. It is not changed
// after Parse and may be used by several goroutines.
type Document struct {
	Version    string // "2008-10-17" when the document names none: no policy variables then
	ID         string
	Statements []Statement
}

// Statement is one statement and where it stands in its document.
type Statement struct {
	Sid    string
	Effect Effect
	Index  int // 0-based
	Span   Span

	action, notAction     []pattern // lower case
	resource, notResource []pattern
	principal             *principals
	notPrincipal          *principals
	conditions            []condition
}

// Span is a part of a document: bytes [Offset, End), and the same as AWS
// counts it, line and column from 1, the end just after the last character.
type Span struct {
	Offset, End                      int
	Line, Column, EndLine, EndColumn int
}

// Actions returns the Action patterns, in lower case; NotActions those of NotAction.
func (s *Statement) Actions() []string { return texts(s.action) }

// NotActions returns the NotAction patterns, in lower case.
func (s *Statement) NotActions() []string { return texts(s.notAction) }

// Resources returns the Resource patterns.
func (s *Statement) Resources() []string { return texts(s.resource) }

// NotResources returns the NotResource patterns.
func (s *Statement) NotResources() []string { return texts(s.notResource) }

// Conditional reports whether the statement has conditions.
func (s *Statement) Conditional() bool { return len(s.conditions) > 0 }

func texts(list []pattern) []string {
	out := make([]string, len(list))
	for i := range list {
		out[i] = list[i].text
	}
	return out
}
