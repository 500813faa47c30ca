package denial

import (
	"strings"

	"firstaid/diagnostics/actions"
)

// wrap reads what the SDK or handler put around the sentence [m.from, m.to):
// error code, operation, service and status, looked for in s[lo:hi]. It sets
// m.lo and m.hi to the bytes that were used.
func (p *parser) wrap(m *match, lo, hi int) {
	m.lo, m.hi = m.from, m.to
	p.head(m, lo)
	p.tail(m, hi)
}

// head reads what stands before the sentence. The last of each wrapper counts:
// it is the innermost.
func (p *parser) head(m *match, lo int) {
	h := p.flat[lo:m.from]
	if h == "" {
		return
	}
	use := func(k int) { m.lo = min(m.lo, lo+classStart(h, k)) }
	for _, outer := range [...]string{
		"Encountered a permissions error performing a tagging operation", "unable to decrypt the environment variables",
		"You are not authorized to perform this operation",
	} {
		if k := last(h, outer); k >= 0 {
			use(k)
		}
	}
	if k, code, op := boto(h); k >= 0 && around(p.s[lo+k:m.from]) {
		m.Code = code
		if op != "" {
			m.Operation = op
		}
		use(k)
	} else if k, ok := goV2(h, &m.Denial); ok {
		use(k)
	}
	if k := last(h, "API: "); k >= 0 && m.Operation == "" {
		if _, op, ok := cut(upTo(h, k+len("API: "), " \n"), ':'); ok {
			m.Operation = op
			use(k)
		}
	}
	if m.Code == "" {
		if k, code := codeBefore(h); k >= 0 {
			m.Code = code
			use(k)
		}
	}
	if k, code := jsonCode(h, last); k >= 0 && (m.Code == "" || m.Code == code) {
		m.Code = code
		use(k)
	}
	if m.HTTPStatus == 0 {
		m.HTTPStatus = statusOf(h, last)
	}
}

// tail reads what follows the sentence.
func (p *parser) tail(m *match, hi int) {
	hi = max(hi, m.to)
	t := p.flat[m.to:hi]
	use := func(k int) { m.hi = max(m.hi, m.to+k+1) }
	if k := strings.Index(t, "(Service: "); k >= 0 && m.Service == "" {
		name := upTo(t, k+len("(Service: "), ",;)")
		m.Service = actions.Prefix(name)
		use(k)
	}
	if k := strings.Index(t, "Error Code: "); k >= 0 {
		m.Code = ident(t, k+len("Error Code: ")) // before it the text had the name of a class
		use(k)
	}
	if k := strings.Index(t, "HandlerErrorCode: "); k >= 0 {
		m.HandlerErrorCode = ident(t, k+len("HandlerErrorCode: "))
		use(k)
	}
	if m.HTTPStatus == 0 {
		m.HTTPStatus = statusOf(t, strings.Index)
	}
	if k, code := jsonCode(t, strings.Index); k >= 0 && (m.Code == "" || m.Code == code) {
		m.Code = code
		use(k)
	}
	if m.EncodedMessage == "" && m.Form != FormCore {
		if k := strings.Index(t, "Encoded authorization failure message:"); k >= 0 {
			use(p.encoded(&m.Denial, m.to+k) - m.to - 1)
		}
	}
}

// boto reads "An error occurred (CODE) when calling the OP operation" and the
// older "A client error (CODE) occurred when calling the OP operation".
func boto(h string) (at int, code, op string) {
	at = last(h, "An error occurred (")
	i := at + len("An error occurred (")
	if at < 0 {
		if at = last(h, "A client error ("); at < 0 {
			return -1, "", ""
		}
		i = at + len("A client error (")
	}
	code = upTo(h, i, ") \n")
	const calling = "when calling the "
	if k := strings.Index(h[i:], calling); k >= 0 && k < 80 {
		op = ident(h, i+k+len(calling))
	}
	return at, code, op
}

// around reports whether boto's message is the sentence that follows s. A
// message of its own on that line, and the sentence on another, are two errors.
func around(s string) bool {
	_, gap, found := strings.Cut(s, " operation")
	_, gap, colon := strings.Cut(gap, ":")
	if !found || !colon {
		return true
	}
	body := strings.TrimSpace(gap)
	if e := phrase(body, 0, "You are not authorized to perform this operation."); e > 0 {
		body = strings.TrimSpace(body[e:])
	}
	own := body != "" && strings.HasSuffix(strings.TrimRight(gap, " "), "\n")
	return !own && !strings.Contains(body, "\n") && !strings.Contains(body, "Access Denied")
}

// goV2 reads "operation error SVC: OP, https response error StatusCode: N,
// RequestID: R, api error CODE: " in any part that is there.
func goV2(h string, d *Denial) (int, bool) {
	from, found := len(h), false
	if k := last(h, "api error "); k >= 0 {
		d.Code = ident(h, k+len("api error "))
		from, found = k, true
	}
	if k := last(h, "operation error "); k >= 0 {
		name, rest, _ := cut(h[k+len("operation error "):], ':')
		d.Service = actions.Prefix(name)
		d.Operation = ident(rest, skip(rest, 0, " \n"))
		from, found = k, true
	}
	return from, found
}

// codeBefore reads an error code right before the sentence: "CODE: User…",
// "CODE (client): …", "CODE(403, '{"Message":"…", and before EC2's own sentence.
func codeBefore(h string) (int, string) {
	h = strings.TrimRight(h, " \n\"'`{")
	for _, s := range [...]string{"Message\":", "message\":"} {
		h = strings.TrimRight(strings.TrimSuffix(h, s), " \n\"'`{")
	}
	const ec2 = "You are not authorized to perform this operation."
	h = strings.TrimRight(strings.TrimSuffix(h, ec2), " \n")
	h = strings.TrimSuffix(h, ", '")
	if k := strings.LastIndexByte(h, '('); k >= 0 && digits(strings.Trim(h[k:], "(,' ")) {
		h = h[:k] + ":"
	}
	h = strings.TrimSuffix(h, "(client):")
	h = strings.TrimRight(h, ": \n")
	i := len(h)
	for i > 0 && (letter(h[i-1]) || digit(h[i-1]) || h[i-1] == '.' || h[i-1] == '_') {
		i--
	}
	word := h[i:]
	word = word[strings.LastIndexByte(word, '.')+1:]
	if word == "UnauthorizedOperation" && strings.HasSuffix(h, "Client.UnauthorizedOperation") {
		word = "Client.UnauthorizedOperation"
	}
	if deniedCode(word) || !strings.Contains(h[i:], ".") && errorCode(word) {
		return i, word
	}
	return -1, ""
}

// errorCode tells the code of an AWS error from the class of any exception.
func errorCode(word string) bool {
	switch word {
	case "Error", "Exception", "ClientError", "RuntimeError", "ServiceException", "BotoServerError", "AwsError":
		return false
	}
	return strings.HasSuffix(word, "Exception") || strings.HasSuffix(word, "Error")
}

// classStart moves k before the exception classes that name a wrapper:
// "[ERROR] ClientError: An error occurred (".
func classStart(h string, k int) int {
	for {
		i := len(strings.TrimRight(h[:k], " \n"))
		if i == 0 || h[i-1] != ':' {
			return k
		}
		i--
		j := i
		for j > 0 && (letter(h[j-1]) || digit(h[j-1]) || h[j-1] == '.') {
			j--
		}
		if !strings.HasSuffix(h[j:i], "Error") && !strings.HasSuffix(h[j:i], "Exception") {
			return k
		}
		k = j
	}
}

// jsonCode reads the code from an error object: JSON, XML, or a dump of one.
func jsonCode(t string, index func(s, sub string) int) (int, string) {
	for _, mark := range [...]string{"\"__type\":", "\"errorType\":", "\"code\":", "\"Code\":", "<Code>", "code: Some(", "Code: \"", "code: '", "Code: '"} {
		k := index(t, mark)
		if k < 0 {
			continue
		}
		i := skip(t, k+len(mark), " \n\"'(")
		word := upTo(t, i, "\"'<,) \n")
		if h := strings.LastIndexByte(word, '#'); h >= 0 {
			word = word[h+1:]
		}
		if word != "" && actionName(word, '.') && letter(word[0]) {
			return k, word
		}
	}
	return -1, ""
}

func statusOf(t string, index func(s, sub string) int) int {
	for _, mark := range [...]string{"tatus Code: ", "tatusCode: ", "tatus code: ", "tatusCode\":", "status code "} {
		if k := index(t, mark); k >= 0 {
			return number(t, skip(t, k+len(mark), " \n"))
		}
	}
	if k := index(t, "Exception(4"); k >= 0 { // opensearch-py: AuthorizationException(403, …)
		return number(t, k+len("Exception("))
	}
	return 0
}

// deniedCode reports whether an error code means that access was denied, as
// opposed to missing, expired or malformed credentials.
func deniedCode(code string) bool {
	switch code {
	case "AccessDenied", "AccessDeniedException", "AccessDeniedFault", "AuthorizationError", "AuthorizationErrorException",
		"AuthorizationException", "UnauthorizedOperation", "Client.UnauthorizedOperation", "UnauthorizedException",
		"NotAuthorized", "Forbidden", "ForbiddenException", "403", "KMSAccessDeniedException", "KMS.AccessDeniedException",
		"KmsAccessDeniedException", "UnauthorizedTaggingOperation", "UnauthorizedAccess", "AllAccessDisabled":
		return true
	}
	return false
}
