package check

import (
	"firstaid/diagnostics"
	"firstaid/playbooks/edit"
)

// checkProvisioned finds provisioned concurrency without the alias it needs: the transform refuses it.
func checkProvisioned(s *scope) {
	for _, r := range s.t.Resources() {
		if r.Type != "AWS::Serverless::Function" {
			continue
		}
		config, alias := r.Property("ProvisionedConcurrencyConfig"), r.Property("AutoPublishAlias")
		if config.Missing() || config.Fn == "Fn::If" || !alias.Missing() {
			continue
		}
		at := config
		if p, ok := r.Effective().Entry("ProvisionedConcurrencyConfig"); ok {
			at = p.Key
		}
		var mends []Mend
		if editable(r) {
			mends = append(mends, s.mend("Publish the alias live with every deployment", "배포할 때마다 live 별칭을 게시합니다",
				edit.Set(edit.Text("live"), properties(r, "AutoPublishAlias")...)))
		}
		s.report("alias-ordering", diagnostics.Error, at, r.ID, bilingual(
			r.ID+" has ProvisionedConcurrencyConfig but no AutoPublishAlias: SAM refuses that, because only an alias or version can have provisioned concurrency",
			r.ID+"에 ProvisionedConcurrencyConfig가 있지만 AutoPublishAlias가 없습니다. 프로비저닝된 동시성은 별칭이나 버전에만 둘 수 있어 SAM이 거부합니다"), mends...)
	}
}
