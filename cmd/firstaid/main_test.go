package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"firstaid": func() { os.Exit(mainStatus()) },
	})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:   "testdata/script",
		Setup: setupLogs,
		Cmds:  map[string]func(*testscript.TestScript, bool, []string){"makelog": makeLog, "utf16": toUTF16},
	})
}
