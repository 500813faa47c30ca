package collect_test

import (
	"encoding/json"
	"testing"

	"firstaid/diagnostics"
)

func dump(t *testing.T, s *diagnostics.Snapshot) {
	t.Helper()
	b, err := json.MarshalIndent(s, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s", b)
}
