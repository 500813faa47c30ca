package playbooks

import (
	"cmp"
	"fmt"
	"slices"

	"firstaid/diagnostics"
	"firstaid/playbooks/cost"
)

// CostAlarm and CostLimit are the dollars a day from which on a stack's
// functions are worth a warning and an error.
const (
	CostAlarm = 40.0
	CostLimit = 50.0
)

// idleWorth is what idle provisioned concurrency must cost a day before it is
// worth a sentence.
const idleWorth = 1.0

// findCost compares what the functions cost a day with the alarm, and looks
// for provisioned concurrency that nobody uses.
func findCost(s *diagnostics.Snapshot) []diagnostics.Finding {
	prices, err := cost.Default()
	if err != nil {
		return nil // a test rules this out
	}
	ix := newIndex(s)
	usages := cost.Measure(s)
	var list []diagnostics.Finding
	if f, ok := overAlarm(s, prices, usages); ok {
		list = append(list, f)
	}
	for _, u := range usages {
		paid := prices.Bill(u).Provisioned
		idle := cost.IdleProvisioned(u)
		if waste := paid * idle; idle > 0.5 && waste >= idleWorth {
			list = append(list, idleProvisioned(ix, u, idle, waste, prices))
		}
	}
	return list
}

func overAlarm(s *diagnostics.Snapshot, prices *cost.Prices, usages []cost.Usage) (diagnostics.Finding, bool) {
	total := 0.0
	var bills []cost.Bill
	for _, u := range usages {
		b := prices.Bill(u)
		bills = append(bills, b)
		total += b.PerDay()
	}
	if total < CostAlarm {
		return diagnostics.Finding{}, false
	}
	slices.SortFunc(bills, func(a, b cost.Bill) int { return cmp.Compare(b.PerDay(), a.PerDay()) })
	f := diagnostics.Finding{
		Severity: diagnostics.Warning, Confidence: diagnostics.Confirmed, Subject: ofStack(s), Count: 1,
		Captures: map[string]string{"total": dollars(total), "month": dollars(total * cost.Month), "function": bills[0].Function},
		Summary: diagnostics.Text{
			En: fmt.Sprintf("The functions cost %s a day (%s a month), most of it %s", dollars(total), dollars(total*cost.Month), bills[0].Function),
			Ko: fmt.Sprintf("함수 비용이 하루 %s(월 %s)이며 대부분 %s에서 발생합니다", dollars(total), dollars(total*cost.Month), bills[0].Function),
		},
		Because: diagnostics.Text{
			En: fmt.Sprintf("the metrics add up to %s a day, the alarm is at %s (prices of %s)", dollars(total), dollars(CostAlarm), prices.Date),
			Ko: fmt.Sprintf("지표를 합산하면 하루 %s이며 경보 기준은 %s입니다(%s 기준 가격)", dollars(total), dollars(CostAlarm), prices.Date),
		},
	}
	if total >= CostLimit {
		f.Severity = diagnostics.Error
	}
	for _, b := range bills[:min(3, len(bills))] {
		f.Evidence = append(f.Evidence, diagnostics.Evidence{
			Of: diagnostics.Ref{Kind: diagnostics.KindMetric, ID: b.Function}, Field: "Invocations, Duration",
			Quote: fmt.Sprintf("%s: %.0f requests and %.0f GB-s a day, %s", b.Function, b.Requests, b.GBSeconds, dollars(b.PerDay())),
		})
	}
	return f, true
}

func idleProvisioned(ix *index, u cost.Usage, idle, waste float64, prices *cost.Prices) diagnostics.Finding {
	return diagnostics.Finding{
		Severity: diagnostics.Warning, Confidence: diagnostics.Confirmed, Subject: ix.ofFunction(u.Function), Count: 1,
		Captures: map[string]string{"function": u.Function, "total": dollars(waste), "month": dollars(waste * cost.Month)},
		Summary: diagnostics.Text{
			En: fmt.Sprintf("%d provisioned instances of %s are idle %.0f %% of the time: %s a day", u.Provisioned, u.Function, idle*100, dollars(waste)),
			Ko: fmt.Sprintf("%s의 프로비저닝된 동시성 %d개가 시간의 %.0f%%를 놀고 있습니다: 하루 %s", u.Function, u.Provisioned, idle*100, dollars(waste)),
		},
		Because: diagnostics.Text{
			En: "configured time against time in use, prices of " + string(prices.Date),
			Ko: "구성된 시간과 사용된 시간을 비교했습니다(" + string(prices.Date) + " 기준 가격)",
		},
		Evidence: []diagnostics.Evidence{{
			Of: diagnostics.Ref{Kind: diagnostics.KindMetric, ID: u.Function}, Field: "ProvisionedConcurrencyInvocations",
			Quote: fmt.Sprintf("%.0f s in use of %.0f s configured", u.OnProvisioned.Seconds(), float64(u.Provisioned)*u.Window.Seconds()),
		}},
	}
}

// ofStack is the stack under diagnosis.
func ofStack(s *diagnostics.Snapshot) diagnostics.Ref {
	for _, k := range s.Stacks {
		if k.StackId == s.StackID {
			return diagnostics.Ref{Kind: diagnostics.KindStack, ID: k.StackName}
		}
	}
	return diagnostics.Ref{Kind: diagnostics.KindStack, ID: s.StackID}
}

func dollars(v float64) string { return fmt.Sprintf("$%.2f", v) }
