package playbooks

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"firstaid/diagnostics"
)

// genericWeight is the weight below which a signal's text fits many causes
// ("did not stabilize"): a more specific finding of the same operation
// explains it.
const genericWeight = 35

// consequences are the states that a stack is left in by an earlier failure:
// they are never the cause of the failures beside them.
var consequences = []string{"rollback-complete-stuck", "update-rollback-failed"}

// linkCauses points findings at the ones they follow from: a generic text at
// the specific finding about the same subject or the same function, a stack's
// stuck state at the first failure.
func (d *diagnosis) linkCauses(list []diagnostics.Finding) {
	for i := range list {
		f := &list[i]
		if f.CausedBy != "" {
			continue
		}
		for j := range list {
			if i != j && list[j].CausedBy == "" && d.explains(list[j], *f) {
				f.CausedBy = list[j].ID()
				break
			}
		}
	}
	hides := map[string]int{}
	for _, f := range list {
		if f.CausedBy != "" {
			hides[f.CausedBy]++
		}
	}
	for i := range list {
		list[i].Hides = hides[list[i].ID()]
	}
}

func (d *diagnosis) explains(cause, effect diagnostics.Finding) bool {
	p, _ := d.catalog.Get(cause.Playbook)
	switch {
	case cause.Playbook == effect.Playbook:
		return d.sameFailure(cause, effect)
	case cause.Confidence == diagnostics.Confirmed && slices.Contains(p.Explains, effect.Playbook):
		return d.related(cause.Subject, effect.Subject)
	case d.generic(cause) || cause.Severity < diagnostics.Error || cause.Playbook == Unrecognised:
		return false
	case slices.Contains(consequences, cause.Playbook):
		return false
	case slices.Contains(consequences, effect.Playbook):
		return true
	case !d.generic(effect):
		return false
	default:
		return d.related(cause.Subject, effect.Subject)
	}
}

// sameFailure reports whether two findings of one playbook are one failure seen
// from two sides: proven on the one and only told on the other, or told by the
// function and by the API in front of it.
func (d *diagnosis) sameFailure(cause, effect diagnostics.Finding) bool {
	if cause.Confidence == diagnostics.Confirmed && effect.Confidence < diagnostics.Confirmed && agree(cause.Captures, effect.Captures) {
		return true
	}
	return d.weight[cause.ID()] > d.weight[effect.ID()] && d.index.behind(cause.Subject, effect.Subject)
}

// agree reports whether two findings of one playbook speak of the same: they
// share a capture, and no shared one differs.
func agree(a, b map[string]string) bool {
	shared := 0
	for name, v := range a {
		if w, ok := b[name]; ok {
			if !strings.EqualFold(v, w) {
				return false
			}
			shared++
		}
	}
	return shared > 0
}

func (d *diagnosis) generic(f diagnostics.Finding) bool {
	w, matched := d.weight[f.ID()]
	return matched && w < genericWeight && f.Confidence < diagnostics.Confirmed
}

// generated matches what SAM appends to a function's logical id for the
// resources that it makes of it.
var generated = regexp.MustCompile(`^(Alias[A-Za-z0-9]+|Version[0-9a-f]*|Role|Url|DeploymentGroup|.*Permission.*)$`)

// related reports whether two subjects are one, or are made of one function:
// its alias, version, role, URL or permissions.
func (d *diagnosis) related(a, b diagnostics.Ref) bool {
	if a == b {
		return true
	}
	x, y := logicalID(a), logicalID(b)
	if len(x) > len(y) {
		x, y = y, x
	}
	if rest, ok := strings.CutPrefix(y, x); ok && x != "" && generated.MatchString(rest) {
		return true
	}
	return d.sources.origin(d.snapshot, a) == d.sources.origin(d.snapshot, b)
}

func logicalID(r diagnostics.Ref) string { return r.ID[strings.LastIndexByte(r.ID, '/')+1:] }

// rank orders the findings and says why the first one is first.
func (d *diagnosis) rank(list []diagnostics.Finding) {
	slices.SortStableFunc(list, func(a, b diagnostics.Finding) int {
		return cmp.Or(
			compareBool(onlyFile(a), onlyFile(b)),
			compareBool(a.CausedBy != "", b.CausedBy != ""),
			cmp.Compare(b.Severity, a.Severity),
			compareBool(a.Playbook == Unrecognised && len(list) > 1, b.Playbook == Unrecognised && len(list) > 1),
			compareBool(d.generic(a), d.generic(b)),
			compareBool(!d.stopped(a), !d.stopped(b)),
			cmp.Compare(b.Hides, a.Hides),
			cmp.Compare(d.waiters(b), d.waiters(a)),
			compareTime(a.First, b.First),
			cmp.Compare(b.Confidence, a.Confidence),
			strings.Compare(a.ID(), b.ID()),
		)
	})
	for i := range list {
		list[i].Rank = i + 1
	}
	if len(list) > 0 {
		list[0].Why = d.why(list)
	}
}

func (d *diagnosis) waiters(f diagnostics.Finding) int {
	return d.sources.waiters(d.snapshot, f.Subject)
}

// stopped reports whether the finding is what made a deployment fail: an event
// of a stack whose last operation failed says it. What happens at run time
// comes after that, however early it happened.
func (d *diagnosis) stopped(f diagnostics.Finding) bool {
	for _, e := range f.Evidence {
		if e.Of.Kind == diagnostics.KindEvent {
			return true
		}
	}
	return false
}

// compareTime orders times; one that is not known comes last.
func compareTime(a, b time.Time) int {
	if a.IsZero() != b.IsZero() {
		return compareBool(a.IsZero(), b.IsZero())
	}
	return a.Compare(b)
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	default:
		return 1
	}
}

// why says what put the first finding before the second.
func (d *diagnosis) why(list []diagnostics.Finding) diagnostics.Text {
	first := list[0]
	cancelled := d.cancelled()
	var en, ko []string
	say := func(e, k string) { en, ko = append(en, e), append(ko, k) }
	if first.Hides > 0 {
		say(fmt.Sprintf("%d other findings follow from it", first.Hides), fmt.Sprintf("다른 %d건이 여기서 비롯됩니다", first.Hides))
	}
	if cancelled > 0 {
		say(fmt.Sprintf("%d cancelled or rolled-back rows say nothing of their own", cancelled),
			fmt.Sprintf("취소되거나 롤백된 %d개 행에는 고유한 원인이 없습니다", cancelled))
	}
	if len(list) > 1 {
		e, k := d.against(first, list[1])
		say(e, k)
	}
	if len(en) == 0 {
		say("it is the only failure that is not a consequence", "다른 것의 결과가 아닌 유일한 장애입니다")
	}
	return diagnostics.Text{En: strings.Join(en, "; "), Ko: strings.Join(ko, "; ")}
}

func (d *diagnosis) against(a, b diagnostics.Finding) (en, ko string) {
	switch {
	case onlyFile(b) && !onlyFile(a):
		return "the next one is a static check, nothing failed because of it", "다음 항목은 정적 검사 결과이며 이 때문에 실패한 것은 없습니다"
	case b.CausedBy == a.ID():
		return "the next one is its consequence", "다음 항목은 그 결과입니다"
	case b.CausedBy != "":
		return "the next one follows from another failure", "다음 항목은 다른 장애의 결과입니다"
	case a.Severity > b.Severity:
		return "it is the more severe", "심각도가 더 높습니다"
	case b.Playbook == Unrecognised:
		return "the next one is not recognised", "다음 항목은 알려지지 않은 장애입니다"
	case d.generic(b) && !d.generic(a):
		return "its text names the cause, the next one's fits many", "메시지가 원인을 특정하며, 다음 항목의 메시지는 여러 원인에 해당합니다"
	case d.stopped(a) && !d.stopped(b):
		return "it stopped the deployment, the next one is about run time", "배포를 중단시킨 원인이며, 다음 항목은 실행 중의 문제입니다"
	case d.waiters(a) > d.waiters(b):
		return "more resources wait for it", "더 많은 리소스가 이것을 기다립니다"
	case !a.First.IsZero() && a.First.Before(b.First):
		return fmt.Sprintf("it happened %s before the next one", b.First.Sub(a.First).Round(1e7)), "먼저 발생했습니다"
	default:
		return "it is better proven or comes first by name", "근거가 더 강하거나 이름순으로 앞섭니다"
	}
}

// cancelled counts the rows that are consequences by their own words.
func (d *diagnosis) cancelled() int {
	n := 0
	for _, e := range d.snapshot.Events {
		if !e.Failed() {
			continue
		}
		m := d.match(e.Reason(), Origin{diagnostics.SourceCFNEvent, e.ResourceType, e.ResourceStatus})
		if e.Reason() == "" || len(m) > 0 && m[0].Verdict == VerdictCascade {
			n++
		}
	}
	return n
}
