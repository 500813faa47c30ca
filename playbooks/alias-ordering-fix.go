package playbooks

import (
	"encoding/json"
	"slices"
	"strings"

	"firstaid/diagnostics"
	"firstaid/diagnostics/template"
	"firstaid/playbooks/edit"
)

// fixAlias orders the failed resource behind the alias it needs, or makes the
// alias, or clears the weights that a failed deployment left on it.
func fixAlias(s *diagnostics.Snapshot, f diagnostics.Finding) []Fix {
	p := newProject(s)
	var list fixes
	later := twoPhases()
	if w, ok := p.at(f.Subject); ok && !isFunction(w.resource) {
		list = append(list, w.orderBehindAlias(f.Captures["alias"])...)
		for _, fn := range w.aliasedFunctions(f.Captures["alias"]) {
			if id, exists := fn.aliasID(f.Captures["alias"]); exists {
				later = w.phases(id)
			}
		}
	}
	for _, w := range p.all(ofType("AWS::Serverless::Function")) {
		if w.resource.Property("ProvisionedConcurrencyConfig") != nil && w.resource.Property("AutoPublishAlias") == nil {
			list.add(w.publishAlias("live"))
		}
	}
	list = append(list, clearWeights(s)...)
	if len(list) > 0 {
		list = append(list, later)
	}
	return list.ordered()
}

// orderBehindAlias finds the function whose alias the resource needs.
func (w *workpiece) orderBehindAlias(alias string) []Fix {
	var list fixes
	for _, fn := range w.aliasedFunctions(alias) {
		id, exists := fn.aliasID(alias)
		if !exists {
			if fn.resource.Type == "AWS::Serverless::Function" {
				list.add(w.publishAndWait(fn, firstOf(alias, "live")))
			}
			continue
		}
		if w.template.WaitsFor(w.resource.ID)[id] {
			continue
		}
		list.add(w.waitFor(id))
		list.add(w.referTo(fn, id))
	}
	return list
}

func (w *workpiece) waitFor(id string) (Fix, bool) {
	f := templateFix("Let "+w.resource.ID+" wait for "+id, w.resource.ID+"이(가) "+id+"을(를) 기다리게 합니다")
	f.Changes = diagnostics.Text{
		En: "CloudFormation makes " + w.resource.ID + " only after the alias is there. Nothing else changes.",
		Ko: "별칭이 만들어진 뒤에 " + w.resource.ID + "을(를) 만듭니다. 다른 것은 바뀌지 않습니다.",
	}
	byHand := diagnostics.Text{En: "Add `DependsOn: " + id + "` to " + w.resource.ID, Ko: w.resource.ID + "에 `DependsOn: " + id + "`을 추가하세요"}
	return w.edited(f, w.template.Name, byHand, edit.DependsOn(w.resource.ID, id))
}

// arnProperties are the properties that take an alias's ARN, by type; a
// scalable target's ResourceId is no ARN.
var arnProperties = map[string]string{
	"AWS::Lambda::Permission":         "FunctionName",
	"AWS::Lambda::EventSourceMapping": "FunctionName",
	"AWS::Lambda::Url":                "TargetFunctionArn",
}

// referTo puts a reference to the alias where its ARN is wanted: that carries
// the dependency by itself.
func (w *workpiece) referTo(fn *workpiece, id string) (Fix, bool) {
	target := id
	if w.template.Resource(id) == nil {
		target = fn.resource.ID + ".Alias" // SAM rewrites it to the alias it makes
	}
	property := arnProperties[w.resource.Type]
	if property == "" || w.resource.Own(property) == nil || w.resource.Own("Qualifier") != nil {
		return w.referWithin(fn, id, target)
	}
	f := templateFix("Refer to the alias itself: !Ref "+target, "별칭을 직접 참조합니다: !Ref "+target)
	f.Changes = diagnostics.Text{
		En: "The reference gives the alias's ARN and the order of creation at once.",
		Ko: "이 참조는 별칭의 ARN과 생성 순서를 함께 제공합니다.",
	}
	byHand := diagnostics.Text{En: "Set " + property + " to `!Ref " + target + "`", Ko: property + "을(를) `!Ref " + target + "`로 설정하세요"}
	return w.edited(f, w.template.Name, byHand, edit.Delete(w.path(property)...), edit.SetAfter(w.before(property), edit.Ref(target), w.path(property)...))
}

// referWithin puts the reference into the texts that spell the alias's ARN out,
// such as the target of a rule or the uri of an integration.
func (w *workpiece) referWithin(fn *workpiece, id, target string) (Fix, bool) {
	name := id
	if published, _, ok := w.template.Alias(fn.resource); ok {
		name = published
	} else if alias := w.template.Resource(id); alias != nil {
		name, _ = alias.Property("Name").Str()
	}
	old := "${" + fn.resource.ID + ".Arn}:" + name
	var ops []edit.Op
	template.Strings(w.resource.Properties, func(n *template.Node, p template.Place) {
		if p.Key || !strings.Contains(n.Text, old) || n.Fn != "Fn::Sub" && !p.In("Fn::Sub") {
			return
		}
		ops = append(ops, edit.Replace(old, "${"+target+"}", w.path(p.Clone().Path...)...))
	})
	if len(ops) == 0 || name == "" {
		return Fix{}, false
	}
	f := templateFix("Refer to the alias itself: ${"+target+"}", "별칭을 직접 참조합니다: ${"+target+"}")
	f.Changes = diagnostics.Text{
		En: "The text stays the same ARN, and now carries the order of creation.",
		Ko: "결과는 같은 ARN이며 이제 생성 순서도 함께 정해집니다.",
	}
	byHand := diagnostics.Text{En: "Write ${" + target + "} instead of " + old + " in " + w.resource.ID, Ko: w.resource.ID + "에서 " + old + " 대신 ${" + target + "}을(를) 쓰세요"}
	return w.edited(f, w.template.Name, byHand, ops...)
}

// before is the key that stands before a property, "" for the first.
func (w *workpiece) before(property string) string {
	last := ""
	for _, pair := range w.resource.Properties.Entries() {
		if pair.Key.Text == property {
			return last
		}
		last = pair.Key.Text
	}
	return last
}

func (w *workpiece) publishAlias(name string) (Fix, bool) {
	f := templateFix("Publish an alias for "+w.resource.ID, w.resource.ID+"에 별칭을 게시합니다")
	f.Changes = diagnostics.Text{
		En: "SAM publishes a version with every change and points the alias " + name + " at it.",
		Ko: "SAM이 변경할 때마다 버전을 게시하고 별칭 " + name + "이(가) 이를 가리킵니다.",
	}
	byHand := diagnostics.Text{En: "Add `AutoPublishAlias: " + name + "` to " + w.resource.ID, Ko: w.resource.ID + "에 `AutoPublishAlias: " + name + "`을 추가하세요"}
	return w.edited(f, w.template.Name, byHand, edit.Set(edit.Text(name), w.path("AutoPublishAlias")...))
}

func (w *workpiece) publishAndWait(fn *workpiece, alias string) (Fix, bool) {
	id := template.AliasID(fn.resource.ID, alias)
	f := templateFix("Publish the alias "+alias+" of "+fn.resource.ID+" and wait for it", fn.resource.ID+"의 별칭 "+alias+"을(를) 게시하고 기다립니다")
	f.Changes = diagnostics.Text{
		En: "Nothing in the template makes this alias. SAM publishes it, and " + w.resource.ID + " waits for it.",
		Ko: "템플릿에 이 별칭을 만드는 것이 없습니다. SAM이 게시하고 " + w.resource.ID + "이(가) 이를 기다립니다.",
	}
	byHand := diagnostics.Text{
		En: "Add `AutoPublishAlias: " + alias + "` to " + fn.resource.ID + " and `DependsOn: " + id + "` to " + w.resource.ID,
		Ko: fn.resource.ID + "에 `AutoPublishAlias: " + alias + "`, " + w.resource.ID + "에 `DependsOn: " + id + "`을 추가하세요",
	}
	return w.edited(f, w.template.Name, byHand, edit.Set(edit.Text(alias), fn.path("AutoPublishAlias")...), edit.DependsOn(w.resource.ID, id))
}

// aliasedFunctions lists the functions that the resource may mean: those that
// it refers to, else those that publish the alias.
func (w *workpiece) aliasedFunctions(alias string) []*workpiece {
	var list []*workpiece
	for _, ref := range w.template.References(w.resource.ID) {
		if fn, ok := w.other(ref.Target); ok && isFunction(fn.resource) && !slices.ContainsFunc(list, func(o *workpiece) bool { return o.resource == fn.resource }) {
			list = append(list, fn)
		}
	}
	if len(list) > 0 {
		return list
	}
	for _, fn := range w.all(isFunction) {
		if _, ok := fn.aliasID(alias); ok && fn.template == w.template {
			list = append(list, fn)
		}
	}
	if len(list) > 1 {
		return nil // which one is meant is a guess
	}
	return list
}

// aliasID is the logical id of the function's alias with a name, or of its only
// alias when the name is not known.
func (w *workpiece) aliasID(name string) (string, bool) {
	if published, _, ok := w.template.Alias(w.resource); ok && (name == "" || published == name) {
		return template.AliasID(w.resource.ID, published), true
	}
	for _, r := range w.template.Resources() {
		if r.Type != "AWS::Lambda::Alias" || name != "" && !r.Property("Name").Is(name) {
			continue
		}
		if refersTo(w.template, r.ID, w.resource.ID) {
			return r.ID, true
		}
	}
	return "", false
}

func refersTo(t *template.Template, from, to string) bool {
	return slices.ContainsFunc(t.References(from), func(r template.Reference) bool { return r.Target == to })
}

// clearWeights takes routing weights off aliases: they are left behind by a
// failed deployment and block provisioned concurrency
// (aws/serverless-application-model#1296).
func clearWeights(s *diagnostics.Snapshot) []Fix {
	var list []Fix
	for _, fn := range s.Functions {
		for _, a := range fn.Aliases {
			if len(a.RoutingWeights) == 0 {
				continue
			}
			before, err := json.Marshal(a.RoutingWeights)
			if err != nil {
				continue
			}
			list = append(list, clearWeight(fn.FunctionName, a, string(before)))
		}
	}
	return list
}

func clearWeight(function string, a diagnostics.Alias, before string) Fix {
	of := diagnostics.Ref{Kind: diagnostics.KindFunction, ID: function + ":" + a.Name}
	args := func(weights any) map[string]any {
		return map[string]any{"FunctionName": function, "Name": a.Name, "RoutingConfig": map[string]any{"AdditionalVersionWeights": weights}}
	}
	c := Call{
		Of: of, Service: "lambda", Operation: "UpdateAlias", Field: "aliasRouting", Before: before, Args: args(map[string]float64{}),
		Undo: &Call{Of: of, Service: "lambda", Operation: "UpdateAlias", Args: args(a.RoutingWeights)},
	}
	return Fix{
		Title: diagnostics.Text{En: "Clear the routing weights of " + of.ID, Ko: of.ID + "의 라우팅 가중치를 지웁니다"},
		Kind:  FixEnvironment, Risk: Disrupts, Redeploy: true,
		Changes: diagnostics.Text{
			En: "All requests to the alias go to version " + a.FunctionVersion + " at once.",
			Ko: "별칭으로 오는 모든 요청이 즉시 버전 " + a.FunctionVersion + "(으)로 갑니다.",
		},
		Steps: []Step{c},
	}
}

// twoPhases is the plan for those who have to edit the template themselves.
func twoPhases() Fix {
	return guide("Deploy in two phases", "두 단계로 배포합니다",
		diagnostics.Text{En: "Take the scalable target, its policies and whatever else names the alias out of the template, and deploy", Ko: "확장 대상과 정책 등 별칭을 참조하는 리소스를 템플릿에서 빼고 배포하세요"},
		diagnostics.Text{En: "Wait until the alias is there: aws lambda get-alias", Ko: "별칭이 생길 때까지 기다리세요: aws lambda get-alias"},
		diagnostics.Text{En: "Put them back and deploy again", Ko: "다시 넣고 배포하세요"})
}

func firstOf(list ...string) string {
	for _, s := range list {
		if strings.TrimSpace(s) != "" {
			return s
		}
	}
	return ""
}
