package playbooks

import (
	"slices"
	"strings"

	"firstaid/diagnostics"
	"firstaid/diagnostics/template"
	"firstaid/playbooks/edit"
)

// phases are the steps of a plan that deploys twice: first without what needs
// the alias, then with it.
func (w *workpiece) phases(alias string) Fix {
	ids, outputs, ok := w.dependents()
	f := Fix{
		Title: diagnostics.Text{En: "Deploy in two phases", Ko: "두 단계로 배포합니다"},
		Kind:  FixGuided, Risk: Disrupts, Redeploy: true,
		Changes: diagnostics.Text{
			En: "The first deployment goes without " + strings.Join(ids, ", ") + ", so that " + alias + " is made; the second brings it back. Where it is deployed already, it is gone in between.",
			Ko: "첫 배포에서는 " + strings.Join(ids, ", ") + "을(를) 빼서 " + alias + "이(가) 만들어지게 하고, 두 번째 배포에서 되돌립니다. 이미 배포되어 있다면 그동안에는 없습니다.",
		},
	}
	if !ok || !spare[w.resource.Type] {
		return twoPhases()
	}
	before := w.source(w.template.Name)
	without, err := edit.Apply(w.template.Name, []byte(before), w.removals(ids, outputs)...)
	if err != nil {
		return twoPhases()
	}
	out := FileEdit{Path: w.template.Name, Before: before, After: string(without)}
	f.Steps = append(f.Steps, out)
	f.Steps = append(f.Steps, deploySteps(w.snapshot)...)
	if k, ok := stackUnderDiagnosis(w.snapshot); ok {
		f.Steps = append(f.Steps, Run{
			Argv: regional(w.snapshot, "aws", "cloudformation", "describe-stack-resource", "--stack-name", k.StackName, "--logical-resource-id", alias),
			Why:  diagnostics.Text{En: "Look whether the alias is there: this fails while it is not", Ko: "별칭이 있는지 확인합니다. 없으면 실패합니다"},
		})
	}
	f.Steps = append(f.Steps, FileEdit{Path: out.Path, Before: out.After, After: out.Before})
	f.Steps = append(f.Steps, deploySteps(w.snapshot)...)
	return f
}

// dependents lists the resource and all that refers to it, directly or not,
// and the outputs that do. ok is false where that reaches beyond what can be
// spared for one deployment.
func (w *workpiece) dependents() (ids, outputs []string, ok bool) {
	ids = []string{w.resource.ID}
	refers := func(list []template.Reference) bool {
		return slices.ContainsFunc(list, func(r template.Reference) bool { return slices.Contains(ids, r.Target) })
	}
	for grown := true; grown; {
		grown = false
		for _, r := range w.template.Resources() {
			if slices.Contains(ids, r.ID) || !refers(w.template.References(r.ID)) {
				continue
			}
			if !spare[r.Type] || r.Loop != nil {
				return nil, nil, false
			}
			ids, grown = append(ids, r.ID), true
		}
	}
	for _, o := range w.template.Root.Get("Outputs").Entries() {
		if refers(w.template.ReferencesIn(o.Value, nil)) {
			outputs = append(outputs, o.Key.Text)
		}
	}
	return ids, outputs, true
}

// spare are the types of resources that hold nothing and serve nobody by
// themselves: taking them out for one deployment loses only what they do.
var spare = map[string]bool{
	"AWS::ApplicationAutoScaling::ScalableTarget": true,
	"AWS::ApplicationAutoScaling::ScalingPolicy":  true,
	"AWS::CloudWatch::Alarm":                      true,
	"AWS::Lambda::EventInvokeConfig":              true,
	"AWS::Lambda::EventSourceMapping":             true,
	"AWS::Lambda::Permission":                     true,
	"AWS::Lambda::Url":                            true,
	"AWS::Events::Rule":                           true,
	"AWS::Scheduler::Schedule":                    true,
}

func (w *workpiece) removals(ids, outputs []string) []edit.Op {
	var ops []edit.Op
	for _, id := range ids {
		ops = append(ops, edit.Delete("Resources", id))
	}
	if len(outputs) > 0 && len(outputs) == len(w.template.Root.Get("Outputs").Entries()) {
		return append(ops, edit.Delete("Outputs"))
	}
	for _, name := range outputs {
		ops = append(ops, edit.Delete("Outputs", name))
	}
	return ops
}

// deploySteps build and deploy the project, or leave that to a person where
// firstaid does not know how.
func deploySteps(s *diagnostics.Snapshot) []Step {
	if again, ok := Redeploy(s); ok {
		return again.Steps
	}
	return []Step{Manual{Do: diagnostics.Text{En: "Deploy the template", Ko: "템플릿을 배포합니다"}}}
}

// regional names the region of the snapshot on a command line of aws.
func regional(s *diagnostics.Snapshot, argv ...string) []string {
	if s.Identity.Region == "" {
		return argv
	}
	return append(argv, "--region", s.Identity.Region)
}
