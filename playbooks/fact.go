package playbooks

import (
	"slices"
	"strconv"
	"strings"

	"firstaid/diagnostics"
)

// A Fact is a value that tests of hypotheses may ask for. What was not read
// has no value, and tests on it decide nothing.
type Fact struct {
	Name string
	// About says what the value is; an argument is written in capitals.
	About string
	read  func(*scene, string) (string, diagnostics.Ref, bool)
}

// Facts lists the facts by name.
func Facts() []Fact {
	list := slices.Concat(eventFacts(), functionFacts(), loadFacts(), roleFacts(), imageFacts(), networkFacts(), claimFacts(), nameFacts())
	slices.SortFunc(list, func(a, b Fact) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// factNamed finds a fact, and takes the argument off its name.
func factNamed(facts []Fact, name string) (Fact, string, bool) {
	name, argument, _ := strings.Cut(name, " ")
	i := slices.IndexFunc(facts, func(f Fact) bool { return f.Name == name })
	if i < 0 {
		return Fact{}, "", false
	}
	return facts[i], argument, true
}

// fact is the value of a fact, if it is known. An argument may name captures.
func (c *scene) fact(name string) (string, diagnostics.Ref, bool) {
	f, argument, ok := factNamed(c.facts, name)
	if !ok {
		return "", diagnostics.Ref{}, false
	}
	argument = captureName.ReplaceAllStringFunc(argument, func(hole string) string { return c.finding.Captures[hole[1:len(hole)-1]] })
	return f.read(c, argument)
}

func nothing() (string, diagnostics.Ref, bool) { return "", diagnostics.Ref{}, false }

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// eventFacts speak of the operation and of the account.
func eventFacts() []Fact {
	return []Fact{
		{"stack.status", "the status of the stack under diagnosis", func(c *scene, _ string) (string, diagnostics.Ref, bool) {
			k, ok := stackUnderDiagnosis(c.snapshot)
			return k.StackStatus, diagnostics.Ref{Kind: diagnostics.KindStack, ID: k.StackName}, ok
		}},
		{"finding.confidence", "how well the finding is proven without its hypotheses: possible, likely, confirmed", func(c *scene, _ string) (string, diagnostics.Ref, bool) {
			return c.finding.Confidence.String(), diagnostics.Ref{}, c.finding.Confidence > 0
		}},
		{"stack.operation", "what was done to the stack: CREATE, UPDATE, DELETE or IMPORT", stackOperation},
		{"event.type", "the resource type of the event that the finding quotes", func(c *scene, _ string) (string, diagnostics.Ref, bool) {
			if len(c.events) == 0 {
				return nothing()
			}
			return c.events[0].ResourceType, c.events[0].Ref(), true
		}},
		{"event.status", "the status of the event that the finding quotes", func(c *scene, _ string) (string, diagnostics.Ref, bool) {
			if len(c.events) == 0 {
				return nothing()
			}
			return c.events[0].ResourceStatus, c.events[0].Ref(), true
		}},
		{"resource.existed", "yes when the resource was in the stack before the operation", resourceExisted},
		{"account.concurrency", "the concurrent executions that the account has in the region", func(c *scene, _ string) (string, diagnostics.Ref, bool) {
			return accountNumber(c, func(a *diagnostics.AccountLimits) int { return a.ConcurrentExecutions })
		}},
		{"account.unreserved", "those of them that no function reserves", func(c *scene, _ string) (string, diagnostics.Ref, bool) {
			return accountNumber(c, func(a *diagnostics.AccountLimits) int { return a.UnreservedConcurrentExecutions })
		}},
	}
}

func stackOperation(c *scene, _ string) (string, diagnostics.Ref, bool) {
	for _, e := range c.snapshot.Events {
		if e.OfStack() && e.StackId == c.snapshot.StackID {
			verb, _, _ := strings.Cut(e.ResourceStatus, "_")
			return verb, e.Ref(), slices.Contains([]string{"CREATE", "UPDATE", "DELETE", "IMPORT"}, verb)
		}
	}
	return nothing()
}

// resourceExisted reads from the first event of a resource whether it is new:
// CloudFormation updates and deletes what is there, and creates what is not.
func resourceExisted(c *scene, _ string) (string, diagnostics.Ref, bool) {
	for _, e := range c.snapshot.Events {
		if e.ResourceRef() != c.finding.Subject {
			continue
		}
		switch {
		case strings.HasPrefix(e.ResourceStatus, "UPDATE"), strings.HasPrefix(e.ResourceStatus, "DELETE"):
			return "yes", e.Ref(), true
		case strings.HasPrefix(e.ResourceStatus, "CREATE"):
			return "no", e.Ref(), true
		}
	}
	return nothing()
}

func accountNumber(c *scene, of func(*diagnostics.AccountLimits) int) (string, diagnostics.Ref, bool) {
	if c.snapshot.Account == nil {
		return nothing()
	}
	return strconv.Itoa(of(c.snapshot.Account)), diagnostics.Ref{Kind: diagnostics.KindAccount, ID: c.snapshot.Identity.Account}, true
}
