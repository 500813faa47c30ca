package proposal

import (
	"slices"
	"strings"

	"firstaid/diagnostics/actions"
)

// widen returns the resources of a statement for one action and the ARNs it
// was denied on. Each service has its rule; without one the ARN is taken as it is.
func widen(action string, arns []string) []string {
	service, name, _ := strings.Cut(action, ":")
	var out []string
	add := func(list ...string) {
		for _, s := range list {
			if !slices.Contains(out, s) {
				out = append(out, s)
			}
		}
	}
	if service == "s3" && isObject(arns[0]) {
		add(objects(arns)...)
		return out
	}
	for _, arn := range arns {
		switch service {
		case "dynamodb":
			add(stream(arn))
		case "lambda":
			add(function(arn)...)
		case "logs":
			add(logGroup(arn)...)
		case "secretsmanager":
			add(secret(arn))
		case "ssm":
			add(parameter(name, arn)...)
		case "states":
			add(execution(arn))
		case "bedrock":
			add(model(arn)...)
		default:
			add(arn)
		}
	}
	slices.Sort(out)
	return out
}

func isObject(arn string) bool {
	return arnField(arn, 2) == "s3" && arnField(arn, 3) == "" && strings.Contains(arnField(arn, 5), "/")
}

// objects: per bucket, the folder that the denied keys have in common.
func objects(arns []string) []string {
	var out []string
	common := map[string]string{} // bucket ARN -> common beginning of the keys
	for _, arn := range arns {
		bucket, key, _ := strings.Cut(arn, "/")
		if have, ok := common[bucket]; ok {
			key = commonPrefix(have, key)
		}
		common[bucket] = key
	}
	for bucket, key := range common {
		folder := key[:strings.LastIndexByte(key, '/')+1]
		out = append(out, bucket+"/"+literal(folder)+"*")
	}
	slices.Sort(out)
	return out
}

// literal escapes what a policy would read as a wildcard or variable: a key
// may hold them.
func literal(key string) string {
	return strings.NewReplacer("*", "${*}", "?", "${?}", "${", "${$}{").Replace(key)
}

func commonPrefix(a, b string) string {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return a[:n]
}

// stream: a table's stream gets a new name, its time, whenever it is enabled.
func stream(arn string) string {
	if head, _, ok := strings.Cut(arn, "/stream/"); ok {
		return head + "/stream/*"
	}
	return arn
}

// function: where a version or alias was called, the function itself too.
func function(arn string) []string {
	f := strings.Split(arn, ":")
	if len(f) == 8 && f[5] == "function" {
		base := strings.Join(f[:7], ":")
		return []string{base, base + ":*"}
	}
	return []string{arn}
}

// logGroup: streams come and go, the group stays. A pattern with ":*" does not
// match the group's bare ARN, so one that was denied is granted itself too.
func logGroup(arn string) []string {
	rest, ok := strings.CutPrefix(arnField(arn, 5), "log-group:")
	if !ok {
		return []string{arn}
	}
	group, _, streams := strings.Cut(rest, ":")
	whole := strings.TrimSuffix(arn, arnField(arn, 5)) + "log-group:" + group + ":*"
	if !streams {
		return []string{arn, whole}
	}
	return []string{whole}
}

// secret: an ARN made from a name lacks the six random characters.
func secret(arn string) string {
	name := strings.TrimPrefix(arnField(arn, 5), "secret:")
	if len(name) > 7 && name[len(name)-7] == '-' {
		return arn
	}
	return arn + "-??????"
}

func parameter(name, arn string) []string {
	arn = strings.Replace(arn, ":parameter//", ":parameter/", 1)
	if name == "GetParametersByPath" {
		arn = strings.TrimSuffix(arn, "/")
		return []string{arn, arn + "/*"}
	}
	return []string{arn}
}

// execution: its name is new each time, the state machine's is not.
func execution(arn string) string {
	for _, kind := range [...]string{"execution:", "express:"} {
		if rest, ok := strings.CutPrefix(arnField(arn, 5), kind); ok {
			machine, _, _ := strings.Cut(rest, ":")
			return strings.TrimSuffix(arn, arnField(arn, 5)) + kind + machine + ":*"
		}
	}
	return arn
}

// model: an inference profile calls the model in each of its regions.
func model(arn string) []string {
	id, ok := strings.CutPrefix(arnField(arn, 5), "inference-profile/")
	if !ok {
		return []string{arn}
	}
	_, base, _ := strings.Cut(id, ".") // "us.anthropic.claude-…"
	return []string{arn, "arn:" + arnField(arn, 1) + ":bedrock:*::foundation-model/" + base}
}

// fits reports whether a widened resource still is of a type of the action.
func fits(action, resource string) bool {
	a, known := actions.Lookup(action)
	if !known || resource == "*" {
		return true
	}
	_, ok := a.TypeOf(resource)
	return ok
}
