package report

import (
	"io"
	"net/url"
	"strings"

	"firstaid/diagnostics"
	"firstaid/playbooks"
)

// The parts of SARIF 2.1.0 (OASIS) that a report uses; the names are the
// standard's.
type sarifLog struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool        sarifTool         `json:"tool"`
	ColumnKind  string            `json:"columnKind"`
	Invocations []sarifInvocation `json:"invocations"`
	Results     []sarifResult     `json:"results"`
}

type sarifTool struct {
	Driver sarifDriver `json:"driver"`
}

type sarifDriver struct {
	Name            string      `json:"name"`
	SemanticVersion string      `json:"semanticVersion,omitempty"`
	Rules           []sarifRule `json:"rules"`
}

type sarifRule struct {
	ID               string           `json:"id"`
	ShortDescription *sarifMessage    `json:"shortDescription,omitempty"`
	FullDescription  *sarifMessage    `json:"fullDescription,omitempty"`
	Help             *sarifMessage    `json:"help,omitempty"`
	HelpURI          string           `json:"helpUri,omitempty"`
	Default          sarifRuleDefault `json:"defaultConfiguration"`
}

type sarifRuleDefault struct {
	Level string `json:"level"`
}

type sarifMessage struct {
	Text     string `json:"text"`
	Markdown string `json:"markdown,omitempty"`
}

type sarifInvocation struct {
	ExecutionSuccessful bool                `json:"executionSuccessful"`
	EndTimeUTC          string              `json:"endTimeUtc,omitempty"`
	Notifications       []sarifNotification `json:"toolExecutionNotifications,omitempty"`
}

type sarifNotification struct {
	Level   string       `json:"level"`
	Message sarifMessage `json:"message"`
}

type sarifResult struct {
	RuleID       string            `json:"ruleId"`
	RuleIndex    int               `json:"ruleIndex"`
	Level        string            `json:"level"`
	Message      sarifMessage      `json:"message"`
	Locations    []sarifLocation   `json:"locations"`
	Related      []sarifLocation   `json:"relatedLocations,omitempty"`
	Fingerprints map[string]string `json:"partialFingerprints"`
	Properties   map[string]any    `json:"properties"`
}

type sarifLocation struct {
	ID       int            `json:"id,omitempty"`
	Physical *sarifPhysical `json:"physicalLocation,omitempty"`
	Logical  []sarifLogical `json:"logicalLocations,omitempty"`
	Message  *sarifMessage  `json:"message,omitempty"`
}

type sarifPhysical struct {
	Artifact sarifArtifact `json:"artifactLocation"`
	Region   *sarifRegion  `json:"region,omitempty"`
}

type sarifArtifact struct {
	URI    string `json:"uri"`
	BaseID string `json:"uriBaseId,omitempty"`
}

type sarifRegion struct {
	StartLine   int `json:"startLine"`
	StartColumn int `json:"startColumn,omitempty"`
}

type sarifLogical struct {
	FullyQualifiedName string `json:"fullyQualifiedName"`
	Kind               string `json:"kind,omitempty"`
}

// writeSARIF writes the findings for a code scanner: a result for each, at the
// line of the user's own file.
func writeSARIF(w io.Writer, r Report) error {
	run := sarifRun{
		Tool:       sarifTool{sarifDriver{Name: "firstaid", SemanticVersion: strings.TrimPrefix(r.Version, "v"), Rules: []sarifRule{}}},
		ColumnKind: "unicodeCodePoints", Results: []sarifResult{},
	}
	v := &view{lang: r.Lang}
	done := sarifInvocation{ExecutionSuccessful: true}
	if !r.Snapshot.Taken.IsZero() {
		done.EndTimeUTC = r.Snapshot.Taken.UTC().Format("2006-01-02T15:04:05Z")
	}
	for _, u := range r.Snapshot.Unread {
		done.Notifications = append(done.Notifications, sarifNotification{"warning", sarifMessage{Text: v.Say("unread") + ": " + v.unread(u)}})
	}
	run.Invocations = []sarifInvocation{done}
	rules := map[string]int{}
	for _, f := range r.Findings {
		i, ok := rules[f.Playbook]
		if !ok {
			i = len(run.Tool.Driver.Rules)
			rules[f.Playbook] = i
			run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, r.sarifRule(f))
		}
		run.Results = append(run.Results, r.sarifResult(v.entry(r, f), f, i))
	}
	return encode(w, sarifLog{Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0", Runs: []sarifRun{run}})
}

func (r Report) sarifRule(f diagnostics.Finding) sarifRule {
	p, ok := r.Catalog.Get(f.Playbook)
	if !ok {
		p = playbooks.Playbook{ID: f.Playbook, Severity: f.Severity}
	}
	rule := sarifRule{
		ID: f.Playbook, Default: sarifRuleDefault{level(p.Severity)},
		ShortDescription: message(p.Title.In(r.Lang)), FullDescription: message(p.Cause.In(r.Lang)),
	}
	var plain, marked []string
	for _, t := range p.Do {
		plain = append(plain, "- "+cleanLine(t.In(r.Lang)))
		marked = append(marked, "- "+md(cleanLine(t.In(r.Lang))))
	}
	if len(plain) > 0 {
		rule.Help = &sarifMessage{Text: strings.Join(plain, "\n"), Markdown: strings.Join(marked, "\n")}
	}
	for _, ref := range p.References {
		if rule.HelpURI == "" {
			rule.HelpURI = webAddress(ref.URL)
		}
	}
	return rule
}

func (r Report) sarifResult(e entry, f diagnostics.Finding, rule int) sarifResult {
	text := []string{e.Title + "."}
	for _, q := range e.Evidence[:min(1, len(e.Evidence))] {
		text = append(text, fit(q.Text, 1000))
	}
	logical := []sarifLogical{{FullyQualifiedName: cleanLine(f.Subject.ID), Kind: string(f.Subject.Kind)}}
	if e.Subject == "" {
		logical = nil
	}
	res := sarifResult{
		RuleID: f.Playbook, RuleIndex: rule, Level: level(f.Severity), Message: sarifMessage{Text: strings.Join(text, "\n")},
		Locations:    []sarifLocation{{Physical: r.physical(f.Source), Logical: logical}},
		Fingerprints: map[string]string{"firstaidFinding/v1": f.ID()},
		Properties:   map[string]any{"confidence": f.Confidence.String(), "because": e.Because, "rank": f.Rank, "state": string(f.State)},
	}
	if f.CausedBy != "" {
		res.Properties["causedBy"] = f.CausedBy
	}
	for i, l := range f.Chain {
		loc := sarifLocation{ID: i + 1, Message: message(chainLink(l)), Logical: []sarifLogical{{FullyQualifiedName: cleanLine(l.Of.ID), Kind: string(l.Of.Kind)}}}
		if l.Source != nil {
			loc.Physical = r.physical(l.Source)
		}
		res.Related = append(res.Related, loc)
	}
	return res
}

// physical is the place in the project. Code scanners show no result without
// one: a finding that is about no line stands at the head of the template or
// configuration.
func (r Report) physical(p *diagnostics.Position) *sarifPhysical {
	if p == nil {
		if len(r.Snapshot.Files) == 0 {
			return nil
		}
		p = &diagnostics.Position{File: r.Snapshot.Files[0].Path, Line: 1}
		for _, f := range r.Snapshot.Files {
			if strings.HasPrefix(f.Path, "template.") {
				p = &diagnostics.Position{File: f.Path, Line: 1}
			}
		}
	}
	at := &sarifPhysical{Artifact: sarifArtifact{URI: fileURI(p.File), BaseID: "%SRCROOT%"}}
	if p.Line > 0 {
		at.Region = &sarifRegion{StartLine: p.Line, StartColumn: p.Column}
	}
	return at
}

// fileURI is a relative path as a URI reference.
func fileURI(path string) string {
	return (&url.URL{Path: cleanLine(path)}).String()
}

func message(text string) *sarifMessage {
	if text = cleanLine(text); text == "" {
		return nil
	}
	return &sarifMessage{Text: text}
}

func level(s diagnostics.Severity) string {
	if s == 0 {
		return "none"
	}
	return s.String()
}
