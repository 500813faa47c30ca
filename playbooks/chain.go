package playbooks

import (
	"fmt"
	"strings"

	"firstaid/diagnostics"
)

// chain leads from the first sign of a finding to the line that causes it:
// event → resource → function → log line → role → statement → template line.
// Links that the snapshot does not hold are left out.
func (d *diagnosis) chain(f diagnostics.Finding) []diagnostics.Link {
	var links []diagnostics.Link
	add := func(of diagnostics.Ref, text string) {
		links = append(links, diagnostics.Link{Of: of, Text: text})
	}
	for _, e := range f.Evidence {
		if e.Of.Kind == diagnostics.KindEvent {
			add(e.Of, firstLine(e.Quote))
			break
		}
	}
	if f.Subject.Kind == diagnostics.KindResource {
		add(f.Subject, d.describe(f.Subject))
	}
	if fn, ok := d.index.function(f.Subject); ok {
		add(diagnostics.Ref{Kind: diagnostics.KindFunction, ID: fn.FunctionName}, describeFunction(fn))
		links = append(links, d.functionLinks(f, fn)...)
	}
	if f.Source != nil {
		at := *f.Source
		links = append(links, diagnostics.Link{Of: diagnostics.Ref{Kind: diagnostics.KindFile, ID: at.File}, Text: d.sourceLine(at), Source: &at})
	}
	return links
}

func (d *diagnosis) functionLinks(f diagnostics.Finding, fn diagnostics.Function) []diagnostics.Link {
	var links []diagnostics.Link
	for _, e := range f.Evidence {
		if e.Of.Kind == diagnostics.KindLogEvent {
			links = append(links, diagnostics.Link{Of: e.Of, Text: firstLine(e.Quote)})
			break
		}
	}
	role, ok := d.index.role(fn.Role)
	if !ok || !aboutPermissions(f) {
		return links
	}
	links = append(links, diagnostics.Link{
		Of:   diagnostics.Ref{Kind: diagnostics.KindRole, ID: role.RoleName},
		Text: fmt.Sprintf("%s with %d policies", role.Arn, len(role.Policies)),
	})
	for _, s := range d.snapshot.Simulations {
		if strings.HasSuffix(s.PolicySourceArn, "/"+role.RoleName) && s.EvalDecision != "allowed" {
			links = append(links, diagnostics.Link{Of: diagnostics.Ref{Kind: diagnostics.KindSimulation, ID: s.EvalActionName + " " + s.EvalResourceName}, Text: describeSimulation(s)})
			break
		}
	}
	return links
}

func aboutPermissions(f diagnostics.Finding) bool {
	return f.Captures["action"] != "" || strings.Contains(f.Playbook, "role") || f.Playbook == "access-denied"
}

func describeSimulation(s diagnostics.Simulation) string {
	text := fmt.Sprintf("%s on %s: %s", s.EvalActionName, s.EvalResourceName, s.EvalDecision)
	for _, m := range s.MatchedStatements {
		text += ", decided by " + m.SourcePolicyId
	}
	return text
}

func describeFunction(f diagnostics.Function) string {
	parts := []string{f.FunctionName}
	for _, p := range []string{f.PackageType, f.Runtime, strings.Join(f.Architectures, "+")} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	if f.MemorySize > 0 {
		parts = append(parts, fmt.Sprintf("%d MB", f.MemorySize))
	}
	return strings.Join(parts, ", ")
}

func (d *diagnosis) describe(r diagnostics.Ref) string {
	for _, res := range d.snapshot.Resources {
		if resourceRef(res) == r {
			return res.LogicalResourceId + " (" + res.ResourceType + ")"
		}
	}
	for _, e := range d.snapshot.Events {
		if e.ResourceRef() == r {
			return e.LogicalResourceId + " (" + e.ResourceType + ")"
		}
	}
	return r.ID
}

// sourceLine is the text of the line that a position points at.
func (d *diagnosis) sourceLine(at diagnostics.Position) string {
	for _, f := range d.snapshot.Files {
		if f.Path != at.File {
			continue
		}
		lines := strings.Split(f.Content, "\n")
		if at.Line >= 1 && at.Line <= len(lines) {
			return strings.TrimRight(lines[at.Line-1], "\r")
		}
	}
	for _, t := range d.sources.deployed {
		lines := strings.Split(string(t.Source), "\n")
		if t.Name == at.File && at.Line >= 1 && at.Line <= len(lines) {
			return strings.TrimRight(lines[at.Line-1], "\r")
		}
	}
	return fmt.Sprintf("%s:%d", at.File, at.Line)
}
