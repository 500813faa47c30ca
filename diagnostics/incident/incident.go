// Package incident saves a snapshot to a file and reads it back. An incident
// file is a JSON document with a short header, plain when its name ends in
// .json and compressed with Zstandard otherwise; either is recognised by its
// content when it is read.
package incident

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/renameio/v2"
	"github.com/klauspost/compress/zstd"

	"firstaid/diagnostics"
)

// Version is the version of the format that this program writes. It reads all
// versions up to this one.
const Version = 1

// MaxSize bounds the size of an incident after decompression, in bytes: a
// million log lines fit, an endless file does not.
const MaxSize = 1 << 30

// format is the value that makes a JSON document an incident file.
const format = "firstaid-incident"

type document struct {
	Format   string                `json:"format"`
	Version  int                   `json:"version"`
	Snapshot *diagnostics.Snapshot `json:"snapshot"`
}

// FormatError says that a file is not a whole incident file that this program
// can read; Reason is a sentence that says what to do.
type FormatError struct {
	Name   string
	Reason string
	Err    error
}

// Error returns the file's name and the reason.
func (e *FormatError) Error() string { return e.Name + ": " + e.Reason }

// Unwrap returns the cause, if there is one.
func (e *FormatError) Unwrap() error { return e.Err }

// Save writes a snapshot, redacted, to a file that only its owner can read. An
// existing file is replaced as a whole or stays what it was.
func Save(name string, s *diagnostics.Snapshot, o diagnostics.RedactOptions) error {
	var b bytes.Buffer
	write := WriteCompressed
	if strings.EqualFold(filepath.Ext(name), ".json") {
		write = Write
	}
	if err := write(&b, diagnostics.Redact(s, o)); err != nil {
		return fmt.Errorf("save incident %s: %w", name, err)
	}
	if err := renameio.WriteFile(name, b.Bytes(), 0o600); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("save incident %s: the folder does not exist: %w", name, err)
		}
		return fmt.Errorf("save incident %s: %w", name, err)
	}
	return nil
}

// Write writes a snapshot as an indented JSON document. It does not redact.
func Write(w io.Writer, s *diagnostics.Snapshot) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(document{Format: format, Version: Version, Snapshot: s})
}

// WriteCompressed writes a snapshot as a compressed JSON document. It does not
// redact.
func WriteCompressed(w io.Writer, s *diagnostics.Snapshot) error {
	z, err := zstd.NewWriter(w)
	if err != nil {
		return err
	}
	e := json.NewEncoder(z)
	e.SetEscapeHTML(false)
	if err := e.Encode(document{Format: format, Version: Version, Snapshot: s}); err != nil {
		return errors.Join(err, z.Close())
	}
	return z.Close()
}

// Load reads an incident file. What it returns is redacted and canonical even
// when the file was written by hand.
func Load(name string) (*diagnostics.Snapshot, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("open incident: %w", err)
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nil, &FormatError{Name: name, Reason: "this is a folder; name the incident file in it"}
	}
	return Read(name, f)
}

// Read reads an incident from r; name stands for it in errors.
func Read(name string, r io.Reader) (*diagnostics.Snapshot, error) {
	text, err := decompress(r)
	if err != nil {
		return nil, fail(name, err)
	}
	var head struct {
		Format  string `json:"format"`
		Version int    `json:"version"`
	}
	if err := json.Unmarshal(text, &head); err != nil && !isType(err) {
		return nil, fail(name, syntax(text, err))
	}
	if head.Format != format {
		return nil, &FormatError{Name: name, Reason: foreign(text)}
	}
	if head.Version > Version {
		return nil, &FormatError{Name: name, Reason: fmt.Sprintf("saved by a newer firstaid (format version %d, this one reads up to %d): update firstaid", head.Version, Version)}
	}
	if head.Version < 1 {
		return nil, &FormatError{Name: name, Reason: "the format version is missing; capture the incident again"}
	}
	var d document
	if err := json.Unmarshal(text, &d); err != nil && isType(err) {
		return nil, fail(name, err)
	} else if err != nil {
		return nil, fail(name, &syntaxError{fmt.Sprintf("a value cannot be read (%v); was the file edited by hand?", err)})
	}
	if d.Snapshot == nil {
		return nil, &FormatError{Name: name, Reason: "it holds no snapshot; capture the incident again"}
	}
	return diagnostics.Redact(d.Snapshot, diagnostics.RedactOptions{}), nil
}

var (
	errEmpty = errors.New("empty")
	errBig   = errors.New("too big")
)

// zstdMagic begins every Zstandard frame (RFC 8878, section 3.1.1).
const zstdMagic = "\x28\xb5\x2f\xfd"

// decompress returns the document's text, whether it is compressed or not.
func decompress(r io.Reader) ([]byte, error) {
	magic := make([]byte, len(zstdMagic))
	n, err := io.ReadFull(r, magic)
	if n == 0 && errors.Is(err, io.EOF) {
		return nil, errEmpty
	}
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, err
	}
	r = io.MultiReader(bytes.NewReader(magic[:n]), r)
	if string(magic[:n]) == zstdMagic {
		z, err := zstd.NewReader(r, zstd.WithDecoderMaxMemory(MaxSize), zstd.WithDecoderConcurrency(1))
		if err != nil {
			return nil, err
		}
		defer z.Close()
		r = z
	}
	text, err := io.ReadAll(io.LimitReader(r, MaxSize+1))
	if err == nil && len(text) > MaxSize {
		err = errBig
	}
	return text, err
}

// fail turns a low-level error into a sentence.
func fail(name string, err error) error {
	e := &FormatError{Name: name, Err: err}
	var kind *json.UnmarshalTypeError
	var broken *syntaxError
	switch {
	case errors.Is(err, errEmpty):
		e.Reason = "the file is empty; capture the incident again"
	case errors.Is(err, errBig), errors.Is(err, zstd.ErrDecoderSizeExceeded), errors.Is(err, zstd.ErrWindowSizeExceeded):
		e.Reason = fmt.Sprintf("it unpacks to more than %d MB, which no incident does", MaxSize>>20)
	case errors.Is(err, io.ErrUnexpectedEOF):
		e.Reason = "the file is cut off: copy it again, or capture the incident again"
	case errors.As(err, &broken):
		e.Reason = broken.Error()
	case errors.As(err, &kind):
		e.Reason = fmt.Sprintf("%s is a %s where %s is expected; was the file edited by hand?", field(kind), kind.Value, kind.Type)
	case isZstd(err):
		e.Reason = "the compressed data is damaged: copy the file again, or capture the incident again"
	default:
		e.Reason = "cannot be read: " + err.Error()
	}
	return e
}

func field(e *json.UnmarshalTypeError) string {
	if e.Field == "" {
		return "the document"
	}
	return strings.TrimPrefix(e.Field, "snapshot.")
}

func isType(err error) bool {
	var t *json.UnmarshalTypeError
	return errors.As(err, &t)
}

// isZstd reports whether the decoder refused the data. Its block errors have no
// common type and are not all exported; the rest of the reading has only
// errors of the file, which are of the fs package.
func isZstd(err error) bool {
	var file *fs.PathError
	return !errors.As(err, &file)
}

// syntaxError says where a JSON text is broken.
type syntaxError struct{ reason string }

func (e *syntaxError) Error() string { return e.reason }

// syntax explains why a text is no JSON document: something else, cut off, or
// broken at a line.
func syntax(text []byte, err error) error {
	if first := bytes.TrimLeft(text, " \t\r\n\ufeff"); len(first) == 0 || first[0] != '{' {
		return &syntaxError{foreign(text)}
	}
	var s *json.SyntaxError
	if !errors.As(err, &s) {
		return err
	}
	if s.Offset >= int64(len(bytes.TrimRight(text, " \t\r\n"))) && strings.Contains(s.Error(), "unexpected end") {
		return io.ErrUnexpectedEOF
	}
	line := 1 + bytes.Count(text[:min(s.Offset, int64(len(text)))], []byte("\n"))
	return &syntaxError{fmt.Sprintf("line %d is not JSON (%s): copy the file again, or capture the incident again", line, s.Error())}
}

// foreign says what a file seems to be that is no incident.
func foreign(text []byte) string {
	head := bytes.TrimSpace(text[:min(len(text), 4096)])
	hint := "make one with `firstaid capture STACK -o FILE`"
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return "this is a zip archive, not an incident file; unpack it first"
	case bytes.HasPrefix(head, []byte("\x1f\x8b")):
		return "this is a gzip file, not an incident file; unpack it with gunzip first"
	case bytes.Contains(head, []byte("AWSTemplateFormatVersion")), bytes.Contains(head, []byte("AWS::Serverless")):
		return "this is a template, not an incident file; check it with `firstaid check`"
	case len(head) > 0 && head[0] == '{':
		return "this is JSON, but not an incident file; " + hint
	case bytes.ContainsRune(head, 0):
		return "this is not an incident file; " + hint
	}
	return "this is text, not an incident file; read it with `firstaid explain`, or " + hint
}
