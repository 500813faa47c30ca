package emulatortest_test

import (
	"fmt"
	"testing"
)

// recorder is a test that remembers how it was ended instead of ending.
type recorder struct {
	testing.TB
	verb, text string
}

type ended struct{}

func (r *recorder) end(verb, format string, args []any) {
	r.verb, r.text = verb, fmt.Sprintf(format, args...)
	panic(ended{})
}

func (r *recorder) Skipf(format string, args ...any)  { r.end("skip", format, args) }
func (r *recorder) Fatalf(format string, args ...any) { r.end("fatal", format, args) }

func (r *recorder) run(f func()) {
	defer func() {
		if v := recover(); v != nil && v != any(ended{}) {
			panic(v)
		}
	}()
	f()
}
