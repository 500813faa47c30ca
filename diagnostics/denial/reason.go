package denial

import "strings"

// reasonAt returns the position of the blank before a reason in s[i:limit],
// before the next sentence of the same kind; -1 if there is none.
func reasonAt(s string, i, limit int) int {
	for ; i < limit; i++ {
		switch {
		case !blank(s[i]) || i+1 >= len(s):
		case s[i+1] == 'b' || s[i+1] == 'B':
			if phrase(s, i, " because ") > 0 {
				return i
			}
		case s[i+1] == 'w' || s[i+1] == 'W':
			if phrase(s, i, " with an explicit deny") > 0 || phrase(s, i, " with an explicit\ndeny") > 0 {
				return i
			}
		case s[i+1] == 'i':
			if phrase(s, i, " is not authorized") > 0 {
				return -1
			}
		}
	}
	return -1
}

// reason reads why, what comes with it, and returns where the sentence ends.
func (p *parser) reason(d *Denial, i int) int {
	s := p.s
	at := skip(s, i, ".,;)'\" \n")
	end := i
	switch {
	case phrase(s, at, "because ") > 0:
		if j := p.because(d, at+len("because ")); j > 0 {
			end = j
		}
	case phrase(s, at, "with an explicit deny") > 0:
		d.Decision = Explicit
		end = p.explicit(d, at+len("with an explicit deny"))
	}
	end = p.encoded(d, end)
	return p.authorizationID(d, end)
}

// because reads the words after "because"; 0: not one of AWS's reasons.
func (p *parser) because(d *Denial, i int) int {
	s := p.s
	if j := phrase(s, i, "no "); j > 0 {
		t, k := policyType(s, j)
		if t == "" {
			return 0
		}
		d.PolicyType, d.Decision = t, Implicit
		if k == len(s) {
			d.doubt(Truncated)
		}
		return p.allows(d, k)
	}
	if j := phrase(s, i, "the resource does not exist in this Region"); j > 0 {
		d.PolicyType, d.Decision = KMSAmbiguous, Ambiguous
		const rest = ", no resource-based policies allow access, or a resource-based policy explicitly denies access"
		if k := phrase(s, j, rest); k > 0 {
			j = k
		}
		return j
	}
	if j := phrase(s, i, "public "); j > 0 {
		k := after(p.flat, j, min(len(s), j+80), "prevented by the ")
		if k < 0 {
			return 0
		}
		d.PolicyType, d.Decision, d.Setting = S3BlockPublicAccess, Explicit, ident(s, k)
		return k + len(d.Setting)
	}
	if j := phrase(s, i, "this bucket has blocked upload requests"); j > 0 {
		d.PolicyType, d.Decision = S3BlockedEncryption, Explicit
		return j
	}
	return 0
}

// allows reads " allows the A action".
func (p *parser) allows(d *Denial, i int) int {
	j := phrase(p.s, i, " allows the ")
	if j < 0 {
		j = phrase(p.s, i, " allow the ")
	}
	if j < 0 {
		return i
	}
	k := actionEnd(p.s, j)
	named := p.s[j:k]
	switch {
	case !strings.Contains(named, ":"):
	case d.Form == FormAuthorizer && d.Action == "":
		d.Action = named
	case d.Action != "" && !strings.EqualFold(named, d.Action):
		d.doubt(ActionMismatch)
	}
	if e := phrase(p.s, k, " action"); e > 0 {
		return e
	}
	return k
}

// explicit reads " in a TYPE", "transitively through a TYPE" and ": ARN".
func (p *parser) explicit(d *Denial, i int) int {
	s := p.s
	j := phrase(s, i, " in ")
	if j < 0 {
		return i
	}
	t, k := policyType(s, article(s, j))
	if t == "" {
		return i
	}
	d.PolicyType = t
	if j := phrase(s, k, " transitively through "); j > 0 {
		if t, e := policyType(s, article(s, j)); t != "" {
			d.Transitive, k = t, e
		}
	}
	if k < len(s) && s[k] == ':' {
		if at := skip(s, k, ": \n"); strings.HasPrefix(s[at:], "arn:") {
			d.PolicyARN, k = p.arn(d, at, -1)
		}
	}
	return k
}

func article(s string, i int) int {
	for _, a := range [...]string{"a ", "an ", "the "} {
		if j := phrase(s, i, a); j > 0 {
			return j
		}
	}
	return i
}

// policyType reads the name of a policy type. A name that the end of the text
// cuts off counts when only one type can be meant.
func policyType(s string, i int) (PolicyType, int) {
	types := [...]struct {
		words string
		t     PolicyType
	}{
		{"identity-based polic", IdentityBased},
		{"resource-based polic", ResourceBased},
		{"permissions boundary", PermissionsBoundary},
		{"session polic", SessionPolicy},
		{"sessions polic", SessionPolicy},
		{"service control polic", ServiceControl},
		{"resource control polic", ResourceControl},
		{"VPC endpoint polic", VPCEndpoint},
		{"role trust polic", RoleTrust},
		{"trust polic", RoleTrust},
	}
	var cutOff PolicyType
	for _, x := range types {
		if j := phrase(s, i, x.words); j > 0 {
			if strings.HasSuffix(x.words, "polic") {
				for j < len(s) && letter(s[j]) { // y, ies
					j++
				}
			}
			return x.t, j
		}
		left := strings.TrimRight(s[min(i, len(s)):], ". \n\"'}]")
		if len(left) < len(x.words) && len(left) >= len("identity") && phrase(left, 0, x.words[:len(left)]) > 0 {
			cutOff = x.t
		}
	}
	if cutOff != "" {
		return cutOff, len(s)
	}
	return "", i
}

// encoded reads the blob for sts:DecodeAuthorizationMessage, which EC2 puts
// behind its messages. Wrapped lines are joined; "..." means cut off.
func (p *parser) encoded(d *Denial, i int) int {
	s := p.s
	const lead = "Encoded authorization failure message:"
	j := skip(s, i, ".,;)'\" \n")
	if j = phrase(s, j, lead); j < 0 {
		return i
	}
	j = skip(s, j, " \n\"'")
	k := blobEnd(s, j)
	blob := s[j:k]
	for k-j >= 40 && k < len(s) && s[k] == '\n' {
		next := blobEnd(s, k+1)
		if next-k-1 < 20 && (next < len(s) && !blank(s[next])) || next == k+1 || next < len(s) && !blank(s[next]) && s[next] != '"' && s[next] != '.' {
			break
		}
		if next-k-1 < 20 && !mixed(s[k+1:next]) {
			break
		}
		blob += s[k+1 : next]
		k = next
	}
	d.EncodedMessage = blob
	if strings.HasPrefix(s[k:], "..") {
		d.doubt(Truncated)
	}
	return k
}

func blobEnd(s string, i int) int {
	for i < len(s) && (letter(s[i]) || digit(s[i]) || strings.IndexByte("-_+/=", s[i]) >= 0) {
		i++
	}
	return i
}

// mixed: a short last line of a blob is told from a word by its digits.
func mixed(s string) bool { return strings.ContainsAny(s, "0123456789_-") }

// authorizationID reads the id of the console link that may follow since 2026:
// ".../iam/home?region=R#/authorization-details/ID".
func (p *parser) authorizationID(d *Denial, i int) int {
	s := p.s
	hi := min(len(s), i+400)
	k := after(s, i, hi, "authorization-details/")
	if k < 0 {
		return i
	}
	if next := strings.Index(s[i:k], "not authorized"); next >= 0 {
		return i // the link belongs to the next sentence
	}
	j := k
	for j < len(s) && (letter(s[j]) || digit(s[j]) || s[j] == '-' || s[j] == '_') {
		j++
	}
	d.AuthorizationID = s[k:j]
	return j
}
