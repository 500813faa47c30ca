package denial

// Form says which sentence a denial came as, and so what it can mean.
type Form string

// The forms. FormCore is the full sentence "… is not authorized to perform: …";
// the others are texts that carry no such sentence.
const (
	FormCore Form = "core"
	// FormOperation is a core that names an SDK operation instead of an action.
	FormOperation Form = "operation"
	// FormAuthorizer: the policy that a Lambda authorizer returned to API
	// Gateway denies; an IAM grant changes nothing.
	FormAuthorizer Form = "api-gateway-authorizer"
	// FormExecutionRole: Lambda's control plane checked the function's role
	// (ENI, event source mapping, dead letter queue). HandlerErrorCode is InvalidRequest.
	FormExecutionRole Form = "execution-role"
	// FormStream: an event source mapping cannot read its stream.
	FormStream Form = "stream"
	// FormCaller: Lambda repeats a denial of the caller's own credentials.
	FormCaller Form = "request-credentials"
	// FormTrust: a service cannot assume the role: trust policy, deleted role,
	// or seconds of propagation.
	FormTrust Form = "trust"
	// FormEnvironmentKey: Lambda cannot decrypt the environment variables.
	FormEnvironmentKey Form = "environment-key"
	// FormStaleGrant: the same, because the role was deleted and created again;
	// no policy change helps, setting another role and back does.
	FormStaleGrant Form = "stale-grant"
	// FormTagging: CloudFormation blames tagging, and the text holds no inner
	// message: CloudTrail has it.
	FormTagging Form = "tagging"
	// FormMissingToken: API Gateway, an unsigned request to AWS_IAM or no such route.
	FormMissingToken Form = "missing-authentication-token"
	// FormForbidden: API Gateway or a function URL: WAF, API key, mTLS, mapping.
	FormForbidden Form = "api-gateway-forbidden"
	// FormLambdaPermission: API Gateway may not invoke the function: its
	// resource policy (AWS::Lambda::Permission) lacks the statement.
	FormLambdaPermission Form = "lambda-permission"
	// FormS3 is S3's bare "Access Denied": a caller outside the account or
	// organisation, a VPC endpoint, Requester Pays, or a missing key.
	FormS3 Form = "s3-access-denied"
	// FormHead is a HEAD request, whose answer never has a reason; a missing
	// key answers the same.
	FormHead Form = "head-forbidden"
	// FormEncoded holds an encoded authorization message or only EC2's
	// sentence "You are not authorized to perform this operation".
	FormEncoded Form = "encoded"
	// FormKey is a KMS text without a core.
	FormKey Form = "kms"
	// FormPassRole: a role of another account was passed.
	FormPassRole Form = "cross-account-pass-role"
	// FormAnonymous: the request was not signed.
	FormAnonymous Form = "anonymous"
	// FormQueue: SQS's "Access to the resource URL is denied".
	FormQueue Form = "sqs-access-denied"
	// FormOperationDenied: "Access denied for operation 'X'"; CloudTrail has the action.
	FormOperationDenied Form = "operation-denied"
	// FormLakeFormation: missing or not granted in Lake Formation; IAM alone cannot tell.
	FormLakeFormation Form = "lake-formation"
	// FormMarketplace is no permission at all: a product is not subscribed to.
	FormMarketplace Form = "marketplace-subscription"
	// FormCode: an access-denied code and no sentence that is known here.
	FormCode Form = "code"
)
