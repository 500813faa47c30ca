// Package template reads SAM and CloudFormation templates and samconfig files with the place of every
// key and value, one tree for YAML, JSON and TOML, and both forms of every intrinsic.
//
// Nothing is ever decoded into free Go values: aliases stay references, so a bomb costs its own length.
package template

import (
	"bytes"
	"fmt"
	"sort"
	"unicode/utf8"
)

// Limits that no real template reaches: CloudFormation takes 1 MB of template, and its own nesting is shallow.
const (
	MaxBytes = 8 << 20
	maxDepth = 400
)

// Format is the notation of a document.
type Format uint8

// The formats.
const (
	YAML Format = iota
	JSON
	TOML
)

// Position is a place in a file. Line and Column are 1-based; Column counts characters, not bytes.
type Position struct {
	File         string
	Line, Column int
	Offset       int // byte offset
}

func (p Position) String() string { return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column) }

// Reason classifies why a file could not be read.
type Reason uint8

// The reasons. Unrendered is a Jinja or cookiecutter source that is no template until it is rendered.
const (
	Syntax Reason = iota
	Unrendered
	NotUTF8
	TooLarge
	TooDeep
	ManyDocuments
	Empty
	NotTemplate
)

// Error is a file that could not be read, with the place where reading stopped. Context is where the
// construct that went wrong began (zero when unknown): often the real cause stands there.
type Error struct {
	Position
	Reason  Reason
	Message string
	Context Position
}

func (e *Error) Error() string {
	s := e.File
	if e.Line > 0 {
		s = e.Position.String()
	}
	s += ": " + e.Message
	if e.Context.Line > 0 && e.Context.Line != e.Line {
		s += fmt.Sprintf(" (started at line %d)", e.Context.Line)
	}
	return s
}

// Document is a parsed file: its exact bytes and their tree.
type Document struct {
	Name       string
	Source     []byte
	Format     Format
	Root       *Node
	Duplicates []Pair // second and later occurrences of a key
	Comments   []Comment

	lines []int // byte offset of each line's first byte
	runes []int // characters before every runeStep-th byte
}

// Comment is one `# …` of the source.
type Comment struct {
	Start, End int    // byte offsets, from # to the end of the line
	Text       string // without # and surrounding blanks
}

// ParseDocument reads src as YAML, JSON or TOML, judged by the name's ending and the first byte.
func ParseDocument(name string, src []byte) (*Document, error) {
	d := &Document{Name: name, Source: src, lines: lineStarts(src), runes: runeCounts(src)}
	if len(src) > MaxBytes {
		return nil, &Error{Position: Position{File: name}, Reason: TooLarge, Message: fmt.Sprintf("file has %d bytes; at most %d are read", len(src), MaxBytes)}
	}
	if bytes.HasPrefix(src, []byte("\xff\xfe")) || bytes.HasPrefix(src, []byte("\xfe\xff")) || !utf8.Valid(src) {
		return nil, d.fail(firstInvalid(src), NotUTF8, "file is not UTF-8; save it as UTF-8")
	}
	if isTOML(name) {
		d.Format = TOML
		return d, d.parseTOML()
	}
	if err := d.parseYAML(); err != nil {
		return nil, err
	}
	return d, nil
}

func isTOML(name string) bool { return len(name) > 5 && name[len(name)-5:] == ".toml" }

func firstInvalid(src []byte) int {
	for i := 0; i < len(src); {
		r, n := utf8.DecodeRune(src[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return 0
}

func (d *Document) fail(offset int, why Reason, message string) *Error {
	return &Error{Position: d.Position(offset), Reason: why, Message: message}
}

// Position gives line and column of a byte offset.
func (d *Document) Position(offset int) Position {
	line := d.line(offset)
	from := d.lines[line]
	if line == 0 && bytes.HasPrefix(d.Source, bom) && offset >= len(bom) {
		from = len(bom)
	}
	offset = min(max(offset, from), len(d.Source))
	return Position{File: d.Name, Line: line + 1, Column: d.runesBefore(offset) - d.runesBefore(from) + 1, Offset: offset}
}

// runeStep is how far apart runes counts: a file can be a single line, and columns count characters.
const runeStep = 1 << 10

func runeCounts(src []byte) []int {
	counts := []int{0}
	for ; len(src) >= runeStep; src = src[runeStep:] {
		counts = append(counts, counts[len(counts)-1]+starts(src[:runeStep]))
	}
	return counts
}

// runesBefore counts the characters that begin before a byte offset.
func (d *Document) runesBefore(offset int) int {
	i := offset / runeStep
	return d.runes[i] + starts(d.Source[i*runeStep:offset])
}

// starts counts the bytes that begin a character.
func starts(src []byte) int {
	n := 0
	for _, b := range src {
		if b&0xC0 != 0x80 {
			n++
		}
	}
	return n
}

// At is the position where n's text begins, tag included.
func (d *Document) At(n *Node) Position { return d.Position(n.Start) }

// line is the 0-based line of a byte offset.
func (d *Document) line(offset int) int {
	return sort.Search(len(d.lines), func(i int) bool { return d.lines[i] > offset }) - 1
}

// LineRange gives the byte range of the line that holds offset, its line break included.
func (d *Document) LineRange(offset int) (start, end int) {
	i := d.line(offset)
	if i+1 < len(d.lines) {
		return d.lines[i], d.lines[i+1]
	}
	return d.lines[i], len(d.Source)
}

// Raw is the source text of a node, tag included.
func (d *Document) Raw(n *Node) string { return string(d.Source[n.Start:n.End]) }

var bom = []byte("\ufeff")

// lineStarts counts line breaks exactly as YAML 1.1 does (LF, CRLF, CR, NEL, LS, PS), or every position
// after an exotic one would be wrong.
func lineStarts(src []byte) []int {
	starts := []int{0}
	for i := 0; i < len(src); i++ {
		switch c := src[i]; {
		case c == '\n':
		case c == '\r':
			if i+1 < len(src) && src[i+1] == '\n' {
				i++
			}
		case c == 0xC2 && i+1 < len(src) && src[i+1] == 0x85:
			i++
		case c == 0xE2 && i+2 < len(src) && src[i+1] == 0x80 && (src[i+2] == 0xA8 || src[i+2] == 0xA9):
			i += 2
		default:
			continue
		}
		starts = append(starts, i+1)
	}
	return starts
}
