// Command gen writes the built-in incidents of firstaid: `go generate` in the
// folder above. The same sources give the same bytes.
package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"firstaid/diagnostics"
	"firstaid/diagnostics/incident"
)

func main() {
	if err := run("."); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run writes every incident below root, the demo folder.
func run(root string) error {
	for _, tell := range stories {
		name, text, err := render(root, tell)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(root, name, "incident.json"), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// render tells one story and returns its incident file.
func render(root string, tell func(root string) *story) (name string, text []byte, err error) {
	st := tell(root)
	st.countCalls()
	if st.err != nil {
		return st.name, nil, st.err
	}
	var b bytes.Buffer
	err = incident.Write(&b, diagnostics.Redact(st.s, diagnostics.RedactOptions{}))
	return st.name, b.Bytes(), err
}
