package playbooks

import (
	"slices"
	"strings"

	"firstaid/diagnostics"
	"firstaid/diagnostics/denial"
	"firstaid/diagnostics/policy/proposal"
)

// findMissingKey looks behind S3's 403 without a reason: a role that may read
// every object of its buckets and may not list them is told 403 for an object
// that does not exist (GetObject API reference, "Permissions").
func findMissingKey(s *diagnostics.Snapshot) []diagnostics.Finding {
	ix := newIndex(s)
	var list []diagnostics.Finding
	for _, r := range refusals(s, ix) {
		d := r.denial
		bucket, ok := ix.unlisted(&d, r.subject)
		if !ok {
			continue
		}
		role, _ := ix.roleOf(&d, r.subject)
		f := diagnostics.Finding{
			Subject: r.subject, First: r.at, Last: r.at, Count: 1, Confidence: diagnostics.Likely,
			Captures: map[string]string{"bucket": bucket, "role": role.RoleName},
			Because: diagnostics.Text{
				En: "the role may read every object of " + proposal.Name(bucket) + " and may not list it: S3 then answers 403 for a key that does not exist",
				Ko: "역할은 " + proposal.Name(bucket) + "의 모든 객체를 읽을 수 있지만 목록은 볼 수 없습니다. 이때 S3는 없는 키에 403으로 답합니다",
			},
			Evidence: []diagnostics.Evidence{
				{Of: r.of, Field: r.field, At: r.at, Quote: quote(d.Quote)},
				{Of: diagnostics.Ref{Kind: diagnostics.KindRole, ID: role.RoleName}, Field: "Policies", Quote: "s3:GetObject on " + bucket + "/*: allowed; s3:ListBucket on " + bucket + ": not allowed"},
			},
		}
		if d.Operation != "" {
			f.Captures["operation"] = d.Operation
		}
		list = append(list, f)
	}
	return list
}

// unlisted is the bucket whose objects the refused role may read without being
// able to list it, where that holds for every bucket that the call may have
// gone to.
func (ix *index) unlisted(d *denial.Denial, subject diagnostics.Ref) (string, bool) {
	bare := (d.Form == denial.FormHead || d.Form == denial.FormS3) && d.Action == ""
	if !bare || d.Operation != "" && !slices.Contains([]string{"GetObject", "HeadObject", "CopyObject", "GetObjectAttributes"}, d.Operation) || d.Operation == "" && d.Form != denial.FormHead {
		return "", false
	}
	role, ok := ix.roleOf(d, subject)
	if !ok {
		return "", false
	}
	fn, _ := ix.function(subject)
	buckets := ix.buckets(fn)
	for _, b := range buckets {
		read, known := ix.decide().Decide(role.RoleName, "s3:GetObject", b+"/firstaid-probe")
		list, _ := ix.decide().Decide(role.RoleName, "s3:ListBucket", b)
		if !known || !read.Allowed() || list.EvalDecision != diagnostics.DecisionImplicit {
			return "", false
		}
	}
	if len(buckets) == 0 {
		return "", false
	}
	return buckets[0], true
}

// roleOf is the role that was refused: the one that the text names, else the
// function's.
func (ix *index) roleOf(d *denial.Denial, subject diagnostics.Ref) (diagnostics.Role, bool) {
	name := d.Role
	if fn, ok := ix.function(subject); ok && name == "" {
		name = fn.Role
	}
	role, ok := ix.role(name)
	return role, ok && name != "" && !role.Missing
}

// buckets are those that the function's settings name, else the stack's.
func (ix *index) buckets(fn diagnostics.Function) []string {
	var named, all []string
	for _, r := range ix.stackResources() {
		if r.Type != "AWS::S3::Bucket" {
			continue
		}
		all = append(all, r.ARN)
		if slices.ContainsFunc(fn.Environment, func(v diagnostics.Variable) bool { return strings.Contains(v.Value, proposal.Name(r.ARN)) }) {
			named = append(named, r.ARN)
		}
	}
	if len(named) > 0 {
		return named
	}
	return all
}

// fixMissingKey sends to the key, and offers the permission to list only for
// what it is good for: to be told 404.
func fixMissingKey(s *diagnostics.Snapshot, f diagnostics.Finding) []Fix {
	bucket := f.Captures["bucket"]
	if strings.HasPrefix(f.Captures["resource"], "arn:") && bucket == "" {
		bucket = f.Captures["resource"]
	}
	name := proposal.Name(bucket)
	if name == "" {
		name = "BUCKET"
	}
	list := []Fix{guide(
		"Correct the key, or upload the object", "키를 바로잡거나 객체를 업로드합니다",
		diagnostics.Text{
			En: "Log the key exactly as the code asks for it, and look for it: `aws s3api head-object --bucket " + name + " --key KEY`",
			Ko: "코드가 요청하는 키를 그대로 로그에 남기고 확인하세요: `aws s3api head-object --bucket " + name + " --key KEY`",
		},
		diagnostics.Text{
			En: "Keys of events are URL-encoded: decode them (unquote_plus in Python, decodeURIComponent after + became a blank in Node.js)",
			Ko: "이벤트의 키는 URL 인코딩되어 있으므로 디코딩하세요(Python은 unquote_plus, Node.js는 +를 공백으로 바꾼 뒤 decodeURIComponent)",
		},
	)}
	ix := newIndex(s)
	role, ok := ix.role(f.Captures["role"])
	if fn, known := ix.function(f.Subject); known && !ok {
		role, ok = ix.role(fn.Role)
	}
	if !ok || role.Missing || !strings.HasPrefix(bucket, "arn:") {
		return list
	}
	return append(list, ix.listing(f, role, bucket)...)
}

// listing are the ways to let a role list a bucket.
func (ix *index) listing(f diagnostics.Finding, role diagnostics.Role, bucket string) []Fix {
	known := knownOf(ix.snapshot, ix, f, role.RoleName)
	p := proposal.For([]denial.Denial{{
		Form: denial.FormCore, Principal: role.Arn, PrincipalKind: denial.Role, Account: ix.snapshot.Identity.Account, Role: role.RoleName,
		Action: "s3:ListBucket", Resource: bucket, PolicyType: denial.IdentityBased, Decision: denial.Implicit,
	}}, known)
	if len(p.Statements) == 0 {
		return nil
	}
	p.Template, p.Companions = nil, nil // nothing but what was asked for
	fixes := ix.granted(f, role.RoleName, &p, &known)
	for i := range fixes {
		fixes[i].Title.En = "Only to be told 404 instead of 403: " + lowerFirst(fixes[i].Title.En)
		fixes[i].Title.Ko = "403 대신 404를 받으려는 경우에만: " + fixes[i].Title.Ko
	}
	return fixes
}

func lowerFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}
