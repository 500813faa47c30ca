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
	"slices"
	"sort"
	"strings"

	"firstaid/diagnostics/template"

	"github.com/aymanbagabas/go-udiff"
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

// change is what an Op wants: the splices and the tree they should lead to.
type change struct {
	splices []splice
	want    *template.Node
	removed [2]int // a byte range whose comments go with it
}

// splice replaces Source[start:end] by text.
type splice struct {
	start, end int
	text       string
}

// editor holds one parsed file while an Op looks at it.
type editor struct {
	*template.Document
	eol string
}

// Apply makes the edits one after the other and returns the new text. Each is verified on its own. With an
// error the text is nil: either all are made or none.
func Apply(name string, src []byte, ops ...Op) ([]byte, error) {
	for _, op := range ops {
		next, err := applyOne(name, src, op)
		if err != nil {
			return nil, err
		}
		src = next
	}
	return src, nil
}

// Possible reports why an edit of a parsed file would be refused, without making it; nil when it would not, as
// far as can be told before the result is read again.
func Possible(d *template.Document, op Op) error {
	_, err := op(&editor{Document: d, eol: lineEnding(d.Source)})
	return err
}

func applyOne(name string, src []byte, op Op) ([]byte, error) {
	d, err := template.ParseDocument(name, src)
	if err != nil {
		return nil, fmt.Errorf("read before the edit: %w", err)
	}
	e := &editor{Document: d, eol: lineEnding(src)}
	c, err := op(e)
	if err != nil {
		return nil, err
	}
	out := c.apply(src)
	return out, e.verify(c, out)
}

// verify reads the result again: same meaning as wanted, no comment lost or moved into a value.
func (e *editor) verify(c change, out []byte) error {
	got, err := template.ParseDocument(e.Name, out)
	if err != nil {
		return e.refuse(c.splices[0].start, "the edited file would not parse: "+err.Error())
	}
	if !got.Root.Equal(c.want) {
		return e.refuse(c.splices[0].start, "the edited file would mean something else than intended")
	}
	var before, after []string
	for _, m := range e.Comments {
		if m.Start < c.removed[0] || m.Start >= c.removed[1] {
			before = append(before, m.Text)
		}
	}
	for _, m := range got.Comments {
		after = append(after, m.Text)
	}
	if !slices.Equal(before, after) {
		return e.refuse(c.splices[0].start, "a comment would change its meaning")
	}
	return nil
}

func (c *change) apply(src []byte) []byte {
	sort.SliceStable(c.splices, func(i, j int) bool { return c.splices[i].start < c.splices[j].start })
	var out bytes.Buffer
	at := 0
	for _, s := range c.splices {
		out.Write(src[at:s.start])
		out.WriteString(s.text)
		at = s.end
	}
	out.Write(src[at:])
	return out.Bytes()
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

// Diff is the unified diff between two versions of a file, or "" when they are equal.
func Diff(name string, before, after []byte) string {
	name = strings.TrimPrefix(strings.ReplaceAll(name, "\\", "/"), "/")
	return udiff.Unified("a/"+name, "b/"+name, string(before), string(after))
}
