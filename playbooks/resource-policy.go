package playbooks

import (
	"slices"
	"strings"

	"firstaid/diagnostics"
	"firstaid/diagnostics/policy/proposal"
	"firstaid/diagnostics/template"
	"firstaid/playbooks/edit"
)

// A policySide is where the policy of a kind of resource stands in a template
// (CloudFormation resource reference).
type policySide struct {
	kind     string   // the type that holds the policy; empty: the resource itself
	names    string   // the property of that type that names the resource
	many     bool     // names is a list
	document []string // where the document is
	resource string   // what a statement names: "arn", "objects", "*" or "" for none
}

var policySides = map[string]policySide{
	"AWS::S3::Bucket":             {kind: "AWS::S3::BucketPolicy", names: "Bucket", document: []string{"PolicyDocument"}, resource: "arn"},
	"AWS::SQS::Queue":             {kind: "AWS::SQS::QueuePolicy", names: "Queues", many: true, document: []string{"PolicyDocument"}, resource: "arn"},
	"AWS::SNS::Topic":             {kind: "AWS::SNS::TopicPolicy", names: "Topics", many: true, document: []string{"PolicyDocument"}, resource: "arn"},
	"AWS::SecretsManager::Secret": {kind: "AWS::SecretsManager::ResourcePolicy", names: "SecretId", document: []string{"ResourcePolicy"}, resource: "*"},
	"AWS::KMS::Key":               {document: []string{"KeyPolicy"}, resource: "*"},
	"AWS::ECR::Repository":        {document: []string{"RepositoryPolicyText"}},
}

// resourceSide lets the role into the policy of a resource of the template,
// where that is the side that has to change: the text names it, or the resource
// is a KMS key, whose policy always takes part. The name of the resource is
// typed: whoever the policy names gets in.
func (ix *index) resourceSide(w *workpiece, role diagnostics.Role, p *proposal.Proposal, k *proposal.Known) []Fix {
	var list fixes
	done := map[string]bool{}
	for _, red := range p.Red {
		key := red.Rule == proposal.RuleAmbiguous && strings.HasPrefix(red.Action, "kms:")
		if red.Rule != proposal.RuleResourceSide && !key || role.Arn == "" {
			continue
		}
		owner, ok := ownerOf(k, red.Resource)
		side, known := policySides[owner.Type]
		held, found := w.other(owner.LogicalID)
		// A key without a policy of its own has the default one, which leaves it
		// to the role's policies; one with a single statement locks its owner out.
		unlocked := found && owner.Type == "AWS::KMS::Key" && held.resource.Property("KeyPolicy") == nil
		if !ok || !known || !found || unlocked || done[owner.LogicalID] {
			continue
		}
		done[owner.LogicalID] = true
		f := templateFix("Let the role into the policy of "+owner.LogicalID, owner.LogicalID+"의 정책이 역할을 허용하도록 합니다")
		f.Risk, f.Confirm = Permanent, owner.LogicalID
		f.Changes = diagnostics.Text{
			En: roleOf(role.Arn) + " may do " + red.Action + " on " + owner.LogicalID + "; nobody else gets in.",
			Ko: roleOf(role.Arn) + "이(가) " + owner.LogicalID + "에 " + red.Action + "을(를) 할 수 있습니다. 다른 주체는 해당하지 않습니다.",
		}
		statement := sideStatement(ix, k, side, role, red)
		byHand := diagnostics.Text{
			En: "Add a statement for " + role.Arn + " with " + red.Action + " to the policy of " + owner.LogicalID,
			Ko: owner.LogicalID + "의 정책에 " + role.Arn + "의 " + red.Action + "을(를) 허용하는 문장을 추가하세요",
		}
		list.add(w.edited(f, w.template.Name, byHand, held.sideEdit(side, statement)))
	}
	return list
}

// ownerOf is the resource of the stack that an ARN is of.
func ownerOf(k *proposal.Known, arn string) (proposal.Resource, bool) {
	i := slices.IndexFunc(k.Resources, func(r proposal.Resource) bool {
		return r.ARN != "" && (arn == r.ARN || strings.HasPrefix(arn, r.ARN+"/"))
	})
	if i < 0 {
		return proposal.Resource{}, false
	}
	return k.Resources[i], true
}

func sideStatement(ix *index, k *proposal.Known, side policySide, role diagnostics.Role, red proposal.Finding) edit.Value {
	entries := []pair{
		edit.Entry("Effect", edit.Text("Allow")),
		edit.Entry("Principal", edit.Mapping(edit.Entry("AWS", ix.principalValue(ix.snapshot, role.Arn)))),
		edit.Entry("Action", edit.Text(red.Action)),
	}
	switch side.resource {
	case "arn":
		entries = append(entries, edit.Entry("Resource", templateValue(k.Express(red.Resource))))
	case "*": // the policy of one key or secret: it is the resource
		entries = append(entries, edit.Entry("Resource", edit.Text("*")))
	}
	return edit.Mapping(entries...)
}

// sideEdit adds the statement to the policy that the template has for the
// resource, or gives it one.
func (w *workpiece) sideEdit(side policySide, statement edit.Value) edit.Op {
	statements := append(slices.Clone(side.document), "Statement")
	if side.kind == "" {
		if w.resource.Property(side.document...) != nil {
			return edit.Append(w.path(statements...), statement)
		}
		return edit.Set(sideDocument(statement), w.path(side.document...)...)
	}
	for _, r := range w.template.Resources() {
		if r.Type == side.kind && r.Loop == nil && names(r.Property(side.names), w.resource.ID) {
			return edit.Append((&workpiece{w.project, w.template, r}).path(statements...), statement)
		}
	}
	of := edit.Ref(w.resource.ID)
	if side.many {
		of = edit.Seq(of)
	}
	properties := edit.Mapping(edit.Entry(side.names, of), edit.Entry(side.document[0], sideDocument(statement)))
	return edit.Set(edit.Mapping(edit.Entry("Type", edit.Text(side.kind)), edit.Entry("Properties", properties)), "Resources", w.resource.ID+"Policy")
}

func sideDocument(statement edit.Value) edit.Value {
	return edit.Mapping(edit.Entry("Version", edit.Text("2012-10-17")), edit.Entry("Statement", edit.Seq(statement)))
}

// names reports whether a value, or an item of a list, refers to a resource.
func names(n *template.Node, id string) bool {
	for _, x := range append([]*template.Node{n}, n.List()...) {
		if ref, ok := x.Ref(); ok && ref == id {
			return true
		}
		if of, _, ok := x.GetAtt(); ok && of == id {
			return true
		}
	}
	return false
}
