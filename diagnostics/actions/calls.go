package actions

import (
	_ "embed"
	"strings"
	"sync"
)

//go:embed calls.txt
var callSource string

type callTable struct {
	clients map[string]string   // "stepfunctions" -> "states"
	calls   map[string][]string // "s3:HeadObject" -> actions
}

var callData = sync.OnceValue(func() callTable {
	t := callTable{clients: map[string]string{}, calls: map[string][]string{}}
	for line := range strings.Lines(callSource) {
		switch f := strings.Fields(line); {
		case len(f) > 2 && f[0] == "client":
			t.clients[f[1]] = f[2]
		case len(f) > 2 && f[0] == "call":
			t.calls[f[1]] = f[2:]
		}
	}
	return t
})

// ForCall returns the IAM actions that an SDK call needs. service is the name
// of a client in any SDK's spelling ("DynamoDB", "Amazon S3", "SFN") or an IAM
// prefix; it may be empty when only the operation is known, and then only an
// operation that one service alone has gives an answer. Calls that name their
// action map to it; the others follow the API reference of each service
// ("Required permissions" of the operation). nil: not known.
func ForCall(service, operation string) []string {
	prefix := Prefix(service)
	if list, ok := callData().calls[prefix+":"+operation]; ok {
		return list
	}
	if prefix == "" {
		return forOperation(operation)
	}
	if prefix == "apigateway" {
		return gatewayVerb(operation)
	}
	if a, ok := Lookup(prefix + ":" + operation); ok {
		return []string{a.String()}
	}
	return nil
}

// forOperation finds the one service that has the operation.
func forOperation(operation string) []string {
	var found []string
	for key, list := range callData().calls {
		if _, op, _ := strings.Cut(key, ":"); op == operation {
			if found != nil {
				return nil
			}
			found = list
		}
	}
	for _, prefix := range table().names {
		a, ok := Lookup(prefix + ":" + operation)
		if !ok || a.Name != operation {
			continue
		}
		if found != nil {
			return nil
		}
		found = []string{a.String()}
	}
	return found
}

// gatewayVerb: the actions of API Gateway's control plane are HTTP methods.
func gatewayVerb(operation string) []string {
	verbs := [...][2]string{
		{"Get", "GET"},
		{"Create", "POST"},
		{"Update", "PATCH"},
		{"Delete", "DELETE"},
		{"Put", "PUT"},
		{"Import", "POST"},
		{"Tag", "PUT"},
		{"Untag", "DELETE"},
		{"Generate", "POST"},
		{"Reimport", "PUT"},
		{"Flush", "DELETE"},
	}
	for _, v := range verbs {
		if strings.HasPrefix(operation, v[0]) {
			return []string{"apigateway:" + v[1]}
		}
	}
	return nil
}

// Prefix returns the IAM prefix of a service from the name that an SDK or a
// message gives it; "" when that name is not known.
func Prefix(name string) string {
	key := strings.ToLower(name)
	if IsService(key) {
		return key
	}
	key = strings.NewReplacer(" ", "", "-", "", "_", "").Replace(key)
	for _, try := range []string{key, strings.TrimPrefix(key, "amazon"), strings.TrimPrefix(key, "aws")} {
		if p, ok := callData().clients[try]; ok {
			return p
		}
		if IsService(try) {
			return try
		}
	}
	return ""
}
