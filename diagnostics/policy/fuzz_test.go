package policy

import "testing"

func FuzzParseAndEvaluate(f *testing.F) {
	f.Add(`{"Version":"2012-10-17","Statement":[{"Sid":"A","Effect":"Allow","Action":["s3:*"],"Resource":"arn:aws:s3:::${aws:username, 'x'}/*","Condition":{"StringLike":{"aws:userid":"${*}a*"}}}]}`, "s3:GetObject", "arn:aws:s3:::b/k", "v")
	f.Add(`{"Statement":{"Effect":"Deny","NotPrincipal":{"AWS":["111111111111"]},"NotAction":"a:?","NotResource":"*"}}`, "a:b", "*", "")
	f.Add(`{"Statement":[{"Effect":"Allow","Condition":{"ForAllValues:ArnLikeIfExists":{"k":["arn:*","x"]},"Null":{"k":true},"IpAddress":{"k":"::/0"}}}]}`, "", "", "::1")
	f.Fuzz(func(t *testing.T, doc, action, resource, value string) {
		d, err := Parse([]byte(doc))
		if err != nil {
			return
		}
		for _, s := range d.Statements {
			if s.Span.Offset < 0 || s.Span.End > len(doc) || doc[s.Span.Offset] != '{' || doc[s.Span.End-1] != '}' {
				t.Fatalf("the span of statement %d is %+v", s.Index, s.Span)
			}
		}
		p, err := NewPrincipal("arn:aws:sts::111111111111:assumed-role/app/fn")
		if err != nil {
			t.Fatal(err)
		}
		list := []Policy{{"p", d}}
		set := Set{Identity: list, Boundary: list, Resource: list}
		req := Request{Action: action, Resource: resource, Principal: p, Context: NewContext(map[string][]string{"k": {value}, "aws:userid": {value}}, false)}
		unknown := set.Evaluate(req).Decision
		set.NearMisses(req)
		req.Context.complete = true
		// Knowing more may settle an unknown decision, never turn a settled one.
		if got := set.Evaluate(req).Decision; unknown != Unknown && got != unknown && !(unknown == ImplicitDeny && got == ExplicitDeny) {
			t.Fatalf("%s becomes %s when the absent keys are known", unknown, got)
		}
	})
}
