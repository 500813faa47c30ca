package tui

import (
	"net/url"
	"strings"

	"firstaid/diagnostics"
)

// consoleURL is the address of the AWS console's page of a thing, and what it
// shows. A thing without a page of its own leads to the stack's events.
func consoleURL(s *diagnostics.Snapshot, of diagnostics.Ref) (address, what string) {
	host := consoleHost(s.Identity)
	region := url.QueryEscape(s.Identity.Region)
	switch of.Kind {
	case diagnostics.KindLogEvent, diagnostics.KindLogGroup:
		group, _, _ := strings.Cut(of.ID, "#")
		return host + "/cloudwatch/home?region=" + region + "#logsV2:log-groups/log-group/" + logEscape(group), "Log group " + group
	case diagnostics.KindSimulation:
		if arn := principalOf(of.ID); arn != "" {
			return host + "/iam/home#/roles/details/" + url.PathEscape(lastPart(arn)), "Role " + lastPart(arn)
		}
	case diagnostics.KindStack:
		return stackPage(host, region, of.ID, "stackinfo"), "Stack " + stackName(of.ID)
	}
	return stackPage(host, region, s.StackID, "events"), "Events of stack " + stackName(s.StackID)
}

// consoleHost is the console of the partition: China and GovCloud have their
// own.
func consoleHost(id diagnostics.Identity) string {
	switch id.Partition {
	case "aws-cn":
		return "https://console.amazonaws.cn"
	case "aws-us-gov":
		return "https://console.amazonaws-us-gov.com"
	}
	if strings.ContainsFunc(id.Region, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' }) || id.Region == "" {
		return "https://console.aws.amazon.com"
	}
	return "https://" + id.Region + ".console.aws.amazon.com"
}

func stackPage(host, region, id, tab string) string {
	return host + "/cloudformation/home?region=" + region + "#/stacks/" + tab + "?stackId=" + url.QueryEscape(id)
}

// stackName is the name in a stack's ARN.
func stackName(id string) string {
	if _, rest, ok := strings.Cut(id, ":stack/"); ok {
		name, _, _ := strings.Cut(rest, "/")
		return name
	}
	return id
}

// logEscape escapes a log group's name as the CloudWatch console does: twice,
// with $ for %.
func logEscape(group string) string {
	return strings.ReplaceAll(url.QueryEscape(url.QueryEscape(group)), "%", "$")
}
