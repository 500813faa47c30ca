package main

import (
	"fmt"
	"time"

	"firstaid/diagnostics"
)

// migration is the story of a team that moves a shop from ECS to Lambda: the
// deployment fails at two places at once, one of them in a nested stack; each
// hides what would fail next, and the part that already runs has troubles of
// its own.
func migration(root string) *story {
	at := day(20, 1, 25)
	st := tell(root, "migration", "A shop moves from ECS on EC2 to Lambda with SAM and the Lambda Web Adapter: deployments in 4 minutes instead of 27, about $40 a month instead of $300, compute for $2.6 a day instead of $6.3. The web part already runs; this deployment adds the worker and the jobs, and several failures hide behind each other.", at)
	k := st.stack("shop", "UPDATE", "attempted.json", at)
	k.images["WebFunction"] = st.image("shop/web", "webfunction", "v31")
	k.previously("processed.json")
	jobs := migrationJobs(st, k, at)
	worker := account + ".dkr.ecr." + region + ".amazonaws.com/shop/worker:v1"
	k.run(
		step{id: "WebFunction", from: 3.0, to: 24.8},
		step{id: "WorkQueue", from: 3.1, to: 34.4, verb: "CREATE"},
		step{id: "Jobs", from: 3.2, to: 59.8, verb: "CREATE", reason: "Embedded stack " + jobs.id + " was not successfully created: The following resource(s) failed to create: [PriceCapacity, PriceFunctionVersion442ae698ed]. "},
		step{id: "WorkerFunctionRole", from: 35.1, to: 52.6, verb: "CREATE"},
		step{id: "WorkerFunction", from: 53.4, to: 58.9, verb: "CREATE", never: true, reason: st.handlerError("Source image "+worker+" does not exist. Provide a valid source image.", "Lambda", "InvalidRequest")},
	)
	k.rollBack(60.6, "")
	migrationRunning(st, at)
	st.repository("shop/web", "arm64", k.images["WebFunction"][len(account+".dkr.ecr."+region+".amazonaws.com/shop/web:"):], st.tag("webfunction", "v30"))
	st.s.Repositories = append(st.s.Repositories, diagnostics.Repository{RepositoryName: "shop/worker", RegistryId: account, Missing: true})
	st.before(at, 236, 241, 233, 252, 238)
	st.other("shop-ecs", "UPDATE_COMPLETE", 40*24*time.Hour)
	st.other("shop-network", "UPDATE_COMPLETE", 120*24*time.Hour)
	old := st.group("/ecs/shop-web", "", 0, at)
	for i := range 4 {
		old.line(at.Add(time.Duration(50*i)*time.Second), fmt.Sprintf("GET /carts/%d 200 %d ms", 4400+i, 8+i))
	}
	old.close()
	return st
}

func (st *story) tag(function, tag string) string {
	return function + "-" + st.hex("image "+tag, 12) + "-" + tag
}

func (st *story) image(repository, function, tag string) string {
	return account + ".dkr.ecr." + region + ".amazonaws.com/" + repository + ":" + st.tag(function, tag)
}

// migrationJobs tells the nested stack, in which the real cause lies.
func migrationJobs(st *story, parent *stack, at time.Time) *stack {
	name := "shop-Jobs-" + st.letters("Jobs", upperDigits, 12)
	jobs := st.stack(name, "CREATE", "jobs.json", at.Add(ms(4.6)))
	parent.ids["Jobs"] = jobs.id
	jobs.parent, jobs.params["TableName"] = parent.id, parent.physical("CartTable")
	live := arn("lambda", "function:shop-prices:live")
	jobs.run(
		step{id: "PriceFunctionRole", from: 3.0, to: 20.4},
		step{id: "PriceFunction", from: 21.1, to: 50.9},
		step{id: "PriceCapacity", from: 51.6, to: 53.1, never: true, reason: st.handlerError(
			"Validation failed for resource: function:shop-prices:live, scalable dimension: lambda:function:ProvisionedConcurrency. Reason: Cannot find alias arn: "+live, "ApplicationAutoScaling", "InvalidRequest")},
		step{id: "PriceFunctionVersion442ae698ed", from: 51.7, to: 53.5, reason: cancelled},
	)
	jobs.self("CREATE_FAILED", 54.0, "The following resource(s) failed to create: [PriceCapacity, PriceFunctionVersion442ae698ed]. ")
	jobs.self("DELETE_IN_PROGRESS", 71.9, "")
	jobs.self("DELETE_COMPLETE", jobs.remove(72.7, jobs.started("CREATE"))+1, "")
	jobs.hide("PriceSchedule", 0.6, "Properties validation failed for resource PriceSchedule with message:\n[#/Target/RoleArn: failed validation constraint for keyword [pattern]]")
	jobs.close()
	jobs.template(st.file("jobs/template.yaml"), string(st.read("jobs.json")))
	return jobs
}

// migrationRunning adds what serves already: the web function of the last good
// deployment, its API, role and logs.
func migrationRunning(st *story, at time.Time) {
	k := st.stack("shop", "UPDATE", "processed.json", at) // as it was before
	k.images["WebFunction"] = st.image("shop/web", "webfunction", "v30")
	k.template(string(st.read("deployed.yaml")), string(st.read("processed.json")))
	k.functions("WebFunction")
	k.roles("TaskRole")
	k.api("ShopApi", at.Add(-31*24*time.Hour))
	table, role, name := k.attribute("CartTable", "Arn"), k.physical("TaskRole"), k.physical("WebFunction")
	k.simulate("TaskRole", "dynamodb:PutItem", table, "implicitDeny")
	k.simulate("TaskRole", "dynamodb:Scan", table, "allowed")
	denied := fmt.Sprintf("AccessDeniedException: User: arn:aws:sts::%s:assumed-role/%s/%s is not authorized to perform: dynamodb:PutItem on resource: %s because no identity-based policy allows the dynamodb:PutItem action\n    at throwDefaultError (/app/node_modules/@smithy/smithy-client/dist-cjs/index.js:867:20)\n    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)", account, role, name, table)
	g := k.logs("WebFunction", at)
	g.line(at.Add(2*time.Second), "EXTENSION\tName: lambda-adapter\tState: Ready\tEvents: []")
	for i := range 30 {
		when := at.Add(time.Duration(90+i*41) * time.Second)
		switch {
		case i%10 == 3:
			g.invocation(i, when, 61.4, 188, 0, denied, "POST /carts 500 58 ms")
		case i%10 == 8:
			g.tooLarge(i, when, 1611.8, 264, "GET /export 200 8120034 bytes")
		default:
			g.invocation(i, when, 31.2+float64(i%4), 181+i%7, 0, "GET /carts/"+fmt.Sprint(4400+i)+" 200 29 ms")
		}
	}
	g.close()
	st.s.Texts = append(st.s.Texts, diagnostics.TextItem{ID: "browser console", Source: diagnostics.SourceBrowser, Text: "Access to fetch at 'https://" + k.physical("ShopApi") + ".execute-api." + region + ".amazonaws.com/prod/carts/4417' from origin 'https://shop.example.com' has been blocked by CORS policy: Method PATCH is not allowed by Access-Control-Allow-Methods in preflight response."})
	k.week("WebFunction", at, func(h int) load {
		return load{invocations: float64(62_000 + 9_800*(h%24)/12), ms: 31 + float64(h%5), errors: float64(6 + h%3), concurrent: float64(3 + h%4)}
	})
}
