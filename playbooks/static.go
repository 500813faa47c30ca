package playbooks

import (
	"fmt"
	"maps"
	"slices"

	"firstaid/diagnostics"
	"firstaid/playbooks/check"
)

// readFiles joins what static checks find in the project's files with what
// failed. A defect in the very resource whose failure says the same confirms
// the cause; one that explains a failure of its resource is confirmed by it;
// any other is a warning that stands behind every failure.
func (d *diagnosis) readFiles() {
	for _, c := range check.Of(d.snapshot.Files).Findings() {
		f := d.staticFinding(c)
		if told := d.told(f); told != nil {
			d.confirm(told, f)
			continue
		}
		if d.explainsTold(f) {
			f.Confidence = diagnostics.Confirmed
			f.Because = diagnostics.Text{En: "the file has the defect, and its resource failed as the defect makes it", Ko: "파일에 결함이 있고 해당 리소스가 그 결함대로 실패했습니다"}
		} else {
			f.Severity = min(f.Severity, diagnostics.Warning)
		}
		d.add(f)
	}
	d.markFixed()
}

func (d *diagnosis) staticFinding(c check.Finding) diagnostics.Finding {
	file := diagnostics.Ref{Kind: diagnostics.KindFile, ID: c.File}
	at := &diagnostics.Position{File: c.File, Line: c.Line, Column: c.Column}
	return diagnostics.Finding{
		Playbook: c.Playbook, Severity: c.Severity, Confidence: diagnostics.Possible, State: diagnostics.Open,
		Subject: d.ofFile(c), Summary: c.Message, Source: at,
		Because:  diagnostics.Text{En: "a static check of the file says so; nothing failed because of it here", Ko: "파일의 정적 검사 결과입니다. 여기서는 이 때문에 실패한 것이 없습니다"},
		Evidence: []diagnostics.Evidence{{Of: file, Field: fmt.Sprintf("line %d", c.Line), Quote: firstOf(c.Quote, c.Message.En)}},
	}
}

// ofFile is the resource of the stack that a place in a file makes, or the
// file where it makes none.
func (d *diagnosis) ofFile(c check.Finding) diagnostics.Ref {
	if c.Resource != "" {
		for _, r := range d.snapshot.Resources {
			if r.LogicalResourceId == c.Resource {
				return resourceRef(r)
			}
		}
		for _, e := range d.snapshot.Events {
			if e.LogicalResourceId == c.Resource {
				return e.ResourceRef()
			}
		}
	}
	if c.Resource != "" {
		return diagnostics.Ref{Kind: diagnostics.KindFile, ID: c.File + "#" + c.Resource}
	}
	return diagnostics.Ref{Kind: diagnostics.KindFile, ID: c.File}
}

// told finds the failure that a static finding is the cause of: the same
// playbook about a related resource, or about something that is no resource of
// a template (a stack, an API, a command's output).
func (d *diagnosis) told(f diagnostics.Finding) *diagnostics.Finding {
	loose := ""
	for _, id := range slices.Sorted(maps.Keys(d.found)) {
		other := d.found[id]
		if other.Playbook != f.Playbook || fromFile(*other) && other.Subject.Kind == diagnostics.KindFile {
			continue
		}
		if d.related(other.Subject, f.Subject) {
			return other
		}
		if loose == "" && other.Subject.Kind != diagnostics.KindResource {
			loose = id
		}
	}
	return d.found[loose]
}

func (d *diagnosis) confirm(told *diagnostics.Finding, f diagnostics.Finding) {
	if !fromFile(*told) {
		told.Source = f.Source
	}
	if told.Confidence < diagnostics.Confirmed {
		told.Confidence = diagnostics.Confirmed
		told.Because = diagnostics.Text{En: "the file has the defect that the message speaks of: " + f.Summary.En, Ko: "메시지가 말하는 결함이 파일에 있습니다: " + f.Summary.In(diagnostics.Korean)}
	}
	if p, ok := d.catalog.Get(told.Playbook); ok && told.Summary == p.Title {
		told.Summary = f.Summary // the text named no part of it; the file does
	}
	if len(told.Evidence) < maxEvidence {
		told.Evidence = append(told.Evidence, f.Evidence...)
	}
}

// explainsTold reports whether a failure of the same resource follows from the
// defect.
func (d *diagnosis) explainsTold(f diagnostics.Finding) bool {
	p, _ := d.catalog.Get(f.Playbook)
	for _, other := range d.found {
		if slices.Contains(p.Explains, other.Playbook) && !fromFile(*other) && d.related(f.Subject, other.Subject) {
			return true
		}
	}
	return false
}

// fromFile reports whether a static check is part of a finding's evidence.
func fromFile(f diagnostics.Finding) bool {
	return slices.ContainsFunc(f.Evidence, func(e diagnostics.Evidence) bool { return e.Of.Kind == diagnostics.KindFile })
}

// markFixed sets findings to fixed here when the template that was deployed has
// the defect and the project's files no longer have it.
func (d *diagnosis) markFixed() {
	if len(d.snapshot.Files) == 0 {
		return
	}
	var deployed []diagnostics.File
	for i, t := range d.snapshot.Templates {
		deployed = append(deployed, diagnostics.File{Path: fmt.Sprintf("deployed-%d.yaml", i), Content: t.Original})
	}
	for _, c := range check.Of(deployed).Findings() {
		for _, f := range d.found {
			if f.Playbook == c.Playbook && !fromFile(*f) && c.Resource != "" && d.related(f.Subject, diagnostics.Ref{ID: c.Resource}) {
				f.State = diagnostics.FixedHere
			}
		}
	}
}

// onlyFile reports whether nothing but a static check speaks for a finding.
func onlyFile(f diagnostics.Finding) bool {
	return f.Confidence < diagnostics.Confirmed && !slices.ContainsFunc(f.Evidence, func(e diagnostics.Evidence) bool { return e.Of.Kind != diagnostics.KindFile })
}
