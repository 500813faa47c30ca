package template

import (
	"regexp"
	"strings"
)

// Generated is a resource that the SAM transform makes out of another (samtranslator 1.110.0).
type Generated struct {
	ID     string
	Hashed bool // the real id is ID followed by ten hexadecimal digits
	Type   string
	Source string // logical id in the file
	Node   *Node  // what in the file asks for it: a property, an event, or the resource's key
	Needs  []string
}

// A hashed id ends in ten digits of a hash over what it is made of.
var tenHex = regexp.MustCompile(`^[0-9a-f]{10}$`)

// Generated lists what SAM makes of this template.
func (t *Template) Generated() []Generated { return t.generated }

// Origin maps the logical id of a deployed resource to the thing in this file it comes from: a resource
// itself, or what SAM made it of. Nothing is guessed: ok is false when this template does not make it.
func (t *Template) Origin(id string) (Generated, bool) {
	if r := t.byID[id]; r != nil {
		return Generated{ID: id, Type: r.Type, Source: id, Node: r.Key}, true
	}
	if i, ok := t.generatedAt[id]; ok && !t.generated[i].Hashed {
		return t.generated[i], true
	}
	if n := len(id) - 10; n > 0 && tenHex.MatchString(id[n:]) {
		if i, ok := t.generatedAt[id[:n]]; ok && t.generated[i].Hashed {
			return t.generated[i], true
		}
	}
	return Generated{}, false
}

// Locate is the position of a logical id, generated ones included.
func (t *Template) Locate(id string) (Position, bool) {
	g, ok := t.Origin(id)
	if !ok {
		return Position{}, false
	}
	return t.At(g.Node), true
}

// AliasID is the logical id SAM gives to a function's published alias: `-` becomes D, `_` becomes U.
func AliasID(function, alias string) string {
	return function + "Alias" + strings.NewReplacer("-", "D", "_", "U").Replace(alias)
}

// Alias is the text of a function's AutoPublishAlias and its node. ok is false without one, or when it is
// not a plain text (a Ref to a parameter gives its default).
func (t *Template) Alias(r *Resource) (name string, node *Node, ok bool) {
	node = r.Property("AutoPublishAlias")
	if node.Missing() {
		return "", node, false
	}
	if ref, isRef := node.Ref(); isRef {
		name, ok = t.Parameter(ref).Get("Default").Str()
		return name, node, ok
	}
	name, ok = node.Str()
	return name, node, ok
}

// generate mirrors the ids of samtranslator; conditions are not evaluated, so an id may not exist in
// every deployment.
func (t *Template) generate() []Generated {
	if !t.SAM() {
		return nil
	}
	g := &generator{t: t, index: map[string]int{}}
	for _, r := range t.resources {
		switch r.Type {
		case "AWS::Serverless::Function":
			g.function(r)
		case "AWS::Serverless::StateMachine":
			g.stateMachine(r)
		case "AWS::Serverless::Api":
			g.api(r)
		case "AWS::Serverless::HttpApi":
			g.httpAPI(r)
		case "AWS::Serverless::LayerVersion":
			g.add(r.ID, true, "AWS::Lambda::LayerVersion", r.ID, r.Key)
		case "AWS::Serverless::Connector":
			g.add(r.ID+"Policy", false, "AWS::IAM::ManagedPolicy", r.ID, r.Key)
		}
	}
	t.generatedAt = g.index
	return g.all
}

type generator struct {
	t     *Template
	all   []Generated
	index map[string]int // id to its place in all
}

func (g *generator) add(id string, hashed bool, kind, source string, at *Node, needs ...string) {
	if at == nil {
		return
	}
	if i, ok := g.index[id]; ok {
		g.all[i].Needs = append(g.all[i].Needs, needs...)
		return
	}
	g.index[id] = len(g.all)
	g.all = append(g.all, Generated{id, hashed, kind, source, at, needs})
}

func (g *generator) function(r *Resource) {
	if role := r.Property("Role"); role.Missing() || role.Fn == "Fn::If" {
		g.add(r.ID+"Role", false, "AWS::IAM::Role", r.ID, r.Key)
	}
	target := r.ID
	alias, node, ok := g.t.Alias(r)
	if !ok && !node.Missing() {
		alias = ""
	}
	if !node.Missing() {
		g.add(r.ID+"Version", true, "AWS::Lambda::Version", r.ID, node, r.ID)
	}
	if ok {
		target = AliasID(r.ID, alias)
		g.add(target, false, "AWS::Lambda::Alias", r.ID, node, r.ID)
	}
	if url := r.Property("FunctionUrlConfig"); !url.Missing() {
		g.add(r.ID+"Url", false, "AWS::Lambda::Url", r.ID, url, target)
		g.add(r.ID+"UrlPublicPermissions", false, "AWS::Lambda::Permission", r.ID, url, target)
		g.add(r.ID+"URLInvokeAllowPublicAccess", false, "AWS::Lambda::Permission", r.ID, url, target)
	}
	if d := r.Property("DeploymentPreference"); !d.Missing() {
		g.add("ServerlessDeploymentApplication", false, "AWS::CodeDeploy::Application", r.ID, d)
		g.add("CodeDeployServiceRole", false, "AWS::IAM::Role", r.ID, d)
		g.add(r.ID+"DeploymentGroup", false, "AWS::CodeDeploy::DeploymentGroup", r.ID, d, target)
	}
	if e := r.Property("EventInvokeConfig"); !e.Missing() {
		g.add(r.ID+"EventInvokeConfig", false, "AWS::Lambda::EventInvokeConfig", r.ID, e, target)
	}
	for _, p := range r.Property("Events").Entries() {
		g.event(r, p, target)
	}
}

func (g *generator) stateMachine(r *Resource) {
	if r.Property("Role").Missing() {
		g.add(r.ID+"Role", false, "AWS::IAM::Role", r.ID, r.Key)
	}
	if alias := r.Property("AutoPublishAlias"); !alias.Missing() {
		g.add(r.ID+"Version", true, "AWS::StepFunctions::StateMachineVersion", r.ID, alias)
		if s, ok := alias.Str(); ok {
			g.add(AliasID(r.ID, s), false, "AWS::StepFunctions::StateMachineAlias", r.ID, alias, r.ID)
		}
	}
	for _, p := range r.Property("Events").Entries() {
		g.event(r, p, r.ID)
	}
}

// event adds what one entry of Events makes: rules, permissions, mappings and the implicit APIs.
func (g *generator) event(r *Resource, p Pair, target string) {
	id := r.ID + p.Key.Text
	kind, _ := p.Value.Get("Type").Str()
	props := p.Value.Get("Properties")
	switch kind {
	case "Api":
		g.apiEvent(r, p, target)
	case "HttpApi":
		g.add(id+"Permission", false, "AWS::Lambda::Permission", r.ID, p.Key, target)
		if props.Get("ApiId").Missing() {
			g.add("ServerlessHttpApi", false, "AWS::ApiGatewayV2::Api", r.ID, p.Key, target)
			g.add("ServerlessHttpApiApiGatewayDefaultStage", false, "AWS::ApiGatewayV2::Stage", r.ID, p.Key, target)
		}
	case "Schedule", "CloudWatchEvent", "EventBridgeRule":
		g.add(id, false, "AWS::Events::Rule", r.ID, p.Key, target)
		g.add(id+"Permission", false, "AWS::Lambda::Permission", r.ID, p.Key, target)
		g.add(id+"Role", false, "AWS::IAM::Role", r.ID, p.Key)
		g.add(id+"Queue", false, "AWS::SQS::Queue", r.ID, p.Key)
	case "ScheduleV2":
		g.add(id, false, "AWS::Scheduler::Schedule", r.ID, p.Key, target)
		g.add(id+"Role", false, "AWS::IAM::Role", r.ID, p.Key)
		g.add(id+"Queue", false, "AWS::SQS::Queue", r.ID, p.Key)
	case "SNS":
		g.add(id, false, "AWS::SNS::Subscription", r.ID, p.Key, target)
		g.add(id+"Permission", false, "AWS::Lambda::Permission", r.ID, p.Key, target)
		g.add(id+"Queue", false, "AWS::SQS::Queue", r.ID, p.Key)
		g.add(id+"QueuePolicy", false, "AWS::SQS::QueuePolicy", r.ID, p.Key)
		g.add(id+"EventSourceMapping", false, "AWS::Lambda::EventSourceMapping", r.ID, p.Key, target)
	case "CloudWatchLogs":
		g.add(id, false, "AWS::Logs::SubscriptionFilter", r.ID, p.Key, target)
		g.add(id+"Permission", false, "AWS::Lambda::Permission", r.ID, p.Key, target)
	case "IoTRule":
		g.add(id, false, "AWS::IoT::TopicRule", r.ID, p.Key, target)
		g.add(id+"Permission", false, "AWS::Lambda::Permission", r.ID, p.Key, target)
	case "S3", "AlexaSkill", "Cognito":
		g.add(id+"Permission", false, "AWS::Lambda::Permission", r.ID, p.Key, target)
	default:
		g.add(id, false, "AWS::Lambda::EventSourceMapping", r.ID, p.Key, target)
	}
}

func (g *generator) apiEvent(r *Resource, p Pair, target string) {
	stage := "Prod"
	api, explicit := p.Value.At("Properties", "RestApiId").Ref()
	if explicit {
		stage, _ = g.t.byID[api].stageName()
	} else if p.Value.At("Properties", "RestApiId").Missing() {
		g.add("ServerlessRestApi", false, "AWS::ApiGateway::RestApi", r.ID, p.Key, target)
		g.add("ServerlessRestApiDeployment", true, "AWS::ApiGateway::Deployment", r.ID, p.Key, target)
		g.add("ServerlessRestApiProdStage", false, "AWS::ApiGateway::Stage", r.ID, p.Key, target)
	}
	g.add(r.ID+p.Key.Text+"Permission"+stage, false, "AWS::Lambda::Permission", r.ID, p.Key, target)
	g.add(r.ID+p.Key.Text+"PermissionTest", false, "AWS::Lambda::Permission", r.ID, p.Key, target)
	g.add(r.ID+p.Key.Text+"Role", false, "AWS::IAM::Role", r.ID, p.Key)
}

// stageName is the stage as SAM writes it into ids. A stage that is no plain text becomes "Stage".
func (r *Resource) stageName() (inPermission, inStage string) {
	if r == nil {
		return "Stage", "Stage"
	}
	name, ok := r.Property("StageName").Str()
	if !ok {
		return "Stage", "Stage"
	}
	name = strings.Map(alphanumeric, name)
	return name, name + "Stage"
}

func (g *generator) api(r *Resource) {
	_, stage := r.stageName()
	g.add(r.ID+"Deployment", true, "AWS::ApiGateway::Deployment", r.ID, r.Key, r.ID)
	g.add(r.ID+stage, false, "AWS::ApiGateway::Stage", r.ID, r.Key, r.ID)
	if domain := r.Property("Domain"); !domain.Missing() {
		g.add("ApiGatewayDomainName", true, "AWS::ApiGateway::DomainName", r.ID, domain, r.ID)
		g.add(r.ID+"BasePathMapping", false, "AWS::ApiGateway::BasePathMapping", r.ID, domain, r.ID)
	}
	if plan := r.Property("Auth", "UsagePlan"); !plan.Missing() {
		g.add(r.ID+"UsagePlan", false, "AWS::ApiGateway::UsagePlan", r.ID, plan, r.ID)
		g.add(r.ID+"UsagePlanKey", false, "AWS::ApiGateway::UsagePlanKey", r.ID, plan, r.ID)
		g.add(r.ID+"ApiKey", false, "AWS::ApiGateway::ApiKey", r.ID, plan, r.ID)
	}
}

func (g *generator) httpAPI(r *Resource) {
	name, ok := r.Property("StageName").Str()
	stage := r.ID + "ApiGatewayDefaultStage"
	if ok && name != "$default" {
		stage = r.ID + strings.Map(alphanumeric, name) + "Stage"
	}
	g.add(stage, false, "AWS::ApiGatewayV2::Stage", r.ID, r.Key, r.ID)
	if domain := r.Property("Domain"); !domain.Missing() {
		g.add("ApiGatewayDomainNameV2", true, "AWS::ApiGatewayV2::DomainName", r.ID, domain, r.ID)
	}
}
