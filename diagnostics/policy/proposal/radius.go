package proposal

import (
	"fmt"
	"strings"

	"firstaid/diagnostics"
	"firstaid/diagnostics/actions"
)

// radius says in one sentence what the statements allow beyond the calls that
// were denied.
func radius(statements []Statement, grants []grant) diagnostics.Text {
	var en, ko []string
	for _, s := range statements {
		e, k := reach(&s)
		en, ko = append(en, e), append(ko, k)
	}
	return diagnostics.Text{
		En: "Allows " + strings.Join(en, "; and ") + beyond(statements, grants).En,
		Ko: strings.Join(ko, ", 그리고 ") + " 허용합니다" + beyond(statements, grants).Ko,
	}
}

// reach describes one statement.
func reach(s *Statement) (en, ko string) {
	names := strings.Join(s.Action, ", ")
	level, levelKo := levels(s.Action)
	if s.Resource[0] == "*" {
		return fmt.Sprintf("%s (%s) on every resource of the account", names, level), fmt.Sprintf("계정의 모든 리소스에 %s(%s)를", names, levelKo)
	}
	var places []string
	for _, r := range s.Resource {
		places = append(places, place(r))
	}
	where := strings.Join(places, " and ")
	return fmt.Sprintf("%s (%s) on %s", names, level, where), fmt.Sprintf("%s에 %s(%s)를", strings.Join(places, "와 "), names, levelKo)
}

// place is an ARN as a person says it: the part behind the account.
func place(arn string) string {
	if arnField(arn, 5) == "" {
		return arn
	}
	return arnField(arn, 2) + " " + arnField(arn, 5)
}

// beyond says whether the statements reach further than the denied calls.
func beyond(statements []Statement, grants []grant) diagnostics.Text {
	denied := map[string]bool{}
	for _, g := range grants {
		denied[g.arn] = true
	}
	for _, s := range statements {
		for _, r := range s.Resource {
			if r == "*" || !denied[r] {
				return diagnostics.Text{
					En: ": also where it was not denied, since names below that point change.",
					Ko: ". 그 아래의 이름은 바뀌므로 거부되지 않은 것에도 적용됩니다.",
				}
			}
		}
	}
	return diagnostics.Text{En: ", and nothing else.", Ko: ". 그 밖에는 없습니다."}
}

// levels names the strongest access level of the actions.
func levels(names []string) (en, ko string) {
	best := actions.Unknown
	rank := func(l actions.Level) int { return strings.IndexByte("LRTWP", byte(l)) }
	for _, name := range names {
		if a, ok := actions.Lookup(name); ok && (best == actions.Unknown || rank(a.Level) > rank(best)) {
			best = a.Level
		}
	}
	switch best {
	case actions.List:
		return "list", "목록"
	case actions.Read:
		return "read", "읽기"
	case actions.Tagging:
		return "tagging", "태그"
	case actions.Write:
		return "write", "쓰기"
	case actions.Permissions:
		return "permissions management", "권한 관리"
	}
	return "level not known", "수준 알 수 없음"
}
