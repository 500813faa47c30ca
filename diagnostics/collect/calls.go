package collect

import (
	"slices"
	"strings"
)

// A Permitted is one API operation that firstaid calls, with the IAM actions it
// needs. The tables are the only source of what `firstaid permissions` prints.
type Permitted struct {
	Service   string // the AWS CLI's name: logs, lambda
	Operation string // FilterLogEvents
	Actions   []string
	// Resource is an ARN pattern with PARTITION, REGION and ACCOUNT standing
	// for themselves; "*" where the service knows no narrower one.
	Resource string
	// Why says what is missing without it.
	Why string
}

const (
	stackARN    = "arn:PARTITION:cloudformation:REGION:ACCOUNT:stack/*"
	functionARN = "arn:PARTITION:lambda:REGION:ACCOUNT:function:*"
	logGroupARN = "arn:PARTITION:logs:REGION:ACCOUNT:log-group:*"
	roleARN     = "arn:PARTITION:iam::ACCOUNT:role/*"
	policyARN   = "arn:PARTITION:iam::*:policy/*"
	imageARN    = "arn:PARTITION:ecr:REGION:*:repository/*"
	layerARN    = "arn:PARTITION:lambda:REGION:*:layer:*"
	keyPattern  = "arn:PARTITION:kms:REGION:*:key/*"
	restARN     = "arn:PARTITION:apigateway:REGION::/restapis*"
	httpARN     = "arn:PARTITION:apigateway:REGION::/apis*"
)

// Reads lists every call that a Collector makes, by service and operation.
func Reads() []Permitted {
	return []Permitted{
		read("apigateway", "GetDeployments", restARN, "whether a stage serves the latest deployment", "apigateway:GET"),
		read("apigateway", "GetGatewayResponses", restARN, "CORS headers of error answers", "apigateway:GET"),
		read("apigateway", "GetResources", restARN, "methods, integrations and CORS of REST APIs", "apigateway:GET"),
		read("apigateway", "GetRestApi", restARN, "REST APIs", "apigateway:GET"),
		read("apigateway", "GetStages", restARN, "stages and access logs of REST APIs", "apigateway:GET"),
		read("apigatewayv2", "GetApi", httpARN, "HTTP APIs and their CORS", "apigateway:GET"),
		read("apigatewayv2", "GetIntegrations", httpARN, "integrations of HTTP APIs", "apigateway:GET"),
		read("apigatewayv2", "GetRoutes", httpARN, "routes of HTTP APIs", "apigateway:GET"),
		read("apigatewayv2", "GetStages", httpARN, "stages of HTTP APIs", "apigateway:GET"),
		read("application-autoscaling", "DescribeScalableTargets", "*", "scaling of provisioned concurrency"),
		read("application-autoscaling", "DescribeScalingPolicies", "*", "scaling policies"),
		read("cloudformation", "DescribeEvents", stackARN, "events by operation, pre-deployment validation"),
		read("cloudformation", "DescribeStackEvents", stackARN, "why a deployment failed"),
		read("cloudformation", "DescribeStackResources", stackARN, "which stack owns a name that is taken"),
		read("cloudformation", "DescribeStacks", stackARN, "a stack's status, parameters and outputs"),
		read("cloudformation", "GetTemplate", stackARN, "the deployed template"),
		read("cloudformation", "ListImports", "*", "who imports an export that may not change"),
		read("cloudformation", "ListStackResources", stackARN, "what the stack consists of"),
		read("cloudformation", "ListStacks", "*", "the list of stacks, failed ones first"),
		read("cloudwatch", "GetMetricData", "*", "cost and load"),
		read("ec2", "DescribeNetworkInterfaces", "*", "what holds a security group or subnet"),
		read("ec2", "DescribeRouteTables", "*", "whether a function's subnets have a way out"),
		read("ec2", "DescribeSubnets", "*", "free addresses of a function's subnets"),
		read("ec2", "DescribeVpcEndpoints", "*", "AWS services that are reached without a way out"),
		read("ecr", "BatchGetImage", imageARN, "an image's architectures"),
		read("ecr", "DescribeImages", imageARN, "which images and tags exist"),
		read("ecr", "DescribeRepositories", imageARN, "whether a repository exists"),
		read("ecr", "GetDownloadUrlForLayer", imageARN, "the architecture of an image without an index"),
		read("ecr", "GetLifecyclePolicy", imageARN, "rules that expire images"),
		read("ecr", "GetRepositoryPolicy", imageARN, "whether Lambda may pull"),
		read("iam", "GetPolicy", policyARN, "managed policies and boundaries"),
		read("iam", "GetPolicyVersion", policyARN, "managed policies and boundaries"),
		read("iam", "GetRole", roleARN, "roles: trust policy, boundary, path"),
		read("iam", "GetRolePolicy", roleARN, "inline policies"),
		read("iam", "ListAttachedRolePolicies", roleARN, "managed policies of a role"),
		read("iam", "ListRolePolicies", roleARN, "inline policies"),
		read("iam", "SimulatePrincipalPolicy", roleARN, "AWS's own decision on what was denied; it shows other principals' permissions"),
		read("kms", "DescribeKey", keyPattern, "whether a key that failures name may be used"),
		read("lambda", "GetAccountSettings", "*", "concurrency limits of the account"),
		read("lambda", "GetFunction", functionARN, "functions"),
		read("lambda", "GetFunctionUrlConfig", functionARN, "function URLs"),
		read("lambda", "GetLayerVersionByArn", layerARN, "what a layer was built for", "lambda:GetLayerVersion"),
		read("lambda", "GetPolicy", functionARN, "who may invoke a function"),
		read("lambda", "ListAliases", functionARN, "aliases"),
		read("lambda", "ListEventSourceMappings", "*", "event sources"),
		read("lambda", "ListProvisionedConcurrencyConfigs", functionARN, "provisioned concurrency"),
		read("logs", "FilterLogEvents", logGroupARN, "log lines"),
		read("logs", "StartLiveTail", logGroupARN, "following the log while it is written"),
		read("sts", "DecodeAuthorizationMessage", "*", "what EC2's encoded authorization failure messages say"),
		{Service: "sts", Operation: "GetCallerIdentity", Why: "who is asking; needs no permission"},
	}
}

// read describes a call whose action is named like the operation, unless actions say otherwise.
func read(service, operation, resource, why string, actions ...string) Permitted {
	if len(actions) == 0 {
		actions = []string{service + ":" + operation}
	}
	return Permitted{Service: service, Operation: operation, Actions: actions, Resource: resource, Why: why}
}

// actionOf is the IAM action that a call of the table needs, "" when there is none.
func actionOf(operation, service string) string {
	for _, p := range Reads() {
		if p.Operation == operation && (service == "" || p.Service == service) {
			return strings.Join(p.Actions, ", ")
		}
	}
	return ""
}

// A Statement of an IAM policy.
type Statement struct {
	Sid      string   `json:"Sid"`
	Effect   string   `json:"Effect"`
	Action   []string `json:"Action"`
	Resource any      `json:"Resource"`
}

// Statements merges the permissions of calls into as few statements as their
// resources allow, with one account's names put in; "*" where a name is "".
func Statements(prefix string, calls []Permitted, partition, region, account string) []Statement {
	byResource := map[string][]string{}
	var order []string
	names := strings.NewReplacer("PARTITION", orAny(partition, "aws"), "REGION", orAny(region, "*"), "ACCOUNT", orAny(account, "*"))
	for _, c := range calls {
		if len(c.Actions) == 0 {
			continue
		}
		key := names.Replace(c.Resource)
		if byResource[key] == nil {
			order = append(order, key)
		}
		byResource[key] = append(byResource[key], c.Actions...)
	}
	slices.Sort(order)
	var out []Statement
	for _, resource := range order {
		actions := byResource[resource]
		slices.Sort(actions)
		out = append(out, Statement{
			Sid: prefix + sidOf(actions, resource), Effect: "Allow", Action: slices.Compact(actions), Resource: resource,
		})
	}
	return out
}

// sidOf names a statement after its service, or Account for "*".
func sidOf(actions []string, resource string) string {
	if resource == "*" {
		return "Account"
	}
	service, _, _ := strings.Cut(actions[0], ":")
	kind := resource[strings.LastIndexByte(resource, ':')+1:]
	kind = strings.Trim(kind, "*/")
	kind, _, _ = strings.Cut(kind, "/")
	return title(service) + title(kind)
}

func title(word string) string {
	var b strings.Builder
	for part := range strings.FieldsFuncSeq(word, func(r rune) bool { return r == '-' || r == '_' }) {
		b.WriteString(strings.ToUpper(part[:1]) + part[1:])
	}
	return b.String()
}

func orAny(value, other string) string {
	if value == "" {
		return other
	}
	return value
}
