package playbooks

import (
	"firstaid/diagnostics"
	"firstaid/diagnostics/template"
	"firstaid/playbooks/edit"
)

// fixLogRole gives API Gateway the account's role for logs, and lets the stage
// that failed wait for it (docs: apigateway/latest/developerguide/set-up-logging.html).
// The setting is one for the whole account and region.
func fixLogRole(s *diagnostics.Snapshot, f diagnostics.Finding) []Fix {
	w, ok := newProject(s).at(f.Subject)
	if !ok {
		return nil
	}
	var list fixes
	if account := resourceOfType(w.template, "AWS::ApiGateway::Account"); account != nil {
		if !w.template.WaitsFor(w.resource.ID)[account.ID] && account.ID != w.resource.ID {
			list.add(w.waitForAccount(account.ID))
		}
		return list.ordered()
	}
	list.add(w.accountRole())
	return list.ordered()
}

func (w *workpiece) waitForAccount(id string) (Fix, bool) {
	f := templateFix("Let "+w.resource.ID+" wait for "+id, w.resource.ID+"이(가) "+id+"을(를) 기다리게 합니다")
	f.Changes = diagnostics.Text{En: "The stage is made after the account's role is set.", Ko: "계정의 역할이 설정된 뒤에 스테이지를 만듭니다."}
	byHand := diagnostics.Text{En: "Add `DependsOn: " + id + "` to " + w.resource.ID, Ko: w.resource.ID + "에 `DependsOn: " + id + "`을 추가하세요"}
	return w.edited(f, w.template.Name, byHand, edit.DependsOn(w.resource.ID, id))
}

// accountRole adds the role and the account's setting.
func (w *workpiece) accountRole() (Fix, bool) {
	const role, account = "ApiGatewayLogRole", "ApiGatewayAccount"
	f := templateFix("Give API Gateway a role for its logs", "API Gateway에 로그용 역할을 줍니다")
	f.Risk = Disrupts
	f.Changes = diagnostics.Text{
		En: "One setting for the whole account and region: it takes the place of a role that somebody else has set. It stays when the stack is deleted (Retain), because other APIs may use it by then.",
		Ko: "계정과 리전 전체에 하나인 설정입니다. 다른 사람이 설정한 역할이 있으면 대체합니다. 다른 API가 사용할 수 있으므로 스택을 삭제해도 남습니다(Retain).",
	}
	f.Notes = []diagnostics.Text{{En: "An IAM role is made: the deployment needs CAPABILITY_IAM.", Ko: "IAM 역할이 만들어지므로 배포에 CAPABILITY_IAM이 필요합니다."}}
	text, entry := edit.Text, edit.Entry
	trust := edit.Mapping(entry("Version", text("2012-10-17")), entry("Statement", edit.Seq(edit.Mapping(
		entry("Effect", text("Allow")), entry("Principal", edit.Mapping(entry("Service", text("apigateway.amazonaws.com")))), entry("Action", text("sts:AssumeRole"))))))
	managed := edit.Seq(edit.Sub("arn:${AWS::Partition}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"))
	kept := func(kind string, properties ...template.Pair) edit.Value {
		return edit.Mapping(entry("Type", text(kind)), entry("DeletionPolicy", text("Retain")), entry("UpdateReplacePolicy", text("Retain")), entry("Properties", edit.Mapping(properties...)))
	}
	byHand := diagnostics.Text{
		En: "Add an AWS::ApiGateway::Account with the CloudWatchRoleArn of a role that apigateway.amazonaws.com may assume, and DependsOn to the stage",
		Ko: "apigateway.amazonaws.com이 맡을 수 있는 역할의 CloudWatchRoleArn으로 AWS::ApiGateway::Account를 추가하고 스테이지에 DependsOn을 추가하세요",
	}
	return w.edited(f, w.template.Name, byHand,
		edit.DependsOn(w.resource.ID, account),
		edit.Set(kept("AWS::IAM::Role", entry("AssumeRolePolicyDocument", trust), entry("ManagedPolicyArns", managed)), "Resources", role),
		edit.Set(kept("AWS::ApiGateway::Account", entry("CloudWatchRoleArn", edit.GetAtt(role+".Arn"))), "Resources", account))
}
