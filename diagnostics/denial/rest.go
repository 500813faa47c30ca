package denial

import (
	"strings"
	"sync"

	"firstaid/diagnostics/actions"
)

// rule finds one text that carries no core. needle is looked for in the clean
// text; read fills the denial from the text around [at, at+len(needle)) and
// returns the end of the sentence, or -1 when it is another text after all.
type rule struct {
	needle string
	read   func(p *parser, d *Denial, at int) (end int)
}

// set makes a reader that only states the form and what the sentence always means.
func set(proto Denial) func(*parser, *Denial, int) int {
	return func(_ *parser, d *Denial, _ int) int {
		*d = proto
		return 0
	}
}

// rules holds the texts from the most to the least specific.
var rules = sync.OnceValue(func() []rule {
	trust := set(Denial{Form: FormTrust, Action: "sts:AssumeRole", PolicyType: RoleTrust, Decision: Unknown})
	return []rule{
		{"execution role does not have permissions to ", readExecutionRole},
		{"role have permission to ", readCaller},
		{"request credentials have permission to ", readCaller},
		{"Cannot access stream ", readStream},
		{"role defined for the function cannot be assumed by Lambda", trust},
		{"is authorized to assume the provided role", trust},
		{"must allow AWS EventBridge Scheduler to assume the role", trust},
		{"cannot be assumed by principal", trust},
		{"unable to decrypt the environment variables because KMS access was denied", readEnvironmentKey},
		{"Encountered a permissions error performing a tagging operation", readTagging},
		{"Unauthorized tagging operation", set(Denial{Form: FormTagging})},
		{"Missing Authentication Token", set(Denial{Form: FormMissingToken})},
		{"Invalid permissions on Lambda function", set(Denial{
			Form: FormLambdaPermission, Action: "lambda:InvokeFunction", PolicyType: ResourceBased, Decision: Implicit,
		})},
		{"essage\":\"Forbidden\"", set(Denial{Form: FormForbidden})},
		{"essage\": \"Forbidden\"", set(Denial{Form: FormForbidden})},
		{"Cross-account pass role is not allowed", set(Denial{Form: FormPassRole, Action: "iam:PassRole"})},
		{"Anonymous users cannot ", set(Denial{Form: FormAnonymous, Principal: "anonymous", PrincipalKind: Anonymous})},
		{"requester is not authorized to access requested permissions", set(Denial{
			Form: FormLakeFormation, Service: "lakeformation", PolicyType: LakeFormation, Decision: Ambiguous,
		})},
		{"Access denied for operation '", readOperationDenied},
		{"doesn't have permission to call ", readCall},
		{"does not have permission to call ", readCall},
		{"Access to the resource ", readQueue},
		{"queue does not exist or you do not have access to it", set(Denial{Form: FormQueue, Service: "sqs", Decision: Ambiguous})},
		{"The ciphertext refers to a customer master key that does not exist", set(Denial{Form: FormKey, PolicyType: KMSAmbiguous, Decision: Ambiguous})},
		{"Access to KMS is not allowed", set(Denial{Form: FormKey})},
		{"accept terms and subscribe", set(Denial{Form: FormMarketplace})},
		{"ou are not authorized to perform this operation", readEC2},
		{"Encoded authorization failure message:", readBlob},
		{"when calling the ", readBoto},
		{"api error ", readGo},
		{"Access Denied", readBare},
		{"Error Code: ", readCode},
		{"HandlerErrorCode: ", readCode},
		{"<Code>", readCode},
		{"\"errorType\":", readCode},
		{"\"__type\":", readCode},
		{"AccessDenied", readException},
		{"UnauthorizedOperation", readException},
		{"AuthorizationError", readException},
	}
})

// rest finds the texts without a core, outside what the cores have used.
func (p *parser) rest() {
	gaps := p.gaps()
	for _, r := range rules() {
		for _, g := range gaps {
			for at := g.from; ; {
				k := strings.Index(p.flat[at:g.to], r.needle)
				if k < 0 {
					break
				}
				at = p.try(r, at+k)
				if at >= g.to {
					break
				}
			}
		}
	}
}

// gaps returns what the cores left of the text.
func (p *parser) gaps() []stretch {
	var out []stretch
	from := 0
	for i := range p.found {
		if m := &p.found[i]; m.lo > from {
			out = append(out, stretch{from, m.lo})
		}
		from = max(from, p.found[i].hi)
	}
	return append(out, stretch{from, len(p.s)})
}

// try reads the text of a rule whose needle is at k; it returns where to go on.
func (p *parser) try(r rule, k int) int {
	at := k + len(r.needle)
	if p.taken == nil {
		p.taken = make([]bool, len(p.s))
		for i := range p.found {
			p.claim(p.found[i].lo, p.found[i].hi)
		}
	}
	if p.taken[k] {
		return at
	}
	m := match{Denial: Denial{Decision: Unknown}, from: k, to: at}
	end := r.read(p, &m.Denial, k)
	if end < 0 {
		return at
	}
	if m.Decision == "" {
		m.Decision = Unknown
	}
	m.to = max(m.to, end)
	m.from = sentenceStart(p.s, k)
	p.surround(&m)
	p.found = append(p.found, m)
	return max(at, m.hi)
}

// sentenceStart moves k back over the words that begin its sentence.
func sentenceStart(s string, k int) int {
	for i := k; i > 0 && i > k-100; i-- {
		if blank(s[i-1]) {
			if i < 2 || strings.IndexByte(":.\")]'", s[i-2]) >= 0 {
				return i
			}
		} else if strings.IndexByte("\"'`(>{[", s[i-1]) >= 0 {
			return i
		}
	}
	if k < 100 {
		return 0
	}
	return k
}

// claim marks clean bytes as used.
func (p *parser) claim(lo, hi int) {
	for i := lo; i < hi; i++ {
		p.taken[i] = true
	}
}

// surround reads the wrapper of a text without a core between its neighbours.
func (p *parser) surround(m *match) {
	lo, hi := m.from, m.to
	for lo > max(0, m.from-window) && !p.taken[lo-1] {
		lo--
	}
	for hi < min(len(p.s), m.to+window) && !p.taken[hi] {
		hi++
	}
	lo += recordStart(p.s[lo:m.from])
	hi = min(hi, m.to+recordEnd(p.s[m.to:hi]))
	p.wrap(m, lo, hi)
	if m.Service == "" {
		m.Service = nameBefore(p.s[lo:m.from])
	}
	m.lo, m.hi = min(m.lo, m.from), max(m.hi, m.to)
	p.claim(m.lo, m.hi)
	if m.Form == FormS3 || m.Form == FormHead || m.Form == FormCode {
		m.from = m.lo // the wrapper is all they say
	}
	p.inspect(&m.Denial)
}

// recordStart returns where the last record of s begins that can hold the text
// behind it: an unrelated error two lines up is not its wrapper.
func recordStart(s string) int {
	start := 0
	for _, mark := range [...]string{"An error occurred (", "[ERROR]", "Resource handler returned", "\n{", "CREATE_FAILED", "UPDATE_FAILED", "operation error "} {
		if k := last(s, mark); k > start {
			start = k
		}
	}
	// "[ERROR] ClientError: An error occurred (" is one record.
	return start
}

// nameBefore takes the service from a class name: "Amazon.S3.AmazonS3Exception: ".
func nameBefore(h string) string {
	h = strings.TrimRight(h, ": \n")
	i := strings.LastIndexAny(h, " \n\"") + 1
	word := h[i:]
	k := strings.LastIndexByte(word, '.')
	name, ok := strings.CutSuffix(word[k+1:], "Exception")
	if !ok || k < 0 {
		return ""
	}
	return actions.Prefix(name)
}
