package playbooks

import (
	"strings"
	"testing"

	"firstaid/diagnostics"
)

// What only the static check can mend is offered beside the playbook's own
// fixes, once, and before what a person does by hand.
func TestStaticChecksAddTheirFixes(t *testing.T) {
	s := &diagnostics.Snapshot{Files: []diagnostics.File{{Path: "template.yaml", Content: "Resources:\n  T:\n    Type: AWS::SNS::Topic\n    Properties:\n" +
		"      TopicName: !Sub a-${AWS::region}\n      DisplayName: b-${AWS::Region}\n"}}}
	f := diagnostics.Finding{Playbook: "arn-substitution", Subject: diagnostics.Ref{Kind: diagnostics.KindResource, ID: "shop/T"}}
	own := fixUnsubstituted(s, f)
	all := withMends(append(own, guide("by hand", "직접")), s, f)
	var titles []string
	for _, x := range all {
		titles = append(titles, x.Title.En)
	}
	want := own[0].Title.En + " | Write ${AWS::Region} | by hand"
	if got := strings.Join(titles, " | "); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if list := withMends(own, &diagnostics.Snapshot{}, f); len(list) != len(own) {
		t.Errorf("without files nothing is added: %v", list)
	}
}
