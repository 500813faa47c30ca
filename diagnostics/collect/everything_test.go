package collect_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"firstaid/diagnostics"
	"firstaid/diagnostics/actions"
	"firstaid/diagnostics/collect"
)

const refusedRead = "[ERROR] ClientError: An error occurred (AccessDeniedException) when calling the GetItem operation: " +
	"User: arn:aws:sts::123456789012:assumed-role/shop-role/shop-fn is not authorized to perform: dynamodb:GetItem on resource: " +
	"arn:aws:dynamodb:eu-west-1:123456789012:table/orders because no identity-based policy allows the dynamodb:GetItem action"

// full is a shop with everything that a stack can have.
func full(t *testing.T) *wire {
	w := newWire(t)
	w.shop()
	resource := func(logical, physical, kind string) string {
		return fmt.Sprintf("<member><LogicalResourceId>%s</LogicalResourceId><PhysicalResourceId>%s</PhysicalResourceId><ResourceType>%s</ResourceType><ResourceStatus>CREATE_COMPLETE</ResourceStatus></member>", logical, physical, kind)
	}
	w.on("ListStacks", always(query("ListStacks", "<StackSummaries>"+stackRow(shopID, "ROLLBACK_COMPLETE", "")+"</StackSummaries>")))
	w.on("ListStackResources", always(query("ListStackResources", "<StackResourceSummaries>"+
		resource("Fn", "shop-fn", "AWS::Lambda::Function")+resource("Rest", "rest1", "AWS::ApiGateway::RestApi")+resource("Http", "http1", "AWS::ApiGatewayV2::Api")+
		resource("Target", "t", "AWS::ApplicationAutoScaling::ScalableTarget")+"</StackResourceSummaries>")))
	w.function()
	w.role()
	w.apis()
	w.registry()
	w.claims()
	now := time.Now().UnixMilli()
	message, _ := json.Marshal(refusedRead)
	encoded, _ := json.Marshal(encodedText)
	w.on("FilterLogEvents", always(object(fmt.Sprintf(`{"events":[{"eventId":"1","timestamp":%d,"logStreamName":"s","message":%s},{"eventId":"2","timestamp":%d,"logStreamName":"s","message":%s}]}`, now-1000, message, now-900, encoded))))
	w.on("DecodeAuthorizationMessage", always(query("DecodeAuthorizationMessage", "<DecodedMessage>{}</DecodedMessage>")))
	w.on("DescribeScalableTargets", always(object(`{"ScalableTargets":[{"ServiceNamespace":"lambda","ResourceId":"function:shop-fn:live","ScalableDimension":"lambda:function:ProvisionedConcurrency","MinCapacity":1,"MaxCapacity":5}]}`)))
	w.on("DescribeScalingPolicies", always(object(`{"ScalingPolicies":[{"PolicyName":"util","ResourceId":"function:shop-fn:live"}]}`)))
	w.on("SimulatePrincipalPolicy", always(query("SimulatePrincipalPolicy", `<EvaluationResults><member>
		<EvalActionName>dynamodb:GetItem</EvalActionName><EvalResourceName>arn:${Partition}:dynamodb:${Region}:${Account}:table/${TableName}</EvalResourceName><EvalDecision>implicitDeny</EvalDecision>
		<OrganizationsDecisionDetail><AllowedByOrganizations>true</AllowedByOrganizations></OrganizationsDecisionDetail>
		<ResourceSpecificResults><member><EvalResourceName>arn:aws:dynamodb:eu-west-1:123456789012:table/orders</EvalResourceName><EvalResourceDecision>implicitDeny</EvalResourceDecision>
		<PermissionsBoundaryDecisionDetail><AllowedByPermissionsBoundary>false</AllowedByPermissionsBoundary></PermissionsBoundaryDecisionDetail></member></ResourceSpecificResults>
		</member></EvaluationResults><IsTruncated>false</IsTruncated>`)))
	return w
}

func (w *wire) function() {
	const root = "GET /2015-03-31/functions/shop-fn"
	w.on(root, always(object(`{"Configuration":{"FunctionName":"shop-fn","FunctionArn":"arn:aws:lambda:eu-west-1:123456789012:function:shop-fn","Role":"arn:aws:iam::123456789012:role/app/shop-role",
		"PackageType":"Image","Architectures":["arm64"],"MemorySize":512,"Timeout":30,"Environment":{"Variables":{"TABLE":"orders","API_KEY":"s3cr3t-value-1234"}},"LoggingConfig":{"LogGroup":"/shop/all","LogFormat":"JSON"},
		"VpcConfig":{"SubnetIds":["subnet-0a1b2c3d","subnet-0e0e0e0e"],"SecurityGroupIds":["sg-0a0b0c0d"]},"KMSKeyArn":"arn:aws:kms:eu-west-1:123456789012:key/k1","Layers":[{"Arn":"arn:aws:lambda:eu-west-1:123456789012:layer:deps:3"}]},
		"Code":{"ImageUri":"123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/api:v7"},"Concurrency":{"ReservedConcurrentExecutions":0},"Tags":{"b":"2","a":"1"}}`)))
	w.on(root+"/aliases", always(object(`{"Aliases":[{"Name":"live","AliasArn":"arn:aws:lambda:eu-west-1:123456789012:function:shop-fn:live","FunctionVersion":"3"}]}`)))
	w.on(root+"/policy", always(object(`{"Policy":"{\"Statement\":[]}"}`)))
	w.on("GET /2019-09-30/functions/shop-fn/provisioned-concurrency", always(object(`{"ProvisionedConcurrencyConfigs":[{"FunctionArn":"arn:aws:lambda:eu-west-1:123456789012:function:shop-fn:live","RequestedProvisionedConcurrentExecutions":2,"AllocatedProvisionedConcurrentExecutions":0,"Status":"FAILED","StatusReason":"INSUFFICIENT"}]}`)))
	w.on("GET /2021-10-31/functions/shop-fn/url", always(object(`{"FunctionUrl":"https://x.lambda-url.eu-west-1.on.aws/","AuthType":"NONE","InvokeMode":"RESPONSE_STREAM","Cors":{"AllowMethods":["GET"]}}`)))
	w.on("GET /2015-03-31/event-source-mappings", always(object(`{"EventSourceMappings":[{"UUID":"u","State":"Enabled","LastProcessingResult":"PROBLEM: Function call failed"}]}`)))
}

func (w *wire) role() {
	policy := url.PathEscape(`{"Statement":[{"Effect":"Allow","Action":"logs:*","Resource":"*"}]}`)
	w.on("GetRole", always(query("GetRole", "<Role><RoleName>shop-role</RoleName><Path>/app/</Path><Arn>arn:aws:iam::123456789012:role/app/shop-role</Arn><AssumeRolePolicyDocument>"+policy+
		"</AssumeRolePolicyDocument><PermissionsBoundary><PermissionsBoundaryArn>arn:aws:iam::123456789012:policy/limit</PermissionsBoundaryArn></PermissionsBoundary><Tags><member><Key>team</Key><Value>shop</Value></member></Tags></Role>")))
	w.on("ListRolePolicies", always(query("ListRolePolicies", "<PolicyNames><member>inline</member></PolicyNames><IsTruncated>false</IsTruncated>")))
	w.on("GetRolePolicy", always(query("GetRolePolicy", "<PolicyDocument>"+policy+"</PolicyDocument>")))
	w.on("ListAttachedRolePolicies", always(query("ListAttachedRolePolicies", "<AttachedPolicies><member><PolicyName>Basic</PolicyName><PolicyArn>arn:aws:iam::aws:policy/Basic</PolicyArn></member></AttachedPolicies><IsTruncated>false</IsTruncated>")))
	w.on("GetPolicy", always(query("GetPolicy", "<Policy><DefaultVersionId>v3</DefaultVersionId></Policy>")))
	w.on("GetPolicyVersion", always(query("GetPolicyVersion", "<PolicyVersion><Document>"+policy+"</Document></PolicyVersion>")))
}

func (w *wire) apis() {
	w.on("GET /restapis/rest1", always(object(`{"id":"rest1","name":"shop","binaryMediaTypes":["*/*"]}`)))
	w.on("GET /restapis/rest1/resources", always(object(`{"item":[{"id":"r","path":"/items","resourceMethods":{
		"GET":{"httpMethod":"GET","authorizationType":"NONE","methodIntegration":{"type":"AWS_PROXY","uri":"arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/${Fn.Arn}/invocations","timeoutInMillis":29000}},
		"OPTIONS":{"httpMethod":"OPTIONS","methodIntegration":{"type":"MOCK","integrationResponses":{"200":{"statusCode":"200","responseParameters":{"method.response.header.Access-Control-Allow-Methods":"'GET,POST'","method.response.header.Access-Control-Allow-Origin":"'*'"}}}}}}}]}`)))
	w.on("GET /restapis/rest1/stages", always(object(`{"item":[{"stageName":"Prod","deploymentId":"d","accessLogSettings":{"destinationArn":"arn:aws:logs:eu-west-1:123456789012:log-group:access"}}]}`)))
	w.on("GET /restapis/rest1/deployments", always(object(`{"item":[{"id":"old","createdDate":1700000000},{"id":"newest","createdDate":1800000000},{"id":"d","createdDate":1750000000}]}`)))
	w.on("GET /restapis/rest1/gatewayresponses", always(object(`{"item":[{"responseType":"DEFAULT_4XX","defaultResponse":false,"responseParameters":{"gatewayresponse.header.Access-Control-Allow-Origin":"'*'"}},{"responseType":"THROTTLED","defaultResponse":true}]}`)))
	w.on("GET /v2/apis/http1", always(object(`{"apiId":"http1","name":"web","protocolType":"HTTP","corsConfiguration":{"allowMethods":["GET"],"allowOrigins":["*"]}}`)))
	w.on("GET /v2/apis/http1/routes", always(object(`{"items":[{"routeKey":"GET /items","target":"integrations/i1","authorizationType":"NONE"},{"routeKey":"$default"}]}`)))
	w.on("GET /v2/apis/http1/integrations", always(object(`{"items":[{"integrationId":"i1","integrationType":"AWS_PROXY","integrationUri":"arn:aws:lambda:eu-west-1:123456789012:function:shop-fn","timeoutInMillis":30000}]}`)))
	w.on("GET /v2/apis/http1/stages", always(object(`{"items":[{"stageName":"$default"}]}`)))
}

// claims are failures that name an export, a name that is taken and a group that
// is held, with what AWS says of them.
func (w *wire) claims() {
	w.on("DescribeStackEvents", always(query("DescribeStackEvents", "<StackEvents>"+
		eventRow(shopID, 9, "Group", "AWS::EC2::SecurityGroup", "DELETE_FAILED", "resource sg-0123456789 has a dependent object")+
		eventRow(shopID, 8, "Table", "AWS::DynamoDB::Table", "CREATE_FAILED", "Resource of type 'AWS::DynamoDB::Table' with identifier 'orders' already exists.")+
		eventRow(shopID, 7, "Free", "AWS::SQS::Queue", "CREATE_FAILED", "Resource of type 'AWS::SQS::Queue' with identifier 'jobs' already exists.")+
		eventRow(shopID, 6, "Vpc", "AWS::EC2::VPC", "UPDATE_FAILED", "Export net-Vpc cannot be deleted as it is in use by api")+
		eventRow(shopID, 2, "Queue", "AWS::SQS::Queue", "CREATE_FAILED", "Invalid value for the parameter DelaySeconds")+
		eventRow(shopID, 0, "shop", "", "CREATE_IN_PROGRESS", "User Initiated")+"</StackEvents>")))
	w.on("ListImports", always(query("ListImports", "<Imports><member>jobs</member><member>api</member></Imports>")))
	w.on("DescribeStackResources", func(r request) answer {
		if r.form.Get("PhysicalResourceId") != "orders" {
			return fault(400, "ValidationError", "Stack for jobs does not exist")
		}
		return query("DescribeStackResources", "<StackResources><member><StackName>old-shop</StackName><LogicalResourceId>T</LogicalResourceId><PhysicalResourceId>orders</PhysicalResourceId><ResourceType>AWS::DynamoDB::Table</ResourceType><ResourceStatus>CREATE_COMPLETE</ResourceStatus><Timestamp>2026-11-22T10:00:00Z</Timestamp></member></StackResources>")
	})
	ec2 := func(operation, body string) {
		w.on(operation, always(answer{status: 200, contentType: "text/xml", body: "<" + operation + "Response>" + body + "</" + operation + "Response>"}))
	}
	ec2("DescribeSubnets", "<subnetSet><item><subnetId>subnet-0e0e0e0e</subnetId><vpcId>vpc-1</vpcId><availableIpAddressCount>3</availableIpAddressCount></item><item><subnetId>subnet-0a1b2c3d</subnetId><vpcId>vpc-1</vpcId><availableIpAddressCount>250</availableIpAddressCount></item></subnetSet>")
	ec2("DescribeRouteTables", `<routeTableSet>
		<item><vpcId>vpc-1</vpcId><associationSet><item><subnetId>subnet-0a1b2c3d</subnetId><main>false</main></item></associationSet><routeSet><item><destinationCidrBlock>10.0.0.0/16</destinationCidrBlock><gatewayId>local</gatewayId></item><item><destinationCidrBlock>0.0.0.0/0</destinationCidrBlock><natGatewayId>nat-1</natGatewayId><state>active</state></item></routeSet></item>
		<item><vpcId>vpc-1</vpcId><associationSet><item><main>true</main></item></associationSet><routeSet><item><destinationCidrBlock>10.0.0.0/16</destinationCidrBlock><gatewayId>local</gatewayId></item></routeSet></item></routeTableSet>`)
	ec2("DescribeVpcEndpoints", "<vpcEndpointSet><item><vpcId>vpc-1</vpcId><serviceName>com.amazonaws.eu-west-1.s3</serviceName><state>available</state></item><item><vpcId>vpc-1</vpcId><serviceName>com.amazonaws.eu-west-1.sqs</serviceName><state>pending</state></item></vpcEndpointSet>")
	ec2("DescribeNetworkInterfaces", "<networkInterfaceSet><item><networkInterfaceId>eni-1</networkInterfaceId><subnetId>subnet-9</subnetId><interfaceType>lambda</interfaceType><description>AWS Lambda VPC ENI-shop-fn</description><status>in-use</status><groupSet><item><groupId>sg-0123456789</groupId></item></groupSet></item></networkInterfaceSet>")
	w.on("DescribeKey", always(object(`{"KeyMetadata":{"KeyState":"PendingDeletion"}}`)))
	w.on("GET /2018-10-31/layers", always(object(`{"CompatibleArchitectures":["x86_64"],"CompatibleRuntimes":["python3.13"]}`)))
}

// checkClaims: the table is another stack's, the queue nobody's; one subnet has
// a NAT gateway, the other the main table without a way out.
func checkClaims(t *testing.T, s *diagnostics.Snapshot) {
	t.Helper()
	if len(s.Exports) != 1 || s.Exports[0].Name != "net-Vpc" || !slices.Equal(s.Exports[0].Importers, []string{"api", "jobs"}) {
		t.Errorf("exports %+v", s.Exports)
	}
	if len(s.Claims) != 2 || s.Claims[0].StackName != "" || s.Claims[1].StackName != "old-shop" || s.Claims[1].LogicalResourceId != "T" {
		t.Errorf("claims %+v", s.Claims)
	}
	if len(s.Subnets) != 2 || s.Subnets[0].DefaultRoute != "nat-1" || s.Subnets[1].DefaultRoute != "none" || s.Subnets[1].AvailableIpAddressCount != 3 ||
		!slices.Equal(s.Subnets[0].Endpoints, []string{"com.amazonaws.eu-west-1.s3"}) {
		t.Errorf("subnets %+v", s.Subnets)
	}
	if len(s.Occupants) != 1 || s.Occupants[0].In != "sg-0123456789" || len(s.Occupants[0].Interfaces) != 1 || s.Occupants[0].Interfaces[0].InterfaceType != "lambda" {
		t.Errorf("occupants %+v", s.Occupants)
	}
	if len(s.Keys) != 1 || s.Keys[0].KeyState != "PendingDeletion" {
		t.Errorf("keys %+v", s.Keys)
	}
	if len(s.Layers) != 1 || !slices.Equal(s.Layers[0].Architectures, []string{"x86_64"}) {
		t.Errorf("layers %+v", s.Layers)
	}
	for _, a := range s.APIs {
		if want := map[string]string{"REST": "newest"}[a.Protocol]; a.LatestDeployment != want {
			t.Errorf("the latest deployment of %s is %q", a.ApiId, a.LatestDeployment)
		}
	}
}

// What stands beside the matter never ends a reading, whatever the refusal.
func TestWireNetworkRefused(t *testing.T) {
	t.Parallel()
	w := full(t)
	w.on("DescribeSubnets", always(answer{status: 403, contentType: "text/xml", body: "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>You are not authorized to perform this operation.</Message></Error></Errors></Response>"}))
	w.on("DescribeKey", always(answer{status: 400, contentType: "application/x-amz-json-1.1", body: `{"__type":"NotFoundException","message":"Key 'k1' does not exist"}`}))
	w.on("DescribeNetworkInterfaces", always(answer{status: 401, contentType: "text/xml", body: "<Response><Errors><Error><Code>AuthFailure</Code><Message>no</Message></Error></Errors></Response>"}))
	s := last(t, w.collector())
	if !s.Complete || len(s.Keys) != 1 || s.Keys[0].KeyState != "NotFound" {
		t.Errorf("complete %v, keys %+v", s.Complete, s.Keys)
	}
	kinds := map[diagnostics.Kind]string{}
	for _, u := range s.Unread {
		kinds[u.Of.Kind] = u.Action
	}
	if action, ok := kinds[diagnostics.KindSubnet]; !ok || action != "ec2:DescribeSubnets" {
		t.Errorf("unread %+v", s.Unread)
	}
	if _, ok := kinds[diagnostics.KindInterface]; !ok {
		t.Errorf("unread %+v", s.Unread)
	}
}

func (w *wire) registry() {
	const digest = "sha256:1111111111111111111111111111111111111111111111111111111111111111"
	w.on("DescribeRepositories", always(object(`{"repositories":[{"repositoryName":"shop/api","registryId":"123456789012","repositoryArn":"arn:aws:ecr:eu-west-1:123456789012:repository/shop/api","imageTagMutability":"IMMUTABLE"}]}`)))
	w.on("GetRepositoryPolicy", always(refusal(400, "RepositoryPolicyNotFoundException", "Repository policy does not exist")))
	w.on("GetLifecyclePolicy", always(object(`{"lifecyclePolicyText":"{\"rules\":[]}"}`)))
	w.on("DescribeImages", always(object(`{"imageDetails":[{"imageDigest":"sha256:old","imageTags":["v6"],"imagePushedAt":1700000000},{"imageDigest":"`+digest+`","imageTags":["v7"],"imagePushedAt":1800000000}]}`)))
	w.on("BatchGetImage", func(r request) answer {
		manifest := fmt.Sprintf(`{"schemaVersion":2,"config":{"digest":%q}}`, "sha256:c0nf")
		text, _ := json.Marshal(manifest)
		return object(`{"images":[{"imageManifest":` + string(text) + `}]}`)
	})
	w.on("GetDownloadUrlForLayer", always(object(`{"downloadUrl":"`+w.URL+`/blob"}`)))
	w.on("GET /blob", always(object(`{"architecture":"amd64","os":"linux"}`)))
}

// Everything a stack can have is read, and the table of calls is exactly what
// is called: nothing unlisted, nothing listed in vain.
func TestWireEverything(t *testing.T) {
	t.Parallel()
	w := full(t)
	all := waves(t, w.collector(), collect.Target{})
	s := all[len(all)-1]
	if u := slices.DeleteFunc(slices.Clone(s.Unread), func(u diagnostics.Unread) bool { return u.Of.Kind == diagnostics.KindMetric }); len(u) > 0 {
		t.Errorf("unread: %+v", u)
	}
	called := map[string]bool{"logs StartLiveTail": true} // by Tail only
	for _, c := range s.Calls {
		called[c.Service+" "+c.Operation] = true
	}
	for _, p := range collect.Reads() {
		name := p.Service + " " + p.Operation
		if !called[name] {
			t.Errorf("%s stands in the table and was not called", name)
		}
		delete(called, name)
		for _, action := range p.Actions {
			if _, known := actions.Lookup(action); !known {
				t.Errorf("%s: there is no action %s", name, action)
			}
		}
	}
	for name := range called {
		t.Errorf("%s was called and does not stand in the table", name)
	}
	checkFull(t, s)
	checkClaims(t, s)
}

func checkFull(t *testing.T, s *diagnostics.Snapshot) {
	t.Helper()
	if len(s.Functions) != 1 || len(s.Roles) != 1 || len(s.APIs) != 2 || len(s.Repositories) != 1 || len(s.Simulations) != 1 || len(s.ScalableTargets) != 1 {
		t.Fatalf("%d functions, %d roles, %d APIs, %d repositories, %d simulations, %d targets",
			len(s.Functions), len(s.Roles), len(s.APIs), len(s.Repositories), len(s.Simulations), len(s.ScalableTargets))
	}
	f := s.Functions[0]
	if f.LogGroup != "/shop/all" || f.ReservedConcurrency == nil || *f.ReservedConcurrency != 0 || f.Aliases[0].Provisioned.StatusReason != "INSUFFICIENT" ||
		f.URL.InvokeMode != "RESPONSE_STREAM" || f.EventSources[0].LastProcessingResult == "" || f.Tags[0].Key != "a" {
		t.Errorf("function %+v", f)
	}
	for _, v := range f.Environment {
		if v.Name == "API_KEY" && strings.Contains(v.Value, "s3cr3t") {
			t.Errorf("a secret is in the snapshot: %s", v.Value)
		}
	}
	if role := s.Roles[0]; role.Path != "/app/" || len(role.Policies) != 2 || !strings.Contains(role.Boundary, `"logs:*"`) || role.TrustPolicy[0] != '{' {
		t.Errorf("role %+v", role)
	}
	http, rest := s.APIs[0], s.APIs[1]
	if http.Cors == nil || http.Routes[0].Path != "$default" || http.Routes[1].HttpMethod != "GET" || http.Routes[1].TimeoutInMillis != 30000 {
		t.Errorf("HTTP API %+v", http)
	}
	if rest.Routes[0].HttpMethod != "GET" || !strings.Contains(rest.Routes[0].IntegrationUri, "${Fn.Arn}") || rest.Routes[1].AllowMethods != "GET,POST" || len(rest.GatewayResponses) != 1 {
		t.Errorf("REST API %+v", rest)
	}
	if repo := s.Repositories[0]; len(repo.Images) != 2 || repo.Images[0].ImageTags[0] != "v7" || !slices.Equal(repo.Images[0].Architectures, []string{"x86_64"}) || repo.LifecyclePolicy == "" || repo.Policy != "" {
		t.Errorf("repository %+v", repo)
	}
	sim := s.Simulations[0]
	if sim.EvalResourceName != "arn:aws:dynamodb:eu-west-1:123456789012:table/orders" || sim.EvalDecision != "implicitDeny" ||
		sim.PolicySourceArn != "arn:aws:iam::123456789012:role/app/shop-role" || sim.AllowedByBoundary == nil || *sim.AllowedByBoundary || !*sim.AllowedByOrganizations {
		t.Errorf("simulation %+v", sim)
	}
	if !slices.Equal(s.ScalableTargets[0].Policies, []string{"util"}) {
		t.Errorf("target %+v", s.ScalableTargets[0])
	}
	if len(s.LogGroups) < 1 || s.LogGroups[len(s.LogGroups)-1].LogGroupName != "access" && !slices.ContainsFunc(s.LogGroups, func(g diagnostics.LogGroup) bool { return g.LogGroupName == "access" }) {
		t.Errorf("log groups %+v", s.LogGroups)
	}
}

// The screen offers the other stacks, failed ones first, after the one it shows.
func TestWireOtherStacks(t *testing.T) {
	t.Parallel()
	w := full(t)
	row := func(name, status string) string {
		return stackRow("arn:aws:cloudformation:eu-west-1:123456789012:stack/"+name+"/1", status, "")
	}
	w.on("ListStacks", func(r request) answer {
		if r.form.Get("NextToken") == "" {
			return query("ListStacks", "<StackSummaries>"+row("good", "CREATE_COMPLETE")+"</StackSummaries><NextToken>2</NextToken>")
		}
		return query("ListStacks", "<StackSummaries>"+stackRow(shopID, "ROLLBACK_COMPLETE", "")+row("bad", "UPDATE_ROLLBACK_COMPLETE")+"</StackSummaries>")
	})
	var names []string
	all := waves(t, w.collector(), collect.Target{Stack: "shop", Others: true})
	for _, s := range all[len(all)-1].Stacks {
		names = append(names, s.StackName)
	}
	if want := []string{"shop", "bad", "good"}; !slices.Equal(names, want) {
		t.Errorf("stacks %v, want %v", names, want)
	}
}

// Two readings of one incident give the same bytes.
func TestWireIsDeterministic(t *testing.T) {
	t.Parallel()
	var before []byte
	for range 3 {
		w := full(t)
		all := waves(t, w.collector(), collect.Target{Stack: "shop"})
		s := all[len(all)-1]
		s.Taken, s.Identity.Endpoint, s.Unread = time.Time{}, "", nil
		for i := range s.LogGroups {
			g := &s.LogGroups[i]
			g.From, g.Until = time.Time{}, time.Time{}
			for j := range g.Events {
				g.Events[j].Timestamp = time.Time{}
			}
		}
		after, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		if before != nil && string(before) != string(after) {
			t.Fatalf("%s\n%s", before, after)
		}
		before = after
	}
}

// What is sent to the simulator: the role's ARN with its path, the denied
// pairs, and the context keys that are known.
func TestWireSimulationRequest(t *testing.T) {
	t.Parallel()
	w := full(t)
	waves(t, w.collector(), collect.Target{Stack: "shop"})
	i := slices.IndexFunc(w.asked, func(r request) bool { return r.operation == "SimulatePrincipalPolicy" })
	if i < 0 {
		t.Fatal("nothing was simulated")
	}
	form := w.asked[i].form
	sent := map[string]string{}
	for n := 1; form.Get(fmt.Sprintf("ContextEntries.member.%d.ContextKeyName", n)) != ""; n++ {
		sent[form.Get(fmt.Sprintf("ContextEntries.member.%d.ContextKeyName", n))] = form.Get(fmt.Sprintf("ContextEntries.member.%d.ContextKeyValues.member.1", n))
	}
	for key, want := range map[string]string{
		"aws:PrincipalArn": "arn:aws:iam::123456789012:role/app/shop-role", "aws:PrincipalAccount": "123456789012", "aws:RequestedRegion": "eu-west-1",
		"aws:SecureTransport": "true", "aws:PrincipalTag/team": "shop", "lambda:SourceFunctionArn": "arn:aws:lambda:eu-west-1:123456789012:function:shop-fn",
	} {
		if sent[key] != want {
			t.Errorf("%s = %q, want %q", key, sent[key], want)
		}
	}
	if form.Get("PolicySourceArn") != "arn:aws:iam::123456789012:role/app/shop-role" || form.Get("ActionNames.member.1") != "dynamodb:GetItem" {
		t.Errorf("asked %v", form)
	}
}

// Without the permission to simulate nothing is fine: it is unread.
func TestWireSimulationDenied(t *testing.T) {
	t.Parallel()
	w := full(t)
	w.on("SimulatePrincipalPolicy", always(fault(403, "AccessDenied", "User: x is not authorized to perform: iam:SimulatePrincipalPolicy")))
	s := last(t, w.collector())
	if u := unreadOf(s, diagnostics.KindSimulation); u.Action != "iam:SimulatePrincipalPolicy" || len(s.Simulations) != 0 {
		t.Errorf("unread %+v, simulations %+v", u, s.Simulations)
	}
}

// Endpoints from before the ARN template answer for one resource a call.
func TestWireSimulationOfOlderEndpoints(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	w.on("SimulatePrincipalPolicy", func(r request) answer {
		return query("SimulatePrincipalPolicy", fmt.Sprintf("<EvaluationResults><member><EvalActionName>s3:GetObject</EvalActionName><EvalResourceName>%s</EvalResourceName><EvalDecision>allowed</EvalDecision><MatchedStatements><member><SourcePolicyId>p</SourcePolicyId><EndPosition><Line>1</Line><Column>113</Column></EndPosition></member></MatchedStatements></member></EvaluationResults>",
			r.form.Get("ResourceArns.member.1")))
	})
	got, err := w.collector().Simulate(context.Background(), collect.Question{
		Principal: "arn:aws:iam::123456789012:role/r", Actions: []string{"s3:GetObject"}, Resources: []string{"arn:aws:s3:::a/1", "arn:aws:s3:::b/2"},
		Add: []string{`{}`}, Without: []string{"scp"},
	})
	if err != nil || len(got) != 2 || got[0].EvalResourceName != "arn:aws:s3:::a/1" || got[1].EvalResourceName != "arn:aws:s3:::b/2" || got[0].MatchedStatements[0].EndColumn != 113 {
		t.Errorf("%v, %+v", err, got)
	}
	if w.asked[0].form.Get("PolicyInputList.member.1") != "{}" || w.asked[0].form.Get("PolicyExclusionList.member.1.PolicyType") != "scp" {
		t.Errorf("asked %v", w.asked[0].form)
	}
}

// A log line is a claim: what looks forged is not asked about, nor another account's role.
func TestQuestionsOfHostileTexts(t *testing.T) {
	s := &diagnostics.Snapshot{
		Identity: diagnostics.Identity{Account: "123456789012", Region: "eu-west-1"},
		Roles:    []diagnostics.Role{{RoleName: "shop-role", Arn: "arn:aws:iam::123456789012:role/shop-role"}, {RoleName: "gone", Missing: true}},
	}
	line := func(role, action string) diagnostics.LogEvent {
		return diagnostics.LogEvent{Message: "User: arn:aws:sts::" + role + "/x is not authorized to perform: " + action + " on resource: arn:aws:s3:::b/k because no identity-based policy allows the " + action + " action"}
	}
	s.LogGroups = []diagnostics.LogGroup{{Events: []diagnostics.LogEvent{
		line("999999999999:assumed-role/shop-role", "s3:GetObject"),
		line("123456789012:assumed-role/shop-role", "s3:*"),
		line("123456789012:assumed-role/shop-role", "s3:GetObj\u0435ct"),
		line("123456789012:assumed-role/gone", "s3:GetObject"),
		line("123456789012:assumed-role/shop-role", "s3:PutObject"),
		line("123456789012:assumed-role/shop-role", "s3:PutObject"),
	}}}
	got := collect.Questions(s)
	if len(got) != 1 || !slices.Equal(got[0].Pairs, []collect.Pair{{Action: "s3:PutObject", Resource: "arn:aws:s3:::b/k"}}) {
		t.Errorf("%+v", got)
	}
}

// An image with an index tells its architectures without a download.
func TestWireImageIndex(t *testing.T) {
	t.Parallel()
	w := full(t)
	index := `{"manifests":[{"platform":{"os":"linux","architecture":"arm64"}},{"platform":{"os":"linux","architecture":"amd64"}},{"platform":{"os":"unknown","architecture":"unknown"}}]}`
	text, _ := json.Marshal(index)
	w.on("BatchGetImage", always(object(`{"images":[{"imageManifest":`+string(text)+`}]}`)))
	s := last(t, w.collector())
	if got := s.Repositories[0].Images[0].Architectures; !slices.Equal(got, []string{"arm64", "x86_64"}) || w.times("GetDownloadUrlForLayer") != 0 {
		t.Errorf("architectures %v, %d downloads", got, w.times("GetDownloadUrlForLayer"))
	}
}
