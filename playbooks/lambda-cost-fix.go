package playbooks

import (
	"slices"

	"firstaid/diagnostics"
	"firstaid/playbooks/cost"
)

// fixCost says what would cost less, with the money a day. Nothing is edited:
// each of these changes how fast the functions answer, so somebody has to
// measure and decide.
func fixCost(s *diagnostics.Snapshot, f diagnostics.Finding) []Fix {
	prices, err := cost.Default()
	if err != nil {
		return nil // a test rules this out
	}
	usages := cost.Measure(s)
	if len(usages) == 0 {
		return nil
	}
	task := cost.SmallTask(usages[0].Architecture)
	statement := prices.State(usages, CostAlarm, &task)
	saving := guide("Spend less: what each change saves a day", "비용 절감: 변경별 하루 절감액")
	saving.Risk = Disrupts
	lines := slices.SortedStableFunc(slices.Values(statement.Lines), func(a, b cost.Line) int { return compareBool(b.Day > a.Day, a.Day > b.Day) })
	for _, l := range lines {
		if named := f.Captures["function"]; f.Subject.Kind == diagnostics.KindStack || named == "" || named == l.Function {
			for _, text := range l.Savings() {
				saving.Steps = append(saving.Steps, Manual{Of: diagnostics.Ref{Kind: diagnostics.KindFunction, ID: l.Function}, Do: text})
			}
		}
	}
	if statement.Containers != nil {
		saving.Notes = append(saving.Notes, statement.Containers.Advice())
	}
	saving.Notes = append(saving.Notes, statement.Basis()...)
	if len(saving.Steps) == 0 {
		return nil
	}
	return []Fix{saving}
}
