package proposal

import (
	"slices"
	"strings"

	"firstaid/diagnostics/actions"
	"firstaid/diagnostics/denial"
)

// stopped checks a denial as a whole.
func (b *builder) stopped(d *denial.Denial) (Rule, bool) {
	if r, ok := stopDoubts(d); ok {
		return r, true
	}
	if r, ok := stopForm(d); ok {
		return r, true
	}
	if r, ok := b.stopActor(d); ok {
		return r, true
	}
	if r, ok := stopPolicy(d); ok {
		return r, true
	}
	if d.MissingKey() {
		return RuleMissingKey, true
	}
	if d.Action == "" {
		return RuleNoAction, true
	}
	return "", false
}

// stopDoubts: a text with these doubts does not say what it seems to say.
func stopDoubts(d *denial.Denial) (Rule, bool) {
	for _, x := range [...]struct {
		doubt denial.Doubt
		rule  Rule
	}{
		{denial.ControlCharacters, RuleControl},
		{denial.NonASCII, RuleLookAlike},
		{denial.WildcardAction, RuleWildcardAction},
		{denial.UnknownAction, RuleUnknownAction},
		{denial.ActionMismatch, RuleActionMismatch},
		{denial.Placeholder, RulePlaceholder},
	} {
		if d.Doubtful(x.doubt) {
			return x.rule, true
		}
	}
	return "", false
}

// stopForm: sentences that no identity policy answers.
func stopForm(d *denial.Denial) (Rule, bool) {
	switch d.Form {
	case denial.FormAuthorizer:
		return RuleAuthorizer, true
	case denial.FormLambdaPermission:
		return RuleLambdaPermission, true
	case denial.FormStaleGrant:
		return RuleStaleGrant, true
	case denial.FormTrust:
		return RuleTrust, true
	case denial.FormCaller, denial.FormPassRole:
		return RuleDeployer, true
	case denial.FormMissingToken, denial.FormForbidden, denial.FormMarketplace, denial.FormAnonymous:
		return RuleNotPermission, true
	}
	return "", false
}

// stopActor: whose policy it is, and whether it is the application's.
func (b *builder) stopActor(d *denial.Denial) (Rule, bool) {
	a := d.Who(b.known.Functions...)
	partition := arnField(d.Principal, 1)
	switch {
	case partition != "" && partition != b.known.Partition:
		return RuleOtherPartition, true
	case b.known.Account != "" && d.Account != "" && d.Account != b.known.Account:
		return RuleOtherAccount, true
	case a.Kind == denial.ActorCloudFormation || a.Kind == denial.ActorCI || a.Kind == denial.ActorCLI || a.Kind == denial.ActorUser:
		return RuleDeployer, true
	case d.Principal != "" && !a.Modifiable:
		return RuleUnmodifiable, true
	case a.Kind == denial.ActorCognito && d.PolicyType == denial.SessionPolicy:
		return RuleSession, true
	case d.Role != "" && b.known.Role != "" && d.Role != b.known.Role:
		return RuleOtherRole, true
	case d.Role != "" && b.out.Role != "" && d.Role != b.out.Role:
		return RuleOtherRole, true
	}
	return "", false
}

// stopPolicy: the kind of policy that denied.
func stopPolicy(d *denial.Denial) (Rule, bool) {
	kind := d.PolicyType
	if d.Transitive != "" {
		kind = d.Transitive // AWS: fix the policy behind the endpoint's
	}
	switch kind {
	case denial.PermissionsBoundary:
		return RuleBoundary, true
	case denial.SessionPolicy:
		return RuleSession, true
	case denial.ServiceControl:
		return RuleSCP, true
	case denial.ResourceControl:
		return RuleRCP, true
	case denial.VPCEndpoint:
		return RuleEndpoint, true
	case denial.RoleTrust:
		return RuleTrust, true
	case denial.S3BlockPublicAccess, denial.S3BlockedEncryption:
		return RuleS3Setting, true
	case denial.LakeFormation:
		return RuleNotPermission, true
	}
	if d.Decision == denial.Explicit {
		return RuleExplicitDeny, true
	}
	return "", false
}

// checkAction: only an action that IAM has can be granted. Of a service that
// the table does not hold, nothing is known; the red list says so.
func checkAction(d *denial.Denial, action string) (Rule, bool) {
	service, name, _ := strings.Cut(action, ":")
	switch {
	case strings.ContainsAny(action, "*?"):
		return RuleWildcardAction, true
	case service == "" || name == "":
		return RuleNoAction, true
	case !actions.IsService(service):
		return "", false
	}
	if _, known := actions.Lookup(action); !known {
		return RuleUnknownAction, true
	}
	return "", false
}

// redList notes what makes a grant one to think about.
func (b *builder) redList(d *denial.Denial, action, arn string) {
	service, name, _ := strings.Cut(action, ":")
	a, known := actions.Lookup(action)
	add := func(when bool, r Rule) {
		if when {
			b.red(r, action, arn)
		}
	}
	add(!known, RuleServiceNew)
	add(service == "iam", RuleIAM)
	add(service == "sts" && strings.HasPrefix(name, "AssumeRole"), RuleAssumeRole)
	add(action == "kms:CreateGrant" || action == "kms:PutKeyPolicy", RuleKeyControl)
	add(service == "lambda" && (strings.HasPrefix(name, "UpdateFunction") || strings.HasPrefix(name, "AddPermission") || strings.HasPrefix(name, "AddLayer")), RuleFunctionCode)
	add(service == "organizations" || service == "account", RuleOrganizations)
	if known {
		add(a.Level == actions.Permissions, RulePermissions)
		add(arn == "*" && a.Level.Changes(), RuleStarWrite)
		add(a.Level.Changes() && !dataAction(action), RuleManagement)
	}
	add(b.known.Services != nil && !slices.Contains(b.known.Services, service), RuleServiceUnused)
	add(b.known.Account == "", RuleUnverified)
	account := arnField(arn, 4)
	foreign := account != "" && b.known.Account != "" && account != b.known.Account && account != "aws"
	add(foreign, RuleForeign)
	add(!foreign && arn != "*" && !b.referenced(arn), RuleNotReferenced)
	add(d.PolicyType == denial.ResourceBased, RuleResourceSide)
	add(d.Decision == denial.Ambiguous, RuleAmbiguous)
	noOne := d.Principal == "" && d.Form == denial.FormCore
	add(noOne, RuleNobody)
	add(!noOne && d.Form == denial.FormCore && b.known.Role == "" && d.Who(b.known.Functions...).Kind != denial.ActorFunction, RuleUnproven)
}

// dataAction reports whether a writing action works on the data in a resource:
// sends, puts, invokes. All other writes manage the resource.
func dataAction(action string) bool {
	service, name, _ := strings.Cut(action, ":")
	_, list, found := strings.Cut(dataPrefixes, "\n"+service+": ")
	if !found {
		return false
	}
	list, _, _ = strings.Cut(list, "\n")
	for prefix := range strings.FieldsSeq(list) {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// dataPrefixes lists the writes that an application does at run time, as the
// beginnings of action names: "service: prefixes".
const dataPrefixes = `
aoss: APIAccessAll
appsync: GraphQL
athena: StartQueryExecution StopQueryExecution
bedrock: InvokeModel ApplyGuardrail Retrieve
cloudwatch: PutMetricData
cognito-idp: AdminCreateUser AdminUpdateUserAttributes AdminSetUserPassword AdminAddUserToGroup AdminInitiateAuth AdminRespondToAuthChallenge AdminConfirmSignUp AdminUserGlobalSignOut
comprehend: BatchDetect Detect
dynamodb: PutItem UpdateItem DeleteItem BatchWriteItem PartiQLInsert PartiQLUpdate PartiQLDelete
elasticfilesystem: ClientMount ClientWrite
es: ESHttp
events: PutEvents
execute-api: Invoke ManageConnections
firehose: PutRecord
glue: StartJobRun
iot: Publish
kafka-cluster: Connect WriteData ReadData DescribeGroup AlterGroup
kinesis: PutRecord
kms: Decrypt Encrypt GenerateDataKey ReEncrypt GenerateMac Sign Verify
lambda: Invoke
logs: CreateLogStream CreateLogGroup PutLogEvents
polly: SynthesizeSpeech
rds-data: ExecuteStatement BatchExecuteStatement BeginTransaction CommitTransaction RollbackTransaction
rds-db: connect
redshift-data: ExecuteStatement BatchExecuteStatement
rekognition: Detect IndexFaces SearchFaces
s3: PutObject DeleteObject AbortMultipartUpload
scheduler: CreateSchedule UpdateSchedule DeleteSchedule
secretsmanager: PutSecretValue
ses: Send
sns: Publish
sqs: SendMessage DeleteMessage ChangeMessageVisibility ReceiveMessage
states: StartExecution StartSyncExecution StopExecution SendTask
textract: Detect Analyze StartDocument
transcribe: StartTranscriptionJob
translate: Translate
xray: PutTraceSegments PutTelemetryRecords
`
