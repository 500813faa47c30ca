package collect

import (
	"regexp"
	"slices"
	"strings"

	"firstaid/diagnostics"
)

// leads are the things that a snapshot points at, each named once: those that
// failures name come first, because there is a bound to what is read.
type leads struct {
	functions    []string
	roles        []string
	rest, http   []string
	logGroups    []string
	repositories []imageURI // tag and digest are empty for a repository by itself
	// scaling says that provisioned concurrency is scaled, or was meant to be.
	scaling bool
	// gone are the resources that the operation itself removed again: asking
	// for them would only tell what the events have told.
	gone map[string]bool
}

// The bounds of one reading: a stack with more is read in part, and says so.
const (
	maxFunctions    = 40
	maxRoles        = 40
	maxAPIs         = 10
	maxLogGroups    = 25
	maxRepositories = 15
)

var (
	functionPattern   = regexp.MustCompile(`arn:aws[\w-]*:lambda:([\w-]+):(\d{12}):function:([\w-]{1,64})`)
	rolePattern       = regexp.MustCompile(`arn:aws[\w-]*:iam::(\d{12}):role/([\w+=,.@/-]{1,512})`)
	assumedPattern    = regexp.MustCompile(`arn:aws[\w-]*:sts::(\d{12}):assumed-role/([\w+=,.@-]{1,64})/`)
	imagePattern      = regexp.MustCompile(`(\d{12})\.dkr\.ecr(?:-fips)?\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/([a-z0-9][a-z0-9._/-]{1,255})(?::([\w][\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?`)
	repositoryPattern = regexp.MustCompile(`repository (?:with name )?'([a-z0-9][a-z0-9._/-]{1,255})'[^']{0,60}registry with id '(\d{12})'`)
)

// follow finds the leads of a snapshot.
func follow(s *diagnostics.Snapshot) leads {
	var l leads
	texts := failureTexts(s)
	for _, t := range texts {
		l.named(s, t)
	}
	l.gone = removed(s)
	for _, p := range physical(s) {
		l.resource(p.kind, p.id)
	}
	l.scaling = scales(s)
	for _, f := range s.Functions {
		l.roles = appendNew(l.roles, roleName(f.Role))
		l.image(f.ImageUri)
	}
	for _, stack := range s.Stacks {
		if stack.StackId == s.StackID {
			l.roles = appendNew(l.roles, roleName(stack.RoleARN))
			for _, p := range stack.Parameters {
				l.image(firstOf(p.ResolvedValue, p.ParameterValue))
			}
		}
	}
	for _, t := range s.Templates {
		l.image(t.Processed)
		l.image(t.Original)
	}
	for _, api := range s.APIs {
		for _, stage := range api.Stages {
			l.logGroups = appendNew(l.logGroups, groupName(stage.LogGroupArn))
			if api.Protocol == "REST" {
				l.logGroups = appendNew(l.logGroups, "API-Gateway-Execution-Logs_"+api.ApiId+"/"+stage.StageName)
			}
		}
	}
	return l
}

// named takes what a failure's text names in this account and region.
func (l *leads) named(s *diagnostics.Snapshot, text string) {
	here := func(account string) bool { return s.Identity.Account == "" || s.Identity.Account == account }
	for _, m := range functionPattern.FindAllStringSubmatch(text, -1) {
		if here(m[2]) && m[1] == s.Identity.Region {
			l.functions = appendNew(l.functions, m[3])
		}
	}
	for _, m := range rolePattern.FindAllStringSubmatch(text, -1) {
		if here(m[1]) {
			l.roles = appendNew(l.roles, roleName("arn:aws:iam::"+m[1]+":role/"+strings.TrimRight(m[2], ".,")))
		}
	}
	for _, m := range assumedPattern.FindAllStringSubmatch(text, -1) {
		if here(m[1]) {
			l.roles = appendNew(l.roles, m[2])
		}
	}
	for _, m := range repositoryPattern.FindAllStringSubmatch(text, -1) {
		l.repositories = appendNew(l.repositories, imageURI{account: m[2], region: s.Identity.Region, repository: m[1]})
	}
	l.image(text)
}

// image takes every ECR image that a text names.
func (l *leads) image(text string) {
	for _, m := range imagePattern.FindAllStringSubmatch(text, -1) {
		l.repositories = appendNew(l.repositories, imageURI{
			account: m[1], region: m[2], repository: strings.TrimRight(m[3], "./"), tag: strings.TrimRight(m[4], "."), digest: m[5],
		})
	}
}

func (l *leads) resource(kind, id string) {
	switch kind {
	case "AWS::Lambda::Function", "AWS::Lambda::Alias", "AWS::Lambda::Version":
		l.functions = appendNew(l.functions, functionName(id))
	case "AWS::IAM::Role":
		l.roles = appendNew(l.roles, id)
	case "AWS::ApiGateway::RestApi":
		l.rest = appendNew(l.rest, id)
	case "AWS::ApiGatewayV2::Api":
		l.http = appendNew(l.http, id)
	case "AWS::ECR::Repository":
		l.repositories = appendNew(l.repositories, imageURI{repository: id})
	}
}

// functionName is the name in a function's, alias's or version's ARN.
func functionName(id string) string {
	if _, rest, ok := strings.Cut(id, ":function:"); ok {
		name, _, _ := strings.Cut(rest, ":")
		return name
	}
	return id
}

// failureTexts are the reasons of failed events and of resources, and the log
// lines that speak of a refusal.
func failureTexts(s *diagnostics.Snapshot) []string {
	var texts []string
	for _, e := range s.Events {
		if e.Failed() {
			texts = append(texts, e.Reason())
		}
	}
	for _, f := range s.Functions {
		texts = append(texts, f.StateReason, f.LastUpdateStatusReason)
	}
	for _, g := range s.LogGroups {
		for _, e := range g.Events {
			if refusal.MatchString(e.Message) {
				texts = append(texts, e.Message)
			}
		}
	}
	return texts
}

var refusal = regexp.MustCompile(`(?i)not authori[sz]ed|access.?denied|does not exist|not found|NotFound`)

func scales(s *diagnostics.Snapshot) bool {
	const service = "AWS::ApplicationAutoScaling::"
	return slices.ContainsFunc(s.Events, func(e diagnostics.Event) bool { return strings.HasPrefix(e.ResourceType, service) }) ||
		slices.ContainsFunc(s.Resources, func(r diagnostics.Resource) bool { return strings.HasPrefix(r.ResourceType, service) }) ||
		slices.ContainsFunc(s.Functions, func(f diagnostics.Function) bool {
			return slices.ContainsFunc(f.Aliases, func(a diagnostics.Alias) bool { return a.Provisioned != nil })
		})
}

// removed are the physical ids whose last event in the operation is their deletion.
func removed(s *diagnostics.Snapshot) map[string]bool {
	gone := map[string]bool{}
	for _, e := range s.Events {
		if id := e.PhysicalResourceId; id != "" {
			gone[id] = e.ResourceStatus == "DELETE_COMPLETE"
		}
	}
	return gone
}

type thing struct{ kind, id string }

// physical lists the resources that have an id, failed ones first. Events know
// resources that a rollback has removed from the stack.
func physical(s *diagnostics.Snapshot) []thing {
	var failed, others []thing
	for _, e := range s.Events {
		if e.PhysicalResourceId == "" {
			continue
		}
		if t := (thing{e.ResourceType, e.PhysicalResourceId}); e.Failed() {
			failed = append(failed, t)
		} else {
			others = append(others, t)
		}
	}
	for _, r := range s.Resources {
		if r.PhysicalResourceId != "" {
			others = append(others, thing{r.ResourceType, r.PhysicalResourceId})
		}
	}
	return append(failed, others...)
}

func appendNew[T comparable](list []T, value T) []T {
	var zero T
	if value == zero || slices.Contains(list, value) {
		return list
	}
	return append(list, value)
}
