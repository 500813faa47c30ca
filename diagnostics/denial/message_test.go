package denial

import (
	"slices"
	"strings"
	"testing"
)

const decodedRun = `{"allowed":false,"explicitDeny":true,"matchedStatements":{"items":[{"statementId":"NoLargeOnes","effect":"DENY","principals":{"items":[{"value":"AROAEXAMPLE"}]},"principalGroups":{"items":[]},"actions":{"items":[{"value":"ec2:RunInstances"}]},"resources":{"items":[{"value":"*"}]},"conditions":{"items":[]}}]},"failures":{"items":[]},"context":{"principal":{"id":"AROAEXAMPLE:i-0abc","name":"worker","arn":"arn:aws:sts::123456789012:assumed-role/worker/i-0abc"},"action":"ec2:runinstances","resource":"arn:aws:ec2:eu-west-1:123456789012:instance/*","conditions":{"items":[{"key":"ec2:InstanceType","values":{"items":[{"value":"p5.48xlarge"}]}},{"key":"aws:TagKeys","values":{"items":[{"value":"a"},{"value":"b"}]}}]}}}`

const encodedRun = "You are not authorized to perform this operation. Encoded authorization failure message: 4GIOHlTkIaWHQD0Q0m6XSnuUMCm-abcDEFghiJKLmnoPQRstuVWXyz0123456789_aaaaBBBBccccDDDD"

func TestADecodedMessageSaysWhatTheTextDoesNot(t *testing.T) {
	blob := ""
	list := ParseWith(encodedRun, func(encoded string) (string, bool) { blob = encoded; return decodedRun, true })
	if len(list) != 1 || !strings.HasPrefix(blob, "4GIOHl") || !strings.HasSuffix(blob, "DDDD") {
		t.Fatalf("%d denials, blob %q", len(list), blob)
	}
	d := list[0]
	if d.Action != "ec2:RunInstances" || d.Role != "worker" || d.Session != "i-0abc" || d.Account != "123456789012" || d.Decision != Explicit || d.Confidence != High {
		t.Errorf("%+v", d)
	}
	m := d.Message
	if m == nil || !m.ExplicitDeny || len(m.Matched) != 1 || m.Matched[0].Sid != "NoLargeOnes" || m.Matched[0].Effect != "DENY" ||
		!slices.Equal(m.Matched[0].Actions, []string{"ec2:RunInstances"}) || !slices.Equal(m.Conditions["aws:TagKeys"], []string{"a", "b"}) {
		t.Errorf("%+v", m)
	}
}

func TestWhatIsNoMessageLeavesTheTextAsItIs(t *testing.T) {
	plain := Parse(encodedRun)
	for name, decoded := range map[string]string{
		"not JSON":             "rubbish",
		"allowed":              strings.Replace(decodedRun, `"allowed":false`, `"allowed":true`, 1),
		"another thing's JSON": `{"hello":1}`,
	} {
		got := ParseWith(encodedRun, func(string) (string, bool) { return decoded, true })
		if len(got) != 1 || got[0].Message != nil || got[0].Action != plain[0].Action || got[0].Form != plain[0].Form {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// A decoded message is held to what every text is held to.
func TestADecodedMessageIsNotTrustedBlindly(t *testing.T) {
	for name, c := range map[string]struct {
		old, new string
		want     Doubt
	}{
		"a wildcard":          {`"action":"ec2:runinstances"`, `"action":"ec2:*"`, WildcardAction},
		"no such action":      {`"action":"ec2:runinstances"`, `"action":"ec2:RunEverything"`, UnknownAction},
		"a look-alike":        {`"action":"ec2:runinstances"`, `"action":"eс2:RunInstances"`, NonASCII},
		"a control character": {`:instance/*`, `:instance/\u001b[2J`, ControlCharacters},
	} {
		list := ParseWith(encodedRun, func(string) (string, bool) { return strings.Replace(decodedRun, c.old, c.new, 1), true })
		if len(list) != 1 || list[0].Message == nil || !list[0].Doubtful(c.want) {
			t.Errorf("%s: %+v", name, list)
		}
	}
}
