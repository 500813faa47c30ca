package check

import (
	"regexp"
	"strings"

	"firstaid/diagnostics"
	"firstaid/diagnostics/template"
	"firstaid/playbooks/edit"
)

// An alias is one that this template makes, by SAM or as a resource of its own.
type alias struct {
	id       string   // logical id of the AWS::Lambda::Alias
	name     string   // as it looks flattened
	texts    []string // every way to write the name: flattened, and a parameter's default
	function *template.Resource
	refs     []string // every way to write the function, flattened
	sam      bool
	fixed    bool // the logical id is the same in every deployment
}

// consumers are the types that fail when the alias they name is not there yet.
func consumer(kind string) bool {
	switch kind {
	case "AWS::ApplicationAutoScaling::ScalableTarget", "AWS::Lambda::Permission", "AWS::Lambda::EventSourceMapping",
		"AWS::Lambda::EventInvokeConfig", "AWS::Lambda::Url":
		return true
	}
	return false
}

// checkAliasOrdering finds resources that name a function's alias without waiting for it: CloudFormation starts
// them as soon as the function is there, and the alias may not be.
func checkAliasOrdering(s *scope) {
	aliases := s.aliases()
	for _, r := range s.t.Resources() {
		if !consumer(r.Type) {
			continue
		}
		if a, at := s.needs(r, aliases); a != nil {
			if !s.order.After(a.id)[r.ID] {
				s.reportOrdering(r, *a, at)
			}
			continue
		}
		s.missingAlias(r)
	}
}

// aliases lists the aliases that the template makes, by the logical id of their function.
func (s *scope) aliases() map[string][]alias {
	all := map[string][]alias{}
	for _, r := range s.t.Resources() {
		switch r.Type {
		case "AWS::Serverless::Function":
			name, node, ok := s.t.Alias(r)
			if !ok {
				continue
			}
			_, literal := node.Str()
			all[r.ID] = append(all[r.ID], alias{
				id: template.AliasID(r.ID, name), name: name, texts: []string{node.Flatten(), name},
				function: r, refs: s.functionRefs(r), sam: true, fixed: literal,
			})
		case "AWS::Lambda::Alias":
			fn := s.functionOf(r.Property("FunctionName"))
			name := r.Property("Name").Flatten()
			if fn == nil || unknowable(name) {
				continue
			}
			a := alias{id: r.ID, name: name, texts: []string{name}, function: fn, refs: s.functionRefs(fn), fixed: true}
			if text, ok := s.text(r.Property("Name")); ok {
				a.texts = append(a.texts, text)
			}
			all[fn.ID] = append(all[fn.ID], a)
		}
	}
	return all
}

func unknowable(flat string) bool { return flat == "" || strings.ContainsRune(flat, 0) }

// functionRefs are the ways to name a function: by reference, and by the name it is given.
func (s *scope) functionRefs(r *template.Resource) []string {
	refs := []string{"${" + r.ID + "}", "${" + r.ID + ".Arn}", "${" + r.ID + ".FunctionName}"}
	if name := r.Property("FunctionName").Flatten(); !unknowable(name) {
		refs = append(refs, name)
	}
	return refs
}

// namedFunction is a function and the name it is given, flattened.
type namedFunction struct {
	name string
	fn   *template.Resource
}

// functionOf is the function in this template that a value names, whatever qualifier follows.
func (s *scope) functionOf(n *template.Node) *template.Resource {
	flat := n.Flatten()
	if unknowable(flat) {
		return nil
	}
	for _, v := range template.Variables(flat) {
		id, attr := v.ID()
		r := s.t.Resource(id)
		if r != nil && isFunction(r) && (attr == "" || attr == "Arn" || attr == "FunctionName") && boundary(flat[:v.Start], flat[v.End:]) {
			return r
		}
	}
	for _, f := range s.named {
		if i := strings.LastIndex(flat, f.name); i >= 0 && boundary(flat[:i], flat[i+len(f.name):]) {
			return f.fn
		}
	}
	return nil
}

// boundary reports whether what stands before and after a name ends it.
func boundary(before, after string) bool {
	return (before == "" || strings.HasSuffix(before, ":") || strings.HasSuffix(before, "/")) &&
		(after == "" || after[0] == ':' || after[0] == '/')
}

// targets are the properties that name a function.
func targets() []string { return []string{"ResourceId", "FunctionName", "TargetFunctionArn"} }

// needs finds the alias of this template that r names, and the property that does.
func (s *scope) needs(r *template.Resource, aliases map[string][]alias) (*alias, *template.Node) {
	for _, key := range targets() {
		fn := s.functionOf(r.Property(key))
		if fn == nil {
			continue
		}
		for i := range aliases[fn.ID] {
			if at := aliases[fn.ID][i].namedBy(r); at != nil {
				return &aliases[fn.ID][i], at
			}
		}
	}
	return nil, nil
}

// namedBy is the property of r that names the alias: `function:…:alias` in one text, or a Qualifier.
func (a alias) namedBy(r *template.Resource) *template.Node {
	if q := r.Property("Qualifier"); q != nil && contains(a.texts, q.Flatten()) {
		if contains(a.refs, lastPart(r.Property("FunctionName").Flatten())) || contains(a.refs, r.Property("TargetFunctionArn").Flatten()) {
			return q
		}
	}
	for _, key := range targets() {
		n := r.Property(key)
		if n == nil {
			continue
		}
		flat := n.Flatten()
		for _, ref := range a.refs {
			for _, name := range a.texts {
				if i := strings.LastIndex(flat, ref+":"+name); i >= 0 && boundary(flat[:i], flat[i+len(ref)+1+len(name):]) {
					return n
				}
			}
		}
	}
	return nil
}

// lastPart drops what stands before the function in an ARN that was written out.
func lastPart(flat string) string {
	if _, name, ok := strings.Cut(flat, ":function:"); ok {
		return name
	}
	return flat
}

func contains(list []string, s string) bool {
	for _, have := range list {
		if have == s && s != "" {
			return true
		}
	}
	return false
}

func (s *scope) reportOrdering(r *template.Resource, a alias, at *template.Node) {
	var mends []Mend
	if editable(r) {
		m := s.mend("Let "+r.ID+" wait for the alias: DependsOn "+a.id, r.ID+"가 별칭을 기다리도록 DependsOn "+a.id+"를 추가합니다",
			edit.DependsOn(r.ID, a.id))
		if !a.fixed {
			m.Changes = bilingual("SAM builds this id from the alias name; where the parameter is overridden, the id is another.",
				"SAM은 별칭 이름으로 이 ID를 만듭니다. 파라미터를 재정의하면 ID도 달라집니다.")
		}
		mends = append(mends, m)
		if a.sam && r.Property("Qualifier") == nil && r.Type != "AWS::ApplicationAutoScaling::ScalableTarget" && r.Own("FunctionName") != nil {
			mends = append(mends, s.mend("Refer to the alias itself: !Ref "+a.function.ID+".Alias", "별칭 자체를 참조합니다: !Ref "+a.function.ID+".Alias",
				edit.Set(edit.Ref(a.function.ID+".Alias"), properties(r, "FunctionName")...)))
		}
	}
	s.report("alias-ordering", diagnostics.Error, at, r.ID, bilingual(
		r.ID+" needs the alias "+a.name+" of "+a.function.ID+" but does not wait for it ("+a.id+"): the deployment is a race",
		r.ID+"는 "+a.function.ID+"의 별칭 "+a.name+"이(가) 필요하지만 기다리지 않습니다("+a.id+"). 배포 결과가 순서에 따라 달라집니다"), mends...)
	s.capture("alias", a.name, "function", a.function.ID)
}

// plainAlias is a name that can only be an alias: not a version number, not $LATEST, not a variable.
var plainAlias = regexp.MustCompile(`^[A-Za-z_-][A-Za-z0-9_-]*$`)

// missingAlias reports scalable targets on an alias that nothing in the template makes.
func (s *scope) missingAlias(r *template.Resource) {
	n := r.Property("ResourceId")
	if r.Type != "AWS::ApplicationAutoScaling::ScalableTarget" || n == nil {
		return
	}
	flat := n.Flatten()
	i := strings.LastIndexByte(flat, ':')
	if unknowable(flat) || !strings.HasPrefix(flat, "function:") || i <= len("function") || !plainAlias.MatchString(flat[i+1:]) {
		return
	}
	name, fn := flat[i+1:], s.functionOf(n)
	if fn == nil || fn.Type != "AWS::Serverless::Function" || !fn.Property("AutoPublishAlias").Missing() || s.aliasElsewhere(fn) {
		return
	}
	var mends []Mend
	if editable(fn) && editable(r) {
		mends = append(mends, s.mend("Publish the alias "+name+" and let "+r.ID+" wait for it", "별칭 "+name+"을(를) 게시하고 "+r.ID+"가 기다리게 합니다",
			edit.Set(edit.Text(name), properties(fn, "AutoPublishAlias")...), edit.DependsOn(r.ID, template.AliasID(fn.ID, name))))
	}
	s.report("alias-ordering", diagnostics.Error, n, r.ID, bilingual(
		r.ID+" scales the alias "+name+" of "+fn.ID+", but nothing here makes that alias: "+fn.ID+" has no AutoPublishAlias",
		r.ID+"는 "+fn.ID+"의 별칭 "+name+"을(를) 조정하지만 그 별칭을 만드는 것이 없습니다. "+fn.ID+"에 AutoPublishAlias가 없습니다"), mends...)
	s.capture("alias", name, "function", fn.ID)
}

func (s *scope) aliasElsewhere(fn *template.Resource) bool {
	for _, r := range s.t.Resources() {
		if r.Type == "AWS::Lambda::Alias" {
			if target := s.functionOf(r.Property("FunctionName")); target == nil || target.ID == fn.ID {
				return true
			}
		}
	}
	return false
}
