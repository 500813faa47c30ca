package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"firstaid/diagnostics"
	"firstaid/playbooks"
)

// question is one line of `explain --format jsonl`.
type question struct {
	ID     json.RawMessage
	Source string
	Text   string
}

// parseQuestion reads a line: an object with a text, else a plain line. A JSON
// object without a text is a plain line too: logs are written so.
func parseQuestion(line []byte, n int) (question, error) {
	line = bytes.TrimRight(line, "\r\n")
	q := question{ID: json.RawMessage(strconv.Quote(strconv.Itoa(n)))}
	var fields map[string]json.RawMessage
	err := json.Unmarshal(line, &fields)
	if err != nil && isQuestion(line) {
		return q, fmt.Errorf("this is no complete JSON object: %w; write {\"id\",\"source\",\"text\"} on one line", err)
	}
	text, ok := fields["text"]
	if err != nil || !ok {
		q.Text = diagnostics.Decode(line)
		if id, ok := fields["id"]; ok && len(fields) <= 2 && (len(fields) == 1 || fields["source"] != nil) {
			q.ID = id
			return q, errors.New(`the object has no "text"`)
		}
		return q, nil
	}
	if id, ok := fields["id"]; ok {
		q.ID = id
	}
	if err := json.Unmarshal(text, &q.Text); err != nil || string(text) == "null" {
		return q, errors.New(`"text" must be a string`)
	}
	if source, ok := fields["source"]; ok {
		if err := json.Unmarshal(source, &q.Source); err != nil {
			return q, errors.New(`"source" must be a string`)
		}
	}
	return q, nil
}

// isQuestion reports whether a broken line was meant as an object with a text.
func isQuestion(line []byte) bool {
	line = bytes.TrimSpace(line)
	for _, key := range []string{`{"id"`, `{"text"`, `{"source"`} {
		if bytes.HasPrefix(bytes.ReplaceAll(line[:min(len(line), 64)], []byte(" "), nil), []byte(key)) {
			return true
		}
	}
	return false
}

// answer is the form of DESIGN's contract for one text.
type answer struct {
	ID      json.RawMessage `json:"id,omitempty"`
	Verdict string          `json:"verdict"`
	Matches []matchJSON     `json:"matches"`
	// Report is the first report of the text; Reports are all, where there
	// are several.
	Report  *diagnostics.Report  `json:"report,omitempty"`
	Reports []diagnostics.Report `json:"reports,omitempty"`
	Layers  []diagnostics.Layer  `json:"layers,omitempty"`
	// CouldBe lists what the best match is mistaken for, and how to tell.
	CouldBe []couldBeJSON `json:"couldBe,omitempty"`
	Error   string        `json:"error,omitempty"`
}

type matchJSON struct {
	Playbook string               `json:"playbook"`
	Severity diagnostics.Severity `json:"severity"`
	Captures map[string]string    `json:"captures"`
	Quote    string               `json:"quote"`
	Verdict  playbooks.Verdict    `json:"verdict"`
	Title    string               `json:"title,omitempty"`
	Resource string               `json:"resource,omitempty"`
	Type     string               `json:"type,omitempty"`
	Status   string               `json:"status,omitempty"`
	// These are set where the hits of a log were counted.
	Count  int                   `json:"count,omitempty"`
	First  *playbooks.Place      `json:"first,omitempty"`
	Last   *playbooks.Place      `json:"last,omitempty"`
	Values map[string]valuesJSON `json:"values,omitempty"`
}

type valuesJSON struct {
	Distinct int      `json:"distinct"`
	More     bool     `json:"more,omitempty"` // there were too many to count
	Top      []string `json:"top"`
}

// groupAnswer is the answer about the logs.
func (e *explainer) groupAnswer(list []input, groups *playbooks.Groups) answer {
	a := answer{Verdict: string(groups.Verdict()), Matches: []matchJSON{}}
	if len(list) == 1 {
		a.ID = quoted(list[0].name)
	}
	for _, g := range groups.List() {
		m := e.match(g.Match)
		m.Count, m.First, m.Last, m.Values = g.Count, &g.First, &g.Last, map[string]valuesJSON{}
		for name, v := range g.Values {
			m.Values[name] = valuesJSON{Distinct: len(v.Count), More: v.Others > 0, Top: v.Top(5)}
		}
		a.Matches = append(a.Matches, m)
	}
	return a
}

func quoted(name string) []byte {
	b, err := json.Marshal(name)
	if err != nil {
		return []byte("null") // a text always encodes
	}
	return b
}

func (e *explainer) match(m playbooks.Match) matchJSON {
	p, _ := e.catalog.Get(m.Playbook)
	return matchJSON{
		Playbook: m.Playbook, Severity: m.Severity, Captures: m.Captures, Quote: m.Quote, Verdict: m.Verdict,
		Title: p.Title.In(e.lang), Resource: m.Of.LogicalID, Type: m.Of.Type, Status: m.Of.Status,
	}
}

// couldBeJSON is another cause of the same words; some have no playbook.
type couldBeJSON struct {
	Playbook string `json:"playbook,omitempty"`
	Why      string `json:"why"`
}

func (e *explainer) couldBe(id string) []couldBeJSON {
	p, _ := e.catalog.Get(id)
	var list []couldBeJSON
	for _, f := range p.FalsePositives {
		list = append(list, couldBeJSON{Playbook: f.Playbook, Why: f.Why.In(e.lang)})
	}
	return list
}

func (e *explainer) answer(name string, x playbooks.Explanation) answer {
	a := answer{Verdict: string(x.Verdict), Matches: []matchJSON{}}
	if name != "" {
		a.ID = quoted(name)
	}
	for _, m := range x.Matches {
		a.Matches = append(a.Matches, e.match(m))
	}
	if len(x.Reports) > 0 {
		a.Report = &x.Reports[0]
	}
	if len(x.Reports) > 1 {
		a.Reports = x.Reports
	}
	if x.Verdict == playbooks.VerdictFailure {
		a.CouldBe = e.couldBe(x.Matches[0].Playbook)
	}
	if layers := x.Layers(); len(layers) > 1 {
		a.Layers = layers
	}
	return a
}
