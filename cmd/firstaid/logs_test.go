package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/rogpeppe/go-internal/testscript"
)

// makeLog writes a log, one line in a thousand of which is a time-out; the end
// of its name says how it is compressed.
func makeLog(ts *testscript.TestScript, _ bool, args []string) {
	path := ts.MkAbs(args[0])
	lines, err := strconv.Atoi(args[1])
	ts.Check(err)
	var log bytes.Buffer
	begin := time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)
	for i := 1; i <= lines; i++ {
		text := "INFO order stored"
		if i%1000 == 0 && len(args) < 3 {
			text = "Task timed out after 3.00 seconds"
		}
		fmt.Fprintf(&log, "%s 8f1c %s\n", begin.Add(time.Duration(i)*time.Second).Format("2006-01-02T15:04:05.000Z"), text)
	}
	ts.Check(os.MkdirAll(filepath.Dir(path), 0o755))
	f, err := os.Create(path)
	ts.Check(err)
	var w io.WriteCloser = f
	switch filepath.Ext(path) {
	case ".gz":
		w = gzip.NewWriter(f)
	case ".zst":
		w, err = zstd.NewWriter(f)
		ts.Check(err)
	}
	_, err = w.Write(log.Bytes())
	ts.Check(err)
	ts.Check(w.Close())
	if w != f {
		ts.Check(f.Close())
	}
}

func toUTF16(ts *testscript.TestScript, _ bool, args []string) {
	out := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(ts.ReadFile(args[0]))) {
		out = binary.LittleEndian.AppendUint16(out, u)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), out, 0o644))
}

// The magic number of gzip, then nothing of it.
func setupLogs(env *testscript.Env) error {
	return os.WriteFile(filepath.Join(env.WorkDir, "broken.gz"), []byte{0x1f, 0x8b, 0, 0}, 0o644)
}

func TestProgressLine(t *testing.T) {
	got := progressLine(50e6, 200e6, time.Second)
	if want := "[######..................]  25 %  50 MB read, 50 MB/s, 3s left"; got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if got, want := progressLine(50e6, 0, time.Second), "50 MB read, 50 MB/s"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
