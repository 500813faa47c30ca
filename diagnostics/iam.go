package diagnostics

// Role is an IAM role with everything that decides what it may do.
type Role struct {
	RoleName            string       `json:"roleName"`
	Arn                 string       `json:"arn"`
	Path                string       `json:"path,omitempty"`
	TrustPolicy         string       `json:"assumeRolePolicyDocument,omitempty"` // JSON
	PermissionsBoundary string       `json:"permissionsBoundary,omitempty"`      // ARN
	Boundary            string       `json:"boundaryDocument,omitempty"`         // JSON
	Policies            []RolePolicy `json:"policies,omitempty"`
	Tags                []Tag        `json:"tags,omitempty"`
	// Missing says that the role was looked for and does not exist.
	Missing bool `json:"missing,omitempty"`
}

// RolePolicy is an inline or attached policy of a role.
type RolePolicy struct {
	PolicyName string `json:"policyName"`
	PolicyArn  string `json:"policyArn,omitempty"` // empty for an inline policy
	Document   string `json:"document"`            // JSON, not URL-encoded
}

// Simulation is one action on one resource as SimulatePrincipalPolicy (Origin
// "aws") or firstaid's own evaluator (Origin "local") decides it.
type Simulation struct {
	Origin               string             `json:"origin"`
	PolicySourceArn      string             `json:"policySourceArn"`
	EvalActionName       string             `json:"evalActionName"`
	EvalResourceName     string             `json:"evalResourceName"`
	EvalDecision         string             `json:"evalDecision"` // allowed, explicitDeny, implicitDeny, unknown
	MatchedStatements    []MatchedStatement `json:"matchedStatements,omitempty"`
	MissingContextValues []string           `json:"missingContextValues,omitempty"`
	// AllowedByBoundary and AllowedByOrganizations are nil where the answer
	// does not speak of them.
	AllowedByBoundary      *bool `json:"allowedByPermissionsBoundary,omitempty"`
	AllowedByOrganizations *bool `json:"allowedByOrganizations,omitempty"`
	// Without is what IAM decides with one kind of policy left out, by kind
	// (permission-boundary, scp, inline, user-managed): the kind that turns the
	// decision is the one that blocks.
	Without map[string]string `json:"without,omitempty"`
}

// MatchedStatement is a statement that decided a simulation.
type MatchedStatement struct {
	SourcePolicyId   string `json:"sourcePolicyId"`
	SourcePolicyType string `json:"sourcePolicyType,omitempty"`
	EndLine          int    `json:"endLine,omitempty"`
	EndColumn        int    `json:"endColumn,omitempty"`
}

// AuthorizationMessage is an encoded authorization message of a text, and the
// JSON that sts:DecodeAuthorizationMessage makes of it.
type AuthorizationMessage struct {
	Encoded string `json:"encoded"`
	Decoded string `json:"decoded"`
}

// DecodedMessage is the JSON of an encoded authorization message, where it was
// decoded.
func (s *Snapshot) DecodedMessage(encoded string) (string, bool) {
	for _, m := range s.Messages {
		if m.Encoded == encoded {
			return m.Decoded, true
		}
	}
	return "", false
}
