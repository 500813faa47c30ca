package playbooks

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"

	"firstaid/diagnostics"
)

// belowMinimum is Lambda's refusal; the number is what must stay unreserved:
// 10, 50 or 100, as the account has it.
var belowMinimum = regexp.MustCompile(`UnreservedConcurrentExecutions? below its minimum value of \[?(\d+)`)

// findScarceConcurrency does the sum that Lambda did: what the account has
// left, less what the resource asks for, against the minimum.
func findScarceConcurrency(s *diagnostics.Snapshot) []diagnostics.Finding {
	if s.Account == nil {
		return nil
	}
	ix := newIndex(s)
	var list []diagnostics.Finding
	for _, e := range s.Events {
		m := belowMinimum.FindStringSubmatch(diagnostics.Normalize(e.Reason()))
		if m == nil || !e.Failed() {
			continue
		}
		minimum, err := strconv.Atoi(m[1])
		wanted, ok := wantedConcurrency(e.ResourceProperties)
		left := s.Account.UnreservedConcurrentExecutions
		if err != nil || !ok || left-wanted >= minimum {
			continue
		}
		list = append(list, scarce(s, e, ix.ofEvent(e), wanted, minimum))
	}
	return list
}

func scarce(s *diagnostics.Snapshot, e diagnostics.Event, subject diagnostics.Ref, wanted, minimum int) diagnostics.Finding {
	all, left := s.Account.ConcurrentExecutions, s.Account.UnreservedConcurrentExecutions
	account := diagnostics.Ref{Kind: diagnostics.KindAccount, ID: s.Identity.Account}
	return diagnostics.Finding{
		Confidence: diagnostics.Confirmed, Subject: subject, Count: 1, First: e.Timestamp, Last: e.Timestamp,
		Because: diagnostics.Text{
			En: fmt.Sprintf("the account has %d concurrent executions, %d of them unreserved; %d more would leave %d, and %d must stay", all, left, wanted, left-wanted, minimum),
			Ko: fmt.Sprintf("계정의 동시 실행 한도는 %d이고 예약되지 않은 몫은 %d입니다. %d을(를) 더 예약하면 %d만 남는데 %d은(는) 남아야 합니다", all, left, wanted, left-wanted, minimum),
		},
		Captures: map[string]string{"minimum": strconv.Itoa(minimum), "wanted": strconv.Itoa(wanted), "unreserved": strconv.Itoa(left)},
		Evidence: []diagnostics.Evidence{
			{Of: e.Ref(), Field: "ResourceStatusReason", At: e.Timestamp, Quote: quote(e.Reason())},
			{Of: account, Field: "UnreservedConcurrentExecutions", Quote: strconv.Itoa(left)},
		},
	}
}

// wantedConcurrency reads from an event's properties how many executions the
// function reserves, or the alias or version provisions.
func wantedConcurrency(properties string) (int, bool) {
	var p struct {
		Reserved    json.RawMessage `json:"ReservedConcurrentExecutions"`
		Provisioned struct {
			Executions json.RawMessage `json:"ProvisionedConcurrentExecutions"`
		} `json:"ProvisionedConcurrencyConfig"`
	}
	if json.Unmarshal([]byte(properties), &p) != nil {
		return 0, false
	}
	for _, raw := range []json.RawMessage{p.Reserved, p.Provisioned.Executions} {
		if n, ok := wholeNumber(raw); ok {
			return n, true
		}
	}
	return 0, false
}

// wholeNumber reads 5 and "5": CloudFormation writes numbers both ways.
func wholeNumber(raw json.RawMessage) (int, bool) {
	var text string
	if json.Unmarshal(raw, &text) != nil {
		text = string(raw)
	}
	n, err := strconv.Atoi(text)
	return n, err == nil
}
