package check

import (
	"slices"
	"strings"

	"firstaid/diagnostics"
	"firstaid/diagnostics/template"
	"firstaid/playbooks/edit"
)

// checkReferences finds slips of the pen: a name in Ref, Fn::GetAtt, Fn::Sub or DependsOn that nothing in the
// template has and that is close to one that something has. CloudFormation refuses such a template. A name that is
// like no other is left alone: something that is not looked at here may make it.
func checkReferences(s *scope) {
	if len(s.t.Declined) > 0 || len(s.t.Includes) > 0 || s.macros() || s.preprocessed() {
		return
	}
	template.Walk(s.t.Root, func(n *template.Node, p template.Place) bool {
		switch {
		case len(p.Path) == 0:
			return true
		case p.Path[0] != "Resources" && p.Path[0] != "Outputs", len(p.Loops) > 0, len(p.Path) == 3 && p.Path[2] == "Metadata":
			return false
		case p.Key:
			return true
		case len(p.Path) >= 3 && p.Path[0] == "Resources" && p.Path[2] == "DependsOn":
			s.slip(n, n, p, n.Text, n.Text, p.Clone().Path)
			return true
		}
		s.checkCall(n, p)
		return true
	})
}

// macros reports transforms that can make anything of the template.
func (s *scope) macros() bool {
	for _, name := range s.t.Transforms {
		if !strings.HasPrefix(name, "AWS::Serverless-") && name != "AWS::LanguageExtensions" {
			return true
		}
	}
	return body{root: s.t.Root}.partial()
}

// checkCall looks at the names in one call of an intrinsic.
func (s *scope) checkCall(n *template.Node, p template.Place) {
	at := append(p.Clone().Path, n.Fn)
	if id, ok := n.Ref(); ok {
		name, _, _ := strings.Cut(id, ".")
		s.slip(n, n.Arg, p, name, id, at)
	} else if id, _, ok := n.GetAtt(); ok {
		if items := n.Arg.List(); len(items) > 0 {
			s.slip(n, items[0], p, id, id, append(at, "0"))
		} else {
			s.slip(n, n.Arg, p, id, n.Arg.Text, at)
		}
	} else if text, own, ok := n.Sub(); ok {
		if n.Arg.List() != nil {
			at = append(at, "0")
		}
		for _, v := range template.Variables(text.Text) {
			if id, _ := v.ID(); !v.Literal && !own.Has(v.Name) {
				s.slip(n, text, p, id, "${"+v.Name+"}", at)
			}
		}
	}
}

// maxSlips bounds how many unknown names are compared with every other: a template that has more of them is made by
// something that is not known here.
const maxSlips = 200

// neighbour is a name of the template that is nearly another; see closest.
type neighbour struct {
	right string
	sure  bool
}

// slip reports a name that is nearly one that the template has; whole is how it stands in the scalar at path.
func (s *scope) slip(n, scalar *template.Node, p template.Place, name, whole string, path []string) {
	if name == "" || scalar.Kind != template.String || s.t.Known(name) || exactPseudo(name) != "" {
		return
	}
	near, asked := s.slips[name]
	if !asked && len(s.slips) < maxSlips {
		near.right, near.sure = s.closest(name)
		s.slips[name] = near
	}
	right, sure := near.right, near.sure
	if right == "" {
		return
	}
	var mends []Mend
	if sure {
		mends = append(mends, s.mend("Write "+right, right+"(으)로 씁니다", edit.Replace(whole, strings.Replace(whole, name, right, 1), path...)))
	}
	s.report("unresolved-reference", diagnostics.Error, n, owner(p), bilingual(
		name+" names nothing in this template, "+right+" is close: CloudFormation refuses the template (unresolved resource dependencies)",
		name+"은(는) 이 템플릿에 없습니다. 비슷한 이름은 "+right+"입니다. CloudFormation이 템플릿을 거부합니다(Unresolved resource dependencies)"), mends...)
}

// closest is the one parameter or resource whose name is nearly the given one; sure says that only a slip of the
// pen explains it: another case, a letter too many or too few, or two exchanged.
func (s *scope) closest(name string) (right string, sure bool) {
	if s.ids == nil {
		for _, r := range s.t.Resources() {
			s.ids = append(s.ids, r.ID)
		}
		for _, p := range s.t.Root.Get("Parameters").Entries() {
			s.ids = append(s.ids, p.Key.Text)
		}
		for _, made := range s.t.Generated() {
			if !made.Hashed {
				s.ids = append(s.ids, made.ID)
			}
		}
		s.ids = append(s.ids, template.PseudoParameters()...)
	}
	best, several := 3, false
	for _, id := range s.ids {
		d := distance(name, id, best)
		switch {
		case d*4 >= len(name) || d > best || d == best && best == 3:
		case d == best && id != right:
			several = true
		default:
			right, best, several = id, d, false
		}
	}
	if several || right == "" || words(right) == words(name) && best > 0 {
		return "", false
	}
	return right, best == 0 || best == 1 && (len(right) != len(name) || sorted(right) == sorted(name))
}

// words is a name without its digits: names that differ in a number are two names of one kind.
func words(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return -1
		}
		return r
	}, name)
}

func sorted(name string) string {
	letters := []byte(name)
	slices.Sort(letters)
	return string(letters)
}

// distance is how many letters have to be changed, added, dropped or exchanged with their neighbour to come from a
// to b (optimal string alignment); 0 when only their case differs. Anything over limit is limit+1.
func distance(a, b string, limit int) int {
	if strings.EqualFold(a, b) {
		return 0
	}
	if len(a)-len(b) > limit || len(b)-len(a) > limit {
		return limit + 1
	}
	var before []int
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		next := make([]int, len(b)+1)
		next[0] = i + 1
		for j := range len(b) {
			differ := 1
			if a[i] == b[j] {
				differ = 0
			}
			next[j+1] = min(row[j+1]+1, next[j]+1, row[j]+differ)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
		}
		before, row = row, next
	}
	return min(row[len(b)], limit+1)
}
