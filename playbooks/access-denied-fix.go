package playbooks

import (
	"maps"
	"slices"
	"strings"

	"firstaid/diagnostics"
	"firstaid/diagnostics/denial"
	"firstaid/diagnostics/policy"
	"firstaid/diagnostics/policy/proposal"
	"firstaid/diagnostics/template"
	"firstaid/playbooks/edit"
)

// fixDenied proposes the least privilege that would have allowed what was
// denied: in the template first, as a labelled hot patch second, or, where a
// rule speaks against any grant, the reason.
func fixDenied(s *diagnostics.Snapshot, f diagnostics.Finding) []Fix {
	ix := newIndex(s)
	role, denials := deniedTo(s, ix, f)
	if len(denials) == 0 {
		return nil
	}
	list, denials := ix.renamed(f, denials)
	if len(denials) == 0 {
		return list
	}
	denials, permitted := stillDenied(s, denials)
	if len(denials) == 0 {
		return append(list, allowedAlready(permitted))
	}
	known := knownOf(s, ix, f, role)
	p := proposal.For(informed(s, denials), known)
	if len(p.Statements) == 0 {
		return append(list, stopped(p))
	}
	return append(list, ix.granted(f, role, &p, &known)...)
}

// granted are the ways to grant a proposal.
func (ix *index) granted(f diagnostics.Finding, role string, p *proposal.Proposal, known *proposal.Known) []Fix {
	var list fixes
	owned, ok := ix.role(role)
	if w, found := newProject(ix.snapshot).at(f.Subject); found && isFunction(w.resource) {
		list = append(ix.resourceSide(w, owned, p, known), w.grant(p, known)...)
	}
	if ok && role != "" && !owned.Missing {
		list = append(list, hotPatch(owned, p))
	}
	for i := range list {
		list[i].Notes = append(list[i].Notes, notes(p)...)
		if list[i].Proof != nil {
			list[i].Proof = ix.tried(owned, p, list[i].Proof.Document)
		}
		if !p.SingleKey() && list[i].Confirm == "" {
			list[i].Risk, list[i].Confirm = Permanent, firstOf(role, f.Subject.ID)
		}
	}
	return list.ordered()
}

// stillDenied takes out the denials that are allowed by now: a grant would
// change nothing about them.
func stillDenied(s *diagnostics.Snapshot, list []denial.Denial) (denied, permitted []denial.Denial) {
	d := NewDecider(s)
	for i := range list {
		if allowed, _ := d.allowedNow(&list[i]); allowed {
			permitted = append(permitted, list[i])
			continue
		}
		denied = append(denied, list[i])
	}
	return denied, permitted
}

// informed puts what IAM itself said in place of what a text says: a text names
// one kind of policy even where several deny, or none.
func informed(s *diagnostics.Snapshot, list []denial.Denial) []denial.Denial {
	d := NewDecider(s)
	out := slices.Clone(list)
	for i := range out {
		for _, p := range askedPairs(&out[i]) {
			x, ok := d.simulation(out[i].Role, p[0], p[1])
			switch {
			case !ok:
			case x.Without["scp"] == diagnostics.DecisionAllowed:
				out[i].PolicyType = denial.ServiceControl
			case x.Without["permission-boundary"] == diagnostics.DecisionAllowed:
				out[i].PolicyType = denial.PermissionsBoundary
			case x.EvalDecision == diagnostics.DecisionExplicit && out[i].PolicyType != denial.ServiceControl && out[i].PolicyType != denial.PermissionsBoundary:
				out[i].Decision = denial.Explicit
			}
		}
	}
	return out
}

// allowedAlready is the answer to a denial of something that is allowed: it is
// mended, or a layer denies that no simulation sees. Neither wants a grant.
func allowedAlready(list []denial.Denial) Fix {
	what := list[0].Action + " on " + firstOf(list[0].Resource, "*")
	f := guide("No grant: it is allowed now", "권한 추가 아님: 지금은 허용됩니다",
		diagnostics.Text{
			En: "Call it again. " + what + " is allowed by now: the policy may have been changed since, and a change takes up to a minute to spread.",
			Ko: "다시 호출해 보세요. 지금은 " + what + "이(가) 허용됩니다. 그사이 정책이 바뀌었을 수 있으며, 변경이 퍼지는 데 최대 1분이 걸립니다.",
		},
		diagnostics.Text{
			En: "If it is denied again, look at what no simulation sees: a VPC endpoint policy, a session policy, a resource control policy, the resource's own policy, the key's policy or grants.",
			Ko: "다시 거부되면 시뮬레이션이 보지 못하는 것을 확인하세요: VPC 엔드포인트 정책, 세션 정책, 리소스 제어 정책, 리소스 자체 정책, 키 정책이나 권한 부여(grant).",
		})
	f.Declined, f.Redeploy = diagnostics.Text{En: "A grant would change nothing.", Ko: "권한을 추가해도 바뀌는 것이 없습니다."}, false
	return f
}

// tried tries a document on the role's policies as they were read.
func (ix *index) tried(role diagnostics.Role, p *proposal.Proposal, document string) *diagnostics.Proof {
	set := RoleSet(ix.snapshot, role)
	if role.Arn == "" || role.Missing {
		set.Unread = append(set.Unread, policy.LayerIdentity)
	}
	proof, err := TryHere(set, firstOf(role.Arn, nobody(ix.snapshot)), diagnostics.ContextOf(ix.snapshot, role.Arn), p, document)
	if err != nil {
		return nil
	}
	if role.Arn == "" {
		proof.Principal = ""
	}
	return proof
}

// nobody stands for a role that was not read: one of the snapshot's account.
func nobody(s *diagnostics.Snapshot) string {
	return "arn:" + partition(s) + ":iam::" + firstOf(s.Identity.Account, "123456789012") + ":role/unread"
}

// grants marks a fix as one that adds statements to a role: exactly these bytes
// are tried, shown and applied.
func grants(f Fix, statements []proposal.Statement) Fix {
	if doc, err := proposal.Document(statements); err == nil {
		f.Proof = &diagnostics.Proof{Document: string(doc)}
	}
	return f
}

// knownOf gathers what the snapshot tells about the application: only what it
// names itself may be granted on one key.
func knownOf(s *diagnostics.Snapshot, ix *index, f diagnostics.Finding, role string) proposal.Known {
	k := proposal.Known{Partition: partition(s), Account: s.Identity.Account, Region: s.Identity.Region, Date: s.Taken.UTC().Format("20060102")}
	if fn, ok := ix.function(f.Subject); ok {
		k.Role = fn.Role[strings.LastIndexByte(fn.Role, '/')+1:]
		for _, v := range fn.Environment {
			k.Referenced = append(k.Referenced, v.Value)
		}
	}
	for _, fn := range s.Functions {
		k.Functions = append(k.Functions, fn.FunctionName)
	}
	for _, r := range s.Resources {
		if arn := arnOf(s, r); arn != "" {
			k.Resources = append(k.Resources, proposal.Resource{LogicalID: r.LogicalResourceId, Type: r.ResourceType, ARN: arn})
		}
	}
	for _, st := range s.Stacks {
		if st.StackId == s.StackID {
			for _, p := range st.Parameters {
				k.Referenced = append(k.Referenced, p.ParameterValue)
			}
		}
	}
	return k
}

// stopped is the answer where nothing may be granted: every reason, once.
func stopped(p proposal.Proposal) Fix {
	f := guide("Not a grant: what to do instead", "권한 추가로 해결되지 않습니다: 대신 할 일")
	f.Declined = diagnostics.Text{En: "firstaid proposes no grant here.", Ko: "여기서는 권한 추가를 제안하지 않습니다."}
	seen := map[proposal.Rule]bool{}
	for _, x := range p.Stops {
		if !seen[x.Rule] {
			seen[x.Rule] = true
			f.Steps = append(f.Steps, Manual{Do: x.Text})
		}
	}
	for _, text := range p.Ask {
		f.Steps = append(f.Steps, Manual{Do: diagnostics.Text{
			En: "Send this to the owner of that policy: " + text.En, Ko: "그 정책의 소유자에게 보낼 글: " + text.In(diagnostics.Korean),
		}})
	}
	for _, m := range p.Meant {
		f.Steps = append(f.Steps, Manual{Of: diagnostics.Ref{Kind: diagnostics.KindResource, ID: m.LogicalID}, Do: diagnostics.Text{
			En: "Is this the one that is meant? " + m.LogicalID + ", " + m.ARN, Ko: "혹시 이 리소스를 의도했나요? " + m.LogicalID + ", " + m.ARN,
		}})
	}
	return f
}

// grant writes the statements into the template: to the function where SAM
// makes its role, to the role where the template has it.
func (w *workpiece) grant(p *proposal.Proposal, k *proposal.Known) []Fix {
	if w.resource.Type != "AWS::Serverless::Function" || w.resource.Property("Role") != nil {
		return w.grantRole(p, k)
	}
	var list fixes
	at := w.path("Policies")
	if t := p.Template; t != nil {
		f := templateFix("Give "+w.resource.ID+" the policy template "+t.Name, w.resource.ID+"에 정책 템플릿 "+t.Name+"을(를) 부여합니다")
		f.Changes = p.Radius
		if len(t.Excess) > 0 {
			f.Changes = diagnostics.Text{
				En: "Allows what was denied, and more on the same resource: " + strings.Join(t.Excess, ", "),
				Ko: "거부된 작업을 허용하며, 같은 리소스에 다음도 허용합니다: " + strings.Join(t.Excess, ", "),
			}
		}
		list.add(w.edited(grants(f, t.Statements), w.template.Name, byHand(w.resource.ID, p), edit.Append(at, samTemplate(t))))
	}
	f := templateFix("Give "+w.resource.ID+" exactly what was denied", w.resource.ID+"에 거부된 권한만 부여합니다")
	f.Changes = p.Radius
	list.add(w.edited(grants(f, p.Statements), w.template.Name, byHand(w.resource.ID, p), edit.Append(at, edit.Mapping(edit.Entry("Statement", statementValues(p, k))))))
	return list
}

// grantRole adds an inline policy to the role that the function names, when it
// is a resource of the same template.
func (w *workpiece) grantRole(p *proposal.Proposal, k *proposal.Known) []Fix {
	id, ok := w.resource.Property("Role").Ref()
	if !ok {
		id, _, ok = w.resource.Property("Role").GetAtt()
	}
	role, found := w.other(id)
	if !ok || !found || role.resource.Type != "AWS::IAM::Role" {
		return []Fix{guide("Add the statement to the function's role, which this template does not have", "이 템플릿에 없는 함수 역할에 문장을 추가합니다", byHand("the role", p))}
	}
	f := templateFix("Give the role "+id+" exactly what was denied", "역할 "+id+"에 거부된 권한만 부여합니다")
	f.Changes = p.Radius
	document := edit.Mapping(edit.Entry("Version", edit.Text("2012-10-17")), edit.Entry("Statement", statementValues(p, k)))
	value := edit.Mapping(edit.Entry("PolicyName", edit.Text(p.Statements[0].Sid)), edit.Entry("PolicyDocument", document))
	var list fixes
	list.add(role.edited(grants(f, p.Statements), role.template.Name, byHand(id, p), edit.Append(role.path("Policies"), value)))
	return list
}

func byHand(target string, p *proposal.Proposal) diagnostics.Text {
	doc, err := proposal.Document(p.Statements)
	if err != nil {
		return p.Radius
	}
	return diagnostics.Text{En: "Add to the policies of " + target + ": " + string(doc), Ko: target + "의 정책에 추가하세요: " + string(doc)}
}

func samTemplate(t *proposal.Template) edit.Value {
	var parameters []pair
	for _, p := range t.Parameters {
		parameters = append(parameters, edit.Entry(p.Name, templateValue(p.Value)))
	}
	return edit.Mapping(edit.Entry(t.Name, edit.Mapping(parameters...)))
}

func statementValues(p *proposal.Proposal, k *proposal.Known) edit.Value {
	var list []edit.Value
	for _, s := range p.Statements {
		var resources []edit.Value
		for _, r := range s.Resource {
			resources = append(resources, templateValue(k.Express(r)))
		}
		entries := []pair{edit.Entry("Sid", edit.Text(s.Sid)), edit.Entry("Effect", edit.Text(s.Effect)), edit.Entry("Action", oneOrMore(textValues(s.Action))), edit.Entry("Resource", oneOrMore(resources))}
		if len(s.Condition) > 0 {
			entries = append(entries, edit.Entry("Condition", conditionValue(s.Condition)))
		}
		list = append(list, edit.Mapping(entries...))
	}
	return edit.Seq(list...)
}

func textValues(texts []string) []edit.Value {
	list := make([]edit.Value, 0, len(texts))
	for _, t := range texts {
		list = append(list, edit.Text(t))
	}
	return list
}

func oneOrMore(list []edit.Value) edit.Value {
	if len(list) == 1 {
		return list[0]
	}
	return edit.Seq(list...)
}

func templateValue(e proposal.Expression) edit.Value {
	switch e.Fn {
	case "Ref":
		return edit.Ref(e.Arg)
	case "GetAtt":
		return edit.GetAtt(e.Arg)
	case "Sub":
		return edit.Sub(e.Arg)
	}
	return edit.Text(e.Arg)
}

// notes says what speaks for caution, and what the same code will need next.
func notes(p *proposal.Proposal) []diagnostics.Text {
	var list []diagnostics.Text
	for _, r := range p.Red {
		list = append(list, diagnostics.Text{En: "! " + r.Action + ": " + r.Text.En, Ko: "! " + r.Action + ": " + r.Text.In(diagnostics.Korean)})
	}
	for _, s := range p.Stops {
		list = append(list, diagnostics.Text{En: "Left out: " + s.Action + ": " + s.Text.En, Ko: "제외됨: " + s.Action + ": " + s.Text.In(diagnostics.Korean)})
	}
	for _, text := range p.Ask {
		list = append(list, diagnostics.Text{
			En: "For the owner of the policy that blocks the rest: " + text.En, Ko: "나머지를 막는 정책의 소유자에게: " + text.In(diagnostics.Korean),
		})
	}
	for _, c := range p.Companions {
		list = append(list, diagnostics.Text{
			En: "Not included: " + strings.Join(c.Action, ", ") + ". " + c.Why.En,
			Ko: "포함하지 않음: " + strings.Join(c.Action, ", ") + ". " + c.Why.In(diagnostics.Korean),
		})
	}
	return list
}

type pair = template.Pair

func conditionValue(c map[string]map[string][]string) edit.Value {
	var operators []pair
	for _, op := range slices.Sorted(maps.Keys(c)) {
		var keys []pair
		for _, key := range slices.Sorted(maps.Keys(c[op])) {
			keys = append(keys, edit.Entry(key, oneOrMore(textValues(c[op][key]))))
		}
		operators = append(operators, edit.Entry(op, edit.Mapping(keys...)))
	}
	return edit.Mapping(operators...)
}
