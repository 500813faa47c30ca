package denial

import (
	"strings"

	"firstaid/diagnostics/actions"
)

// Readers of the texts in rules. Each gets the position of its needle and
// returns the end of the sentence, 0 for the needle's own, -1 for "not this".

// readExecutionRole: "… does not have permissions to call OP on SVC".
func readExecutionRole(p *parser, d *Denial, at int) int {
	s := p.s
	*d = Denial{Form: FormExecutionRole, PolicyType: IdentityBased, Decision: Implicit}
	i := at + len("execution role does not have permissions to ")
	j := phrase(s, i, "call ")
	if j < 0 {
		return i
	}
	d.Operation = ident(s, j)
	end := j + len(d.Operation)
	if k := phrase(s, end, " on "); k > 0 {
		name := ident(s, k)
		end = k + len(name)
		d.setCall(name)
	}
	return end
}

// setCall names the action of d.Operation on a service, where AWS has it.
func (d *Denial) setCall(service string) {
	prefix := actions.Prefix(service)
	if prefix == "" {
		return
	}
	if a, ok := actions.Lookup(prefix + ":" + d.Operation); ok {
		d.Action = a.String()
	}
}

// readCaller: "Your access has been denied by SVC, please make sure your request
// credentials have permission to OP for RESOURCE."
func readCaller(p *parser, d *Denial, at int) int {
	s := p.s
	head := p.flat[max(0, at-160):at]
	by := last(head, "denied by ")
	if by < 0 {
		return -1
	}
	d.Form = FormCaller
	if strings.HasPrefix(s[at:], "role") {
		d.Form = FormExecutionRole
	}
	i := strings.Index(p.flat[at:], "permission to ") + at + len("permission to ")
	d.Operation = ident(s, i)
	d.setCall(ident(head, by+len("denied by ")))
	end := i + len(d.Operation)
	if k := phrase(s, end, " for "); k > 0 {
		e := valueEnd(s, k)
		d.Resource = trimValue(s[k:e])
		end = k + len(d.Resource)
	}
	if k := after(p.flat, end, min(len(s), end+200), "Error Code: "); k > 0 {
		d.Code = ident(s, k)
		end = k + len(d.Code)
	}
	if k := strings.Index(p.flat[end:min(len(s), end+200)], "Encoded authorization failure message:"); k >= 0 {
		end = p.encoded(d, end+k)
	}
	return end
}

// readStream: "Cannot access stream ARN. Please ensure the role can perform the
// A, B, and C Actions on your stream in IAM."
func readStream(p *parser, d *Denial, at int) int {
	s := p.s
	i := at + len("Cannot access stream ")
	*d = Denial{Form: FormStream, PolicyType: IdentityBased, Decision: Implicit}
	end := i
	if strings.HasPrefix(s[i:], "arn:") {
		d.Resource, end = p.arn(d, i, -1)
	}
	k := after(p.flat, end, min(len(s), end+200), "can perform the ")
	if k < 0 {
		return end
	}
	list := s[k : k+len(upTo(s[:min(len(s), k+400)], k, "."))]
	names, _, ok := strings.Cut(strings.ReplaceAll(list, "\n", " "), " Action")
	if !ok {
		return end
	}
	service := arnField(d.Resource, 2)
	for name := range strings.FieldsFuncSeq(names, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' }) {
		if name != "and" && service != "" && actionName(name, '0') {
			d.addAction(actions.Canonical(service + ":" + name))
		}
	}
	return k + len(names)
}

func (d *Denial) addAction(name string) {
	if d.Action == "" {
		d.Action = name
		return
	}
	d.MoreActions = append(d.MoreActions, name)
}

// readEnvironmentKey tells a key that may not be used from a grant that still
// names a role deleted and created again.
func readEnvironmentKey(p *parser, d *Denial, at int) int {
	rest := p.flat[at:min(len(p.s), at+600)]
	if strings.Contains(rest, "UnrecognizedClientException") {
		*d = Denial{Form: FormStaleGrant}
		return at + strings.Index(rest, "UnrecognizedClientException")
	}
	*d = Denial{Form: FormEnvironmentKey, Action: "kms:Decrypt"}
	if k := strings.Index(rest, "KMS Message:"); k >= 0 {
		return at + k + len(upTo(p.s[at:min(len(p.s), at+600)], k, "\n\""))
	}
	return 0
}

// readTagging takes the whole misleading sentence, so that nothing in it is
// read as another denial.
func readTagging(p *parser, d *Denial, at int) int {
	*d = Denial{Form: FormTagging}
	const inner = "Unauthorized tagging operation"
	if k := after(p.flat, at, min(len(p.s), at+500), inner); k > 0 {
		return k
	}
	return 0
}

func readOperationDenied(p *parser, d *Denial, at int) int {
	i := at + len("Access denied for operation '")
	name := upTo(p.s, i, "'\n")
	*d = Denial{Form: FormOperationDenied}
	if strings.Contains(name, "::") {
		d.Resource = name // CloudFormation puts the resource type here
	} else {
		d.Operation = name
	}
	return skip(p.s, i+len(name), "'")
}

// readCall: "AccessDenied. User doesn't have permission to call iam:GetRole".
func readCall(p *parser, d *Denial, at int) int {
	i := at + strings.Index(p.flat[at:], "call ") + len("call ")
	end := actionEnd(p.s, i)
	word := strings.TrimRight(p.s[i:end], ".:")
	service, name, ok := cut(word, ':')
	if !ok || !actionName(service, '-') || !actionName(name, '*') {
		return -1
	}
	*d = Denial{Form: FormCode, Action: actions.Canonical(word)}
	return i + len(word)
}

// readQueue: "Access to the resource https://sqs.… is denied."
func readQueue(p *parser, d *Denial, at int) int {
	i := at + len("Access to the resource ")
	end := wordEnd(p.s, i)
	if k := phrase(p.s, end, " is denied"); k > 0 {
		*d = Denial{Form: FormQueue, Resource: p.s[i:end]}
		return k
	}
	return -1
}

// readEC2: the sentence alone, with what "API: ec2:X" before it says.
func readEC2(p *parser, d *Denial, at int) int {
	*d = Denial{Form: FormEncoded}
	head := p.flat[max(0, at-200):at]
	if k := last(head, "API: "); k >= 0 {
		word := upTo(head, k+len("API: "), " \n")
		if service, name, ok := cut(word, ':'); ok && actionName(service, '-') && actionName(name, '0') {
			d.Action, d.Operation = actions.Canonical(word), name
		}
	}
	end := at + len("ou are not authorized to perform this operation")
	return p.encoded(d, end)
}

func readBlob(p *parser, d *Denial, at int) int {
	*d = Denial{Form: FormEncoded}
	return p.encoded(d, at)
}

// readBoto: any other call that boto reports as denied.
func readBoto(p *parser, d *Denial, at int) int {
	lo := max(0, at-200)
	k, code, op := boto(p.flat[lo:min(len(p.s), at+120)])
	if k < 0 {
		if k = last(p.flat[lo:at], "(403)"); k < 0 || at-lo-k > 8 {
			return -1
		}
		code, op = "403", ident(p.s, at+len("when calling the "))
	}
	if !deniedCode(code) {
		return -1
	}
	*d = Denial{Form: FormCode, Code: code, Operation: op}
	end := at + len("when calling the ") + len(op)
	if j := phrase(p.s, end, " operation:"); j > 0 {
		end = skip(p.s, j, " \n")
		if j := phrase(p.s, end, "Access Denied"); j > 0 {
			d.Form, end = FormS3, j
		} else if j := phrase(p.s, end, "Forbidden"); j > 0 {
			d.Form, end = FormHead, j
		} else {
			end += len(upTo(p.s[:min(len(p.s), end+300)], end, "\n"))
		}
	}
	return end
}

func readGo(p *parser, d *Denial, at int) int {
	code := ident(p.s, at+len("api error "))
	if !deniedCode(code) {
		return -1
	}
	*d = Denial{Form: FormCode, Code: code}
	end := at + len("api error ") + len(code)
	j := skip(p.s, end, ": \n")
	head := p.flat[max(0, at-300):at]
	if goV2(head, d); d.Code == "" {
		d.Code = code
	}
	if k := phrase(p.s, j, "Access Denied"); k > 0 {
		d.Form, end = FormS3, k
	} else if k := phrase(p.s, j, "Forbidden"); k > 0 {
		d.Form, end = FormHead, k
	}
	return end
}

// readBare: S3's "Access Denied" as a message. "API: s3:CreateBucket Access
// Denied" of old CloudFormation events names the action.
func readBare(p *parser, d *Denial, at int) int {
	s := p.s
	end := at + len("Access Denied")
	if end < len(s) && (letter(s[end]) || digit(s[end])) || at > 0 && letter(s[at-1]) {
		return -1
	}
	*d = Denial{Form: FormS3}
	head := p.flat[max(0, at-120):at]
	if k := last(head, "API: "); k >= 0 {
		word := strings.TrimRight(head[k+len("API: "):], " \n")
		if service, name, ok := cut(word, ':'); ok && actionName(service, '-') && actionName(name, '0') {
			d.Form, d.Action, d.Operation = FormCode, actions.Canonical(word), name
			if service == "s3" {
				d.Form = FormS3
			}
		}
	}
	return end
}

func readCode(p *parser, d *Denial, at int) int {
	i := at + strings.IndexAny(p.s[at:], ":>") + 1
	i = skip(p.s, i, " \n\"'")
	word := upTo(p.s, i, "\"'<,;) \n")
	if h := strings.LastIndexByte(word, '#'); h >= 0 {
		i, word = i+h+1, word[h+1:]
	}
	if !deniedCode(word) {
		return -1
	}
	*d = Denial{Form: FormCode}
	return i + len(word)
}

// readException: a bare "AccessDeniedException: …" of any SDK.
func readException(p *parser, d *Denial, at int) int {
	s := p.s
	if at > 0 && (letter(s[at-1]) || digit(s[at-1])) {
		return -1
	}
	word := ident(s, at)
	end := at + len(word)
	if !deniedCode(word) || end >= len(s) || s[end] != ':' {
		return -1
	}
	*d = Denial{Form: FormCode, Code: word}
	return end
}
