package template

import (
	"path"
	"slices"
	"strings"
)

// Template is a SAM or CloudFormation template with positions.
type Template struct {
	Document
	Transforms []string // names of the top-level Transform, in order
	Includes   []Include
	Declined   []Declined // what was seen and deliberately not interpreted

	resources   []*Resource
	byID        map[string]*Resource
	generated   []Generated
	generatedAt map[string]int
	edges       map[string][]Reference
	behind      map[string][]string // API to what its events lead to
}

// Resource is one entry of Resources. The resources that a Fn::ForEach makes have its variables in Loop
// and share their nodes.
type Resource struct {
	ID         string
	Type       string
	Key, Body  *Node
	Properties *Node             // nil when absent
	Loop       map[string]string // variable to value, for resources made by Fn::ForEach
	merged     *Node
}

// Include is text that CloudFormation or SAM pulls in from elsewhere and that is not looked at.
type Include struct {
	Node     *Node
	Location string // "" when it is not a plain text
}

// Declined is a construct that can't be decided without a deployment.
type Declined struct {
	Node   *Node
	Reason string
}

// Parse reads a template. It fails with an *Error when src is no YAML or JSON, or has no Resources map.
func Parse(name string, src []byte) (*Template, error) {
	d, err := ParseDocument(name, src)
	if err != nil {
		return nil, err
	}
	resources := d.Root.Get("Resources")
	if d.Root.Kind != Map || !resources.IsMap() {
		at := 0
		if resources != nil {
			at = resources.Start
		}
		return nil, d.fail(at, NotTemplate, "no Resources map at the top level: not a SAM or CloudFormation template")
	}
	t := &Template{Document: *d, byID: map[string]*Resource{}}
	t.readTransforms()
	t.readResources(resources, nil, 0)
	t.readIncludes()
	t.mergeGlobals()
	t.generated = t.generate()
	t.readReferences()
	return t, nil
}

func (t *Template) readTransforms() {
	node := t.Root.Get("Transform")
	for _, n := range append([]*Node{node}, node.List()...) {
		if s, ok := n.Str(); ok {
			t.Transforms = append(t.Transforms, s)
		} else if s, ok := n.Get("Name").Str(); ok {
			t.Transforms = append(t.Transforms, s)
		}
	}
}

// SAM reports whether the template asks for the Serverless transform.
func (t *Template) SAM() bool {
	return slices.ContainsFunc(t.Transforms, func(s string) bool { return strings.HasPrefix(s, "AWS::Serverless") })
}

// Resources lists the resources in source order, those of expanded loops included.
func (t *Template) Resources() []*Resource { return t.resources }

// Resource is the resource with this logical id in the file, or nil.
func (t *Template) Resource(id string) *Resource { return t.byID[id] }

// Parameter is the body of a template parameter, or nil.
func (t *Template) Parameter(name string) *Node { return t.Root.At("Parameters", name) }

// Known reports whether name can be used in Ref: a parameter, a resource, a pseudo parameter or an id
// that SAM makes.
func (t *Template) Known(name string) bool {
	if IsPseudo(name) || t.Parameter(name) != nil || t.byID[name] != nil {
		return true
	}
	_, ok := t.Origin(name)
	return ok
}

func (t *Template) readResources(n *Node, loop map[string]string, depth int) {
	for _, p := range n.Entries() {
		if strings.HasPrefix(p.Key.Text, "Fn::ForEach") {
			t.readLoop(p, loop, depth)
			continue
		}
		if !p.Value.IsMap() {
			if p.Key.Text == "Fn::Transform" || p.Value.Resolve().Fn != "" {
				t.Declined = append(t.Declined, Declined{p.Value, "resources that a transform makes are not known here"})
			}
			continue
		}
		body := p.Value.Resolve()
		r := &Resource{ID: substitute(p.Key.Text, loop), Key: p.Key, Body: body, Properties: body.Get("Properties").Resolve(), Loop: loop}
		r.Type, _ = body.Get("Type").Str()
		r.Type = substitute(r.Type, loop)
		if t.byID[r.ID] == nil {
			t.resources = append(t.resources, r)
		} else { // a duplicate key: the last one wins
			t.resources[slices.Index(t.resources, t.byID[r.ID])] = r
		}
		t.byID[r.ID] = r
	}
}

// maxLoop bounds what Fn::ForEach may expand to; CloudFormation takes 500 resources in a template.
const maxLoop = 500

// readLoop expands a Fn::ForEach over a literal list, or over a parameter's default list. Anything else
// is declined: its resources have names that only the deployment knows.
func (t *Template) readLoop(p Pair, outer map[string]string, depth int) {
	items := p.Value.List()
	name, ok := "", false
	if len(items) == 3 {
		name, ok = items[0].Str()
	}
	values := []string(nil)
	if ok {
		values, ok = t.collection(items[1], outer)
	}
	if !ok || depth > 4 {
		t.Declined = append(t.Declined, Declined{p.Key, "the values of this Fn::ForEach are not known before the deployment"})
		return
	}
	for _, v := range values {
		if len(t.resources) >= maxLoop {
			t.Declined = append(t.Declined, Declined{p.Key, "this Fn::ForEach makes more than 500 resources"})
			return
		}
		loop := map[string]string{name: v}
		for k, o := range outer {
			loop[k] = o
		}
		t.readResources(items[2], loop, depth+1)
	}
}

func (t *Template) collection(n *Node, loop map[string]string) ([]string, bool) {
	if ref, ok := n.Ref(); ok {
		text, ok := t.Parameter(ref).Get("Default").Str()
		if !ok {
			return nil, false
		}
		values := strings.Split(text, ",")
		for i := range values {
			values[i] = strings.TrimSpace(values[i])
		}
		return values, true
	}
	if n.List() == nil {
		return nil, false
	}
	var values []string
	for _, item := range n.List() {
		s, ok := item.Str()
		if ref, isRef := item.Ref(); isRef {
			s, ok = t.Parameter(ref).Get("Default").Str()
		}
		if !ok {
			return nil, false
		}
		values = append(values, substitute(s, loop))
	}
	return values, true
}

// substitute replaces loop variables: ${X}, and &{X}, which drops what logical ids can't hold.
func substitute(text string, loop map[string]string) string {
	for name, value := range loop {
		text = strings.ReplaceAll(text, "${"+name+"}", value)
		text = strings.ReplaceAll(text, "&{"+name+"}", strings.Map(alphanumeric, value))
	}
	return text
}

func alphanumeric(r rune) rune {
	if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
		return r
	}
	return -1
}

func (t *Template) readIncludes() {
	Walk(t.Root, func(n *Node, p Place) bool {
		body := n
		if n.Fn == "Fn::Transform" {
			body = n.Arg
		} else if inner := n.Get("Fn::Transform"); inner != nil && n.Fn == "" {
			body = inner
		} else {
			return true
		}
		if body.Get("Name").Is("AWS::Include") {
			where, _ := body.At("Parameters", "Location").Str()
			t.Includes = append(t.Includes, Include{body, where})
		}
		return true
	})
}

// Nested is a template that this one deploys as a stack of its own.
type Nested struct {
	Resource *Resource
	Node     *Node  // the location property
	Path     string // as it would be found from the current folder; "" when it is not a local path
}

// Nested lists nested applications and stacks.
func (t *Template) Nested() []Nested {
	var all []Nested
	for _, r := range t.resources {
		key := map[string]string{"AWS::Serverless::Application": "Location", "AWS::CloudFormation::Stack": "TemplateURL"}[r.Type]
		n := r.Properties.Get(key)
		if key == "" || n == nil {
			continue
		}
		nested := Nested{Resource: r, Node: n}
		if s, ok := n.Str(); ok && !strings.Contains(s, "://") && !path.IsAbs(s) {
			nested.Path = path.Join(path.Dir(t.Name), s)
		}
		all = append(all, nested)
	}
	return all
}
