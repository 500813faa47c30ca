package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"unicode"
	"unicode/utf8"

	"firstaid/diagnostics"
	"firstaid/playbooks"
	"firstaid/playbooks/cost"
)

// jsonReport is the JSON form. Texts of AWS and of logs are verbatim here;
// sentences come in every language.
type jsonReport struct {
	Tool     string               `json:"tool"`
	Version  string               `json:"version,omitempty"`
	Example  string               `json:"example,omitempty"`
	Taken    string               `json:"taken,omitempty"`
	Complete bool                 `json:"complete"`
	Identity diagnostics.Identity `json:"identity"`
	Stack    *jsonStack           `json:"stack,omitempty"`
	Findings []jsonFinding        `json:"findings"`
	Unread   []diagnostics.Unread `json:"unread"`
	Calls    []diagnostics.Call   `json:"calls,omitempty"`
	Timeline []jsonSpan           `json:"timeline,omitempty"`
	// Deployment and Cost are missing where nothing was deployed or measured.
	Deployment *deployment     `json:"deployment,omitempty"`
	Cost       *cost.Statement `json:"cost,omitempty"`
}

type jsonStack struct {
	StackID   string `json:"stackId"`
	StackName string `json:"stackName"`
	Status    string `json:"stackStatus"`
}

type jsonFinding struct {
	ID    string           `json:"id"`
	Title diagnostics.Text `json:"title,omitzero"`
	diagnostics.Finding
	Cause      diagnostics.Text   `json:"cause,omitzero"`
	Do         []diagnostics.Text `json:"do,omitempty"`
	Fixes      []jsonFix          `json:"fixes,omitempty"`
	References []jsonReference    `json:"references,omitempty"`
}

type jsonFix struct {
	playbooks.Fix
	Steps []jsonStep `json:"steps"`
}

// jsonStep is a step of a fix; Kind says which of the others is filled.
type jsonStep struct {
	Kind   string            `json:"kind"` // file, call, run, manual
	Path   string            `json:"path,omitempty"`
	Diff   string            `json:"diff,omitempty"`
	Call   *playbooks.Call   `json:"call,omitempty"`
	Run    *playbooks.Run    `json:"run,omitempty"`
	Manual *playbooks.Manual `json:"manual,omitempty"`
}

type jsonReference struct {
	Title string `json:"title"`
	URL   string `json:"url"`
}

type jsonSpan struct {
	Stack    string `json:"stack"`
	Resource string `json:"resource"`
	Type     string `json:"type,omitempty"`
	Verb     string `json:"verb"`
	From     string `json:"from"`
	Until    string `json:"until,omitempty"`
	Outcome  string `json:"outcome"`
}

func writeJSON(w io.Writer, r Report) error {
	s := r.Snapshot
	out := jsonReport{
		Tool: "firstaid", Version: r.Version, Example: s.Example, Complete: s.Complete, Identity: s.Identity,
		Findings: []jsonFinding{}, Unread: []diagnostics.Unread{}, Calls: s.Calls,
	}
	if !s.Taken.IsZero() {
		out.Taken = s.Taken.UTC().Format("2006-01-02T15:04:05Z")
	}
	if k, ok := r.stack(); ok {
		out.Stack = &jsonStack{k.StackId, k.StackName, k.StackStatus}
	}
	out.Unread = append(out.Unread, s.Unread...)
	for _, f := range r.Findings {
		out.Findings = append(out.Findings, r.jsonFinding(f))
	}
	t := newTimeline(s)
	out.Deployment, out.Cost = t.deployment(s), state(s)
	for _, row := range t.Rows {
		for _, b := range row.Bars {
			span := jsonSpan{Stack: row.Stack, Resource: row.Resource, Type: row.Type, Verb: b.Verb, From: b.From.Format("2006-01-02T15:04:05.000Z"), Outcome: b.Outcome}
			if b.Outcome != outcomeRunning {
				span.Until = b.Until.Format("2006-01-02T15:04:05.000Z")
			}
			out.Timeline = append(out.Timeline, span)
		}
	}
	return encode(w, out)
}

func (r Report) jsonFinding(f diagnostics.Finding) jsonFinding {
	p, _ := r.Catalog.Get(f.Playbook)
	out := jsonFinding{ID: f.ID(), Title: p.Title, Finding: f, Cause: p.Cause, Do: p.Do}
	for _, ref := range p.References {
		out.References = append(out.References, jsonReference{ref.Title, ref.URL})
	}
	for _, x := range r.Catalog.Fixes(r.Snapshot, f) {
		steps := []jsonStep{}
		for _, s := range x.Steps {
			steps = append(steps, newJSONStep(s))
		}
		out.Fixes = append(out.Fixes, jsonFix{x, steps})
	}
	return out
}

// jsonPlan is a plan on its own: one fix of one finding, and the word that
// applying it asks for.
type jsonPlan struct {
	Finding string `json:"finding"`
	jsonFix
	Confirmation string                   `json:"confirmation,omitempty"`
	Verdict      diagnostics.ProofVerdict `json:"proofVerdict,omitempty"`
}

// WritePlan writes a plan as JSON, its proof row by row.
func WritePlan(w io.Writer, p playbooks.Plan) error {
	out := jsonPlan{Finding: p.Finding.ID(), jsonFix: jsonFix{p.Fix, []jsonStep{}}, Confirmation: p.Confirmation()}
	for _, s := range p.Fix.Steps {
		out.Steps = append(out.Steps, newJSONStep(s))
	}
	if p.Fix.Proof != nil {
		out.Verdict = p.Fix.Proof.Verdict()
	}
	return encode(w, out)
}

func newJSONStep(s playbooks.Step) jsonStep {
	switch s := s.(type) {
	case playbooks.FileEdit:
		return jsonStep{Kind: "file", Path: s.Path, Diff: s.Diff()}
	case playbooks.Call:
		return jsonStep{Kind: "call", Call: &s}
	case playbooks.Run:
		return jsonStep{Kind: "run", Run: &s}
	case playbooks.Manual:
		return jsonStep{Kind: "manual", Manual: &s}
	}
	return jsonStep{}
}

// encode writes a value as JSON that is safe to print: beside what JSON itself
// escapes, the control characters of the C1 range and invisible characters are
// written as \u escapes. They mean the same to a program, and nothing to a
// terminal.
func encode(w io.Writer, v any) error {
	var raw, out bytes.Buffer
	e := json.NewEncoder(&raw)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	for text := raw.Bytes(); len(text) > 0; {
		r, n := utf8.DecodeRune(text)
		switch {
		case r == 0x7f || r >= 0x80 && r < 0xa0 || r < 0x10000 && r > 0x7f && unicode.Is(unicode.Cf, r):
			fmt.Fprintf(&out, `\u%04x`, r)
		case r >= 0x10000 && unicode.Is(unicode.Cf, r):
			r -= 0x10000
			fmt.Fprintf(&out, `\u%04x\u%04x`, 0xd800+(r>>10), 0xdc00+(r&0x3ff))
		default:
			out.Write(text[:n])
		}
		text = text[n:]
	}
	_, err := w.Write(out.Bytes())
	return err
}
