package playbooks

import (
	"strings"
	"testing"

	"firstaid/diagnostics"
)

const (
	headForbidden = "botocore.exceptions.ClientError: An error occurred (403) when calling the HeadObject operation: Forbidden"
	getDenied     = "operation error S3: GetObject, https response error StatusCode: 403, RequestID: 7, HostID: 8, api error AccessDenied: Access Denied"
	mayRead       = `{"Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::shop-uploads/*"}]}`
	mayList       = `{"Statement":[{"Effect":"Allow","Action":["s3:GetObject","s3:ListBucket"],"Resource":["arn:aws:s3:::shop-uploads","arn:aws:s3:::shop-uploads/*"]}]}`
	mayReadSome   = `{"Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::shop-uploads/public/*"}]}`
)

// refusedByS3 is a function that reads a bucket with a policy and is told 403.
func refusedByS3(message, policy string) *diagnostics.Snapshot {
	s := store(message)
	s.Functions[0].Environment = []diagnostics.Variable{{Name: "BUCKET", Value: "shop-uploads"}}
	s.Roles[0].Policies = []diagnostics.RolePolicy{{PolicyName: "read", Document: policy}}
	return s
}

func TestA403MayBeAMissingKey(t *testing.T) {
	c, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for name, x := range map[string]struct {
		message, policy string
		missing         bool
	}{
		"HEAD":                  {headForbidden, mayRead, true},
		"GET":                   {getDenied, mayRead, true},
		"may list":              {headForbidden, mayList, false},
		"may read a part":       {headForbidden, mayReadSome, false},
		"may not read":          {getDenied, `{"Statement":[{"Effect":"Allow","Action":"logs:*","Resource":"*"}]}`, false},
		"a Deny for listing":    {headForbidden, `{"Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"},{"Effect":"Deny","Action":"s3:List*","Resource":"*"}]}`, false},
		"a write":               {"operation error S3: PutObject, https response error StatusCode: 403, RequestID: 7, HostID: 8, api error AccessDenied: Access Denied", mayRead, false},
		"a reason":              {refused("s3:GetObject", `"arn:aws:s3:::shop-uploads/a"`), mayRead, false},
		"a condition not known": {headForbidden, `{"Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":{"StringEquals":{"aws:SourceVpce":"v"}}}]}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			list := Diagnose(refusedByS3(x.message, x.policy), c)
			if len(list) == 0 {
				t.Fatal("nothing was found")
			}
			if got := list[0].Playbook == "s3-missing-key"; got != x.missing {
				t.Fatalf("the first finding is %s: %s", list[0].ID(), list[0].Because.En)
			}
			for _, f := range list[1:] {
				if x.missing && (f.Playbook != "access-denied" || f.CausedBy != list[0].ID()) {
					t.Errorf("%s does not follow from it", f.ID())
				}
			}
		})
	}
}

// The key's fix comes first; listing is offered for what it is good for.
func TestAMissingKeyLeadsToTheKey(t *testing.T) {
	c, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for name, message := range map[string]string{
		"state": headForbidden,
		"text":  strings.Replace(refused("s3:ListBucket", `"arn:aws:s3:::shop-uploads"`), "User:", "An error occurred (AccessDenied) when calling the GetObject operation: User:", 1),
	} {
		t.Run(name, func(t *testing.T) {
			s := refusedByS3(message, mayRead)
			f := Diagnose(s, c)[0]
			if f.Playbook != "s3-missing-key" {
				t.Fatalf("the first finding is %s", f.ID())
			}
			list := c.Fixes(s, f)
			if len(list) < 2 || list[0].Kind != FixGuided || !strings.Contains(list[0].Steps[0].(Manual).Do.En, "head-object --bucket shop-uploads") {
				t.Fatalf("the fixes are %+v", list)
			}
			for _, x := range list[1:] {
				if !strings.HasPrefix(x.Title.En, "Only to be told 404 instead of 403") || x.Proof == nil || !strings.Contains(x.Proof.Document, `"s3:ListBucket"`) || strings.Contains(x.Proof.Document, "GetObject") {
					t.Errorf("%s: %+v", x.Title.En, x.Proof)
				}
			}
		})
	}
}

// A queue that SQS does not know, or does not show, is one that a variable
// misnames.
func TestAQueueThatDoesNotExist(t *testing.T) {
	s := store("AWS.SimpleQueueService.NonExistentQueue: The specified queue does not exist or you do not have access to it.")
	f, list := diagnoseDenied(t, s)
	if f.Captures["variable"] != "QUEUE_URL" || f.Captures["meant"] != "Jobs" {
		t.Fatalf("captures %v", f.Captures)
	}
	if e, ok := list[0].Steps[0].(FileEdit); !ok || !strings.Contains(e.After, "QUEUE_URL: !Ref Jobs") {
		t.Errorf("the first fix is %+v", list[0])
	}
}
