package playbooks

import (
	"strings"

	"firstaid/diagnostics"
	"firstaid/diagnostics/actions"
	"firstaid/diagnostics/denial"
	"firstaid/diagnostics/policy/proposal"
)

// A misnaming is a denied resource that the stack has under another name: IAM
// refuses before a service can say that something does not exist, so a wrong
// name looks like a missing permission.
type misnaming struct {
	said     string // the name that was asked for
	variable string // the environment variable that holds it; "" where none does
	value    string // of that variable
	function diagnostics.Function
	meant    proposal.Resource
	// allowed says that the role may do on what was meant what it was refused:
	// then the policy is right, and the name is not.
	allowed bool
}

// maxNames bounds how many different denials are compared with the stack's
// names: their texts can be written by anybody.
const maxNames = 500

// misnamed finds out whether a denial is about a name that nobody has.
func (ix *index) misnamed(d *denial.Denial, subject diagnostics.Ref) (misnaming, bool) {
	key := subject.String() + " " + d.Role + " " + d.Action + " " + d.Service + " " + d.Resource
	m, known := ix.names[key]
	if !known && len(ix.names) < maxNames {
		if found, ok := ix.compareNames(d, subject); ok {
			m = &found
		}
		if ix.names == nil {
			ix.names = map[string]*misnaming{}
		}
		ix.names[key] = m
	}
	if m == nil {
		return misnaming{}, false
	}
	return *m, true
}

func (ix *index) compareNames(d *denial.Denial, subject diagnostics.Ref) (misnaming, bool) {
	if d.Doubtful(denial.ControlCharacters, denial.NonASCII, denial.Masked, denial.Placeholder, denial.Truncated) || d.Dependency() {
		return misnaming{}, false
	}
	fn, _ := ix.function(subject)
	arn := ix.deniedARN(d)
	if arn == "" {
		return ix.misnamedIn(fn, d)
	}
	resources := ix.stackResources()
	if !ix.here(arn) || covered(resources, arn) {
		return misnaming{}, false
	}
	m := misnaming{said: proposal.Name(arn), function: fn}
	m.variable, m.value = holder(fn, arn)
	for _, r := range resources {
		if sameType(r.ARN, arn) && m.fits(ix, r, d) {
			m.meant = r
			return m, true
		}
	}
	return misnaming{}, false
}

// misnamedIn serves texts that name no resource: a variable of the function
// that holds a name of the service's that the stack does not have, but nearly.
func (ix *index) misnamedIn(fn diagnostics.Function, d *denial.Denial) (misnaming, bool) {
	service := firstOf(d.Service, serviceOf(d.Action))
	if d.Form == denial.FormHead || d.Form == denial.FormS3 {
		service = "s3"
	}
	if a, known := actions.Lookup(d.Action); service == "" || d.Resource != "" || known && a.WildcardOnly() {
		return misnaming{}, false
	}
	resources := ix.stackResources()
	for _, v := range fn.Environment {
		arn := ix.arnOfValue(service, v.Value)
		if arn == "" || !ix.here(arn) || covered(resources, arn) {
			continue
		}
		for _, r := range resources {
			m := misnaming{said: proposal.Name(arn), variable: v.Name, value: v.Value, function: fn}
			if sameType(r.ARN, arn) && m.fits(ix, r, d) {
				m.meant = r
				return m, true
			}
		}
	}
	return misnaming{}, false
}

// fits reports whether the name was meant to be the resource's. A name of
// another stage may well exist: only a policy that allows the stack's own tells
// that it was meant.
func (m *misnaming) fits(ix *index, r proposal.Resource, d *denial.Denial) bool {
	misspelt, stage := r.Misspelt(m.said), r.OtherStage(m.said)
	if !misspelt && !stage {
		return false
	}
	m.allowed = ix.mayOn(d, m.function, r)
	if strings.Contains(r.ARN, ":ssm:") && strings.LastIndexByte(m.said, '/') == 0 && !strings.HasPrefix(m.value, "/") {
		m.said = m.said[1:] // a parameter outside any path has no slash
	}
	return misspelt || m.allowed
}

// mayOn reports whether the role that was refused may do the same on a
// resource, or on what is in it.
func (ix *index) mayOn(d *denial.Denial, fn diagnostics.Function, r proposal.Resource) bool {
	role, calls := firstOf(d.Role, fn.Role), d.Actions()
	if len(calls) == 0 {
		calls = d.Calls()
	}
	for _, action := range calls {
		for _, arn := range []string{r.ARN, r.ARN + "/x"} { // a bucket's objects are what it is about
			if x, ok := ix.decide().Decide(role, action, arn); ok && x.Allowed() {
				return true
			}
		}
	}
	return false
}

// decide evaluates the roles that were read.
func (ix *index) decide() *Decider {
	if ix.decider == nil {
		ix.decider = NewDecider(ix.snapshot)
	}
	return ix.decider
}

// stackResources are the stack's resources that have an ARN.
func (ix *index) stackResources() []proposal.Resource {
	if ix.resources == nil {
		for _, r := range ix.snapshot.Resources {
			if arn := arnOf(ix.snapshot, r); arn != "" {
				ix.resources = append(ix.resources, proposal.Resource{LogicalID: r.LogicalResourceId, Type: r.ResourceType, ARN: arn})
			}
		}
	}
	return ix.resources
}

func covered(list []proposal.Resource, arn string) bool {
	for _, r := range list {
		if r.Covers(arn) || proposal.Name(r.ARN) == proposal.Name(arn) && sameType(r.ARN, arn) {
			return true
		}
	}
	return false
}

// here reports whether an ARN is one of the stack's account and region; where
// it says neither, it may be.
func (ix *index) here(arn string) bool {
	f := strings.SplitN(arn, ":", 6)
	id := ix.snapshot.Identity
	return len(f) == 6 && (f[4] == "" || id.Account == "" || f[4] == id.Account) && (f[3] == "" || id.Region == "" || f[3] == id.Region)
}

// sameType reports whether two ARNs are of one service and, where the service
// has several, one kind of resource.
func sameType(a, b string) bool {
	x, y := strings.SplitN(a, ":", 6), strings.SplitN(b, ":", 6)
	if len(x) < 6 || len(y) < 6 || x[2] != y[2] {
		return false
	}
	switch x[2] {
	case "s3", "sqs", "sns":
		return true // the rest is the name
	}
	return kindOf(x[5]) == kindOf(y[5])
}

func kindOf(rest string) string { return rest[:max(strings.IndexAny(rest, "/:"), 0)] }

// deniedARN is the ARN of what was refused, from the forms in which services
// name it; "" where the text names nothing.
func (ix *index) deniedARN(d *denial.Denial) string {
	switch {
	case strings.HasPrefix(d.Resource, "arn:"):
		return d.Resource
	case d.Resource == "":
		return ""
	}
	return ix.arnOfValue(firstOf(serviceOf(d.Action), d.Service), d.Resource)
}

func serviceOf(action string) string {
	service, _, _ := strings.Cut(action, ":")
	return service
}

// arnOfValue makes an ARN of a name, a URL or an ARN as an application's
// settings hold it; "" for what is none of the service's.
func (ix *index) arnOfValue(service, value string) string {
	id := ix.snapshot.Identity
	if strings.HasPrefix(value, "arn:") {
		if f := strings.SplitN(value, ":", 6); len(f) == 6 && (service == "" || f[2] == service) {
			return value
		}
		return ""
	}
	if rest, ok := strings.CutPrefix(value, "https://"); ok {
		f := strings.Split(rest, "/")
		if len(f) != 3 || !strings.Contains(f[0], "sqs") && !strings.Contains(f[0], "queue.") || service != "sqs" && service != "" {
			return ""
		}
		return "arn:" + partition(ix.snapshot) + ":sqs:" + id.Region + ":" + f[1] + ":" + f[2]
	}
	kind, known := namedKinds[service]
	if !known || value == "" || len(value) > 512 || strings.ContainsAny(value, " :*?$@{}\n") || id.Account == "" {
		return ""
	}
	if service == "s3" {
		return "arn:" + partition(ix.snapshot) + ":s3:::" + value
	}
	if service == "ssm" {
		value = strings.TrimPrefix(value, "/")
	}
	return "arn:" + partition(ix.snapshot) + ":" + service + ":" + id.Region + ":" + id.Account + ":" + kind + value
}

// namedKinds are the services whose resources settings hold by name, and what
// stands before the name in their ARNs.
var namedKinds = map[string]string{
	"s3": "", "sqs": "", "sns": "", "dynamodb": "table/", "ssm": "parameter/", "secretsmanager": "secret:",
	"lambda": "function:", "kinesis": "stream/", "states": "stateMachine:", "events": "event-bus/",
}

// holder is the environment variable that names the resource with an ARN.
func holder(fn diagnostics.Function, arn string) (name, value string) {
	said := proposal.Name(arn)
	for _, v := range fn.Environment {
		if v.Value == arn || v.Value == said || strings.HasSuffix(v.Value, "/"+said) || "/"+v.Value == said {
			return v.Name, v.Value
		}
	}
	return "", ""
}

// finding says what is known of a wrong name.
func (m *misnaming) finding(f diagnostics.Finding) diagnostics.Finding {
	is := proposal.Name(m.meant.ARN)
	f.Confidence = diagnostics.Likely
	f.Captures["said"], f.Captures["meant"] = m.said, m.meant.LogicalID
	f.Summary = diagnostics.Text{
		En: "The stack has no " + m.said + "; it has " + is + " (" + m.meant.LogicalID + "): a wrong name is refused like a missing permission",
		Ko: "스택에 " + m.said + "이(가) 없고 " + is + "(" + m.meant.LogicalID + ")이(가) 있습니다. 이름이 틀려도 권한 부족과 똑같이 거부됩니다",
	}
	f.Because = diagnostics.Text{
		En: "what was refused is not among the stack's resources, but nearly",
		Ko: "거부된 리소스가 스택에 없고, 이름이 거의 같은 리소스가 있습니다",
	}
	f.Evidence = []diagnostics.Evidence{{Of: diagnostics.Ref{Kind: diagnostics.KindResource, ID: m.meant.LogicalID}, Field: "PhysicalResourceId", Quote: is}}
	if m.variable != "" {
		f.Captures["variable"] = m.variable
		f.Because.En += "; " + m.variable + " holds the name"
		f.Because.Ko += ". " + m.variable + " 환경 변수가 이 이름을 담고 있습니다"
		f.Evidence = append(f.Evidence, diagnostics.Evidence{Of: diagnostics.Ref{Kind: diagnostics.KindFunction, ID: m.function.FunctionName}, Field: "Environment " + m.variable, Quote: m.value})
	}
	if m.allowed {
		f.Confidence = diagnostics.Confirmed
		f.Because.En += "; the role may already do this on " + is
		f.Because.Ko += ". 역할은 이미 " + is + "에 대해 이 작업을 할 수 있습니다"
	}
	return f
}

// nameFacts speak of the names of resources.
func nameFacts() []Fact {
	return []Fact{{
		"resource.named", "whether the stack has what was refused: yes, nearly (under another name), or partly when more was refused besides",
		func(c *scene, _ string) (string, diagnostics.Ref, bool) {
			said, arn := c.finding.Captures["said"], c.finding.Captures["resource"]
			of := diagnostics.Ref{Kind: diagnostics.KindResource, ID: c.finding.Captures["meant"]}
			switch {
			case said != "" && c.finding.Captures["also"] != "":
				return "partly", of, true
			case said != "":
				return "nearly", of, true
			case strings.HasPrefix(arn, "arn:") && covered(c.index.stackResources(), arn):
				return "yes", diagnostics.Ref{}, true
			}
			return nothing()
		},
	}}
}
