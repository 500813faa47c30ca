package iamtest

import (
	"net/http"
	"net/url"
	"strings"

	"firstaid/diagnostics/policy"
)

func (e *Endpoint) getCallerIdentity(url.Values) (any, *failure) {
	return struct{ Account, Arn, UserId string }{Account, Caller, "AIDA"}, nil
}

func (e *Endpoint) decodeAuthorizationMessage(form url.Values) (any, *failure) {
	text, ok := e.Messages[form.Get("EncodedMessage")]
	if !ok {
		return nil, &failure{http.StatusBadRequest, "InvalidAuthorizationMessageException", "Message is not valid"}
	}
	return struct{ DecodedMessage string }{text}, nil
}

func (e *Endpoint) role(form url.Values) (*Role, *failure) {
	name := form.Get("RoleName")
	if r, ok := e.roles[name]; ok {
		return r, nil
	}
	return nil, noSuchEntity("The role with name %s cannot be found.", name)
}

type tag struct{ Key, Value string }

type roleXML struct {
	RoleName, Path, Arn, RoleId, AssumeRolePolicyDocument string
	CreateDate                                            string
	PermissionsBoundary                                   *boundaryXML
	Tags                                                  []tag `xml:"Tags>member"`
}

type boundaryXML struct{ PermissionsBoundaryType, PermissionsBoundaryArn string }

func (e *Endpoint) getRole(form url.Values) (any, *failure) {
	r, failed := e.role(form)
	if failed != nil {
		return nil, failed
	}
	out := roleXML{RoleName: r.Name, Path: r.path(), Arn: r.ARN(), RoleId: "AROA", AssumeRolePolicyDocument: encoded(r.Trust), CreateDate: "2026-11-22T10:00:00Z"}
	if r.BoundaryARN != "" {
		out.PermissionsBoundary = &boundaryXML{"Policy", r.BoundaryARN}
	}
	for _, k := range sorted(r.Tags) {
		out.Tags = append(out.Tags, tag{k, r.Tags[k]})
	}
	return struct{ Role roleXML }{out}, nil
}

func (e *Endpoint) listRolePolicies(form url.Values) (any, *failure) {
	r, failed := e.role(form)
	if failed != nil {
		return nil, failed
	}
	part, next := page(e, form, sorted(r.Inline))
	return struct {
		PolicyNames []string `xml:"PolicyNames>member"`
		IsTruncated bool
		Marker      string `xml:",omitempty"`
	}{part, next != "", next}, nil
}

func (e *Endpoint) getRolePolicy(form url.Values) (any, *failure) {
	r, failed := e.role(form)
	if failed != nil {
		return nil, failed
	}
	name := form.Get("PolicyName")
	document, ok := r.Inline[name]
	if !ok {
		return nil, noSuchEntity("The role policy with name %s cannot be found.", name)
	}
	return struct{ RoleName, PolicyName, PolicyDocument string }{r.Name, name, encoded(document)}, nil
}

// maxInline is the aggregate size of a role's inline policies, white space not
// counted (IAM user guide, "IAM and AWS STS quotas").
const maxInline = 10240

func (e *Endpoint) putRolePolicy(form url.Values) (any, *failure) {
	r, failed := e.modifiable(form)
	if failed != nil {
		return nil, failed
	}
	name, document := form.Get("PolicyName"), form.Get("PolicyDocument")
	if _, err := policy.Parse([]byte(document)); err != nil {
		return nil, &failure{http.StatusBadRequest, "MalformedPolicyDocument", err.Error()}
	}
	total := len(strings.Join(strings.Fields(document), ""))
	for n, d := range r.Inline {
		if n != name {
			total += len(strings.Join(strings.Fields(d), ""))
		}
	}
	if total > maxInline {
		return nil, &failure{http.StatusConflict, "LimitExceeded", "Maximum policy size of 10240 bytes exceeded for role " + r.Name}
	}
	r.Inline[name] = document
	return nil, nil
}

func (e *Endpoint) modifiable(form url.Values) (*Role, *failure) {
	r, failed := e.role(form)
	if failed == nil && (strings.HasPrefix(r.Path, "/aws-reserved/") || strings.HasPrefix(r.Path, "/aws-service-role/")) {
		return nil, &failure{http.StatusBadRequest, "UnmodifiableEntity", "Cannot perform the operation on the protected role '" + r.Name + "'"}
	}
	return r, failed
}

func (e *Endpoint) deleteRolePolicy(form url.Values) (any, *failure) {
	r, failed := e.modifiable(form)
	if failed != nil {
		return nil, failed
	}
	name := form.Get("PolicyName")
	if _, ok := r.Inline[name]; !ok {
		return nil, noSuchEntity("The role policy with name %s cannot be found.", name)
	}
	delete(r.Inline, name)
	return nil, nil
}

func (e *Endpoint) updateAssumeRolePolicy(form url.Values) (any, *failure) {
	r, failed := e.modifiable(form)
	if failed != nil {
		return nil, failed
	}
	document := form.Get("PolicyDocument")
	if _, err := policy.Parse([]byte(document)); err != nil {
		return nil, &failure{http.StatusBadRequest, "MalformedPolicyDocument", err.Error()}
	}
	r.Trust = document
	return nil, nil
}

type attached struct{ PolicyName, PolicyArn string }

func (e *Endpoint) listAttachedRolePolicies(form url.Values) (any, *failure) {
	r, failed := e.role(form)
	if failed != nil {
		return nil, failed
	}
	var all []attached
	for _, arn := range sorted(r.Attached) {
		all = append(all, attached{nameOf(arn), arn})
	}
	part, next := page(e, form, all)
	return struct {
		AttachedPolicies []attached `xml:"AttachedPolicies>member"`
		IsTruncated      bool
		Marker           string `xml:",omitempty"`
	}{part, next != "", next}, nil
}

func nameOf(arn string) string { return arn[strings.LastIndexByte(arn, '/')+1:] }

// managed finds a managed policy's document wherever it is attached.
func (e *Endpoint) managed(arn string) (string, bool) {
	for _, r := range e.roles {
		if d, ok := r.Attached[arn]; ok {
			return d, true
		}
		if r.BoundaryARN == arn && arn != "" {
			return r.Boundary, true
		}
	}
	return "", false
}

func (e *Endpoint) getPolicy(form url.Values) (any, *failure) {
	arn := form.Get("PolicyArn")
	if _, ok := e.managed(arn); !ok {
		return nil, noSuchEntity("Policy %s was not found.", arn)
	}
	type policyXML struct{ PolicyName, Arn, DefaultVersionId string }
	return struct{ Policy policyXML }{policyXML{nameOf(arn), arn, "v1"}}, nil
}

func (e *Endpoint) getPolicyVersion(form url.Values) (any, *failure) {
	arn := form.Get("PolicyArn")
	document, ok := e.managed(arn)
	if !ok || form.Get("VersionId") != "v1" {
		return nil, noSuchEntity("Policy %s version %s was not found.", arn, form.Get("VersionId"))
	}
	type version struct {
		VersionId, Document string
		IsDefaultVersion    bool
	}
	return struct{ PolicyVersion version }{version{"v1", encoded(document), true}}, nil
}
