package check

import (
	"errors"
	"strings"

	"firstaid/diagnostics/template"
)

// handling is what becomes of an OpenAPI document on its way to API Gateway.
type handling uint8

const (
	inline   handling = iota // stands in the template
	included                 // AWS::Include puts it there: intrinsics work, in long form only
	uploaded                 // goes to S3 and is imported as it is: intrinsics are not looked at (aws/serverless-application-model#160)
)

// body is an API's OpenAPI document, in the template or in a file of its own.
type body struct {
	of   *template.Resource
	doc  *template.Document
	root *template.Node
	path []string // of root, in doc
	how  handling
	http bool // of an HTTP API
}

// at is the path of a value below the document's root.
func (b body) at(keys ...string) []string { return append(append([]string{}, b.path...), keys...) }

// bodyKeys are the properties of an API that hold its OpenAPI document and that name a file with it.
func bodyKeys(kind string) (hold, name string, http bool) {
	switch kind {
	case "AWS::Serverless::Api", "AWS::Serverless::HttpApi":
		return "DefinitionBody", "DefinitionUri", kind == "AWS::Serverless::HttpApi"
	case "AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api":
		return "Body", "BodyS3Location", kind == "AWS::ApiGatewayV2::Api"
	}
	return "", "", false
}

// readBodies finds the OpenAPI documents of all APIs. An API that has one which can't be read here is noted with
// a body without root.
func (s *scope) readBodies() {
	s.bodies = map[string]body{}
	for _, r := range s.t.Resources() {
		hold, name, http := bodyKeys(r.Type)
		if hold == "" {
			continue
		}
		b := body{of: r, http: http}
		if n := r.Property(hold); !n.Missing() {
			s.readHeld(&b, n, hold)
		} else if n := r.Property(name); !n.Missing() {
			text, _ := n.Str()
			b.how = uploaded
			b.doc, b.root = s.external(s.t.Name, text)
		} else {
			continue
		}
		s.bodies[r.ID] = b
	}
}

// readHeld takes a document in the template, or the file that AWS::Include puts there.
func (s *scope) readHeld(b *body, n *template.Node, key string) {
	include := n.Get("Fn::Transform")
	if n.Fn == "Fn::Transform" {
		include = n.Arg
	}
	switch {
	case include != nil && len(n.Entries()) < 2:
		if where, ok := include.At("Parameters", "Location").Str(); ok && include.Get("Name").Is("AWS::Include") {
			b.how = included
			b.doc, b.root = s.external(s.t.Name, where)
		}
	case include == nil && n.IsMap():
		b.doc, b.root, b.path = &s.t.Document, n, properties(b.of, key)
	}
}

// partial reports a document that takes parts of it from elsewhere, so that not all of its routes are known.
func (b body) partial() bool {
	found := false
	template.Walk(b.root, func(n *template.Node, p template.Place) bool {
		found = found || n.Fn == "Fn::Transform" || p.Key && n.Text == "Fn::Transform"
		return !found
	})
	return found
}

// unknown reports an API whose OpenAPI document exists but can't be read here.
func (s *scope) unknown(api string) bool {
	b, has := s.bodies[api]
	return has && b.root == nil
}

// external reads an OpenAPI document that a template names by a path inside the project. What is no local file, is
// too large or is no OpenAPI document is left alone; a file that does not parse is a finding of its own.
func (p *Project) external(from, where string) (*template.Document, *template.Node) {
	if where == "" || strings.Contains(where, "://") {
		return nil, nil
	}
	src, at, ok := p.beside(from, where)
	if !ok {
		return nil, nil
	}
	d, read := p.outside[at]
	if !read {
		var err error
		d, err = template.ParseDocument(at, src)
		var e *template.Error
		if errors.As(err, &e) && e.Reason == template.Syntax && p.docs[at] == nil {
			p.broken = append(p.broken, e)
			p.Contents[at] = src
		}
		if err != nil || !d.Root.Get("paths").IsMap() {
			d = nil
		} else if p.docs[at] == nil {
			p.docs[at], p.Contents[at] = d, src
		}
		p.outside[at] = d
	}
	if d == nil {
		return nil, nil
	}
	return d, d.Root
}
