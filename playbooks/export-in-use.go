package playbooks

import (
	"regexp"
	"strings"

	"firstaid/diagnostics"
	"firstaid/diagnostics/template"
)

// inUse is CloudFormation's refusal in both word orders: the export, then the
// stacks that import it.
var inUse = regexp.MustCompile(`(?i)\bexport (\S+) (?:cannot be (?:updated|deleted) )?as it is in use by ([\w-]+(?:(?:, | and )[\w-]+)*)`)

// findImporters looks for both ends of an export that may not change: the
// output that makes it, and the templates that import it.
func findImporters(s *diagnostics.Snapshot) []diagnostics.Finding {
	ix := newIndex(s)
	var list []diagnostics.Finding
	for _, e := range s.Events {
		m := inUse.FindStringSubmatch(diagnostics.Normalize(e.Reason()))
		if m == nil || !e.Failed() && !e.OfStack() {
			continue
		}
		evidence := exporters(s, m[1])
		importing := importsOf(s, m[1])
		asked, known := exportOf(s, m[1])
		if len(evidence) == 0 && len(importing) == 0 && !known {
			continue
		}
		f := diagnostics.Finding{
			Confidence: diagnostics.Likely, Subject: ix.ofEvent(e), Count: 1, First: e.Timestamp, Last: e.Timestamp,
			Because:  diagnostics.Text{En: "the export " + m[1] + " is there and another stack imports it", Ko: "내보내기 " + m[1] + "이(가) 있고 다른 스택이 사용하고 있습니다"},
			Captures: map[string]string{"export": m[1], "importers": m[2]},
			Evidence: append([]diagnostics.Evidence{{Of: e.Ref(), Field: "ResourceStatusReason", At: e.Timestamp, Quote: quote(e.Reason())}}, evidence...),
		}
		if len(importing) > 0 {
			f.Confidence = diagnostics.Confirmed
			f.Because = diagnostics.Text{En: "a template imports " + m[1], Ko: "템플릿이 " + m[1] + "을(를) 가져다 씁니다"}
			f.Evidence = append(f.Evidence, importing...)
		}
		if known {
			importedNow(&f, asked)
		}
		list = append(list, f)
	}
	return list
}

// importedNow completes a finding with what CloudFormation itself says of the
// importers (ListImports), which may have changed since the refusal.
func importedNow(f *diagnostics.Finding, e diagnostics.Export) {
	of := diagnostics.Ref{Kind: diagnostics.KindExport, ID: e.Name}
	names := strings.Join(e.Importers, ", ")
	if names == "" {
		f.Confidence = diagnostics.Likely
		f.Because = diagnostics.Text{En: "no stack imports " + e.Name + " any more: the same deployment should pass now", Ko: "이제 " + e.Name + "을(를) 가져오는 스택이 없습니다. 같은 배포가 통과할 것입니다"}
		f.Evidence = append(f.Evidence, diagnostics.Evidence{Of: of, Field: "Imports", Quote: "not imported by any stack"})
		return
	}
	f.Confidence = diagnostics.Confirmed
	f.Because = diagnostics.Text{En: "CloudFormation lists as importing " + e.Name + " now: " + names, Ko: "CloudFormation에 따르면 지금 " + e.Name + "을(를) 가져오는 스택: " + names}
	f.Captures["importers"] = names
	f.Evidence = append(f.Evidence, diagnostics.Evidence{Of: of, Field: "Imports", Quote: names})
}

// exporters quotes the outputs of stacks that publish an export.
func exporters(s *diagnostics.Snapshot, export string) []diagnostics.Evidence {
	var list []diagnostics.Evidence
	for _, k := range s.Stacks {
		for _, o := range k.Outputs {
			if o.ExportName == export {
				of := diagnostics.Ref{Kind: diagnostics.KindStack, ID: k.StackName}
				list = append(list, diagnostics.Evidence{Of: of, Field: "Outputs." + o.OutputKey + ".ExportName", Quote: o.ExportName})
			}
		}
	}
	return list
}

// importsOf quotes the places of templates that import an export by its full
// name; names put together by a function are not resolved.
func importsOf(s *diagnostics.Snapshot, export string) []diagnostics.Evidence {
	var list []diagnostics.Evidence
	seek := func(of diagnostics.Ref, name, text string) {
		if !strings.Contains(text, export) {
			return
		}
		t, err := template.Parse(name, []byte(text))
		if err != nil {
			return
		}
		template.Walk(t.Root, func(n *template.Node, p template.Place) bool {
			if n.Fn == "Fn::ImportValue" && n.Arg.Is(export) {
				list = append(list, diagnostics.Evidence{Of: of, Field: strings.Join(p.Path, "."), Quote: t.Raw(n)})
			}
			return true
		})
	}
	for _, d := range s.Templates {
		seek(diagnostics.Ref{Kind: diagnostics.KindTemplate, ID: d.StackId}, "template of "+d.StackId, d.Original)
	}
	for _, f := range s.Files {
		if isTemplateName(f.Path) {
			seek(diagnostics.Ref{Kind: diagnostics.KindFile, ID: f.Path}, f.Path, f.Content)
		}
	}
	return list
}
