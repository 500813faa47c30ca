package main

import (
	"fmt"
	"path"
	"sort"
	"strings"
	"time"

	"firstaid/diagnostics"
)

// template adds what GetTemplate answers: the packaged template as it was
// uploaded, and the processed one.
func (k *stack) template(original, processed string) {
	for _, id := range sorted(k.images) {
		processed = strings.ReplaceAll(processed, "@@image:"+id+"@@", k.images[id])
	}
	var lines []string
	for _, l := range strings.SplitAfter(original, "\n") {
		if key, v, ok := strings.Cut(strings.TrimSpace(l), ": "); ok && key == "CodeUri" {
			l = strings.Replace(l, v, "s3://"+bucket+"/"+k.st.name+"/"+k.st.hex("code "+v, 32), 1)
		}
		lines = append(lines, l)
	}
	k.st.s.Templates = append(k.st.s.Templates, diagnostics.Template{StackId: k.id, Original: strings.Join(lines, ""), Processed: processed})
}

// functions adds the stack's functions as GetFunction describes them, with
// their roles.
func (k *stack) functions(ids ...string) {
	for _, id := range ids {
		p := k.resolve(anyMap(k.res[id].Properties)).(map[string]any)
		name := k.physical(id)
		f := diagnostics.Function{
			FunctionName: name, FunctionArn: arn("lambda", "function:"+name), Version: "$LATEST", Role: fmt.Sprint(p["Role"]),
			Runtime: str(p["Runtime"]), Handler: str(p["Handler"]), PackageType: "Zip", Architectures: []string{"x86_64"},
			CodeSize: 1843, MemorySize: number(p["MemorySize"], 128), Timeout: number(p["Timeout"], 3), EphemeralStorage: 512,
			State: "Active", LastUpdateStatus: "Successful", LastModified: k.end.Format("2006-01-02T15:04:05.000-0700"),
			TracingMode: "PassThrough", LogGroup: "/aws/lambda/" + name, LogFormat: "Text",
			Tags: []diagnostics.Tag{
				{Key: "aws:cloudformation:logical-id", Value: id},
				{Key: "aws:cloudformation:stack-name", Value: k.name},
				{Key: "lambda:createdBy", Value: "SAM"},
			},
		}
		if a, ok := p["Architectures"].([]any); ok {
			f.Architectures = []string{str(a[0])}
		}
		if str(p["PackageType"]) == "Image" {
			f.PackageType, f.Runtime, f.Handler, f.CodeSize = "Image", "", "", 0
			f.ImageUri = str(p["Code"].(map[string]any)["ImageUri"])
		}
		if env, ok := p["Environment"].(map[string]any); ok {
			vars := env["Variables"].(map[string]any)
			for _, n := range sorted(vars) {
				f.Environment = append(f.Environment, diagnostics.Variable{Name: n, Value: str(vars[n])})
			}
		}
		k.st.s.Functions = append(k.st.s.Functions, f)
	}
}

// function returns a function that was added, to be completed.
func (k *stack) function(id string) *diagnostics.Function {
	for i := range k.st.s.Functions {
		if f := &k.st.s.Functions[i]; f.FunctionName == k.physical(id) {
			return f
		}
	}
	k.st.fail(fmt.Errorf("function %s was not added", id))
	return &diagnostics.Function{}
}

// basicExecution is the document of AWSLambdaBasicExecutionRole.
const basicExecution = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["logs:CreateLogGroup","logs:CreateLogStream","logs:PutLogEvents"],"Resource":"*"}]}`

// roles adds the stack's roles with their policies.
func (k *stack) roles(ids ...string) {
	for _, id := range ids {
		p := k.resolve(anyMap(k.res[id].Properties)).(map[string]any)
		r := diagnostics.Role{
			RoleName: k.physical(id), Arn: arn("iam", "role/"+k.physical(id)), Path: "/",
			TrustPolicy: compact(p["AssumeRolePolicyDocument"]),
			Tags:        []diagnostics.Tag{{Key: "aws:cloudformation:stack-name", Value: k.name}},
		}
		inline, _ := p["Policies"].([]any)
		for _, e := range inline {
			doc := e.(map[string]any)
			r.Policies = append(r.Policies, diagnostics.RolePolicy{PolicyName: str(doc["PolicyName"]), Document: compact(doc["PolicyDocument"])})
		}
		managed, _ := p["ManagedPolicyArns"].([]any)
		for _, a := range managed {
			r.Policies = append(r.Policies, diagnostics.RolePolicy{PolicyName: path.Base(str(a)), PolicyArn: str(a), Document: basicExecution})
		}
		k.st.s.Roles = append(k.st.s.Roles, r)
	}
}

// simulate adds an answer of SimulatePrincipalPolicy.
func (k *stack) simulate(roleID, action, resource, decision string) {
	sim := diagnostics.Simulation{
		Origin: "aws", PolicySourceArn: arn("iam", "role/"+k.physical(roleID)),
		EvalActionName: action, EvalResourceName: resource, EvalDecision: decision,
	}
	if decision == "allowed" {
		sim.MatchedStatements = []diagnostics.MatchedStatement{{SourcePolicyId: roleID + "Policy0", SourcePolicyType: "IAM Policy", EndLine: 1, EndColumn: 412}}
	}
	k.st.s.Simulations = append(k.st.s.Simulations, sim)
}

// api adds an API as its methods and integrations are deployed.
func (k *stack) api(id string, deployed time.Time) {
	r := k.res[id]
	a := diagnostics.API{ApiId: k.physical(id), Name: k.name, Protocol: "REST"}
	stage := "prod"
	if r.Type == "AWS::ApiGatewayV2::Api" {
		a.Protocol, stage = "HTTP", "$default"
		a.ApiEndpoint = "https://" + a.ApiId + ".execute-api." + region + ".amazonaws.com"
	}
	a.Stages = []diagnostics.Stage{{StageName: stage, DeploymentId: k.st.letters("deployment "+id, lowerDigits, 6), LastUpdated: deployed}}
	body := k.resolve(r.Properties["Body"]).(map[string]any)
	for p, methods := range body["paths"].(map[string]any) {
		for m, def := range methods.(map[string]any) {
			a.Routes = append(a.Routes, route(p, m, def))
		}
	}
	sort.Slice(a.Routes, func(i, j int) bool {
		if a.Routes[i].Path != a.Routes[j].Path {
			return a.Routes[i].Path < a.Routes[j].Path
		}
		return a.Routes[i].HttpMethod < a.Routes[j].HttpMethod
	})
	k.st.s.APIs = append(k.st.s.APIs, a)
}

func route(p, method string, def any) diagnostics.Route {
	r := diagnostics.Route{HttpMethod: strings.ToUpper(method), Path: p, AuthorizationType: "NONE", TimeoutInMillis: 29000}
	if method == "x-amazon-apigateway-any-method" {
		r.HttpMethod = "ANY"
	}
	d, _ := def.(map[string]any)
	in, _ := d["x-amazon-apigateway-integration"].(map[string]any)
	r.IntegrationType, r.IntegrationUri = strings.ToUpper(str(in["type"])), str(in["uri"])
	responses, _ := in["responses"].(map[string]any)
	ok, _ := responses["default"].(map[string]any)
	headers, _ := ok["responseParameters"].(map[string]any)
	header := func(name string) string {
		return strings.Trim(str(headers["method.response.header.Access-Control-Allow-"+name]), "'")
	}
	r.AllowMethods, r.AllowOrigin, r.AllowHeaders = header("Methods"), header("Origin"), header("Headers")
	return r
}

// repository adds an image repository with images of one architecture; tags
// come newest first.
func (st *story) repository(name, architecture string, tags ...string) {
	r := diagnostics.Repository{
		RepositoryName: name, RepositoryArn: arn("ecr", "repository/"+name), RegistryId: account,
		RepositoryUri: account + ".dkr.ecr." + region + ".amazonaws.com/" + name, ImageTagMutability: "MUTABLE",
		Policy: `{"Version":"2012-10-17","Statement":[{"Sid":"LambdaECRImageRetrievalPolicy","Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":["ecr:BatchGetImage","ecr:GetDownloadUrlForLayer"]}]}`,
	}
	for i, t := range tags {
		r.Images = append(r.Images, diagnostics.Image{
			ImageDigest: "sha256:" + st.hex("image "+name+t, 64), ImageTags: []string{t},
			ImagePushedAt:    st.s.Taken.Add(-time.Duration(1+i*3) * 24 * time.Hour).Truncate(time.Second),
			ImageSizeInBytes: 96431872 + int64(len(tags)-i)*40960, ImageManifestMediaType: "application/vnd.docker.distribution.manifest.v2+json",
			Architectures: []string{architecture},
		})
	}
	st.s.Repositories = append(st.s.Repositories, r)
}

func str(v any) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

func number(v any, otherwise int) int {
	if f, ok := v.(float64); ok {
		return int(f)
	}
	return otherwise
}
