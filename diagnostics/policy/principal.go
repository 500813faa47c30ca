package policy

import (
	"fmt"
	"strings"
)

// Kind is the kind of a requesting principal.
type Kind string

// The kinds of principal.
const (
	KindAnonymous Kind = "anonymous"
	KindUser      Kind = "user"
	KindRole      Kind = "role"    // the role itself, as simulations name it
	KindSession   Kind = "session" // an assumed-role session
	KindFederated Kind = "federated-user"
	KindRoot      Kind = "root"
	KindService   Kind = "service"
	KindWeb       Kind = "federated" // a SAML or OIDC identity that assumes a role
)

// Principal is who makes a request.
type Principal struct {
	Kind    Kind
	ARN     string // as it signs requests; the name of a service
	Account string
	// RoleARN is the role behind a session. An assumed-role ARN does not hold
	// the role's path, so it is derived without one unless given.
	RoleARN string
}

// NewPrincipal reads a principal from its ARN or, for services, its name
// ("lambda.amazonaws.com"). An empty string is an anonymous request.
func NewPrincipal(s string) (Principal, error) {
	if s == "" || s == "*" {
		return Principal{Kind: KindAnonymous}, nil
	}
	f := strings.SplitN(s, ":", 6)
	if len(f) < 6 || f[0] != "arn" {
		if strings.HasSuffix(s, ".amazonaws.com") || strings.HasSuffix(s, ".amazonaws.com.cn") || strings.HasSuffix(s, ".aws.internal") {
			if s == "cognito-identity.amazonaws.com" {
				return Principal{Kind: KindWeb, ARN: s}, nil
			}
			return Principal{Kind: KindService, ARN: s}, nil
		}
		if isAccount(s) {
			return Principal{Kind: KindRoot, ARN: "arn:aws:iam::" + s + ":root", Account: s}, nil
		}
		if strings.Contains(s, ".") && !strings.ContainsAny(s, " :") {
			return Principal{Kind: KindWeb, ARN: s}, nil
		}
		return Principal{}, fmt.Errorf("principal %q: an ARN or a service's name is expected", s)
	}
	p := Principal{ARN: s, Account: f[4]}
	kind, name, _ := strings.Cut(f[5], "/")
	switch {
	case kind == "root":
		p.Kind = KindRoot
	case kind == "user" && f[2] == "iam":
		p.Kind = KindUser
	case kind == "role" && f[2] == "iam":
		p.Kind, p.RoleARN = KindRole, s
	case kind == "assumed-role" && f[2] == "sts":
		role, _, _ := strings.Cut(name, "/")
		p.Kind, p.RoleARN = KindSession, "arn:"+f[1]+":iam::"+f[4]+":role/"+role
	case kind == "federated-user" && f[2] == "sts":
		p.Kind = KindFederated
	case kind == "saml-provider" || kind == "oidc-provider":
		p.Kind = KindWeb
	default:
		return Principal{}, fmt.Errorf("principal %q: not a user, role, session, federated user or root", s)
	}
	return p, nil
}

// keyARN is aws:PrincipalArn: a session's is the role's ARN.
func (p *Principal) keyARN() string {
	switch p.Kind {
	case KindSession:
		return p.RoleARN
	case KindUser, KindRole, KindFederated, KindRoot:
		return p.ARN
	}
	return ""
}

func (p *Principal) keyType() string {
	switch p.Kind {
	case KindUser:
		return "User"
	case KindRole, KindSession:
		return "AssumedRole"
	case KindFederated:
		return "FederatedUser"
	case KindRoot:
		return "Account"
	case KindAnonymous:
		return "Anonymous"
	}
	return ""
}

func (p *Principal) userName() string {
	if p.Kind != KindUser {
		return ""
	}
	return p.ARN[strings.LastIndexByte(p.ARN, '/')+1:]
}

func (p *Principal) isService() string {
	if p.Kind == KindService {
		return "true"
	}
	return "false"
}

// identified reports whether identity policies can exist for the principal.
func (p *Principal) identified() bool {
	return p.Kind != KindAnonymous && p.Kind != KindService && p.Kind != KindWeb
}

// grade says how a resource policy names the requester: what it can do alone
// depends on it.
type grade int8

const (
	notNamed   grade = iota
	byAccount        // the account: delegates to its identity policies
	byRole           // the role of a session: a boundary and a session policy still limit it
	byEveryone       // everybody: a session policy still limits it
	byIdentity       // the user or session itself: what it grants is not limited
)

// principals is a Principal or NotPrincipal element.
type principals struct {
	everyone bool     // "*" or {"AWS": "*"}: anonymous requests too
	aws      []string // ARNs and account ids
	others   []string // services, federated providers, canonical users
}

func parsePrincipals(raw []byte) (*principals, error) {
	p := &principals{}
	if len(raw) > 0 && raw[0] == '"' {
		var s string
		if err := str(raw, &s); err != nil {
			return nil, err
		}
		p.add("AWS", s)
		return p, nil
	}
	err := object(raw, 0, func(kind string, raw []byte, _ int) error {
		switch kind {
		case "AWS", "Service", "Federated", "CanonicalUser":
		default:
			return fmt.Errorf("a principal is AWS, Service, Federated or CanonicalUser")
		}
		values, err := list(raw, false)
		for _, v := range values {
			p.add(kind, v)
		}
		return err
	})
	return p, err
}

func (p *principals) add(kind, value string) {
	switch {
	case value == "*" && kind == "AWS":
		p.everyone = true
	case kind == "AWS":
		p.aws = append(p.aws, value)
	default:
		p.others = append(p.others, value)
	}
}

// names returns how the element names a principal: the closest way counts.
func (p *principals) names(q *Principal) grade {
	best := notNamed
	if p.everyone {
		best = byEveryone
	}
	for _, v := range p.aws {
		best = max(best, namesOne(v, q))
	}
	if q.Kind == KindService || q.Kind == KindWeb {
		for _, v := range p.others {
			if v == q.ARN || v == "*" {
				best = byIdentity
			}
		}
	}
	return best
}

func namesOne(v string, q *Principal) grade {
	switch {
	case q.Kind == KindAnonymous || q.Kind == KindService:
		return notNamed
	case v == q.ARN && q.Kind == KindRoot:
		return byAccount
	case v == q.ARN && q.Kind == KindRole:
		return byRole
	case v == q.ARN:
		return byIdentity
	case q.Kind == KindSession && sameRole(v, q.RoleARN):
		return byRole
	case isAccount(v) && v == q.Account:
		return byAccount
	case strings.HasSuffix(v, ":root") && arnAccount(v) == q.Account && q.Account != "":
		return byAccount
	}
	return notNamed
}

// sameRole compares role ARNs. A session's ARN lacks the role's path; role
// names are unique in an account, so without a path the names decide.
func sameRole(v, role string) bool {
	if v == role {
		return true
	}
	account, name, ok := strings.Cut(role, ":role/")
	other, path, ok2 := strings.Cut(v, ":role/")
	return ok && ok2 && account == other && !strings.Contains(name, "/") && path[strings.LastIndexByte(path, '/')+1:] == name
}
