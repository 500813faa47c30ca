package playbooks

import (
	"slices"
	"strings"
	"unicode/utf8"

	"firstaid/diagnostics"
	"firstaid/diagnostics/policy"
)

// ProofLines is a proof as a table for reading: what is decided without the
// grant and with it, who decided, and what that means.
func ProofLines(p *diagnostics.Proof, lang diagnostics.Lang) []string {
	rows := [][]string{{"", "", proofWord(lang, "before"), proofWord(lang, "after"), proofWord(lang, "decided by"), ""}}
	for _, t := range p.Trials {
		name := string(t.Purpose)
		if t.Kind != "" {
			name = t.Kind
		}
		rows = append(rows, []string{
			proofWord(lang, name), t.Action + " " + t.Resource, proofWord(lang, t.Before), proofWord(lang, t.After),
			DecidedBy(t).In(lang), CheckedBy(t).In(lang),
		})
	}
	lines := []string{ProofSummary(p).In(lang)}
	for _, r := range columns(rows) {
		lines = append(lines, "  "+r)
	}
	if !p.Unchecked.IsZero() {
		lines = append(lines, p.Unchecked.In(lang))
	}
	return lines
}

// columns pads every cell to the widest of its column.
func columns(rows [][]string) []string {
	width := make([]int, len(rows[0]))
	for _, r := range rows {
		for i, cell := range r {
			width[i] = max(width[i], cells(cell))
		}
	}
	var out []string
	for _, r := range rows {
		var b strings.Builder
		for i, cell := range r {
			b.WriteString(cell + strings.Repeat(" ", width[i]-cells(cell)+2))
		}
		out = append(out, strings.TrimRight(b.String(), " "))
	}
	return out
}

// cells is how wide a text is in a terminal: a Hangul syllable takes two.
func cells(s string) int {
	n := utf8.RuneCountInString(s)
	for _, r := range s {
		if r >= 0xac00 && r <= 0xd7a3 {
			n++
		}
	}
	return n
}

// CheckedBy says whose answer a trial is.
func CheckedBy(t diagnostics.Trial) diagnostics.Text {
	if t.Origin == diagnostics.OriginAWS {
		return diagnostics.Text{En: "checked by AWS", Ko: "AWS가 확인함"}
	}
	return diagnostics.Text{En: "not checked by AWS", Ko: "AWS가 확인하지 않음"}
}

// DecidedBy says in words what decided a trial with the grant in place.
func DecidedBy(t diagnostics.Trial) diagnostics.Text {
	switch {
	case len(t.Missing) > 0 && t.After == diagnostics.DecisionUnknown:
		keys := strings.Join(t.Missing, ", ")
		return diagnostics.Text{En: "depends on " + keys, Ko: keys + "에 따라 다름"}
	case t.After == diagnostics.DecisionUnknown:
		return diagnostics.Text{En: "policies that were not read", Ko: "읽지 못한 정책"}
	case t.DecidedBy == diagnostics.GrantPolicy:
		return diagnostics.Text{En: "this grant", Ko: "이 권한"}
	case t.DecidedBy != "":
		return diagnostics.Text{En: t.DecidedBy, Ko: t.DecidedBy}
	}
	switch policy.Layer(t.Layer) {
	case policy.LayerBoundary:
		return diagnostics.Text{En: "the permissions boundary", Ko: "권한 경계"}
	case policy.LayerSCP:
		return diagnostics.Text{En: "a service control policy", Ko: "서비스 제어 정책"}
	case policy.LayerRCP:
		return diagnostics.Text{En: "a resource control policy", Ko: "리소스 제어 정책"}
	case policy.LayerSession:
		return diagnostics.Text{En: "the session policy", Ko: "세션 정책"}
	case policy.LayerResource:
		return diagnostics.Text{En: "the resource's policy", Ko: "리소스 정책"}
	case policy.LayerEndpoint:
		return diagnostics.Text{En: "the VPC endpoint's policy", Ko: "VPC 엔드포인트 정책"}
	}
	if t.After == diagnostics.DecisionImplicit {
		return diagnostics.Text{En: "no statement", Ko: "해당 문장 없음"}
	}
	return diagnostics.Text{}
}

// ProofSummary says what a proof means, in one sentence.
func ProofSummary(p *diagnostics.Proof) diagnostics.Text {
	var t diagnostics.Text
	switch p.Verdict() {
	case diagnostics.ProofHolds:
		t = diagnostics.Text{En: "Tried: it allows what was denied, and no control.", Ko: "시험함: 거부된 것을 허용하며, 대조 항목은 허용하지 않습니다."}
	case diagnostics.ProofWidens:
		t = diagnostics.Text{En: "Tried: it would also allow a control that must stay denied.", Ko: "시험함: 거부되어야 할 대조 항목까지 허용하게 됩니다."}
	case diagnostics.ProofLacks:
		t = diagnostics.Text{En: "Tried: it is not enough, something else still denies.", Ko: "시험함: 이것만으로는 부족하며 다른 정책이 여전히 거부합니다."}
	case diagnostics.ProofNeedless:
		t = diagnostics.Text{En: "Tried: all of it is allowed already; the grant would change nothing.", Ko: "시험함: 이미 모두 허용되어 있어 바뀌는 것이 없습니다."}
	default:
		t = diagnostics.Text{En: "Tried: the answer depends on what is not known.", Ko: "시험함: 알 수 없는 값에 따라 결과가 달라집니다."}
	}
	if slices.ContainsFunc(p.Trials, func(x diagnostics.Trial) bool { return x.Origin != diagnostics.OriginAWS }) {
		t = diagnostics.Text{En: t.En + " (not checked by AWS)", Ko: t.In(diagnostics.Korean) + " (AWS가 확인하지 않음)"}
	}
	return t
}

// proofWord is a word of the table in a language.
func proofWord(lang diagnostics.Lang, word string) string {
	words := map[string]diagnostics.Text{
		"before":                     {En: "before", Ko: "적용 전"},
		"after":                      {En: "after", Ko: "적용 후"},
		"decided by":                 {En: "decided by", Ko: "결정"},
		"wanted":                     {En: "wanted", Ko: "필요"},
		"sibling":                    {En: "control: sibling", Ko: "대조: 이웃 리소스"},
		"other-account":              {En: "control: other account", Ko: "대조: 다른 계정"},
		"delete":                     {En: "control: delete", Ko: "대조: 삭제"},
		"other-principal":            {En: "control: other principal", Ko: "대조: 다른 주체"},
		"other-condition":            {En: "control: other condition", Ko: "대조: 다른 조건"},
		diagnostics.DecisionAllowed:  {En: "allowed", Ko: "허용"},
		diagnostics.DecisionExplicit: {En: "explicit deny", Ko: "명시적 거부"},
		diagnostics.DecisionImplicit: {En: "denied", Ko: "거부"},
		diagnostics.DecisionUnknown:  {En: "unknown", Ko: "알 수 없음"},
	}
	if t, ok := words[word]; ok {
		return t.In(lang)
	}
	return word
}

// TrialWords are the words of a trial's row: why it was tried, and what is
// decided without the grant and with it.
func TrialWords(t diagnostics.Trial, lang diagnostics.Lang) (purpose, before, after string) {
	name := string(t.Purpose)
	if t.Kind != "" {
		name = t.Kind
	}
	return proofWord(lang, name), proofWord(lang, t.Before), proofWord(lang, t.After)
}
