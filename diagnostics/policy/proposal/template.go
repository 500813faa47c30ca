package proposal

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

// Template is a SAM policy template, for the Policies of a function or state
// machine.
type Template struct {
	Name       string      `json:"name"`
	Parameters []Parameter `json:"parameters"`
	// Excess lists the actions that it grants besides those that are wanted.
	Excess []string `json:"excess,omitempty"`
	// Statements are what SAM makes of it here, in full.
	Statements []Statement `json:"-"`
}

// Parameter is a parameter of a policy template and its value.
type Parameter struct {
	Name  string     `json:"name"`
	Value Expression `json:"value"`
}

// Managed is an AWS managed policy.
type Managed struct {
	Name string `json:"name"`
	ARN  string `json:"arn"`
}

// maxExcess is how many actions too many a template may grant.
const maxExcess = 4

//go:embed templates.txt
var templateSource string

type samTemplate struct {
	name   string
	allows []samAllow
}

type samAllow struct{ actions, resources []string }

var samTemplates = sync.OnceValue(func() []samTemplate {
	var out []samTemplate
	for line := range strings.Lines(templateSource) {
		switch f := strings.Fields(line); {
		case len(f) > 1 && f[0] == "template":
			out = append(out, samTemplate{name: f[1]})
		case len(f) > 3 && f[0] == "allow":
			on := slices.Index(f, "on")
			t := &out[len(out)-1]
			t.allows = append(t.allows, samAllow{f[1:on], f[on+1:]})
		}
	}
	return out
})

// template finds the policy template with the least excess that grants all
// statements, if its ARNs can be written with the stack's region and account.
func (b *builder) template() *Template {
	var best *Template
	for i := range samTemplates() {
		t := &samTemplates()[i]
		params := map[string]string{}
		if !b.covers(t, params) {
			continue
		}
		found := &Template{Name: t.name, Excess: b.excess(t), Statements: b.expand(t, params)}
		if len(found.Excess) > maxExcess || best != nil && len(best.Excess) <= len(found.Excess) {
			continue
		}
		for name, value := range params {
			found.Parameters = append(found.Parameters, Parameter{name, b.parameter(name, value)})
		}
		slices.SortFunc(found.Parameters, func(x, y Parameter) int { return strings.Compare(x.Name, y.Name) })
		best = found
	}
	return best
}

// covers binds the parameters so that every statement is granted, on exactly
// its resources.
func (b *builder) covers(t *samTemplate, params map[string]string) bool {
	for _, s := range b.out.Statements {
		if s.Condition != nil {
			return false
		}
		for _, action := range s.Action {
			for _, r := range s.Resource {
				if !b.allows(t, action, r, params) {
					return false
				}
			}
		}
	}
	return len(params) > 0
}

func (b *builder) allows(t *samTemplate, action, resource string, params map[string]string) bool {
	for _, a := range t.allows {
		if !slices.Contains(a.actions, action) {
			continue
		}
		for _, pattern := range a.resources {
			pattern = b.local(pattern)
			if name, value, ok := bind(pattern, resource, params); ok {
				params[name] = value
				return true
			}
		}
	}
	return false
}

// local puts the stack's partition, region and account into a pattern.
func (b *builder) local(pattern string) string {
	f := strings.SplitN(pattern, ":", 6)
	if len(f) < 6 {
		return pattern
	}
	for i, v := range map[int]string{1: b.known.Partition, 3: b.known.Region, 4: b.known.Account} {
		if f[i] == "P" || f[i] == "R" || f[i] == "A" {
			f[i] = v
		}
	}
	return strings.Join(f, ":")
}

// bind matches a resource with a pattern that has one parameter, "…{Name}…",
// which has to agree with what it is bound to already. A pattern's own trailing
// wildcard must be the resource's, or cover an index of the table.
func bind(pattern, resource string, params map[string]string) (name, value string, ok bool) {
	head, rest, found := strings.Cut(pattern, "{")
	name, tail, closed := strings.Cut(rest, "}")
	if !found || !closed || strings.Contains(tail, "{") {
		return "", "", bindTwo(pattern, resource, params)
	}
	value, ok = strings.CutPrefix(resource, head)
	if !ok {
		return "", "", false
	}
	if folder, isIndex := strings.CutSuffix(tail, "/index/*"); isIndex {
		value, _, ok = strings.Cut(value, folder+"/index/")
	} else {
		value, ok = strings.CutSuffix(value, tail)
	}
	whole := head == "" // {SecretArn}: the ARN itself
	if !ok || value == "" || !whole && strings.ContainsAny(value, "/:") && !strings.HasPrefix(name, "Log") || strings.Contains(value, "?") {
		return "", "", false
	}
	if have, bound := params[name]; bound && have != value {
		return "", "", false
	}
	return name, value, true
}

// bindTwo matches DynamoDB's stream pattern, the only one with two parameters.
func bindTwo(pattern, resource string, params map[string]string) bool {
	head, rest, ok := strings.Cut(pattern, "{TableName}/stream/{StreamName}")
	if !ok || rest != "" {
		return false
	}
	value, ok := strings.CutPrefix(resource, head)
	table, stream, ok2 := strings.Cut(value, "/stream/")
	if !ok || !ok2 || strings.Contains(table, "/") {
		return false
	}
	params["TableName"], params["StreamName"] = table, stream
	return true
}

// expand writes the template out with this stack's names.
func (b *builder) expand(t *samTemplate, params map[string]string) []Statement {
	var fill []string
	for name, value := range params {
		fill = append(fill, "{"+name+"}", value)
	}
	names := strings.NewReplacer(fill...)
	var out []Statement
	for _, a := range t.allows {
		s := Statement{Effect: "Allow", Action: slices.Clone(a.actions)}
		for _, r := range a.resources {
			s.Resource = append(s.Resource, names.Replace(b.local(r)))
		}
		out = append(out, s)
	}
	return out
}

func (b *builder) excess(t *samTemplate) []string {
	var out []string
	for _, a := range t.allows {
		for _, action := range a.actions {
			wanted := slices.ContainsFunc(b.out.Statements, func(s Statement) bool { return slices.Contains(s.Action, action) })
			if !wanted && !slices.Contains(out, action) {
				out = append(out, action)
			}
		}
	}
	return out
}

// managed returns the AWS managed policy that is made for the function's own
// plumbing. Lambda checks CreateNetworkInterface before the interface exists,
// so no narrower resource would do.
func (b *builder) managed() *Managed {
	name := ""
	for _, g := range b.grants {
		var n string
		switch {
		case strings.HasPrefix(g.action, "ec2:") && strings.Contains(g.action, "NetworkInterface"):
			n = "AWSLambdaVPCAccessExecutionRole"
		case strings.HasPrefix(g.action, "xray:Put"):
			n = "AWSXRayDaemonWriteAccess"
		case strings.HasPrefix(g.action, "logs:") && strings.HasPrefix(arnField(g.arn, 5), "log-group:/aws/lambda/"):
			n = "AWSLambdaBasicExecutionRole"
		default:
			return nil
		}
		if name != "" && name != n {
			return nil
		}
		name = n
	}
	path := "service-role/"
	if name == "AWSXRayDaemonWriteAccess" {
		path = ""
	}
	return &Managed{name, "arn:" + b.known.Partition + ":iam::aws:policy/" + path + name}
}
