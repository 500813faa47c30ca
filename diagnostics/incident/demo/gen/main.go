// Command gen writes the built-in incidents of firstaid: `go generate` in the
// folder above. The same sources give the same bytes.
package main

import (
	"bytes"
	"encoding/json"
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
		name, text, hidden, err := render(root, tell)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(root, name, "incident.json"), text, 0o644); err != nil {
			return err
		}
		if hidden == nil {
			continue
		}
		if err := os.WriteFile(filepath.Join(root, name, "hidden.json"), hidden, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// render tells one story and returns its incident file and, where there are
// any, the failures that it hides.
func render(root string, tell func(root string) *story) (name string, text, hidden []byte, err error) {
	st := tell(root)
	st.countCalls()
	if st.err != nil {
		return st.name, nil, nil, st.err
	}
	if len(st.hidden) > 0 {
		if hidden, err = json.MarshalIndent(st.hidden, "", "  "); err != nil {
			return st.name, nil, nil, err
		}
		hidden = append(hidden, '\n')
	}
	var b bytes.Buffer
	err = incident.Write(&b, diagnostics.Redact(st.s, diagnostics.RedactOptions{}))
	return st.name, b.Bytes(), hidden, err
}
