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
	var places, placesKo []string
	for _, r := range s.Resource {
		p := place(r)
		places, placesKo = append(places, p.En), append(placesKo, p.Ko)
	}
	return fmt.Sprintf("%s (%s) on %s", names, level, strings.Join(places, " and ")), fmt.Sprintf("%s에 %s(%s)를", strings.Join(placesKo, "와 "), names, levelKo)
}

// kinds are resources as a person calls them, by service and the beginning of
// what stands behind the account in their ARNs.
var kinds = [...]struct{ service, prefix, en, ko string }{
	{"dynamodb", "table/", "the table", "테이블"},
	{"kinesis", "stream/", "the stream", "스트림"},
	{"lambda", "function:", "the function", "함수"},
	{"logs", "log-group:", "the log group", "로그 그룹"},
	{"secretsmanager", "secret:", "the secret", "보안 암호"},
	{"ssm", "parameter", "the parameter", "파라미터"},
	{"states", "stateMachine:", "the state machine", "상태 머신"},
	{"events", "event-bus/", "the event bus", "이벤트 버스"},
	{"kms", "key/", "the key", "키"},
	{"iam", "role/", "the role", "역할"},
	{"sqs", "", "the queue", "대기열"},
	{"sns", "", "the topic", "주제"},
}

// place is an ARN as a person says it.
func place(arn string) diagnostics.Text {
	service, rest := arnField(arn, 2), arnField(arn, 5)
	if rest == "" {
		return diagnostics.Text{En: arn, Ko: arn}
	}
	if service == "s3" {
		return placeInS3(rest)
	}
	for _, k := range kinds {
		name, ok := strings.CutPrefix(rest, k.prefix)
		if k.service != service || !ok {
			continue
		}
		name, index, found := strings.Cut(strings.TrimSuffix(name, ":*"), "/index/")
		switch {
		case found && index == "*":
			return diagnostics.Text{En: "all indexes of " + k.en + " " + name, Ko: name + " " + k.ko + "의 모든 인덱스"}
		case found:
			return diagnostics.Text{En: "the index " + index + " of " + k.en + " " + name, Ko: name + " " + k.ko + "의 인덱스 " + index}
		}
		return diagnostics.Text{En: k.en + " " + name, Ko: name + " " + k.ko}
	}
	return diagnostics.Text{En: service + " " + rest, Ko: service + " " + rest}
}

func placeInS3(rest string) diagnostics.Text {
	bucket, key, object := strings.Cut(rest, "/")
	under, all := strings.CutSuffix(key, "*")
	switch {
	case !object:
		return diagnostics.Text{En: "the bucket " + bucket, Ko: bucket + " 버킷"}
	case all && under == "":
		return diagnostics.Text{En: "every object of the bucket " + bucket, Ko: bucket + " 버킷의 모든 객체"}
	case all:
		return diagnostics.Text{En: "the objects below " + under + " of the bucket " + bucket, Ko: bucket + " 버킷의 " + under + " 아래 객체"}
	}
	return diagnostics.Text{En: "the object " + key + " of the bucket " + bucket, Ko: bucket + " 버킷의 객체 " + key}
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
					En: "; that is more than the calls that were denied, because the names in there change.",
					Ko: ". 그 안의 이름은 바뀌므로 거부된 호출보다 넓습니다.",
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
