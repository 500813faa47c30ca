package main

import (
	"fmt"
	"time"

	"firstaid/diagnostics"
)

// stories lists the demos.
var stories = []func(root string) *story{
	arnSubstitution, aliasOrdering, rolePoliciesIgnored, accessDenied, arm64Mismatch, corsMissingMethod,
	payloadTooLarge, ecrMissing, imageRepositoriesMapping, lambdaCost, migration,
}

const (
	requestedByUser = "Rollback requested by user."
	cancelled       = "Resource creation cancelled"
)

// handlerError is what CloudFormation says when a resource's handler fails.
func (st *story) handlerError(text, service, code string) string {
	return fmt.Sprintf(`Resource handler returned message: "%s (Service: %s, Status Code: 400, Request ID: %s) (SDK Attempt Count: 1)" (RequestToken: %s, HandlerErrorCode: %s)`,
		text, service, st.uuid("request "+text), st.uuid("handler "+text), code)
}

func day(d, hour, minute int) time.Time { return time.Date(2026, 11, d, hour, minute, 7, 0, time.UTC) }

func arnSubstitution(root string) *story {
	st := tell(root, "arn-substitution", "The first deployment of an orders API fails: one of its two integrations says ${AWS::Region} where the region should be.", day(10, 2, 14))
	k := st.stack("orders-api", "CREATE", "processed.json", day(10, 2, 14))
	refused := st.handlerError("Errors found during import:\n\tUnable to put integration on 'GET' for resource at path '/orders': Invalid ARN specified in the request", "ApiGateway", "InvalidRequest")
	k.run(
		step{id: "OrdersTable", from: 2.1, to: 14.9},
		step{id: "HealthFunctionRole", from: 2.2, to: 19.4},
		step{id: "OrdersFunctionRole", from: 16.0, to: 33.6},
		step{id: "HealthFunction", from: 20.1, to: 27.0},
		step{id: "OrdersFunction", from: 34.3, to: 41.2},
		step{id: "OrdersApi", from: 42.0, to: 44.3, reason: refused, never: true},
	)
	k.rollBack(45.0, requestedByUser)
	k.template(st.file("template.yaml"), string(st.read("processed.json")))
	st.other("orders-network", "UPDATE_COMPLETE", 19*24*time.Hour)
	st.other("shop-web", "UPDATE_COMPLETE", 26*time.Hour)
	g := st.group("/aws/lambda/shop-web-render", "", 512, day(10, 2, 10))
	for i := range 4 {
		g.invocation(i, day(10, 2, 16).Add(time.Duration(i*37)*time.Second), 18.4+float64(i)*3.3, 88, 0, "INFO page rendered in 16 ms")
	}
	g.close()
	return st
}

func aliasOrdering(root string) *story {
	st := tell(root, "alias-ordering", "The first deployment of a checkout with provisioned concurrency fails: the scaling target asks for the alias before there is one.", day(11, 5, 31))
	k := st.stack("checkout", "CREATE", "processed.json", day(11, 5, 31))
	live := arn("lambda", "function:checkout:live")
	k.run(
		step{id: "ReceiptFunctionRole", from: 2.0, to: 18.7},
		step{id: "CartTable", from: 2.0, to: 13.2},
		step{id: "CheckoutFunctionRole", from: 14.1, to: 31.8},
		step{id: "ReceiptFunction", from: 19.5, to: 26.2},
		step{id: "CheckoutFunction", from: 32.6, to: 39.7},
		step{id: "CheckoutCapacity", from: 40.3, to: 41.9, never: true, reason: st.handlerError(
			"Validation failed for resource: function:checkout:live, scalable dimension: lambda:function:ProvisionedConcurrency. Reason: Cannot find alias arn: "+live, "ApplicationAutoScaling", "InvalidRequest")},
		step{id: "CheckoutFunctionVersionf7dbfec580", from: 40.4, to: 42.3, reason: cancelled},
		step{id: "ServerlessHttpApi", from: 40.5, to: 42.3, reason: cancelled},
	)
	k.rollBack(43.1, requestedByUser)
	k.template(st.file("template.yaml"), string(st.read("processed.json")))
	st.other("checkout-dev", "UPDATE_COMPLETE", 3*time.Hour)
	st.other("cart-events", "CREATE_COMPLETE", 44*24*time.Hour)
	g := st.group("/aws/lambda/checkout-dev", "", 512, day(11, 5, 20))
	g.line(day(11, 5, 21), "2026-11-11T05:21:07.000Z\tundefined\tWARN\t(node:8) [DEP0040] DeprecationWarning: The `punycode` module is deprecated.")
	for i := range 3 {
		g.invocation(i, day(11, 5, 33).Add(time.Duration(i*52)*time.Second), 31.7+float64(i)*2.1, 97, 0, "INFO cart accepted")
	}
	g.close()
	return st
}

func rolePoliciesIgnored(root string) *story {
	st := tell(root, "role-policies-ignored", "A worker names its own role and lists policies too. SAM ignores the policies, so the queue cannot be read. The rollback is switched off.", day(12, 7, 2))
	k := st.stack("mail-worker", "CREATE", "processed.json", day(12, 7, 2))
	k.run(
		step{id: "BounceFunctionRole", from: 2.0, to: 18.8},
		step{id: "WorkerRole", from: 2.1, to: 19.3},
		step{id: "SentTable", from: 2.1, to: 13.9},
		step{id: "MailQueue", from: 2.2, to: 64.1},
		step{id: "BounceFunction", from: 19.5, to: 26.4},
		step{id: "MailFunction", from: 65.0, to: 72.2},
		step{id: "MailFunctionMails", from: 72.9, to: 74.6, never: true, reason: st.handlerError(
			"Invalid request provided: The provided execution role does not have permissions to call ReceiveMessage on SQS", "Lambda", "InvalidRequest")},
	)
	k.stay(75.3)
	k.template(st.file("template.yaml"), string(st.read("processed.json")))
	k.functions("MailFunction", "BounceFunction")
	k.roles("WorkerRole", "BounceFunctionRole")
	queue := k.attribute("MailQueue", "Arn")
	k.simulate("WorkerRole", "sqs:ReceiveMessage", queue, "implicitDeny")
	k.simulate("WorkerRole", "sqs:DeleteMessage", queue, "implicitDeny")
	k.simulate("WorkerRole", "sqs:GetQueueAttributes", queue, "implicitDeny")
	k.simulate("WorkerRole", "logs:PutLogEvents", arn("logs", "log-group:/aws/lambda/"+k.physical("MailFunction")+":*"), "allowed")
	g := k.logs("BounceFunction", day(12, 7, 4))
	g.invocation(1, day(12, 7, 9), 2.4, 38, 104.2)
	g.invocation(2, day(12, 7, 11), 1.3, 38, 0)
	g.close()
	st.other("shop-web", "UPDATE_COMPLETE", 50*time.Hour)
	return st
}

func ecrMissing(root string) *story {
	st := tell(root, "ecr-missing", "The storefront's images move to another repository, which nobody has made. The update is rolled back and the old version serves on.", day(16, 1, 40))
	k := st.stack("storefront", "UPDATE", "attempted.json", day(16, 1, 40))
	k.previously("processed.json")
	k.params["ImageTag"] = "v42"
	image := account + ".dkr.ecr." + region + ".amazonaws.com/shop/storefront:v42"
	k.run(
		step{id: "SitemapFunction", from: 3.0, to: 9.8},
		step{id: "StorefrontFunction", from: 3.1, to: 5.2, reason: st.handlerError("Source image "+image+" does not exist. Provide a valid source image.", "Lambda", "InvalidRequest")},
	)
	k.params["ImageTag"] = "v41"
	k.rollBack(10.4, "")
	old := st.stack("storefront", "UPDATE", "processed.json", day(16, 1, 40)) // as it was before
	old.params["ImageTag"] = "v41"
	k.template(string(st.read("deployed.yaml")), string(st.read("processed.json")))
	old.functions("StorefrontFunction", "SitemapFunction")
	old.roles("StorefrontFunctionRole", "SitemapFunctionRole")
	st.repository("shop/web", "arm64", "v41", "v40", "v39")
	st.s.Repositories = append(st.s.Repositories, diagnostics.Repository{RepositoryName: "shop/storefront", RegistryId: account, Missing: true})
	g := old.logs("StorefrontFunction", day(16, 1, 30))
	for i := range 5 {
		g.invocation(i, day(16, 1, 43).Add(time.Duration(i*71)*time.Second), 12.9+float64(i), 141, 0, "GET / 200 11 ms")
	}
	g.close()
	g = old.logs("SitemapFunction", day(16, 1, 30))
	g.invocation(0, day(16, 2, 1), 840.2, 61, 130.5, "[WARNING] 2026-11-16T02:01:07.840Z 12 pages have no title")
	g.close()
	st.other("shop-cdn", "UPDATE_COMPLETE", 8*24*time.Hour)
	return st
}

func imageRepositoriesMapping(root string) *story {
	at := day(17, 6, 20)
	st := tell(root, "image-repositories-mapping", "A second image function was added, samconfig.toml still maps the first one only: sam deploy stops before CloudFormation hears of it.", at)
	k := st.stack("media", "UPDATE", "processed.json", at.Add(-6*24*time.Hour))
	k.images["EncodeFunction"] = account + ".dkr.ecr." + region + ".amazonaws.com/media/encode:encodefunction-" + st.hex("image", 12) + "-v2"
	k.run(step{id: "EncodeFunction", from: 3.0, to: 17.7}, step{id: "IndexFunction", from: 3.1, to: 10.2})
	k.done(19.4)
	k.template(string(st.read("deployed.yaml")), string(st.read("processed.json")))
	k.functions("EncodeFunction", "IndexFunction")
	k.roles("EncodeFunctionRole", "IndexFunctionRole")
	st.repository("media/encode", "arm64", k.images["EncodeFunction"][len(account+".dkr.ecr."+region+".amazonaws.com/media/encode:"):], "encodefunction-"+st.hex("older", 12)+"-v1")
	st.s.Texts = append(st.s.Texts, diagnostics.TextItem{ID: "sam deploy", Source: diagnostics.SourceCLI, Text: `$ sam build && sam deploy
Building codeuri: ./encode runtime: None architecture: arm64 functions: EncodeFunction
Building codeuri: ./subtitle runtime: None architecture: arm64 functions: SubtitleFunction
Building codeuri: index runtime: python3.13 architecture: arm64 functions: IndexFunction

Build Succeeded

Built Artifacts  : .aws-sam/build
Built Template   : .aws-sam/build/template.yaml

Error: Incomplete list of function logical ids specified for '--image-repositories'. You can also add --resolve-image-repos to automatically create missing repositories.
`})
	g := k.logs("EncodeFunction", at.Add(-2*time.Hour))
	g.invocation(1, at.Add(-90*time.Minute), 48211.3, 1420, 902.1, "encoded trailer.mp4 in 48 s", "[WARNING] input has variable frame rate")
	g.invocation(2, at.Add(-63*time.Minute), 51876.9, 1433, 0, "encoded teaser.mp4 in 51 s")
	g.close()
	st.other("media-bucket", "CREATE_COMPLETE", 200*24*time.Hour)
	return st
}

// before tells earlier deployments of the stack, one every two days, by how
// many seconds they took.
func (st *story) before(at time.Time, seconds ...float64) {
	for i, took := range seconds {
		began := at.Add(-time.Duration(len(seconds)-i) * 47 * time.Hour)
		st.s.Earlier = append(st.s.Earlier, diagnostics.Deployment{
			Operation: "UPDATE", Status: "UPDATE_COMPLETE", Began: began, Ended: began.Add(ms(took)),
			Resources: []diagnostics.Took{
				{LogicalResourceId: "WebFunctionAliaslive", ResourceType: "AWS::Lambda::Alias", Seconds: took - 41.5},
				{LogicalResourceId: "WebFunction", ResourceType: "AWS::Lambda::Function", Seconds: 20.4 + float64(i%3)},
			},
		})
	}
}
