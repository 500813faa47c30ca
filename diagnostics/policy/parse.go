package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// maxSize is far above what AWS accepts for any policy (S3: 20 KB).
const maxSize = 1 << 20

// Parse reads a policy document. The error names the statement and element
// that IAM would not accept, and the line.
func Parse(src []byte) (*Document, error) {
	if len(src) > maxSize {
		return nil, fmt.Errorf("policy document: %d bytes; AWS accepts no policy of more than %d", len(src), maxSize)
	}
	d := &Document{Version: "2008-10-17"}
	var found bool
	err := object(src, 0, func(key string, raw []byte, at int) error {
		switch key {
		case "Version":
			return str(raw, &d.Version)
		case "Id":
			return str(raw, &d.ID)
		case "Statement":
			found = true
			return d.statements(src, raw, at)
		}
		return errors.New("IAM knows no such element; a policy has Version, Id and Statement")
	})
	if err == nil && !found {
		err = errors.New("the policy has no Statement")
	}
	if err != nil {
		return nil, fmt.Errorf("policy document: %w", err)
	}
	for i := range d.Statements {
		if err := d.Statements[i].compile(d.Version == "2012-10-17"); err != nil {
			s := &d.Statements[i]
			return nil, fmt.Errorf("policy document: statement %d (line %d): %w", i+1, s.Span.Line, err)
		}
	}
	return d, nil
}

// statements reads one statement or a list of them; at is the offset of raw in src.
func (d *Document) statements(src, raw []byte, at int) error {
	if len(raw) > 0 && raw[0] == '{' {
		return d.statement(src, raw, at)
	}
	return array(raw, func(item []byte, offset int) error { return d.statement(src, item, at+offset) })
}

func (d *Document) statement(src, raw []byte, at int) error {
	s := Statement{Index: len(d.Statements), Span: span(src, at, at+len(raw))}
	err := object(raw, at, s.element)
	if err != nil {
		return fmt.Errorf("statement %d (line %d): %w", s.Index+1, s.Span.Line, err)
	}
	if s.Effect != Allow && s.Effect != Deny {
		return fmt.Errorf("statement %d (line %d): Effect is %q, not Allow or Deny", s.Index+1, s.Span.Line, s.Effect)
	}
	d.Statements = append(d.Statements, s)
	return nil
}

// element reads one element of a statement.
func (s *Statement) element(key string, raw []byte, _ int) (err error) {
	switch key {
	case "Sid":
		return str(raw, &s.Sid)
	case "Effect":
		return str(raw, (*string)(&s.Effect))
	case "Action":
		s.action, err = patterns(raw, strings.ToLower)
	case "NotAction":
		s.notAction, err = patterns(raw, strings.ToLower)
	case "Resource":
		s.resource, err = patterns(raw, nil)
	case "NotResource":
		s.notResource, err = patterns(raw, nil)
	case "Principal":
		s.principal, err = parsePrincipals(raw)
	case "NotPrincipal":
		s.notPrincipal, err = parsePrincipals(raw)
	case "Condition":
		s.conditions, err = parseConditions(raw)
	default:
		return errors.New("IAM knows no such element of a statement")
	}
	return err
}

// compile prepares the patterns and conditions for evaluation.
func (s *Statement) compile(variables bool) error {
	for _, list := range [...][]pattern{s.action, s.notAction} {
		for i := range list {
			list[i].compile(false)
		}
	}
	for _, list := range [...][]pattern{s.resource, s.notResource} {
		for i := range list {
			list[i].compile(variables)
		}
	}
	if s.action != nil && s.notAction != nil {
		return errors.New("both Action and NotAction")
	}
	if s.resource != nil && s.notResource != nil {
		return errors.New("both Resource and NotResource")
	}
	if s.principal != nil && s.notPrincipal != nil {
		return errors.New("both Principal and NotPrincipal")
	}
	for i := range s.conditions {
		s.conditions[i].compile(variables)
	}
	return nil
}

// object calls f for each member of a JSON object with the value's offset: in
// the object, plus base. Names that occur twice are refused, as IAM does.
func object(raw []byte, base int, f func(key string, raw []byte, at int) error) error {
	dec := json.NewDecoder(bytes.NewReader(raw))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return fmt.Errorf("an object is expected: %w", orSyntax(err))
	}
	seen := map[string]bool{}
	for dec.More() {
		t, err := dec.Token()
		key, _ := t.(string)
		if err != nil {
			return orSyntax(err)
		}
		if seen[key] {
			return fmt.Errorf("%s occurs twice", key)
		}
		seen[key] = true
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return fmt.Errorf("%s: %w", key, orSyntax(err))
		}
		if err := f(key, value, base+int(dec.InputOffset())-len(value)); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
	}
	if _, err := dec.Token(); err != nil {
		return orSyntax(err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("text follows the object")
	}
	return nil
}

// array calls f for each item of a JSON array with its offset in raw.
func array(raw []byte, f func(item []byte, at int) error) error {
	dec := json.NewDecoder(bytes.NewReader(raw))
	if t, err := dec.Token(); err != nil || t != json.Delim('[') {
		return fmt.Errorf("a list is expected: %w", orSyntax(err))
	}
	for dec.More() {
		var item json.RawMessage
		if err := dec.Decode(&item); err != nil {
			return orSyntax(err)
		}
		if err := f(item, int(dec.InputOffset())-len(item)); err != nil {
			return err
		}
	}
	return nil
}

var errSyntax = errors.New("not JSON of this form")

func orSyntax(err error) error {
	if err == nil || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errSyntax
	}
	return err
}

func str(raw []byte, to *string) error {
	if err := json.Unmarshal(raw, to); err != nil {
		return fmt.Errorf("a string is expected, found %s", brief(raw))
	}
	return nil
}

// list reads a string or a list of strings; scalars admits numbers and
// booleans too, which conditions may hold.
func list(raw []byte, scalars bool) ([]string, error) {
	if len(raw) > 0 && raw[0] == '[' {
		out := []string{}
		err := array(raw, func(item []byte, _ int) error {
			v, err := scalar(item, scalars)
			out = append(out, v)
			return err
		})
		return out, err
	}
	v, err := scalar(raw, scalars)
	return []string{v}, err
}

func scalar(raw []byte, any bool) (string, error) {
	var s string
	switch {
	case len(raw) > 0 && raw[0] == '"':
		return s, json.Unmarshal(raw, &s)
	case any && len(raw) > 0 && raw[0] != '{' && raw[0] != '[' && raw[0] != 'n':
		return string(raw), nil
	}
	if len(raw) > 0 && raw[0] == '{' {
		return "", fmt.Errorf("a string is expected, found %s; resolve intrinsic functions first", brief(raw))
	}
	return "", fmt.Errorf("a string is expected, found %s", brief(raw))
}

func brief(raw []byte) string {
	const most = 40
	if len(raw) > most {
		return string(bytes.ToValidUTF8(raw[:most], nil)) + "…"
	}
	return string(raw)
}

// span computes lines and columns, in characters.
func span(src []byte, from, to int) Span {
	s := Span{Offset: from, End: to}
	s.Line, s.Column = position(src, from)
	s.EndLine, s.EndColumn = position(src, to)
	return s
}

func position(src []byte, at int) (line, column int) {
	before := src[:at]
	start := bytes.LastIndexByte(before, '\n') + 1
	return bytes.Count(before, []byte{'\n'}) + 1, utf8.RuneCount(before[start:]) + 1
}
