package policy

import (
	"strings"

	"firstaid/diagnostics/actions"
)

// ownedByAWS reports a call that would change something AWS owns: its managed
// policies, the roles of IAM Identity Center, its key aliases. No policy
// allows it. IAM refuses before it looks at any policy.
func ownedByAWS(r *request) (owned, atOnce bool) {
	switch service, _, _ := strings.Cut(r.action, ":"); service {
	case "iam":
		atOnce = strings.Contains(r.Resource, ":iam::aws:policy/") || strings.Contains(r.Resource, ":role/aws-reserved/")
		owned = atOnce
	case "kms":
		owned = strings.Contains(r.Resource, ":alias/aws/")
	}
	if !owned {
		return false, false
	}
	a, known := actions.Lookup(r.action)
	changes := !known || a.Level.Changes()
	return changes, changes && atOnce
}

// serviceLinked roles are not limited by SCPs and RCPs.
func serviceLinked(p *Principal) bool {
	return strings.Contains(p.RoleARN, ":role/aws-service-role/") || strings.Contains(p.RoleARN, ":role/AWSServiceRoleFor")
}

// needsResourcePolicy: to use a KMS key or assume a role, an identity policy is
// not enough: the key's or role's own policy must take part. Every role has a
// trust policy; where none is given, only the identity side is asked about.
func (e *evaluation) needsResourcePolicy() bool {
	switch {
	case strings.HasPrefix(e.action, "kms:"):
		return strings.Contains(e.request.Resource, ":key/")
	case strings.HasPrefix(e.action, "sts:assumerole"):
		return e.set.Resource != nil || e.unread(LayerResource)
	}
	return false
}
