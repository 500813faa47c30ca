package playbooks

import (
	"slices"
	"strings"
	"sync"

	"firstaid/diagnostics"
)

// A scene is what the tests of a finding's hypotheses may look at.
type scene struct {
	*diagnosis
	finding diagnostics.Finding
	// words are the texts that the finding quotes, without line breaks.
	words []string
	// events are those that the finding quotes.
	events []diagnostics.Event
	// fn is the function that the finding is about; nil where it is about none
	// or it was not read.
	fn *diagnostics.Function
	// log is the function's log, as far as it was read; a function that a
	// rollback took away has left its log.
	log *diagnostics.LogGroup
	// calls reads the ends of the calls of the log, when first asked.
	calls func() []invocation
}

func newScene(d *diagnosis, f diagnostics.Finding) *scene {
	c := &scene{diagnosis: d, finding: f}
	for _, e := range f.Evidence {
		c.words = append(c.words, diagnostics.Normalize(e.Quote))
		if e.Of.Kind != diagnostics.KindEvent {
			continue
		}
		if i := slices.IndexFunc(d.snapshot.Events, func(x diagnostics.Event) bool { return x.EventId == e.Of.ID }); i >= 0 {
			c.events = append(c.events, d.snapshot.Events[i])
		}
	}
	name := c.functionName()
	if i, ok := d.index.functions[name]; ok {
		c.fn = &d.snapshot.Functions[i]
	}
	for i, g := range d.snapshot.LogGroups {
		if name != "" && (g.FunctionName == name || g.LogGroupName == "/aws/lambda/"+name) {
			c.log = &d.snapshot.LogGroups[i]
		}
	}
	c.calls = sync.OnceValue(func() []invocation {
		if c.log == nil {
			return nil
		}
		return invocations(*c.log)
	})
	return c
}

// functionName finds the function that a finding is about: its subject, the
// one that an event names or is of, the one behind an API.
func (c *scene) functionName() string {
	if f, ok := c.index.function(c.finding.Subject); ok {
		return f.FunctionName
	}
	for _, e := range c.events {
		for _, property := range []string{"ServiceToken", "FunctionName", "FunctionArn"} {
			if name := nameOfFunction(stringProperty(e.ResourceProperties, property)); name != "" {
				return name
			}
		}
		if e.ResourceType == "AWS::Lambda::Function" && e.PhysicalResourceId != "" {
			return e.PhysicalResourceId
		}
	}
	for _, f := range c.snapshot.Functions {
		if c.index.behind(c.index.ofFunction(f.FunctionName), c.finding.Subject) {
			return f.FunctionName
		}
	}
	return ""
}

// nameOfFunction is the name in a function's ARN, a name itself, or "" for
// what is neither.
func nameOfFunction(id string) string {
	parts := strings.Split(id, ":")
	switch {
	case len(parts) >= 7 && parts[2] == "lambda" && parts[5] == "function":
		return parts[6]
	case len(parts) <= 2: // name, or name:alias
		return parts[0]
	}
	return ""
}

// inText looks for a pattern in what the finding quotes.
func (c *scene) inText(pattern string) (string, bool) {
	r := c.pattern(pattern)
	for _, w := range c.words {
		if r != nil && r.MatchString(w) {
			return r.FindString(w), true
		}
	}
	return "", false
}

// inLog looks for a pattern in the function's log.
func (c *scene) inLog(pattern string) (string, diagnostics.Ref, bool) {
	r := c.pattern(pattern)
	if c.log == nil || r == nil {
		return "", diagnostics.Ref{}, false
	}
	for _, e := range c.log.Events {
		if m := r.FindString(e.Message); m != "" {
			return m, diagnostics.Ref{Kind: diagnostics.KindLogEvent, ID: logEventID(*c.log, e)}, true
		}
	}
	return "", diagnostics.Ref{}, false
}

// silent reports whether the function's log was read to its end, shows calls,
// and holds no line that matches.
func (c *scene) silent(pattern string) (diagnostics.Ref, bool) {
	if c.log == nil || c.log.Truncated || len(c.calls()) == 0 || c.pattern(pattern) == nil {
		return diagnostics.Ref{}, false
	}
	_, _, found := c.inLog(pattern)
	return diagnostics.Ref{Kind: diagnostics.KindLogGroup, ID: c.log.LogGroupName}, !found
}
