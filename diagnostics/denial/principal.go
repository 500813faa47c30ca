package denial

import "strings"

// PrincipalKind is the kind of identity that a message names.
type PrincipalKind string

// The kinds. An empty kind: the text names nobody, or in a way not known here.
const (
	AssumedRole   PrincipalKind = "assumed-role"
	Role          PrincipalKind = "role"
	User          PrincipalKind = "user"
	Root          PrincipalKind = "root"
	FederatedUser PrincipalKind = "federated-user"
	Anonymous     PrincipalKind = "anonymous"
	Service       PrincipalKind = "service"
)

// principal reads who was denied from s[lo:end], the text before "is not
// authorized", and returns where the sentence begins.
func (p *parser) principal(d *Denial, lo, end int) int {
	if end <= lo {
		return end
	}
	lo = max(lo, end-700)
	if i, ok := label(p.s, lo, end); ok {
		value := strings.Trim(p.s[i+len("User"):end], ": \n`'\",")
		if p.labelled(d, value) {
			return i
		}
	}
	return p.unlabelled(d, lo, end)
}

// label finds the last "User" that begins a sentence in s[lo:end].
func label(s string, lo, end int) (int, bool) {
	for hi := end; ; {
		i := strings.LastIndex(s[lo:hi], "ser")
		if i < 1 {
			return 0, false
		}
		hi = lo + i
		i = hi - 1
		open := i == 0 || !letter(s[i-1]) && !digit(s[i-1]) && s[i-1] != '/' && s[i-1] != ':' && s[i-1] != '-'
		next := i + len("User")
		if (s[i] == 'U' || s[i] == 'u') && open && (next >= end || s[next] == ':' || blank(s[next])) {
			return i, true
		}
	}
}

// labelled takes the words between "User" and "is not authorized".
func (p *parser) labelled(d *Denial, value string) bool {
	if value == "" {
		return true
	}
	if rest, ok := strings.CutPrefix(value, "with accountId: "); ok {
		if digits(rest) {
			d.Account = rest
		}
		return true
	}
	words := 1 + strings.Count(value, " ") + strings.Count(value, "\n")
	isARN := strings.HasPrefix(value, "arn:")
	if words > 1 && isARN {
		d.doubt(Wrapped) // a principal's ARN holds no blanks
	}
	if words > 2 && !isARN {
		return false // "User" began another sentence
	}
	if isARN {
		value = unbreak(value)
	}
	d.setPrincipal(value)
	return true
}

// unlabelled reads a principal that no "User" announces: an ARN, the tail of a
// truncated one, or the name of an AWS service.
func (p *parser) unlabelled(d *Denial, lo, end int) int {
	i := end
	for i > lo && !blank(p.s[i-1]) {
		i--
	}
	word := strings.Trim(p.s[i:end], "`'\",(")
	for i > lo && p.s[i-1] == '\n' && !strings.Contains(word, "arn:") {
		k := i - 1
		for k > lo && !blank(p.s[k-1]) {
			k--
		}
		if !strings.Contains(p.s[k:i], "arn:") || !strings.HasSuffix(p.s[k:i-1], "/") && !strings.HasSuffix(p.s[k:i-1], ":") {
			break
		}
		word, i = p.s[k:i-1]+word, k
		d.doubt(Wrapped)
	}
	if k := strings.Index(word, "arn:"); k >= 0 {
		d.setPrincipal(word[k:])
		return i + strings.Index(p.s[i:end], "arn:")
	}
	if strings.Contains(word, "assumed-role/") || strings.HasPrefix(word, "user/") || strings.HasPrefix(word, "role/") {
		d.setPrincipal(word)
		d.doubt(Truncated)
		return i
	}
	if strings.HasSuffix(word, ".amazonaws.com") {
		d.Principal, d.PrincipalKind = word, Service
		return i
	}
	if word == "anonymous" {
		d.setPrincipal(word)
		return i
	}
	if i := serviceName(p.s, lo, end); i >= 0 {
		d.Principal, d.PrincipalKind = strings.ReplaceAll(p.s[i:end], "\n", " "), Service
		return i
	}
	return end
}

// serviceName returns where a name such as "CloudWatch Alarms" begins: one to
// four capitalised words before end. -1: there is none.
func serviceName(s string, lo, end int) int {
	start, i := -1, end
	for range 4 {
		k := i
		for k > lo && (letter(s[k-1]) || digit(s[k-1])) {
			k--
		}
		if k == i || s[k] < 'A' || s[k] > 'Z' || notAService(s[k:i]) {
			break
		}
		start, i = k, k-1
		if i <= lo || !blank(s[i]) {
			break
		}
	}
	return start
}

func notAService(word string) bool {
	switch word {
	case "User", "You", "The", "This", "That", "Principal", "Caller", "Role", "Account", "Error", "Message", "It", "Request",
		"Requester", "Who", "Identity", "Client", "Exception", "Function", "Denied", "Access", "Reason":
		return true
	}
	return strings.HasSuffix(word, "Exception") || strings.HasSuffix(word, "Error")
}

// setPrincipal takes a principal apart. An assumed-role ARN gives the role's
// name; its path is not in the ARN.
func (d *Denial) setPrincipal(value string) {
	d.Principal = value
	if value == "anonymous" {
		d.PrincipalKind = Anonymous
		return
	}
	rest := value
	if last := arnField(value, 5); last != "" {
		rest = last
		if account := arnField(value, 4); digits(account) {
			d.Account = account
		}
	}
	kind, name, _ := strings.Cut(rest, "/")
	switch kind {
	case "assumed-role":
		d.PrincipalKind = AssumedRole
		d.Role, d.Session, _ = strings.Cut(name, "/")
	case "role":
		d.PrincipalKind = Role
		d.Role = name[strings.LastIndexByte(name, '/')+1:]
	case "user":
		d.PrincipalKind = User
	case "federated-user":
		d.PrincipalKind = FederatedUser
		d.Session = name
	case "root":
		d.PrincipalKind = Root
	}
}

func digits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
