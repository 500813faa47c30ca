package playbooks

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"firstaid/diagnostics"
	"firstaid/diagnostics/policy"
	"firstaid/diagnostics/policy/proposal"
	"firstaid/diagnostics/template"
	"firstaid/playbooks/check"
	"firstaid/playbooks/edit"
)

// A lack is what a role does not allow of what a function's ignored Policies
// and SAM's own additions would have.
type lack struct {
	statements []proposal.Statement
	managed    []string // names of managed policies
	unsure     []string // what could not be told, in words
}

func (l lack) none() bool { return len(l.statements)+len(l.managed)+len(l.unsure) == 0 }

// words lists what is lacking in short.
func (l lack) words() string {
	var list []string
	for _, s := range l.statements {
		list = append(list, strings.Join(s.Action, ", ")+" on "+strings.Join(s.Resource, ", "))
	}
	return strings.Join(slices.Concat(list, l.managed), "; ")
}

// lacks evaluates what the function would have been allowed on the policies of
// a role as they were read.
func (w *workpiece) lacks(role diagnostics.Role) lack {
	e := evaluator{workpiece: w, set: RoleSet(w.snapshot, role), role: role}
	list := w.resource.Property("Policies").List()
	if list == nil {
		list = []*template.Node{w.resource.Property("Policies")}
	}
	for _, item := range list {
		e.item(item)
	}
	given := check.Given(w.resource)
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if !e.attached(name) && e.decide(given[name], e.plumbed(given[name])) != policy.Allowed {
			e.lack.managed = append(e.lack.managed, name)
		}
	}
	return e.lack
}

// An evaluator asks a role for one thing after the other.
type evaluator struct {
	*workpiece
	set  *policy.Set
	role diagnostics.Role
	lack lack
}

// item is one entry of Policies.
func (e *evaluator) item(n *template.Node) {
	if name, ok := n.Str(); ok {
		if name = path.Base(name); !e.attached(name) {
			e.lack.managed = append(e.lack.managed, name)
		}
		return
	}
	if st := n.Get("Statement"); st != nil {
		list := st.List()
		if list == nil {
			list = []*template.Node{st}
		}
		for _, one := range list {
			if one.Get("Effect").Is("Allow") {
				e.grant(flat(one.Get("Action")), flat(one.Get("Resource")))
			}
		}
		return
	}
	for _, p := range n.Entries() {
		parameters := map[string]string{}
		for _, v := range p.Value.Entries() {
			parameters[v.Key.Text] = v.Value.Flatten()
		}
		grants, ok := proposal.Expand(p.Key.Text, parameters)
		if !ok {
			e.lack.unsure = append(e.lack.unsure, p.Key.Text)
		}
		for _, g := range grants {
			e.grant(g.Actions, g.Resources)
		}
	}
}

// flat is a text or a list of texts, with what intrinsics name as ${…}.
func flat(n *template.Node) []string {
	if n == nil {
		return nil
	}
	if list := n.List(); list != nil && n.Plainly() {
		var texts []string
		for _, item := range list {
			texts = append(texts, item.Flatten())
		}
		return texts
	}
	return []string{n.Flatten()}
}

// grant notes what the role does not allow of actions on resources.
func (e *evaluator) grant(actions, resources []string) {
	var missing []string
	var on []string
	for _, r := range resources {
		arn, ok := e.concrete(r)
		if !ok {
			e.lack.unsure = append(e.lack.unsure, strings.Join(actions, ", ")+" on "+strings.ReplaceAll(r, unflattened, "…"))
			continue
		}
		for _, a := range actions {
			switch decision := e.decide(a, arn); {
			case decision == policy.Unknown:
				e.lack.unsure = append(e.lack.unsure, a+" on "+r)
			case decision != policy.Allowed && !slices.Contains(missing, a):
				missing = append(missing, a)
			}
		}
		on = append(on, arn)
	}
	if len(missing) > 0 {
		e.lack.statements = append(e.lack.statements, proposal.Statement{Effect: "Allow", Action: missing, Resource: on})
	}
}

func (e *evaluator) decide(action, resource string) policy.Decision {
	who, err := policy.NewPrincipal(firstOf(e.role.Arn, nobody(e.snapshot)))
	if err != nil {
		return policy.Unknown
	}
	return e.set.Evaluate(policy.Request{Action: action, Resource: resource, Principal: who, Context: policy.NewContext(nil, false)}).Decision
}

// attached reports whether a managed policy is on the role.
func (e *evaluator) attached(name string) bool {
	return slices.ContainsFunc(e.role.Policies, func(p diagnostics.RolePolicy) bool { return path.Base(p.PolicyArn) == name })
}

// plumbed is a resource that SAM's own additions would be asked for.
func (e *evaluator) plumbed(action string) string {
	if !strings.HasPrefix(action, "logs:") {
		return "*"
	}
	id := e.snapshot.Identity
	return "arn:" + partition(e.snapshot) + ":logs:" + id.Region + ":" + id.Account + ":log-group:/aws/lambda/" + e.resource.ID + ":log-stream:x"
}

// unflattened is what Flatten writes for what only a deployment knows.
const unflattened = "\x00"

var inSub = regexp.MustCompile(`\$\{([^}!]+)\}`)

// concrete is a flattened text with the names of the deployed stack in it; ok
// is false where one is not known.
func (e *evaluator) concrete(text string) (arn string, ok bool) {
	ok = !strings.Contains(text, unflattened)
	s := e.snapshot
	arn = inSub.ReplaceAllStringFunc(text, func(v string) string {
		name := v[2 : len(v)-1]
		value := map[string]string{"AWS::Partition": partition(s), "AWS::Region": s.Identity.Region, "AWS::AccountId": s.Identity.Account}[name]
		id, attribute, _ := strings.Cut(name, ".")
		for _, r := range s.Resources {
			switch {
			case r.LogicalResourceId != id || value != "":
			case attribute == "":
				value = r.PhysicalResourceId
			case attribute == "Arn":
				value = arnOf(s, r)
			case strings.HasSuffix(attribute, "Name"):
				value = r.PhysicalResourceId[strings.LastIndexAny(r.PhysicalResourceId, "/:")+1:]
			}
		}
		if k, found := stackUnderDiagnosis(s); found && value == "" {
			for _, p := range k.Parameters {
				if p.ParameterKey == name {
					value = p.ParameterValue
				}
			}
		}
		ok = ok && value != ""
		return value
	})
	return arn, ok
}

// ownRole is the role that the function has, as it was read.
func (w *workpiece) ownRole(f diagnostics.Finding) (diagnostics.Role, bool) {
	ix := newIndex(w.snapshot)
	name := ""
	if fn, ok := ix.function(f.Subject); ok {
		name = fn.Role
	}
	node := w.resource.Property("Role")
	if text, ok := node.Str(); ok && name == "" {
		name = text
	}
	id, ok := node.Ref()
	if !ok {
		id, _, ok = node.GetAtt()
	}
	for _, r := range w.snapshot.Resources {
		if ok && name == "" && r.LogicalResourceId == id && r.ResourceType == "AWS::IAM::Role" {
			name = r.PhysicalResourceId
		}
	}
	role, found := ix.role(name)
	return role, found && name != "" && !role.Missing && !unreadPolicies(w.snapshot, role.RoleName)
}

// ofStack reports whether a role is a resource of a stack that was read: then
// the template is the place to change it, and it serves somebody else by design.
func (w *workpiece) ofStack(role diagnostics.Role) bool {
	return slices.ContainsFunc(w.snapshot.Resources, func(r diagnostics.Resource) bool {
		return r.ResourceType == "AWS::IAM::Role" && r.PhysicalResourceId == role.RoleName
	})
}

// deletion takes the policies that nobody reads off the function.
func (w *workpiece) deletion() (FileEdit, bool) {
	f, _ := w.edited(Fix{}, w.template.Name, diagnostics.Text{}, edit.Delete(w.path("Policies")...))
	if len(f.Steps) == 0 {
		return FileEdit{}, false
	}
	e, ok := f.Steps[0].(FileEdit)
	return e, ok
}

// keepRole leaves the function its role, and gives the role what it lacks.
func (w *workpiece) keepRole(role diagnostics.Role) Fix {
	l := w.lacks(role)
	f := templateFix("Keep the role "+role.RoleName+": it allows all of this already", "역할 "+role.RoleName+"을(를) 유지합니다: 이미 모두 허용합니다")
	away, ok := w.deletion()
	byHand := Manual{Do: diagnostics.Text{En: "Delete Policies from " + w.resource.ID + ", so that nobody takes them for effective", Ko: "효과가 있다고 오해하지 않도록 " + w.resource.ID + "에서 Policies를 지우세요"}}
	if !l.none() {
		f.Title = diagnostics.Text{En: "Keep the role " + role.RoleName + ", and give it what it lacks", Ko: "역할 " + role.RoleName + "을(를) 유지하고 부족한 권한을 줍니다"}
		f.Kind, f.Risk = FixGuided, Disrupts
		f.Steps = w.supply(role, l)
	}
	f.Notes = doubts(l)
	if ok {
		f.Steps = append(f.Steps, away)
	} else {
		f.Kind = FixGuided
		f.Steps = append(f.Steps, byHand)
	}
	return f
}

// supply are the steps that give a role what it lacks.
func (w *workpiece) supply(role diagnostics.Role, l lack) []Step {
	of := diagnostics.Ref{Kind: diagnostics.KindRole, ID: role.RoleName}
	var steps []Step
	if doc, err := proposal.Document(l.statements); err == nil && len(l.statements) > 0 {
		name := w.resource.ID + "Policies"
		steps = append(steps, Call{
			Of: of, Service: "iam", Operation: "PutRolePolicy", Field: "rolePolicy", After: CanonicalJSON(string(doc)), Confirm: role.RoleName,
			Args: map[string]any{"RoleName": role.RoleName, "PolicyName": name, "PolicyDocument": string(doc)},
			Undo: &Call{Of: of, Service: "iam", Operation: "DeleteRolePolicy", Args: map[string]any{"RoleName": role.RoleName, "PolicyName": name}},
		})
	}
	for _, name := range l.managed {
		arn := "arn:" + partition(w.snapshot) + ":iam::aws:policy/" + check.ManagedPath(name)
		command := ShellQuote([]string{"aws", "iam", "attach-role-policy", "--role-name", role.RoleName, "--policy-arn", arn})
		steps = append(steps, Manual{Of: of, Do: diagnostics.Text{En: "Attach " + name + " to the role: `" + command + "`", Ko: "역할에 " + name + "을(를) 연결합니다: `" + command + "`"}})
	}
	return steps
}

func doubts(l lack) []diagnostics.Text {
	var list []diagnostics.Text
	for _, u := range l.unsure {
		list = append(list, diagnostics.Text{En: "Could not be told: " + u, Ko: "판단할 수 없음: " + u})
	}
	return list
}

// otherRole refers to the role of the account that lacks least of what the
// function wants and that Lambda may take.
func (w *workpiece) otherRole(own string) (Fix, bool) {
	var best diagnostics.Role
	least := lack{}
	for _, role := range w.snapshot.Roles {
		if role.Missing || role.RoleName == own || w.ofStack(role) || role.Arn == "" || !strings.Contains(role.TrustPolicy, "lambda.amazonaws.com") || unreadPolicies(w.snapshot, role.RoleName) {
			continue
		}
		if l := w.lacks(role); best.Arn == "" || len(l.statements)+len(l.managed) < len(least.statements)+len(least.managed) {
			best, least = role, l
		}
	}
	if best.Arn == "" {
		return Fix{}, false
	}
	f := templateFix("Refer to the existing role "+best.RoleName+" by its ARN", "기존 역할 "+best.RoleName+"을(를) ARN으로 참조합니다")
	f.Changes = diagnostics.Text{En: "It allows all that the policies here ask for.", Ko: "여기 정책이 요구하는 것을 모두 허용합니다."}
	if words := least.words(); words != "" {
		f.Changes = diagnostics.Text{En: "It lacks: " + words, Ko: "부족한 권한: " + words}
	}
	f.Notes = append(doubts(least), diagnostics.Text{
		En: "Permissions that only the present role has are gone for " + w.resource.ID + ".", Ko: w.resource.ID + "에서는 현재 역할에만 있는 권한이 사라집니다.",
	})
	byHand := diagnostics.Text{En: "Set Role of " + w.resource.ID + " to " + best.Arn + " and delete its Policies", Ko: w.resource.ID + "의 Role을 " + best.Arn + "(으)로 바꾸고 Policies를 지우세요"}
	return w.edited(f, w.template.Name, byHand, edit.Set(edit.Text(best.Arn), w.path("Role")...), edit.Delete(w.path("Policies")...))
}
