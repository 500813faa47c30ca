package diagnostics

// A Question asks IAM what a principal may do: every action on every resource.
type Question struct {
	Principal string   // ARN of a role, user or group; not of an assumed role's session
	Actions   []string // concrete: IAM answers nothing for wildcards
	Resources []string // ARNs; they need not exist. None means "*"
	Context   []ContextKey
	// Add are policy documents that count as attached: "what if".
	Add []string
	// Without are policies to leave out, which tells the layer that blocks: a
	// kind (inline, aws-managed, user-managed, permission-boundary, scp) or the
	// ARN of a managed policy.
	Without []string
	// WithoutInline are inline policies of the role to leave out, by name.
	WithoutInline []string
	// Boundary is the document of a permissions boundary that replaces the
	// principal's; ResourcePolicy that of the resource, which IAM never fetches.
	Boundary       string
	ResourcePolicy string
	// Owner is the account that owns the resource; empty: the principal's.
	Owner string
	// Fresh wants an answer of now: something was changed since the last one.
	Fresh bool
}

// A ContextKey is a condition key with its values. Type is string, stringList,
// numeric, boolean, ip or date.
type ContextKey struct {
	Name   string   `json:"name"`
	Type   string   `json:"type"`
	Values []string `json:"values"`
}

// ContextOf lists the condition keys that are known of every request by a
// principal of the snapshot's account. A key that is missing here is unknown,
// not absent.
func ContextOf(s *Snapshot, principal string) []ContextKey {
	keys := []ContextKey{
		{"aws:PrincipalArn", "string", []string{principal}},
		{"aws:SecureTransport", "boolean", []string{"true"}},
	}
	if s.Identity.Account != "" {
		keys = append(keys, ContextKey{"aws:PrincipalAccount", "string", []string{s.Identity.Account}})
	}
	if s.Identity.Region != "" {
		keys = append(keys, ContextKey{"aws:RequestedRegion", "string", []string{s.Identity.Region}})
	}
	for _, role := range s.Roles {
		if role.Arn == principal {
			for _, t := range role.Tags {
				keys = append(keys, ContextKey{"aws:PrincipalTag/" + t.Key, "string", []string{t.Value}})
			}
		}
	}
	var functions []string // one role of several functions does not tell which one called
	for _, f := range s.Functions {
		if f.Role == principal && f.FunctionArn != "" {
			functions = append(functions, f.FunctionArn)
		}
	}
	if len(functions) == 1 {
		keys = append(keys, ContextKey{"lambda:SourceFunctionArn", "string", functions})
	}
	return keys
}
