package playbooks

import (
	"strings"
	"time"

	"firstaid/diagnostics"
)

// An observation is a text of the snapshot that may say what failed.
type observation struct {
	of      diagnostics.Ref
	field   string
	at      time.Time
	text    string
	from    Origin
	subject diagnostics.Ref
}

// observe lists the texts of a snapshot that signals may speak of: reasons of
// failed events, reasons that stacks and functions give for their state, log
// events, and texts that the user handed over. Properties of events are left
// out: healthy ones hold words that failures use
// (aws/serverless-application-model#502).
func observe(s *diagnostics.Snapshot, ix *index) []observation {
	var list []observation
	for _, e := range s.Events {
		if e.Failed() && e.Reason() != "" {
			list = append(list, observation{
				of: e.Ref(), field: "ResourceStatusReason", at: e.Timestamp, text: e.Reason(),
				from: Origin{diagnostics.SourceCFNEvent, e.ResourceType, e.ResourceStatus}, subject: ix.ofEvent(e),
			})
		}
	}
	list = append(list, observeStacks(s)...)
	for _, f := range s.Functions {
		list = append(list, observeFunction(f, ix)...)
	}
	for _, g := range s.LogGroups {
		list = append(list, observeLogs(g, ix)...)
	}
	for _, t := range s.Texts {
		ref := diagnostics.Ref{Kind: diagnostics.KindText, ID: t.ID}
		list = append(list, observation{of: ref, field: "Text", text: t.Text, from: Origin{Source: t.Source}, subject: ref})
	}
	return list
}

func observeStacks(s *diagnostics.Snapshot) []observation {
	var list []observation
	for _, k := range s.Stacks {
		if k.StackStatusReason == "" || k.StackId != s.StackID && k.RootId != s.StackID && k.ParentId != s.StackID {
			continue
		}
		ref := diagnostics.Ref{Kind: diagnostics.KindStack, ID: k.StackName}
		list = append(list, observation{
			of: ref, field: "StackStatusReason", at: k.LastChanged(), text: k.StackStatusReason,
			from: Origin{diagnostics.SourceCFNEvent, "AWS::CloudFormation::Stack", k.StackStatus}, subject: ref,
		})
	}
	return list
}

func observeFunction(f diagnostics.Function, ix *index) []observation {
	var list []observation
	ref := diagnostics.Ref{Kind: diagnostics.KindFunction, ID: f.FunctionName}
	say := func(field, text string) {
		if text != "" {
			list = append(list, observation{
				of: ref, field: field, text: text,
				from: Origin{Source: diagnostics.SourceCFNEvent, Type: "AWS::Lambda::Function"}, subject: ix.ofFunction(f.FunctionName),
			})
		}
	}
	if f.State != "Active" {
		say("StateReason", f.StateReason)
	}
	say("LastUpdateStatusReason", f.LastUpdateStatusReason)
	for _, a := range f.Aliases {
		if a.Provisioned != nil && a.Provisioned.Status == "FAILED" {
			say("StatusReason of provisioned concurrency on "+a.Name, a.Provisioned.StatusReason)
		}
	}
	for _, m := range f.EventSources {
		if strings.HasPrefix(m.LastProcessingResult, "PROBLEM") {
			say("LastProcessingResult", m.LastProcessingResult)
		}
	}
	return list
}

func observeLogs(g diagnostics.LogGroup, ix *index) []observation {
	from := Origin{Source: diagnostics.SourceLambdaLog}
	subject := diagnostics.Ref{Kind: diagnostics.KindLogGroup, ID: g.LogGroupName}
	name := strings.ToLower(g.LogGroupName)
	switch {
	case g.FunctionName != "":
		subject = ix.ofFunction(g.FunctionName)
	case strings.Contains(name, "api-gateway") || strings.Contains(name, "apigateway"):
		from.Source = diagnostics.SourceAPIGWLog
		subject = ix.ofAPILog(g.LogGroupName)
	}
	list := make([]observation, 0, len(g.Events))
	for _, e := range g.Events {
		list = append(list, observation{
			of: diagnostics.Ref{Kind: diagnostics.KindLogEvent, ID: logEventID(g, e)}, field: "Message",
			at: e.Timestamp, text: e.Message, from: from, subject: subject,
		})
	}
	return list
}

// logEventID is the event's own id, or its group, stream and time where the
// service gave none.
func logEventID(g diagnostics.LogGroup, e diagnostics.LogEvent) string {
	if e.EventId != "" {
		return g.LogGroupName + "#" + e.EventId
	}
	return g.LogGroupName + "#" + e.LogStreamName + "@" + e.Timestamp.UTC().Format(time.RFC3339Nano)
}
