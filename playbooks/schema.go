package playbooks

import (
	"bytes"
	_ "embed" // schema.json
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"go.yaml.in/yaml/v4"
)

//go:embed schema.json
var schemaJSON []byte

// Schema returns the JSON Schema (draft 2020-12) of a playbook file.
func Schema() []byte { return bytes.Clone(schemaJSON) }

// compiledSchema is made when the first file is checked.
var compiledSchema = sync.OnceValues(func() (*jsonschema.Schema, error) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schemaJSON))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("playbook.schema.json", doc); err != nil {
		return nil, err
	}
	return c.Compile("playbook.schema.json")
})

// A Problem is what is wrong at a place of a playbook file. Line and Column
// count from 1; 0 means the file as a whole.
type Problem struct {
	File         string
	Line, Column int
	Message      string
}

func (p *Problem) Error() string {
	if p.Line == 0 {
		return p.File + ": " + p.Message
	}
	return fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Column, p.Message)
}

// checkShape validates a document against the schema and says what is wrong in
// the words of somebody who writes YAML.
func checkShape(d *document) []error {
	schema, err := compiledSchema()
	if err != nil {
		return []error{err}
	}
	var invalid *jsonschema.ValidationError
	if err := schema.Validate(d.value); !errors.As(err, &invalid) {
		return nil
	}
	var list []error
	for _, leaf := range leaves(invalid) {
		list = append(list, shapeProblems(d, leaf)...)
	}
	return list
}

// leaves returns the errors that have no further cause. A step that is of
// neither form is one error, not one for each form.
func leaves(e *jsonschema.ValidationError) []*jsonschema.ValidationError {
	if _, either := e.ErrorKind.(*kind.OneOf); either || len(e.Causes) == 0 {
		return []*jsonschema.ValidationError{e}
	}
	var list []*jsonschema.ValidationError
	for _, c := range e.Causes {
		list = append(list, leaves(c)...)
	}
	return list
}

func shapeProblems(d *document, e *jsonschema.ValidationError) []error {
	at := d.find(e.InstanceLocation)
	if k, ok := e.ErrorKind.(*kind.AdditionalProperties); ok {
		var list []error
		for _, name := range k.Properties {
			list = append(list, d.problem(d.findKey(e.InstanceLocation, name), "there is no field %q here", name))
		}
		return list
	}
	return []error{d.problem(at, "%s", shapeMessage(e))}
}

func shapeMessage(e *jsonschema.ValidationError) string {
	name := "the file"
	if n := len(e.InstanceLocation); n > 0 {
		name = e.InstanceLocation[n-1]
		if n > 1 && strings.Trim(name, "0123456789") == "" {
			name = "an item of " + e.InstanceLocation[n-2]
		}
	}
	switch k := e.ErrorKind.(type) {
	case *kind.Required:
		return fmt.Sprintf("%s lacks %s", name, strings.Join(k.Missing, ", "))
	case *kind.Type:
		return fmt.Sprintf("%s must be %s, not %s", name, yamlTypes(k.Want...), yamlTypes(k.Got))
	case *kind.Enum:
		return fmt.Sprintf("%s is %v; it must be one of %s", name, k.Got, strings.Trim(fmt.Sprint(k.Want), "[]"))
	case *kind.Pattern:
		return fmt.Sprintf("%s is %q; %s", name, k.Got, patternHint(k.Want))
	case *kind.MinLength, *kind.MinItems:
		return name + " must not be empty"
	case *kind.MaxLength:
		return fmt.Sprintf("%s is longer than %d characters", name, k.Want)
	case *kind.Minimum, *kind.Maximum:
		return name + " must be a number from 1 to 100"
	case *kind.OneOf:
		return name + ` must have "manual" (and maybe "url"), or "run" and "why"`
	}
	return e.Error()
}

func patternHint(pattern string) string {
	switch {
	case strings.HasPrefix(pattern, "^https"):
		return "it must be an address that begins with https://"
	case strings.HasPrefix(pattern, "^[a-z0-9]+("):
		return "it must be lower-case words joined by hyphens"
	}
	return "it must be an IAM action such as lambda:GetFunction"
}

func yamlTypes(types ...string) string {
	words := map[string]string{
		"object": "a mapping", "array": "a list", "string": "a text", "integer": "a whole number",
		"number": "a number", "boolean": "true or false", "null": "nothing",
	}
	var list []string
	for _, t := range types {
		list = append(list, words[t])
	}
	return strings.Join(list, " or ")
}

// A document is a YAML file with the place of every value.
type document struct {
	file  string
	root  *yaml.Node
	value any // as JSON has it
}

// maxPlaybook bounds a file: a playbook of a hundred signals has 30 KB.
const maxPlaybook = 512 << 10

func parseDocument(file string, src []byte) (*document, error) {
	d := &document{file: file}
	if len(src) > maxPlaybook {
		return nil, d.problem(nil, "the file is larger than %d KB", maxPlaybook>>10)
	}
	var root yaml.Node
	if err := yaml.Load(src, &root); err != nil {
		return nil, d.syntaxProblem(err)
	}
	if root.Kind != yaml.DocumentNode || len(root.Content) == 0 {
		return nil, d.problem(nil, "the file is empty; `firstaid playbooks new ID` writes one to begin with")
	}
	d.root = root.Content[0]
	if alias := findAlias(d.root); alias != nil {
		return nil, d.problem(alias, "anchors and aliases are not read; write the value out")
	}
	if err := yaml.Load(src, &d.value); err != nil {
		return nil, d.syntaxProblem(err)
	}
	d.value = plainJSON(d.value)
	return d, nil
}

func (d *document) syntaxProblem(err error) error {
	if strings.Contains(err.Error(), "no documents in stream") {
		return d.problem(nil, "the file is empty; `firstaid playbooks new ID` writes one to begin with")
	}
	var one *yaml.LoadError
	var many *yaml.LoadErrors
	if errors.As(err, &many) && len(many.Errors) > 0 {
		one = many.Errors[0]
	} else if !errors.As(err, &one) {
		return d.problem(nil, "%v", err)
	}
	return &Problem{File: d.file, Line: one.Mark.Line, Column: max(1, one.Mark.Column), Message: "this is no YAML: " + one.Message}
}

func (d *document) problem(at *yaml.Node, format string, args ...any) error {
	p := &Problem{File: d.file, Message: fmt.Sprintf(format, args...)}
	if at != nil {
		p.Line, p.Column = at.Line, at.Column
	}
	return p
}

func findAlias(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode || n.Anchor != "" {
		return n
	}
	for _, c := range n.Content {
		if found := findAlias(c); found != nil {
			return found
		}
	}
	return nil
}

// find returns the node at a path of keys and indices, or the nearest that
// exists.
func (d *document) find(path []string) *yaml.Node {
	n := d.root
	for _, step := range path {
		next := child(n, step)
		if next == nil {
			return n
		}
		n = next
	}
	return n
}

// findKey returns the node of a key of the mapping at a path.
func (d *document) findKey(path []string, key string) *yaml.Node {
	n := d.find(path)
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i]
		}
	}
	return n
}

func child(n *yaml.Node, step string) *yaml.Node {
	if n.Kind == yaml.SequenceNode {
		for i, c := range n.Content {
			if fmt.Sprint(i) == step {
				return c
			}
		}
	}
	if n.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == step {
				return n.Content[i+1]
			}
		}
	}
	return nil
}

// plainJSON turns what YAML decodes to into what JSON would: keys are texts,
// and so is a date.
func plainJSON(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			v[k] = plainJSON(x)
		}
		return v
	case map[any]any:
		m := make(map[string]any, len(v))
		for k, x := range v {
			m[fmt.Sprint(k)] = plainJSON(x)
		}
		return m
	case []any:
		for i, x := range v {
			v[i] = plainJSON(x)
		}
		return v
	case nil, bool, int, int64, uint64, float64, string:
		return v
	}
	return fmt.Sprint(v)
}
