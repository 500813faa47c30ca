// Package edit makes the smallest text edits of YAML, JSON and TOML files.
//
// A file is never written out from its tree: every edit splices a few bytes at places the parser gave,
// parses the result again and compares it with the tree that was wanted. On any difference nothing is
// returned but a *Refusal. Comments, quoting, blank lines, line endings and a BOM stay as they are.
package edit

import (
	"bytes"
	"errors"
	"fmt"

	"firstaid/diagnostics/template"
)

// Refusal is an edit that can't be made safely. The file is untouched.
type Refusal struct {
	template.Position
	Reason  string
	Already bool // the file already says what the edit would make it say
}

func (r *Refusal) Error() string { return r.Position.String() + ": " + r.Reason }

// Already reports whether err says that there is nothing left to change.
func Already(err error) bool {
	var r *Refusal
	return errors.As(err, &r) && r.Already
}

// Op is one edit. Its paths are keys and decimal list indexes from the root of the file; the argument of an
// intrinsic is entered by its name in both forms ("Fn::If", "1").
type Op func(*editor) (change, error)

// change is what an Op wants: the splices, and the node that stands at a place of the tree then.
type change struct {
	splices []splice
	at      spot
	by      *template.Node
	removed [2]int // a byte range whose comments go with it
}

// splice replaces Source[start:end] by text.
type splice struct {
	start, end int
	text       string
}

// editor holds one parsed file while Ops look at it, and what they learned about it.
type editor struct {
	*template.Document
	eol     string
	styles  map[*template.Node]style            // see learned
	first   *style                              // see usual
	aliases map[string]bool                     // see aliased
	keys    map[*template.Node]map[string][]int // see index
}

func newEditor(d *template.Document) *editor { return &editor{Document: d, eol: lineEnding(d.Source)} }

// Apply makes the edits one after the other and returns the new text. Each is verified on its own. With an
// error the text is nil: either all are made or none.
func Apply(name string, src []byte, ops ...Op) ([]byte, error) {
	d, err := template.ParseDocument(name, src)
	if err != nil {
		return nil, fmt.Errorf("read before the edit: %w", err)
	}
	for _, op := range ops {
		draft := NewDraft(d)
		if err := draft.Add(op); err != nil {
			return nil, err
		}
		if d, err = draft.Apply(); err != nil {
			return nil, err
		}
	}
	return d.Source, nil
}

func (e *editor) refuse(offset int, reason string) error {
	return &Refusal{Position: e.Position(offset), Reason: reason}
}

func (e *editor) already(offset int, reason string) error {
	return &Refusal{Position: e.Position(offset), Reason: reason, Already: true}
}

// lineEnding is the one the file uses most; a file without any gets LF.
func lineEnding(src []byte) string {
	crlf := bytes.Count(src, []byte("\r\n"))
	if crlf > bytes.Count(src, []byte("\n"))-crlf {
		return "\r\n"
	}
	return "\n"
}
