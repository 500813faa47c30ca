package main

import (
	"fmt"
	"time"

	"firstaid/diagnostics"
)

func accessDenied(root string) *story {
	at := day(13, 4, 5)
	st := tell(root, "access-denied", "The deployment went well, yet every new receipt is lost: the function may read the table and not write to it.", at)
	k := st.stack("receipts", "UPDATE", "processed.json", at)
	k.run(step{id: "StoreFunction", from: 3.0, to: 9.9}, step{id: "ReadFunction", from: 3.1, to: 10.3})
	k.done(12.0)
	k.template(st.file("template.yaml"), string(st.read("processed.json")))
	k.functions("StoreFunction", "ReadFunction")
	k.roles("StoreFunctionRole", "ReadFunctionRole")
	k.api("ServerlessHttpApi", at)
	table := k.attribute("ReceiptTable", "Arn")
	k.simulate("StoreFunctionRole", "dynamodb:PutItem", table, "implicitDeny")
	k.simulate("StoreFunctionRole", "dynamodb:GetItem", table, "allowed")
	role, name := k.physical("StoreFunctionRole"), k.physical("StoreFunction")
	denied := fmt.Sprintf("[ERROR] ClientError: An error occurred (AccessDeniedException) when calling the PutItem operation: User: arn:aws:sts::%s:assumed-role/%s/%s is not authorized to perform: dynamodb:PutItem on resource: %s because no identity-based policy allows the dynamodb:PutItem action\nTraceback (most recent call last):\n  File \"/var/task/store.py\", line 12, in handler\n    table.put_item(Item=item)", account, role, name, table)
	g := k.logs("StoreFunction", at)
	for i := range 6 {
		cold := 0.0
		if i == 0 {
			cold = 311.4
		}
		g.invocation(i, at.Add(time.Duration(120+i*94)*time.Second), 58.3+float64(i), 84, cold, denied)
	}
	g.close()
	g = k.logs("ReadFunction", at)
	for i := range 5 {
		g.invocation(i, at.Add(time.Duration(100+i*61)*time.Second), 21.5+float64(i), 83, 0)
	}
	g.close()
	st.other("shop-web", "UPDATE_COMPLETE", 76*time.Hour)
	return st
}

func arm64Mismatch(root string) *story {
	at := day(14, 3, 55)
	st := tell(root, "arm64-mismatch", "The function runs on arm64, its Dockerfile builds for amd64. CloudFormation is content; every request ends in a 500.", at)
	k := st.stack("thumbnails", "UPDATE", "processed.json", at)
	tag := "thumbnailfunction-" + st.hex("image", 12) + "-v7"
	k.images["ThumbnailFunction"] = account + ".dkr.ecr." + region + ".amazonaws.com/thumbnails:" + tag
	k.run(step{id: "ThumbnailFunction", from: 3.0, to: 21.6}, step{id: "StatusFunction", from: 3.1, to: 9.7})
	k.done(23.2)
	k.template(st.file("template.yaml"), string(st.read("processed.json")))
	k.functions("ThumbnailFunction", "StatusFunction")
	k.roles("ThumbnailFunctionRole", "StatusFunctionRole")
	k.api("ServerlessHttpApi", at)
	st.repository("thumbnails", "amd64", tag)
	st.repository("thumbnails-cache", "arm64", "latest")
	g := k.logs("ThumbnailFunction", at)
	for i := range 4 {
		when, id := at.Add(time.Duration(140+i*203)*time.Second), g.request(i)
		g.line(when.Add(-9*time.Millisecond), "IMAGE\tLaunch error: fork/exec /app/thumbnails: exec format error\tEntrypoint: [/app/thumbnails]\tCmd: []\tWorkingDir: []")
		g.line(when.Add(-8*time.Millisecond), "INIT_REPORT Init Duration: 1.12 ms\tPhase: init\tStatus: error\tError Type: Runtime.InvalidEntrypoint")
		g.line(when, "START RequestId: "+id+" Version: $LATEST\n")
		g.line(when.Add(6*time.Millisecond), fmt.Sprintf("RequestId: %s Error: fork/exec /app/thumbnails: exec format error\nRuntime.InvalidEntrypoint", id))
		g.line(when.Add(7*time.Millisecond), "END RequestId: "+id+"\n")
		g.line(when.Add(7*time.Millisecond), "REPORT RequestId: "+id+"\tDuration: 7.03 ms\tBilled Duration: 8 ms\tMemory Size: 1024 MB\tMax Memory Used: 4 MB\tStatus: error\tError Type: Runtime.InvalidEntrypoint\n")
	}
	g.close()
	g = k.logs("StatusFunction", at)
	g.invocation(1, at.Add(130*time.Second), 1.9, 36, 97.7)
	g.invocation(2, at.Add(431*time.Second), 1.2, 36, 0)
	g.close()
	return st
}

func corsMissingMethod(root string) *story {
	at := day(15, 8, 11)
	st := tell(root, "cors-missing-method", "A PATCH route was added to a to-do API, its CORS setting still lists GET and POST: the browser refuses, and no function log says anything.", at)
	k := st.stack("todo-api", "UPDATE", "processed.json", at)
	k.run(
		step{id: "ItemFunction", from: 3.0, to: 9.8},
		step{id: "TodoApi", from: 10.5, to: 12.1},
		step{id: "TodoApiDeployment623ac8c8a3", from: 12.8, to: 14.0, verb: "CREATE"},
		step{id: "ItemFunctionChangePermissionprod", from: 12.8, to: 13.9, verb: "CREATE"},
		step{id: "TodoApiprodStage", from: 14.6, to: 15.8},
	)
	k.done(17.3)
	k.template(st.file("template.yaml"), string(st.read("processed.json")))
	k.functions("ListFunction", "ItemFunction")
	k.roles("ListFunctionRole", "ItemFunctionRole")
	k.api("TodoApi", at.Add(16*time.Second))
	st.s.Texts = append(st.s.Texts, diagnostics.TextItem{ID: "browser console", Source: diagnostics.SourceBrowser, Text: "Access to fetch at 'https://" + k.physical("TodoApi") + ".execute-api." + region + ".amazonaws.com/prod/todos/17' from origin 'https://todo.example.com' has been blocked by CORS policy: Method PATCH is not allowed by Access-Control-Allow-Methods in preflight response.\nUncaught (in promise) TypeError: Failed to fetch"})
	g := k.logs("ItemFunction", at)
	for i := range 4 {
		g.invocation(i, at.Add(time.Duration(80+i*44)*time.Second), 4.1+float64(i)*0.7, 71, 0, `INFO {"method":"GET","path":"/todos/17","status":200}`)
	}
	g.close()
	g = k.logs("ListFunction", at)
	g.invocation(1, at.Add(70*time.Second), 3.8, 70, 148.9, `INFO {"method":"GET","path":"/todos","status":200}`)
	g.close()
	st.other("todo-web", "UPDATE_COMPLETE", 5*time.Hour)
	return st
}

// tooLarge are the log lines of a response that exceeds what Lambda returns.
func (g *group) tooLarge(n int, at time.Time, took float64, used int, printed string) {
	g.invocation(n, at, took, used, 0, printed, "200 OK")
	g.line(at.Add(time.Duration(took+40)*time.Millisecond), fmt.Sprintf("[ERROR] [%d] LAMBDA_RUNTIME Failed to post handler success response. Http response code: 413. {\"errorMessage\":\"Exceeded maximum allowed payload size (6291556 bytes).\",\"errorType\":\"RequestEntityTooLarge\"}", at.UnixMilli()+int64(took)+40))
}

func payloadTooLarge(root string) *story {
	at := day(18, 9, 30)
	st := tell(root, "payload-too-large-502", "The yearly report is larger than Lambda's answer may be. The application logs a 200, the client gets a 502.", at)
	k := st.stack("reports", "UPDATE", "processed.json", at)
	tag := "reportfunction-" + st.hex("image", 12) + "-v12"
	k.images["ReportFunction"] = account + ".dkr.ecr." + region + ".amazonaws.com/reports:" + tag
	k.run(step{id: "ReportFunction", from: 3.0, to: 22.4}, step{id: "ExportFunction", from: 3.1, to: 9.9})
	k.done(24.0)
	k.template(st.file("template.yaml"), string(st.read("processed.json")))
	k.functions("ReportFunction", "ExportFunction")
	k.roles("ReportFunctionRole", "ExportFunctionRole")
	k.api("ReportsApi", at)
	st.repository("reports", "arm64", tag)
	g := k.logs("ReportFunction", at)
	for i := range 5 {
		g.invocation(i, at.Add(time.Duration(60+i*35)*time.Second), 88.2+float64(i)*4, 173, 0, fmt.Sprintf("GET /reports/2026-%02d 200 %d bytes", i+1, 412_000+i*9_113))
	}
	for i := range 3 {
		g.tooLarge(10+i, at.Add(time.Duration(300+i*127)*time.Second), 1204.7+float64(i)*31, 402, "GET /reports/2026 200 7340211 bytes")
	}
	g.close()
	api := st.group("API-Gateway-Execution-Logs_"+k.physical("ReportsApi")+"/prod", "", 0, at)
	api.stream = st.hex("execution", 32)
	for i := range 3 {
		when, id := at.Add(time.Duration(301+i*127)*time.Second), g.request(40+i)
		api.line(when, "("+id+") HTTP Method: GET, Resource Path: /reports/2026")
		api.line(when.Add(300*time.Millisecond), "("+id+") Execution failed due to configuration error: Malformed Lambda proxy response")
		api.line(when.Add(301*time.Millisecond), "("+id+") Method completed with status: 502")
	}
	api.close()
	st.other("reports-warehouse", "UPDATE_COMPLETE", 12*24*time.Hour)
	return st
}

func lambdaCost(root string) *story {
	at := day(19, 0, 5)
	st := tell(root, "lambda-cost", "Nothing fails here. A search function holds 3,008 MB and ten provisioned environments, and uses a twelfth of the one and two of the others.", at)
	k := st.stack("search", "UPDATE", "processed.json", at.Add(-9*24*time.Hour))
	k.run(step{id: "SearchFunction", from: 3.0, to: 9.9}, step{id: "SearchFunctionAliaslive", from: 11.2, to: 96.7})
	k.done(98.3)
	k.template(st.file("template.yaml"), string(st.read("processed.json")))
	k.functions("SearchFunction", "ReindexFunction")
	k.roles("SearchFunctionRole", "ReindexFunctionRole")
	k.function("SearchFunction").Aliases = []diagnostics.Alias{{
		Name: "live", AliasArn: arn("lambda", "function:search:live"), FunctionVersion: "7",
		Provisioned: &diagnostics.Provisioned{Requested: 10, Allocated: 10, Available: 10, Status: "READY"},
	}}
	g := k.logs("SearchFunction", at)
	g.stream = at.Format("2006/01/02") + "/[7]" + st.hex("live stream", 32)
	for i := range 40 {
		g.invocation(i, at.Add(time.Duration(31*i)*time.Second), 38.5+float64(i%9)*6.3, 221+i%17, 0, `INFO {"hits":`+fmt.Sprint(7+i%5)+`}`)
	}
	g.close()
	g = k.logs("ReindexFunction", at)
	g.invocation(0, at.Add(4*time.Minute), 41277.6, 388, 201.3, "INFO 41209 documents")
	g.close()
	k.week("SearchFunction", at, func(h int) load {
		n := float64(900 + 4200*(h%24)/24)
		return load{invocations: n, ms: 61 + float64(h%5), concurrent: float64(1 + h%2), provisioned: 10}
	})
	k.week("ReindexFunction", at, func(h int) load { return load{invocations: 1, ms: 40500 + float64(h%7)*310, concurrent: 1} })
	st.other("search-index", "UPDATE_COMPLETE", 60*24*time.Hour)
	return st
}
